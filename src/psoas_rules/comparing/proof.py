"""The proof that a new pack is less strict with nobody: every question of `goals` put to the solver."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import attrs

from psoas_rules.comparing.strictness import Shared
from psoas_rules.loading import MINUTES, Rulebook

if TYPE_CHECKING:
    from psoas_rules.comparing.goals import Question

NEEDED = "python -m pip install 'psoas-rules[prove]'"
"""What installs the solver."""


@attrs.frozen
class Proof:
    """What became of a proof.

    Attributes:
        holds: Whether it is proved that the new pack is less strict with nobody.
        why: What was found, in a sentence.
        questions: How many questions the solver settled.
        answers: An intake for the old pack with which the new one is less strict, as the solver says.
    """

    holds: bool
    why: str
    questions: int = 0
    answers: Mapping[str, Any] | None = None


def can_prove() -> bool:
    """Whether the solver is installed."""
    return find_spec("z3") is not None


def prove_not_less_safe(old: Rulebook, new: Rulebook, shared: Shared, *, seconds: float) -> Proof:
    """Whether the new pack is less strict with nobody.

    Args:
        old: The old rules.
        new: The new rules.
        shared: What both packs know.
        seconds: How long it may take.

    Returns:
        A proof, somebody who refutes it, or why it is not decided.
    """
    if not can_prove():
        return Proof(False, f"Nobody was found, and a proof needs the solver: {NEEDED}")
    from psoas_rules.comparing.goals import Question
    from psoas_rules.proving.values import EncodingError

    longer = _longer(old, new)
    if longer:
        return Proof(False, longer)
    try:
        return _ask(Question(old, new, shared), seconds)
    except EncodingError as error:
        return Proof(False, f"It cannot be put to the solver exactly: {error}.")


def _longer(old: Rulebook, new: Rulebook) -> str:
    """Why a session could be planned longer; empty when none can: the constants alone decide it."""
    most = old.lexicon.specs[MINUTES].maximum
    usual, longest = (
        [book.pack.constant(name) for book in (old, new)] for name in ("default_minutes", "longest_minutes")
    )
    unasked = [min(pair) for pair in zip(usual, longest, strict=True)]
    asked = longest if most is None else [min(one, most) for one in longest]
    for before, after in (unasked, asked):
        if after > before:
            return f"A session could be planned for {after:g} minutes, not {before:g}."
    return ""


def _ask(question: Question, seconds: float) -> Proof:
    """Puts every question to the solver until one finds somebody or the time is up."""
    from psoas_rules.proving.solving import Asker

    until = time.monotonic() + seconds
    asker = Asker(question.old.answers, question.new.answers, rules=question.links, seconds=seconds)
    for goal in question.goals():
        if time.monotonic() > until:
            return Proof(False, f"The time was up at {goal.criterion}: {goal.subject}.", asker.queries)
        answer = asker.ask(goal.formula)
        if answer.found == "unknown":
            return Proof(False, f"The solver could not settle {goal.criterion}: {goal.subject}.", asker.queries)
        if answer.found == "found":
            answers = question.answers(*answer.people)
            return Proof(False, f"{goal.criterion}: {goal.subject}", asker.queries, answers)
    return Proof(True, "Proved for everybody: nobody's outcome becomes less strict.", asker.queries)


def find_difference(
    old: Rulebook, new: Rulebook, shared: Shared, *, seconds: float, swapped: str | None = None
) -> Proof:
    """Whether two packs decide the same for everybody.

    Args:
        old: The old rules.
        new: The new rules.
        shared: What both packs know.
        seconds: How long it may take.
        swapped: An exercise; then the question is whether the order matters in which conditions swap it for others.

    Returns:
        A proof that nothing differs that an outcome hangs on, somebody for whom something may, or neither.
    """
    if not can_prove():
        return Proof(False, "")
    from psoas_rules.comparing.changes import turned_round
    from psoas_rules.comparing.goals import Question
    from psoas_rules.proving.solving import Asker
    from psoas_rules.proving.values import EncodingError

    try:
        question = Question(old, new, shared)
        asker = Asker(question.old.answers, question.new.answers, rules=question.links, seconds=seconds)
        if swapped is None:
            answer = asker.ask(question.difference())
        else:
            answer = asker.ask(question.either_way(swapped, turned_round(old, new, swapped)))
    except EncodingError:
        return Proof(False, "")
    if answer.found == "found":
        return Proof(False, "", asker.queries, question.answers(*answer.people))
    why = "It is proved that this changes nothing that is decided for anybody."
    return Proof(answer.found == "none", why, asker.queries)
