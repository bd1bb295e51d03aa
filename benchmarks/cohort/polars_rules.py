"""The conditions of the rules as Polars expressions: the part of the decision that is simply had there.

Polars gets more than it would have in practice. The answers lie ready as a column for each fact, read and checked. Only
the stages that read nothing but answers are asked, a yes or no for each rule; nobody adds points, fills a session or
says which answer was wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from psoas_rules.conditions import All, Condition, Not, Test, facts_read, holds
from psoas_rules.conditions import Any as AnyOf
from psoas_rules.lexicon import Lexicon
from psoas_rules.rulebook import Rule

STAGES = ("screening", "precaution", "triage", "safety", "evidence")
_TYPES = {"yes_no": pl.Boolean, "choice": pl.String}


class PolarsRules:
    """All rules of the first stages, asked at once."""

    def __init__(self, rules: Sequence[Rule], lexicon: Lexicon) -> None:
        self.asked = [rule for rule in rules if rule.stage in STAGES and not _reads_findings(rule)]
        self.expressions = [_expression(rule.when).alias(rule.id) for rule in self.asked]
        facts = sorted({fact for rule in self.asked for fact in facts_read(rule.when)})
        self.schema = {fact: _TYPES.get(lexicon.spec(fact).answer, pl.Float64) for fact in facts}
        # An entry of a list is there or not.
        self.schema |= {fact: pl.Boolean for fact in facts if lexicon.spec(fact).answer in ("many", "names")}

    def frame(self, people: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
        """The facts of these people, a column each."""
        columns = {fact: [person.get(fact) for person in people] for fact in self.schema}
        return pl.DataFrame(columns, schema=self.schema)

    def fire(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Which rule fires for whom."""
        return frame.select(self.expressions)

    def check(self, people: Sequence[Mapping[str, Any]]) -> None:
        """Fails when a condition holds for somebody for whom it does not, or the other way round."""
        fired = self.fire(self.frame(people)).rows()
        for facts, found in zip(people, fired, strict=True):
            for rule, holds_here in zip(self.asked, found, strict=True):
                assert holds(rule.when, facts) is holds_here, (rule.id, facts)


def _reads_findings(rule: Rule) -> bool:
    return any(fact.startswith("finding.") for fact in facts_read(rule.when))


def _expression(condition: Condition, *, negated: bool = False) -> pl.Expr:
    """The condition; an unknown fact satisfies neither a test nor its opposite, so "not" goes down to the tests."""
    match condition:
        case Not(part):
            return _expression(part, negated=not negated)
        case All(parts) | AnyOf(parts):
            joined = pl.all_horizontal if isinstance(condition, All) is not negated else pl.any_horizontal
            return joined([_expression(part, negated=negated) for part in parts])
        case Test(fact, "answered"):
            return pl.col(fact).is_null() if negated else pl.col(fact).is_not_null()
        case Test(fact, op, value, unknown):
            passed = _compared(pl.col(fact), op, value)
            return (~passed if negated else passed).fill_null(unknown)
    raise TypeError(condition)


def _compared(column: pl.Expr, op: str, value: Any) -> pl.Expr:
    match op:
        case "is":
            return column == value
        case "at_least":
            return column >= value
        case "at_most":
            return column <= value
        case "above":
            return column > value
        case "below":
            return column < value
    raise ValueError(op)
