"""How one outcome came about, ready to be asked why something is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from psoas_rules.assembly import Workings
from psoas_rules.conditions import Condition, Value
from psoas_rules.kit import Kit
from psoas_rules.lexicon import Lexicon
from psoas_rules.outcomes import Outcome
from psoas_rules.reasons.unmet import Unmet, failing, signed_in_words
from psoas_rules.stages import Case
from psoas_rules.trace import Reading


@attrs.frozen(eq=False)
class Situation:
    """One outcome with everything that it came from.

    Attributes:
        kit: The tables of the pack.
        outcome: The outcome.
        case: What was concluded on the way to it; without a routine, up to triage.
        workings: How the session came about; None without a routine.
    """

    kit: Kit
    outcome: Outcome
    case: Case
    workings: Workings | None

    @property
    def facts(self) -> Mapping[str, Value]:
        """Answers and findings."""
        return self.case.facts

    @property
    def lexicon(self) -> Lexicon:
        """The facts of the pack."""
        return self.kit.compiled.book.lexicon

    def session(self) -> Workings:
        """How the session came about.

        Raises:
            LookupError: if there is no routine.
        """
        if self.workings is None:
            raise LookupError("there is no routine, so there is no session")
        return self.workings

    def reading(self, fact: str) -> Reading:
        """The answer to a question, with its words."""
        return self.kit.tracer.reading(fact, self.case)

    def read_by(self, rules: Iterable[str]) -> tuple[Reading, ...]:
        """The known answers that these rules looked at when they fired, each once."""
        wanted = frozenset(rules)
        found = [
            self.reading(fact)
            for ready in self.case.fired
            if ready.rule.id in wanted
            for fact in ready.reads
            if fact in self.facts
        ]
        return tuple(dict.fromkeys(found))

    def unmet(self, condition: Condition) -> tuple[Unmet, ...]:
        """The tests that keep a condition from holding."""
        found = [
            Unmet(signed_in_words(test, self.lexicon, negated=negated), self.reading(test.fact), test, negated)
            for test, negated in failing(condition, self.facts)
        ]
        return tuple(dict.fromkeys(found))
