"""The rules in durable-rules used the ordinary way: a `Host` with actions. psoas_rules itself goes below this layer.

What makes it safe is kept: one message with all answers, absence as `$nex` of its properties, at most sixty rules in a
ruleset, no timer threads, and a rule that always matches. The session and the id of the message stay the same and the
message is taken back after each run, since every new session costs memory and time.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from typing import Any

from durable import engine

from benchmarks.peers.answers import Facts
from benchmarks.peers.sparse import Atom, alternatives, numbered, record
from benchmarks.peers.tail import Tail
from psoas_rules import Pack

_MOST = 60
_OPERATORS = {"is_not": "$neq", "at_least": "$gte", "at_most": "$lte", "above": "$gt", "below": "$lt"}


class _Host(engine.Host):
    """A host without its timer threads."""

    def _run(self) -> None:
        pass


class DurableHost(Tail):
    """The decision with its rules in a durable-rules host."""

    name = "durable-rules, ordinary use (Host)"

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.usual = self.answers.denied
        self.host = _Host()
        self.fired: set[int] = set()
        self.rulesets: dict[tuple[str, ...], list[tuple[str, set[str]]]] = {}
        for batch in self.batches:
            found = [
                (rule.number, alternative)
                for rule in numbered(self.rules, batch, self.usual)
                for alternative in alternatives(rule.when)
            ]
            self.rulesets[batch] = []
            for start in range(0, len(found), _MOST):
                portion = found[start : start + _MOST]
                name = f"{'_'.join(batch)}_{start}"
                self.host.set_rulesets({name: self._ruleset(portion)})
                read = {atom.fact for _, alternative in portion for atom in alternative}
                self.rulesets[batch].append((name, read))

    @property
    def version(self) -> str:
        return version("durable-rules")

    def fire(self, batch: tuple[str, ...], facts: Facts, changed: Sequence[str]) -> list[int]:
        known = record(facts, changed, self.usual)
        self.fired.clear()
        for name, read in self.rulesets[batch]:
            said = {_key(fact): value for fact, value in known.items() if fact in read}
            message = {"sid": "s", "id": "m", "k": 1, **said}
            self.host.assert_fact(name, message)
            self.host.retract_fact(name, message)
        return sorted(self.fired)

    def _ruleset(self, rules: Iterable[tuple[int, tuple[Atom, ...]]]) -> dict[str, Any]:
        made = {"always": {"all": [{"m": {"k": 1}}], "run": lambda _: None}}
        for place, (number, alternative) in enumerate(rules):
            tests = [{"k": 1}, *map(_test, alternative)]
            made[f"r{place}"] = {"all": [{"m": {"$and": tests}}], "run": self._noting(number)}
        return made

    def _noting(self, number: int) -> Callable[[Any], None]:
        def note(_: Any) -> None:
            self.fired.add(number)

        return note


def _key(fact: str) -> str:
    return fact.replace(".", "_")


def _test(atom: Atom) -> dict[str, Any]:
    key = _key(atom.fact)
    if atom.op in ("has", "lacks"):
        return {"$ex" if atom.op == "has" else "$nex": {key: 1}}
    return {key: atom.value} if atom.op == "is" else {_OPERATORS[atom.op]: {key: atom.value}}
