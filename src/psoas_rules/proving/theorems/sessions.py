"""Sessions come in order, fit the time, are sound by the tables, and leave no slot empty that should be filled."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from psoas_rules.invariants import Invariant
from psoas_rules.pack import PHASES, SlotUse
from psoas_rules.proving.doses import Doses
from psoas_rules.proving.theorems.claims import Bench, Claim, Group
from psoas_rules.proving.theorems.loads import within
from psoas_rules.proving.theorems.movements import tables
from psoas_rules.proving.values import FALSE, TRUE, YesNo, every, no, some

_LISTS = ("candidates", "from_level_2", "from_level_3", "on_request")


def phases(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """In every session the phases come in order, and whatever can fill a slot is of the phase of that slot.

    With `warm_up_first`, whoever gets an exercise of the second phase gets one of the first phase before it.
    """
    slots = {slot.id: slot for slot in bench.pack.sessions.slots}
    claims = []
    for profile, uses in bench.pack.sessions.sessions.items():
        order = [PHASES.index(slots[use.slot].phase) for use in uses]
        ordered = order == sorted(order)
        claims.append(
            Claim(profile, f"The slots of '{profile}' come in order: {', '.join(PHASES)}.", FALSE if ordered else TRUE)
        )
        for use in uses:
            for name in dict.fromkeys(one for key in _LISTS for one in getattr(use, key)):
                fits = bench.exercises[name].phase == slots[use.slot].phase
                says = f"In '{profile}', '{bench.name(name)}' is of the phase of its slot '{use.slot}'."
                claims.append(Claim(f"{profile}.{use.slot}.{name}", says, FALSE if fits else TRUE))
    yield Group((), tuple(claims))
    if invariant.warm_up_first:
        yield Group((bench.world,), tuple(_warm_up_first(bench)))


def _warm_up_first(bench: Bench) -> Iterator[Claim]:
    world, slots = bench.world, {slot.id: slot for slot in bench.pack.sessions.slots}
    dropped = bench.pack.sessions.drop_order
    for profile, uses in bench.pack.sessions.sessions.items():
        places = [(number, use, slots[use.slot].phase) for number, use in enumerate(uses)]
        working = [use.slot for _, use, phase in places if phase == PHASES[1]]
        last = max((dropped.index(slot) if slot in dropped else len(dropped) for slot in working), default=-1)
        # A slot that is dropped for want of time before the last working one does not count.
        kept = [
            number
            for number, use, phase in places
            if phase == PHASES[0] and (use.slot not in dropped or dropped.index(use.slot) > last)
        ]
        works = [number for number, _, phase in places if phase == PHASES[1]]
        empty = every(some((world.unserved(profile, number), no(world.used(profile, number)))) for number in kept)
        filled = some(every((world.used(profile, number), no(world.unserved(profile, number)))) for number in works)
        yield Claim(
            profile,
            f"In '{profile}', nobody works without having warmed up.",
            every((world.outcome("routine"), world.profile(profile), empty, filled)),
        )


def time(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Every session can be cut to the time there is, and no session is planned longer than the ceiling.

    Slots are dropped until the session fits. So it always fits when what can never be dropped does, at its longest, in
    the least time that anybody can have.
    """
    pack = bench.pack
    claims = []
    if invariant.minutes is not None:
        longest = pack.constant("longest_minutes")
        says = f"No session is planned for more than {invariant.minutes:g} minutes; the pack says {longest:g}."
        claims.append(Claim("longest_minutes", says, TRUE if longest > invariant.minutes else FALSE))
    spec = bench.book.lexicon.specs["preference.minutes"]
    least = min(spec.minimum or 0, pack.constant("default_minutes"), pack.constant("longest_minutes"))
    for profile, uses in pack.sessions.sessions.items():
        kept = [use for use in uses if use.slot not in pack.sessions.drop_order]
        seconds = sum(_longest(bench, use) for use in kept)
        says = (
            f"In '{profile}', what is never dropped for want of time takes {seconds:g} seconds at most; "
            f"the least time is {least:g} minutes."
        )
        claims.append(Claim(profile, says, TRUE if seconds > least * 60 else FALSE))
    yield Group((), tuple(claims))


def _longest(bench: Bench, use: SlotUse) -> float:
    """The most time that a slot can take."""
    slot = next(slot for slot in bench.pack.sessions.slots if slot.id == use.slot)
    doses = Doses(bench.world)
    rests = [value for row in bench.pack.exercises for value, _ in doses.limits(row.id, "rest_factor")]
    slowest = {"rest_factor": max(rests)} if rests else {}
    taken = [
        max(doses.worked_out(row.id, slowest, one_side=side).seconds for side in (False, True))
        for row in bench.pack.exercises
        if row.phase == slot.phase
    ]
    many = len(use.on_request) if use.on_request else 1
    return many * (max(taken, default=0) + bench.pack.constant("setup_s"))


def outcome(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Every intake gets an outcome: whatever routine is made, the guard lets it pass.

    The guard looks at the rows alone. So these claims say that rules, limits and slots keep to the rows.
    """
    world, claims = bench.world, []
    routine = world.outcome("routine")
    for flag in bench.pack.red_flags:
        if flag.urgency not in ("modifier", "caution"):
            goal = every((routine, world.answers.says(f"red_flag.{flag.id}")))
            claims.append(Claim(f"red_flag.{flag.id}", f"'{flag.label}' stops every routine.", goal))
    for fact in bench.book.lexicon.required:
        goal = every((routine, no(world.answers.known(fact))))
        claims.append(Claim(fact, f"'{bench.book.lexicon.label(fact)}' is answered before any routine.", goal))
    for row in bench.pack.conditions:
        symbol = world.look(f"condition.{row.id}")
        assert isinstance(symbol, YesNo)
        present, key = symbol.says(yes=True), f"condition.{row.id}"
        if row.clearance in ("block", "clinician_first"):
            cleared = FALSE if row.clearance == "block" else world.answers.says(f"cleared.{row.id}")
            goal = every((routine, present, no(cleared)))
            claims.append(Claim(key, f"'{row.label}' needs a clinician before any routine.", goal))
        for limit in row.limits:
            claims += within(bench, key, row.label, present, limit)
    yield Group((world,), tuple(claims))
    yield from tables(bench, invariant)


def slots(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """A slot that is used can be filled with something, but for the gaps that are accepted.

    A slot that stays empty says why in the session: that is how slots are filled, and tests hold it to that. What is
    proved here is who can meet such a gap at all. With `conditions_at_most` only people with so few conditions count,
    as they are named or as a sign counts for them.
    """
    world, claims = bench.world, []
    few: tuple[z3.BoolRef, ...] = ()
    if invariant.conditions_at_most is not None:
        symbols = [world.look(f"condition.{row.id}") for row in bench.pack.conditions]
        present = [symbol.says(yes=True) for symbol in symbols if isinstance(symbol, YesNo)]
        few = (z3.AtMost(*present, invariant.conditions_at_most),)
    labels = {slot.id: slot.label for slot in bench.pack.sessions.slots}
    for profile, uses in bench.pack.sessions.sessions.items():
        for number, use in enumerate(uses):
            if use.slot in invariant.slots:
                says = f"In '{profile}', something can stand in '{labels[use.slot]}'."
                goal = every((world.outcome("routine"), world.unserved(profile, number), *few))
                claims.append(Claim(f"{profile}.{use.slot}", says, goal))
    yield Group((world,), tuple(claims))
