"""The rules in CEL, through the Rust binding `common-expression-language`.

CEL evaluates expressions; there is no engine that matches. What was found to be fast, and is done here: one program a
rule, all with one context of top-level variables (a map inside a variable is converted three times as slowly, and one
large expression is no faster), and only the programs that the answers can concern. Asking all programs of a stage takes
about five times as long.
"""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import cel

from benchmarks.peers.answers import Facts
from benchmarks.peers.sparse import Atom, Dispatch, Every, atoms, numbered, record
from benchmarks.peers.tail import Tail
from psoas_rules import Pack

_OPERATORS = {"is": "==", "is_not": "!=", "at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}


class Cel(Tail):
    """The decision with its rules in CEL."""

    name = "CEL, Rust binding"

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.usual = self.answers.denied
        self.names: dict[str, str] = {}
        self.programs: dict[int, Any] = {}
        self.reads: dict[int, dict[str, None]] = {}
        self.dispatch: dict[tuple[str, ...], Dispatch] = {}
        for batch in self.batches:
            rules = numbered(self.rules, batch, self.usual)
            self.dispatch[batch] = Dispatch(rules, self.usual)
            for number, _, when in rules:
                self.programs[number] = cel.compile(self._source(when))
                self.reads[number] = {self._name(atom.fact): None for atom in atoms(when)}

    @property
    def version(self) -> str:
        return version("common-expression-language")

    def fire(self, batch: tuple[str, ...], facts: Facts, changed: Sequence[str]) -> list[int]:
        possible = self.dispatch[batch].possible(changed)
        names, reads, programs = self.names, self.reads, self.programs
        known = {names[fact]: value for fact, value in record(facts, changed, self.usual).items() if fact in names}
        variables: dict[str, Any] = {}
        for number in possible:
            variables.update(reads[number])
        variables.update(known)
        context = cel.Context(variables)
        return [number for number in possible if programs[number].execute(context)]

    def _name(self, fact: str) -> str:
        return self.names.setdefault(fact, fact.replace(".", "_"))

    def _source(self, tree: Any) -> str:
        if isinstance(tree, Atom):
            name = self._name(tree.fact)
            if tree.op in ("has", "lacks"):
                return f"{name} {'!=' if tree.op == 'has' else '=='} null"
            value = tree.value
            literal = str(value).lower() if isinstance(value, bool) else repr(value)
            compared = f"{name} {_OPERATORS[tree.op]} {literal}"
            return compared if tree.op == "is" else f"{name} != null && {compared}"
        return "(" + (" && " if isinstance(tree, Every) else " || ").join(map(self._source, tree.parts)) + ")"
