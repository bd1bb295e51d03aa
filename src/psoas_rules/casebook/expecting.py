"""What a case expects of an outcome, and in what an outcome misses it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, Literal

import attrs

from psoas_rules.hints import nearest, show
from psoas_rules.outcomes import Dose, Outcome, ProfileKind, Referral, Routine, Screening, Sureness, Word
from psoas_rules.pack import LEVELS, SIDES, Level, Limit
from psoas_rules.recommender import Recommender
from psoas_rules.rulebook import POINT_TARGETS, SIDED_TARGETS
from psoas_rules.trace import Conclusion
from psoas_rules.weighing import Scales


@attrs.frozen(kw_only=True)
class Concluded:
    """What one rule, or all rules of one row, conclude together; what is left open may be anything.

    Attributes:
        excludes: Exactly the properties, exercises and phases that they leave out.
        swaps: Exactly what is taken in place of what.
        prefers: Exactly the exercises that they prefer.
        extra_set: Exactly what gets an extra set: a target, or `target.left` and `target.right`.
        treat_as: Exactly the conditions that they count as present.
        stop_signs: How many signs to stop at they add.
        strict_pain: Whether the strict pain rules hold.
        limits: The strictest of each number that is named here, whatever exercises it is about.
        triage: The highest level of triage that they give.
        walk: Whether walking is all right meanwhile.
    """

    excludes: tuple[str, ...] | None = None
    swaps: Mapping[str, str] | None = None
    prefers: tuple[str, ...] | None = None
    extra_set: tuple[str, ...] | None = None
    treat_as: tuple[str, ...] | None = None
    stop_signs: int | None = None
    strict_pain: bool | None = None
    limits: Mapping[str, float] | None = None
    triage: Level | None = None
    walk: bool | None = None


@attrs.frozen(kw_only=True)
class Expect:
    """What a case expects; everything but the outcome may be left open.

    Attributes:
        outcome: The kind of outcome.
        triage: How urgent it is.
        profile, confidence: The pattern, and how sure it is.
        tight, weak: The word for each side.
        points: Exactly the points that the answers give, for each target; what is not named has none.
        has_steps, lacks_steps: Exercises that are in the routine, or are not.
        has_one_of: Lists of exercises of which at least one is in it.
        lacks_properties: Properties that no step has.
        left_out: Exercises that are left out with a reason.
        because: Words that the reason contains, by exercise that is left out.
        steps: Exactly the exercises of the routine, in order.
        doses: Numbers of the dose of a step, by exercise.
        cautions: How many cautions a step has, by exercise.
        instead: Exactly the exercises that are offered in place of one that was asked for, by exercise.
        minutes: The time that there is for the session.
        seconds: The time that the session takes.
        asks: Facts that are asked for, because nobody has answered them.
        fired, quiet: Rules that fire, or do not.
        concludes: What rules conclude, by the id of a rule or of a row such as `condition.pregnancy`.
    """

    outcome: Literal["routine", "referral", "screening"]
    triage: Level | None = None
    profile: ProfileKind | None = None
    confidence: Sureness | None = None
    tight: Mapping[str, Word] = attrs.field(factory=dict)
    weak: Mapping[str, Word] = attrs.field(factory=dict)
    points: Mapping[str, Any] | None = None
    has_steps: tuple[str, ...] = ()
    has_one_of: tuple[tuple[str, ...], ...] = ()
    lacks_steps: tuple[str, ...] = ()
    lacks_properties: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    because: Mapping[str, str] = attrs.field(factory=dict)
    steps: tuple[str, ...] | None = None
    doses: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    cautions: Mapping[str, int] = attrs.field(factory=dict)
    instead: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    minutes: float | None = None
    seconds: float | None = None
    asks: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    concludes: Mapping[str, Concluded] = attrs.field(factory=dict)


_OF_ROUTINES: Final = (
    *("profile", "confidence", "tight", "weak", "points"),
    *("has_steps", "has_one_of", "lacks_steps", "lacks_properties", "left_out", "because"),
    *("steps", "doses", "cautions", "instead", "minutes", "seconds"),
)
"""What can be expected of a routine alone."""

_LIMITS: Final = tuple(field.name for field in attrs.fields(Limit) if field.name.endswith(("_max", "_factor")))
_DOSE: Final = tuple(field.name for field in attrs.fields(Dose))
Miss = tuple[str, str]
"""What was expected, and what came instead."""


def flaws(expect: Expect, recommender: Recommender) -> Iterator[str]:
    """What no outcome could ever meet, or what would be met by any: names that do not exist, keys beside the point."""
    exercises = [exercise.id for exercise in recommender.pack.exercises]
    rules = [rule.id for rule in recommender.rules]
    named: tuple[tuple[str, str, Iterable[str], Collection[str]], ...] = (
        ("has_steps", "exercise", expect.has_steps, exercises),
        ("has_one_of", "exercise", chain.from_iterable(expect.has_one_of), exercises),
        ("lacks_steps", "exercise", expect.lacks_steps, exercises),
        ("lacks_properties", "property", expect.lacks_properties, recommender.pack.vocabulary.properties),
        ("left_out", "exercise", expect.left_out, exercises),
        ("because", "exercise", expect.because, exercises),
        ("steps", "exercise", expect.steps or (), exercises),
        ("doses", "exercise", expect.doses, exercises),
        ("doses", "number of a dose", dict.fromkeys(chain.from_iterable(expect.doses.values())), _DOSE),
        ("cautions", "exercise", expect.cautions, exercises),
        ("instead", "exercise", chain(expect.instead, *expect.instead.values()), exercises),
        ("points", "pattern", expect.points or (), POINT_TARGETS),
        ("asks", "fact", expect.asks, _Facts(recommender)),
        ("fired", "rule", expect.fired, rules),
        ("quiet", "rule", expect.quiet, rules),
        ("concludes", "number of a limit", _limits_named(expect), _LIMITS),
        ("concludes", "rule", expect.concludes, _rows(rules) if expect.concludes else ()),
        ("tight", "side", expect.tight, SIDES),
        ("weak", "side", expect.weak, SIDES),
    )
    for key, what, names, known in named:
        for name in names:
            if name not in known:
                yield f"{key}: unknown {what} {show(name)}{nearest(name, known)}"
    for key in _OF_ROUTINES:
        if getattr(expect, key) not in ((), None, {}) and expect.outcome != "routine":
            yield f"{key}: only a routine has it, and the case expects a {expect.outcome}"
    if expect.asks and expect.outcome == "routine":
        yield "asks: a routine asks nothing"


def _limits_named(expect: Expect) -> Iterable[str]:
    return dict.fromkeys(name for concluded in expect.concludes.values() for name in concluded.limits or ())


class _Facts(Collection[str]):
    """The names of all facts, looked through only when a case names one."""

    def __init__(self, recommender: Recommender) -> None:
        self._specs = recommender.lexicon.specs

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(spec.facts() for spec in self._specs.values())

    def __len__(self) -> int:
        return sum(len(spec.facts()) for spec in self._specs.values())

    def __contains__(self, name: object) -> bool:
        return any(name == fact for fact in self)


def _rows(rules: Iterable[str]) -> set[str]:
    """Ids of rules, and what they begin with up to a dot."""
    found: set[str] = set()
    for rule in rules:
        parts = rule.split(".")
        found.update(".".join(parts[:length]) for length in range(2, len(parts) + 1))
    return found


def misses(expect: Expect, outcome: Outcome, recommender: Recommender) -> Iterator[Miss]:
    """What was expected and did not come, each with what came instead."""
    if outcome.kind != expect.outcome:
        yield f"a {expect.outcome}", f"a {outcome.kind}"
    level = _level(outcome)
    if expect.triage is not None and level != expect.triage:
        yield f"triage {expect.triage}", f"triage {level}"
    fired = set(outcome.trace.rules) if expect.fired or expect.quiet else set()
    yield from ((f"rule {rule} fires", "it does not") for rule in expect.fired if rule not in fired)
    yield from ((f"rule {rule} stays quiet", "it fires") for rule in expect.quiet if rule in fired)
    yield from _open(expect.asks, outcome)
    for row, wanted in expect.concludes.items():
        yield from _conclusion_misses(row, wanted, outcome)
    if isinstance(outcome, Routine):
        yield from _profile_misses(expect, outcome)
        if expect.points is not None:
            yield from _point_misses(expect.points, outcome, recommender)
        yield from _step_misses(expect, outcome, recommender)
        yield from _dose_misses(expect, outcome)


def _level(outcome: Outcome) -> str:
    match outcome:
        case Routine():
            return outcome.triage
        case Referral():
            return outcome.urgency
        case Screening():
            return "open"


def _open(asks: Iterable[str], outcome: Outcome) -> Iterator[Miss]:
    match outcome:
        case Routine():
            asked: set[str] = set()
        case Referral():
            asked = {question.fact for question in outcome.unanswered}
        case Screening():
            asked = {question.fact for question in outcome.questions}
    yield from ((f"{fact} is asked for", "it is not") for fact in asks if fact not in asked)


def _subjects(kind: str) -> Callable[[list[Conclusion]], object]:
    return lambda those: sorted({one.subject for one in those if one.kind == kind})


def _excluded(those: list[Conclusion]) -> list[str]:
    kinds = ("exclude_property", "exclude_exercise", "exclude_phase")
    return sorted({one.subject for one in those if one.kind in kinds})


def _extra_sets(those: list[Conclusion]) -> list[str]:
    sides = {f"{one.subject}.{one.side}" if one.side else one.subject for one in those if one.kind == "extra_side"}
    return sorted(sides)


def _highest(those: list[Conclusion]) -> str | None:
    levels = [level for level in LEVELS for one in those if one.kind == "triage" and one.subject == level]
    return levels[-1] if levels else None


def _strictest(those: list[Conclusion]) -> dict[str, float]:
    found: dict[str, float] = {}
    for key in _LIMITS:
        given = [getattr(one.limit, key) for one in those if one.limit is not None]
        numbers = [number for number in given if number is not None]
        if numbers:
            found[key] = max(numbers) if key == "rest_factor" else min(numbers)
    return found


_CONCLUDED: Final[Mapping[str, Callable[[list[Conclusion]], object]]] = {
    "excludes": _excluded,
    "swaps": lambda those: {one.subject: one.other for one in those if one.kind == "swap"},
    "prefers": _subjects("prefer"),
    "extra_set": _extra_sets,
    "treat_as": _subjects("treat_as"),
    "stop_signs": lambda those: sum(one.kind == "stop_sign" for one in those),
    "strict_pain": lambda those: any(one.kind == "strict_pain" for one in those),
    "limits": _strictest,
    "triage": _highest,
    "walk": lambda those: not any(one.kind == "no_walk" for one in those),
}


def _conclusion_misses(row: str, wanted: Concluded, outcome: Outcome) -> Iterator[Miss]:
    """In what the rules of a row conclude something else."""
    of_row = [one for one in outcome.trace.firings if one.rule == row or one.rule.startswith(f"{row}.")]
    concluded = [conclusion for firing in of_row for conclusion in firing.concludes]
    for key, read in _CONCLUDED.items():
        expected = getattr(wanted, key)
        if expected is None:
            continue
        got = read(concluded)
        if key == "limits":
            got = {name: number for name, number in _strictest(concluded).items() if name in expected}
        if (sorted(set(expected)) if isinstance(expected, tuple) else expected) != got:
            yield f"{row} concludes {key}: {_words(expected)}", f"{key}: {_words(got)}"


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_words(one)}" for key, one in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _profile_misses(expect: Expect, routine: Routine) -> Iterator[Miss]:
    profile = routine.profile
    if expect.profile is not None and profile.kind != expect.profile:
        yield f"profile {expect.profile}", f"profile {profile.kind}"
    if expect.confidence is not None and profile.confidence != expect.confidence:
        yield f"confidence {expect.confidence}", f"confidence {profile.confidence}"
    for pattern, words in (("tight", expect.tight), ("weak", expect.weak)):
        for side, word in words.items():
            got = getattr(getattr(profile, side, None), pattern, "no such side")
            if got != word:
                yield f"{pattern} on the {side} {word}", f"{pattern} on the {side} {got}"


def points_given(routine: Routine, recommender: Recommender) -> dict[str, Any]:
    """The points that the evidence gives, as a case expects them; nothing is capped here, so every point shows."""
    given = _hundredths_given(routine, recommender)
    sided = {target: {side: points / 100 for side, points in given[target].items()} for target in SIDED_TARGETS}
    return {target: sided.get(target) or given[target] / 100 for target in POINT_TARGETS}


def _point_misses(points: Mapping[str, Any], routine: Routine, recommender: Recommender) -> Iterator[Miss]:
    for target, got in _hundredths_given(routine, recommender).items():
        wanted = _hundredths(points.get(target, 0), sided=target in SIDED_TARGETS)
        if wanted != got:
            yield f"points for {target} {_points(wanted)}", f"points for {target} {_points(got)}"


def _hundredths_given(routine: Routine, recommender: Recommender) -> dict[str, Any]:
    fired = set(routine.trace.rules)
    rules = [rule for rule in recommender.rules if rule.stage == "evidence" and rule.id in fired]
    given: dict[str, Any] = {target: dict.fromkeys(SIDES, 0) for target in SIDED_TARGETS}
    for conclusion in chain.from_iterable(rule.then for rule in rules):
        if conclusion.subject in given:
            for side in SIDES if conclusion.side is None else (conclusion.side,):
                given[conclusion.subject][side] += conclusion.hundredths
    findings = Scales(recommender.pack, rules).weigh(range(len(rules)), 0).findings
    for target in POINT_TARGETS:
        if target not in SIDED_TARGETS:
            given[target] = round(float(findings[f"finding.{target}_points"]) * 100)
    return given


def _hundredths(points: Any, *, sided: bool) -> Any:
    if sided:
        each = points if isinstance(points, Mapping) else dict.fromkeys(SIDES, points)
        return {side: _hundredths(each.get(side, 0), sided=False) for side in SIDES}
    return round(points * 100) if isinstance(points, int | float) else points


def _points(hundredths: Any) -> str:
    if isinstance(hundredths, Mapping):
        return ", ".join(f"{side} {_points(one)}" for side, one in hundredths.items())
    return f"{hundredths / 100:g}" if isinstance(hundredths, int) else show(hundredths)


def _step_misses(expect: Expect, routine: Routine, recommender: Recommender) -> Iterator[Miss]:
    order = [step.exercise for step in routine.steps]
    steps = set(order)
    properties = {exercise.id: set(exercise.properties) for exercise in recommender.pack.exercises}
    shown = f"steps {', '.join(order)}"
    if expect.steps is not None and list(expect.steps) != order:
        yield f"steps {', '.join(expect.steps)}", shown
    for exercise in expect.has_steps:
        if exercise not in steps:
            yield f"{exercise} is in", shown
    for choice in expect.has_one_of:
        if not steps & set(choice):
            yield f"one of {', '.join(choice)} is in", shown
    for exercise in expect.lacks_steps:
        if exercise in steps:
            yield f"{exercise} is not in", shown
    for name in expect.lacks_properties:
        with_it = sorted(step for step in steps if name in properties[step])
        if with_it:
            yield f"nothing needs {name}", f"{', '.join(with_it)} does"
    reasons = {out.exercise: out.why for out in routine.left_out if out.exercise is not None}
    reasons |= {request.exercise: request.answer for request in routine.requests if not request.granted}
    for exercise in expect.left_out:
        if exercise not in reasons:
            yield f"{exercise} is left out with a reason", f"left out: {', '.join(sorted(reasons))}"
    for exercise, words in expect.because.items():
        if words not in reasons.get(exercise, ""):
            yield f"{exercise} is left out because '{words}'", reasons.get(exercise, f"{exercise} is not left out")


def _dose_misses(expect: Expect, routine: Routine) -> Iterator[Miss]:
    steps = {step.exercise: step for step in routine.steps}
    for exercise in dict.fromkeys((*expect.doses, *expect.cautions)):
        if exercise not in steps:
            yield f"{exercise} is in", f"steps {', '.join(steps)}"
    for exercise, wanted in expect.doses.items():
        for key, number in wanted.items() if exercise in steps else ():
            dosed = getattr(steps[exercise].dose, key)
            if dosed != ({"yes": True, "no": False}.get(number, number) if isinstance(number, str) else number):
                yield f"{exercise} {key} {_words(number)}", f"{key} {_words(dosed)}"
    for exercise, count in expect.cautions.items():
        if exercise in steps and len(steps[exercise].cautions) != count:
            yield f"{exercise} cautions {count}", f"cautions {len(steps[exercise].cautions)}"
    offered = {request.exercise: request.instead_ids for request in routine.requests}
    for exercise, others in expect.instead.items():
        got = offered.get(exercise, ())
        if others != got:
            yield f"in place of {exercise}: {_words(others)}", f"in place of {exercise}: {_words(got)}"
    for key in ("minutes", "seconds"):
        if getattr(expect, key) is not None and getattr(expect, key) != getattr(routine, key):
            yield f"{key} {getattr(expect, key):g}", f"{key} {getattr(routine, key):g}"
