"""The casebook: examples that stand in the pack, run against its rules.

Beside every rule stands a pair of answers, one for which it fires and one just past it. In `cases/` stand whole
intakes with the outcome that is expected. Both are data that a clinician can read and add to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from psoas_rules.conditions import Value, holds
from psoas_rules.errors import IntakeError, Issue, PackError
from psoas_rules.hints import nearest, show
from psoas_rules.intake import Intake
from psoas_rules.loading import find_builtin, find_data, read_data
from psoas_rules.outcomes import Outcome, ProfileKind, Referral, Routine, Screening, Sureness, Word
from psoas_rules.pack import SIDES, Level, RuleFile
from psoas_rules.recommender import Recommender
from psoas_rules.shapes import structure
from psoas_rules.yaml_reader import read_yaml


@attrs.frozen(kw_only=True)
class Expect:
    """What a case expects; everything but the outcome may be left open."""

    outcome: Literal["routine", "referral", "screening"]
    triage: Level | None = None
    profile: ProfileKind | None = None
    confidence: Sureness | None = None
    tight: Mapping[str, Word] = attrs.field(factory=dict)
    weak: Mapping[str, Word] = attrs.field(factory=dict)
    has_steps: tuple[str, ...] = ()
    has_one_of: tuple[tuple[str, ...], ...] = ()
    lacks_steps: tuple[str, ...] = ()
    lacks_properties: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()


_OF_ROUTINES: Final = (
    "profile",
    "confidence",
    "tight",
    "weak",
    "has_steps",
    "has_one_of",
    "lacks_steps",
    "lacks_properties",
    "left_out",
)
"""What can be expected of a routine alone."""


@attrs.frozen(kw_only=True)
class WholeCase:
    """A whole intake with the outcome that is expected."""

    name: str
    intake: Any
    expect: Expect
    number: str | None = None


@attrs.frozen(kw_only=True)
class _CaseFile:
    cases: tuple[WholeCase, ...]


@attrs.frozen
class Failure:
    """A case that did not come out as expected.

    Attributes:
        place: The file, and the line where the case begins.
        name: The name of the case.
        expected: What it expects.
        got: What came out.
        fired: Rules that fired, for looking further.
    """

    place: str
    name: str
    expected: str
    got: str
    fired: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.name}", f"  expected: {self.expected}", f"  got:      {self.got}"]
        if self.fired:
            lines.append(f"  fired:    {', '.join(self.fired)}")
        return "\n".join(lines)


def read_cases(folder: str | Path | None = None) -> dict[str, tuple[str, WholeCase]]:
    """The whole-intake cases of a pack by `file: name`, each with its place.

    Args:
        folder: The folder of the pack; None for the built-in one.

    Raises:
        PackError: if a case file cannot be read. A broken file, or one under a name that is not read, is never skipped.
    """
    found: dict[str, tuple[str, WholeCase]] = {}
    issues: list[Issue] = []
    for file, entry in find_data(find_builtin() if folder is None else Path(folder)):
        if not file.startswith("cases/"):
            continue
        if file.count("/") > 1 or not file.endswith(".yaml"):
            issues.append(Issue(file, 0, 0, "unknown-file", "this file is not read; cases stand as .yaml in cases"))
            continue
        document = read_yaml(read_data(file, entry))
        issues += [Issue(file, flaw.line, flaw.column, flaw.code, flaw.message) for flaw in document.flaws]
        read, mismatches = structure(document.data, _CaseFile)
        issues += [Issue(file, *document.place(m.path), m.code, m.message) for m in mismatches]
        for i, case in enumerate(read.cases if read else ()):
            line, column = document.place(("cases", i))
            if f"{file}: {case.name}" in found:
                issues.append(Issue(file, line, column, "duplicate-id", f"two cases are called '{case.name}'"))
            found[f"{file}: {case.name}"] = (f"{file}:{line}", case)
    if issues:
        raise PackError(tuple(issues))
    return found


def run_case(recommender: Recommender, place: str, case: WholeCase) -> Failure | None:
    """The failure of a whole-intake case, or None when it comes out as expected."""
    flaws = tuple(_flaws(case.expect, recommender))
    if flaws:
        return Failure(place, case.name, "a case that can come out", "; ".join(flaws))
    try:
        outcome = recommender.recommend(Intake.from_dict(case.intake))
    except IntakeError as error:
        return Failure(place, case.name, case.expect.outcome, f"the intake cannot be read: {error}")
    misses = list(_misses(case.expect, outcome, recommender))
    if not misses:
        return None
    expected, got = zip(*misses, strict=True)
    return Failure(place, case.name, "; ".join(expected), "; ".join(got), outcome.trace.rules)


def _flaws(expect: Expect, recommender: Recommender) -> Iterator[str]:
    """What no outcome could ever meet, or what would be met by any: names that do not exist, keys beside the point."""
    exercises = [exercise.id for exercise in recommender.pack.exercises]
    named: tuple[tuple[str, str, Iterable[str], Collection[str]], ...] = (
        ("has_steps", "exercise", expect.has_steps, exercises),
        ("has_one_of", "exercise", chain.from_iterable(expect.has_one_of), exercises),
        ("lacks_steps", "exercise", expect.lacks_steps, exercises),
        ("lacks_properties", "property", expect.lacks_properties, recommender.pack.vocabulary.properties),
        ("left_out", "exercise", expect.left_out, exercises),
        ("fired", "rule", expect.fired, [rule.id for rule in recommender.rules]),
        ("tight", "side", expect.tight, SIDES),
        ("weak", "side", expect.weak, SIDES),
    )
    for key, what, names, known in named:
        for name in names:
            if name not in known:
                yield f"{key}: unknown {what} {show(name)}{nearest(name, known)}"
    for key in _OF_ROUTINES:
        if getattr(expect, key) and expect.outcome != "routine":
            yield f"{key}: only a routine has it, and the case expects a {expect.outcome}"


def _misses(expect: Expect, outcome: Outcome, recommender: Recommender) -> Iterator[tuple[str, str]]:
    if outcome.kind != expect.outcome:
        yield f"a {expect.outcome}", f"a {outcome.kind}"
    level = _level(outcome)
    if expect.triage is not None and level != expect.triage:
        yield f"triage {expect.triage}", f"triage {level}"
    for rule in expect.fired:
        if rule not in outcome.trace.rules:
            yield f"rule {rule} fires", "it does not"
    if isinstance(outcome, Routine):
        yield from _profile_misses(expect, outcome)
        yield from _step_misses(expect, outcome, recommender)


def _level(outcome: Outcome) -> str:
    match outcome:
        case Routine():
            return outcome.triage
        case Referral():
            return outcome.urgency
        case Screening():
            return "open"


def _profile_misses(expect: Expect, routine: Routine) -> Iterator[tuple[str, str]]:
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


def _step_misses(expect: Expect, routine: Routine, recommender: Recommender) -> Iterator[tuple[str, str]]:
    steps = {step.exercise for step in routine.steps}
    properties = {exercise.id: set(exercise.properties) for exercise in recommender.pack.exercises}
    shown = f"steps {', '.join(step.exercise for step in routine.steps)}"
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
    explained = {out.exercise for out in routine.left_out} | {r.exercise for r in routine.requests if not r.granted}
    for exercise in expect.left_out:
        if exercise not in explained:
            yield f"{exercise} is left out with a reason", f"left out: {', '.join(sorted(filter(None, explained)))}"


def run_pair(recommender: Recommender, rule: RuleFile) -> tuple[Failure, ...]:
    """What is wrong with the pair of examples beside a rule; empty when both come out."""
    place = f"{rule.stage}/{rule.id}.yaml"
    rules = [one for one in recommender.rules if one.id.split(".")[:2] == [rule.stage, rule.id]]
    failures = []
    for name, answers, wanted in (("fires", rule.cases.fires, True), ("quiet", rule.cases.quiet, False)):
        facts, problem = _facts(recommender, answers)
        if problem:
            failures.append(Failure(place, name, "answers that the pack knows", problem))
            continue
        firing = [one.id for one in rules if holds(one.when, facts)]
        if bool(firing) is not wanted:
            expected = "the rule fires" if wanted else "the rule stays quiet"
            got = "it stays quiet" if wanted else f"{', '.join(firing)} fires"
            failures.append(Failure(place, name, f"{expected} for {_words(answers)}", got))
    return tuple(failures)


def _facts(recommender: Recommender, answers: Mapping[str, Any]) -> tuple[dict[str, Value], str]:
    facts: dict[str, Value] = {}
    specs = recommender.lexicon.specs
    for name, given in answers.items():
        stem, _, side = name.rpartition(".")
        spec = specs.get(name) or (specs.get(stem) if side in ("left", "right") else None)
        if spec is None:
            return {}, f"'{name}' is not a fact{nearest(name, specs)}; write kind.name, such as sign.pain_now"
        if spec.sided and name != spec.name:
            names: tuple[str, ...] = (name,)
        else:
            names = spec.facts()
        try:
            facts.update(dict.fromkeys(names, spec.read(given)))
        except ValueError as error:
            return {}, f"{name}: {error}"
    return facts, ""


def _words(answers: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {show(value)}" for name, value in answers.items()) or "no answers"
