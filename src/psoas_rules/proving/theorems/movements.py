"""What must not be in a session is not in it: by the rows of the pack, and by the list of requirements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs
import z3

from psoas_rules.conditions import All, Condition, Not, Test
from psoas_rules.conditions import Any as AnyOf
from psoas_rules.invariants import Invariant, condition_of
from psoas_rules.pack import Exclusions
from psoas_rules.proving.theorems.claims import Bench, Claim, Group
from psoas_rules.proving.values import YesNo, every
from psoas_rules.rulebook import compile_offer


def tables(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Nobody with a condition gets a movement that its row leaves out, or that a rule with its answers leaves out.

    Read from the rows as they are written, not from the rules that were made from them. A condition is there when it
    is named, when the age says so, or when a sign counts as it. What a follow-up adds holds while it is not answered.
    """
    del invariant
    world = bench.world
    claims: list[Claim] = []
    for row in bench.pack.conditions:
        symbol = world.look(f"condition.{row.id}")
        assert isinstance(symbol, YesNo)
        present = symbol.says(yes=True)
        claims += _steps(bench, f"condition.{row.id}", row.label, present, row.excludes)
        for further in row.further:
            feared = world.holds(_fearing(_compiled(bench, further.when)))
            key = f"condition.{row.id}.{further.id}"
            claims += _steps(bench, key, f"{row.label} ({further.id})", every((present, feared)), further.excludes)
    for rule in bench.pack.rules:
        if rule.then.exclude is not None and rule.status != "retired":
            when = world.concluding(lambda one, _, rule=rule: one.id.split(".")[:2] == [rule.stage, rule.id])  # type: ignore[misc]
            claims += _steps(bench, f"{rule.stage}.{rule.id}", rule.title, when, rule.then.exclude)
    yield Group((world,), tuple(claims))


def _compiled(bench: Bench, tree: object) -> Condition:
    return compile_offer(tree, bench.book.lexicon, lambda *_: None, ())


def _fearing(condition: Condition) -> Condition:
    """The same, with every answer that nobody gave taken for the dangerous one."""
    match condition:
        case All(parts):
            return All([_fearing(part) for part in parts])
        case AnyOf(parts):
            return AnyOf([_fearing(part) for part in parts])
        case Not(part):
            return Not(_fearing(part))
        case Test(op="answered"):
            return condition
        case Test():
            return attrs.evolve(condition, when_unknown=True)


def left_out(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Nobody gets a movement that the list of requirements leaves out for their answers."""
    del invariant
    claims: list[Claim] = []
    for must in bench.stated.left_out:
        excluded = Exclusions(properties=must.properties, exercises=must.exercises, phases=must.phases)
        title = must.because or must.id
        claims += _steps(bench, must.id, title, bench.answered(condition_of(must)), excluded)
    yield Group((bench.world,), tuple(claims))


def _steps(bench: Bench, key: str, title: str, when: z3.BoolRef, excludes: Exclusions) -> Iterator[Claim]:
    spared = set(excludes.all_but)
    for row in bench.pack.exercises:
        because: Iterable[str] = (
            *(
                f"it needs {bench.pack.vocabulary.properties[name]}"
                for name in row.properties
                if name in excludes.properties
            ),
            *(["it is left out by name"] if row.id in excludes.exercises else []),
            *(["its part of the session is left out"] if row.phase in excludes.phases else []),
            *(["only others are left in"] if spared and row.id not in spared else []),
        )
        if because:
            yield Claim(
                key,
                f"{title}: no '{row.name}', for {', '.join(because)}.",
                **bench.stepping(row.id, when),
                step=row.id,
                expect={"outcome": "routine", "lacks_steps": [row.id]},
            )
