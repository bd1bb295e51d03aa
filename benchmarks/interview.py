"""How much an interview asks, next to a fixed order of the same questions, for the same people and the same outcome."""

import json
import math
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from benchmarks.timing import Clock, table
from psoas_rules import Intake, Recommender
from psoas_rules.casebook import read_cases
from psoas_rules.interviewing import Interview, Prompt
from psoas_rules.possibilities import essence

# The simulated people are shared with the tests.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from interview_people import Answering, SimulatedPerson, every_prompt, intake_answers, questionnaire

NOT_SURE = "not_sure"
KINDS = ("routine", "referral", "screening")

Unit = Mapping[str, object]
"""One question, as the single answers that it gives."""


@attrs.frozen
class Taken:
    """What it took to settle the outcome of one person.

    Attributes:
        who: The person.
        kind: The kind of outcome.
        same: Whether the interview came to the outcome of the full questionnaire.
        asked: Questions of the interview.
        fixed: Questions of the same kind in a fixed order.
        singly: Questions in a fixed order, each alone.
        seconds: What they take the person in the interview, in the fixed order and singly.
        turns: Nanoseconds of each turn of the interview.
    """

    who: str
    kind: str
    same: bool
    asked: int
    fixed: int
    singly: int
    seconds: tuple[float, float, float]
    turns: tuple[int, ...]


class Measured:
    """Measures what people take with one recommender."""

    def __init__(self, recommender: Recommender, clock: Clock) -> None:
        self.recommender = recommender
        self.clock = clock
        self.start = Interview.start(recommender)
        self.prompts = {prompt.id: prompt for prompt in every_prompt(recommender.pack)}
        self.orders = Orders(recommender, self.prompts)

    def taken(self, who: str, answer: Answering) -> Taken:
        """What it takes to settle the outcome of somebody."""
        ended, asked, turns = self._interview(answer)
        full = questionnaire(self.start, answer)
        outcome = full.outcome()
        fixed = self._until_settled(self.orders.same(full.answers))
        singly = self._until_settled(self.orders.single(full.answers, answer))
        return Taken(
            who,
            outcome.kind,
            ended.is_settled() and essence(ended.outcome()) == essence(outcome),
            len(asked),
            len(fixed),
            len(singly),
            (
                sum(prompt.seconds for prompt in asked),
                sum(self.prompts[name].seconds for name in fixed),
                sum(self.prompts[name].seconds for name in singly),
            ),
            tuple(turns),
        )

    def _interview(self, answer: Answering) -> tuple[Interview, list[Prompt], list[int]]:
        interview, asked, turns = self.start, [], []
        prompts = interview.next_questions()
        while prompts:
            asked += prompts
            given = {prompt.id: answer(prompt) for prompt in prompts}
            begin = self.clock()
            interview = interview.answer_all(given)
            prompts = interview.next_questions()
            turns.append(self.clock() - begin)
        return interview, asked, turns

    def _until_settled(self, questions: Sequence[tuple[str, Unit]]) -> list[str]:
        """The questions up to where the outcome is settled. Once it is, it stays so; so halving finds the place."""
        low, high = 0, len(questions)
        while low < high:
            middle = (low + high) // 2
            known = {name: given for _, unit in questions[:middle] for name, given in unit.items()}
            if attrs.evolve(self.start, answers=known).is_settled():
                high = middle
            else:
                low = middle + 1
        return [name for name, _ in questions[:low]]


class Orders:
    """The questions of a pack in a fixed order: safety, the person, signs, self-tests, wishes, as they stand in it."""

    def __init__(self, recommender: Recommender, prompts: Mapping[str, Prompt]) -> None:
        self.prompts = prompts
        pack = recommender.pack
        self.groups = {f"screen.{group.id}": prompts[f"screen.{group.id}"].members for group in pack.screen}
        self.follow_ups = {
            f"conditions.{row.id}": [*(f"details.{key}" for key in row.details), f"clearances.{row.id}"]
            for row in pack.conditions
        }
        self.of_age = {f"conditions.{row.id}" for row in pack.conditions if row.from_age or row.below_age}
        self.together = {
            member.id: name
            for name, prompt in prompts.items()
            if name.startswith("together.")
            for member in prompt.members
        }
        self.items = {
            section: [f"{section}.{key}" for item in items for key in (item.id, *item.parts)]
            for section, items in (("signs", pack.signs), ("measures", pack.measures))
        }
        self.wishes = [f"preferences.{item.id}" for item in pack.preferences]

    def same(self, answers: Unit) -> list[tuple[str, Unit]]:
        """The questions that an interview could ask somebody: groups in one, follow-ups behind what they follow."""
        order: list[tuple[str, Unit]] = []
        for group, members in self.groups.items():
            if group in answers:
                order.append((group, {group: answers[group]}))
            single = [member.id for member in members if member.id in answers]
            if answers.get(group) is True and len(single) > 1:
                order.append((group.replace("screen.", "which."), {one: answers[one] for one in single}))
                single = []
            order += _each(single, answers)
            for member in members:
                order += _each(self.follow_ups.get(member.id, ()), answers)
        order += _each(("person.age", "person.experience"), answers)
        order += self._signs(answers)
        order += _each(("tests.offer", *self.items["measures"]), answers)
        order += _each((*self.wishes[:3], "wishes.any", *self.wishes[3:]), answers)
        return _once(order)

    def single(self, answers: Unit, answer: Answering) -> list[tuple[str, Unit]]:
        """The same, each question alone."""
        order = _each(("person.age", "person.experience"), answers)
        for members in self.groups.values():
            for member in members:
                if member.id not in self.of_age or answers.get("person.age") == NOT_SURE:
                    order += self._with_follow_ups(member.id, {**answers, member.id: answer(member)})
        order += _each((*self.items["signs"], "tests.offer", *self.items["measures"]), answers)
        order += [(name, {name: answer(self.prompts[name])}) for name in self.wishes]
        return _once(order)

    def _with_follow_ups(self, name: str, answers: Unit) -> list[tuple[str, Unit]]:
        return _each((name, *self.follow_ups.get(name, ())), answers)

    def _signs(self, answers: Unit) -> Iterator[tuple[str, Unit]]:
        for name in self.items["signs"]:
            group = self.together.get(name)
            if name not in answers:
                continue
            if group is None:
                yield name, {name: answers[name]}
            else:
                members = [member.id for member in self.prompts[group].members]
                yield group, {one: answers[one] for one in members if one in answers}


