"""What is written in English is said as people say it, and what is in doubt is left alone."""

from __future__ import annotations

import pytest

from audiobook.lexicon import SPOKEN_RULES
from audiobook.model import Chapter, Kind, Script, Segment, Source
from audiobook.script.spoken import pronounced
from audiobook.script.spoken.table import RULES


def spoken(
    text: str,
    language: str = "en",
    kind: Kind = Kind.NARRATION,
    switched_off: tuple[str, ...] = (),
) -> str:
    segment = Segment(text, kind, None, 1.0, 0, 0, len(text))
    script = Script(Source("story.txt", text), "Story", language, (Chapter("", (segment,)),))
    (found,) = pronounced(script, switched_off=switched_off).segments
    assert found.text == text
    return found.spoken


NUMBERS = [
    ("There were 0, 7, 13 and 21.", "There were zero, seven, thirteen and twenty-one."),
    ("1,234,567 stars", "one million two hundred and thirty-four thousand five hundred and "
     "sixty-seven stars"),
    ("1,001 nights", "one thousand and one nights"),
    ("3.14 and 0.5", "three point one four and zero point five"),
    ("It was -5 outside.", "It was minus five outside."),
    ("agent 007", "agent zero zero seven"),
    ("MP3, B2B, F-16, 3D", "MP three, B two B, F-sixteen, three D"),
    ("version 1.2.3", "version one point two point three"),
    ("v2.0.1", "v two point zero point one"),
    ("E = mc^2, x² and x^3", "E = mc squared, x squared and x cubed"),
    ("2^10, 10^-3 and 10^{12}", "two to the power of ten, ten to the power of minus three and ten "
     "to the power of twelve"),
    ("(a+b)^n", "(a+b) to the power of n"),
    ("Call 5 or ٥٥٥-١٢٣٤ or ３ cats.", "Call five or five five five, one two three four or three "
     "cats."),
    ("٠٠٧ and １ km", "zero zero seven and one kilometre"),
    ("5+5=10", "five plus five equals ten"),
    ("x² and 10³", "x squared and ten cubed"),
    ("a 4x4", "a four by four"),
    ("#5 and §12", "number five and section twelve"),
    ("5,6 apples", "five,six apples"),
]  # fmt: skip
YEARS = [
    ("In 1905 he left.", "In nineteen oh five he left."),
    ("It was 2010.", "It was twenty ten."),
    ("since 2000, 2005", "since two thousand, two thousand and five"),
    ("in 1900 and 1066", "in nineteen hundred and one thousand and sixty-six"),
    ("in 1066", "in ten sixty-six"),
    ("the 1990s, the '90s and the 1900s", "the nineteen nineties, the nineties and the nineteen "
     "hundreds"),
    ("the summer of ’77", "the summer of seventy-seven"),
    ("class of ’05", "class of oh five"),
    ("1914–18", "nineteen fourteen to eighteen"),
    ("1914-1918", "nineteen fourteen to nineteen eighteen"),
    ("AD 79, 44 BC", "A D seventy-nine, forty-four B C"),
    ("1905 men came.", "one thousand nine hundred and five men came."),
    ("In 1905 men came.", "In nineteen oh five men came."),
    ("1500 men came.", "fifteen hundred men came."),
]  # fmt: skip
ORDINALS_AND_FRACTIONS = [
    ("the 1st, 2nd, 3rd, 12th, 21st, 40th", "the first, second, third, twelfth, twenty-first, "
     "fortieth"),
    ("the 1,000th", "the one thousandth"),
    ("½ a cup, 2½ cups", "one half a cup, two and a half cups"),
    ("3/4 of it, 2 3/4 miles", "three quarters of it, two and three quarters miles"),
    ("a 50/50 chance", "a fifty fifty chance"),
    ("open 24/7, after 9/11", "open twenty-four seven, after nine eleven"),
    ("5/3", "five over three"),
]  # fmt: skip
MONEY = [
    ("$1 million", "one million dollars"),
    ("£3.50 and $3.05", "three pounds fifty and three dollars and five cents"),
    ("$.50 or $.05 a line", "fifty cents or five cents a line"),
    ("€20, 50¢, $0.01, £0.50", "twenty euros, fifty cents, one cent, fifty pence"),
    ("$5–10 million", "five to ten million dollars"),
    ("a $1.5 billion deal", "a one point five billion dollar deal"),
    ("a £5 note", "a five pound note"),
    ("£1 and $1,000", "one pound and one thousand dollars"),
    ("-$5", "minus five dollars"),
    ("£3 10s. 6d. more", "three pounds ten shillings six pence more"),
    ("50p", "fifty pence"),
]
UNITS = [
    ("5 km, 1 km", "five kilometres, one kilometre"),
    ("70kg of it", "seventy kilograms of it"),
    ("20°C or 68 °F, a 90° turn", "twenty degrees Celsius or sixty-eight degrees Fahrenheit, a "
     "ninety degrees turn"),
    ("60 mph, 100 km/h", "sixty miles per hour, one hundred kilometres per hour"),
    ("50%, 5–10%", "fifty per cent, five to ten per cent"),
    ("He is 5'10\" tall.", "He is five foot ten tall."),
    ("6 ft. tall", "six feet tall"),
    ("a 5-km run", "a five-kilometre run"),
    ("51°30′N", "fifty-one degrees thirty minutes north"),
    ("20 m² of it", "twenty square metres of it"),
]  # fmt: skip
TIMES = [
    ("8–10am, 2-3 p.m. or 11-1 AM", "eight to ten A M, two to three P M or eleven to one A M"),
    ("at 3:45 p.m. we left", "at three forty-five P M we left"),
    ("He left at 4 p.m.", "He left at four P M."),
    ("at 15:30; at 3:00; at 14:00", "at fifteen thirty; at three o’clock; at fourteen hundred "
     "hours"),
    ("at 9:05", "at nine oh five"),
    ("the 6.30 train", "the six thirty train"),
    ("by 6.30 miles", "by six point three zero miles"),
    ("a ratio of 3:1", "a ratio of three to one"),
    ("John 3:16", "John three sixteen"),
]  # fmt: skip
DATES = [
    ("March 3, 1905", "March third, nineteen oh five"),
    ("3 March 1905", "the third of March nineteen oh five"),
    ("the 3rd of March", "the third of March"),
    ("Sept. 5", "September fifth"),
    ("May 5–7", "May fifth to seventh"),
    ("2010-12-25", "December twenty-fifth, twenty ten"),
    ("25/12/2010", "December twenty-fifth, twenty ten"),
]
ROMAN = [
    ("World War II", "World War two"),
    ("Psalm CL, Sonnet CI", "Psalm one hundred and fifty, Sonnet one hundred and one"),
    ("see page xi", "see page eleven"),
    ("World War I began.", "World War one began."),
    ("Henry VIII and Louis XIV", "Henry the eighth and Louis the fourteenth"),
    ("Elizabeth I of England", "Elizabeth the first of England"),
    ("King Charles I was beheaded.", "King Charles the first was beheaded."),
    ("Pope John XXIII", "Pope John the twenty-third"),
    ("Act IV, Part II", "Act four, Part two"),
    ("the XIX century", "the nineteenth century"),
    ("pp. xii–xiv", "pages twelve to fourteen"),
    ("Turn the page i said, page x of y.", "Turn the page i said, page x of y."),
    ("See p. i and page x.", "See page one and page ten."),
    ("© MCMXCVI", "© nineteen ninety-six"),
    ("Rocky II", "Rocky two"),
    ("Charles I love you.", "Charles I love you."),
    ("When I saw, and I did.", "When I saw, and I did."),
    ("It was I.", "It was I."),
    ("In Part I agree.", "In Part I agree."),
    ("an IV drip, a DIM light, XL shirts", "an IV drip, a DIM light, X L shirts"),
]
ABBREVIATIONS = [
    ("Dr. Smith lives on Elm Dr. now.", "Doctor Smith lives on Elm Drive now."),
    ("The Dr. said so.", "The doctor said so."),
    ("St. John of Baker St.", "Saint John of Baker Street."),
    ("Mr Bennet and Mrs. Long", "Mister Bennet and Missus Long"),
    ("pets, e.g. cats, i.e. felines, etc.", "pets, for example cats, that is felines, et cetera."),
    ("Cats, etc. He left.", "Cats, et cetera. He left."),
    ("No. 5, Vol. 3, pp. 3–5, p. 12", "Number five, Volume three, pages three to five, page "
     "twelve"),
    ("c. 1905", "circa nineteen oh five"),
    ("No. I said no.", "No. I said no."),
    ("Gross & Hankey", "Gross and Hankey"),
    ("drôle, drame, stdrs", "drôle, drame, stdrs"),
]  # fmt: skip
LETTERS = [
    ("J. R. R. Tolkien, H.G. Wells", "J R R Tolkien, H G Wells"),
    ("George W. Bush", "George W Bush"),
    ("It was plan B. The end.", "It was plan B. The end."),
    ("The FBI, the BBC’s TVs", "The F B I, the B B C’s T V’s"),
    ("NASA and NATO", "Nasa and Nato"),
    ("She has a PhD.", "She has a P H D."),
    ("in the U.S. and the U.K. The end.", "in the U S and the U K. The end."),
    ("WWII", "World War Two"),
    ("I said NO.", "I said NO."),
    ("the sign DO NOT ENTER there", "the sign do not enter there"),
]
SCORES_RANGES_PHONES = [
    ("They won 3–2.", "They won three two."),
    ("They lost 0-1.", "They lost nil one."),
    ("10–12 men", "ten to twelve men"),
    ("a 50-50 chance, 20–20 vision", "a fifty fifty chance, twenty twenty vision"),
    ("Call 555-0123.", "Call five five five, zero one two three."),
    ("(212) 555-0199", "two one two, five five five, zero one nine nine"),
    ("+44 20 7946 0018", "plus four four, two zero, seven nine four six, zero zero one eight"),
    (
        "+44 (0)20 7946 0018",
        "plus four four, zero, two zero, seven nine four six, zero zero one eight",
    ),
]
ADDRESSES = [
    ("See https://www.example.com/a/b?x=1#y, now.", "See example dot com, now."),
    ("www.foo.co.uk.", "foo dot co dot uk."),
    ("WWW and www.FOO.ORG", "W W W and FOO dot ORG"),
    ("Write to jane.doe@example.org.", "Write to jane dot doe at example dot org."),
    ("standardebooks.org/ebooks is", "standardebooks dot org is"),
    ("The end.It was", "The end.It was"),
]
CHARACTERS = [
    ("The oﬃce co\u00adoperated\u200b.", "The office cooperated."),
    ("the end[12] of it.[3]", "the end of it."),
    ("him* and her† and it.¹²", "him and her and it."),
    ("_this_ and *that* and **those**", "this and that and those"),
    ("<i>x</i> &amp; so", "x and so"),
    ("[12]", "[twelve]"),
    ("See [1] of it, then [2].", "See [one] of it, then [two]."),
    ("the boy[s] and so[4] it", "the boy[s] and so it"),
    ("the word^2, the next^{12} one.^3", "the word, the next one."),
    ("s***, F**k and sh*t, b****", "s***, F**k and sh*t, b****"),
    ("**No**, *I* and her**", "No, I and her"),
]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *NUMBERS,
        *YEARS,
        *ORDINALS_AND_FRACTIONS,
        *MONEY,
        *UNITS,
        *TIMES,
        *DATES,
        *ROMAN,
        *ABBREVIATIONS,
        *LETTERS,
        *SCORES_RANGES_PHONES,
        *ADDRESSES,
        *CHARACTERS,
    ],
)
def test_it_is_said_as_people_say_it(text: str, said: str) -> None:
    assert spoken(text) == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en-GB", "3/4/2010", "the third of April, twenty ten"),
        ("en-US", "3/4/2010", "March fourth, twenty ten"),
        ("en", "3/4/2010", "three slash four slash two thousand and ten"),
        ("en-GB", "March 3", "March the third"),
        ("en-US", "March 3", "March third"),
        ("en-US", "They won 3-0.", "They won three nothing."),
    ],
)
def test_the_region_decides(language: str, text: str, said: str) -> None:
    assert spoken(text, language) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CHAPTER IV", "Chapter four"),
        ("Chapter CX", "Chapter one hundred and ten"),
        ("Chapter L", "Chapter fifty"),
        ("Appendix C", "Appendix C"),
        ("Part D: Notes", "Part D: Notes"),
        ("Chapter I", "Chapter one"),
        ("IV", "four"),
        ("I. A Scandal in Bohemia", "one. A Scandal in Bohemia"),
        ("Chapter One The Arrival", "Chapter One. The Arrival"),
        ("CHAPTER TWENTY-ONE THE SEA", "Chapter Twenty-one. The Sea"),
        ("Chapter 7 “Who Calls?”", "Chapter seven. “Who Calls?”"),
        ("Chapter I The Well", "Chapter one. The Well"),
        ("Act IV The Garden", "Act four. The Garden"),
        ("Chapter One: The Arrival", "Chapter One: The Arrival"),
        ("Chapter One Hundred", "Chapter One Hundred"),
        ("Part Two of Three", "Part Two of Three"),
        ("Book I Wrote", "Book I Wrote"),
        ("THE SPECKLED BAND", "The Speckled Band"),
        ("THE FBI FILES", "The F B I Files"),
        ("PREFACE", "Preface"),
        ("I Remember", "I Remember"),
        ("C", "C"),
    ],
)
def test_a_heading_is_no_shout(text: str, said: str) -> None:
    assert spoken(text, kind=Kind.HEADING) == said


def test_only_a_heading_has_a_stop_before_its_title() -> None:
    assert spoken("Chapter One The Arrival") == "Chapter One The Arrival"


def test_every_rule_has_a_name_that_can_be_switched() -> None:
    assert {rule.name for rule in RULES} == set(SPOKEN_RULES)


SWITCHED = {
    "abbreviations": "Dr. Smith",
    "acronyms": "the FBI",
    "addresses": "www.example.com",
    "capitals": "STOP IT NOW",
    "characters": "the oﬃce",
    "initials": "J. R. R. Tolkien",
    "markup": "_this_",
    "money": "£5 note",
    "notes": "him†",
    "roman": "World War II",
    "years": "in 1905",
}


@pytest.mark.parametrize(("name", "text"), SWITCHED.items())
def test_a_rule_that_is_off_reads_nothing(name: str, text: str) -> None:
    assert spoken(text) != text
    left = spoken(text, switched_off=(name,))
    assert left != spoken(text)
    assert spoken(text, switched_off=SPOKEN_RULES) == text
