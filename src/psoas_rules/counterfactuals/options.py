"""What could be answered instead: for each answer that may change, one value from every cell that rules tell apart."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterable, Iterator
from typing import Any, Final

import attrs

from psoas_rules.conditions import Value
from psoas_rules.counterfactuals.found import Change, ChangeKind
from psoas_rules.counterfactuals.reading import Readers
from psoas_rules.facts import SECTIONS, FactKind, FactSpec
from psoas_rules.intake import Intake
from psoas_rules.loading import MINUTES
from psoas_rules.pack import Pack
from psoas_rules.revising import revised

CHANGEABLE: Final[dict[FactKind, str]] = {kind: SECTIONS[kind] for kind in ("preference", "sign", "measure", "person")}
"""What may change at all. Red flags, conditions and what belongs to them, and the screen, never do."""

_NEVER: Final = ("person.age",)
_WHOLE: Final = 1_000_000
"""A step from one end of the scale to the other, or from yes to no. Whole numbers add up the same in any order."""


class UnchangeableError(ValueError):
    """An answer was named that may not change, or that the pack does not know."""


@attrs.frozen(eq=False)
class Option:
    """One answer, changed in one way.

    Attributes:
        fact: The fact that changes; two changes of one fact exclude each other.
        touches: Every fact that it may change.
        change: It in words.
        distance: How far it goes; `_WHOLE` is all the way.
        value: The new answer; for a list, whether the entry is on it.
    """

    fact: str
    touches: frozenset[str]
    change: Change
    distance: int
    value: Value

    @property
    def cost(self) -> tuple[int, int]:
        """What makes it a large change: first whether it is no wish, then how far it goes."""
        return (0 if self.change.kind == "wish" else 1, self.distance)


class Options:
    """Everything that one person could answer instead.

    Where rules compare the two sides of a measure, an option stands for all numbers of its cell only as long as the
    other side stays as it is.

    Args:
        pack: The pack.
        readers: What its rules read.
        intake: The person's answers.
    """

    def __init__(self, pack: Pack, readers: Readers, intake: Intake) -> None:
        self.pack = pack
        self.readers = readers
        self.lexicon = readers.lexicon
        self.intake = intake
        self.facts = self.lexicon.facts(intake)
        self._sources = frozenset(fact for those in readers.derived_from.values() for fact in those)

    def all(self, changeable: Collection[str] | None, relevant: frozenset[str]) -> tuple[Option, ...]:
        """The options that can matter, the smallest changes first.

        Args:
            changeable: Sections and answers that may change; None for all that ever may.
            relevant: The facts that can matter.
        """
        specs = [spec for spec in self.lexicon.specs.values() if self._may(spec)]
        if changeable is not None:
            specs = [spec for spec in specs if {_section(spec), _name(spec)} & set(changeable)]
        found = [option for spec in specs for option in self._of(spec) if option.touches & relevant]
        return tuple(sorted(found, key=lambda option: option.cost))

    def _may(self, spec: FactSpec) -> bool:
        known = self.lexicon.answerable(spec.kind, spec.key) is spec
        return spec.kind in CHANGEABLE and known and spec.name not in _NEVER

    def check(self, changeable: Collection[str] | None) -> None:
        """Checks what somebody says may change.

        Raises:
            UnchangeableError: if something of it may not.
        """
        specs = [spec for spec in self.lexicon.specs.values() if self._may(spec)]
        known = {name for spec in specs for name in (_section(spec), _name(spec))}
        wrong = [name for name in changeable or () if name not in known]
        if wrong:
            allowed = ", ".join(dict.fromkeys(CHANGEABLE.values()))
            message = f"{', '.join(map(repr, wrong))} may not change; what may is in the sections {allowed}"
            raise UnchangeableError(message)

    def _of(self, spec: FactSpec) -> Iterator[Option]:
        if spec.answer in ("many", "names"):
            yield from self._entries(spec)
            return
        for fact in spec.facts():
            for value in self._values(spec, fact):
                yield self._option(spec, fact, value)

    # One answer

    def _option(self, spec: FactSpec, fact: str, value: Value) -> Option:
        before = self.facts.get(fact)
        kind: ChangeKind = "wish" if spec.kind == "preference" else "finding" if before is not None else "find_out"
        label, after = self.lexicon.label(fact), spec.text(value)
        known = spec.text(before)
        text = f"if you chose {after} for '{label}' (now {known})"
        if kind != "wish":
            text = f"if '{label}' were {after} (now {known})"
        side = f".{fact.rpartition('.')[2]}" if fact != spec.name else ""
        change = Change(answer=f"{_name(spec)}{side}", kind=kind, label=label, before=known, after=after, text=text)
        derived = {name for name, of in self.readers.derived_from.items() if fact in of}
        return Option(fact, frozenset({fact, *derived}), change, self._distance(spec, fact, value), value)

    def _distance(self, spec: FactSpec, fact: str, value: Value) -> int:
        before = self._usual(fact)
        low, high = spec.minimum, spec.maximum
        if isinstance(before, bool | str) or before is None or isinstance(value, bool | str):
            return _WHOLE
        span = high - low if low is not None and high is not None and high > low else 100
        return round(_WHOLE * abs(value - before) / span)

    def _usual(self, fact: str) -> Value | None:
        """The answer or, for the minutes, what counts while nobody has given them."""
        return self.facts.get(fact, self.pack.constant("default_minutes") if fact == MINUTES else None)

    def _values(self, spec: FactSpec, fact: str) -> Iterator[Value]:
        before = self.facts.get(fact)
        if spec.answer == "yes_no":
            yield from (value for value in (True, False) if value is not before)
        elif spec.answer == "choice":
            yield from (option for option in spec.options if option != before)
        else:
            yield from self._numbers(spec, fact)

    def _numbers(self, spec: FactSpec, fact: str) -> Iterator[Value]:
        """Of each cell that rules tell apart, the number nearest to the answer; of wishes, every number."""
        start, known = self._usual(fact), self.facts.get(fact)
        near = start if isinstance(start, int | float) else 0
        wish = spec.kind == "preference"
        seen: set[Hashable] = set() if known is None else {self._cell(spec, fact, known)}
        for value in sorted(self._grid(spec, fact), key=lambda value: (abs(value - near), value)):
            cell = value if wish else self._cell(spec, fact, value)
            if cell not in seen and value != known:
                seen.add(cell)
                yield value

    def _grid(self, spec: FactSpec, fact: str) -> set[float]:
        """Whole numbers, and the numbers that rules name."""
        named = set(self.readers.thresholds.get(fact, ()))
        beside = {way(one) + step for one in named for way in (math.floor, math.ceil) for step in (-1, 0, 1)}
        low = math.ceil(spec.minimum if spec.minimum is not None else min(beside, default=0))
        high = math.floor(spec.maximum if spec.maximum is not None else max(beside, default=0))
        inside = {value for value in (*named, *range(low, high + 1)) if low <= value <= high}
        return inside if spec.answer == "number" else {value for value in inside if value == int(value)}

    def _cell(self, spec: FactSpec, fact: str, value: Value) -> Hashable:
        """What rules can tell of this number: its own cell, and those of the numbers that are worked out from it."""
        own = _place(value, self.readers.thresholds.get(fact, ()))
        sources = [of for of in self.readers.derived_from.values() if fact in of]
        if not any(of - {fact} <= self.facts.keys() for of in sources):
            return own
        derived = self.lexicon.facts(revised(self.intake, {_answer(spec, fact): value}))
        found = [(name, derived.get(name)) for name, of in self.readers.derived_from.items() if fact in of]
        return (own, *[_place(known, self.readers.thresholds.get(name, ())) for name, known in found])

    # Lists

    def _entries(self, spec: FactSpec) -> Iterator[Option]:
        """One thing put on a list or taken off it."""
        now = self._list(spec)
        answered = spec.name in self.facts
        for key, label in spec.options.items():
            fact, on = f"{spec.name}.{key}", key not in now
            # Naming one thing answers for the whole list.
            others = () if answered else [f"{spec.name}.{one}" for one in now]
            # Nobody can wish a thing away that is at hand.
            wish = spec.kind == "preference" and (on or spec.key != "equipment")
            text = f"if '{label}' were {'' if on else 'not '}on the list '{spec.label}'"
            change = Change(
                answer=f"{_name(spec)}.{key}",
                kind="wish" if wish else "finding",
                label=f"{spec.label}: {label}",
                before="no" if on else "yes",
                after="yes" if on else "no",
                text=text,
            )
            yield Option(fact, frozenset({fact, spec.name, *others}), change, _WHOLE, on)

    def _list(self, spec: FactSpec) -> tuple[str, ...]:
        """What is on a list: where nobody asked for the things at hand, those that are usual in a home."""
        if spec.name in self.facts:
            return tuple(key for key in spec.options if self.facts.get(f"{spec.name}.{key}") is True)
        equipment = self.pack.vocabulary.equipment
        return tuple(key for key in equipment if equipment[key].usual) if spec.key == "equipment" else ()

    def compares_sides(self, options: Iterable[Option]) -> bool:
        """Whether rules compare two answers that may both change."""
        changing = {option.fact for option in options} & self._sources
        return any(len(of & changing) > 1 for of in self.readers.derived_from.values())

    def applied(self, options: Iterable[Option]) -> Intake:
        """The answers with these changes."""
        answers: dict[str, Any] = {}
        for option in options:
            spec = self._listing(option.fact)
            if spec is None:
                answers[option.change.answer] = option.value
                continue
            name, key = _name(spec), option.fact.rpartition(".")[2]
            now = answers.get(name, self._list(spec))
            answers[name] = (*now, key) if option.value else tuple(one for one in now if one != key)
        return revised(self.intake, answers)

    def _listing(self, fact: str) -> FactSpec | None:
        """The list that a fact is an entry of."""
        spec = self.lexicon.specs.get(fact.rpartition(".")[0])
        return spec if spec is not None and spec.answer in ("many", "names") else None


def _place(value: Value | None, thresholds: tuple[float, ...]) -> Hashable:
    if value is None or isinstance(value, bool | str):
        return value
    place = bisect_left(thresholds, value)
    return (place, place < len(thresholds) and thresholds[place] == value)


def _section(spec: FactSpec) -> str:
    return SECTIONS[spec.kind]


def _name(spec: FactSpec) -> str:
    return f"{SECTIONS[spec.kind]}.{spec.key}"


def _answer(spec: FactSpec, fact: str) -> str:
    """The name of the answer to a fact, with its side."""
    return _name(spec) + fact.removeprefix(spec.name)
