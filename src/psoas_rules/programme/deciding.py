"""What follows from a day: first for the programme as a whole, then for each exercise that was reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import attrs

from psoas_rules.conditions import Value
from psoas_rules.intake import FrozenDict
from psoas_rules.outcomes import Referral, Screening
from psoas_rules.programme import stepping
from psoas_rules.programme.changing import Changer
from psoas_rules.programme.course import WEEK, Item
from psoas_rules.programme.feedback import ExerciseReport, Feedback
from psoas_rules.programme.laying import Layout
from psoas_rules.programme.listening import Listener
from psoas_rules.programme.meeting import Meeting
from psoas_rules.programme.raising import Raising
from psoas_rules.programme.state import State
from psoas_rules.programme.telling import Teller
from psoas_rules.programme.values import Effect
from psoas_rules.progressing import ReadyRule


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
        self.changer = Changer(layout, listener, teller)
        self.promising = self.knowledge.promising()

    def base(self, state: State, day: dt.date, feedback: Feedback | None) -> dict[str, Value]:
        """What every stage knows about a day."""
        course, ground = state.course, state.ground
        of_course = self.listener.of_course(
            course,
            day,
            self.layout.timetable.week_of(day),
            easing=self.layout.daily.easing(course, day),
            strict=ground.possible.strict_pain,
        )
        return {
            **ground.facts,
            **of_course,
            **self.listener.of_retests(course, ground, day),
            **self.listener.of_day(feedback),
            "course.done_today": day in course.done,
            "course.session_tomorrow": day + dt.timedelta(days=1)
            in self.layout.timetable.days(
                self.layout.timetable.week_of(day + dt.timedelta(days=1)), ground.facts
            ).whole,
        }

    def day(self, state: State, day: dt.date, feedback: Feedback | None) -> None:
        """What follows from a day."""
        if state.course.waiting is not None:
            return
        if feedback is not None:
            self._settle(state, day, feedback)
        facts = {**self.base(state, day, feedback), **self.listener.of_all_marks(state.course.marked, day)}
        # The growth that this week still allows is measured before anything changes: else trouble with one exercise
        # would make room for another.
        raising = Raising(self.layout, self.teller, state.course, state.ground, day, promising=self.promising)
        before = {item.exercise: item for item in state.course.items}
        fired = self.knowledge.fired("programme", facts)
        lately = facts["course.flares_lately"]
        if self._flares(state, fired) and isinstance(lately, int):
            # The flare of today counts.
            facts["course.flares_lately"] = lately + 1
            fired = self.knowledge.fired("programme", facts)
        waits = any(rule.row.then.course in ("pause", "refer") for rule in fired)
        for rule in fired:
            told = len(state.history)
            self._whole(state, day, rule, facts, feedback)
            if waits and rule.row.then.course in ("ease", "deload"):
                # It holds for later; beside a pause it would only confuse.
                del state.history[told:]
            if state.course.stopped:
                return
        # What hurt goes, even where the whole is paused because of it.
        if feedback is not None:
            # One that a flare has just taken down is not looked at again.
            untouched = {item.exercise: item for item in state.course.items if before.get(item.exercise) == item}
            self.changer.day(state, day, feedback, facts, raising=raising, items=untouched)

    def after(self, state: State, day: dt.date, feedback: Feedback) -> None:
        """What follows from a report from after the last week: pauses, referrals, and less of what hurt."""
        if state.course.waiting is not None:
            return
        facts = {**self.base(state, day, feedback), **self.listener.of_all_marks(state.course.marked, day)}
        raising = Raising(self.layout, self.teller, state.course, state.ground, day, promising=self.promising)
        for rule in self.knowledge.fired("programme", facts):
            if rule.row.then.course in ("screen", "pause", "refer"):
                self._whole(state, day, rule, facts, feedback)
            if state.course.stopped:
                return
        bad = {f"mark.{mark}": mark for mark in self.plan.marks}
        worse = {mark for fact, mark in bad.items() if self.plan.worse.get(fact) == "yes"}
        hurt = {one.exercise for one in state.course.marked if one.day == day and not worse.isdisjoint(one.marks)}
        items = {item.exercise: item for item in state.course.items if item.exercise in hurt}
        self.changer.day(state, day, feedback, facts, raising=raising, items=items)

    @staticmethod
    def _flares(state: State, fired: Iterable[ReadyRule]) -> bool:
        """Whether a flare begins: one that has not settled is no other one."""
        return state.course.flare_since is None and any(rule.row.then.course == "flare" for rule in fired)

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
                eased = self._next_session(state, day, feedback, then.days or 0)
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
                fresh = state.is_news(day, rule.id)
                if course.easing_until is not None and course.easing_until >= day and not fresh:
                    # It goes on, and was told.
                    return
                effect = "deload"
            case "flare":
                self._tell(state, day, "flare", rule, facts)
                self._flare(state, day, feedback, rule, facts)
                return
            case "screen" | "pause":
                # Where both are asked for, the review counts: whoever does it asks the questions, too.
                if course.waiting == "review":
                    return
                if then.course == "screen" and any(map(self.knowledge.screened, feedback.answers if feedback else ())):
                    # They were answered on this very day.
                    return
                state.course = attrs.evolve(course, waiting="screen" if then.course == "screen" else "review")
                effect = then.course
            case "refer":
                self._tell(state, day, "answers", rule, facts)
                self.take(state, day, then.answers)
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
            items = tuple(self._kept_up(item, fresh, day) for item in course.items)
            if items != course.items:
                self._tell(state, day, "upkeep", rule, facts)
            state.course = attrs.evolve(state.course, items=items, upkeep=(*course.upkeep, *fresh))
        elif then.answers:
            if all(facts.get(fact) == value for fact, value in then.answers.items()):
                return
            self._tell(state, day, "answers", rule, facts)
            self.take(state, day, then.answers)
        elif state.is_news(day, rule.id):
            self._tell(state, day, "note", rule, facts)

    def _kept_up(self, item: Item, targets: Sequence[str], day: dt.date) -> Item:
        target = self.knowledge.exercises[item.exercise].targets[0]
        return stepping.kept_up(item, day) if target in targets else item

    def take(self, state: State, day: dt.date, answers: Mapping[str, Value]) -> None:
        """Answers that a rule gives for the person."""
        state.answers = self.knowledge.revised(state.answers, self.knowledge.intake_of(answers))
        outcome = self.knowledge.ground(state.answers)
        if isinstance(outcome, Referral | Screening):
            self.meeting.refuse(state, day, outcome)
        else:
            self.meeting.meet(state, day, outcome, tested=False)

    def _next_session(self, state: State, day: dt.date, feedback: Feedback | None, within: int) -> dt.date | None:
        """The session to ease: that of the day, unless it is done, or one of so many days after it."""
        done = feedback is not None and self.strengthened(feedback)
        some = (day + dt.timedelta(days=n) for n in range(1 if done else 0, within + 1))
        return next((one for one in some if self.layout.timetable.kind(one, state.ground.facts) == "whole"), None)

    def strengthened(self, feedback: Feedback) -> bool:
        """Whether any strengthening was done."""
        exercises = self.knowledge.exercises
        return any(one.was_done() and exercises[one.exercise].phase == "strengthening" for one in feedback.exercises)

    def _after_break(self, state: State, day: dt.date, *, restart: bool) -> None:
        """Less after a break; after a long one, every exercise starts lower.

        How long that lasts is counted from the day on which the person comes back; see `Folder`.
        """
        until = self.layout.timetable.last()
        if not restart:
            state.course = attrs.evolve(state.course, less_until=until, away=True)
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
        # It takes the place of what a shorter break has brought.
        state.course = attrs.evolve(course, items=tuple(lower), easing_until=until, less_until=None, away=True)

    def _flare(
        self, state: State, day: dt.date, feedback: Feedback | None, rule: ReadyRule, facts: Mapping[str, Value]
    ) -> None:
        """The worst exercise rests, the others go one step down, and the sets are halved.

        One that has rested for a flare before is replaced instead.
        """
        course, ground = state.course, state.ground
        days = dt.timedelta(days=rule.row.then.days or 0)
        reports = () if feedback is None else feedback.exercises
        worst = _worst([item for item in course.items if item.exercise not in self.plan.kept_in_flares], reports)
        items: list[Item] = []
        for item in course.items:
            made = item
            if worst is not None and item.key == worst.key:
                made = self._calmed(state, item, day, days.days)
            elif item.phase == "strengthening" or item.changed > day - WEEK:
                # What got back to its start this week is no exception.
                made = stepping.down(item, ground, day)
            if made != item:
                self.changer.tell_step_down(state, day, (item, made), rule, facts)
            items.append(made)
        until = max(day + days, course.easing_until or day)
        named = () if worst is None or worst.exercise in course.flared else (worst.exercise,)
        state.course = attrs.evolve(
            state.course,
            items=tuple(items),
            easing_until=until,
            flare_since=course.flare_since or day,
            flares=course.flares if course.flare_since is not None else (*course.flares, day),
            flared=(*course.flared, *named),
        )

    def _calmed(self, state: State, item: Item, day: dt.date, days: int) -> Item:
        """What becomes of the exercise that set off a flare: it rests, or another takes its place at its smallest."""
        course, ground = state.course, state.ground
        if item.exercise not in course.flared:
            return stepping.resting(item, ground, day, days)
        state.course = attrs.evolve(course, gone=FrozenDict({**course.gone, item.exercise: day}))
        taken = (*(one.exercise for one in course.items), *course.gone)
        return stepping.smallest(stepping.easier(item, ground, day, taken, self.plan), ground, day)

    def _settle(self, state: State, day: dt.date, feedback: Feedback) -> None:
        """A flare is over when a session left hardly any pain behind."""
        course = state.course
        if course.flare_since is None or day <= course.flare_since or not feedback.session_done():
            return
        usual = next((pain for pain in (course.baseline, feedback.usual_pain, course.usual) if pain is not None), None)
        pains = [one.morning_pain for one in feedback.exercises if one.morning_pain is not None]
        pains += [] if feedback.usual_pain is None else [feedback.usual_pain]
        if usual is not None and pains and max(pains) - usual < self.plan.number("clear_pain_change"):
            state.course = attrs.evolve(course, flare_since=None)


def _worst(items: Sequence[Item], reports: Iterable[ExerciseReport]) -> Item | None:
    """The exercise with most pain after it, then with most pain, then the newest, then the hardest.

    Where nothing hurt, it is a strengthening exercise that was done.
    """
    known = {item.exercise: item for item in items}
    ranked = [
        (
            report.morning_pain or 0,
            report.pain or 0,
            known[report.exercise].phase == "strengthening",
            known[report.exercise].changed,
            known[report.exercise].level,
            report.exercise,
        )
        for report in reports
        if report.exercise in known
    ]
    return known[max(ranked)[-1]] if ranked else None