def _each(names: Iterable[str], answers: Unit) -> list[tuple[str, Unit]]:
    return [(name, {name: answers[name]}) for name in names if name in answers]


def _once(order: Iterable[tuple[str, Unit]]) -> list[tuple[str, Unit]]:
    found: dict[str, Unit] = {}
    for name, unit in order:
        found.setdefault(name, unit)
    return list(found.items())


def interview(simulated: int, seed: int, cases_of: int, clock: Clock) -> bool:
    """Prints how much is asked; tells whether every interview came to what the full questionnaire comes to.

    Of the cases of the pack every so many-th is taken, as `cases_of` says.
    """
    recommender = Recommender()
    measured = Measured(recommender, clock)
    warm = SimulatedPerson(recommender.pack, "warm-up")
    measured.taken("warm-up", warm)
    people = [
        measured.taken(f"simulated person {number}", SimulatedPerson(recommender.pack, f"{seed}:{number}"))
        for number in range(simulated)
    ]
    _print(f"{simulated} simulated people", people)
    cases = [
        measured.taken(name, intake_answers(recommender, intake)) for name, intake in _cases(recommender, cases_of)
    ]
    _print(f"{len(cases)} intakes of the pack's whole cases", cases)
    turns = [turn for one in (*cases, *people) for turn in one.turns]
    print(
        f"\nA turn, from an answer to the next question: {_quantile(turns, 0.5) / 1e6:.1f} ms at the median, ", end=""
    )
    print(f"{_quantile(turns, 0.95) / 1e6:.1f} ms for 95 of 100 ({len(turns)} turns).")
    others = [one for one in (*cases, *people) if not one.same]
    for one in others:
        print(f"Another outcome than the full questionnaire: {one.who}")
    return not others


def _cases(recommender: Recommender, every: int) -> Iterator[tuple[str, Intake]]:
    """The intakes of the whole cases that can be read, each once."""
    seen = set()
    for name, (_, case) in list(read_cases().items())[::every]:
        intake = Intake.from_dict(case.intake)
        key = json.dumps(intake.to_dict(), sort_keys=True, default=str)
        if key not in seen:
            seen.add(key)
            recommender.check(intake)
            yield name, intake


def _print(title: str, taken: Sequence[Taken]) -> None:
    rows = []
    for kind in ("all", *KINDS):
        those = [one for one in taken if kind in ("all", one.kind)]
        if those:
            rows += [_row(kind, those, how) for how in ("interview", "fixed order", "each alone")]
    head = ("Outcome", "People", "How", "Same outcome", "Mean", "Median", "95 of 100", "Interview asks", "Minutes")
    print(f"\n### {title}\n\n{table(head, rows)}", flush=True)


def _row(kind: str, those: Sequence[Taken], how: str) -> tuple[object, ...]:
    place = ("interview", "fixed order", "each alone").index(how)
    asked = [(one.asked, one.fixed, one.singly)[place] for one in those]
    share = sum(one.asked for one in those) / sum(asked)
    return (
        kind,
        len(those),
        how,
        f"{sum(one.same for one in those) / len(those):.1%}" if place == 0 else "",
        statistics.fmean(asked),
        statistics.median(asked),
        _quantile(asked, 0.95),
        f"{share:.0%}",
        statistics.fmean(one.seconds[place] for one in those) / 60,
    )


def _quantile(numbers: Sequence[float], share: float) -> float:
    ranked = sorted(numbers)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]
