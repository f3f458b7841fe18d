"""What a narrator says beside speech of who speaks, such as “said Anna” or “she asked”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from audiobook.language_tags import primary
from audiobook.script.dialogue.names import CAPITALISED
from audiobook.script.dialogue.roster import Roster
from audiobook.script.dialogue.speech_words import determiners, pronouns, roles, speech_verbs

__all__ = ["Tag", "TagReader"]

_SENTENCE_END = re.compile(
    r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bProf)(?<!\bSt)(?<!\bMme)(?<!\bM)[.?!…;]+[\s”\"’»]+(?=\S)"
)
_MOST_CHARACTERS = 240
"""How much narration is looked at from the speech beside it."""
_MOST_ROLE_WORDS = 4

_OPENING = r"[\s,;:.—–…»”\"’\-]*"
_ADVERBS = r"(?:(?:\w+ly|then|again|now|and|but|at last|at length|me|lui|leur)\s+)*"
_EPITHETS = re.compile(r"(?:(?:old|poor|little|young|dear|good|the)\s+)+(?=[^\W\d_a-zß-ÿ])")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_SUBORDINATE = re.compile(
    r"\W*(?:when|as|after|while|if|before|since|though|although|on|at|in)\b[^,]*,", re.I
)
_OBJECT = re.compile(r"\b(?:to|at|with|of|by|from|for|upon|on|after|towards?|and|than|like)\s+$")
_ROLE_ENDS = re.compile(r"[,.;:!?—–()“”\"]")
_FEMALE_PAST = re.compile(r"(?:ла|лась|ła|łа)$")
_MALE_PAST = re.compile(r"(?:л|лся|ł|в)$")
_INDEFINITE = frozenset(["a", "an", "ein", "eine", "un", "une", "una", "um", "uma"])
_SLAVIC = frozenset(["ru", "uk", "be", "pl"])


@dataclass(frozen=True, slots=True)
class Tag:
    """Who speaks, as far as the words beside the speech tell."""

    rule: str
    """"said" where a verb of speech says so, "colon" where the narration leads up to the speech,
    "beat" where somebody does something beside it."""
    name: str | None = None
    """The character who is named; None where none is, or nobody in the roster."""
    gender: str | None = None
    """ "female" or "male", of a pronoun or a word such as "wife"."""
    is_narrator: bool = False
    """Whether it is the narrator: “said I”."""
    role: str = ""
    """The noun that stands for somebody, in lower case, such as "wife"."""

    is_other: bool = False
    """Whether it names somebody who is not in the roster: “said Bob” where no Bob is."""

    @property
    def is_explicit(self) -> bool:
        """Whether it tells by itself who speaks."""
        return self.rule == "said" and (self.name is not None or self.is_narrator)

    @property
    def is_stranger(self) -> bool:
        """Whether it tells of somebody who is not in the roster."""
        return not (self.name or self.gender or self.is_narrator)


class TagReader:
    """Reads the tags of a language.

    Args:
        language: BCP 47 tag.
        roster: the characters there are.
    """

    def __init__(self, language: str, roster: Roster) -> None:
        self._roster = roster
        self._is_slavic = primary(language) in _SLAVIC
        self._pronouns = pronouns(language)
        self._roles = roles(language)
        self._articles = frozenset(determiners(language))
        verbs = "|".join(map(re.escape, speech_verbs(language))) or "(?!)"
        self._verb = re.compile(rf"\b(?:{verbs})\b")
        self._inverted = re.compile(rf"{_OPENING}{_ADVERBS}({verbs})\b(?:-t-|-|\s+){_ADVERBS}")

    def after(self, text: str, start: int, stop: int) -> Tag | None:
        """The tag in the narration that follows speech."""
        stretch = text[start : min(stop, start + _MOST_CHARACTERS)]
        end = _SENTENCE_END.search(stretch, 1)
        sentence = stretch[: end.start() + 1] if end else stretch
        inverted = self._inverted.match(sentence)
        if inverted and (tag := self._whom(sentence, inverted.end())):
            is_named = CAPITALISED.match(sentence, inverted.end()) is not None
            return replace(tag, is_other=is_named and tag.is_stranger)
        if inverted and self._is_slavic:
            return Tag("said", gender=_gender_of_past(inverted[1]))
        return self._subject(sentence, self._verb.search(sentence))

    def before(self, text: str, start: int, stop: int) -> Tag | None:
        """The tag in the narration that precedes speech."""
        stretch = text[max(start, stop - _MOST_CHARACTERS) : stop].rstrip(" “\"«„‘'—–")
        ends = [match.end() for match in _SENTENCE_END.finditer(stretch)]
        sentence = stretch[ends[-1] :] if ends else stretch
        *_, verb = [None, *self._verb.finditer(sentence)]
        tag = self._subject(sentence, verb)
        leads_up = sentence.endswith((":", ","))
        if tag is None or (tag.rule == "said") == leads_up:
            return tag
        return replace(tag, rule="colon" if leads_up else "beat")

    def _subject(self, sentence: str, verb: re.Match[str] | None) -> Tag | None:
        """Who does what a sentence tells; "said" if it is told by a verb of speech."""
        subordinate = _SUBORDINATE.match(sentence)
        first = subordinate.end() if subordinate else 0
        if verb and verb.start() > first:
            for at in self._subject_places(sentence, first, verb.start()):
                if tag := self._whom(sentence, at):
                    return tag
        for at in self._subject_places(sentence, first, len(sentence)):
            tag = self._whom(sentence, at)
            if tag and not tag.is_stranger:
                return replace(tag, rule="beat")
        return None

    def _subject_places(self, sentence: str, first: int, stop: int) -> Iterator[int]:
        """Where words stand that may be a subject, in order: no objects, no possessives."""
        for match in _WORD.finditer(sentence, first, stop):
            word = match[0]
            is_one = word[0].isupper() or word in self._pronouns or word in self._articles
            before = sentence[max(0, match.start() - 10) : match.start()]
            if is_one and not word.endswith(("’s", "'s")) and not _OBJECT.search(before):
                yield match.start()

    def _whom(self, text: str, at: int) -> Tag | None:
        """Who is named from an index on, as the subject of a verb of speech."""
        epithets = _EPITHETS.match(text, at)
        word = _WORD.match(text, epithets.end() if epithets else at)
        if word is None:
            return None
        if (key := word[0].lower()) in self._pronouns and (key != "i" or word[0] == "I"):
            gender = self._pronouns[key]
            return Tag("said", gender=gender, is_narrator=gender is None)
        if key in self._articles:
            return self._role(text, word.start())
        run = CAPITALISED.match(text, word.start())
        if run is None or run[0].lower() in self._roles:
            return self._by_role(run[0].lower()) if run else None
        mention = next(self._roster.mentions(text, run.start(), run.end()), None)
        return Tag("said", mention.name if mention else None)

    def _role(self, text: str, at: int) -> Tag | None:
        """Who is meant by words such as "the old man", "his friend Holmes", "her mother"."""
        end = _ROLE_ENDS.search(text, at)
        phrase = text[at : end.start() if end else len(text)].split()[: _MOST_ROLE_WORDS + 1]
        for n_words in range(len(phrase), 1, -1):
            if character := self._roster.by_alias.get(" ".join(phrase[:n_words]).lower()):
                return Tag("said", character.name)
        named = " ".join(phrase)
        if phrase[0].lower() in _INDEFINITE:
            return Tag("said")
        for word in phrase[1:]:
            if word.lower() in self._roles:
                return self._by_role(word.lower())
            if word[0].isupper():
                mention = next(self._roster.mentions(named), None)
                return Tag("said", mention.name if mention else None)
        return Tag("said") if len(phrase) > 1 else None

    def _by_role(self, noun: str) -> Tag:
        return Tag("said", gender=self._roles[noun], role=noun)


def _gender_of_past(verb: str) -> str | None:
    """The gender that the past tense of a Slavic verb has."""
    if _FEMALE_PAST.search(verb):
        return "female"
    return "male" if _MALE_PAST.search(verb) else None
