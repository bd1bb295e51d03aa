"""Which questions are still open, which of them can be asked now, and what has to be asked before the others.

A question is open when an answer to it, now or later, could still count. What is open may only be overstated, never
understated: on it rests the claim that enough has been asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import attrs

from psoas_rules.conditions import Value
from psoas_rules.intake import Intake
from psoas_rules.interviewing.catalogue import AGE, EQUIPMENT, OFFER, WISHES, Catalogue
from psoas_rules.interviewing.movements import Movements, Standing
from psoas_rules.interviewing.prompts import NOT_SURE
from psoas_rules.interviewing.prospects import FAILS, HOLDS, OPEN, Ruling, World, outlook
from psoas_rules.interviewing.reading import Reader
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import SIDES
from psoas_rules.recommender import Recommender

_MOST_PASSES: Final = 8


@attrs.frozen(eq=False)
class State:
    """What a set of answers makes of the questions.

    Attributes:
        intake: The answers as an intake.
        facts: The same as facts.
        open: Facts that an answer could still set.
        askable: Prompts that can be asked now.
        affirmed: Groups of safety questions that were answered with yes, so that it is asked which.
        gates: For each prompt that is open but cannot be asked now, those that have to be answered before it.
    """

    intake: Intake
    facts: Mapping[str, Value]
    open: frozenset[str]
    askable: frozenset[str]
    affirmed: frozenset[str]
    gates: Mapping[str, frozenset[str]]

    def safety_waits_for(self, name: str) -> bool:
        """Whether there are safety questions that can be asked once this is answered."""
        return any(name in gates for one, gates in self.gates.items() if one.startswith(("red_flags.", "conditions.")))

    def tests_wait_for(self, name: str) -> bool:
        """Whether there are self-tests that can be done once this is answered."""
        return any(gates == {name} for one, gates in self.gates.items() if one.startswith("measures."))


@attrs.define(eq=False)
class _Draft:
    """A state while it is worked out.

    Attributes:
        answers: The answers.
        facts: The same as facts.
        before: What may be open at most.
        now: What is known, with the conditions that are assumed.
        ahead: What is known and what may be open at most.
    """

    answers: Mapping[str, Any]
    facts: Mapping[str, Value]
    before: frozenset[str]
    now: World
    ahead: World
    open: set[str] = attrs.field(factory=set)
    askable: set[str] = attrs.field(factory=set)
    gates: dict[str, frozenset[str]] = attrs.field(factory=dict)

    def ask(self, name: str, facts: Iterable[str]) -> None:
        """Notes a question that can be asked now."""
        self.open.update(facts)
        self.askable.add(name)

    def wait(self, name: str, facts: Iterable[str], gates: Iterable[str]) -> None:
        """Notes a question that may come up once others are answered."""
        self.open.update(facts)
        self.gates[name] = frozenset(gates)


class Openness:
    """Finds out what is open, for one pack.

    Args:
        recommender: Whose rules decide what excludes what.
        catalogue: The questions.
        reader: Reads the answers.
    """

    def __init__(self, recommender: Recommender, catalogue: Catalogue, reader: Reader) -> None:
        self.catalogue = catalogue
        self.reader = reader
        self.lexicon: Lexicon = recommender.lexicon
        rulings = [(rule, Ruling.of(rule)) for rule in recommender.rules]
        self.precautions = tuple(ruling for rule, ruling in rulings if rule.stage == "precaution")
        self.pointing = _pointing(self.precautions)
        self.clearing = _by_cleared(ruling for rule, ruling in rulings)
        self.asks = {
            f"details.{key}": tuple(f"condition.{row.id}" for row in recommender.pack.conditions if key in row.details)
            for row in recommender.pack.conditions
            for key in row.details
        }
        self.plain = tuple(
            name
            for name, spec in catalogue.specs.items()
            if spec.kind in ("sign", "person", "preference") and name not in catalogue.movements
        )
        self.movements = Movements(rulings, catalogue, self.precautions, self.pointing)

    def state(self, answers: Mapping[str, Any]) -> State:
        """The state after these answers."""
        intake = self.reader.intake(answers)
        facts = self.lexicon.facts(intake)
        # From above: at first everything without an answer counts as open, then what cannot come up drops out.
        before = frozenset(
            fact for name, those in self.catalogue.facts.items() if name not in answers for fact in those
        )
        now = outlook(facts, (), self.precautions)
        for _ in range(_MOST_PASSES):
            ahead = outlook(facts, before, self.precautions)
            draft = self._fill(_Draft(answers, facts, before, now, ahead))
            if draft.open >= before:
                break
            before = frozenset(draft.open)
        affirmed = frozenset(group for group in self.catalogue.groups if answers.get(group) is True)
        return State(intake, facts, frozenset(draft.open), frozenset(draft.askable), affirmed, draft.gates)

    def _fill(self, draft: _Draft) -> _Draft:
        self._screen(draft)
        self._plain(draft)
        self._details(draft)
        self._clearances(draft)
        self._movements(draft)
        return draft

    # Safety questions

    def _screen(self, draft: _Draft) -> None:
        catalogue, answers = self.catalogue, draft.answers
        for group, members in catalogue.groups.items():
            open_members = [name for name in members if self._member_open(draft, name)]
            # The age tells some of it, so it is asked for in place of the group.
            by_age = not catalogue.ages.isdisjoint(members)
            gate = None if group in answers else AGE if by_age else group
            for name in open_members:
                facts = catalogue.facts[name]
                before = AGE if name in catalogue.ages else gate
                if before is None or before in answers:
                    draft.ask(name, facts)
                else:
                    draft.wait(name, facts, [before])
            if gate == group and open_members:
                draft.ask(group, ())

    def _member_open(self, draft: _Draft, name: str) -> bool:
        (fact,) = self.catalogue.facts[name]
        return name not in draft.answers and fact not in draft.facts

    # Signs, the person, wishes

    def _plain(self, draft: _Draft) -> None:
        wishing = draft.answers.get(WISHES)
        for name in self.plain:
            if name not in self.catalogue.wishes or wishing is True:
                self._after_parent(draft, name)
            elif wishing is None and name not in draft.answers:
                draft.wait(name, self.catalogue.facts[name], [WISHES])
                draft.askable.add(WISHES)

    def _after_parent(self, draft: _Draft, name: str, gates: Iterable[str] = ()) -> None:
        """Notes a question, unless it follows another one whose answer leaves nothing to ask."""
        answers, facts, gates = draft.answers, self.catalogue.facts[name], frozenset(gates)
        part = self.catalogue.parts.get(name)
        if part is not None and part.parent not in answers:
            # A "no" there would also undo an answer that is here already.
            if part.parent in draft.askable or part.parent in draft.gates:
                draft.wait(name, facts, [part.parent])
            return
        if name in answers:
            return
        if part is not None:
            sides = self._follows(answers[part.parent], instead=part.instead)
            if self.catalogue.prompts[name].sided:
                facts = tuple(fact for fact in facts if fact.rpartition(".")[2] in sides)
            if not sides:
                return
        if gates:
            draft.wait(name, facts, gates)
        else:
            draft.ask(name, facts)

    @staticmethod
    def _follows(given: Any, *, instead: bool) -> tuple[str, ...]:
        """The sides on which a part follows from the answer to what stands before it."""
        if given == NOT_SURE:
            return SIDES if instead else ()
        if instead:
            return ()
        if isinstance(given, Mapping):
            return tuple(side for side in SIDES if given.get(side, False) is not False)
        return () if given is False else SIDES

    # What follows from a condition

    def _details(self, draft: _Draft) -> None:
        for name, conditions in self.asks.items():
            if name in draft.answers:
                continue
            facts = self.catalogue.facts[name]
            if any(draft.now.get(condition) is True for condition in conditions):
                draft.ask(name, facts)
            elif any(draft.ahead.get(condition) in (True, OPEN) for condition in conditions):
                draft.wait(name, facts, self._before(draft, conditions))

    def _clearances(self, draft: _Draft) -> None:
        for fact, rules in self.clearing.items():
            name = f"clearances.{fact.partition('.')[2]}"
            if name in draft.answers:
                continue
            if any(rule.state(draft.now) == HOLDS for rule in rules):
                draft.ask(name, [fact])
            else:
                may = [rule for rule in rules if rule.state(draft.ahead) != FAILS]
                if may:
                    draft.wait(name, [fact], self._before(draft, (one for rule in may for one in rule.reads)) - {name})

    def _before(self, draft: _Draft, facts: Iterable[str], without: Collection[str] = ()) -> frozenset[str]:
        """The open questions that facts hang on, without those that set certain others."""
        behind = {one for fact in facts for one in (fact, *self.pointing.get(fact, ())) if one in draft.before}
        behind.difference_update(without)
        return frozenset(
            name for one in behind for name in self.catalogue.sets.get(one, ()) if name not in draft.answers
        )

    # What takes a movement

    def _movements(self, draft: _Draft) -> None:
        unknown = [fact for fact in self.lexicon.required if fact not in draft.facts]
        if any(fact not in draft.open for fact in unknown):
            # A safety question that nobody can answer stays open, and so the screen is never clear.
            return
        screening = self._before(draft, unknown)
        declined = draft.answers.get(OFFER, True) is not True
        standing = self.movements.standing(draft.facts, draft.before)
        for name in self.catalogue.movements:
            is_test = name.startswith("measures.")
            if is_test and (declined or self._lacks(draft, name)):
                continue
            gates = self._gates(draft, name, standing, screening)
            if gates is None:
                continue
            if is_test and OFFER not in draft.answers:
                self._offer(draft, gates - {EQUIPMENT})
                gates |= {OFFER}
            self._after_parent(draft, name, gates)

    def _gates(self, draft: _Draft, name: str, standing: Standing, screening: frozenset[str]) -> frozenset[str] | None:
        """What has to be answered before a movement; None when something keeps the person from it for good."""
        if screening:
            # The rest is looked at once the screen is complete.
            return None if self.movements.closed(name, standing) else screening
        left = self.movements.left(name, standing)
        if left is None:
            return None
        needed = {EQUIPMENT} if name in self.catalogue.needs and EQUIPMENT not in draft.answers else set()
        return self._before(draft, left, self.movements.keeping[name].later) | needed

    def _offer(self, draft: _Draft, gates: frozenset[str]) -> None:
        """Offers self-tests once one of them can be done."""
        if not gates:
            draft.askable.add(OFFER)
        elif OFFER not in draft.askable:
            draft.gates[OFFER] = draft.gates.get(OFFER, frozenset()) | gates

    def _lacks(self, draft: _Draft, name: str) -> bool:
        needs = self.catalogue.needs.get(name, ())
        (listed,) = self.catalogue.facts[EQUIPMENT] if needs else ("",)
        return listed in draft.facts and not all(
            any(f"{listed}.{thing}" in draft.facts for thing in alternatives) for alternatives in needs
        )


def _by_cleared(rulings: Iterable[Ruling]) -> Mapping[str, tuple[Ruling, ...]]:
    """For each clearance, the rules that it can lift."""
    found: dict[str, tuple[Ruling, ...]] = {}
    for ruling in rulings:
        for fact in ruling.reads:
            if fact.startswith("cleared."):
                found[fact] = (*found.get(fact, ()), ruling)
    return found


def _pointing(precautions: Iterable[Ruling]) -> Mapping[str, tuple[str, ...]]:
    """For each condition that signs can point to, these signs."""
    found: dict[str, tuple[str, ...]] = {}
    for ruling in precautions:
        for condition in ruling.points:
            found[condition] = tuple(dict.fromkeys((*found.get(condition, ()), *ruling.reads)))
    return found


__all__ = ["Openness", "State"]
