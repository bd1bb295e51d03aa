"""What one pack decides for one person, in numbers and names that can be compared with those of another pack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, Literal

import attrs

from psoas_rules.comparing.people import Answers
from psoas_rules.dosing import Cap, dose, strictest
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import GuardError, IntakeError
from psoas_rules.grounds import Grounds
from psoas_rules.intake import Intake
from psoas_rules.kit import Kit
from psoas_rules.loading import Rulebook
from psoas_rules.outcomes import Dose, Profile, Routine
from psoas_rules.pack import Level, Limit
from psoas_rules.recommender import Recommender
from psoas_rules.stages import TO_ROUTINE, TO_TRIAGE, Case, Compiled, run
from psoas_rules.trace import Side
from psoas_rules.tracing import Tracer

OutcomeKind = Literal["routine", "referral", "screening", "withheld"]
"""The kind of outcome; `withheld` when the guard would not let a routine pass."""

_EXCLUDING: Final = ("exclude_property", "exclude_phase")


@attrs.frozen
class StepView:
    """One step of a routine: the exercise, the slot that it fills, and its dose."""

    exercise: str
    slot: str
    dose: Dose


def _no_dose(exercise: str) -> Dose:
    raise LookupError(f"there is no routine, so nobody gets {exercise}")


@attrs.frozen
class View:
    """What a pack decides for one person.

    Attributes:
        kind: The kind of outcome.
        triage: The level after triage.
        level: The level in the end.
        asked: Safety questions that are open.
        profile: The pattern; empty without a routine.
        confidence: How sure that is.
        sides: How well each pattern fits each side, in the words of the pack's profile.
        steps: The steps, in order.
        left_out: Exercises that a rule leaves out, or that are above the level that is allowed.
        excluded: Properties and phases that are left out.
        limits: The limits that hold.
        more_on: For each target, the side that gets more of it.
        dose: Gives what this person would get of an exercise at the most.
        minutes: The time that is planned at the most; 0 without a routine.
        strict_pain: Whether the stricter rules for pain are told.
        may_walk: Whether walking is all right until a clinician was seen.
    """

    kind: OutcomeKind
    triage: Level
    level: Level
    asked: frozenset[str]
    profile: str = ""
    confidence: str = ""
    sides: str = ""
    steps: tuple[StepView, ...] = ()
    left_out: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    limits: frozenset[Limit] = frozenset()
    more_on: frozenset[tuple[str, Side]] = frozenset()
    dose: Callable[[str], Dose] = attrs.field(default=_no_dose, eq=False, repr=False)
    minutes: float = 0
    strict_pain: bool = False
    may_walk: bool = True


class Viewer:
    """Shows what a pack decides.

    Args:
        book: The rules of the pack.
    """

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._recommender = Recommender(book.pack, PlainEngine())
        self._compiled = Compiled(book, PlainEngine(), remember=True)
        self._kit = Kit(self._compiled, Tracer(book.lexicon, remember=False))

    def view(self, data: Answers) -> View | None:
        """What it decides for a person with these answers; None when they cannot be read."""
        try:
            intake = Intake.from_dict(data)
            facts = self.book.lexicon.facts(intake)
        except IntakeError:
            return None
        case = run(TO_TRIAGE, self._compiled, self._compiled.case(facts))
        asked = frozenset(said.conclusion.subject for said in case.all("ask"))
        walk = not case.all("no_walk")
        try:
            outcome = self._recommender.recommend(intake)
        except GuardError:
            return View("withheld", case.level, case.level, asked, may_walk=walk)
        if not isinstance(outcome, Routine):
            return View(outcome.kind, case.level, case.level, asked, may_walk=walk)  # type: ignore[arg-type]
        return self._routine(case.level, asked, run(TO_ROUTINE, self._compiled, case), outcome)

    def _routine(self, triage: Level, asked: frozenset[str], case: Case, routine: Routine) -> View:
        kit, profile = self._kit, routine.profile
        shaping = [ready for ready in case.fired if ready.number in kit.shaping]
        caps = tuple(cap for ready in shaping for cap in kit.caps(ready))
        short = next((i for i, one in enumerate(kit.formats) if routine.minutes <= one.up_to_minutes), None)
        of_time = () if short is None else kit.format_caps[short]
        whole = (*caps, *kit.session_caps.get(profile.kind, ()), *of_time)
        grounds = Grounds(profile.kind, shaping, (), {}, short=short, caps=caps)
        return View(
            "routine",
            triage,
            case.level,
            asked,
            profile.kind,
            profile.confidence,
            _sides(profile),
            tuple(StepView(step.exercise, step.slot, step.dose) for step in routine.steps),
            frozenset(self._left_out(grounds)),
            frozenset(f"{kind[8:]} {one.conclusion.subject}" for kind in _EXCLUDING for one in case.all(kind)),
            frozenset(cap.limit for cap in whole if cap.numbers),
            frozenset((target, side) for target in kit.pack.vocabulary.targets if (side := grounds.extra_side(target))),
            cache(lambda name: self._dose(name, grounds, whole)),
            routine.minutes,
            bool(case.all("strict_pain")),
        )

    def _left_out(self, grounds: Grounds) -> Iterator[str]:
        for name, known in self._kit.exercises.items():
            of_rules = {*known.properties, name, known.exercise.phase} & grounds.excluded
            levels = [cap.limit.level_max for cap in grounds.caps if name in cap.exercises]
            too_hard = any(level is not None and known.exercise.level > level for level in levels)
            if of_rules or too_hard or known.exercise.availability == "supervised_only":
                yield name

    def _dose(self, name: str, grounds: Grounds, caps: tuple[Cap, ...]) -> Dose:
        exercise = self._kit.exercises[name].exercise
        side = grounds.extra_side(exercise.targets[0]) if exercise.dose.per_side else None
        extra = self._kit.extra_sets if side else 0
        limits = strictest([cap for cap in caps if name in cap.exercises], {})
        return dose(exercise, limits, self._kit.floors, first_side=side, extra_sets=extra)


def _sides(profile: Profile) -> str:
    fits = (("left", profile.left), ("right", profile.right))
    return "; ".join(f"{side} tight {pattern.tight}, weak {pattern.weak}" for side, pattern in fits)


@attrs.frozen
class Difference:
    """One thing that is not the same for a person.

    Attributes:
        what: What it is.
        old: How it is with the old pack; empty when it is not there.
        new: How it is with the new pack; empty when it is not there.
        behind: Whether it stands behind the outcome and does not show in it.
    """

    what: str
    old: str
    new: str
    behind: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.old or 'none'} -> {self.new or 'none'}"


def differences(old: View, new: View) -> tuple[Difference, ...]:
    """What is not the same for a person; empty when the outcomes agree."""
    return tuple(_differences(old, new))


def _differences(old: View, new: View) -> Iterator[Difference]:
    for name, before, after in (
        ("outcome", old.kind, new.kind),
        ("triage", old.level, new.level),
        ("pattern", old.profile, new.profile),
        ("confidence", old.confidence, new.confidence),
        ("sides", old.sides, new.sides),
    ):
        if before != after:
            yield Difference(name, before, after)
    yield from _apart("questions open", old.asked, new.asked)
    if old.kind == new.kind == "routine":
        yield from _steps(old, new)
        yield from _apart("left out", old.left_out, new.left_out)
        yield from _apart("movements left out", old.excluded, new.excluded)
        if old.minutes != new.minutes:
            yield Difference("minutes", f"{old.minutes:g}", f"{new.minutes:g}")
        if old.strict_pain != new.strict_pain:
            words = {True: "the stricter ones", False: "the usual ones"}
            yield Difference("rules for pain", words[old.strict_pain], words[new.strict_pain])
    if old.kind == new.kind == "referral" and old.may_walk != new.may_walk:
        walking = {True: "all right", False: "not advised"}
        yield Difference("walking until then", walking[old.may_walk], walking[new.may_walk])


def _apart(what: str, old: frozenset[str], new: frozenset[str]) -> Iterator[Difference]:
    """What only one of two sets holds."""
    if old != new:
        yield Difference(what, _listed(old - new), _listed(new - old), behind=True)


def _steps(old: View, new: View) -> Iterator[Difference]:
    before, after = ({step.exercise: step for step in view.steps} for view in (old, new))
    yield from (Difference(name, in_words(step.dose), "") for name, step in before.items() if name not in after)
    yield from (Difference(name, "", in_words(step.dose)) for name, step in after.items() if name not in before)
    both = [name for name in before if name in after]
    if both != [name for name in after if name in before]:
        yield Difference("order", ", ".join(before), ", ".join(after))
    for name in both:
        if before[name].slot != after[name].slot:
            yield Difference(f"place of {name}", before[name].slot, after[name].slot)
        if before[name].dose != after[name].dose:
            yield Difference(name, in_words(before[name].dose), in_words(after[name].dose))


def in_words(given: Dose) -> str:
    """A dose with everything that limits touch."""
    feel = f"; {given.feel}" if given.feel else ""
    return f"{given}{feel}; {given.days}"


def _listed(names: frozenset[str], most: int = 8) -> str:
    every = sorted(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def as_data(view: View) -> dict[str, Any]:
    """A view as plain data."""
    return {
        "outcome": view.kind,
        "triage": view.level,
        "profile": view.profile or None,
        "confidence": view.confidence or None,
        "asked": sorted(view.asked),
        "steps": [{"exercise": step.exercise, "slot": step.slot, "dose": in_words(step.dose)} for step in view.steps],
        "left_out": sorted(view.left_out),
        "movements_left_out": sorted(view.excluded),
        "minutes": view.minutes,
    }
