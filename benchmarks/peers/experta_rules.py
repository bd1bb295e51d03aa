"""The rules in experta.

One engine for each batch of stages, made once and reset for each person; a rule for each alternative. Everything that
is not as usual goes in as one fact, so that a rule is one pattern: one fact an answer, joined by the rules, takes about
three times as long. Its matcher is Python, and takes nearly all of the time. experta pins frozendict 1.2, which does
not import on Python 3.10 and later without the names that `collections` had once.
"""

import collections
import collections.abc
import operator
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from typing import Any

for _name in ("Mapping", "MutableMapping", "Iterable", "Callable"):
    if not hasattr(collections, _name):
        setattr(collections, _name, getattr(collections.abc, _name))

from experta import NOT, Fact, KnowledgeEngine, L, P, Rule, W  # noqa: E402

from benchmarks.peers.answers import Facts  # noqa: E402
from benchmarks.peers.sparse import Atom, alternatives, atoms, numbered, record  # noqa: E402
from benchmarks.peers.tail import Tail  # noqa: E402
from psoas_rules import Pack  # noqa: E402

_OPERATORS = {
    "is_not": operator.ne,
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
}


class Experta(Tail):
    """The decision with its rules in experta."""

    name = "experta"

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.usual = self.answers.denied
        self.engines: dict[tuple[str, ...], Any] = {}
        self.read: dict[tuple[str, ...], set[str]] = {}
        for batch in self.batches:
            rules = numbered(self.rules, batch, self.usual)
            self.read[batch] = {atom.fact for rule in rules for atom in atoms(rule.when)}
            made = {
                f"r{number}_{place}": Rule(*_patterns(alternative))(_noting(number))
                for number, _, when in rules
                for place, alternative in enumerate(alternatives(when))
            }
            self.engines[batch] = type("Rules", (KnowledgeEngine,), made)()

    @property
    def version(self) -> str:
        return version("experta")

    def fire(self, batch: tuple[str, ...], facts: Facts, changed: Sequence[str]) -> list[int]:
        engine, read = self.engines[batch], self.read[batch]
        engine.fired = set()
        engine.reset()
        known = record(facts, changed, self.usual)
        engine.declare(Fact(**{_key(fact): value for fact, value in known.items() if fact in read}))
        engine.run()
        return sorted(engine.fired)


def _noting(number: int) -> Callable[[Any], None]:
    def note(self: Any) -> None:
        self.fired.add(number)

    return note


def _patterns(alternative: Iterable[Atom]) -> list[Any]:
    """One pattern for all that has to be there, and one for each thing that must not."""
    there: dict[str, list[Atom]] = {}
    absent = [NOT(Fact(**{_key(atom.fact): W()})) for atom in alternative if atom.op == "lacks"]
    for atom in alternative:
        if atom.op != "lacks":
            there.setdefault(_key(atom.fact), []).append(atom)
    tests = {key: _test(found) for key, found in there.items()}
    return [*([Fact(**tests)] if tests else []), *absent]


def _key(fact: str) -> str:
    return fact.replace(".", "_")


def _test(tests: list[Atom]) -> Any:
    exact = [atom.value for atom in tests if atom.op == "is"]
    if exact:
        return L(exact[0])
    compared = [(_OPERATORS[atom.op], atom.value) for atom in tests if atom.op in _OPERATORS]
    if not compared:
        return W()
    return P(lambda value: all(compare(value, other) for compare, other in compared))
