"""What other rules of programmes do: whether some report is decided less strictly than before.

A report is decided from facts alone, stage by stage. So a changed rule is tried with every case that its old and its
new condition could tell apart; a case in which a careful conclusion is lost, or something more is given, is run through
all rules of both packs before it is told. Programmes go on for weeks, and what is decided today is a fact of tomorrow:
here each decision is compared with the same facts before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, TypeAlias

import attrs

from psoas_rules.cells import Facts, cases_of
from psoas_rules.comparing.changes import Change
from psoas_rules.conditions import Value, holds
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import Rulebook
from psoas_rules.progressing import ProgressBook, ReadyRule
from psoas_rules.progression import ProgrammePlan, ProgressStage, ProgressThen, Worse

Strictness: TypeAlias = Literal["not_less_strict", "less_strict", "to_read"]
"""Whether every report is decided as strictly as before; `to_read` when a clinician has to judge it."""

_STRICTER: Final[Mapping[str, Literal["higher", "lower"]]] = {
    **dict.fromkeys(("growth", "easy_every", "easy_share", "repeat_share", "most_sets", "short_minutes"), "lower"),
    **dict.fromkeys(("hold_step_s", "walk_start_minutes", "walk_step_minutes", "walk_most_minutes"), "lower"),
    **dict.fromkeys(("days_to_level_2", "days_to_level_3", "repeat_days", "rest_days", "room_to_grow"), "higher"),
}
"""The numbers of a plan of which it is clear which way leaves less to do."""


@attrs.frozen
class Report:
    """Facts at the time of a report that are decided less strictly.

    Attributes:
        facts: What is known, by the names of facts; all the rest is not.
        told: The same in words, a line each.
        old: What followed.
        new: What follows now.
    """

    facts: Facts
    told: tuple[str, ...]
    old: tuple[str, ...]
    new: tuple[str, ...]


@attrs.frozen
class Judgement:
    """What is known about a change of the rules of programmes.

    Attributes:
        strictness: Whether every report is decided as strictly as before.
        why: Why, in a sentence.
        report: One that is decided less strictly, where the change is about a rule.
    """

    strictness: Strictness
    why: str
    report: Report | None = None


class Judge:
    """Judges changes of the rules of programmes from one pack to another.

    Args:
        old: The old rules.
        new: The new rules.
    """

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self._books = (old, new)

    def judge(self, change: Change) -> Judgement:
        """What is known about one change."""
        plans = tuple(book.pack.programme for book in self._books)
        progress = tuple(book.progress for book in self._books)
        if not all(plans) or not all(progress):
            return _to_read("Only one of the packs plans programmes.")
        if change.kind == "progress_rule":
            return _Rules(plans, progress).judge(change)  # type: ignore[arg-type]
        group, _, name = change.id.partition(".")
        if group == "numbers" and change.what == "changed" and name in _STRICTER:
            return _of_number(name, *(plan.number(name) for plan in plans if plan is not None))
        return _to_read("It shapes every programme, and no rule tells which way is the stricter one.")


def _to_read(why: str) -> Judgement:
    return Judgement("to_read", why)


def _of_number(name: str, before: float, after: float) -> Judgement:
    if (after > before) is (_STRICTER[name] == "higher"):
        return Judgement("not_less_strict", f"Programmes ask for no more: {name} is {after:g}, not {before:g}.")
    return Judgement("less_strict", f"Programmes may ask for more: {name} is {after:g}, not {before:g}.")


@attrs.frozen
class _Said:
    """What follows in one stage.

    Attributes:
        careful: Conclusions that hold somebody back, each in words, with the conclusion.
        more: Conclusions that give more.
        other: Conclusions that do neither, or nobody knows.
    """

    careful: Mapping[str, ProgressThen]
    more: frozenset[str]
    other: frozenset[str]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(sorted({*self.careful, *self.more, *self.other}))


class _Rules:
    """The rules of both packs, as far as they are about programmes."""

    def __init__(self, plans: tuple[ProgrammePlan, ProgrammePlan], books: tuple[ProgressBook, ProgressBook]) -> None:
        self._worse: Mapping[str, Worse] = {**plans[1].worse, **plans[0].worse}
        self._books = books
        self._lexicons = tuple(book.lexicon for book in books)
        self._good = _good_news(plans[1], books[1].lexicon)

    def judge(self, change: Change) -> Judgement:
        """What is known about a rule that is not as it was."""
        rules = tuple(
            next((rule for those in book.rules.values() for rule in those if rule.row.id == name), None)
            for book, name in zip(self._books, (change.was or change.id, change.id), strict=True)
        )
        stages = dict.fromkeys(rule.row.stage for rule in rules if rule is not None)
        if not stages:
            return Judgement("not_less_strict", "It was out of use, and is.")
        cases = cases_of([rule.when for rule in rules if rule is not None], *self._lexicons)
        if cases is None:
            return _to_read("There are too many cases to try them all.")
        unclear = False
        for facts in sorted(cases, key=len):
            alone = [_said([rule] if rule and holds(rule.when, facts) else [], self._worse) for rule in rules]
            if _less_strict(*alone):
                # What is not told can have a rule of its own, so it is tried with good news about all the rest, too.
                whole = (facts, {**self._good, **facts})
                report = next((r for stage in stages for those in whole if (r := self._report(stage, those))), None)
                if report is not None:
                    why = f"This is decided less strictly: {'; '.join(report.told) or 'nothing is known'}."
                    return Judgement("less_strict", why, report)
                unclear = True
            unclear = unclear or alone[0].other != alone[1].other
        if unclear:
            return _to_read("No report was found that is decided less strictly, and others may be.")
        return Judgement("not_less_strict", "Every report is decided as strictly as before, or more so.")

    def _report(self, stage: ProgressStage, facts: Facts) -> Report | None:
        """What all rules of both packs decide; None when the new ones are as strict."""
        old, new = (
            _said([rule for rule in book.rules[stage] if holds(rule.when, facts)], self._worse) for book in self._books
        )
        if not _less_strict(old, new):
            return None
        return Report(facts, tuple(self._told(facts)), old.words, new.words)

    def _told(self, facts: Facts) -> Iterator[str]:
        for fact, value in facts.items():
            lexicon = next(one for one in self._lexicons if fact in one.specs or fact.rpartition(".")[0] in one.specs)
            yield f"{lexicon.label(fact)}: {lexicon.spec(fact).text(value)}"


def _good_news(plan: ProgrammePlan, lexicon: Lexicon) -> dict[str, Value]:
    """The best there is of every answer of which it is known which way is worse, and everything done as planned.

    How many days something has gone on is left out: it is known only where something goes on.
    """
    found: dict[str, Value] = {}
    for fact, way in plan.worse.items():
        spec = lexicon.specs.get(fact)
        if spec is None:
            continue
        if spec.answer == "yes_no":
            found[fact] = way == "no"
        elif spec.kind in ("report", "today") and spec.minimum is not None and spec.maximum is not None:
            found[fact] = spec.minimum if way == "higher" else spec.maximum
    # The options of a choice stand from the best to the worst.
    choices = {key: list(question.options) for key, question in plan.report.items() if question.options}
    return found | {f"report.{key}": options[0] for key, options in choices.items()}


def _said(rules: Iterable[ReadyRule], worse: Mapping[str, Worse]) -> _Said:
    """What follows when these rules of one stage fire."""
    careful: dict[str, ProgressThen] = {}
    more: set[str] = set()
    other: set[str] = set()
    for rule in rules:
        then = rule.row.then
        for mark in then.marks:
            match worse.get(f"mark.{mark}"):
                case "yes":
                    careful[f"mark {mark}"] = ProgressThen(marks=(mark,))
                case "no":
                    more.add(f"mark {mark}")
                case _:
                    other.add(f"mark {mark}")
        if then.change == "progress":
            more.add("progress")
        elif then.change is not None:
            share = f" to {then.volume:g} of the work" if then.volume is not None else ""
            careful[f"{then.change}{share}"] = then
        if then.course is not None:
            _add_course(then, careful, more, other)
        for target in then.targets:
            careful[f"upkeep of {target}"] = ProgressThen(targets=(target,))
    if any(then.change for then in careful.values()):
        # A step up is taken only when nothing else is concluded.
        more.discard("progress")
    return _Said(careful, frozenset(more), frozenset(other))


def _add_course(then: ProgressThen, careful: dict[str, ProgressThen], more: set[str], other: set[str]) -> None:
    days = f" for {then.days} days" if then.days is not None else ""
    answers = "".join(f", {fact} taken as {value}" for fact, value in then.answers.items())
    words = f"{then.course}{days}{answers}"
    if then.course == "lengthen" or (then.course == "note" and then.answers):
        more.add(words)
    elif then.course == "note":
        if not then.targets:
            other.add(words)
    else:
        careful[words] = then


def _less_strict(old: _Said, new: _Said) -> bool:
    """Whether a careful conclusion is lost, or something is given that was not."""
    kept = all(any(_covers(now, then) for now in new.careful.values()) for then in old.careful.values())
    return not kept or not new.more <= old.more


def _covers(now: ProgressThen, then: ProgressThen) -> bool:
    """Whether a careful conclusion is at least as strict as another."""
    if then.marks or then.targets:
        return set(then.marks) <= set(now.marks) and set(then.targets) <= set(now.targets)
    if then.change is not None:
        if now.change == "substitute" or then.change == "hold":
            return now.change is not None
        return now.change == then.change and (now.volume or 0) <= (then.volume or 0)
    if now.course == "refer":
        return then.course != "refer" or then.answers.items() <= now.answers.items()
    if now.course == "pause" and then.course == "screen":
        return True
    return now.course == then.course and (now.days or 0) >= (then.days or 0)
