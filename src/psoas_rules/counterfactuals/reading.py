"""Which answers can change what: for each rule, every fact that it hangs on, directly or by way of other rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from psoas_rules.conditions import Test, Value, facts_read, tests
from psoas_rules.loading import rulebook_of
from psoas_rules.outcomes import Screening
from psoas_rules.recommender import Recommender
from psoas_rules.rulebook import Rule

_TRIAGE = frozenset({"triage", "ask", "treat_as"})


class Readers:
    """Which rules of a pack read what.

    Args:
        recommender: What decides.

    Attributes:
        thresholds: For each fact, the numbers that it is compared with.
        derived_from: For each number that is worked out from others, the facts that it comes from.
    """

    def __init__(self, recommender: Recommender) -> None:
        book = rulebook_of(recommender.pack)
        self.lexicon = book.lexicon
        self._rules: Mapping[str, Rule] = {rule.id: rule for rule in book.rules}
        choices = (*book.offers.values(), *(condition for uses in book.uses.values() for condition in uses))
        conditions = (*(rule.when for rule in book.rules), *choices)
        self.thresholds = _thresholds(test for condition in conditions for test in tests(condition))
        self.derived_from = {
            fact: frozenset(self.lexicon.specs[f"{spec.kind}.{spec.derive.of}"].facts())
            for spec in self.lexicon.derived()
            if spec.derive is not None
            for fact in spec.facts()
        }
        self._choosing = frozenset(fact for condition in choices for fact in facts_read(condition))
        # Weighing also counts how many items were answered, so an answer that no rule reads can matter there.
        counted = {
            fact
            for item in recommender.pack.signs
            if item.evidence
            for key in (*((item.id,) if item.answer else ()), *item.parts)
            for fact in self.lexicon.specs[f"sign.{key}"].facts()
        }
        self._weighed = frozenset(counted)
        self.of_rule = cache(self._of_rule)

    def _of_rule(self, rule: str) -> frozenset[str]:
        """Every fact that can change whether this rule fires."""
        return self.behind(facts_read(self._rules[rule].when)) if rule in self._rules else frozenset()

    def behind(self, facts: Iterable[str]) -> frozenset[str]:
        """These facts, with all that findings and conditions among them hang on in turn."""
        found: set[str] = set()
        waiting = list(facts)
        while waiting:
            fact = waiting.pop()
            if fact in found:
                continue
            found.add(fact)
            waiting += self._one_step(fact)
        return frozenset(found)

    def _one_step(self, fact: str) -> Collection[str]:
        kind, _, name = fact.partition(".")
        if kind == "condition":
            return self._read_by(rule for rule in self._rules.values() if _concludes(rule, "treat_as", name))
        if fact == "finding.clinician_first_count":
            return self._read_by(rule for rule in self._rules.values() if _concludes(rule, "clinician_first"))
        if kind == "finding":
            return self._read_by(rule for rule in self._rules.values() if rule.stage == "evidence") | self._weighed
        return self.derived_from.get(fact, ())

    @staticmethod
    def _read_by(rules: Iterable[Rule]) -> set[str]:
        return {fact for rule in rules for fact in facts_read(rule.when)}

    def asking(self, screening: Screening) -> Iterator[str]:
        """Ids of the rules behind its open questions. What no question can be asked about again stays open."""
        for question in screening.questions:
            asking = [rule for rule in self._rules.values() if _concludes(rule, "ask", question.fact)]
            yield from (rule.id for rule in asking if len(asking) == 1)

    def triage(self) -> frozenset[str]:
        """Every fact that can change whether there is a routine, and how urgent it is."""
        deciding = [rule for rule in self._rules.values() if _TRIAGE & {one.kind for one in rule.then}]
        return self.behind(self._read_by(deciding))

    def pattern(self) -> frozenset[str]:
        """Every fact that can change the pattern."""
        return self.behind(("finding.profile",))

    def everything(self) -> frozenset[str]:
        """Every fact that can change anything."""
        read = self._read_by(self._rules.values())
        wishes = [fact for spec in self.lexicon.named("preference").values() for fact in spec.facts()]
        return self.behind((*read, *self._choosing, *wishes, *self._weighed, "person.experience"))


def _concludes(rule: Rule, kind: str, subject: str | None = None) -> bool:
    return any(one.kind == kind and subject in (None, one.subject) for one in rule.then)


def _thresholds(compared: Iterable[Test]) -> Mapping[str, tuple[float, ...]]:
    found: dict[str, set[float]] = {}
    for test in compared:
        value: Value = test.value
        if test.op != "answered" and isinstance(value, int | float) and not isinstance(value, bool):
            found.setdefault(test.fact, set()).add(value)
    return {fact: tuple(sorted(values)) for fact, values in found.items()}
