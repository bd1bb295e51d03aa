"""Day by day through a programme: what was planned, what was reported, what follows.

The programme on any day follows from the answers at the start and from the reports up to that day, whatever the order
in which they came.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from psoas_rules.conditions import Value
from psoas_rules.dosing import work_s
from psoas_rules.intake import FrozenDict, Intake
from psoas_rules.outcomes import Referral, Screening
from psoas_rules.programme import stepping
from psoas_rules.programme.course import Course, Item, Marked
from psoas_rules.programme.deciding import Decider
from psoas_rules.programme.feedback import Feedback
from psoas_rules.programme.knowing import Ground, Knowledge
from psoas_rules.programme.laying import Layout
from psoas_rules.programme.listening import Listener
from psoas_rules.programme.meeting import Meeting
from psoas_rules.programme.state import State
from psoas_rules.programme.telling import Teller
from psoas_rules.programme.values import Options

_DAY = dt.timedelta(days=1)


class Folder:
    """Takes a programme through its days.

    Args:
        knowledge: The pack, ready for programmes.
        options: How the programme was asked for.
    """

    def __init__(self, knowledge: Knowledge, options: Options) -> None:
        self.knowledge = knowledge
        self.options = options
        self.plan = knowledge.plan
        self.layout = Layout(knowledge, options)
        self.listener = Listener(knowledge)
        self.teller = Teller(knowledge)
        self.decider = Decider(self.layout, self.listener, self.teller)
        self.meeting = Meeting(self.layout, self.teller)

    def start(self, intake: Intake, ground: Ground) -> State:
        """The programme before its first day."""
        items: list[Item] = []
        for step in ground.routine.steps:
            count = sum(item.slot == step.slot for item in items)
            key = f"{step.slot}.{count + 1}" if count else step.slot
            items.append(self.meeting.item(step.exercise, step.slot, ground, self.options.start, key=key))
        kept = self._with_room(items, ground)
        pain = ground.facts.get("sign.pain_now")
        course = Course(
            items=kept,
            dropped=tuple(dict.fromkeys(item.slot for item in items if item not in kept)),
            baseline=pain if isinstance(pain, int) and not isinstance(pain, bool) else None,
            first=self.listener.watched(ground.facts),
        )
        return State(course=course, ground=ground, answers=intake)

    def _with_room(self, items: Sequence[Item], ground: Ground) -> tuple[Item, ...]:
        """The exercises without so many that some of the time is left for what is added later.

        Slots go in the order of the pack; never one that this person has for a reason of their own, and never so
        many that hardly any strengthening is left.
        """
        kept = tuple(items)
        most = ground.most_seconds * (1 - self.plan.number("room_to_grow"))
        least = int(self.plan.number("least_strengthening"))
        for slot in self.knowledge.pack.sessions.drop_order:
            if self.layout.daily.session_seconds(Course(items=kept), ground) <= most:
                break
            fewer = tuple(item for item in kept if item.slot != slot)
            if slot not in ground.possible.for_a_reason and _strengthening(fewer) >= least:
                kept = fewer
        return kept

    def day(self, state: State, day: dt.date, feedback: Feedback | None) -> None:
        """One day: its plan, what was reported about it, and what follows from that."""
        week = self.layout.timetable.week_of(day)
        if day == self.layout.timetable.starts(week):
            self._new_week(state, day, week)
        self._return(state, day)
        self._planned(state, day, week)
        if feedback is not None and not state.course.stopped:
            self._heard(state, day, feedback)
        if not state.course.stopped:
            standing = state.course
            self.decider.day(state, day, feedback)
            if state.course != standing or feedback is not None:
                state.course = self.layout.trimmed(state.course, state.ground, week, after=day)
            if day + _DAY == self.layout.timetable.starts(week + 1):
                self._give_back(state, day)
        done = feedback is not None and feedback.session_done()
        if day in state.course.eased and not (feedback is not None and self.decider.strengthened(feedback)):
            # It was made easier on the day itself.
            # For the weeks to come it counts with what it would have asked for: one bad day is no lesser habit.
            state.past[-1] = self.layout.planned(state.course, state.ground, day)
        planned = state.past[-1]
        if planned.kind == "whole" or done:
            state.past[-1] = attrs.evolve(planned, done=done)

    def after(self, state: State, day: dt.date, feedback: Feedback) -> None:
        """A report from after the last week: what warns counts as ever, and nothing is added."""
        if not state.course.stopped:
            self._heard(state, day, feedback)
        if not state.course.stopped:
            self.decider.after(state, day, feedback)

    def _new_week(self, state: State, day: dt.date, week: int) -> None:
        self._grow(state, day, week)
        course = state.course
        if course.stopped:
            return
        if course.arriving:
            self.meeting.arrive(state, day)
            course = state.course
        free = attrs.evolve(course, waiting=None, trims=())
        allowed = self.layout.allowed(free, state.ground, week)
        state.course = self.layout.trimmed(attrs.evolve(course, allowed=allowed), state.ground, week)

    def _grow(self, state: State, day: dt.date, week: int) -> None:
        """Answers in weeks are one higher: what they bring with them comes without being asked."""
        known = {fact: state.ground.facts.get(fact) for fact in self.plan.growing} if week > 1 else {}
        grown: dict[str, Value] = {}
        for fact, weeks in known.items():
            most = self.listener.specs[fact].maximum
            if isinstance(weeks, int) and not isinstance(weeks, bool) and (most is None or weeks < most):
                grown[fact] = weeks + 1
        if grown and not state.course.stopped:
            self.decider.take(state, day, grown)

    def _give_back(self, state: State, day: dt.date) -> None:
        """A stretch or a warm-up that was made smaller and has gone well since then gets one step back to its start.

        That is at the end of a week, when all of it was heard, and not while anything else is worse than it should be.
        """
        course = state.course
        today = [mark for one in course.marked if one.day == day for mark in one.marks]
        if course.stopped or course.waiting or course.flare_since or course.worse_since or self._bad(today):
            return
        items: list[Item] = []
        for item in state.course.items:
            made = self._given_back(state, item, day)
            if made != item:
                trial = attrs.evolve(state.course, items=(*items, made, *state.course.items[len(items) + 1 :]))
                if self.layout.daily.session_seconds(trial, state.ground) > state.ground.most_seconds:
                    made = item
                else:
                    dose = str(self.layout.daily.dose(made, state.ground))
                    told = self.teller.change(day, "return", "given_back", exercise=item.exercise, dose=dose)
                    state.history.append(told)
            items.append(made)
        state.course = attrs.evolve(state.course, items=tuple(items))

    def _bad(self, marks: Iterable[str]) -> bool:
        return any(self.plan.worse.get(f"mark.{mark}") == "yes" for mark in marks)

    def _given_back(self, state: State, item: Item, day: dt.date) -> Item:
        ladder = state.ground.ladder(item.exercise)
        # An amount between two rungs goes to the upper one; one below all of them stays, for it comes from answers.
        more = (place for place, rung in enumerate(ladder.rungs) if ladder.work(rung) > ladder.work(item.rung))
        place = next(more, len(ladder.rungs)) or len(ladder.rungs)
        calm = day - dt.timedelta(days=int(self.plan.number("calm_days")))
        if item.phase == "strengthening" or place > ladder.start or item.rests_until or item.changed > calm:
            return item
        own = [one for one in state.course.marked if one.exercise == item.exercise and one.day >= calm]
        if len(own) < self.plan.number("calm_reports") or any(self._bad(one.marks) for one in own):
            return item
        if not any(self.plan.worse.get(f"mark.{mark}") == "no" for mark in own[-1].marks):
            return item
        return stepping.at(item, state.ground, place, day)

    def _return(self, state: State, day: dt.date) -> None:
        """Exercises whose rest is over come back."""
        course = state.course
        back = [item for item in course.items if item.rests_until is not None and item.rests_until <= day]
        if not back or course.stopped or course.waiting:
            return
        for item in back:
            state.history.append(self.teller.change(day, "return", "returns", exercise=item.exercise))
        items = tuple(attrs.evolve(item, rests_until=None) if item in back else item for item in course.items)
        state.course = attrs.evolve(course, items=items)

    def _planned(self, state: State, day: dt.date, week: int) -> None:
        """Notes what the day asked for."""
        course, ground = state.course, state.ground
        planned = self.layout.planned(course, ground, day)
        state.past.append(planned)
        if planned.kind != "whole":
            return
        # One that was made easier beforehand counts with what it would have asked for, like one made easier today.
        asked = attrs.evolve(course, eased=())
        work = sum(one.work_s for one in self.layout.daily.given(asked, ground, day))
        name = str(week)
        state.course = attrs.evolve(
            course,
            planned=(*course.planned, day),
            work=FrozenDict({**course.work, name: course.work.get(name, 0) + work}),
            heaviest=FrozenDict({**course.heaviest, name: max(course.heaviest.get(name, 0), work)}),
        )

    def _heard(self, state: State, day: dt.date, feedback: Feedback) -> None:
        """New answers first: they decide whether there is a programme at all. Then pain and what was done."""
        for answers in (*feedback.answers, *self._worst_tests(feedback)):
            self._answered(state, day, answers)
            if state.course.stopped:
                return
        course = state.course
        if course.waiting == "review" and feedback.reviewed:
            self._reviewed(state, day)
            course = state.course
        if self._trained(state, day, feedback):
            course = self._back(attrs.evolve(course, done=(*course.done, day)), day)
        course = attrs.evolve(course, unwell_since=(course.unwell_since or day) if feedback.unwell else None)
        state.course = self._pain(course, day, feedback)
        self._mark(state, day, feedback)

    def _trained(self, state: State, day: dt.date, feedback: Feedback) -> bool:
        """Whether a session was done, on its day or any other: its strengthening, or all of it where it had none."""
        planned = state.past[-1]
        if planned.day == day and planned.kind == "whole" and all(s.phase != "strengthening" for s in planned.steps):
            return feedback.session_done()
        return self.decider.strengthened(feedback)

    def _reviewed(self, state: State, day: dt.date) -> None:
        """The programme goes on, unless a safety question has been opened meanwhile."""
        self.meeting.resume(state, day)
        outcome = self.knowledge.ground(state.answers)
        if not isinstance(outcome, Ground):
            self.meeting.refuse(state, day, outcome)

    def _back(self, course: Course, day: dt.date) -> Course:
        """After a break: from the first session on it is counted how long less is done."""
        if not course.away:
            return course
        until = day + dt.timedelta(days=int(self.plan.number("repeat_days")))
        return attrs.evolve(
            course,
            away=False,
            less_until=course.less_until and until,
            easing_until=course.easing_until and min(course.easing_until, until),
        )

    def _answered(self, state: State, day: dt.date, answers: Intake) -> None:
        whole = self.knowledge.revised(state.answers, answers)
        outcome = self.knowledge.ground(whole)
        state.answers = whole
        if isinstance(outcome, Referral | Screening):
            self.meeting.refuse(state, day, outcome)
            return
        watched = self.listener.watched(self._facts_of(answers))
        course = state.course
        tested = any(fact.startswith("measure.") for fact in watched)
        if watched:
            # A number that is told for the first time is one to start from, not one to compare.
            again = (*course.told_again, *(fact for fact in watched if fact in course.first))
            course = attrs.evolve(
                course,
                first=FrozenDict({**watched, **course.first}),
                told_again=tuple(dict.fromkeys(again)),
                retests=course.retests + 1,
                retested=day,
            )
        if course.waiting == "answers" or (course.waiting == "screen" and self.knowledge.screened(answers)):
            course = attrs.evolve(course, waiting=None, unwell_since=None)
        over = [fact for fact in self.plan.screen_when_over if self._is_over(state, outcome, fact)]
        if over and course.waiting is None and not self.knowledge.screened(answers):
            course = attrs.evolve(course, waiting="screen")
            state.history.append(self.teller.change(day, "screen", "screen_again"))
        state.course = course
        worse = self.listener.of_retests(course, outcome, day).get("retest.worse") is True
        self.meeting.meet(state, day, outcome, tested=tested, worse=worse and bool(watched))

    @staticmethod
    def _is_over(state: State, outcome: Ground, fact: str) -> bool:
        return state.ground.facts.get(fact) is True and outcome.facts.get(fact) is False

    def _worst_tests(self, feedback: Feedback) -> Iterator[Intake]:
        """Where one thing that re-tests watch has several values on one day: the worst of them, as one more answer."""
        told = [self.listener.watched(self._facts_of(answers)) for answers in feedback.answers]
        better = {fact: one.better for one in self.plan.watched for fact in self.listener.specs[one.fact].facts()}
        worst: dict[str, Value] = {}
        for fact in dict.fromkeys(fact for one in told for fact in one):
            values = {one[fact] for one in told if fact in one}
            if len(values) > 1:
                worst[fact] = min(values) if better[fact] == "higher" else max(values)
        if worst:
            yield self.knowledge.intake_of(worst)

    def _facts_of(self, answers: Intake) -> Mapping[str, Value]:
        return self.knowledge.recommender.lexicon.facts(answers)

    def _pain(self, course: Course, day: dt.date, feedback: Feedback) -> Course:
        """Since when there has been clearly more pain than at the start."""
        pain = feedback.usual_pain
        if pain is None:
            return course
        course = attrs.evolve(course, usual=pain)
        if course.baseline is None:
            return attrs.evolve(course, baseline=pain)
        worse = pain >= course.baseline + self.plan.number("clear_pain_change")
        return attrs.evolve(course, worse_since=(course.worse_since or day) if worse else None)

    def _mark(self, state: State, day: dt.date, feedback: Feedback) -> None:
        """Gives the reports their marks."""
        course = state.course
        fresh: list[Marked] = []
        for report in feedback.exercises:
            item = next((item for item in course.items if item.exercise == report.exercise), None)
            if item is None:
                # Pain in it counts all the same.
                state.history.append(self.teller.change(day, "note", "not_in_it", exercise=report.exercise))
            done = item or self.knowledge.exercises[report.exercise]
            facts = {
                **self.decider.base(state, day, feedback),
                **self.listener.of_report(report, feedback, done, state.course),
            }
            marks = dict.fromkeys(
                mark for rule in self.knowledge.fired("report", facts) for mark in rule.row.then.marks
            )
            less = item is not None and self._less_planned(state, item, day)
            fresh.append(Marked(day=day, exercise=report.exercise, marks=tuple(marks), less=less))
        kept = tuple(one for one in course.marked if one.day > day - self.plan.lately)
        state.course = attrs.evolve(course, marked=(*kept, *fresh))

    def _less_planned(self, state: State, item: Item, day: dt.date) -> bool:
        """Whether less of an exercise was planned on a day than is usual."""
        planned = next((step for step in state.past[-1].steps if step.exercise == item.exercise), None)
        usual = self.layout.daily.dose(item, state.ground)
        return state.past[-1].day == day and planned is not None and work_s(planned.dose) < work_s(usual)


def _strengthening(items: Sequence[Item]) -> int:
    return sum(item.phase == "strengthening" for item in items)
