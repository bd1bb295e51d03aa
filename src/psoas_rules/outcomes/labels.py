"""The fixed words around an outcome: titles, units and small connecting words. What is said itself is the pack's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any, Final

import attrs

from psoas_rules.hints import nearest, show
from psoas_rules.intake import FrozenDict

_TITLES: Final = FrozenDict(
    {
        "routine": "Your routine",
        "referral": "No exercise yet",
        "screening": "First a few questions",
        "no_steps": "No exercises for now",
    }
)
_URGENCIES: Final = FrozenDict(
    {
        "before_exercising": "Talk to a doctor before you exercise",
        "same_day": "See a doctor today",
        "emergency": "Emergency",
    }
)
_SECTIONS: Final = FrozenDict(
    {
        "pattern": "Your pattern",
        "warm_up": "Warm-up",
        "strengthening": "Strengthening",
        "release": "Release",
        "time": "When, and how often",
        "know": "What you should know",
        "shared_cautions": "In several of these exercises",
        "asked": "What you asked for",
        "left_out": "Left out, and why",
        "how_to": "How to do it",
        "pain": "How much pain is all right",
        "stop": "Stop at once and get help",
        "seek_help": "Ask yourself again before every session",
        "act": "What to do",
        "why": "Why",
        "meanwhile": "Until then",
        "open": "Still open, and it may matter",
        "ask": "Please answer",
        "known": "Known so far",
    }
)
_DOSE: Final = FrozenDict(
    {
        "times": "{reps} times",
        "sets": "{sets} x {amount}",
        "building_up": "{amount}, building up to {top}",
        "hold": "{amount}, hold {hold} each",
        "each_side": "each side",
        "side_first": "each side, {side} side first",
        "extra_set": "{sets} set more on the {side} side",
        "relax": "let go for {time} after each",
        "rest": "rest {time}",
        "tempo": "{time} for each",
        "seconds": "{number} s",
        "minutes": "{number} min",
        "stretch": "stretch at most {most} of 10",
        "effort": "effort at most {most} of 10",
        "days": "{days} days a week",
        "one_day": "one day a week",
        "days_range": "{fewest} to {most} days a week",
    }
)
_STEP: Final = FrozenDict(
    {
        "in_steps": "Exercises {numbers}: {caution}",
        "mind": "Take care: {caution}",
        "on_days": "On {days}.",
        "feel_on_days": "{feel}, on {days}.",
        "instead_of": "In place of: {names}.",
        "stop_for": "Stop this one for: {signs}.",
        "safer": "{answer} Safer for the same wish: {names}.",
    }
)
_LINES: Final = FrozenDict(
    {
        "pattern": "Pattern: {text}",
        "sureness": "How sure: {level}. {text}",
        "counted": "What counted most: {answers}.",
        "about_minutes": "About {minutes} minutes.",
        "rules": "Rules: {name} {version} ({digest}), decided by {engine}.",
        "high": "high",
        "medium": "medium",
        "low": "low",
        "left": "left",
        "right": "right",
    }
)


def _as_in(english: Mapping[str, str]) -> Any:
    """A field for a translation of these words: the same keys, with the same braces in each entry."""

    def check(_: object, field: attrs.Attribute[Any], given: Mapping[str, str]) -> None:
        problems = [f"'{key}' is missing" for key in english if key not in given]
        problems += [f"unknown key {show(key)}{nearest(key, english)}" for key in given if key not in english]
        for key in english.keys() & given.keys():
            problems += same_braces(key, english[key], given[key])
        if problems:
            raise ValueError(f"labels, {field.name}: {'; '.join(sorted(problems))}")

    return attrs.field(default=english, converter=FrozenDict, validator=check, hash=False)


def same_braces(key: str, english: str, given: str) -> Iterator[str]:
    """What is wrong with a translation that has other braces than the English text; nothing when they are the same."""
    wanted = _braces(english)
    if _braces(given) != wanted:
        braces = " and ".join(f"{{{name}}}" for name in sorted(wanted)) or "no braces"
        yield f"'{key}' must have {braces}, as in {english!r}"


def _braces(text: str) -> frozenset[str]:
    try:
        parts = tuple(Formatter().parse(text))
    except ValueError:
        return frozenset({text})
    # What is filled in is words: nothing to convert, to pad, or to look inside of.
    return frozenset(f"{name}{conversion or ''}{form}" for _, name, form, conversion in parts if name is not None)


@attrs.frozen(kw_only=True)
class Labels:
    """Every fixed word; the defaults are English. For another language, make one and pass it to `sheet`.

    In braces stands what is filled in; an entry must have the same braces as the English one.

    Attributes:
        titles: Of the three kinds of outcome.
        urgencies: What a referral is, by urgency: said so that nobody takes it for a routine.
        sections: Titles of the sections, by role.
        dose: Pieces that a dose is put together from.
        step: Pieces that an exercise is told with.
        lines: Other sentences.

    Raises:
        ValueError: when an entry is missing, unknown or has other braces.

    Example:
        >>> german = Labels(sections={**ENGLISH.sections, "release": "Dehnen und lockern"})
        >>> german.sections["release"]
        'Dehnen und lockern'
    """

    titles: Mapping[str, str] = _as_in(_TITLES)
    urgencies: Mapping[str, str] = _as_in(_URGENCIES)
    sections: Mapping[str, str] = _as_in(_SECTIONS)
    dose: Mapping[str, str] = _as_in(_DOSE)
    step: Mapping[str, str] = _as_in(_STEP)
    lines: Mapping[str, str] = _as_in(_LINES)


ENGLISH: Final = Labels()
"""The labels in English."""
