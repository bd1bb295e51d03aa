"""The part of the report that compares two packs: how many change, from what to what, why, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from psoas_rules.cohort.comparing import CohortComparison, Reason
from psoas_rules.cohort.report.charts import Chart, Series
from psoas_rules.cohort.report.panels import Panel
from psoas_rules.cohort.report.wording import ASPECTS, OUTCOMES, REASONS, counted, share
from psoas_rules.pack import LEVELS

_MOST_REASONS: Final = 20


@attrs.frozen(kw_only=True)
class Grid:
    """The cross table: verdicts with the old pack from above, with the new pack from the left.

    Attributes:
        heads: The verdicts with the new pack.
        rows: For each verdict with the old pack its name and the people, None for nobody, with whether they stay.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]


@attrs.frozen(kw_only=True)
class Compared:
    """What the page shows of a comparison.

    Attributes:
        lead: How many change.
        old: Name, version and digest of the old pack.
        new: The same of the new pack.
        changes: How many change in which way.
        grid: The cross table.
        reasons: Headings with their reasons; `hidden` counts those that are not shown.
    """

    lead: str
    old: str
    new: str
    changes: Panel
    grid: Grid
    reasons: tuple[Mapping[str, Any], ...]


def compared(comparison: CohortComparison) -> Compared:
    """A comparison as the page shows it."""
    total = comparison.rows
    lead = f"For {counted(comparison.changed)} of {total:,} ({share(comparison.changed, total)}) something changes."
    rows = [(ASPECTS.get(name, name), people) for name, people in comparison.aspects.items()]
    cells = tuple((name, f"{people:,}", share(people, total)) for name, people in rows)
    chart = Chart(
        "changes",
        "How many people change",
        tuple(name for name, _ in rows),
        tuple(f"{people:,} ({share(people, total)})" for _, people in rows),
        (Series("People", tuple(float(people) for _, people in rows)),),
    )
    changes = Panel(
        id="changes",
        title="What changes",
        lead=f"Of {counted(total)}. One person can count in several bars.",
        headers=("What changes", "People", "Share"),
        rows=cells,
        chart=chart.svg(),
    )
    return Compared(
        lead=lead,
        old=comparison.old,
        new=comparison.new,
        changes=changes,
        grid=_grid(comparison),
        reasons=tuple(_groups(comparison)),
    )


def _grid(comparison: CohortComparison) -> Grid:
    people = {(move.old, move.new): move.people for move in comparison.moves}
    olds, news = (sorted({pair[i] for pair in people}, key=_place) for i in (0, 1))
    return Grid(
        heads=tuple(map(_words, news)),
        rows=tuple(
            (
                _words(old),
                tuple((f"{people[old, new]:,}" if (old, new) in people else "", old == new) for new in news),
            )
            for old in olds
        ),
    )


def _place(verdict: str) -> tuple[int, int, str]:
    kind, _, level = verdict.partition(": ")
    kinds = tuple(OUTCOMES)
    return (
        kinds.index(kind) if kind in kinds else len(kinds),
        LEVELS.index(level) if level in LEVELS else -1,
        verdict,
    )


def _words(verdict: str) -> str:
    return verdict.replace("_", " ").capitalize()


def _groups(comparison: CohortComparison) -> list[Mapping[str, Any]]:
    groups: list[Mapping[str, Any]] = []
    for kind, title in REASONS.items():
        reasons = [reason for reason in comparison.reasons if reason.kind == kind]
        if reasons:
            shown = tuple(_shown(reason, comparison.changed) for reason in reasons[:_MOST_REASONS])
            groups.append(
                {"id": kind.replace("_", "-"), "title": title, "shown": shown, "hidden": len(reasons) - len(shown)}
            )
    return groups


def _shown(reason: Reason, changed: int) -> Mapping[str, Any]:
    # Exercises follow from the rules before them: one person is enough to see it.
    few = reason.examples[:1] if reason.kind.startswith("exercise") else reason.examples
    examples = [
        {
            "who": ", ".join(f"{name} {value}" for name, value in example.kept.items()) or f"row {example.row:,}",
            "old": example.old,
            "new": example.new,
        }
        for example in few
    ]
    return {
        "title": reason.title or "Doses, or the order of the steps",
        "id": reason.id if reason.id != reason.title else "",
        "people": f"{reason.people:,}",
        "share": share(reason.people, changed),
        "examples": examples,
    }
