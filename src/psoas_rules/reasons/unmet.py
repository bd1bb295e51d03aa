"""Which tests of a condition fail, and a test in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from psoas_rules.conditions import All, Any, Condition, Not, SignedTest, Test, Value, holds
from psoas_rules.lexicon import Lexicon
from psoas_rules.trace import Reading


@attrs.frozen
class Unmet:
    """A test that fails.

    Attributes:
        text: What would have to be so, in words.
        answer: The answer that it looks at.
        test: The test.
        negated: Whether its opposite is needed.
    """

    text: str
    answer: Reading
    test: Test
    negated: bool


def failing(condition: Condition, facts: Mapping[str, Value], *, negated: bool = False) -> Iterator[SignedTest]:
    """The tests that keep a condition from holding, each with whether it is negated; none when it holds.

    Where all parts are needed, these are the parts that fail; where one is enough, every part fails.
    """
    whole = Not(condition) if negated else condition
    if holds(whole, facts):
        return
    match condition:
        case Test():
            yield condition, negated
        case Not(part):
            yield from failing(part, facts, negated=not negated)
        case All(parts) | Any(parts):
            for part in parts:
                yield from failing(part, facts, negated=negated)


def signed_in_words(test: Test, lexicon: Lexicon, *, negated: bool) -> str:
    """A test, or its opposite, in words."""
    words = test_in_words(test, lexicon)
    return f"not ({words})" if negated else words


def test_in_words(test: Test, lexicon: Lexicon) -> str:
    """A test in words, such as `Pain now at least 4 of 10`."""
    label = lexicon.label(test.fact)
    if test.op == "answered":
        return f"{label} is answered"
    fearing = ", or nobody knows" if test.when_unknown else ""
    return f"{label} {test.op.replace('_', ' ')} {lexicon.spec(test.fact).text(test.value)}{fearing}"
