"""The rules in CLIPS, through clipspy.

One environment for each batch of stages, made once. All facts go in with one call of one deffunction, which resets,
asserts, runs and gives back the numbers of the rules that fired: facts asserted through clipspy's templates leak in
clipspy 1.0.x (reset and run become slower without end), and each call from Python costs more than a fact. Tests of one
fact stand in one pattern; alternatives are rules of their own.
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

import clips

from benchmarks.peers.answers import Facts
from benchmarks.peers.sparse import OPEN, Atom, alternatives, atoms, numbered, record
from benchmarks.peers.tail import Tail
from psoas_rules import Pack

_RUN = """
(deffunction decide ($?given)
  (reset)
  (bind ?last (length$ ?given))
  (loop-for-count (?half 1 (div ?last 2))
    (bind ?place (* 2 ?half))
    (assert (f (nth$ (- ?place 1) ?given) (nth$ ?place ?given))))
  (run)
  ?*fired*)
"""
_OPERATORS = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}


class Clips(Tail):
    """The decision with its rules in CLIPS."""

    name = "clipspy (CLIPS)"

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.usual = self.answers.denied
        self.symbols: dict[Any, Any] = {True: clips.Symbol("TRUE"), False: clips.Symbol("FALSE")}
        for spec in self.words.specs.values():
            for word in (OPEN, *spec.options):
                self._symbol(word)
        self.names: dict[str, Any] = {}
        self.read: dict[tuple[str, ...], set[str]] = {}
        self.environments = []
        self.decide = {}
        for batch in self.batches:
            environment = clips.Environment()
            environment.build("(defglobal ?*fired* = (create$))")
            rules = numbered(self.rules, batch, self.usual)
            self.read[batch] = {atom.fact for rule in rules for atom in atoms(rule.when)}
            for number, _, when in rules:
                for place, alternative in enumerate(alternatives(when)):
                    environment.build(self._rule(f"r{number}-{place}", number, alternative))
            environment.build(_RUN)
            self.environments.append(environment)
            self.decide[batch] = environment.find_function("decide")

    @property
    def version(self) -> str:
        return version("clipspy")

    def fire(self, batch: tuple[str, ...], facts: Facts, changed: Sequence[str]) -> list[int]:
        read, names, symbols = self.read[batch], self.names, self.symbols
        given: list[Any] = []
        for fact, value in record(facts, changed, self.usual).items():
            if fact in read:
                given.append(names[fact])
                # Words and yes and no are symbols; a number stays one.
                given.append(symbols[value] if isinstance(value, str | bool) else value)
        return sorted(set(self.decide[batch](*given)))

    def _rule(self, name: str, number: int, alternative: Iterable[Atom]) -> str:
        by_fact: dict[str, list[Atom]] = {}
        for atom in alternative:
            by_fact.setdefault(atom.fact, []).append(atom)
        patterns = " ".join(self._pattern(f"?v{n}", fact, tests) for n, (fact, tests) in enumerate(by_fact.items()))
        return f"(defrule {name} {patterns} => (bind ?*fired* (create$ ?*fired* {number})))"

    def _pattern(self, bound: str, fact: str, tests: list[Atom]) -> str:
        name = self.names.setdefault(fact, clips.Symbol(fact))
        if any(atom.op == "lacks" for atom in tests):
            return f"(not (f {name} ?))"
        tests = [atom for atom in tests if atom.op != "has"]
        if not tests:
            return f"(f {name} ?)"
        exact = [self._exact(atom) for atom in tests if atom.op in ("is", "is_not")]
        compared = [f"({_OPERATORS[atom.op]} {bound} {atom.value})" for atom in tests if atom.op in _OPERATORS]
        if len(compared) > 1:
            compared = [f"(and {' '.join(compared)})"]
        return f"(f {name} {'&'.join([*exact, *[f'{bound}&:{one}' for one in compared]])})"

    def _exact(self, atom: Atom) -> str:
        value = atom.value
        if isinstance(value, str | bool):
            value = self._symbol(value)
        return f"~{value}" if atom.op == "is_not" else str(value)

    def _symbol(self, value: Any) -> Any:
        if value not in self.symbols:
            self.symbols[value] = clips.Symbol(value)
        return self.symbols[value]
