"""Conditions over a sparse record, for engines that would else be handed a hundred denied safety questions each time.

The record holds only what is not as usual: a safety question that was denied is not in it, one that is open has the
value `open`, everything else is in it when it is known. Conditions over it need no negation.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import attrs

from benchmarks.peers.source import triggers
from psoas_rules.conditions import All, Condition, Not, Test
from psoas_rules.conditions import Any as AnyOf
from psoas_rules.rulebook import Rule

OPEN = "open"
_OPPOSITE = {"is": "is_not", "at_least": "below", "at_most": "above", "above": "at_most", "below": "at_least"}


@attrs.frozen
class Atom:
    """A test of one entry of the record.

    `op` is `has`, `lacks`, or a comparison that only an entry which is there can pass: `is`, `is_not`, `at_least`,
    `at_most`, `above`, `below`.
    """

    fact: str
    op: str
    value: Any = None


@attrs.frozen
class Every:
    """Holds when all parts hold."""

    parts: tuple[Any, ...]


@attrs.frozen
class Either:
    """Holds when one part holds."""

    parts: tuple[Any, ...]


def record(facts: Mapping[str, Any], changed: Iterable[str], usual: Collection[str]) -> dict[str, Any]:
    """What is not as usual."""
    made = {}
    for fact in changed:
        if fact not in usual:
            made[fact] = facts[fact]
        elif fact not in facts:
            made[fact] = OPEN
        elif facts[fact] is True:
            made[fact] = True
    return made


def positive(condition: Condition, usual: Collection[str], *, negated: bool = False) -> Atom | Every | Either:
    """The condition over a sparse record, without negation."""
    match condition:
        case Not(part):
            return positive(part, usual, negated=not negated)
        case All(parts) | AnyOf(parts):
            every = isinstance(condition, All) is not negated
            whole = tuple(positive(part, usual, negated=negated) for part in parts)
            return whole[0] if len(whole) == 1 else Every(whole) if every else Either(whole)
        case Test(fact) if fact in usual:
            return _safety(condition, negated=negated)
        case Test(fact, "answered"):
            return Atom(fact, "lacks" if negated else "has")
        case Test(fact, op, value, unknown):
            if isinstance(value, bool):
                atom = Atom(fact, "is", value is not negated)
            else:
                atom = Atom(fact, _OPPOSITE[op] if negated else op, value)
            return Either((Atom(fact, "lacks"), atom)) if unknown else atom


def _safety(test: Test, *, negated: bool) -> Atom | Every | Either:
    """A test of a safety question: it is True, or open, or not in the record because it was denied."""
    still_open, yes, no = Atom(test.fact, "is", OPEN), Atom(test.fact, "is", True), Atom(test.fact, "lacks")
    if test.op == "answered":
        return still_open if negated else Either((no, yes))
    known = yes if test.value is not negated else no
    return Either((known, still_open)) if test.when_unknown else known


def alternatives(tree: Atom | Every | Either) -> list[tuple[Atom, ...]]:
    """The tree as a list of conjunctions."""
    match tree:
        case Atom():
            return [(tree,)]
        case Either(parts):
            return list(dict.fromkeys(one for part in parts for one in alternatives(part)))
        case Every(parts):
            made: list[tuple[Atom, ...]] = [()]
            for part in parts:
                made = [tuple(dict.fromkeys((*one, *other))) for one in made for other in alternatives(part)]
            return made


def atoms(tree: Atom | Every | Either) -> tuple[Atom, ...]:
    """Every atom, from left to right."""
    return (tree,) if isinstance(tree, Atom) else tuple(atom for part in tree.parts for atom in atoms(part))


class Numbered(NamedTuple):
    """A rule of a batch: its number in the pack, and its condition over a sparse record."""

    number: int
    rule: Rule
    when: Atom | Every | Either


def numbered(rules: Iterable[Rule], batch: tuple[str, ...], usual: Collection[str]) -> list[Numbered]:
    """The rules of a batch."""
    return [Numbered(n, rule, positive(rule.when, usual)) for n, rule in enumerate(rules) if rule.stage in batch]


class Dispatch:
    """Which rules can fire at all when these facts are not as usual."""

    def __init__(self, rules: Iterable[Numbered], usual: Mapping[str, Any]) -> None:
        self.always: list[int] = []
        self.by_fact: dict[str, list[int]] = {}
        for number, rule, _ in rules:
            facts = triggers(rule.when, usual)
            if facts is None:
                self.always.append(number)
            for fact in facts or ():
                self.by_fact.setdefault(fact, []).append(number)

    def possible(self, changed: Iterable[str]) -> list[int]:
        """Numbers of these rules, ascending."""
        found = set(self.always)
        for fact in changed:
            if fact in self.by_fact:
                found.update(self.by_fact[fact])
        return sorted(found)
