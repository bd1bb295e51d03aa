"""One row after the other: what every row of a cohort means, and the way for rows that columns cannot read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import pyarrow as pa

from psoas_rules.cohort.columns import Column
from psoas_rules.errors import EngineError, IntakeError, Problem
from psoas_rules.facts import is_unknown, yes_or_no
from psoas_rules.hints import show
from psoas_rules.intake import Intake
from psoas_rules.loading import fingerprint
from psoas_rules.outcomes import Outcome, Referral, Routine, Step
from psoas_rules.recommender import Recommender

Cell: TypeAlias = tuple[Column, object]
"""A value and the column that it stands in."""
_MOST_SHOWN: Final = 100
_LONGEST_NAME: Final = 60


@attrs.frozen
class Invalid:
    """A row without an outcome.

    Attributes:
        problem: What is wrong, and where.
    """

    problem: str


class UnreadableCell:
    """What stands in for a cell that Arrow itself cannot show, such as text that is not UTF-8."""


@attrs.frozen
class Rows:
    """Reads and decides the rows of tables with the same columns, one by one.

    Attributes:
        recommender: What decides.
        columns: What each column is.
        stamp: Name and version of the pack, and its digest.
    """

    recommender: Recommender
    columns: Sequence[Column]
    stamp: tuple[str, str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        info = self.recommender.pack.info
        stamp = f"{info.name} {info.version}", fingerprint(self.recommender.pack)
        object.__setattr__(self, "stamp", stamp)

    def records(self, batch: pa.RecordBatch, rows: Sequence[int]) -> list[dict[str, Any]]:
        """The columns of the result for these rows of a batch, as plain values."""
        every = ((column, cells_of(batch.column(column.place), rows)) for column in self.columns)
        filled = [(column, cells) for column, cells in every if any(cell is not None for cell in cells)]
        return [self._record([(column, cells[at]) for column, cells in filled]) for at in range(len(rows))]

    def record(self, batch: pa.RecordBatch, row: int) -> dict[str, Any]:
        """The columns of the result for one row, as plain values."""
        return self.records(batch, (row,))[0]

    def _record(self, cells: Iterable[Cell]) -> dict[str, Any]:
        pack, digest = self.stamp
        return {**record(self._outcome(cells)), "pack": pack, "digest": digest}

    def _outcome(self, cells: Iterable[Cell]) -> Outcome | Invalid:
        """The outcome for one row, or why there is none."""
        data, problems = _gathered(cells)
        try:
            intake = Intake.from_dict(data)
            if not problems:
                return self.recommender.recommend(intake)
            self.recommender.check(intake)
        except IntakeError as error:
            problems += error.problems
        except EngineError as error:
            return Invalid(f"not decided: {error}")
        return Invalid("; ".join(map(str, problems)))

    def stages(self, cells: Iterable[Cell]) -> tuple[tuple[Problem, ...], tuple[Problem, ...], tuple[Problem, ...]]:
        """What is wrong with a row that holds these cells and no others, in the order in which it is found.

        Returns:
            What has no place in an intake; what gives an intake a wrong shape; answers that cannot be read, which
            are only looked at when the shape is right.
        """
        data, outside = _gathered(cells)
        try:
            intake = Intake.from_dict(data)
        except IntakeError as error:
            return outside, error.problems, ()
        try:
            self.recommender.check(intake)
        except IntakeError as error:
            return outside, (), error.problems
        return outside, (), ()


def intake_data(batch: pa.RecordBatch, row: int, columns: Sequence[Column]) -> dict[str, Any]:
    """One row as plain data for `Intake.from_dict`. Empty cells are left out.

    Raises:
        IntakeError: if a cell stands in a column that is no answer, or an entry of a list is neither yes nor no.
    """
    cells = ((column, cell_of(batch.column(column.place), row)) for column in columns)
    data, problems = _gathered(cells)
    if problems:
        raise IntakeError(problems)
    return data


def record(outcome: Outcome | Invalid) -> dict[str, Any]:
    """What the result says about an outcome, as plain values; the pack aside, which is the same for all."""
    found: dict[str, Any] = dict.fromkeys(
        ("problem", "triage", "profile", "confidence", "steps", "seconds", "left_out", "fired")
    )
    if isinstance(outcome, Invalid):
        return found | {"outcome": "invalid", "problem": outcome.problem}
    found |= {"outcome": outcome.kind, "fired": list(outcome.trace.rules)}
    if isinstance(outcome, Referral):
        found["triage"] = outcome.urgency
    elif isinstance(outcome, Routine):
        found |= {
            "triage": outcome.triage,
            "profile": outcome.profile.kind,
            "confidence": outcome.profile.confidence,
            "steps": [_step(step) for step in outcome.steps],
            "seconds": outcome.seconds,
            "left_out": [{"exercise": one.exercise, "slot": one.slot} for one in outcome.left_out],
        }
    return found


def _step(step: Step) -> dict[str, Any]:
    dose = step.dose
    return {
        "exercise": step.exercise,
        "phase": step.phase,
        "sets": dose.sets,
        "reps": dose.reps,
        "hold_s": dose.hold_s,
        "side": dose.first_side,
        "extra_sets": dose.extra_sets,
        "seconds": dose.seconds,
    }


def _gathered(cells: Iterable[Cell]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The answers of one row by section, and what has no place in an intake."""
    data: dict[str, Any] = {}
    screen: object = None
    problems: list[Problem] = []
    for column, given in cells:
        if given is None:
            continue
        if column.role == "screen":
            screen = given
        elif not column.section:
            problems.append(_nowhere(column.name, column.meant))
        elif column.role == "side":
            data.setdefault(column.section, {}).setdefault(column.key, {})[column.part] = given
        elif column.role == "entry":
            problems += _entered(data.setdefault(column.section, {}), column, given)
        else:
            data.setdefault(column.section, {})[column.key] = given
    if screen is not None:
        if "screen" in data:
            problems.append(Problem("screen", "either everything is clear or the groups have answers, not both"))
        data["screen"] = screen
    return data, tuple(problems[:_MOST_SHOWN])


def _entered(answers: dict[str, Any], column: Column, given: object) -> tuple[Problem, ...]:
    """Puts an entry on its list, if it is there; the list counts as given once any entry is answered."""
    if is_unknown(given):
        return ()
    try:
        listed = yes_or_no(given)
    except ValueError as error:
        return (Problem(f"{column.section}.{column.key}.{column.part}", str(error)),)
    answers.setdefault(column.key, []).extend([column.part] if listed else [])
    return ()


def _nowhere(name: str, meant: str) -> Problem:
    shown = name if name and name.isprintable() and len(name) <= _LONGEST_NAME else show(name)
    cure = f"did you mean {meant!r}? If not, name it in keep=" if meant else "name it in keep= to hand it through"
    return Problem(shown, f"this column is no answer; {cure}")


def cells_of(array: pa.Array, rows: Sequence[int]) -> list[object]:
    """Some cells of a column as plain values."""
    try:
        return [dict(one) if isinstance(one, Mapping) else one for one in array.take(pa.array(rows)).to_pylist()]
    except Exception:  # noqa: BLE001 - the same as below, and then each for itself
        return [cell_of(array, row) for row in rows]


def cell_of(array: pa.Array, row: int) -> object:
    """A cell as a plain value.

    A cell that cannot be shown must not stop the cohort, so whatever Arrow raises becomes a value that no answer takes.
    """
    try:
        given = array[row].as_py()
    except Exception:  # noqa: BLE001 - types from elsewhere raise what they like
        return UnreadableCell()
    return dict(given) if isinstance(given, Mapping) else given
