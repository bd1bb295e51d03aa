"""The rules written by hand: a dispatch on what was answered, one `if` a rule, no engine and no memory.

A developer who writes this decision without an engine writes a function for each question: what a given answer sets
off. Most safety questions are denied, so only what is not as usual has to be looked at. These functions are generated
here from the conditions of the pack, since nobody wants to type, or keep right, five hundred of them; what is generated
is what one would type.
"""

import platform
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.peers.answers import Facts
from benchmarks.peers.source import function, python, triggers
from benchmarks.peers.tail import Tail
from psoas_rules import Pack
from psoas_rules.rulebook import Rule


class Hand(Tail):
    """The whole decision in plain Python."""

    name = "plain Python, by hand"
    batches = (("screening", "precaution"), ("triage",), ("safety", "evidence"), ("profile", "dosage"))

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.reactions = {
            batch: _Reactions([(n, r) for n, r in enumerate(self.rules) if r.stage in batch], self.answers.denied)
            for batch in self.batches
        }

    @property
    def version(self) -> str:
        """Of Python."""
        return platform.python_version()

    def fire(self, batch: tuple[str, ...], facts: Facts, changed: Sequence[str]) -> list[int]:
        """Numbers of the rules of these stages that fire, ascending."""
        return self.reactions[batch].fire(facts, changed)


class _Reactions:
    """What each answer sets off."""

    def __init__(self, rules: list[tuple[int, Rule]], usual: Facts) -> None:
        bodies: dict[str, list[str]] = {"": []}
        for number, rule in rules:
            line = f"if {python(rule.when)}: fired.add({number})"
            facts = triggers(rule.when, usual)
            for fact in ("",) if facts is None else sorted(facts):
                bodies.setdefault(fact, []).append(line)
        self.always = _reaction(bodies.pop(""))
        self.to: dict[str, Callable[[Any, Any], None]] = {fact: _reaction(body) for fact, body in bodies.items()}

    def fire(self, facts: Facts, changed: Sequence[str]) -> list[int]:
        fired: set[int] = set()
        to = self.to
        self.always(facts, fired)
        for fact in changed:
            if fact in to:
                to[fact](facts, fired)
        return sorted(fired)


def _reaction(body: list[str]) -> Any:
    return function("react", ["facts", "fired"], ["get = facts.get", *body])
