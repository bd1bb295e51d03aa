"""What follows from a day: first for the programme as a whole, then for each exercise that was reported."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from psoas_rules.conditions import Value
from psoas_rules.intake import FrozenDict, Intake
from psoas_rules.outcomes import Referral, Screening
from psoas_rules.programme import stepping
from psoas_rules.programme.course import Item
from psoas_rules.programme.feedback import ExerciseReport, Feedback
from psoas_rules.programme.knowing import Ground
from psoas_rules.programme.laying import Layout
from psoas_rules.programme.listening import WEEK, Listener
from psoas_rules.programme.meeting import Meeting
from psoas_rules.programme.raising import Raising
from psoas_rules.programme.telling import Teller
from psoas_rules.programme.values import Change, Effect
from psoas_rules.progressing import ReadyRule

if TYPE_CHECKING:
    from psoas_rules.programme.folding import State


class Decider:
    """Asks the rules what follows, and does it.

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
        self.meeting = Meeting(layout, teller)
        self.promising = self.knowledge.promising()

    def base(self, state: State, day: dt.date, feedback: Feedback | None) -> dict[str, Value]:
        """What every stage knows about a day."""
        course, ground = state.course, state.ground
        of_course = self.listener.of_course(
            course,
            day,
            self.layout.week_of(day),
            easing=self.layout.easing(course, day),
            strict=ground.possible.strict_pain,
        )
        return {
            **ground.facts,
            **of_course,
            **self.listener.of_retests(course, ground),
            **self.listener.of_day(feedback),
        }

    def day(self, state: State, day: dt.date, feedback: Feedback | None) -> None:
        """What follows from a day."""
        if state.course.waiting is not None:
            return
        facts = {**self.base(state, day, feedback), **self.listener.of_all_marks(state.course.marked, day)}
        # The growth that this week still allows is measured before anything changes: else trouble with one exercise
        # would make room for another.
        raising = Raising(self.layout, self.teller, state.course, state.ground, day, promising=self.promising)
        before = {item.exercise: item for item in state.course.items}
        for rule in self.knowledge.fired("programme", facts):
            self._whole(state, day, rule, facts, feedback)
            if state.course.stopped:
                return
        if feedback is not None and state.course.waiting is None:
            # One that a flare has just taken down is not looked at again.
            untouched = {item.exercise: item for item in state.course.items if before.get(item.exercise) == item}
            self._exercises(state, day, feedback, facts, raising=raising, items=untouched)
            self._settle(state, day, feedback)

    # The programme as a whole

    def _whole(
        self, state: State, day: dt.date, rule: ReadyRule, facts: Mapping[str, Value], feedback: Feedback | None
    ) -> None:
        """Does what a rule concludes for the programme, unless it is done already."""
        then, course = rule.row.then, state.course
        days = dt.timedelta(days=then.days or 0)
        effect: Effect
        match then.course:
            case "ease":
                eased = self._next_session(state, day, feedback)
                if eased is None or eased in course.eased:
                    return
                state.course = attrs.evolve(course, eased=(*course.eased, eased))
                effect = "ease"
            case "shorten" | "lengthen":
                short = then.course == "shorten"
                if course.short is short:
                    return
                state.course = attrs.evolve(course, short=short)
                effect = then.course
            case "repeat" | "restart":
                last = max(course.done, default=self.layout.options.start)
                kind = f"{then.course} {last.isoformat()}"
                if course.told.get(kind):
                    return
                state.course = attrs.evolve(course, told=FrozenDict({**course.told, kind: day}))
                self._after_break(state, day, restart=then.course == "restart")
                effect = then.course
            case "deload":
                if course.easing_until is not None and course.easing_until >= day + days:
                    return
                state.course = attrs.evolve(course, easing_until=day + days)
                effect = "deload"
            case "flare":
                self._tell(state, day, "flare", rule, facts)
                self._flare(state, day, feedback, rule, facts)
                return
            case "screen" | "pause":
                state.course = attrs.evolve(course, waiting="screen" if then.course == "screen" else "review")
                effect = then.course
            case "refer":
                self._tell(state, day, "answers", rule, facts)
                self._take(state, day, then.answers)
                return
            case _:
                self._note(state, day, rule, facts)
                return
        self._tell(state, day, effect, rule, facts)

    def _tell(self, state: State, day: dt.date, effect: Effect, rule: ReadyRule, facts: Mapping[str, Value]) -> None:
        state.history.append(self.teller.change(day, effect, None, rules=(rule,), facts=facts))

    def _note(self, state: State, day: dt.date, rule: ReadyRule, facts: Mapping[str, Value]) -> None:
        """Something to tell, to answer or to keep up; told once in a week at the most."""
        then, course = rule.row.then, state.course
        if then.targets:
            fresh = tuple(target for target in then.targets if target not in course.upkeep)
            if not fresh:
                return
            items = tuple(self._kept_up(item, fresh, day) for item in course.items)
            state.course = attrs.evolve(course, items=items, upkeep=(*course.upkeep, *fresh))
            self._tell(state, day, "upkeep", rule, facts)
        elif then.answers:
            if all(facts.get(fact) == value for fact, value in then.answers.items()):
                return
            self._tell(state, day, "answers", rule, facts)
            self._take(state, day, then.answers)
        elif self._is_news(state, day, rule.id):
            self._tell(state, day, "note", rule, facts)

    @staticmethod
    def _is_news(state: State, day: dt.date, what: str) -> bool:
        """Whether something was not told in the last week; it is now."""
        course = state.course
        told = course.told.get(what)
        if told is not None and day - told < WEEK:
            return False
        recent = {known: on for known, on in course.told.items() if day - on < _TOLD}
        state.course = attrs.evolve(course, told=FrozenDict({**recent, what: day}))
        return True

    def _kept_up(self, item: Item, targets: Sequence[str], day: dt.date) -> Item:
        target = self.knowledge.exercises[item.exercise].targets[0]
        return attrs.evolve(item, upkeep=True, changed=day) if target in targets else item

    def _take(self, state: State, day: dt.date, answers: Mapping[str, Value]) -> None:
        """Answers that a rule gives for the person."""
        given: dict[str, dict[str, Value]] = {}
        for fact, value in answers.items():
            kind, _, key = fact.partition(".")
            given.setdefault(_SECTIONS[kind], {})[key] = value
        state.answers = self.knowledge.revised(state.answers, Intake.from_dict(given))
        outcome = self.knowledge.ground(state.answers)
        if isinstance(outcome, Referral | Screening):
            self.meeting.refuse(state, day, outcome)
        else:
            self.meeting.meet(state, day, outcome, tested=False)

    def _next_session(self, state: State, day: dt.date, feedback: Feedback | None) -> dt.date | None:
        """The session to ease: that of the day, unless it is done, or that of the next day."""
        first = day if feedback is None or not feedback.session_done() else day + dt.timedelta(days=1)
        some = (first, day + dt.timedelta(days=1))
        return next((one for one in some if self.layout.kind(one, state.ground.facts) == "whole"), None)

    def _after_break(self, state: State, day: dt.date, *, restart: bool) -> None:
        """Less after a break; after a long one, every exercise starts lower."""
        until = day + dt.timedelta(days=int(self.plan.number("repeat_days")))
        if not restart:
            state.course = attrs.evolve(state.course, less_until=until)
            return
        course, ground = state.course, state.ground
        taken = [item.exercise for item in course.items]
        lower: list[Item] = []
        for item in course.items:
            made = item
            if item.phase == "strengthening":
                made = stepping.restarted(item, ground, day, taken)
                taken.append(made.exercise)
            lower.append(made)
        state.course = attrs.evolve(course, items=tuple(lower), easing_until=until)

    def _flare(
        self, state: State, day: dt.date, feedback: Feedback | None, rule: ReadyRule, facts: Mapping[str, Value]
    ) -> None:
        """The worst exercise rests, the others go one step down, and the sets are halved."""
        course, ground = state.course, state.ground
        days = dt.timedelta(days=rule.row.then.days or 0)
        worst = _worst(course.items, () if feedback is None else feedback.exercises)
        items: list[Item] = []
        for item in course.items:
            made = item
            if worst is not None and item.key == worst.key:
                made = stepping.resting(item, ground, day, days.days)
                until = made.rests_until
                change = self.teller.change(
                    day, "rest", "rests", rules=(rule,), facts=facts, exercise=item.exercise, until=until, plainly=True
                )
                state.history.append(change)
            elif item.phase == "strengthening":
                made = stepping.down(item, ground, day)
                self._put_down(state, day, (item, made), rule, facts)
            items.append(made)
        until = max(day + days, course.easing_until or day)
        state.course = attrs.evolve(
            course, items=tuple(items), easing_until=until, flare_since=course.flare_since or day, last_flare=day
        )

    def _settle(self, state: State, day: dt.date, feedback: Feedback) -> None:
        """A flare is over when a session left no pain behind."""
        since = state.course.flare_since
        if since is None or day <= since or not feedback.session_done():
            return
        rises = [
            report.morning_pain - feedback.usual_pain
            for report in feedback.exercises
            if report.morning_pain is not None and feedback.usual_pain is not None
        ]
        if rises and max(rises) <= 0:
            state.course = attrs.evolve(state.course, flare_since=None)

    # Each exercise

    def _exercises(
        self,
        state: State,
        day: dt.date,
        feedback: Feedback,
        facts: Mapping[str, Value],
        *,
        raising: Raising,
        items: Mapping[str, Item],
    ) -> None:
        marked = {one.exercise: one.marks for one in state.course.marked if one.day == day}
        for report in feedback.exercises:
            item = items.get(report.exercise)
            if item is None or report.exercise not in marked:
                continue
            known = {
                **facts,
                **self.listener.of_report(report, feedback, item),
                **self.listener.of_marks(marked[report.exercise], item, state.course, day),
                "course.days_at_level": (day - item.since).days,
            }
            self._one(state, day, item, known, raising)

    def _one(self, state: State, day: dt.date, item: Item, facts: Mapping[str, Value], raising: Raising) -> None:
        """Does what the rules conclude for an exercise; of several conclusions the one that leaves least counts."""
        fired = [rule for rule in self.knowledge.fired("exercise", facts) if rule.row.then.change]
        if not fired:
            return
        ground, taken = state.ground, [one.exercise for one in state.course.items]
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
            self._put(state, day, (item, other), away, facts)
        elif ways:
            best = stepping.least((made for made, _ in ways), ground, day)
            behind = [rule for made, rule in ways if made == best]
            self._put(state, day, (item, best), behind, facts)
        elif all(rule.row.then.change == "progress" for rule in fired):
            made, change = raising.of(item, taken, fired, facts)
            if change is not None and (made is not item or self._is_news(state, day, change.text)):
                state.history.append(change)
            self._replace(state, item, made)
        else:
            holding = [rule for rule in fired if rule.row.then.change == "hold"]
            if len(holding) == len(fired):
                # What is not about this exercise is told only where it holds something back.
                holding = [rule for rule in holding if any(_is_own(fact) for fact in rule.reads)]
            if not holding:
                return
            dose = str(self.layout.dose(item, ground))
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
                return attrs.evolve(item, upkeep=True, changed=day)

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

    def _put_down(
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
            dose = str(self.layout.dose(made, state.ground))
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


_TOLD = 4 * WEEK
"""How long it is kept what was told."""

_SECTIONS = {
    "sign": "signs",
    "measure": "measures",
    "red_flag": "red_flags",
    "condition": "conditions",
    "detail": "details",
    "cleared": "clearances",
    "preference": "preferences",
    "person": "person",
}


def _is_own(fact: str) -> bool:
    """Whether a fact is about one exercise."""
    return fact.startswith(("report.", "mark.", "in_a_row.", "this_week."))


def _worst(items: Sequence[Item], reports: Iterable[ExerciseReport]) -> Item | None:
    """The exercise with most pain after it, then with most pain, then the newest, then the hardest."""
    known = {item.exercise: item for item in items}
    ranked = [
        (
            report.morning_pain or 0,
            report.pain or 0,
            known[report.exercise].changed,
            known[report.exercise].level,
            report.exercise,
        )
        for report in reports
        if report.exercise in known and known[report.exercise].phase == "strengthening"
    ]
    return known[max(ranked)[-1]] if ranked else None
