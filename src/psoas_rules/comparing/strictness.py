"""Where a new pack is less strict with a person than the old one was.

NEW is not less safe than OLD for a person when all of this holds; for what only one of them knows there is nothing to
compare.

- triage: The level is not lower.
- outcome: There is no routine where there was none.
- screening: Every safety question that was open is open.
- exclusion: Every exercise, property and phase that was left out is left out.
- dose: Of no exercise would there be more: sets, repetitions, hold, days, effort, stretch; nor less rest.
- time: The session is not planned longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final, Literal, TypeAlias

import attrs

from psoas_rules.comparing.people import Renames
from psoas_rules.comparing.views import View
from psoas_rules.facts import FactSpec
from psoas_rules.loading import Rulebook
from psoas_rules.outcomes import Dose
from psoas_rules.pack import LEVELS, PHASES, Exercise, Pack

Criterion: TypeAlias = Literal["triage", "outcome", "screening", "exclusion", "dose", "time"]

AMOUNTS: Final = ("sets", "reps", "reps_top", "hold_s", "hold_top_s", "days_max", "side_sets")
"""Numbers of a dose of which more is more, and none is nothing."""

SIDE_SETS: Final = "side_sets"
"""The sets on the side that gets more: what a dose calls `sets` and `extra_sets`, together."""

CEILINGS: Final = ("effort_max", "stretch_max")
"""Numbers of a dose that bound what may be felt; none is no bound."""


@attrs.frozen
class Looser:
    """One way in which the new pack is less strict.

    Attributes:
        criterion: Which of the criteria it is.
        subject: What it is about: a level, a fact, an exercise.
        text: In words.
        shows: Whether it shows in the outcome of this person; else it is about an exercise that another choice, of
            exercises or of time, could bring in.
    """

    criterion: Criterion
    subject: str
    text: str
    shows: bool = True


@attrs.frozen
class Shared:
    """What both packs know, by its name in the old one and in the new one.

    Attributes:
        facts: Facts that can be asked.
        exercises: Exercises.
        excluded: Properties and phases, as views name them.
    """

    facts: Mapping[str, str]
    exercises: Mapping[str, str]
    excluded: Mapping[str, str]


def shared_by(old: Rulebook, new: Rulebook, renamed: Renames) -> Shared:
    """What two packs both know.

    Args:
        old: The old rules.
        new: The new rules.
        renamed: For each thing that has another name now, its key in the new pack and the one in the old.
    """
    names: dict[tuple[str, str], str] = {(kind, was): now for (kind, now), (_, was) in renamed.items()}
    facts: dict[str, str] = {}
    for spec in old.lexicon.specs.values():
        kind = "condition" if spec.kind == "cleared" else spec.kind
        now = new.lexicon.specs.get(f"{spec.kind}.{_renamed(spec.key, kind, names)}")
        if now is not None and now.sided == spec.sided and now.unit == spec.unit and _sort(now) == _sort(spec):
            facts.update(zip(spec.facts(), now.facts(), strict=True))
    exercises = {one.id: names.get(("exercise", one.id), one.id) for one in old.pack.exercises}
    known = {one.id for one in new.pack.exercises}
    properties = {name: names.get(("property", name), name) for name in old.pack.vocabulary.properties}
    excluded = {f"property {was}": f"property {now}" for was, now in properties.items()}
    return Shared(
        facts,
        {was: now for was, now in exercises.items() if now in known},
        {
            **{was: now for was, now in excluded.items() if now[9:] in new.pack.vocabulary.properties},
            **{f"phase {phase}": f"phase {phase}" for phase in PHASES},
        },
    )


def _renamed(key: str, kind: str, names: Mapping[tuple[str, str], str]) -> str:
    """The key of a fact under the new name of the row that it belongs to; entries of a list keep their list."""
    whole, dot, entry = key.partition(".")
    if dot:
        return f"{whole}.{names.get(('exercise', entry), entry)}" if whole == "wants" else key
    return names.get((kind, key), key)


def _sort(spec: FactSpec) -> str:
    """What sort of answer it is: numbers of any kind can be read as each other."""
    return "number" if spec.answer in ("scale", "whole_number", "number") else spec.answer


def in_new_words(old: View, shared: Shared) -> View:
    """What the old pack decides, with the new names of what was renamed."""
    if all(was == now for names in (shared.facts, shared.exercises, shared.excluded) for was, now in names.items()):
        return old
    exercises = shared.exercises
    return attrs.evolve(
        old,
        asked=frozenset(shared.facts.get(fact, fact) for fact in old.asked),
        steps=tuple(attrs.evolve(step, exercise=exercises.get(step.exercise, step.exercise)) for step in old.steps),
        left_out=frozenset(exercises.get(name, name) for name in old.left_out),
        excluded=frozenset(shared.excluded.get(name, name) for name in old.excluded),
    )


class Strictness:
    """Tells where a new pack is less strict than an old one.

    Args:
        old: The old pack.
        new: The new pack.
        shared: What both know.
    """

    def __init__(self, old: Pack, new: Pack, shared: Shared) -> None:
        self.shared = shared
        before, after = ({one.id: one for one in pack.exercises} for pack in (old, new))
        floors = {
            name: (old.constant(name), new.constant(name)) for name in ("shortest_hold_s", "extra_sets_on_one_side")
        }
        all_differ = any(was != now for was, now in floors.values())
        self._differing = {
            now: was for was, now in shared.exercises.items() if all_differ or _dosed(before[was]) != _dosed(after[now])
        }

    def looser(self, old: View, new: View) -> tuple[Looser, ...]:
        """Every way in which the new pack is less strict with a person; what shows in the outcome comes first."""
        return tuple(sorted(self._looser(old, new), key=lambda one: not one.shows))

    def _looser(self, old: View, new: View) -> Iterator[Looser]:
        both = old.kind == new.kind == "routine"
        before, after = (old.level, new.level) if both else (old.triage, new.triage)
        if LEVELS.index(after) < LEVELS.index(before):
            yield Looser("triage", after, f"triage falls from {before} to {after}")
        if new.kind == "routine" and old.kind != "routine":
            yield Looser("outcome", "routine", f"a routine where there was a {old.kind}")
        for fact in sorted(old.asked):
            now = self.shared.facts.get(fact)
            if now is None or now not in new.asked:
                yield Looser("screening", fact, f"{fact} is not asked any more")
        if both:
            yield from self._let_in(old, new)
            yield from self._doses(old, new)
            if new.minutes > old.minutes:
                text = f"the session takes up to {new.minutes:g} minutes, not {old.minutes:g}"
                yield Looser("time", "minutes", text)

    def _let_in(self, old: View, new: View) -> Iterator[Looser]:
        steps = {step.exercise for step in new.steps}
        for was, now in self.shared.exercises.items():
            if was in old.left_out and now not in new.left_out:
                yield Looser("exclusion", now, f"{now} is not left out any more", shows=now in steps)
        for was, now in self.shared.excluded.items():
            if was in old.excluded and now not in new.excluded:
                kind, name = now.split(" ", 1)
                what = f"movements with {name}" if kind == "property" else f"exercises of the phase {name}"
                yield Looser("exclusion", now, f"{what} are not left out any more", shows=False)

    def _doses(self, old: View, new: View) -> Iterator[Looser]:
        steps = {step.exercise for step in new.steps}
        alike = old.limits == new.limits and old.more_on == new.more_on
        for was, now in self.shared.exercises.items():
            if now not in new.left_out and not (alike and now not in self._differing):
                yield from _more(now, old.dose(was), new.dose(now), steps)


def _dosed(exercise: Exercise) -> tuple[object, ...]:
    """What the dose of an exercise hangs on, besides limits."""
    return exercise.dose, exercise.phase, exercise.targets[:1], frozenset(exercise.properties), exercise.id


_NUMBERS: Final[Mapping[str, str]] = {
    "sets": "sets",
    "reps": "repetitions",
    "reps_top": "repetitions to build up to",
    "hold_s": "seconds of hold",
    "hold_top_s": "seconds of hold to build up to",
    "days_max": "days a week",
    SIDE_SETS: "sets on one side",
    "effort_max": "effort",
    "stretch_max": "stretch",
}


def _more(name: str, old: Dose, new: Dose, inside: Collection[str]) -> Iterator[Looser]:
    """That there is more of an exercise, with every number of which there is more."""
    more = []
    for field in (*AMOUNTS, *CEILINGS):
        before, after = (_number(one, field) for one in (old, new))
        told = field == SIDE_SETS and new.sets > old.sets
        if higher(field, before, after) and not told:
            was, now = ("none" if one is None else f"{one:g}" for one in (before, after))
            more.append(f"{_NUMBERS[field]} {was} -> {now}")
    if new.rest_s < old.rest_s:
        more.append(f"seconds of rest {old.rest_s:g} -> {new.rest_s:g}")
    if new.per_side and not old.per_side:
        more.append("it is done on each side now")
    if more:
        would = "gets" if name in inside else "could get"
        yield Looser("dose", name, f"{name} {would} more: {', '.join(more)}", shows=name in inside)


def _number(given: Dose, field: str) -> float | None:
    found: float | None = given.sets + given.extra_sets if field == SIDE_SETS else getattr(given, field)
    return found


def higher(field: str, before: float | None, after: float | None) -> bool:
    """Whether a number of a dose is higher than it was."""
    if field in CEILINGS:
        return before is not None and (after is None or after > before)
    return (after or 0) > (before or 0)
