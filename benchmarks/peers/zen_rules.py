"""The rules in zen-engine (GoRules), through its static loader.

One decision for each batch of stages: one expression that lists every rule of the batch, so that the engine is called
once. Measured besides, on triage, safety and evidence together: an expression for each rule takes four times as long,
one wide decision table (hit policy collect) thirteen times, and a table for each set of facts nearly fifty times.
"""

from collections.abc import Sequence
from importlib.metadata import version
from itertools import compress
from typing import Any

import zen

from benchmarks.peers.answers import Facts
from benchmarks.peers.sparse import Atom, Every, Numbered, numbered, record
from benchmarks.peers.tail import Tail
from psoas_rules import Pack

_OPERATORS = {"is": "==", "is_not": "!=", "at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}


class Zen(Tail):
    """The decision with its rules in zen-engine."""

    name = "zen-engine (GoRules)"

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.usual = self.answers.denied
        self.names: dict[str, str] = {}
        decisions = {}
        self.batch: dict[tuple[str, ...], tuple[str, list[int]]] = {}
        for batch in self.batches:
            rules = numbered(self.rules, batch, self.usual)
            key = "_".join(batch)
            decisions[key] = self._decision(rules)
            self.batch[batch] = (key, [rule.number for rule in rules])
        self.engine = zen.ZenEngine({"loader": {"type": "static", "content": decisions}})

    @property
    def version(self) -> str:
        return version("zen-engine")

    def fire(self, batch: tuple[str, ...], facts: Facts, changed: Sequence[str]) -> list[int]:
        key, numbers = self.batch[batch]
        names = self.names
        known = {names[fact]: value for fact, value in record(facts, changed, self.usual).items() if fact in names}
        return list(compress(numbers, self.engine.evaluate(key, known)["result"]["fired"]))

    def _decision(self, rules: Sequence[Numbered]) -> dict[str, Any]:
        listed = f"[{', '.join(self._source(rule.when) for rule in rules)}]"
        content = {"expressions": [{"id": "e", "key": "fired", "value": listed}], "passThrough": False}
        place = {"x": 0, "y": 0}
        return {
            "nodes": [
                {"id": "in", "type": "inputNode", "name": "in", "position": place},
                {"id": "rules", "type": "expressionNode", "name": "rules", "position": place, "content": content},
                {"id": "out", "type": "outputNode", "name": "out", "position": place},
            ],
            "edges": [
                {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
                {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"},
            ],
        }

    def _source(self, tree: Any) -> str:
        if isinstance(tree, Atom):
            name = self.names.setdefault(tree.fact, tree.fact.replace(".", "_"))
            if tree.op in ("has", "lacks"):
                return f"{name} {'!=' if tree.op == 'has' else '=='} null"
            value = tree.value
            literal = str(value).lower() if isinstance(value, bool) else repr(value)
            compared = f"{name} {_OPERATORS[tree.op]} {literal}"
            return compared if tree.op == "is" else f"({name} != null and {compared})"
        return f"({(' and ' if isinstance(tree, Every) else ' or ').join(map(self._source, tree.parts))})"
