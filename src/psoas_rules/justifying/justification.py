"""Why an element of an outcome is as it is: the answers that are enough for it, none of which can be spared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

import attrs

from psoas_rules.elements import Element, find, rules_behind, value_of
from psoas_rules.intake import Intake
from psoas_rules.justifying.citing import Answer, answers, facts_of, intake_of
from psoas_rules.justifying.shrinking import shrunk
from psoas_rules.outcomes import Outcome
from psoas_rules.recommender import Recommender
from psoas_rules.trace import Firing


@attrs.frozen
class Cited:
    """An answer that a justification rests on.

    Attributes:
        answer: The answer.
        without: The outcome of the cited answers without this one. The element is another in it, or is not there.
    """

    answer: Answer
    without: Outcome = attrs.field(hash=False)

    def __str__(self) -> str:
        return str(self.answer)


@attrs.frozen
class Justification:
    """The answers behind an element of an outcome.

    They are complete: an intake with these answers alone has the same element. They are necessary: without any one of
    them the element is another, or is not there. Another set of answers may be enough as well; only what was answered
    is cited, never what was left open.

    Attributes:
        element: What is explained.
        value: It as data.
        cited: The answers, what tells most first.
        firings: The rules of the outcome behind it that fire with the cited answers alone, in the order of the trace.
        outcome: The outcome of the whole intake.
        shown: The outcome of the cited answers alone.
        intake: The cited answers alone.
        spared: How many answers were given that it does not need.
        evaluations: How many intakes were tried to find it.
    """

    element: Element
    value: Hashable
    cited: tuple[Cited, ...]
    firings: tuple[Firing, ...]
    outcome: Outcome = attrs.field(hash=False, repr=False)
    shown: Outcome = attrs.field(hash=False, repr=False)
    intake: Intake = attrs.field(hash=False, repr=False)
    spared: int = 0
    evaluations: int = attrs.field(default=0, eq=False)


def justify(recommender: Recommender, intake: Intake, element: Element) -> Justification:
    """Why this element is in the outcome for these answers.

    Args:
        recommender: What decides.
        intake: The person's answers.
        element: A part of the outcome, see `psoas_rules.elements.elements`.

    Raises:
        UnknownElementError: if the outcome has no such element; it tells the nearest one.
        IntakeError: if an answer cannot be read.
        EngineError: if the engine failed.
    """
    outcome = recommender.recommend(intake)
    search = _Search(recommender, element, find(outcome, element))
    given = answers(intake, recommender.lexicon)
    likely = search.likely(given, outcome)
    kept = shrunk(likely if search.enough(likely) else search.ordered(given, outcome), search.enough)
    shown = search.outcome(kept)
    return Justification(
        element,
        search.value,
        tuple(Cited(one, search.outcome([other for other in kept if other != one])) for one in reversed(kept)),
        _firings(shown, outcome, element, kept, recommender),
        outcome,
        shown,
        intake_of(kept),
        len(given) - len(kept),
        len(search.tried),
    )


_SAFETY: Final = ("screen", "red_flags", "conditions")


@attrs.define
class _Search:
    """Tries sets of answers for one element, each set once."""

    recommender: Recommender
    element: Element
    value: Hashable
    tried: dict[frozenset[Answer], Outcome] = attrs.field(factory=dict)

    def outcome(self, some: Iterable[Answer]) -> Outcome:
        """The outcome of these answers alone."""
        chosen = tuple(some)
        question = frozenset(chosen)
        if question not in self.tried:
            self.tried[question] = self.recommender.recommend(intake_of(chosen))
        return self.tried[question]

    def enough(self, some: tuple[Answer, ...]) -> bool:
        """Whether these answers alone give the same element."""
        return value_of(self.outcome(some), self.element) == self.value

    def likely(self, given: tuple[Answer, ...], outcome: Outcome) -> tuple[Answer, ...]:
        """The answers that the rules behind the element read, and those that safety asks for before anything."""
        weight, lexicon = self._weights(outcome), self.recommender.lexicon
        ranked = self.ordered(given, outcome)
        return tuple(one for one in ranked if one.section in _SAFETY or weight.keys() & facts_of(one, lexicon))

    def ordered(self, given: tuple[Answer, ...], outcome: Outcome) -> tuple[Answer, ...]:
        """The answers; those that tell least come first, so that they are spared first."""
        weights, lexicon = self._weights(outcome), self.recommender.lexicon

        def weight(one: Answer) -> int:
            return 0 if one.section == "screen" else sum(weights.get(fact, 0) for fact in facts_of(one, lexicon))

        return tuple(sorted(given, key=weight))

    def _weights(self, outcome: Outcome) -> dict[str, int]:
        """How much each fact tells: the rules behind the element that read it, and the points that they give."""
        behind, weights = set(rules_behind(outcome, self.element)), dict[str, int]()
        for firing in outcome.trace.firings:
            if firing.rule in behind:
                points = sum(abs(one.hundredths) for one in firing.concludes)
                for reading in firing.readings:
                    weights[reading.fact] = weights.get(reading.fact, 0) + 1 + points
        return weights


def _firings(
    shown: Outcome, outcome: Outcome, element: Element, cited: tuple[Answer, ...], recommender: Recommender
) -> tuple[Firing, ...]:
    """The rules behind the element, and for cited answers that none of them read, the rules that did."""
    behind = set(rules_behind(shown, element))
    read = {reading.fact for one in shown.trace.firings if one.rule in behind for reading in one.readings}
    for answer in cited:
        facts = facts_of(answer, recommender.lexicon)
        if not facts & read and answer.section != "screen":
            behind |= {one.rule for one in shown.trace.firings if any(r.fact in facts for r in one.readings)}
    behind &= set(outcome.trace.rules)
    return tuple(one for one in shown.trace.firings if one.rule in behind)
