"""Facts: what each may be, and the way from one answer to one fact."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

import attrs

from psoas_rules.conditions import Value
from psoas_rules.hints import nearest, show
from psoas_rules.pack import SIDES, AnswerKind, Derive

FactKind: TypeAlias = Literal[
    "sign",
    "measure",
    "red_flag",
    "condition",
    "detail",
    "cleared",
    "person",
    "preference",
    "finding",
    # What only rules of programmes read; see `progressing`.
    "report",
    "today",
    "mark",
    "in_a_row",
    "this_week",
    "lately",
    "anywhere_today",
    "anywhere_this_week",
    "days_lately",
    "course",
    "retest",
]
FACT_KINDS: tuple[FactKind, ...] = (
    "sign",
    "measure",
    "red_flag",
    "condition",
    "detail",
    "cleared",
    "person",
    "preference",
    "finding",
)

SECTIONS: dict[FactKind, str] = {
    "sign": "signs",
    "measure": "measures",
    "red_flag": "red_flags",
    "condition": "conditions",
    "detail": "details",
    "cleared": "clearances",
    "preference": "preferences",
    "person": "person",
}
"""The section of an intake that answers of each kind stand in."""

DECIMALS = 3
"""Numbers are read to a thousandth of their unit: finer than anybody measures."""
_LARGEST = 1e12
_LONGEST_LIST = 120


@attrs.frozen
class FactSpec:
    """What a fact may be.

    Attributes:
        name: Name without a side, such as `sign.hip_flexor_tightness_feeling`.
        kind: Where it comes from.
        label: What it is called for people.
        answer: Type of the answer.
        ask: The question; empty for facts that are worked out.
        unit, minimum, maximum: For numbers.
        options: For choices: key and text.
        sided: Whether left and right are separate facts.
        when_unknown: Whether not knowing counts as the dangerous answer (see `conditions.Test`).
        derive: How it is worked out from a measure, if it is.
    """

    name: str
    kind: FactKind
    label: str
    answer: AnswerKind
    ask: str = ""
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    options: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    sided: bool = False
    when_unknown: bool = False
    derive: Derive | None = None
    _facts: tuple[str, ...] = attrs.field(init=False, eq=False, repr=False)
    _span: tuple[float, float] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        # Worked out once: every answer of every intake asks for them.
        facts = tuple(f"{self.name}.{side}" for side in SIDES) if self.sided else (self.name,)
        object.__setattr__(self, "_facts", facts)
        low = -_LARGEST if self.minimum is None else max(self.minimum, -_LARGEST)
        high = _LARGEST if self.maximum is None else min(self.maximum, _LARGEST)
        object.__setattr__(self, "_span", (low, high))

    @property
    def key(self) -> str:
        """The name without its kind."""
        return self.name.partition(".")[2]

    def facts(self) -> tuple[str, ...]:
        """Names of the facts: one, or one for each side."""
        return self._facts

    def text(self, value: Value | None) -> str:
        """The value in words, with its unit."""
        if value is None:
            return "not answered"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return self.options.get(value, value)
        number = f"{value:g}"
        if self.answer == "scale":
            return f"{number} of {self.maximum:g}"
        return f"{number} {self.unit}" if self.unit else number

    def takes(self, given: object) -> bool:
        """Whether an answer is a fact just as it stands; most are, and need no closer reading."""
        if given is True or given is False:
            return self.answer == "yes_no"
        if given.__class__ is int:
            low, high = self._span
            return self.answer in ("scale", "whole_number", "number") and low <= given <= high
        return self.answer == "choice" and given.__class__ is str and given in self.options

    def read(self, given: object) -> Value:
        """The answer as a fact.

        Raises:
            ValueError: saying what is wrong and what is allowed.
        """
        match self.answer:
            case "yes_no":
                return yes_or_no(given)
            case "choice":
                return self._choice(given)
            case "scale" | "whole_number":
                return self._whole(given)
            case "number":
                return self._number(given)
            case "many" | "names":
                raise ValueError("a list is read as one fact for each entry")

    def _allowed(self) -> str:
        kind = "a number" if self.answer == "number" else "a whole number"
        match self.minimum, self.maximum:
            case None, None:
                span = kind
            case low, None:
                span = f"{kind} of {low:g} or more"
            case None, high:
                span = f"{kind} of {high:g} or less"
            case low, high:
                span = f"{kind} from {low:g} to {high:g}"
        return f"{span} ({self.unit})" if self.unit else span

    def _choice(self, given: object) -> str:
        found = option_named(given, self.options)
        if found is not None:
            return found
        raise ValueError(f"{show(given)} is not one of {listed(self.options)}{nearest(given, self.options)}")

    def _number(self, given: object) -> int | float:
        if isinstance(given, bool) or not isinstance(given, int | float):
            text = "is text, not" if isinstance(given, str) else "is not"
            raise ValueError(f"{show(given)} {text} {self._allowed()}")  # noqa: TRY004 - one wrong value like another
        # The size comes first: math.isfinite cannot read whole numbers beyond the range of a float.
        if not abs(given) <= _LARGEST or not math.isfinite(given) or not self._inside(given):
            raise ValueError(f"{show(given)} is not {self._allowed()}")
        # A thousandth of any unit is finer than anybody measures; a whole number stays one.
        rounded = round(float(given), DECIMALS)
        return int(rounded) if rounded == int(rounded) else rounded

    def _whole(self, given: object) -> int:
        number = self._number(given)
        if isinstance(number, float) or number != given:
            raise ValueError(f"{show(given)} is not {self._allowed()}")
        return number

    def _inside(self, given: float) -> bool:
        return (self.minimum is None or given >= self.minimum) and (self.maximum is None or given <= self.maximum)


def option_named(given: object, options: Iterable[str]) -> str | None:
    """The option that is given, as the pack has it: text of another class may show otherwise than it compares."""
    if not isinstance(given, str) or given not in options:
        return None
    return next(option for option in options if option == given)


def yes_or_no(given: object) -> bool:
    """An answer of yes or no, in words or as True or False.

    Raises:
        ValueError: if it is neither.
    """
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given in ("yes", "no"):
        return given == "yes"
    raise ValueError(f"{show(given)} is not yes or no (true or false)")


def listed(options: Iterable[str]) -> str:
    """The options in a row; a long row is cut."""
    text = ", ".join(options) or "no options at all"
    return text if len(text) <= _LONGEST_LIST else f"{text[:_LONGEST_LIST].rpartition(', ')[0]} and others"


def is_unknown(given: object) -> bool:
    """Whether an answer says that it is not known: None, or one of the words for it."""
    return given is None or (isinstance(given, str) and given in ("unknown", "not_sure"))
