"""What keeps somebody from a self-test: a condition that excludes its movement, or a reason not to exercise at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from psoas_rules.conditions import Value
from psoas_rules.interviewing.catalogue import Catalogue
from psoas_rules.interviewing.prospects import EITHER, HOLDS, Ruling, World, outlook
from psoas_rules.pack import LEVELS
from psoas_rules.rulebook import Rule

_STOPS: Final = frozenset(LEVELS[LEVELS.index("caution") + 1 :])
"""Levels at which nobody exercises, so nobody does self-tests either."""


@attrs.frozen(eq=False)
class _Keeping:
    """The rules that keep somebody from one movement.

    Attributes:
        standing: Those that hang on no other movement, as the bits of their places.
        shown: Those that hang on what the movements before this one show.
        later: The facts that this movement and those after it set.
    """

    standing: int
    shown: tuple[Ruling, ...]
    later: frozenset[str]


@attrs.frozen(eq=False)
class Standing:
    """What keeps, or may keep, somebody from movements, before anybody has moved.

    Attributes:
        facts: What is known.
        open: What is open.
        world: Both, without what movements show.
        held: The rules that hold, as the bits of their places.
        either: Those that may.
        undecided: For those that were asked about, the open facts that decide them.
    """

    facts: Mapping[str, Value]
    open: frozenset[str]
    world: World
    held: int
    either: int
    undecided: dict[int, tuple[str, ...]] = attrs.field(factory=dict)


class Movements:
    """The movements of one pack.

    Args:
        rulings: Its rules.
        catalogue: Its questions.
        precautions: Those of the rules that point to conditions.
        pointing: For each condition, the signs that can point to it.
    """

    def __init__(
        self,
        rulings: Sequence[tuple[Rule, Ruling]],
        catalogue: Catalogue,
        precautions: Sequence[Ruling],
        pointing: Mapping[str, Iterable[str]],
    ) -> None:
        self.precautions = precautions
        names = tuple(catalogue.movements)
        self.facts = frozenset(fact for name in names for fact in catalogue.facts[name])
        known = [(rule, ruling) for rule, ruling in rulings if not _reads_findings(ruling)]
        self.rulings = tuple(ruling for _, ruling in known)
        behind = [_behind(ruling, pointing) for ruling in self.rulings]
        self.keeping: dict[str, _Keeping] = {}
        for number, name in enumerate(names):
            later = frozenset(fact for one in names[number:] for fact in catalogue.facts[one])
            keeps = [place for place, (rule, _) in enumerate(known) if _keeps(rule, catalogue.movements[name])]
            shown = [place for place in keeps if behind[place] & (self.facts - later)]
            standing = sum(1 << place for place in keeps if place not in shown)
            self.keeping[name] = _Keeping(standing, tuple(self.rulings[place] for place in shown), later)
        self.any = tuple(
            place
            for place in range(len(self.rulings))
            if any(keeping.standing >> place & 1 for keeping in self.keeping.values())
        )

    def standing(self, facts: Mapping[str, Value], open_facts: frozenset[str]) -> Standing:
        """What keeps somebody from movements, as far as it hangs on none."""
        world = outlook(facts, open_facts - self.facts, self.precautions)
        held = either = 0
        for place in self.any:
            state = self.rulings[place].state(world)
            if state == HOLDS:
                held |= 1 << place
            elif state == EITHER:
                either |= 1 << place
        return Standing(facts, open_facts, world, held, either)

    def closed(self, name: str, standing: Standing) -> bool:
        """Whether something keeps somebody from a movement for good, whatever other movements show."""
        return bool(self.keeping[name].standing & standing.held)

    def left(self, name: str, standing: Standing) -> frozenset[str] | None:
        """The open facts that could still keep somebody from a movement; None when something does so for good."""
        keeping = self.keeping[name]
        if self.closed(name, standing):
            return None
        found: set[str] = set()
        for place in _places(keeping.standing & standing.either):
            known = standing.undecided.get(place)
            if known is None:
                known = tuple(self.rulings[place].judge.undecided(standing.world))
                standing.undecided[place] = known
            found.update(known)
        if keeping.shown:
            before = standing.open - keeping.later
            shown = before & self.facts
            world = outlook(standing.facts, before, self.precautions) if shown else standing.world
            for ruling in keeping.shown:
                state = ruling.state(world)
                if state == HOLDS:
                    return None
                if state == EITHER:
                    found.update(ruling.judge.undecided(world))
        return frozenset(found)


def _places(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _reads_findings(ruling: Ruling) -> bool:
    # What is found once everything is weighed comes too late for a test.
    return any(fact.startswith("finding.") for fact in ruling.reads)


def _behind(ruling: Ruling, pointing: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The facts that a rule hangs on, also by way of conditions that signs point to."""
    return frozenset((*ruling.reads, *(sign for fact in ruling.reads for sign in pointing.get(fact, ()))))


def _keeps(rule: Rule, properties: Collection[str]) -> bool:
    """Whether a rule keeps somebody from a movement: it excludes it, or it stops everything."""
    return any(
        (said.kind == "exclude_property" and said.subject in properties)
        or (said.kind == "triage" and said.subject in _STOPS)
        for said in rule.then
    )
