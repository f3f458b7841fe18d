"""Measures in English: numbers with a unit's sign, per cent, feet and inches, places on a map."""

from __future__ import annotations

import re

from audiobook.script.spoken.english import number, quantity
from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["RULES"]

_UNITS = {
    "km/h": ("kilometre per hour", "kilometres per hour"),
    "kph": ("kilometre per hour", "kilometres per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "m/s": ("metre per second", "metres per second"),
    "km²": ("square kilometre", "square kilometres"),
    "m²": ("square metre", "square metres"),
    "m³": ("cubic metre", "cubic metres"),
    "cm²": ("square centimetre", "square centimetres"),
    "cm³": ("cubic centimetre", "cubic centimetres"),
    "sq ft": ("square foot", "square feet"),
    "km": ("kilometre", "kilometres"),
    "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"),
    "nm": ("nanometre", "nanometres"),
    "m": ("metre", "metres"),
    "mi": ("mile", "miles"),
    "ft": ("foot", "feet"),
    "yd": ("yard", "yards"),
    "yds": ("yard", "yards"),
    "kg": ("kilogram", "kilograms"),
    "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "cwt": ("hundredweight", "hundredweight"),
    "ml": ("millilitre", "millilitres"),
    "mL": ("millilitre", "millilitres"),
    "l": ("litre", "litres"),
    "L": ("litre", "litres"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "%": ("per cent", "per cent"),
    "‰": ("per mille", "per mille"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "kW": ("kilowatt", "kilowatts"),
    "MW": ("megawatt", "megawatts"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "KB": ("kilobyte", "kilobytes"),
    "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "dB": ("decibel", "decibels"),
    "hp": ("horsepower", "horsepower"),
    "min": ("minute", "minutes"),
    "hrs": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "ms": ("millisecond", "milliseconds"),
    "sec": ("second", "seconds"),
}
_NUMBER = r"[-−+]?(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.\d{1,30})?|[-−+]?\.\d{1,30}"
_NAMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_MEASURE = re.compile(
    rf"(?<![\w.,/$£€])(?P<from>{_NUMBER})"
    r"(?: ?(?:[-–]|to) ?(?P<to>\d{1,30}(?:\.\d{1,30})?))?"
    rf"(?P<joint>[ -]?)(?P<unit>{_NAMES})(?![\w²³/]|(?<=°) ?[CF\d])(?:\.(?= [a-z]))?"
)
_FEET = re.compile(
    r"(?<![\w.,/])(\d{1,3}) ?(?:['’′]|ft\.?) ?(\d{1,2}(?:\.\d)?|½) ?(?:[\"”″]|''|’’|in\b\.?)"
)
_FEET_ALONE = re.compile(r"(?<![\w.,/])(\d{1,3})([′″])(?!\w)")
_PLACE = re.compile(r"(?<![\w.])(\d{1,3})° ?(?:(\d{1,2})[′'’] ?)?(?:(\d{1,2})[″\"”] ?)?([NSEW])\b")
_WINDS = {"N": "north", "S": "south", "E": "east", "W": "west"}


def _measure(match: re.Match[str], _context: Context) -> str:
    one, many = _UNITS[match["unit"]]
    if match["to"]:
        return f"{number(match['from'])} to {number(match['to'])} {many}"
    if match["joint"] == "-":
        return f"{number(match['from'])}-{one}"
    return quantity(match["from"], one, many)


def _feet(match: re.Match[str], _context: Context) -> str:
    inches = "and a half" if match[2] == "½" else number(match[2])
    if "ft" not in match[0]:
        return f"{number(match[1])} foot {inches}"
    unit = "inch" if match[2] == "1" else "inches"
    return f"{quantity(match[1], 'foot', 'feet')} {inches} {unit}"


def _feet_alone(match: re.Match[str], _context: Context) -> str:
    return quantity(match[1], *(("foot", "feet") if match[2] == "′" else ("inch", "inches")))


def _place(match: re.Match[str], _context: Context) -> str:
    parts = [quantity(match[1], "degree", "degrees")]
    if match[2]:
        parts.append(quantity(match[2], "minute", "minutes"))
    if match[3]:
        parts.append(quantity(match[3], "second", "seconds"))
    return " ".join([*parts, _WINDS[match[4]]])


RULES = (
    Rule("units", Clue.DIGIT, _PLACE, _place, ("en",)),
    Rule("units", Clue.DIGIT, _FEET, _feet, ("en",)),
    Rule("units", Clue.DIGIT, _FEET_ALONE, _feet_alone, ("en",)),
    Rule("units", Clue.DIGIT, _MEASURE, _measure, ("en",)),
)
"""In the order in which they are tried."""
