"""From the rules of a programme to conditions: the facts that they may read, and the rules made ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from string import Formatter
from typing import Final

import attrs

from psoas_rules.conditions import Condition, facts_read
from psoas_rules.facts import FACT_KINDS, FactKind, FactSpec
from psoas_rules.hints import nearest, show
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import PHASES, Pack
from psoas_rules.progression import PROGRESS_STAGES, ProgressRule, ProgressStage, ReportQuestion
from psoas_rules.rulebook import Path, TreeReader

PROGRESS_KINDS: Final[tuple[FactKind, ...]] = (
    "report",
    "today",
    "mark",
    "in_a_row",
    "this_week",
    "lately",
    "anywhere_today",
    "anywhere_this_week",
    "days_lately",
    "course",
    "retest",
)
"""The kinds of facts that only rules of programmes read."""

COUNTS_OF_MARKS: Final[tuple[FactKind, ...]] = (
    "in_a_row",
    "this_week",
    "lately",
    "anywhere_today",
    "anywhere_this_week",
    "days_lately",
)
"""The kinds that count marks: what was before, and the present report if it has the mark."""

OF_A_REPORT: Final = ("done", "effort", "pain", "sharp", "morning_pain", "form_kept", "too_easy")
"""What a report of an exercise answers; the plan of the pack has the questions."""

OF_A_DAY: Final = ("usual_pain", "lasted", "unwell", "poor_sleep", "low_energy", "fell", "missed")
"""What a report of a day answers."""

_ONLY_AFTER: Final[Mapping[FactKind, tuple[ProgressStage, ...]]] = {
    "report": ("report", "exercise"),
    "mark": ("exercise",),
    "in_a_row": ("exercise",),
    "this_week": ("exercise",),
    "lately": ("exercise",),
    "anywhere_today": ("programme", "exercise"),
    "anywhere_this_week": ("programme", "exercise"),
    "days_lately": ("programme", "exercise"),
}
"""The stages in which facts of a kind are known; the other kinds are known in all."""

SAYABLE: Final = ("exercise", "to", "until")
"""What a sentence of a rule may name besides the facts that the rule reads."""

ComplainInFile = Callable[[str, Path, str, str], None]


@attrs.frozen
class ReadyRule:
    """A rule of a programme, ready to run.

    Attributes:
        id: Its id in traces.
        row: The rule as written.
        when: Its condition.
        reads: Names of the facts that it looks at.
    """

    id: str
    row: ProgressRule
    when: Condition
    reads: tuple[str, ...]


@attrs.frozen
class ProgressBook:
    """The rules of programmes of one pack, made ready.

    Attributes:
        lexicon: Every fact that they may read: those of the pack and those of programmes.
        rules: For each stage its rules, in the order of the pack.
    """

    lexicon: Lexicon
    rules: Mapping[ProgressStage, tuple[ReadyRule, ...]]


def progress_book(pack: Pack, lexicon: Lexicon, complain: ComplainInFile) -> ProgressBook | None:
    """The rules of programmes; None for a pack without a plan. `complain` gets every problem."""
    if pack.programme is None:
        for rule in pack.progress:
            complain(_file(rule), (), "missing-file", "programme.yaml is missing; rules of programmes need a plan")
        return None
    specs = {**lexicon.specs, **{spec.name: spec for spec in _specs(pack, lexicon.specs)}}
    whole = Lexicon(specs, (), {}, {})
    ready: dict[ProgressStage, list[ReadyRule]] = {stage: [] for stage in PROGRESS_STAGES}
    for rule in pack.progress:
        one = _ready(rule, whole, complain)
        if one is not None:
            ready[rule.stage].append(one)
    return ProgressBook(whole, {stage: tuple(rules) for stage, rules in ready.items()})


def _file(rule: ProgressRule) -> str:
    return f"progress/{rule.id}.yaml"


def _ready(rule: ProgressRule, lexicon: Lexicon, complain: ComplainInFile) -> ReadyRule | None:
    file = _file(rule)
    reader = TreeReader(lexicon, lambda path, code, message: complain(file, path, code, message), _KINDS)
    authored = reader.read(rule.when, ("when",))
    if authored is None or rule.status == "retired":
        return None
    if authored.sided(lexicon):
        complain(file, ("when",), "side-open", "a fact with sides is read; say side: any, both, left or right")
        return None
    when = authored.resolve(lexicon, None)
    reads = facts_read(when)
    sound = True
    for fact in reads:
        kind = lexicon.spec(fact).kind
        if rule.stage not in _ONLY_AFTER.get(kind, PROGRESS_STAGES):
            complain(file, ("when",), "too-early", f"'{fact}' is not known in the stage '{rule.stage}'")
            sound = False
    keys = {lexicon.spec(fact).key for fact in reads}
    for name in _braces(rule.say or ""):
        if name not in (*SAYABLE, *keys):
            message = f"{{{name}}} cannot be filled in{nearest(name, (*SAYABLE, *keys))}; the rule does not read it"
            complain(file, ("say",), "unknown-name", message)
            sound = False
    return ReadyRule(f"progress.{rule.id}", rule, when, reads) if sound else None


_KINDS: Final = (*FACT_KINDS, *PROGRESS_KINDS)


def _braces(text: str) -> Iterator[str]:
    try:
        yield from (name for _, name, _, _ in Formatter().parse(text) if name is not None)
    except ValueError:
        yield show(text)


def _specs(pack: Pack, pack_specs: Mapping[str, FactSpec]) -> Iterator[FactSpec]:
    """Every fact of programmes."""
    plan = pack.programme
    assert plan is not None
    for watched in plan.watched:
        known = pack_specs.get(watched.fact)
        if known is not None:
            label = f"Change since the start: {known.label}"
            yield FactSpec(
                f"retest.{known.key}_change",
                "retest",
                label,
                "number",
                "",
                known.unit,
                -10_000,
                10_000,
                {},
                known.sided,
            )
    yield from (_asked("report", key, question) for key, question in plan.report.items())
    yield from (_asked("today", key, question) for key, question in plan.today.items())
    yield _number("report", "morning_rise", "Pain the next morning above the usual", "points", least=-10)
    yield _count("report", "level", "Level of the exercise")
    yield _choice("report", "phase", "Part of the session", PHASES)
    for mark, meaning in plan.marks.items():
        yield FactSpec(f"mark.{mark}", "mark", meaning, "yes_no")
        yield _count("in_a_row", mark, f"Sessions in a row: {meaning}")
        yield _count("this_week", mark, f"Sessions in seven days: {meaning}")
        yield _count("lately", mark, f"Sessions lately: {meaning}")
        yield _count("days_lately", mark, f"Days lately: {meaning}")
        yield _count("anywhere_today", mark, f"Exercises of the day: {meaning}")
        yield _count("anywhere_this_week", mark, f"Reports in seven days: {meaning}")
    yield from _of_the_course()
    yield _count("retest", "count", "Re-tests so far")
    yield _count("retest", "days", "Days since the last re-test", "days")
    yield FactSpec("retest.improved", "retest", "Some test shows a real change for the better", "yes_no")
    yield FactSpec("retest.worse", "retest", "Some test shows a real change for the worse", "yes_no")


def _of_the_course() -> Iterator[FactSpec]:
    yield _count("course", "week", "Week of the programme")
    yield _count("course", "days_off", "Days without a session", "days")
    yield _count("course", "skipped", "Sessions missed in a row")
    yield _count("course", "done", "Sessions done in a row")
    yield _count("course", "sessions", "Sessions done so far")
    yield _count("course", "days_at_level", "Days at this level", "days")
    yield _count("course", "flare_days", "Days since a flare that has not settled", "days")
    yield _count("course", "flares_lately", "Flares lately")
    yield FactSpec("course.done_today", "course", "A session was done today", "yes_no")
    yield FactSpec("course.session_tomorrow", "course", "A whole session is planned for tomorrow", "yes_no")
    yield _count("course", "days_since_flare", "Days since the last flare", "days")
    yield _count("course", "worse_days", "Days with clearly more pain than at the start", "days")
    yield _count("course", "unwell_days", "Days of feeling unwell", "days")
    yield _number("course", "adherence", "Share of the sessions that were done", "percent")
    yield FactSpec("course.flare", "course", "A flare has not settled", "yes_no")
    yield FactSpec("course.easing", "course", "The doses are halved for now", "yes_no")
    yield FactSpec("course.short", "course", "The short version is on", "yes_no")
    yield FactSpec("course.strict_pain", "course", "Strict limits for pain apply", "yes_no")


def _asked(kind: FactKind, key: str, question: ReportQuestion) -> FactSpec:
    return FactSpec(
        f"{kind}.{key}",
        kind,
        question.label,
        question.answer,
        question.ask,
        None,
        question.min,
        question.max,
        question.options,
    )


def _count(kind: FactKind, key: str, label: str, unit: str | None = None) -> FactSpec:
    return FactSpec(f"{kind}.{key}", kind, label, "whole_number", "", unit, 0, 10_000)


def _number(kind: FactKind, key: str, label: str, unit: str, *, least: float = 0) -> FactSpec:
    return FactSpec(f"{kind}.{key}", kind, label, "number", "", unit, least, 10_000)


def _choice(kind: FactKind, key: str, label: str, options: Iterable[str]) -> FactSpec:
    return FactSpec(f"{kind}.{key}", kind, label, "choice", options={option: option for option in options})
