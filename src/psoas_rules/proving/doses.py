"""Doses as formulas: which limits are about an exercise, which is the strictest, and the numbers that follow.

The numbers themselves are worked out by the library: `dosing.dose` is asked for every combination of limits that can
meet, and the formula says which combination it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Final

import z3

from psoas_rules.dosing import DoseFloors, dose, in_scope
from psoas_rules.loading import MINUTES
from psoas_rules.outcomes import Dose
from psoas_rules.pack import SIDES, Exercise, Limit
from psoas_rules.proving.values import FALSE, THOUSANDTHS, EncodingError, Number, every, no, some

if TYPE_CHECKING:
    from psoas_rules.proving.encoding import World

DEPENDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sets": ("sets_factor", "sets_max"),
    "extra_sets": ("sets_factor", "sets_max"),
    "reps": ("reps_max",),
    "reps_top": ("reps_max",),
    "hold_s": ("hold_factor", "hold_s_max"),
    "hold_top_s": ("hold_factor", "hold_s_max"),
    "rest_s": ("rest_factor",),
    "days_max": ("days_max",),
    "effort_max": ("effort_max",),
    "stretch_max": ("stretch_max",),
}
"""For each number of a dose, the limits that it hangs on."""

_MORE_IS_STRICTER: Final = "rest_factor"
_MOST_COMBINATIONS: Final = 2_000


class Doses:
    """The doses of one world.

    Args:
        world: The world.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._pack = world.book.pack
        self._exercises: Mapping[str, Exercise] = {exercise.id: exercise for exercise in self._pack.exercises}
        self._limits: dict[tuple[str, str], list[tuple[float, z3.BoolRef]]] = {}
        self._fields: dict[tuple[str, str], z3.ArithRef | None] = {}

    def _all_limits(self, *, of_session: bool) -> Iterator[tuple[Limit, z3.BoolRef]]:
        world = self._world
        for rule, fires in zip(world.book.rules, world.fires, strict=True):
            yield from ((c.limit, fires) for c in rule.then if c.kind == "limit" and c.limit is not None)
        if of_session:
            for profile, limits in self._pack.sessions.session_limits.items():
                yield from ((limit, world.profile(profile)) for limit in limits)
            yield from self._of_formats()

    def _of_formats(self) -> Iterator[tuple[Limit, z3.BoolRef]]:
        """The limits of the shortest format that the time fits."""
        passed: list[z3.BoolRef] = []
        for format_ in sorted(self._pack.sessions.formats, key=lambda one: one.up_to_minutes):
            fits = self._at_most_minutes(format_.up_to_minutes)
            chosen = every((fits, *(no(other) for other in passed)))
            passed.append(fits)
            yield from ((limit, chosen) for limit in format_.limits)

    def _at_most_minutes(self, most: float) -> z3.BoolRef:
        """Whether the time for the session is so many minutes at the most."""
        if self._pack.constant("longest_minutes") <= most:
            return z3.BoolVal(True)
        default = z3.BoolVal(self._pack.constant("default_minutes") <= most)
        given = self._world.answers.look(MINUTES)
        if given is None:
            return default
        if not isinstance(given, Number):
            raise EncodingError(f"'{MINUTES}' is no number")
        return z3.If(given.known, given.value <= int(Fraction(str(most)) * given.scale), default)

    def limits(self, exercise: str, number: str) -> list[tuple[float, z3.BoolRef]]:
        """The values that limits can give to a number, the strictest first, each with when one of them does."""
        found = self._limits.get((exercise, number))
        if found is None:
            row = self._exercises[exercise]
            # The level is looked at before there is a session, so its own limits do not count for it.
            given: dict[float, list[z3.BoolRef]] = {}
            for limit, active in self._all_limits(of_session=number != "level_max"):
                value = getattr(limit, number)
                if value is not None and in_scope(limit, row):
                    given.setdefault(value, []).append(active)
            values = sorted(given, reverse=number == _MORE_IS_STRICTER)
            found = self._limits[(exercise, number)] = [(value, some(given[value])) for value in values]
        return found

    def level_capped(self, exercise: str) -> z3.BoolRef:
        """Whether a limit on the level keeps the exercise out."""
        level = self._exercises[exercise].level
        return some(active for value, active in self.limits(exercise, "level_max") if level > value)

    def first_side(self, exercise: str) -> z3.BoolRef:
        """Whether one side, and not the other, gets more of the exercise."""
        row = self._exercises[exercise]
        if not row.dose.per_side:
            return FALSE
        target = row.targets[0]
        left, right, both = (self._world.more_on(target, side) for side in (*SIDES, None))
        return every((no(both), z3.Xor(left, right)))

    def field(self, exercise: str, field: str) -> z3.ArithRef | None:
        """A number of the dose in thousandths; None where the exercise has no such number."""
        key = (exercise, field)
        if key not in self._fields:
            self._fields[key] = self._make(exercise, field)
        return self._fields[key]

    def _make(self, exercise: str, field: str) -> z3.ArithRef | None:
        names = DEPENDS[field]
        ways = [self._strictest(exercise, name) for name in names]
        sided = self.first_side(exercise) if field == "extra_sets" else FALSE
        sides = (False,) if z3.is_false(sided) else (False, True)
        combinations = list(product(sides, *ways))
        if len(combinations) > _MOST_COMBINATIONS:
            raise EncodingError(f"'{exercise}' has more than {_MOST_COMBINATIONS} combinations of limits for {field}")
        # What is the same for many combinations is asked for once.
        whens: dict[int | None, list[z3.BoolRef]] = {}
        for side, *chosen in combinations:
            limits = {name: value for name, (value, _) in zip(names, chosen, strict=True) if value is not None}
            steps = self._steps(exercise, field, limits, one_side=side)
            when = [active for _, active in chosen]
            when += [] if z3.is_false(sided) else [sided if side else no(sided)]
            whens.setdefault(steps, []).append(every(when))
        if None in whens:
            if len(whens) > 1:
                raise EncodingError(f"'{exercise}' has {field} for some and not for others")
            return None
        (first, _), *rest = sorted(((steps, when) for steps, when in whens.items() if steps is not None), key=_size)
        formula: z3.ArithRef = z3.IntVal(first)
        for steps, when in rest:
            formula = z3.If(some(when), z3.IntVal(steps), formula)
        return formula

    def _strictest(self, exercise: str, number: str) -> list[tuple[float | None, z3.BoolRef]]:
        """The strictest value that a number can have, each with when it is that; None for no limit."""
        ways: list[tuple[float | None, z3.BoolRef]] = []
        stricter: list[z3.BoolRef] = []
        for value, active in self.limits(exercise, number):
            ways.append((value, every((active, *(no(other) for other in stricter)))))
            stricter.append(active)
        ways.append((None, no(some(stricter))))
        return ways

    def _steps(self, exercise: str, field: str, limits: Mapping[str, float], *, one_side: bool) -> int | None:
        given = self.worked_out(exercise, limits, one_side=one_side)
        value = getattr(given, field)
        return None if value is None else int(Fraction(str(value)) * THOUSANDTHS)

    def worked_out(self, exercise: str, limits: Mapping[str, float], *, one_side: bool = False) -> Dose:
        """The dose under these limits, as the library works it out."""
        extra = int(self._pack.constant("extra_sets_on_one_side")) if one_side else 0
        floors = DoseFloors.of(self._pack)
        side = SIDES[0] if one_side else None
        return dose(self._exercises[exercise], limits, floors, first_side=side, extra_sets=extra)


def _size(pair: tuple[int, list[z3.BoolRef]]) -> int:
    return -len(pair[1])
