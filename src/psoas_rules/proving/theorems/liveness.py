"""Nothing in the pack is idle: everything can happen, no rule is covered by others, advice can be followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import z3

from psoas_rules.dosing import in_scope
from psoas_rules.invariants import Invariant
from psoas_rules.pack import LEVELS, PROFILES, Limit
from psoas_rules.proving.encoding import TO_TRIAGE
from psoas_rules.proving.theorems.claims import Bench, Claim, Group
from psoas_rules.proving.values import TRUE, every, no, some
from psoas_rules.stages import highest
from psoas_rules.trace import Conclusion

_SAFETY: Final = (*TO_TRIAGE, "safety")
_WORDS: Final = ("supported", "provisional", "uncertain", "unlikely", "no_information")
_STRICTER_IS_LESS: Final = (
    *("level_max", "effort_max", "stretch_max", "sets_max", "reps_max", "hold_s_max", "days_max"),
    *("sets_factor", "hold_factor"),
)


def everything(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Every rule can fire, every profile, word and exercise can come out, and every slot can be used.

    Rules about a pattern or a dose must be able to fire for somebody who is not stopped before.
    """
    del invariant
    world, claims = bench.world, []
    for rule, fires in zip(bench.book.rules, world.fires, strict=True):
        goal = (
            fires
            if rule.stage in _SAFETY
            else every((fires, no(world.referred_by_triage), no(world.outcome("screening"))))
        )
        claims.append(Claim(rule.id, f"The rule '{rule.id}' can fire.", goal, wanted=True))
    routine = world.outcome("routine")
    for name in PROFILES:
        goal = every((routine, world.profile(name)))
        claims.append(
            Claim(f"profile.{name}", f"The profile '{name}' can come out.", goal, wanted=True, in_routine=True)
        )
    for pattern in ("tight", "weak"):
        for word in _WORDS if _can_be_supported(bench, pattern) else _WORDS[1:]:
            goal = every((routine, world.word(pattern, "left", word)))
            claims.append(
                Claim(f"{pattern}.{word}", f"'{pattern}' can be '{word}'.", goal, wanted=True, in_routine=True)
            )
    claims += [
        Claim(row.id, f"'{row.name}' can be a step.", world.may_step(row.id), wanted=True, in_routine=True)
        for row in bench.pack.exercises
    ]
    for profile, uses in bench.pack.sessions.sessions.items():
        for number, use in enumerate(uses):
            goal = every((routine, world.used(profile, number), no(world.unserved(profile, number))))
            claims.append(
                Claim(
                    f"{profile}.{use.slot}",
                    f"The slot '{use.slot}' of '{profile}' can be filled.",
                    goal,
                    wanted=True,
                    in_routine=True,
                )
            )
    yield Group((world,), tuple(claims))


def _can_be_supported(bench: Bench, pattern: str) -> bool:
    """Whether the pack has a test in favour of the pattern; without one the word for it is never meant to come out."""
    return any(
        rule.measured and any(c.subject == pattern and c.hundredths > 0 for c in rule.then) for rule in bench.book.rules
    )


