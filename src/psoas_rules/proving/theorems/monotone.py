"""Two people who differ in little: whoever has more dangers, more pain or more that is unknown gets no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import z3

from psoas_rules.invariants import Aspect, Invariant
from psoas_rules.pack import LEVELS, PHASES, PROFILES
from psoas_rules.proving.encoding import World
from psoas_rules.proving.theorems.claims import Bench, Claim, Group
from psoas_rules.proving.values import Choice, Number, Symbol, YesNo, every, no, some

_MORE: Final[Mapping[tuple[str, ...], str]] = {
    ("sets", "extra_sets"): "sets on a side",
    ("sets",): "sets",
    ("reps",): "repetitions",
    ("reps_top",): "repetitions to build up to",
    ("hold_s",): "hold",
    ("hold_top_s",): "hold to build up to",
    ("days_max",): "days",
    ("effort_max",): "effort",
    ("stretch_max",): "stretch",
}
"""The numbers of a dose that must not rise. Extra sets count with the others: fewer sets leave room for one more."""


def never_loosens(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Of two people with the same answers, the one with more of what is named is never treated less carefully.

    `adding`: that person also says yes to some of these. `raising`: that person gives some of these numbers higher.
    `forgetting`: that person leaves some of these unanswered.
    """
    one = bench.world
    more = ((invariant.adding, _added), (invariant.raising, _raised), (invariant.forgetting, _forgotten))
    relations = {fact: relates for names, relates in more for fact in _facts(bench, names)}
    differing = tuple(relations)
    other = bench.second(differing)
    rules = []
    for fact, relates in relations.items():
        before, after = one.answers.given[fact], other.answers.given[fact]
        rules.append(some((_same(before, after), relates(before, after))))
    if invariant.same_profile:
        rules += [one.profile(name) == other.profile(name) for name in PROFILES]
    claims = [claim for aspect in invariant.keeps for claim in _ASPECTS[aspect](bench, one, other, differing)]
    yield Group((one, other), tuple(claims), tuple(rules))


def _facts(bench: Bench, names: Iterable[str]) -> Iterator[str]:
    """The facts that can be answered, of these kinds or by these names."""
    wanted = set(names)
    for fact in bench.world.answers.given:
        spec = bench.book.lexicon.spec(fact)
        if spec.kind in wanted or spec.name in wanted or fact in wanted:
            yield fact


def _same(before: Symbol, after: Symbol) -> z3.BoolRef:
    parts = [before.known == after.known]
    match before, after:
        case YesNo(), YesNo():
            parts.append(before.value == after.value)
        case Number(), Number():
            parts.append(before.value == after.value)
        case Choice(), Choice():
            parts += [before.options[name] == after.options[name] for name in before.options]
    return every(parts)


def _added(before: Symbol, after: Symbol) -> z3.BoolRef:
    del before
    return after.says(yes=True) if isinstance(after, YesNo) else z3.BoolVal(False)


def _raised(before: Symbol, after: Symbol) -> z3.BoolRef:
    if not isinstance(before, Number) or not isinstance(after, Number):
        return z3.BoolVal(False)
    return every((after.known, some((no(before.known), after.value >= before.value))))


def _forgotten(before: Symbol, after: Symbol) -> z3.BoolRef:
    del before
    return no(after.known)


def _triage(bench: Bench, one: World, other: World, differing: Iterable[str]) -> Iterator[Claim]:
    del differing
    for level in LEVELS[1:]:
        # Questions that are open for one alone are another matter: they give no steps either.
        settled = no(other.outcome("screening"))
        yield Claim(
            f"triage.{level}",
            f"The other person, too, is told '{level}' or more.",
            every((bench.told(one, level), no(bench.told(other, level)), settled)),
            expect={"outcome": "routine" if level == "caution" else "referral", "triage": level},
        )


def _refusals(bench: Bench, one: World, other: World, differing: Iterable[str]) -> Iterator[Claim]:
    del bench
    yield Claim(
        "refusals.referral",
        "Where one person gets a referral, the other gets no routine.",
        every((one.outcome("referral"), other.outcome("routine"))),
        expect={"outcome": "referral"},
    )
    # Whoever answers an open question may get on by that; so only what is answered by both is compared.
    answered = [one.answers.known(fact) for fact in differing]
    yield Claim(
        "refusals.screening",
        "Where a question is still open for one person, the other gets no routine.",
        every((one.outcome("screening"), other.outcome("routine"), *answered)),
        expect={"outcome": "screening"},
    )


def _exclusions(bench: Bench, one: World, other: World, differing: Iterable[str]) -> Iterator[Claim]:
    del differing
    pack = bench.pack
    kinds: tuple[tuple[str, Iterable[str], Callable[[str], str]], ...] = (
        ("property", pack.vocabulary.properties, lambda name: pack.vocabulary.properties[name]),
        ("exercise", bench.exercises, bench.name),
        ("phase", PHASES, lambda name: f"the part '{name}'"),
    )
    for kind, names, called in kinds:
        for name in names:
            yield Claim(
                f"exclusions.{name}",
                f"What is left out for one person is left out for the other: {called(name)}.",
                every((one.excluded(kind, name), no(other.excluded(kind, name)), other.outcome("routine"))),
            )


def _levels(bench: Bench, one: World, other: World, differing: Iterable[str]) -> Iterator[Claim]:
    del differing
    for name in bench.exercises:
        yield Claim(
            f"levels.{name}",
            f"What is too hard for one person is too hard for the other: {bench.name(name)}.",
            every((one.level_capped(name), no(other.level_capped(name)), other.outcome("routine"))),
            expect={"outcome": "routine", "lacks_steps": [name]},
        )


def _doses(bench: Bench, one: World, other: World, differing: Iterable[str]) -> Iterator[Claim]:
    del differing
    for name in bench.exercises:
        both = every((one.may_step(name), other.may_step(name)))
        for fields, words in _MORE.items():
            before, after = (_sum(world, name, fields) for world in (one, other))
            if before is not None and after is not None:
                goal = every((both, after > before))
                says = f"The other person gets no more {words} of {bench.name(name)}."
                yield Claim(f"doses.{name}", says, goal, step=name)
        before, after = one.dose(name, "rest_s"), other.dose(name, "rest_s")
        if before is not None and after is not None:
            goal = every((both, after < before))
            yield Claim(f"doses.{name}", f"The other person rests no less in {bench.name(name)}.", goal, step=name)


def _sum(world: World, exercise: str, fields: Iterable[str]) -> z3.ArithRef | None:
    """Numbers of a dose together; None where the exercise has them not."""
    numbers = [world.dose(exercise, field) for field in fields]
    return None if any(number is None for number in numbers) else z3.Sum(numbers)


_ASPECTS: Final[Mapping[Aspect, Callable[[Bench, World, World, Iterable[str]], Iterator[Claim]]]] = {
    "triage": _triage,
    "refusals": _refusals,
    "exclusions": _exclusions,
    "levels": _levels,
    "doses": _doses,
}
