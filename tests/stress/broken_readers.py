"""Readers of conditions with one fault each, made on purpose: a comparison that lets one of them pass is worth nothing."""

from collections.abc import Callable, Mapping, Sequence

import attrs

from psoas_rules.conditions import All, Any, Condition, Not, Test, Value, compare, holds, tests
from psoas_rules.engines import PlainEngine, Program
from psoas_rules.engines.memo import MemoProgram
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import SIDES


@attrs.frozen
class Reader:
    """An engine that reads conditions the wrong way."""

    name: str
    read: Callable[[Sequence[Condition]], Program]

    def compile(self, conditions: Sequence[Condition]) -> Program:
        """The conditions as a program."""
        return self.read(conditions)


@attrs.frozen
class Answering:
    """Answers by a function."""

    fired: Callable[[Mapping[str, Value]], tuple[int, ...]]


def changed(condition: Condition, change: Callable[[Test], Condition]) -> Condition:
    """The condition with every test replaced."""
    match condition:
        case Not(part):
            return Not(changed(part, change))
        case All(parts):
            return All([changed(part, change) for part in parts])
        case Any(parts):
            return Any([changed(part, change) for part in parts])
        case Test():
            return change(condition)


def at_least_as_above() -> Reader:
    """Leaves the threshold itself out."""

    def change(test: Test) -> Test:
        return attrs.evolve(test, op="above") if test.op == "at_least" else test

    return Reader(
        "at_least read as above", lambda conditions: PlainEngine().compile([changed(one, change) for one in conditions])
    )


def unknown_as_no() -> Reader:
    """Takes an unknown answer under a Not for a no, so that the Not holds."""

    def reads(condition: Condition, facts: Mapping[str, Value], *, negated: bool) -> bool:
        match condition:
            case Not(part):
                return reads(part, facts, negated=not negated)
            case All(parts) | Any(parts):
                decide = all if isinstance(condition, All) is not negated else any
                return decide([reads(part, facts, negated=negated) for part in parts])
            case Test(fact) if negated and fact not in facts and not condition.when_unknown:
                return True
        return holds(Not(condition) if negated else condition, facts)

    def read(conditions: Sequence[Condition]) -> Answering:
        return Answering(lambda facts: tuple(i for i, one in enumerate(conditions) if reads(one, facts, negated=False)))

    return Reader("unknown read as no under Not", read)


def one_rule_dropped(lost: Condition) -> Reader:
    """Never fires the rules with this condition."""

    def read(conditions: Sequence[Condition]) -> Answering:
        program = PlainEngine().compile(conditions)
        return Answering(lambda facts: tuple(i for i in program.fired(facts) if conditions[i] != lost))

    return Reader(f"dropped: {lost}", read)


def sides_mixed_up() -> Reader:
    """Reads left for right and right for left."""

    def change(test: Test) -> Test:
        stem, dot, side = test.fact.rpartition(".")
        return attrs.evolve(test, fact=f"{stem}.{SIDES[1 - SIDES.index(side)]}") if dot and side in SIDES else test

    return Reader(
        "sides mixed up", lambda conditions: PlainEngine().compile([changed(one, change) for one in conditions])
    )


def threshold_forgotten(lost: Test) -> Reader:
    """Remembers with cells in which the threshold of this test is missing."""

    def read(conditions: Sequence[Condition]) -> Answering:
        # The memory is told of another number in place of this one, the engine behind it of the right one.
        def change(test: Test) -> Test:
            same = test.fact == lost.fact and test.value == lost.value and not isinstance(test.value, bool)
            return attrs.evolve(test, value=-999_999) if same else test

        program = PlainEngine().compile(conditions)
        return Answering(MemoProgram(program, [changed(one, change) for one in conditions], {}).fired)

    return Reader(f"threshold forgotten: {lost.value:g} of {lost.fact}", read)


def thresholds(conditions: Sequence[Condition], lexicon: Lexicon) -> list[Test]:
    """Tests whose threshold can be missed: without it, two answers that a person can give would share a cell, though
    one passes the test and the other does not."""
    compared: dict[str, set[float]] = {}
    found: dict[tuple[str, float], Test] = {}
    numeric = [test for test in tests(All(conditions)) if not isinstance(test.value, bool | str)]
    for test in numeric:
        compared.setdefault(test.fact, set()).add(test.value)
    for test in numeric:
        spec = lexicon.spec(test.fact)
        if spec.kind == "finding":  # no answer, so nobody can aim at it
            continue
        source = lexicon.specs[f"{spec.kind}.{spec.derive.of}"] if spec.derive else spec
        whole = source.answer != "number" and (spec.derive is None or spec.derive.how != "percent_below_other")
        step = 1 if whole else 0.001
        low, high = spec.minimum or 0, spec.maximum or 1_000
        if spec.derive is not None:
            low, high = (2 * (source.minimum or 0), 1_000) if spec.derive.how == "sum_of_sides" else (-1_000, 1_000)
        others = compared[test.fact] - {test.value}
        near = [test.value + move for move in (-step, 0, step)]
        shared = [value for value in near if low <= value <= high and value not in others]
        if len({compare(test, value) for value in shared}) == 2:
            found.setdefault((test.fact, test.value), test)
    return list(found.values())
