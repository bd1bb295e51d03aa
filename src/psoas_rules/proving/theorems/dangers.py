"""Dangers are told as urgently as they must be, and nobody exercises while one is there or a question is open."""

from __future__ import annotations

from collections.abc import Iterator

from psoas_rules.invariants import Invariant, condition_of
from psoas_rules.pack import LEVELS
from psoas_rules.proving.theorems.claims import Bench, Claim, Group
from psoas_rules.proving.values import every, no


def reach_their_level(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Whoever answers with a danger is told its level or a more urgent one.

    A danger up to `before_exercising` may first be met with open questions, for there are no steps then either.
    """
    del invariant
    world, claims = bench.world, []
    for danger in bench.stated.dangers:
        parts = [bench.answered(condition_of(danger)), no(bench.told(world, danger.level))]
        if LEVELS.index(danger.level) <= LEVELS.index("before_exercising"):
            parts.append(no(world.outcome("screening")))
        outcome = "routine" if danger.level in ("ok", "caution") else "referral"
        claims.append(
            Claim(
                danger.id,
                f"{danger.because or danger.id}: the level is {danger.level} at least.",
                every(parts),
                expect={"outcome": outcome, "triage": danger.level},
            )
        )
    yield Group((world,), tuple(claims))


def give_no_steps(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Whoever answers with a danger of this level or above gets no routine, and so no step."""
    least = LEVELS.index(invariant.level or "before_exercising")
    world = bench.world
    claims = tuple(
        Claim(
            danger.id,
            f"{danger.because or danger.id}: there is no routine.",
            every((bench.answered(condition_of(danger)), world.outcome("routine"))),
            expect={"outcome": "referral", "triage": danger.level},
        )
        for danger in bench.stated.dangers
        if LEVELS.index(danger.level) >= least
    )
    yield Group((world,), claims)


def open_questions(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """While a question that must be asked is open, there is no routine."""
    del invariant
    world, claims = bench.world, []
    for must in bench.stated.questions:
        concerned = bench.answered(condition_of(must))
        for name in must.questions:
            for fact in bench.book.lexicon.specs[name].facts():
                says = f"While '{bench.book.lexicon.label(fact)}' is not answered, there is no routine."
                goal = every((no(world.answers.known(fact)), concerned, world.outcome("routine")))
                claims.append(Claim(name, says, goal, expect={"outcome": "screening"}))
    yield Group((world,), tuple(claims))
