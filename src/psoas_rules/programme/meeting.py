"""When a programme meets new answers: what they forbid goes at once, what they bring in comes with the next week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import attrs

from psoas_rules.outcomes import Referral, Screening
from psoas_rules.programme import stepping
from psoas_rules.programme.course import Course, Item
from psoas_rules.programme.knowing import Ground
from psoas_rules.programme.laying import Layout
from psoas_rules.programme.state import State
from psoas_rules.programme.telling import Teller
from psoas_rules.programme.values import Change, Effect

_FEW = 3
"""So many open questions are told in words; more are asked as a whole."""


class Meeting:
    """Brings a programme and new answers together.

    Args:
        layout: The calendar of the programme.
        teller: Makes changes with their words.
    """

    def __init__(self, layout: Layout, teller: Teller) -> None:
        self.layout = layout
        self.plan = layout.plan
        self.teller = teller

    def item(self, exercise: str, slot: str, ground: Ground, day: dt.date, *, key: str) -> Item:
        """An exercise at its start dose."""
        ladder = ground.ladder(exercise)
        return Item(
            key=key,
            slot=slot,
            exercise=exercise,
            phase=ladder.exercise.phase,
            level=ladder.exercise.level,
            rung=ladder.rungs[ladder.start],
            since=day,
            # What is reported about this very day counts.
            changed=day - dt.timedelta(days=1),
            side=ladder.start_dose.first_side if ladder.start_dose.extra_sets else None,
        )

    def refuse(self, state: State, day: dt.date, outcome: Referral | Screening) -> None:
        """The answers allow no routine any more: the programme stops, or waits for the questions that are open."""
        if isinstance(outcome, Referral):
            state.referral = outcome
            state.course = attrs.evolve(state.course, stopped=True)
            told = self.teller.change(day, "stop", "stopped")
            state.history.append(attrs.evolve(told, text=f"{told.text} {outcome.headline}"))
        elif state.course.waiting is None:
            state.course = attrs.evolve(state.course, waiting="answers")
            told = self.teller.change(day, "screen", "screen_again")
            if len(outcome.questions) <= _FEW:
                asks = " ".join(question.ask for question in outcome.questions)
                told = attrs.evolve(told, text=self.plan.texts["screen_open"].format(asks=asks))
            state.history.append(told)

    def resume(self, state: State, day: dt.date) -> None:
        """After a review: every exercise one step lower than before. What led to it has been looked at."""
        course, ground = state.course, state.ground
        lower = [stepping.down(item, ground, day) if item.phase == "strengthening" else item for item in course.items]
        state.course = attrs.evolve(
            course, items=tuple(lower), waiting=None, marked=(), worse_since=None, flare_since=None, unwell_since=None
        )
        self._tell(state, day, "resume", "resumed")

    def meet(self, state: State, day: dt.date, ground: Ground, *, tested: bool, worse: bool = False) -> None:
        """The programme on new ground. After tests that came out worse nothing is added."""
        before, state.ground, told = state.ground, ground, len(state.history)
        self._tell_news(state, day, before, worse=worse)
        course = state.course
        kept: list[Item] = []
        for item in course.items:
            taken = [*(one.exercise for one in (*kept, *course.items)), *course.gone]
            # A slot that one of the exercises fills already, or will, is not free.
            slots = [*(one.slot for one in kept), *(one.slot for one in course.items if ground.keeps(one))]
            met = self._met(state, item, day, taken, slots)
            if met is not None:
                kept.append(self._sided(state, met, day, worse=worse) if tested else met)
        kept = self._in_time(state, kept, day)
        if any(change.effect == "reduce" and change.day == day for change in state.history[told:]):
            # What went well before counted for other answers.
            kept = [attrs.evolve(item, changed=day) for item in kept]
        arriving = () if worse else self._arriving(course, kept, ground, day)
        state.course = attrs.evolve(course, items=tuple(kept), arriving=arriving)

    def _tell_news(self, state: State, day: dt.date, before: Ground, *, worse: bool) -> None:
        """What the person should know from now on, and did not have to before."""
        if state.ground.possible.strict_pain and not before.possible.strict_pain:
            self._tell(state, day, "note", "strict_now")
        if before.possible.strict_pain and not state.ground.possible.strict_pain:
            self._tell(state, day, "note", "strict_over")
        known = {note.text for note in before.routine.notes}
        for note in state.ground.routine.notes:
            # What a pattern gives more of is not given after tests that came out worse.
            of_pattern = worse and all(rule.startswith("profile.") for rule in note.rules)
            if note.text not in known and not of_pattern:
                state.history.append(Change(day=day, effect="note", text=note.text, rules=note.rules))

    def _in_time(self, state: State, items: list[Item], day: dt.date) -> list[Item]:
        """Those for which there is time.

        First what the new routine has no room for goes, in the order of the pack; then nothing is more than it is at
        the start of the new routine; then slots go as they do in a routine.
        """
        fresh = {step.slot for step in state.ground.routine.steps}
        order = self.layout.knowledge.pack.sessions.drop_order
        for slot in (*(slot for slot in order if slot not in fresh), None, *order):
            if self._fits(state, items):
                break
            if slot is None:
                items = [self._as_at_start(state, item, day) for item in items]
                continue
            for item in (item for item in items if item.slot == slot):
                self._tell(state, day, "remove", "removed", item.exercise)
            items = [item for item in items if item.slot != slot]
        return items

    def _fits(self, state: State, items: Sequence[Item]) -> bool:
        trial = attrs.evolve(state.course, items=tuple(items))
        return self.layout.daily.session_seconds(trial, state.ground) <= state.ground.most_seconds

    def _as_at_start(self, state: State, item: Item, day: dt.date) -> Item:
        """The exercise at no more than it has at the start of a routine."""
        ladder = state.ground.ladder(item.exercise)
        start = ladder.rungs[ladder.start]
        if ladder.work(item.rung) <= ladder.work(start):
            return item
        made = attrs.evolve(item, rung=start, changed=day)
        dose = str(self.layout.daily.dose(made, state.ground))
        self._tell(state, day, "reduce", "clamped", item.exercise, dose=dose)
        return made

    def _met(
        self, state: State, item: Item, day: dt.date, taken: Collection[str], taken_slots: Collection[str]
    ) -> Item | None:
        """What becomes of one exercise; None when it goes."""
        ground = state.ground
        if ground.keeps(item):
            return self._within(state, item, day)
        if item.slot in ground.possible.slots:
            other = stepping.instead(item, ground, day, taken)
            if other is not None:
                dose = str(self.layout.daily.dose(other, ground))
                self._tell(state, day, "swap", "swapped", item.exercise, to=other.exercise, dose=dose)
                return other
        moved = self._moved(state, item, taken_slots)
        if moved is None:
            self._tell(state, day, "remove", "removed", item.exercise)
        return None if moved is None else self._within(state, moved, day)

    def _within(self, state: State, item: Item, day: dt.date) -> Item:
        """The exercise within what safety allows now; what a pattern has less of may stay at the dose it has."""
        ground = state.ground
        safe, now = ground.most(item.exercise), item.rung
        most_sets = max(rung.sets for rung in safe.rungs)
        if safe.work(now) <= safe.work(safe.rungs[-1]) and now.sets <= most_sets:
            return item
        # Less of one number never makes more of another.
        fitting = [
            rung
            for rung in safe.rungs
            if rung.sets <= now.sets and rung.reps <= now.reps and (rung.hold_s or 0) <= (now.hold_s or 0)
        ]
        made = attrs.evolve(item, rung=max(fitting, key=safe.work, default=safe.rungs[0]), changed=day)
        dose = str(self.layout.daily.dose(made, ground))
        self._tell(state, day, "reduce", "clamped", item.exercise, dose=dose)
        return made

    def _moved(self, state: State, item: Item, taken_slots: Collection[str]) -> Item | None:
        """The same exercise for another purpose of the new sessions that it serves; None when there is none free."""
        ground = state.ground
        free = (slot for slot in ground.possible.slots if slot not in taken_slots)
        slot = next((slot for slot in free if ground.allows(item.exercise, slot)), None)
        return None if slot is None else attrs.evolve(item, slot=slot, key=slot)

    def _sided(self, state: State, item: Item, day: dt.date, *, worse: bool) -> Item:
        """One side's extra set: it stays until enough re-tests in a row show no clear difference.

        Tests that came out worse give none.
        """
        start = state.ground.ladder(item.exercise).start_dose
        side = start.first_side if start.extra_sets else None
        if worse and item.side is None:
            return item
        if side is not None:
            if side != item.side:
                self._tell(state, day, "side", "one_sided", item.exercise, side=side)
            return attrs.evolve(item, side=side, even=0)
        if item.side is None:
            return item
        if item.even + 1 < self.plan.number("even_retests"):
            return attrs.evolve(item, even=item.even + 1)
        self._tell(state, day, "side", "even_again", item.exercise)
        return attrs.evolve(item, side=None, even=0)

    def _arriving(self, course: Course, kept: list[Item], ground: Ground, day: dt.date) -> tuple[Item, ...]:
        """What the new routine has in slots that are empty now, and were not left out on purpose."""
        slots = {*course.dropped, *(item.slot for item in kept)}
        exercises = {*course.gone, *(item.exercise for item in kept)}
        return tuple(
            self.item(step.exercise, step.slot, ground, day, key=step.slot)
            for step in {step.slot: step for step in reversed(ground.routine.steps)}.values()
            if step.slot not in slots and step.exercise not in exercises
        )

    def arrive(self, state: State, day: dt.date) -> None:
        """What has been waiting for a new week comes in, in the order of the session."""
        course, ground = state.course, state.ground
        items, joined = list(course.items), tuple(self.layout.joining(course, ground))
        for item in joined:
            items.append(attrs.evolve(item, since=day, changed=day - dt.timedelta(days=1)))
            self._tell(state, day, "add", "added", item.exercise, dose=str(self.layout.daily.dose(item, ground)))
        arriving = self.layout.waiting_still(course, joined)
        state.course = attrs.evolve(course, items=self.layout.ordered(items, ground), arriving=arriving)

    def _tell(
        self,
        state: State,
        day: dt.date,
        effect: Effect,
        text: str,
        exercise: str | None = None,
        *,
        to: str | None = None,
        dose: str | None = None,
        side: str | None = None,
    ) -> None:
        made = self.teller.change(day, effect, text, exercise=exercise, to=to, dose=dose, side=side)
        state.history.append(made)
