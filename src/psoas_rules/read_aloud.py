"""Outcomes as a script that a voice reads, or that somebody reads out over the telephone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from psoas_rules.legible import legible
from psoas_rules.outcomes import ENGLISH, DaySheet, Labels, Outcome, Sheet, StepSheet, sheet
from psoas_rules.outcomes.captions import CAPTIONS, Captions

__all__ = ["read_aloud", "spoken"]

_UNITS: Final = {
    "s": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "mm": ("millimetre", "millimetres"),
    "cm": ("centimetre", "centimetres"),
    "m": ("metre", "metres"),
    "km": ("kilometre", "kilometres"),
    "kg": ("kilogram", "kilograms"),
    "%": ("percent", "percent"),
    "°": ("degree", "degrees"),
}
_SHORT_FORMS: Final = {"e.g.": "for example", "i.e.": "that is", "etc.": "and so on", "approx.": "about"}
_FRACTIONS: Final = {
    "1/2": "one half",
    "1/3": "one third",
    "2/3": "two thirds",
    "1/4": "one quarter",
    "3/4": "three quarters",
}
_AS_FRACTIONS: Final = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4"}

_NUMBER: Final = r"\d+(?:\.\d+)?"
_UNIT: Final = rf"(?:{'|'.join(_UNITS)})(?![\w°%])"


def _spelt(found: re.Match[str]) -> str:
    return " ".join(found.group())


def _fraction(found: re.Match[str]) -> str:
    return f" {_AS_FRACTIONS[found.group()]}"


def _short_form(found: re.Match[str]) -> str:
    said = _SHORT_FORMS[found[1].lower().replace(" ", "")]
    said = said.capitalize() if found[1][0].isupper() else said
    # At the end of a text the full stop is that of the sentence, too.
    return f"{said}." if found[2] is not None else said


def _sets(found: re.Match[str]) -> str:
    return "1 set of " if found[1] == "1" else f"{found[1]} sets of "


def _unit(found: re.Match[str]) -> str:
    to, number, unit = found[1] or "", found[2], found[3]
    one, several = _UNITS[unit]
    return f"{to}{number} {one if number == '1' and not to else several}"


def _unit_per(found: re.Match[str]) -> str:
    number, unit, per = found.groups()
    one, several = _UNITS[unit]
    return f"{number} {one if number == '1' else several} per {_UNITS.get(per, (per,))[0]}"


def _two_numbers(found: re.Match[str]) -> str:
    """Two numbers with a slash: a fraction, points on a scale, or one number over another, such as a blood pressure."""
    whole, upper, lower, unit = found.groups()
    fraction = _FRACTIONS.get(f"{upper}/{lower}")
    one, several = _UNITS.get(unit, ("", ""))
    if fraction and whole:
        return f"{whole} and {fraction} {several}".rstrip()
    if fraction:
        part = f" of {'an' if one == 'hour' else 'a'} {one}" if one != several else f" {one}"
        return f"{fraction}{part}".rstrip()
    said = f"{upper} {'of' if int(upper) <= int(lower) else 'over'} {lower}"
    return " ".join(filter(None, (whole, said, several)))


_SAID: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"\b([Ee]\. ?g\.|[Ii]\. ?e\.)(?:,|($)|)", _short_form),
        (r"\b([Ee]tc\.|[Aa]pprox\.)(\s*$)?", _short_form),
        (r"(?<![\w./])24/7(?![\w/])", "24 hours a day, 7 days a week"),
        (r"\bDr\.", "Doctor"),
        (r"\bvs\.?(?!\w)", "against"),
        # 2 x 10 times, 2 x 30 s
        (r"(?<![\w.])(\d+) ?[x×] ?(?=\d)", _sets),
        # A fingerprint: mixed letters and digits
        (r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12}\b", _spelt),
        (f"[{''.join(_AS_FRACTIONS)}]", _fraction),
        # 5 s-10 s
        (rf"(?<![\w.-])({_NUMBER} ?{_UNIT}) ?[-–—−] ?(?={_NUMBER} ?{_UNIT})", r"\1 to "),
        # 8-10, but neither a date nor a version
        (rf"(?<![\w.-])({_NUMBER}) ?[-–—−] ?({_NUMBER})(?![\w-])", r"\1 to \2"),
        # -2, but not the dash of a list or between words
        (r"(?<![\w.,)%°-])[-−](?=\d)", "minus "),
        # 5 m/s
        (rf"(?<![\w.])({_NUMBER}) ?({'|'.join(_UNITS)})/([^\W\d_]+)", _unit_per),
        # 1/2, 1 1/2 kg, 3/10, 160/100
        (rf"(?:(?<![\w./])(\d+) )?(?<![\w./])(\d{{1,4}})/(\d{{1,4}})(?![\w/])(?: ?({_UNIT}))?", _two_numbers),
        (rf"((?<=\d) to )?(?<![\w.])({_NUMBER}) ?({_UNIT})", _unit),
        (r"≤ ?(?=\d)", "at most "),
        (r"≥ ?(?=\d)", "at least "),
        (r"< ?(?=\d)", "less than "),
        (r"> ?(?=\d)", "more than "),
        (r"± ?(?=\d)", "plus or minus "),
        (r"(?<=\w) ?\+(?!\w)", " or more"),
        (r" ?\+ ?(?=\w)", " plus "),
        (r" ?= ?(?=\d)", " is "),
        (r" ?& ?", " and "),
        (r"\band/or\b", "and or"),
        (r"(?<=[^\W\d])/(?=\w)|(?<=\w)/(?=[^\W\d])", " or "),
        # What makes a pause
        (r"[()\[\]{}]|(?<=\s)[-–—]+(?=\s)|[–—]", ", "),
        (";", ". "),
        (r"…|\.{2,}", "."),
        ("’", "'"),
    )
)
"""Signs and short forms as they are said, in the order in which they are replaced."""

# Most texts are words and a few marks; they are told at a glance.
_SIMPLE: Final = re.compile(r"[A-Za-z]+(?:(?:[,.?!:]? |['-])[A-Za-z]+)*[.?!]?")
_SHORT: Final = re.compile(r"(?i)\b(?:etc|approx|Dr|vs)\b|\b[ei]\. ?[ge]\b")
_UNSAID: Final = re.compile(r"[^A-Za-z0-9 .,?!:'-]")
_KEPT: Final = frozenset(".,?!:'-")
_SENTENCE: Final = re.compile(r"(?<=[.?!]) (?=\S)")


def read_aloud(outcome: Outcome, labels: Labels = ENGLISH, captions: Captions = CAPTIONS) -> str:
    """An outcome as plain text for a voice.

    Each sentence stands on a line of its own, an empty line is a longer pause. There are no signs and no short forms:
    units are words. The words and their order are those of every other format.

    Args:
        outcome: A routine, a referral or a screening.
        labels: The fixed words around what the pack says; signs are read as in English.
        captions: The fixed words that a voice adds.

    Returns:
        The text, with a line break at its end. The same outcome gives the same text.
    """
    told = sheet(outcome, labels)
    parts = ("\n".join(sentence for text in part for sentence in _sentences(text)) for part in _parts(told, captions))
    return "\n\n".join(filter(None, parts)) + "\n"


def spoken(text: str) -> str:
    """A text as it is said: letters, digits and the marks that make a pause, on one line.

    >>> spoken("2 x 30 s; each side; rest 1 min")
    '2 sets of 30 seconds. each side. rest 1 minute'
    """
    text = legible(text)
    if _SIMPLE.fullmatch(text) and not _SHORT.search(text):
        return text
    for pattern, said in _SAID:
        text = pattern.sub(said, text)
    if text.isascii():
        text = _UNSAID.sub(" ", text)
    else:
        text = "".join(character if _is_said(character) else " " for character in text)
    # A mark needs a word before it, and one mark is a pause as good as several.
    text = re.sub(r"\s+([.,?!:])", r"\1", " ".join(text.split()))
    text = re.sub(r"(?<!\w)['-]+(?!\w)", "", text)
    text = re.sub(r"[,:]+(?=[.?!])|(?<=[.?!:]),+|,(?=[,:])", "", text)
    text = re.sub(r"([.?!])[.?!,:]+", r"\1", text)
    return " ".join(text.strip(" ,:-").lstrip(".?!").split())


def _is_said(character: str) -> bool:
    return character in _KEPT or unicodedata.category(character)[0] in "LMN" or character in "\u200c\u200d"


def _sentences(text: str) -> Iterator[str]:
    said = spoken(text)
    if any(character.isalnum() for character in said):
        sentences = _SENTENCE.split(said if said[-1] in ".?!" else f"{said}.")
        yield from map(_begun, sentences)


def _begun(sentence: str) -> str:
    """The sentence with a capital letter first, where a letter has one that is the same letter."""
    first = sentence[0].upper()
    return f"{first}{sentence[1:]}" if first.lower() == sentence[0] else sentence


def _parts(told: Sheet, captions: Captions) -> Iterator[Iterable[str]]:
    yield (told.title, *told.lead)
    for section in told.sections:
        yield (captions.title(section.title, section.minutes), *section.text, *section.entries, *section.after)
        for step in section.steps:
            yield from _step(step, len(told.steps), captions)
        if section.role == "time":
            yield from ([_day(day, captions)] for day in told.week)
    yield told.foot


def _step(step: StepSheet, count: int, captions: Captions) -> Iterator[Iterable[str]]:
    yield (captions.exercise_of.format(number=step.number, count=count), step.name, *step.dose_pieces)
    yield (step.why, *step.mind, *step.remarks[len(step.cautions) :], *captions.hints(step))
    yield step.how


def _day(day: DaySheet, captions: Captions) -> str:
    numbers = captions.numbers(day.steps)
    named = f" {captions.exercises} {numbers}." if numbers else ""
    return f"{captions.day.format(number=day.index + 1)}: {day.text}{named}"
