"""Everything that one person could answer, as formulas, and the way back from what the solver found to an intake."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

import z3

from psoas_rules.conditions import Value
from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import SIDES
from psoas_rules.proving.values import (
    FALSE,
    THOUSANDTHS,
    TRUE,
    Choice,
    EncodingError,
    Number,
    Share,
    Symbol,
    YesNo,
    every,
    no,
    plain_value,
    some,
)

_NUMERIC: Final = ("scale", "whole_number", "number")
_LISTS: Final = ("many", "names")
_OF_A_PERSON: Final = ("age", "experience")
"""What an intake can say about a person; other questions of that section can never be answered."""

_LARGEST: Final = 10**12
"""The largest number that an intake takes where a question sets no bounds."""

AGE: Final = "person.age"


class Answers:
    """The answers of one person.

    Args:
        lexicon: The facts of a pack.
        prefix: Put before the name of every variable; another prefix is another person.
        own: The facts whose variables carry the prefix; None for all. The others are shared with the person without a
            prefix, so the two differ in these facts alone.

    Attributes:
        given: What can be answered, by the name of the fact.
        symbols: The same with what is worked out from them before any rule is read.
        admissible: What must hold of answers that an intake takes.
    """

    def __init__(self, lexicon: Lexicon, prefix: str = "", own: frozenset[str] | None = None) -> None:
        self.lexicon = lexicon
        self._prefix = prefix
        self._own = own
        self.given: dict[str, Symbol] = {}
        self.admissible: list[z3.BoolRef] = []
        for spec in lexicon.specs.values():
            if spec.kind in SECTIONS and spec.derive is None and "." not in spec.key:
                self._add(spec)
        self.symbols: dict[str, Symbol] = dict(self.given)
        for spec in lexicon.derived():
            self.symbols.update(self._derived(spec))
        self._ages()

    def look(self, fact: str) -> Symbol | None:
        """The fact of this name; None when no intake can make it known."""
        return self.symbols.get(fact)

    def says(self, fact: str, *, yes: bool = True) -> z3.BoolRef:
        """Whether a yes-or-no question was answered so."""
        symbol = self.symbols.get(fact)
        return symbol.says(yes=yes) if isinstance(symbol, YesNo) else FALSE

    def known(self, fact: str) -> z3.BoolRef:
        """Whether the fact is known."""
        symbol = self.symbols.get(fact)
        return FALSE if symbol is None else symbol.known

    def usual(self) -> Iterator[tuple[str, z3.BoolRef]]:
        """For every fact that can be answered: that it is as it mostly is, denied where it must be asked, else open."""
        required = frozenset(self.lexicon.required)
        for fact, symbol in self.given.items():
            yield fact, self.says(fact, yes=False) if fact in required else no(symbol.known)

    # Making the variables

    def _add(self, spec: FactSpec) -> None:
        if spec.kind == "person" and spec.key not in _OF_A_PERSON:
            return
        if spec.answer in _LISTS:
            self._list(spec)
            return
        for fact in spec.facts():
            self.given[fact] = self._symbol(spec, fact)

    def _named(self, fact: str, ending: str = "") -> str:
        prefix = self._prefix if self._own is None or fact in self._own else ""
        return f"{prefix}{fact}{ending}"

    def _flag(self, fact: str, ending: str = "") -> z3.BoolRef:
        return z3.Bool(self._named(fact, ending))

    def _symbol(self, spec: FactSpec, fact: str) -> Symbol:
        known = self._flag(fact, "?")
        if spec.answer == "yes_no":
            return YesNo(known, self._flag(fact))
        if spec.answer == "choice":
            options = {option: self._flag(fact, f"={option}") for option in spec.options}
            self.admissible.append(known == some(options.values()))
            if len(options) > 1:
                self.admissible.append(z3.AtMost(*options.values(), 1))
            return Choice(known, options)
        if spec.answer not in _NUMERIC:
            raise EncodingError(f"'{spec.name}' has an answer of the kind {spec.answer}, which no formula stands for")
        value, (low, high), scale = z3.Int(self._named(fact)), _bounds(spec), _scale(spec)
        self.admissible += [z3.Implies(known, every((value >= low, value <= high)))]
        return Number(known, value, scale)

    def _list(self, spec: FactSpec) -> None:
        """A list: known when it was given, if only as an empty one; each entry is there or was not named."""
        listed = self._flag(spec.name, "?")
        self.given[spec.name] = YesNo(listed, TRUE)
        entries: Iterable[str] = spec.options
        if spec.answer == "names":
            entries = dict.fromkeys(self.lexicon.exercises.values())
        for entry in entries:
            fact = f"{spec.name}.{entry}"
            named = self._flag(fact, "?")
            self.given[fact] = YesNo(named, TRUE)
            self.admissible.append(z3.Implies(named, listed))

    def _derived(self, spec: FactSpec) -> Iterator[tuple[str, Symbol]]:
        assert spec.derive is not None
        source = self.lexicon.specs.get(f"{spec.kind}.{spec.derive.of}")
        left, right = (self.given.get(f"{spec.kind}.{spec.derive.of}.{side}") for side in SIDES)
        if source is None or not isinstance(left, Number) or not isinstance(right, Number):
            raise EncodingError(f"'{spec.name}' is worked out from '{spec.derive.of}', which is no number with sides")
        known = every((left.known, right.known))
        if spec.derive.how == "sum_of_sides":
            yield spec.name, Number(known, left.value + right.value, left.scale)
            return
        low, high = _bounds(source)
        for side, this, other in (("left", left, right), ("right", right, left)):
            fact = f"{spec.name}.{side}"
            if spec.derive.how == "side_minus_other":
                yield fact, Number(known, this.value - other.value, this.scale)
            else:
                yield fact, Share(known, this.value, other.value, low, high, this.scale)

    def _ages(self) -> None:
        """A condition that follows from the age is what the age says, once it is known."""
        age = self.given.get(AGE)
        if not isinstance(age, Number):
            return
        for condition, low, high in self.lexicon.ages:
            symbol = self.given[condition]
            assert isinstance(symbol, YesNo)
            old_enough = TRUE if low is None else age.value >= low * age.scale
            young_enough = TRUE if high is None else age.value < high * age.scale
            told = every((symbol.known, symbol.value == every((old_enough, young_enough))))
            self.admissible.append(z3.Implies(age.known, told))

    # From the solver to answers, and back

    def facts(self, model: z3.ModelRef) -> dict[str, Value]:
        """What is answered in a model."""
        found: dict[str, Value] = {}
        for fact, symbol in self.given.items():
            if z3.is_true(model.eval(symbol.known, model_completion=True)):
                found[fact] = _value(symbol, model)
        return found

    def model(self, facts: Mapping[str, Value]) -> z3.ModelRef:
        """The model in which exactly this is answered; for reading off what follows."""
        model = z3.Model()
        for fact, symbol in self.given.items():
            value = facts.get(fact)
            if not z3.is_true(symbol.known):
                model.update_value(symbol.known, z3.BoolVal(value is not None))
            match symbol:
                case YesNo():
                    if not z3.is_true(symbol.value):
                        model.update_value(symbol.value, z3.BoolVal(value is True))
                case Choice():
                    for option, flag in symbol.options.items():
                        model.update_value(flag, z3.BoolVal(value == option))
                case Number():
                    steps = int(Fraction(str(value)) * symbol.scale) if value is not None else 0
                    model.update_value(symbol.value, z3.IntVal(steps))
        return model

    def pinned(self, facts: Mapping[str, Value], among: Container[str] | None = None) -> Iterator[z3.BoolRef]:
        """That exactly this is answered; with `among`, of these facts, and nothing is said about others."""
        for fact, symbol in self.given.items():
            if among is not None and fact not in among:
                continue
            if fact not in facts:
                yield no(symbol.known)
                continue
            yield symbol.known
            value = facts[fact]
            match symbol:
                case YesNo():
                    yield symbol.value if value is True else no(symbol.value)
                case Choice():
                    yield symbol.options[str(value)]
                case Number():
                    yield symbol.value == int(Fraction(str(value)) * symbol.scale)

    def intake(self, facts: Mapping[str, Value]) -> dict[str, Any]:
        """The answers as the plain data of an intake, short: what is denied as a whole is not listed."""
        return intake_data(self.lexicon, facts)


def _scale(spec: FactSpec) -> int:
    return THOUSANDTHS if spec.answer == "number" else 1


def _bounds(spec: FactSpec) -> tuple[int, int]:
    """The least and the most that an intake takes, in steps; a number is rounded after it was looked at."""
    low = -_LARGEST if spec.minimum is None else max(spec.minimum, -_LARGEST)
    high = _LARGEST if spec.maximum is None else min(spec.maximum, _LARGEST)
    if spec.answer == "number":
        return tuple(int(Fraction(str(round(float(end), 3))) * THOUSANDTHS) for end in (low, high))  # type: ignore[return-value]
    return math.ceil(low), math.floor(high)


def _value(symbol: Symbol, model: z3.ModelRef) -> Value:
    match symbol:
        case YesNo(_, value):
            return bool(z3.is_true(model.eval(value, model_completion=True)))
        case Choice(_, options):
            return next(name for name, flag in options.items() if z3.is_true(model.eval(flag, model_completion=True)))
        case Number(_, value, scale):
            steps = model.eval(value, model_completion=True)
            assert isinstance(steps, z3.IntNumRef)
            return plain_value(steps.as_long(), scale)
    raise EncodingError(f"no value can be read off {symbol!r}")


def intake_data(lexicon: Lexicon, facts: Mapping[str, Value]) -> dict[str, Any]:
    """Facts as the plain data of an intake that gives exactly them."""
    left = dict(facts)
    if AGE in left:
        for condition, _, _ in lexicon.ages:
            left.pop(condition, None)
    data: dict[str, Any] = {}
    required = [fact for fact in lexicon.required if fact in facts or AGE not in facts]
    unanswered = [fact for fact in lexicon.required if fact not in facts]
    if len(unanswered) * 2 <= len(required):
        data["screen"] = "clear"
        for fact in lexicon.required:
            if left.get(fact) is False:
                del left[fact]
    else:
        unanswered = []
    person = {fact.partition(".")[2]: left.pop(fact) for fact in list(left) if fact.startswith("person.")}
    if person:
        data["person"] = person
    for kind, section in SECTIONS.items():
        answers = {} if kind == "person" else dict(_section(lexicon, kind, left))
        answers.update((fact.partition(".")[2], "unknown") for fact in unanswered if fact.startswith(f"{kind}."))
        if answers:
            data[section] = answers
    return data


def _section(lexicon: Lexicon, kind: str, facts: Mapping[str, Value]) -> Iterator[tuple[str, Any]]:
    for spec in lexicon.specs.values():
        if spec.kind != kind or "." in spec.key or spec.derive is not None:
            continue
        if spec.answer in _LISTS:
            if spec.name in facts:
                entries = [fact.removeprefix(f"{spec.name}.") for fact in facts if fact.startswith(f"{spec.name}.")]
                yield spec.key, [_name(lexicon, entry) for entry in entries] if spec.answer == "names" else entries
            continue
        known = {fact.rpartition(".")[2]: facts[fact] for fact in spec.facts() if fact in facts}
        if known and not spec.sided:
            yield spec.key, facts[spec.name]
        elif known:
            values = list(known.values())
            same = len(values) == len(SIDES) and values[0] == values[1]
            yield spec.key, values[0] if same else known


def _name(lexicon: Lexicon, exercise: str) -> str:
    """A name by which the intake finds the exercise."""
    from psoas_rules.lexicon import name_key

    if lexicon.exercises.get(name_key(exercise)) == exercise:
        return exercise
    return next(" ".join(key) for key, found in lexicon.exercises.items() if found == exercise)
