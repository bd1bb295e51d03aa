"""What becomes of each exercise that was reported."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import attrs

from psoas_rules.conditions import Value
from psoas_rules.intake import FrozenDict
from psoas_rules.programme import stepping
from psoas_rules.programme.course import Item
from psoas_rules.programme.feedback import Feedback
from psoas_rules.programme.knowing import Ground
from psoas_rules.programme.laying import Layout
from psoas_rules.programme.listening import Listener
from psoas_rules.programme.raising import Raising
from psoas_rules.programme.state import State
from psoas_rules.programme.telling import Teller
from psoas_rules.programme.values import Change, Effect
from psoas_rules.progressing import ReadyRule


class Changer:
    """Asks the rules what becomes of exercises, and does it.

    Args:
        layout: The calendar of the programme.
        listener: Turns reports into facts.
        teller: Makes changes with their words.
    """

    def __init__(self, layout: Layout, listener: Listener, teller: Teller) -> None:
        self.layout = layout
        self.listener = listener
        self.teller = teller
        self.knowledge = layout.knowledge
        self.plan = layout.plan

    def day(
        self,
        state: State,
        day: dt.date,
        feedback: Feedback,
        facts: Mapping[str, Value],
        *,
        raising: Raising,
        items: Mapping[str, Item],
    ) -> None:
        """What becomes of the exercises of a day, of those that are given."""
        marked = {one.exercise: one.marks for one in state.course.marked if one.day == day}
        for report in feedback.exercises:
            item = items.get(report.exercise)
            if item is None or report.exercise not in marked:
                continue
            known = {
                **facts,
                **self.listener.of_report(report, feedback, item, state.course),
                **self.listener.of_marks(marked[report.exercise], item, state.course, day),
                "course.days_at_level": (day - item.since).days,
            }
            self._one(state, day, item, known, raising)

    def _one(self, state: State, day: dt.date, item: Item, facts: Mapping[str, Value], raising: Raising) -> None:
        """Does what the rules conclude for an exercise; of several conclusions the one that leaves least counts."""
        fired = [rule for rule in self.knowledge.fired("exercise", facts) if rule.row.then.change]
        if item.exercise in self.plan.kept_in_flares:
            # A walk or calm breathing needs no fine steps; it only goes where it hurts too much.
            fired = [rule for rule in fired if rule.row.then.change == "substitute"]
        if not fired:
            return
        ground = state.ground
        # What went because it hurt does not come back as a stand-in for something else.
        taken = [*(one.exercise for one in state.course.items), *state.course.gone]
        ways: list[tuple[Item, ReadyRule]] = [
            (self._lowered(rule, item, ground, day, taken), rule)
            for rule in fired
            if rule.row.then.change not in ("progress", "hold", "substitute")
        ]
        away = [rule for rule in fired if rule.row.then.change == "substitute"]
        if away:
            # It goes, whatever else would have made less of it; what comes asks for no more than that would.
            most = min((stepping.load_of(made, ground, day)[2] for made, _ in ways), default=math.inf)
            other = stepping.easier(item, ground, day, taken, self.plan, most_work=most)
            if other.rests_until is not None and item.exercise in state.course.gone:
                # It has rested before, and nothing stands in for it.
                self._leave(state, day, item, away, facts)
                return
            if item.exercise not in self.plan.kept_in_flares:
                gone = FrozenDict({**state.course.gone, item.exercise: day})
                state.course = attrs.evolve(state.course, gone=gone)
            self._put(state, day, (item, other), away, facts)
        elif ways:
            best = stepping.least((made for made, _ in ways), ground, day)
            behind = [rule for made, rule in ways if made == best]
            self._put(state, day, (item, best), behind, facts)
        elif all(rule.row.then.change == "progress" for rule in fired):
            made, change = raising.of(item, taken, fired, facts)
            if change is not None and (made is not item or state.is_news(day, change.text, weeks=4)):
                state.history.append(change)
            self._replace(state, item, made)
        elif item.phase == "strengthening":
            # What is never raised is not held back.
            holding = [rule for rule in fired if rule.row.then.change == "hold"]
            holding = [rule for rule in holding if _names_it(rule) or state.is_news(day, rule.id)]
            if not holding:
                return
            dose = str(self.layout.daily.dose(item, ground))
            change = self.teller.change(
                day, "hold", "hold", rules=holding, facts=facts, exercise=item.exercise, dose=dose
            )
            state.history.append(change)

    def _lowered(self, rule: ReadyRule, item: Item, ground: Ground, day: dt.date, taken: Sequence[str]) -> Item:
        then = rule.row.then
        match then.change:
            case "reduce":
                return stepping.reduced(item, ground, day, taken, self.plan, share=then.volume or 1)
            case "regress":
                return stepping.lower(item, ground, day, taken, self.plan)
            case _:
                return stepping.kept_up(item, day)

    def _leave(
        self, state: State, day: dt.date, item: Item, rules: Sequence[ReadyRule], facts: Mapping[str, Value]
    ) -> None:
        """Takes an exercise out, and says so."""
        change = self.teller.change(
            day, "remove", "still_hurts", rules=rules, facts=facts, exercise=item.exercise, plainly=True
        )
        state.history.append(change)
        items = tuple(one for one in state.course.items if one.key != item.key)
        state.course = attrs.evolve(state.course, items=items)

    def _put(
        self,
        state: State,
        day: dt.date,
        pair: tuple[Item, Item],
        rules: Sequence[ReadyRule],
        facts: Mapping[str, Value],
    ) -> None:
        """Puts what an exercise became in its place, and says so."""
        kind = rules[0].row.then.change
        effect: Effect = kind if kind in ("reduce", "regress", "substitute") else "upkeep"
        state.history.append(self._less(state, day, pair, effect, rules, facts=facts))
        self._replace(state, *pair)

    def tell_step_down(
        self, state: State, day: dt.date, pair: tuple[Item, Item], rule: ReadyRule, facts: Mapping[str, Value]
    ) -> None:
        """Says that an exercise went one step down with the others."""
        if pair[0] != pair[1]:
            state.history.append(self._less(state, day, pair, "regress", (rule,), facts=facts, plainly=True))

    def _less(
        self,
        state: State,
        day: dt.date,
        pair: tuple[Item, Item],
        effect: Effect,
        rules: Sequence[ReadyRule],
        *,
        facts: Mapping[str, Value],
        plainly: bool = False,
    ) -> Change:
        item, made = pair
        text = {"upkeep": "maintain"}.get(effect, effect)
        to = until = dose = None
        if made.rests_until is not None and made.rests_until != item.rests_until:
            effect, text, until = "rest", "rests", made.rests_until
        elif made.exercise != item.exercise:
            effect, text, to = "substitute", "regress_to", made.exercise
        if until is None and effect != "upkeep":
            dose = str(self.layout.daily.dose(made, state.ground))
        return self.teller.change(
            day,
            effect,
            text,
            rules=rules,
            facts=facts,
            exercise=item.exercise,
            to=to,
            dose=dose,
            until=until,
            plainly=plainly,
        )

    def _replace(self, state: State, item: Item, made: Item) -> None:
        items = tuple(made if one.key == item.key else one for one in state.course.items)
        state.course = attrs.evolve(state.course, items=items)


def _names_it(rule: ReadyRule) -> bool:
    """Whether what a rule says is about one exercise; other things are said once, not for each."""
    return rule.row.say is None or "{exercise}" in rule.row.say
