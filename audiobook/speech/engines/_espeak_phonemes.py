"""Sounds in IPA as espeak-ng's own phonemes, found in its data for each voice.

Its languages write phonemes in ASCII, each in its own way: docs/phonemes.md of espeak-ng. What a
mnemonic sounds like in a voice is asked of the library, which tells phonemes in IPA, too.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Alphabet", "alphabet", "frames", "read_mnemonics"]

_TABLE = struct.Struct("<BB2x32s")  # number of phonemes, table that it extends, name
_PHONEME = struct.Struct("<4s12x")  # mnemonic, then what is of no account here
_TABLES_START = 4

_FRAMES = {"[['a|{}|'a]]": 2, "[['a|{}|'i]]": 1, "[[t|{}|t]]": 1, "[[{}]]": 1}
"""Where a phoneme is looked at, and what that counts: its neighbours may change it."""
_MOST_CHARACTERS = 100  # in a word's phonemes: of some 160 on, the library writes past its end
_NOT_IPA = re.compile("[\x00-`{-\x7f]")  # digits for tones, and marks that are espeak-ng's own

_CHAO = str.maketrans("12345", "˩˨˧˦˥")  # tones, from the lowest to the highest
_VOWELS = re.compile("[aeiouyæøœɐɑɒɔɘəɚɛɜɤɨɪɯɵʉʊʌʏ]+")
_STRESS = {"ˈ": "'", "ˌ": ","}
_SEPARATOR = "|"  # keeps two mnemonics from being read as one
_WORD_BREAKS = " |‖"
_SILENT = "./[]‿\u035c\u0361\u032f"  # syllables, slashes, ties, and marks of no full vowel
_SPELLINGS = str.maketrans(
    dict.fromkeys(_SILENT, "")
    | {
        "'": "ˈ",
        ",": "ˌ",
        ":": "ː",
        "g": "ɡ",
        "ʤ": "dʒ",
        "ʧ": "tʃ",
        "ʦ": "ts",
        "ʣ": "dz",
        "ɝ": "ɜː",
    }
)
_NEAREST = {
    # What to speak where a voice lacks a sound, the nearest first: neighbours in the chart of the
    # International Phonetic Association, or how languages borrow the sound.
    "a": "ɑ æ ɐ aː",
    "ɑ": "ɑː a",
    "æ": "a ɛ",
    "ɐ": "a ʌ ə",
    "ʌ": "ɐ a ə",
    "ə": "ɐ ɘ ɜ e",
    "ɘ": "ə",
    "ɜ": "ɜː ə",
    "ɚ": "əɹ ər ə",
    "ɛ": "e",
    "e": "ɛ eː eɪ",
    "i": "iː ɪ",
    "ɪ": "i",
    "ɨ": "ɪ i",
    "o": "ɔ oː oʊ əʊ",
    "ɔ": "ɔː ɒ o",
    "ɒ": "ɔ ɑ o",
    "ɵ": "ø ə o",
    "u": "uː ʊ",
    "ʊ": "u",
    "ɯ": "ɨ ʊ u",
    "ʉ": "u uː",
    "ɤ": "ə ʌ o",
    "y": "ʏ u",
    "ʏ": "y ʊ",
    "ø": "œ ɜː e",
    "œ": "ø ɜː ɛ",
    "r": "ɹ ɾ ʀ ʁ",
    "ɹ": "r ɾ",
    "ɾ": "r ɹ",
    "ɻ": "ɹ r",
    "ʀ": "ʁ r ɹ",
    "ʁ": "ʀ ɣ r ɹ",
    "l": "ɫ ɭ",
    "ɫ": "l ɭ",
    "ɭ": "l ɫ",
    "ɬ": "l ɫ",
    "ʎ": "lj",
    "m": "n",
    "ɱ": "m",
    "ɲ": "nj",
    "ɳ": "n",
    "ŋ": "n",
    "ɴ": "ŋ",
    "p": "b",
    "ɸ": "f",
    "β": "v b",
    "ʋ": "v w",
    "v": "ʋ w f",
    "w": "ʋ v u",
    "ʍ": "w",
    "θ": "s t",
    "ð": "z d",
    "ʃ": "ʂ ɕ s",
    "ʒ": "ʐ ʑ z",
    "ʂ": "ʃ",
    "ʐ": "ʒ",
    "ɕ": "ʃ",
    "ʑ": "ʒ",
    "ʈ": "t",
    "ɖ": "d",
    "c": "kj k",
    "ɟ": "ɡj ɡ",
    "ç": "ʃ x h",
    "ʝ": "j",
    "x": "χ h k",
    "χ": "x h k",
    "h": "ɦ x",
    "ɦ": "h",
    "ħ": "h x",
    "ɣ": "ʁ ɡ",
    "ɡ": "ɣ k",
    "q": "k",
    "ɢ": "ɡ",
    "ɥ": "j",
}


@dataclass(frozen=True, slots=True)
class Alphabet:
    """How a voice's phonemes are written."""

    mnemonics: Mapping[str, str]
    """By their sound in IPA."""

    def spell(self, ipa: str) -> str | None:
        """Sounds as espeak-ng writes them; None where one of them is unknown or there are none.

        Sounds that the voice lacks become the nearest that it has, with finer marks left out. A
        word of one syllable is stressed, marked or not.
        """
        words = re.split(f"[{_WORD_BREAKS}]+", _normal(ipa).translate(_SPELLINGS))
        spelled = [self._word(word) for word in words if word]
        return " ".join(filter(None, spelled)) if spelled and all(spelled) else None

    def _word(self, word: str) -> str | None:
        phonemes = list(self._phonemes(word))
        if None in phonemes or not any(phoneme not in _STRESS.values() for phoneme in phonemes):
            return None
        if not set(word) & set(_STRESS) and len(_VOWELS.findall(word)) == 1:
            phonemes.insert(0, _STRESS["ˈ"])
        spelled = _SEPARATOR.join(filter(None, phonemes))
        return spelled if len(spelled) <= _MOST_CHARACTERS else None

    def _phonemes(self, word: str) -> Iterator[str | None]:
        """A word's phonemes and stress marks; None for a sound that cannot be written."""
        at = 0
        while at < len(word):
            if word[at] in _STRESS:
                yield _STRESS[word[at]]
                at += 1
            elif sound := self._longest(word, at):
                yield self.mnemonics[sound]
                at += len(sound)
            elif nearest := self._nearest(word[at]):
                yield from nearest
                at += 1
            elif at and unicodedata.category(word[at]) in ("Mn", "Lm"):
                at += 1  # a finer mark of the sound before it
            else:
                yield None
                return

    def _longest(self, word: str, at: int) -> str | None:
        """The longest sound with a mnemonic of its own that begins there."""
        most = max(map(len, self.mnemonics), default=0)
        stretches = (word[at : at + n] for n in range(most, 0, -1))
        return next((stretch for stretch in stretches if stretch in self.mnemonics), None)

    def _nearest(self, sound: str) -> list[str] | None:
        for near in _NEAREST.get(sound, "").split():
            if near in self.mnemonics:
                return [self.mnemonics[near]]
            if all(part in self.mnemonics for part in near):
                return [self.mnemonics[part] for part in near]
        return None


