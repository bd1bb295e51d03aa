"""Why a question is asked, in a sentence: what its answer decides between. Every word that is medical is the pack's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from psoas_rules.conditions import facts_read
from psoas_rules.interviewing.catalogue import OFFER, WISHES
from psoas_rules.interviewing.prompts import Prompt
from psoas_rules.pack import LEVELS, Level
from psoas_rules.recommender import Recommender
from psoas_rules.rulebook import SIDED_TARGETS, Rule

_MOST_TITLES: Final = 2
_KINDS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("excludes", frozenset({"treat_as", "exclude_property", "exclude_exercise", "exclude_phase", "swap"})),
    ("limits", frozenset({"limit", "extra_side"})),
)
"""What a rule decides, by the kinds of its conclusions: what touches safety first."""
_ADVICE: Final = frozenset({"say", "stop_sign", "strict_pain"})


class Wording:
    """Words for one pack.

    Args:
        recommender: Whose rules the answers decide.
    """

    def __init__(self, recommender: Recommender) -> None:
        plan = recommender.pack.interview
        self.reasons: Mapping[str, str] = plan.reasons if plan is not None else {}
        # A rule that reads what was found hangs on the sum of many answers, not on one.
        self.rules = {
            rule.id: rule
            for rule in recommender.rules
            if not any(fact.startswith("finding.") for fact in facts_read(rule.when))
        }
        self.levels = {name: level_of(rule) for name, rule in self.rules.items()}
        self.reading = {rule.id: len(facts_read(rule.when)) for rule in recommender.rules}
        self.weighed: dict[str, set[str]] = {}
        for rule in recommender.rules:
            if rule.stage == "evidence":
                targets = {said.subject for said in rule.then if said.hundredths}
                for fact in facts_read(rule.when):
                    self.weighed.setdefault(fact, set()).update(targets)

    def why(self, prompt: Prompt, facts: Iterable[str], decides: Iterable[str]) -> str:
        """Why this is asked.

        Args:
            prompt: The question.
            facts: The facts that its answer sets.
            decides: What the answer still decides: ids of rules, and parts of the session.
        """
        if prompt.id in (OFFER, WISHES):
            return self._said("tests" if prompt.id == OFFER else "session")
        decides = tuple(decides)
        known = [self.rules[one] for one in decides if one in self.rules]
        rules = sorted(known, key=lambda rule: self.reading[rule.id])
        for level in reversed(LEVELS[1:]):
            calling = [rule for rule in rules if self.levels[rule.id] == level]
            if calling:
                return self._said(level, calling)
        for reason, kinds in _KINDS:
            behind = [rule for rule in rules if kinds & {said.kind for said in rule.then}]
            if behind:
                return self._said(reason, behind)
        targets = {target for fact in facts for target in self.weighed.get(fact, ())}
        patterns = [target for target in SIDED_TARGETS if target in targets]
        if patterns:
            return self._said(patterns[0] if len(patterns) == 1 else "both")
        if targets:
            return self._said("person")
        advice = [rule for rule in rules if _ADVICE & {said.kind for said in rule.then}]
        if advice:
            return self._said("advice", advice)
        if any(one.startswith("screening.") for one in decides):
            return self._said("screening")
        return self._said("session" if decides else "leads_on")

    def urgency(self, decides: Iterable[str]) -> Level:
        """The highest level that an answer can still bring about by itself."""
        levels = [self.levels[one] for one in decides if one in self.levels]
        return max(levels, key=LEVELS.index, default="ok")

    def _said(self, reason: str, rules: Iterable[Rule] = ()) -> str:
        titles = list(dict.fromkeys(_inside(rule.title) for rule in rules))[:_MOST_TITLES]
        what = "; ".join(titles)
        if reason in self.reasons:
            return self.reasons[reason].replace("{what}", what)
        return f"It decides about this: {what}." if what else "It can change the outcome."


def level_of(rule: Rule) -> Level:
    """The highest level that a rule concludes."""
    subjects = {said.subject for said in rule.then if said.kind == "triage"}
    return next((level for level in reversed(LEVELS) if level in subjects), "ok")


def _inside(title: str) -> str:
    """A title as it reads inside a sentence."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"
