"""What can go wrong, and how it is told.

    PsoasRulesError
    ├── IntakeError     an intake that cannot be read: which field, which value, what is allowed
    ├── PackError       a rule pack with problems: all of them, each with file, line and column
    ├── OutcomeError    stored outcome data that cannot be read back
    └── EngineError     the rules engine failed; no outcome was made
        └── GuardError  a finished routine broke a table of the pack; it was withheld

A refusal to give a routine is not an error: it is a `Referral` or a `Screening`.
"""

from __future__ import annotations

import attrs

__all__ = [
    "EngineError",
    "GuardError",
    "IntakeError",
    "Issue",
    "OutcomeError",
    "PackError",
    "Problem",
    "PsoasRulesError",
]


class PsoasRulesError(Exception):
    """Base of every error that this package raises on purpose."""


@attrs.frozen
class Problem:
    """One thing that is wrong with an intake or with stored outcome data.

    Attributes:
        field: Where it is, as a path such as `signs.low_back_pain_stiffness.left`.
        message: What is wrong and what would be right.
    """

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class ProblemsError(PsoasRulesError):
    what = "the data"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        lines = [f"{len(self.problems)} problems in {self.what}"]
        return "\n".join(lines + [str(problem) for problem in self.problems])


class IntakeError(ProblemsError):
    """The intake cannot be read. `problems` lists everything that is wrong with it."""

    what = "the intake"


class OutcomeError(ProblemsError):
    """Stored outcome data cannot be read back. `problems` lists what is wrong with it."""

    what = "the stored outcome"


@attrs.frozen
class Issue:
    """One problem in a rule pack.

    Attributes:
        file: Path inside the pack, with forward slashes.
        line: Line, counted from 1; 0 when the whole file is meant.
        column: Column, counted from 1; 0 when the whole file is meant.
        code: Stable name of the kind of problem, such as `unknown-name`.
        message: What is wrong, and what to write instead.
    """

    file: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message} [{self.code}]"


class PackError(PsoasRulesError):
    """The rule pack cannot be used. `issues` lists every problem that was found."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        self.issues = issues
        super().__init__(issues)

    def __str__(self) -> str:
        count = "1 problem" if len(self.issues) == 1 else f"{len(self.issues)} problems"
        return "\n".join([f"{count} in the rule pack", *map(str, self.issues)])


class EngineError(PsoasRulesError):
    """The rules engine did not answer as it must. There is no outcome; try again or report it."""


class GuardError(EngineError):
    """A finished routine disagreed with the tables of the pack and was withheld."""

    def __init__(self, disagreements: tuple[str, ...]) -> None:
        self.disagreements = disagreements
        super().__init__(disagreements)

    def __str__(self) -> str:
        return "the routine was withheld because it breaks the pack's tables: " + "; ".join(self.disagreements)