def read_mnemonics(data_folder: Path) -> tuple[str, ...]:
    """All the mnemonics that any language uses, but for those of stress, length and pauses.

    Args:
        data_folder: the folder espeak-ng-data. The file phontab begins with the number of tables,
            in four bytes; of the tables, see `_TABLE`, and of what they hold, `_PHONEME`.
    """
    data = (data_folder / "phontab").read_bytes()
    found = set()
    at = _TABLES_START
    while at < len(data):
        n_phonemes, _, _ = _TABLE.unpack_from(data, at)
        at += _TABLE.size
        for _ in range(n_phonemes):
            (mnemonic,) = _PHONEME.unpack_from(data, at)
            found.add(mnemonic.rstrip(b"\0").decode("ascii", "ignore"))
            at += _PHONEME.size
    written = (m for m in found if m and m.isprintable() and m[0] not in "'%,:=_|")
    return tuple(sorted(written))


def frames(mnemonics: Sequence[str]) -> list[str]:
    """The texts to have transcribed to learn what mnemonics sound like, alone and in words."""
    return [frame.format(mnemonic) for frame in _FRAMES for mnemonic in ("", *mnemonics)]


def alphabet(mnemonics: Sequence[str], transcribed: Sequence[str]) -> Alphabet:
    """What a voice's phonemes sound like.

    Args:
        mnemonics: those that `frames` were made of.
        transcribed: what the voice made of their `frames`, in IPA.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for frame, weight in enumerate(_FRAMES.values()):
        empty, *framed = transcribed[frame * (len(mnemonics) + 1) :][: len(mnemonics) + 1]
        for mnemonic, text in zip(mnemonics, framed, strict=True):
            sound = _normal(_without(empty.replace(" ", ""), text))
            if sound and not _NOT_IPA.search(sound):
                counts[sound, mnemonic] += weight
    by_sound: dict[str, str] = {}
    for sound, mnemonic in sorted(counts, key=lambda pair: (-counts[pair], len(pair[1]), pair)):
        by_sound.setdefault(sound, mnemonic)
    tones = (mnemonic for mnemonic in mnemonics if set(mnemonic) <= set("12345"))
    return Alphabet(by_sound | {tone.translate(_CHAO): tone for tone in tones})


def _normal(ipa: str) -> str:
    """IPA with its diacritics apart, but for the one that makes another sound."""
    return unicodedata.normalize("NFD", ipa).replace("c\u0327", "ç")


def _without(frame: str, framed: str) -> str:
    """What stands within a frame; "" where the frame itself has changed."""
    for cut in range(len(frame) + 1):
        if framed.startswith(frame[:cut]) and framed[cut:].endswith(frame[cut:]):
            return framed[cut : len(framed) - len(frame) + cut]
    return ""
