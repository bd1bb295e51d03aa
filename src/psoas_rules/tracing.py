"""From rules that fired to their firings: the same reading of the same answer is made once and kept ready."""

from __future__ import annotations

from typing import Final

from psoas_rules.conditions import Value
from psoas_rules.lexicon import Lexicon
from psoas_rules.memory import Memory
from psoas_rules.stages import Case, Ready
from psoas_rules.trace import Firing, Reading, Trace

MOST_FIRINGS: Final = 4_096
"""Firings, and as many readings, that are kept ready."""


class Tracer:
    """Tells which rules fired and what they looked at.

    Args:
        lexicon: The facts of the pack, with their words.
        remember: Whether to keep firings ready.
    """

    def __init__(self, lexicon: Lexicon, *, remember: bool) -> None:
        self._lexicon = lexicon
        self._firings: Memory[Firing] = Memory(MOST_FIRINGS if remember else 0)
        self._readings: Memory[Reading] = Memory(MOST_FIRINGS if remember else 0)

    def forget(self) -> None:
        """Empties what is kept ready."""
        self._firings.forget()
        self._readings.forget()

    def trace(self, case: Case, assembled: tuple[Firing, ...] = ()) -> Trace:
        """The firings of a case, in the order of stages and pack, and after them those of the session.

        Open questions are listed as questions; a firing for each would bury what was decided.
        """
        decided = [self.firing(ready, case) for ready in case.fired if ready.rule.stage != "screening"]
        return Trace((*decided, *assembled))

    def firing(self, ready: Ready, case: Case) -> Firing:
        """A rule that fired, with the answers that it looked at."""
        get = case.facts.get
        # A fact has one type in a pack, so equal values are the same answer.
        question = (ready.number, *[get(fact) for fact in ready.reads])
        found = None if case.assumed else self._firings.get(question)
        if found is None:
            rule = ready.rule
            readings = tuple(self.reading(fact, case) for fact in ready.reads)
            found = Firing(rule.id, rule.stage, rule.title, rule.because, readings, rule.then, rule.sources)
            if not case.assumed:
                self._firings.put(question, found)
        return found

    def reading(self, fact: str, case: Case) -> Reading:
        """An answer with its words; one that no person gave names the rule that took it so."""
        return self.reading_of(fact, case.facts.get(fact), case.assumed.get(fact))

    def reading_of(self, fact: str, value: Value | None, assumed_by: str | None = None) -> Reading:
        """This value of a fact, with its words."""
        question = (fact, value, assumed_by)
        found = self._readings.get(question)
        if found is None:
            spec = self._lexicon.spec(fact)
            found = Reading(fact, self._lexicon.label(fact), value, spec.text(value), assumed_by)
            self._readings.put(question, found)
        return found

    def telling(self, ready: Ready, case: Case) -> Reading:
        """Of the answers that a rule read, the one to show: a known one of the rule's own item before any other."""
        item = ready.rule.item
        known = [fact for fact in ready.reads if fact in case.facts]
        own = [fact for fact in known if item is not None and item in fact.split(".")]
        # A rule can fire because nothing was answered; then the open question is what tells.
        return self.reading(next(iter(own or known or ready.reads)), case)
