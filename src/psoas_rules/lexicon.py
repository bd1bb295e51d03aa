"""The lexicon: every fact that a pack knows, with its type, and the way from a person's answers to facts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import attrs

from psoas_rules.conditions import Value
from psoas_rules.errors import IntakeError, Problem
from psoas_rules.facts import (
    DECIMALS,
    FACT_KINDS,
    SECTIONS,
    FactKind,
    FactSpec,
    is_unknown,
    listed,
    option_named,
    yes_or_no,
)
from psoas_rules.hints import kind as kind_of
from psoas_rules.hints import nearest, show
from psoas_rules.intake import Intake, Person
from psoas_rules.pack import SIDES, Item, Pack, Part

_LONGEST_NAME = 200
_MOST_ENTRIES = 1_000
_MOST_HINTS = 100
_STOP_WORDS = frozenset({"a", "an", "the", "with", "for", "of", "on", "my", "and", "to"})


def name_key(text: str) -> tuple[str, ...]:
    """A name by which an exercise is found: its words, without case, accents, order and little words."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return tuple(sorted(set(re.findall(r"[a-z0-9]+", plain)) - _STOP_WORDS))


@attrs.frozen
class Lexicon:
    """The facts of one pack.

    Attributes:
        specs: By name without side.
        required: Names of the facts that must be answered before any routine.
        groups: For each screen group, the facts that a "no" denies.
        exercises: Exercise ids by name key.
    """

    specs: Mapping[str, FactSpec]
    required: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    exercises: Mapping[tuple[str, ...], str]
    ages: tuple[tuple[str, int | None, int | None], ...] = ()
    _answerable: Mapping[FactKind, Mapping[str, FactSpec]] = attrs.field(init=False, eq=False, repr=False)
    _derived: tuple[FactSpec, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        answerable: dict[FactKind, dict[str, FactSpec]] = {kind: {} for kind in FACT_KINDS}
        for spec in self.specs.values():
            # Entries of a list and derived numbers are no answers.
            if spec.derive is None and "." not in spec.key:
                answerable.setdefault(spec.kind, {})[spec.key] = spec
        object.__setattr__(self, "_answerable", answerable)
        object.__setattr__(self, "_derived", tuple(spec for spec in self.specs.values() if spec.derive is not None))

    def spec(self, fact: str) -> FactSpec:
        """The spec of a fact, given with or without its side."""
        found = self.specs.get(fact)
        return found if found is not None else self.specs[fact.rpartition(".")[0]]

    def label(self, fact: str) -> str:
        """What a fact is called for people, with its side."""
        spec = self.spec(fact)
        return spec.label if fact == spec.name else f"{spec.label} ({fact.rpartition('.')[2]})"

    def exercise_named(self, words: str) -> str | None:
        """The id of the exercise that these words name; None for no exercise of the pack."""
        return self.exercises.get(name_key(words)) if len(words) <= _LONGEST_NAME else None

    def named(self, kind: FactKind) -> dict[str, FactSpec]:
        """The specs of one kind, by name without the kind."""
        return {spec.key: spec for spec in self.specs.values() if spec.kind == kind}

    def answerable(self, kind: FactKind, key: object) -> FactSpec | None:
        """The spec of something that a person can answer; entries of a list and derived numbers are no answers."""
        return self._answerable[kind].get(key) if isinstance(key, str) else None

    def answers(self, kind: FactKind) -> list[str]:
        """Everything of this kind that a person can answer."""
        return list(self._answerable[kind])

    def derived(self) -> tuple[FactSpec, ...]:
        """The numbers that are worked out from others."""
        return self._derived

    def facts(self, intake: Intake) -> dict[str, Value]:
        """The intake as facts, checked against the pack. Unknown answers are simply not there.

        Raises:
            IntakeError: listing every answer that cannot be read.
        """
        _must_be_intake(intake)
        reader = _Reader(self)
        facts = reader.read(intake)
        if reader.problems:
            raise IntakeError(tuple(reader.problems))
        return facts


def _must_be_intake(given: object) -> None:
    if not isinstance(given, Intake):
        text = f"answers come as an Intake, not as {kind_of(given)}; Intake.from_dict makes one from plain data"
        raise IntakeError((Problem("", text),))


class _Reader:
    """Reads one intake; collects problems instead of stopping at the first."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.problems: list[Problem] = []
        self.facts: dict[str, Value] = {}
        self.open: set[str] = set()

    def read(self, intake: Intake) -> dict[str, Value]:
        for kind, section in SECTIONS.items():
            answers = _person(intake.person) if kind == "person" else getattr(intake, section)
            if answers:
                self._section(section, kind, answers)
        self._screen(intake)
        self._ages(intake)
        self._derived()
        return self.facts

    def _section(self, section: str, kind: FactKind, answers: Mapping[Any, Any]) -> None:
        facts = self.facts
        for key, given in answers.items():
            spec = self.lexicon.answerable(kind, key)
            if spec is not None and spec.takes(given):
                for fact in spec.facts():
                    facts[fact] = given
            elif not isinstance(key, str):
                self.problems.append(Problem(section, f"a key is text, not {show(key)}"))
            elif spec is None:
                self.problems.append(Problem(f"{section}.{_safe(key)}", self._unknown(kind, key)))
            else:
                self._answer(f"{section}.{key}", spec, given)

    def _unknown(self, kind: FactKind, key: str) -> str:
        """What to do about a key that is no answer of this section."""
        what = "condition" if kind == "cleared" else kind.replace("_", " ")
        whole, _, part = key.rpartition(".")
        for other in (kind, *FACT_KINDS):
            spec = self.lexicon.specs.get(f"{other}.{key}")
            if spec is not None and spec.derive is not None:
                return "it is worked out from other measures; leave it out"
            if spec is not None and other in SECTIONS and self.lexicon.answerable(other, key):
                return f"it belongs under '{SECTIONS[other]}'"
        above = self.lexicon.answerable(kind, whole)
        if above is not None and above.sided and part in SIDES:
            return f"write the side inside: {whole}: {{{part}: ...}}"
        if above is not None and above.answer in ("many", "names"):
            return f"write a list: {whole}: [{part}]"
        known = self.lexicon.answers(kind)
        return f"unknown {what}{self._near(key, known) or f'; known: {listed(known)}'}"

    def _near(self, given: object, known: Iterable[str]) -> str:
        """The nearest known name, for the first problems: looking for it costs too much to do it thousands of times."""
        return nearest(given, known) if len(self.problems) < _MOST_HINTS else ""

    def _answer(self, field: str, spec: FactSpec, given: object) -> None:
        if spec.answer in ("many", "names"):
            self._list(field, spec, given)
        elif not isinstance(given, Mapping):
            for fact in spec.facts():
                self._one(field, spec, fact, given)
        elif not spec.sided:
            self.problems.append(Problem(field, "it has no sides; write one answer instead of a mapping"))
        else:
            for side in [side for side in given if side not in SIDES][:_MOST_HINTS]:
                near = nearest(side, SIDES)
                self.problems.append(Problem(field, f"a side is 'left' or 'right', not {show(side)}{near}"))
            for side in SIDES:
                if side in given:
                    self._one(f"{field}.{side}", spec, f"{spec.name}.{side}", given[side])

    def _one(self, field: str, spec: FactSpec, fact: str, given: Any) -> None:
        if spec.takes(given):
            self.facts[fact] = given
            return
        if is_unknown(given):
            self.open.add(fact)
            return
        try:
            self.facts[fact] = spec.read(given)
        except ValueError as error:
            problem = Problem(field, str(error))
            if problem not in self.problems:
                self.problems.append(problem)

    def _list(self, field: str, spec: FactSpec, given: object) -> None:
        if is_unknown(given):
            return
        if isinstance(given, str | bytes | bytearray | Mapping) or not isinstance(given, Iterable):
            cure = f"; write [{given}]" if isinstance(given, str) and given in spec.options else ""
            self.problems.append(Problem(field, f"{show(given)} is not a list{cure}"))
            return
        # Saying "none of them" is an answer too: without this fact an empty list would look like silence.
        self.facts[spec.name] = True
        entries = list(islice(given, _MOST_ENTRIES + 1))
        if len(entries) > _MOST_ENTRIES:
            self.problems.append(Problem(field, f"the list is too long; at most {_MOST_ENTRIES} entries are read"))
            return
        for entry in entries:
            found = self._entry(spec, entry)
            if found is None:
                self.problems.append(Problem(field, f"{show(entry)} {self._not_listed(spec, entry)}"))
            else:
                self.facts[f"{spec.name}.{found}"] = True

    def _entry(self, spec: FactSpec, entry: object) -> str | None:
        """The option that an entry of a list names."""
        if not isinstance(entry, str) or len(entry) > _LONGEST_NAME:
            return None
        if spec.answer == "names":
            return self.lexicon.exercise_named(entry)
        return option_named(entry, spec.options)

    def _not_listed(self, spec: FactSpec, entry: object) -> str:
        if spec.answer == "names":
            known = (*spec.options.values(), *spec.options)
            near = self._near(entry, known) or f"; known: {listed(spec.options)}"
            return f"is not the name of an exercise or technique{near}"
        return f"is not one of {listed(spec.options)}{self._near(entry, spec.options)}"

    def _screen(self, intake: Intake) -> None:
        for group, given in intake.screen.answers.items():
            if group not in self.lexicon.groups:
                self.problems.append(self._unknown_group(group))
            elif not is_unknown(given):
                try:
                    denied = not yes_or_no(given)
                except ValueError as error:
                    self.problems.append(Problem(f"screen.{group}", str(error)))
                else:
                    self._deny(self.lexicon.groups[group] if denied else ())
        if intake.screen.all_clear:
            self._deny(self.lexicon.required)

    def _unknown_group(self, group: object) -> Problem:
        if not isinstance(group, str):
            return Problem("screen", f"a key is text, not {show(group)}")
        if group in ("clear", "all_clear"):
            return Problem(f"screen.{group}", "write screen: clear, with no groups beside it")
        near = self._near(group, self.lexicon.groups) or f"; known: {listed(self.lexicon.groups)}"
        return Problem(f"screen.{_safe(group)}", f"unknown group of screen questions{near}")

    def _deny(self, facts: Iterable[str]) -> None:
        """A blanket "no" never overrides an answer that was given, nor one that was said to be unknown."""
        known = dict.fromkeys(facts, False) | self.facts
        for fact in self.open:
            if fact not in self.facts:
                known.pop(fact, None)
        self.facts = known

    def _ages(self, intake: Intake) -> None:
        age = self.facts.get("person.age")
        if not isinstance(age, int | float) or isinstance(age, bool):
            return
        for condition, low, high in self.lexicon.ages:
            present = (low is None or age >= low) and (high is None or age < high)
            key = condition.partition(".")[2]
            given = intake.conditions.get(key)
            if not is_unknown(given) and self.facts.get(condition, present) is not present:
                text = f"{show(given)} does not fit the age of {age:g}; leave it out, the age tells"
                self.problems.append(Problem(f"conditions.{key}", text))
            self.facts[condition] = present

    def _derived(self) -> None:
        for spec in self.lexicon.derived():
            if spec.derive is None:
                continue
            source = f"{spec.kind}.{spec.derive.of}"
            left, right = self.facts.get(f"{source}.left"), self.facts.get(f"{source}.right")
            if not isinstance(left, int | float) or not isinstance(right, int | float):
                continue
            if spec.derive.how == "sum_of_sides":
                self.facts[spec.name] = _tidy(left + right)
                continue
            for side, this, other in (("left", left, right), ("right", right, left)):
                difference = this - other
                if spec.derive.how == "percent_below_other":
                    larger = max(abs(this), abs(other))
                    difference = 100 * (other - this) / larger if larger else 0
                self.facts[f"{spec.name}.{side}"] = _tidy(difference)


def _person(person: Person) -> dict[str, object]:
    answers = {"age": person.age, "experience": person.experience}
    return {key: given for key, given in answers.items() if given is not None}


def _tidy(number: float) -> int | float:
    rounded = round(number, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded


def _safe(key: str) -> str:
    return key if key and key.isprintable() and len(key) <= 60 else show(key)


_WORDS = ("supported", "provisional", "uncertain", "unlikely", "no_information")


def _findings() -> Iterable[FactSpec]:
    """What the stages work out and rules of later stages may read."""

    def choice(key: str, label: str, options: Iterable[str], *, sided: bool = False) -> FactSpec:
        return FactSpec(f"finding.{key}", "finding", label, "choice", options={o: o for o in options}, sided=sided)

    def number(key: str, label: str, unit: str, *, sided: bool = False) -> FactSpec:
        return FactSpec(f"finding.{key}", "finding", label, "number", "", unit, -1000, 1000, sided=sided)

    yield number("clinician_first_count", "Conditions for which a clinician comes first", "conditions")
    for pattern in ("tight", "weak"):
        yield choice(pattern, f"Word for the {pattern} pattern", _WORDS, sided=True)
        yield number(f"{pattern}_points", f"Points for the {pattern} pattern", "points", sided=True)
    for target in ("core", "balance", "glutes", "pelvic_floor", "other"):
        yield number(f"{target}_points", f"Points for {target.replace('_', ' ')}", "points")
    yield choice("profile", "Profile", ("tight", "weak", "both", "neither", "uncertain"))
    yield choice("confidence", "Confidence", ("high", "medium", "low"))


def build_lexicon(pack: Pack) -> Lexicon:
    """The lexicon of a pack."""
    specs: dict[str, FactSpec] = {}
    for kind, items in (
        ("sign", pack.signs),
        ("measure", pack.measures),
        ("person", pack.person),
        ("preference", pack.preferences),
    ):
        for item in items:
            specs.update((spec.name, spec) for spec in _item_specs(kind, item))  # type: ignore[arg-type]
    for flag in pack.red_flags:
        name = f"red_flag.{flag.id}"
        specs[name] = FactSpec(name, "red_flag", flag.label, "yes_no", flag.ask)
    for row in pack.conditions:
        name = f"condition.{row.id}"
        specs[name] = FactSpec(name, "condition", row.label, "yes_no", row.ask)
        cleared = f"cleared.{row.id}"
        specs[cleared] = FactSpec(cleared, "cleared", f"A clinician agreed: {row.label}", "yes_no")
        for key, part in row.details.items():
            specs[f"detail.{key}"] = _part_spec("detail", key, part, when_unknown=True)
    specs.update((spec.name, spec) for spec in _findings())
    for spec in _list_specs(pack, specs):
        specs[spec.name] = spec
    groups = {
        group.id: tuple(
            fact
            for fact in (*(f"red_flag.{f}" for f in group.red_flags), *(f"condition.{c}" for c in group.conditions))
            if fact in specs  # an unknown name is a problem of the pack, told by `checking`
        )
        for group in pack.screen
    }
    required = tuple(dict.fromkeys(fact for facts in groups.values() for fact in facts))
    names: dict[tuple[str, ...], str] = {}
    for exercise in pack.exercises:
        for name in (exercise.id, exercise.name, *exercise.aliases, *filter(None, [exercise.article_name])):
            names.setdefault(name_key(name), exercise.id)
    ages = tuple(
        (f"condition.{row.id}", row.from_age, row.below_age)
        for row in pack.conditions
        if row.from_age is not None or row.below_age is not None
    )
    return Lexicon(specs, required, groups, names, ages)


def _item_specs(kind: FactKind, item: Item) -> Iterable[FactSpec]:
    if item.answer is not None:
        name = f"{kind}.{item.id}"
        yield FactSpec(
            name, kind, item.label, item.answer, item.ask or "", item.unit, item.min, item.max, item.options, item.sides
        )
    for key, part in item.parts.items():
        yield _part_spec(kind, key, part, sided=item.sides)
    for key, derive in item.derived.items():
        sided = derive.how != "sum_of_sides"
        yield FactSpec(f"{kind}.{key}", kind, item.label, "number", "", None, sided=sided, derive=derive)


def _part_spec(kind: FactKind, key: str, part: Part, *, sided: bool = False, when_unknown: bool = False) -> FactSpec:
    label = part.ask.rstrip("?").rstrip()
    return FactSpec(
        f"{kind}.{key}",
        kind,
        label,
        part.answer,
        part.ask,
        part.unit,
        part.min,
        part.max,
        part.options,
        sided,
        when_unknown,
    )


def _list_specs(pack: Pack, specs: Mapping[str, FactSpec]) -> list[FactSpec]:
    """A list answer is one yes/no fact for each thing that may be on the list."""
    words = {
        "equipment": {key: thing.label for key, thing in pack.vocabulary.equipment.items()},
        "avoid_positions": dict(pack.vocabulary.positions),
        "avoid_properties": dict(pack.vocabulary.properties),
        "wants": {exercise.id: exercise.name for exercise in pack.exercises},
    }
    made = []
    for spec in list(specs.values()):
        if spec.answer in ("many", "names"):
            options = words.get(spec.key, dict(spec.options))
            made.append(attrs.evolve(spec, options=options))
            made += [
                FactSpec(f"{spec.name}.{key}", spec.kind, f"{spec.label}: {label}", "yes_no")
                for key, label in options.items()
            ]
    return made
