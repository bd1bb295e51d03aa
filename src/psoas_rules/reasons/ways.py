"""Every way by which an exercise can come into a session: what the tables and rules of a pack allow for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from psoas_rules.filling import serves
from psoas_rules.kit import Kit
from psoas_rules.pack import SlotUse
from psoas_rules.rulebook import Rule

WayKind: TypeAlias = Literal[
    "candidate", "from_level_2", "from_level_3", "request", "swap", "stand_in", "request_stand_in"
]
"""How an exercise can come in.

It is listed for a slot: as a candidate, for people who may work at a level, or for people who ask for it by name. Or it
comes in place of an exercise that is listed: because a rule swaps the two, because the other is not possible, or
because the other was asked for and is not for doing alone.
"""


@attrs.frozen(kw_only=True)
class Way:
    """A way by which an exercise can come in.

    Attributes:
        kind: How.
        pattern: The pattern whose sessions have the slot.
        slot: The slot.
        number: Which slot of the session it is, counted from 0.
        place: What the slot is called.
        stands_for: Id of the exercise in whose place it would come.
        stands_for_name: What that is called.
        rule: Id of the rule that would swap the two.
    """

    kind: WayKind
    pattern: str
    slot: str
    number: int
    place: str
    stands_for: str | None = None
    stands_for_name: str | None = None
    rule: str | None = None


def ways_in(name: str, kit: Kit, rules: Iterable[Rule]) -> tuple[Way, ...]:
    """Every way by which this exercise can come in, in the order of the sessions and their slots.

    Args:
        name: Id of the exercise.
        kit: The tables of the pack.
        rules: Its rules.
    """
    swaps = [
        (conclusion.subject, rule.id)
        for rule in rules
        for conclusion in rule.then
        if conclusion.kind == "swap" and conclusion.other == name
    ]
    found: dict[Way, None] = {}
    for pattern, uses in kit.uses.items():
        for number, (use, _) in enumerate(uses):
            place = kit.slots[use.slot].label
            for kind, stands_for, rule in (*_listed(name, use), *_in_place_of_another(name, use, kit, swaps)):
                way = Way(
                    kind=kind,
                    pattern=pattern,
                    slot=use.slot,
                    number=number,
                    place=place,
                    stands_for=stands_for,
                    stands_for_name=None if stands_for is None else kit.exercises[stands_for].exercise.name,
                    rule=rule,
                )
                found[way] = None
    return tuple(found)


_Found: TypeAlias = tuple[WayKind, str | None, str | None]


def _listed(name: str, use: SlotUse) -> Iterator[_Found]:
    lists: Mapping[WayKind, tuple[str, ...]] = {
        "candidate": use.candidates,
        "from_level_2": use.from_level_2,
        "from_level_3": use.from_level_3,
        "request": use.on_request,
    }
    for kind, listed in lists.items():
        if name in listed:
            yield kind, None, None


def _in_place_of_another(name: str, use: SlotUse, kit: Kit, swaps: Iterable[tuple[str, str]]) -> Iterator[_Found]:
    if not serves(kit.exercises[name].exercise, kit.slots[use.slot]):
        return
    for other, rule in swaps:
        if other in (*use.from_level_3, *use.from_level_2, *use.candidates):
            yield "swap", other, rule
    for other in use.candidates:
        exercise = kit.exercises[other].exercise
        if other != name and name in (*exercise.substitutes, *exercise.regressions):
            yield "stand_in", other, None
    for other in use.on_request:
        exercise = kit.exercises[other].exercise
        if exercise.availability == "supervised_only" and exercise.substitutes[:1] == (name,):
            yield "request_stand_in", other, None
