"""Asking the solver: is there anybody for whom this holds, and who needs the fewest answers for it?"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

import attrs
import z3

from psoas_rules.conditions import Value
from psoas_rules.proving.answers import Answers
from psoas_rules.proving.values import Number, every

Found: TypeAlias = Literal["none", "found", "unknown"]

DEFAULT_SECONDS: Final = 20.0
"""How long the solver may think about one question."""

_SMALLEST_SECONDS: Final = 4.0
"""How long to look for the smallest example, once there is one."""


@attrs.frozen
class Answer:
    """What the solver said.

    Attributes:
        found: `none`: nobody, for any answers, which is a proof. `found`: somebody. `unknown`: it did not finish.
        people: For `found`, what each person answers.
    """

    found: Found
    people: tuple[dict[str, Value], ...] = ()


class Asker:
    """Asks about one person, or several, with the answers that an intake takes.

    Args:
        people: The answers of each person.
        rules: What must hold besides, such as how the second person differs from the first.
        seconds: How long the solver may think about one question.

    Attributes:
        queries: How many questions were asked.
    """

    def __init__(self, *people: Answers, rules: Iterable[z3.BoolRef] = (), seconds: float = DEFAULT_SECONDS) -> None:
        self.people: Sequence[Answers] = people
        self.queries = 0
        self._seconds = seconds
        self._rules = [*(rule for answers in people for rule in answers.admissible), *rules]
        self._solver = z3.SolverFor("QF_LIA")
        self._solver.set("timeout", int(seconds * 1000))
        self._solver.add(self._rules)

    def ask(self, *goals: z3.BoolRef, smallest: bool = True) -> Answer:
        """Whether there is anybody for whom all goals hold; with `smallest`, somebody who needs the fewest answers."""
        self.queries += 1
        goal = every(goals)
        if z3.is_false(goal):
            return Answer("none")
        self._solver.push()
        try:
            self._solver.add(goal)
            said = self._solver.check()
            if said == z3.unsat:
                return Answer("none")
            if said != z3.sat:
                return Answer("unknown")
            model = self._solver.model()
            if smallest:
                model = self._smallest(goal, model)
                model = self._rounded(model)
            return Answer("found", tuple(answers.facts(model) for answers in self.people))
        finally:
            self._solver.pop()

    def holds(self, goal: z3.BoolRef, given: Iterable[z3.BoolRef]) -> bool:
        """Whether somebody is found for whom the goal holds and this is given; not every such person is found."""
        self.queries += 1
        self._solver.push()
        try:
            self._solver.add(goal, *given)
            return bool(self._solver.check() == z3.sat)
        finally:
            self._solver.pop()

    def witness(self, goal: z3.BoolRef) -> z3.ModelRef | Literal["unknown"] | None:
        """Anybody for whom the goal holds, as the solver found them; None when there is nobody."""
        self.queries += 1
        if z3.is_false(goal):
            return None
        self._solver.push()
        try:
            self._solver.add(goal)
            said = self._solver.check()
            if said == z3.sat:
                return self._solver.model()
            return None if said == z3.unsat else "unknown"
        finally:
            self._solver.pop()

    def _smallest(self, goal: z3.BoolRef, model: z3.ModelRef) -> z3.ModelRef:
        """The model in which the most facts are as they mostly are: globally when time allows, else step by step."""
        optimizer = z3.Optimize()
        optimizer.set("timeout", int(min(self._seconds, _SMALLEST_SECONDS) * 1000))
        optimizer.add(*self._rules, goal)
        for fact, usual in self._usual():
            # What a person wants or has says less about a danger than what they report.
            optimizer.add_soft(usual, 2 if fact.startswith("preference.") else 3)
        if optimizer.check() == z3.sat:
            return optimizer.model()
        return self._smaller(model)

    def _usual(self) -> Iterator[tuple[str, z3.BoolRef]]:
        for answers in self.people:
            yield from answers.usual()

    def _smaller(self, model: z3.ModelRef) -> z3.ModelRef:
        """A model in which no single fact could be as usual besides, found one by one within the time."""
        until = time.monotonic() + _SMALLEST_SECONDS
        kept: list[z3.BoolRef] = []
        usual = [holds for _, holds in self._usual()]
        kept = [holds for holds in usual if z3.is_true(model.eval(holds, model_completion=True))]
        for holds in usual:
            if time.monotonic() > until:
                break
            if z3.is_true(model.eval(holds, model_completion=True)):
                kept.append(holds)
            elif self._solver.check(*kept, holds) == z3.sat:
                model = self._solver.model()
                kept.append(holds)
        return model

    def _rounded(self, model: z3.ModelRef) -> z3.ModelRef:
        """The same people with whole numbers where these do as well, for easier reading."""
        same: list[z3.BoolRef] = []
        uneven: list[tuple[Number, int]] = []
        for answers in self.people:
            uneven_here = dict(_uneven(answers, model))
            uneven += [(number, steps) for number, steps in uneven_here.values()]
            facts = answers.facts(model)
            pinned = list(answers.pinned({fact: value for fact, value in facts.items() if fact not in uneven_here}))
            loose = {answers.given[fact].known.get_id() for fact in uneven_here}
            same += [one for one in pinned if not (z3.is_not(one) and one.arg(0).get_id() in loose)]
            same += [answers.given[fact].known for fact in uneven_here]
        for number, steps in uneven:
            floor = steps // number.scale * number.scale
            for value in (floor, floor + number.scale, steps // 100 * 100, steps // 100 * 100 + 100):
                if self._solver.check(*same, number.value == value) == z3.sat:
                    model = self._solver.model()
                    same.append(number.value == value)
                    break
        return model


def _uneven(answers: Answers, model: z3.ModelRef) -> Iterator[tuple[str, tuple[Number, int]]]:
    for fact, symbol in answers.given.items():
        if (
            isinstance(symbol, Number)
            and symbol.scale > 1
            and z3.is_true(model.eval(symbol.known, model_completion=True))
        ):
            steps = model.eval(symbol.value, model_completion=True)
            assert isinstance(steps, z3.IntNumRef)
            if steps.as_long() % symbol.scale:
                yield fact, (symbol, steps.as_long())