def covered(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Whenever a rule fires, something that it concludes is not concluded by others as well.

    For rules of safety this is only noted: two reasons for the same caution do no harm.
    """
    del invariant
    claims = []
    for number, rule in enumerate(bench.book.rules):
        if rule.stage in ("screening", "evidence") or not rule.then:
            continue
        alone = [no(_by_others(bench, number, conclusion)) for conclusion in rule.then]
        goal = every((bench.world.fires[number], some(alone)))
        says = f"The rule '{rule.id}' concludes something that no other rule concludes whenever it fires."
        broken = f"Whenever '{rule.id}' fires, other rules conclude all of it as well, or something stricter."
        claims.append(Claim(rule.id, says, goal, wanted=True, broken=broken, note=rule.stage in _SAFETY))
    yield Group((bench.world,), tuple(claims))


def _by_others(bench: Bench, number: int, conclusion: Conclusion) -> z3.BoolRef:
    """Whether other rules that fire conclude the same, or more."""
    world, book = bench.world, bench.book
    if conclusion.kind == "limit" and conclusion.limit is not None:
        return _limited_by_others(bench, number, conclusion.limit)
    return some(
        fires
        for other, (rule, fires) in enumerate(zip(book.rules, world.fires, strict=True))
        if other != number and any(_covers(bench, one, conclusion) for one in rule.then)
    )


def _covers(bench: Bench, one: Conclusion, conclusion: Conclusion) -> bool:
    if one.kind == "triage" and conclusion.kind == "triage":
        return one.subject in LEVELS and highest("ok", one.subject) == highest(one.subject, conclusion.subject)
    if conclusion.kind == "exclude_exercise" and one.kind == "exclude_property":
        return one.subject in bench.exercises[conclusion.subject].properties
    same = (one.kind, one.subject, one.other, one.side) == (
        *(conclusion.kind, conclusion.subject, conclusion.other, conclusion.side),
    )
    return same and one.kind != "limit"


def _limited_by_others(bench: Bench, number: int, limit: Limit) -> z3.BoolRef:
    """Whether other limits that hold are as strict, for every exercise and every number; words stand for themselves."""
    others = [
        (one.limit, fires)
        for other, (rule, fires) in enumerate(zip(bench.book.rules, bench.world.fires, strict=True))
        if other != number
        for one in rule.then
        if one.limit is not None
    ]
    parts = []
    if limit.say:
        parts.append(some(fires for other, fires in others if other == limit))
    scope = [row.id for row in bench.pack.exercises if in_scope(limit, row)]
    for name in (*_STRICTER_IS_LESS, "rest_factor"):
        value = getattr(limit, name)
        if value is None:
            continue
        for exercise in scope:
            row = bench.exercises[exercise]
            parts.append(
                some(
                    fires
                    for other, fires in others
                    if (given := getattr(other, name)) is not None
                    and (given >= value if name == "rest_factor" else given <= value)
                    and in_scope(other, row)
                )
            )
    return every(dict.fromkeys(parts)) if parts else TRUE


def advice(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """What a rule prefers, swaps in or gives more of, somebody for whom it fires can get.

    A rule of which nothing can ever be followed contradicts another, or itself. A swap for which no slot has room does
    no harm: the next candidate is taken. It is noted.
    """
    del invariant
    world, claims = bench.world, []
    routine = world.outcome("routine")
    for rule, fires in zip(bench.book.rules, world.fires, strict=True):
        for conclusion in rule.then:
            goal = _followed(bench, conclusion)
            if goal is None:
                continue
            advised = _advised(bench, conclusion)
            key = f"{rule.id}.{conclusion.kind}.{conclusion.subject}"
            says = f"What '{rule.id}' advises is not left out whenever it is advised: {advised}."
            claims.append(Claim(key, says, every((routine, fires, goal)), wanted=True, in_routine=True))
            if conclusion.kind == "swap" and z3.is_false(world.stands_in(conclusion.subject, conclusion.other or "")):
                says = f"There is a slot for what '{rule.id}' advises: {advised}."
                broken = f"No slot has room for what '{rule.id}' advises: {advised}. The next candidate is taken."
                claims.append(Claim(f"{key}.slot", says, wanted=True, broken=broken, note=True))
    yield Group((world,), tuple(claims))


def _followed(bench: Bench, conclusion: Conclusion) -> z3.BoolRef | None:
    """Whether a piece of advice can be followed; None for a conclusion that advises nothing."""
    world = bench.world
    match conclusion.kind:
        case "prefer":
            return world.may_step(conclusion.subject)
        case "swap":
            return no(world.barred(conclusion.other or ""))
        case "extra_side":
            return some(
                every((world.may_step(row.id), world.one_sided(row.id)))
                for row in bench.pack.exercises
                if row.targets[0] == conclusion.subject
            )
    return None


def _advised(bench: Bench, conclusion: Conclusion) -> str:
    match conclusion.kind:
        case "prefer":
            return f"'{bench.name(conclusion.subject)}'"
        case "swap":
            return f"'{bench.name(conclusion.other or '')}' in place of '{bench.name(conclusion.subject)}'"
    return f"more for {conclusion.subject} on one side"
