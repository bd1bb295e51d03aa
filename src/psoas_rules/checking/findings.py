"""What checking gives: findings with their place, how grave they are, and what could mend them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, TypeAlias

import attrs

from psoas_rules.checking.catalogue import CATALOGUE, Severity
from psoas_rules.yaml_reader import Path

Change: TypeAlias = Literal["value", "blanks", "key", "remove", "layout"]
"""What a fix does to the data: another value, a text with fewer blanks, another key, an entry less, nothing at all."""


@attrs.frozen
class Edit:
    """A piece of a file's text, from one offset to another, and what comes in its place."""

    start: int
    end: int
    text: str


@attrs.frozen
class Fix:
    """How a finding can be mended without a decision.

    Attributes:
        title: What it does, in words.
        change: What becomes of the data.
        path: Where in the data; empty for the whole file.
        to: The new value or the new key.
    """

    title: str
    change: Change
    path: Path = ()
    to: object = None


@attrs.frozen
class Finding:
    """One thing that checking found.

    Attributes:
        severity: `error` for what must be mended, `warning` for what deserves a look.
        code: Stable name of the kind of finding; `CATALOGUE` says more about each.
        file: Path inside the pack, with forward slashes.
        line: Line, counted from 1; 0 when the whole file is meant.
        column: Column, counted from 1; 0 when the whole file is meant.
        message: What is wrong, and what to write instead.
        fix: What mends it, where no decision is needed.
    """

    severity: Severity
    code: str
    file: str
    line: int
    column: int
    message: str
    fix: Fix | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message} [{self.code}]"


@attrs.frozen
class Report:
    """Everything that checking a pack found.

    Attributes:
        findings: By file, line and column.
        notes: What could not be checked, and why.
        files: How many files were read.
    """

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    files: int = 0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What must be mended."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What deserves a look."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def fixable(self) -> tuple[Finding, ...]:
        """What `fix` can mend."""
        return tuple(finding for finding in self.findings if finding.fix is not None)

    def sound(self, *, strict: bool = False) -> bool:
        """Whether nothing must be mended; with `strict`, warnings count as well."""
        return not (self.findings if strict else self.errors)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.findings), *self.notes, self.summary()])

    def summary(self) -> str:
        """The whole in one sentence."""
        counts = Counter(finding.severity for finding in self.findings)
        files = _counted(self.files, "file")
        if not counts:
            return f"{files}, {len(CATALOGUE)} checks: no problems."
        told = " and ".join(_counted(counts[one], one) for one in ("error", "warning") if counts[one])
        more = f"; {_counted(len(self.fixable), 'finding')} can be mended with --fix" if self.fixable else ""
        return f"{files}, {len(CATALOGUE)} checks: {told}{more}."


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by place, each once."""
    unique = {(f.file, f.line, f.column, f.code, f.message): f for f in findings}
    return tuple(unique[key] for key in sorted(unique))


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
