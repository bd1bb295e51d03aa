"""The parts of the report: each a title, a sentence, a plot and the table of the same numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, Literal, TypeAlias

import attrs
from markupsafe import Markup

from psoas_rules.cohort.report.charts import Chart, Series
from psoas_rules.cohort.report.wording import CONFIDENCE, OUTCOMES, counted, share
from psoas_rules.cohort.tallying import Tally
from psoas_rules.cohort.unanswered import Unanswered
from psoas_rules.facts import SECTIONS
from psoas_rules.legible import legible
from psoas_rules.pack import LEVELS, PROFILES, STAGES, Stage
from psoas_rules.recommender import Recommender

MOST_BARS: Final = 15
_BIN: Final = 5
_PROFILING: Final[tuple[Stage, ...]] = ("evidence", "profile")
_FOLLOW_UP: Final = (f"{SECTIONS['detail']}.", f"{SECTIONS['cleared']}.")
"""Questions that only some people are asked: they would always seem to be left out most."""

Cells: TypeAlias = tuple[str | tuple[str, ...], ...]
"""One row of a table."""


@attrs.frozen(kw_only=True)
class Panel:
    """One part of the page.

    Attributes:
        id: Its anchor.
        title: Its heading.
        lead: What it shows and of whom.
        headers: Heads of the columns.
        rows: The cells; the first of each row names it. A cell of several texts is a list.
        more: Further rows, shown on request.
        below: What the second cell of each row is, when it is shown below the first: an id, or a sentence.
        chart: The plot.
    """

    id: str
    title: str
    lead: str
    headers: tuple[str, ...]
    rows: tuple[Cells, ...]
    more: tuple[Cells, ...] = ()
    below: Literal["", "id", "words"] = ""
    chart: Markup | None = None


def panels(tally: Tally, recommender: Recommender, asked: Sequence[Unanswered]) -> tuple[Panel, ...]:
    """All parts for which there are numbers, in the order of the page."""
    made = (
        _outcomes(tally),
        _triage(tally, recommender),
        _patterns(tally, recommender),
        _minutes(tally),
        _exercises(tally, recommender),
        _excluded(tally, recommender),
        _open(asked),
        _rules(tally, recommender),
        _evidence(tally, recommender),
        _unanswered(asked),
        _problems(tally),
    )
    return tuple(panel for panel in made if panel is not None)


def _bars(name: str, title: str, rows: Sequence[tuple[str, int]], total: int) -> Markup:
    labels = tuple(legible(label) for label, _ in rows)
    numbers = tuple(f"{count:,} ({share(count, total)})" for _, count in rows)
    return Chart(name, title, labels, numbers, (Series("People", tuple(float(count) for _, count in rows)),)).svg()


def _counts(
    name: str, title: str, lead: str, head: str, rows: Sequence[tuple[tuple[str, ...], int]], *, total: int
) -> Panel | None:
    """A part with one bar for each row; a row has its label, further words for the table, and how many people."""
    if not rows:
        return None
    heads, *further = head.split("|")
    rows = [((_capital(words[0]), *words[1:]), count) for words, count in rows]
    cells = tuple((*words, f"{count:,}", share(count, total)) for words, count in rows)
    return Panel(
        id=name,
        title=title,
        lead=lead,
        headers=(heads, *further, "People", "Share"),
        rows=cells[:MOST_BARS],
        more=cells[MOST_BARS:],
        below="id" if further == ["Id"] else "words" if further else "",
        chart=_bars(name, title, [(words[0], count) for words, count in rows[:MOST_BARS]], total),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _outcomes(tally: Tally) -> Panel | None:
    rows = [(words, tally.outcomes.get(kind, 0)) for kind, words in OUTCOMES.items()]
    lead = f"Of {counted(tally.rows)}."
    return _counts(
        "outcomes", "Outcomes", lead, "Outcome|What it means", rows if tally.outcomes else [], total=tally.rows
    )


def _triage(tally: Tally, recommender: Recommender) -> Panel | None:
    texts = recommender.pack.info.texts.levels
    levels = _in_order(set(tally.triage), LEVELS)
    rows = [((level.replace("_", " "), texts.get(level, "")), tally.triage[level]) for level in levels]
    lead = f"Of {counted(sum(tally.triage.values()))} with a routine or a referral."
    return _counts("triage", "Triage", lead, "Level|What people read", rows, total=sum(tally.triage.values()))


def _patterns(tally: Tally, recommender: Recommender) -> Panel | None:
    if not tally.patterns:
        return None
    people = {(one.profile, one.confidence): one.people for one in tally.patterns}
    texts = recommender.pack.info.texts.profiles
    kinds = _in_order({one.profile for one in tally.patterns}, PROFILES)
    sure = _in_order({one.confidence for one in tally.patterns}, CONFIDENCE)
    sums = {kind: sum(people.get((kind, each), 0) for each in sure) for kind in kinds}
    total = sum(sums.values())
    series = tuple(Series(_capital(each), tuple(float(people.get((kind, each), 0)) for kind in kinds)) for each in sure)
    numbers = tuple(f"{sums[kind]:,} ({share(sums[kind], total)})" for kind in kinds)
    return Panel(
        id="profiles",
        title="Profiles",
        lead="The pattern that the answers fit, with high, medium or low confidence: "
        f"of {counted(total)} with a routine.",
        headers=("Profile", "What people read", *map(_capital, sure), "People", "Share"),
        below="words",
        rows=tuple(
            (
                _capital(kind),
                texts.get(kind, ""),
                *(f"{people.get((kind, each), 0):,}" for each in sure),
                f"{sums[kind]:,}",
                share(sums[kind], total),
            )
            for kind in kinds
        ),
        chart=Chart("profiles", "Profiles by confidence", tuple(map(_capital, kinds)), numbers, series).svg(),
    )


def _in_order(found: set[str], known: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(found, key=lambda name: (known.index(name) if name in known else len(known), name)))


def _minutes(tally: Tally) -> Panel | None:
    total = sum(tally.minutes.values())
    binned = groupby(sorted(tally.minutes.items()), key=lambda each: (each[0] - 1) // _BIN)
    rows = [
        ((f"{place * _BIN + 1} to {(place + 1) * _BIN} minutes",), sum(count for _, count in each))
        for place, each in binned
    ]
    return _counts(
        "minutes", "Length of the routines", f"Of {counted(total)} with a routine.", "Length", rows, total=total
    )


def _exercises(tally: Tally, recommender: Recommender) -> Panel | None:
    if not tally.given and not tally.left_out:
        return None
    names = {exercise.id: exercise.name for exercise in recommender.pack.exercises}
    order = [*tally.given, *(name for name in tally.left_out if name not in tally.given)]
    total = tally.outcomes.get("routine", 0) or max(tally.given.values(), default=0)
    rows = tuple(
        (
            names.get(name, name),
            f"{tally.given.get(name, 0):,}",
            share(tally.given.get(name, 0), total),
            f"{tally.left_out.get(name, 0):,}",
        )
        for name in order
    )
    top = [(names.get(name, name), count) for name, count in list(tally.given.items())[:MOST_BARS]]
    return Panel(
        id="exercises",
        title="Exercises",
        lead=f"The exercises given most often, of {counted(total)} with a routine. "
        "Left out: it would have come next, and something spoke against it.",
        headers=("Exercise", "Given to", "Share of routines", "Left out for"),
        rows=rows[:MOST_BARS],
        more=rows[MOST_BARS:],
        chart=_bars("exercises", "Exercises given most often", top, total) if top else None,
    )


def _excluded(tally: Tally, recommender: Recommender) -> Panel | None:
    words = recommender.pack.vocabulary.properties
    rows = [((words.get(name, name),), count) for name, count in tally.excluded.items()]
    lead = f"What rules took out of routines, of {counted(tally.rows)}. One person can count in several bars."
    return _counts("excluded", "Excluded movements", lead, "Movement", rows, total=tally.rows)


def _open(asked: Sequence[Unanswered]) -> Panel | None:
    found = sorted((one for one in asked if one.required and one.people), key=_most_first)
    total = asked[0].rows if asked else 0
    lead = (
        f"Questions that safety hangs on and that were left open, of {counted(total)}. "
        "There is no routine without them; a group of questions that was denied is not open."
    )
    rows = [((one.label, one.answer), one.people) for one in found]
    return _counts("open", "Open safety questions", lead, "Question|Id", rows, total=total)


def _most_first(one: Unanswered) -> tuple[int, str]:
    return -one.people, one.answer


def _rules(tally: Tally, recommender: Recommender) -> Panel | None:
    lead = f"Rules of safety and dose, of {counted(tally.rows)}. One person can count in several bars."
    rows = _fired(tally, recommender, [stage for stage in STAGES if stage not in _PROFILING])
    return _counts("rules", "Rules that fired", lead, "Rule|Id", rows, total=tally.rows)


def _evidence(tally: Tally, recommender: Recommender) -> Panel | None:
    lead = f"Answers that gave points for or against a pattern, of {counted(tally.rows)}."
    rows = _fired(tally, recommender, _PROFILING)
    return _counts("evidence", "What the profiles rest on", lead, "Answer|Id", rows, total=tally.rows)


def _fired(tally: Tally, recommender: Recommender, stages: Collection[Stage]) -> list[tuple[tuple[str, ...], int]]:
    """The rules of some stages that fired. What puts a session together is no rule of the pack, and not among them."""
    titles = {
        rule.id: f"{rule.title} ({rule.side})" if rule.side else rule.title
        for rule in recommender.rules
        if rule.stage in stages
    }
    return [((titles[rule], rule), count) for rule, count in tally.fired.items() if rule in titles]


def _unanswered(asked: Sequence[Unanswered]) -> Panel | None:
    if not asked:
        return None
    others = [one for one in asked if one.people and not one.required]
    there = sorted((one for one in others if one.asked), key=_most_first)
    absent = [one for one in others if not one.asked]
    rows = asked[0].rows
    usual = [one for one in there if not one.answer.startswith(_FOLLOW_UP)]
    top = usual[:MOST_BARS]
    rest = [*(one for one in there if one not in top), *absent]
    return Panel(
        id="unanswered",
        title="Other unanswered questions",
        lead=f"What people left open most often, of {counted(rows)}. "
        f"{_absent(len(absent))} What only follows from other answers is in the longer list.",
        headers=("Question", "Name", "Unanswered", "Share"),
        below="id",
        rows=tuple(_cells(top)),
        more=tuple(_cells(rest)),
        chart=_bars("unanswered", "Unanswered questions", [(one.label, one.people) for one in top], rows)
        if top
        else None,
    )


def _absent(count: int) -> str:
    if not count:
        return "There was a column for every question."
    return f"For {count} question{'s' if count > 1 else ''} the table had no column."


def _cells(asked: Iterable[Unanswered]) -> Iterator[Cells]:
    for one in asked:
        yield one.label, one.answer, f"{one.people:,}", share(one.people, one.rows)


def _problems(tally: Tally) -> Panel | None:
    if not tally.problems:
        return None
    invalid = tally.outcomes.get("invalid", 0)
    rows = tuple((one.column, f"{one.people:,}", one.examples) for one in tally.problems)
    return Panel(
        id="problems",
        title="Answers that could not be read",
        lead=f"They left {counted(invalid)} without an outcome. Everybody else was decided.",
        headers=("Column", "People", "For example"),
        rows=rows[: 2 * MOST_BARS],
        more=rows[2 * MOST_BARS :],
    )
