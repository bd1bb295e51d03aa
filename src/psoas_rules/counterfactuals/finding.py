"""Finding a smallest change: first of one answer, then of two, and so on, each time all that could still do.

At every step the search asks what has to change before the goal can be met. A rule that refers a person stands against
every routine as long as none of the answers that it reads changes; what no answer can change ends the search at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, TypeAlias

import attrs

from psoas_rules.counterfactuals.found import Counterfactual, NoCounterfactual
from psoas_rules.counterfactuals.goals import Goal, Include, is_beyond, is_met, known_goal
from psoas_rules.counterfactuals.needs import Need, needs, needs_of_barrier, relevant_facts
from psoas_rules.counterfactuals.options import Option, Options
from psoas_rules.counterfactuals.reading import Readers
from psoas_rules.errors import EngineError, IntakeError
from psoas_rules.intake import Intake
from psoas_rules.outcomes import Outcome, Routine
from psoas_rules.reasons import Objections
from psoas_rules.recommender import Recommender

_Chosen: TypeAlias = tuple[Option, ...]
_Cost: TypeAlias = tuple[int, int]

_IMPOSSIBLE: Final = Need(frozenset())
"""What no answer can change: no slot of any session could ever hold the exercise."""


def counterfactual(
    recommender: Recommender,
    intake: Intake,
    goal: Goal,
    *,
    changeable: Collection[str] | None = None,
    most: int = 3,
    limit: int = 5_000,
) -> Counterfactual | NoCounterfactual:
    """A smallest change of answers that brings something about.

    The smallest change has the fewest answers; of these, the fewest that are no wishes; of these, the smallest steps.
    A list counts as one answer for each thing on it, and a sign that has sides as one for each side. Red flags,
    conditions and what belongs to them, the safety questions and the age never change. Numbers are tried as whole
    numbers and as the numbers that rules name.

    Args:
        recommender: What decides.
        intake: The person's answers.
        goal: What is wanted.
        changeable: What may change: sections and answers, such as `preferences` or `signs.pain_now`. None for all
            wishes, signs and self-tests, and how much somebody has exercised.
        most: So many answers may change.
        limit: So many changes are looked at.

    Returns:
        The change, with the outcome that it gives; or that there is none, and whether that is proved.

    Raises:
        UnchangeableError: if `changeable` names something that may not change.
        UnknownNameError: if the pack has no such exercise.
        IntakeError: if an answer cannot be read.
        EngineError: if the engine failed.

    Example:
        >>> from psoas_rules import Screen
        >>> from psoas_rules.recommender import builtin
        >>> person = Intake(screen=Screen.clear(), preferences={"minutes": 10})
        >>> str(counterfactual(builtin(), person, Include("walking")))
        'There is a routine with Easy walking already.'
    """
    goal = known_goal(goal, recommender)
    readers = Readers(recommender)
    options = Options(recommender.pack, readers, intake)
    options.check(changeable)
    before = recommender.recommend(intake)
    if is_met(goal, before, before):
        return Counterfactual(goal=goal, changes=(), intake=intake, outcome=before, smallest=True, tried=0)
    if is_beyond(goal, before, recommender.pack):
        return NoCounterfactual(goal=goal, most=most, complete=True, tried=0, ruled_out=most)
    every = options.all(changeable, relevant_facts(goal, readers))
    return _Search(recommender, options, every, readers, goal, before, limit).run(most)


class _StoppedError(Exception):
    """The search came to its limit."""


@attrs.define(eq=False)
class _Search:
    """One search under way."""

    recommender: Recommender
    options: Options
    every: tuple[Option, ...]
    readers: Readers
    goal: Goal
    before: Outcome
    limit: int
    tried: int = 0
    best: tuple[_Cost, _Chosen, Outcome] | None = None
    outcomes: dict[frozenset[Option], Outcome | None] = attrs.field(factory=dict)
    known_needs: dict[frozenset[Option], tuple[Need, ...]] = attrs.field(factory=dict)
    seen: set[frozenset[Option]] = attrs.field(factory=set)
    used: set[Option] = attrs.field(factory=set)

    def run(self, most: int) -> Counterfactual | NoCounterfactual:
        """The smallest change of at most so many answers."""
        for size in range(1, most + 1):
            self.seen.clear()
            try:
                self._explore((), size)
            except _StoppedError:
                return self._ended(most, size - 1, proved=False)
            if self.best is not None:
                return self._ended(most, size, proved=self._exact(size))
        return self._ended(most, most, proved=self._exact(most))

    def _exact(self, size: int) -> bool:
        """Whether the options that were tried stand for every answer; see `Options`."""
        return size == 1 or not self.options.compares_sides(self.used)

    def _ended(self, most: int, ruled_out: int, *, proved: bool) -> Counterfactual | NoCounterfactual:
        if self.best is not None:
            return self._found(smallest=proved)
        standing = [need for need in self._needs(()) if not self._meeting(need, ())]
        return NoCounterfactual(
            goal=self.goal,
            most=most,
            complete=proved or bool(standing),
            tried=self.tried,
            ruled_out=ruled_out,
            because=tuple(need.rule for need in standing if need.rule),
        )

    def _found(self, *, smallest: bool) -> Counterfactual:
        assert self.best is not None
        _, chosen, outcome = self.best
        return Counterfactual(
            goal=self.goal,
            changes=tuple(option.change for option in sorted(chosen, key=lambda option: option.cost)),
            intake=self.options.applied(chosen),
            outcome=outcome,
            smallest=smallest,
            tried=self.tried,
        )

    def _explore(self, chosen: _Chosen, left: int) -> None:
        """Looks at every way to change so many answers more."""
        key = frozenset(chosen)
        if key in self.seen:
            return
        self.seen.add(key)
        if left == 0:
            outcome = self._outcome(chosen)
            cost = _total(chosen)
            better = self.best is None or cost < self.best[0]
            if outcome is not None and better and is_met(self.goal, outcome, self.before):
                self.best = (cost, chosen, outcome)
            return
        for option in self._next(chosen, left):
            if self.best is not None and _total((*chosen, option)) >= self.best[0]:
                return
            self._explore((*chosen, option), left - 1)

    def _next(self, chosen: _Chosen, left: int) -> Iterator[Option]:
        """What can be changed next: something without which what is in the way would stay."""
        standing = [self._meeting(need, chosen) for need in self._needs(chosen)]
        if _apart(standing) > left:
            return
        fixed = {option.fact for option in chosen}
        narrowest = min(standing, key=len, default=None)
        for option in self.every if narrowest is None else narrowest:
            if option.fact not in fixed:
                self.used.add(option)
                yield option

    def _meeting(self, need: Need, chosen: _Chosen) -> list[Option]:
        fixed = {option.fact for option in chosen}
        return [option for option in self.every if option.touches & need.facts and option.fact not in fixed]

    def _needs(self, chosen: _Chosen) -> tuple[Need, ...]:
        """What has to change besides; nothing is known of it where these answers cannot be read."""
        key = frozenset(chosen)
        if key not in self.known_needs:
            self.known_needs[key] = self._work_out(chosen)
        return self.known_needs[key]

    def _work_out(self, chosen: _Chosen) -> tuple[Need, ...]:
        outcome = self._outcome(chosen)
        if outcome is None:
            return ()
        if isinstance(self.goal, Include) and isinstance(outcome, Routine):
            found = Objections(self.recommender, self.options.applied(chosen)).to(self.goal.exercise)
            obstacle = found.nearest
            if not found.closed:
                return (_IMPOSSIBLE,)
            return () if obstacle is None else needs_of_barrier(obstacle, self.readers)
        return needs(self.goal, outcome, self.before, self.readers)

    def _outcome(self, chosen: _Chosen) -> Outcome | None:
        """The outcome with these changes; None when the answers make no sense together, or the engine failed."""
        key = frozenset(chosen)
        if key not in self.outcomes:
            if self.tried >= self.limit:
                raise _StoppedError
            self.tried += 1
            try:
                self.outcomes[key] = self.recommender.recommend(self.options.applied(chosen))
            except (IntakeError, EngineError):
                self.outcomes[key] = None
        return self.outcomes[key]


def _total(chosen: _Chosen) -> _Cost:
    return sum(option.cost[0] for option in chosen), sum(option.cost[1] for option in chosen)


def _apart(standing: list[list[Option]]) -> int:
    """So many changes at least: one for each of some needs that have nothing in common."""
    count, met = 0, set[Option]()
    for options in sorted(standing, key=len):
        if met.isdisjoint(options):
            count += 1
            met.update(options)
    return count
