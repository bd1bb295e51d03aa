"""What a proof found, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

import attrs

from psoas_rules.conditions import Value

Verdict: TypeAlias = Literal["proved", "refuted", "undecided"]

FindingKind: TypeAlias = Literal["refuted", "undecided", "disagreement", "note", "accepted"]

ASSUMED: Final[tuple[str, ...]] = (
    "Formulas read rules, weighing, triage, limits and doses exactly as the library does. Tests compare the two.",
    "A session holds only exercises that nothing bars, each in a slot of the profile that could take it.",
    "The slots of a session come in the order of slots.yaml. No exercise stands in it twice.",
    "A slot that is used and stays empty, though it has candidates, says why.",
    "A dose is the start dose under the strictest limit of each sort. An extra set for one side fits under it.",
    "Slots are dropped in the order of drop_order until the session fits the time.",
)
"""What is taken for granted about how sessions are made; tests try each of these on the library itself."""


@attrs.frozen
class Person:
    """One person of a counterexample.

    Attributes:
        facts: What this person answers, by the name of the fact.
        intake: The same as the plain data of an intake.
        words: The same in words.
        outcome: What the library makes of it, in a line.
    """

    facts: Mapping[str, Value]
    intake: Mapping[str, Any]
    words: tuple[str, ...]
    outcome: str


@attrs.frozen
class Finding:
    """Something that is not as it must be, or that is worth knowing.

    Attributes:
        kind: `refuted`: it does not hold, here is somebody. `undecided`: the solver did not finish, or nobody was found
            for whom it can be seen. `disagreement`: formulas and library differ, a fault of this program. `note`: worth
            knowing. `accepted`: it does not hold, and that is accepted.
        claim: The name of the claim.
        says: What must be so, as a sentence.
        people: Somebody for whom it is not so; two where it is about a difference.
        why: Why it is undecided or accepted, or what differs.
        case: A case that fails as long as this stands; None where no case can show it.
    """

    kind: FindingKind
    claim: str
    says: str
    people: tuple[Person, ...] = ()
    why: str = ""
    case: Mapping[str, Any] | None = None


@attrs.frozen
class Result:
    """What became of one invariant.

    Attributes:
        id, title, kind: The invariant.
        verdict: Whether it is proved for everybody.
        claims: How many claims it is made of.
        queries: How many questions the solver was asked.
        seconds: How long it took.
        findings: What was found, the worst first.
    """

    id: str
    title: str
    kind: str
    verdict: Verdict
    claims: int
    queries: int
    seconds: float
    findings: tuple[Finding, ...] = ()


@attrs.frozen
class Proof:
    """What was proved of a pack.

    Attributes:
        pack: Its name.
        version: Its version.
        digest: What identifies its content.
        results: One for each invariant.
        seconds: How long it took in all.
        assumed: What is taken for granted about how sessions are made.
    """

    pack: str
    version: str
    digest: str
    results: tuple[Result, ...]
    seconds: float
    assumed: tuple[str, ...] = ASSUMED

    @property
    def proved(self) -> bool:
        """Whether every invariant is proved."""
        return all(result.verdict == "proved" for result in self.results)

    @property
    def refuted(self) -> tuple[Result, ...]:
        """The invariants that do not hold."""
        return tuple(result for result in self.results if result.verdict == "refuted")

    @property
    def queries(self) -> int:
        """How many questions the solver was asked in all."""
        return sum(result.queries for result in self.results)

    def result(self, invariant: str) -> Result:
        """The result of this invariant.

        Raises:
            KeyError: if it was not among them.
        """
        for result in self.results:
            if result.id == invariant:
                return result
        raise KeyError(invariant)
