"""The interview asks for what the pack knows, and its shares and seconds make sense."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, get_args

from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.hints import nearest, show
from psoas_rules.loading import Reading, Rulebook
from psoas_rules.pack import LEVELS, AnswerKind, InterviewPlan, Rates
from psoas_rules.soundness.telling import tell
from psoas_rules.yaml_reader import Path

FILE: Final = "interview.yaml"

REASONS: Final = (
    *LEVELS[1:],
    *("excludes", "limits", "tight", "weak", "both", "person", "advice", "session", "screening", "leads_on", "tests"),
)
"""What an answer can decide."""

_KINDS: Final = (*get_args(AnswerKind), "screen", "group", "group_member", "self_test")
_NUMERIC: Final = ("scale", "number", "whole_number")
_LISTS: Final = ("many", "names")
_LONGEST_S: Final = 3_600
_FEWEST, _MOST = 2, 6
_SLACK: Final = 0.011
"""Shares that were rounded to hundredths need not make exactly one."""


class _Checker:
    """Checks one interview file."""

    def __init__(self, reading: Reading, book: Rulebook) -> None:
        self.reading = reading
        self.pack = book.pack
        self.specs: dict[str, FactSpec] = {
            f"{SECTIONS[spec.kind]}.{spec.key}": spec for spec in book.lexicon.specs.values() if spec.kind in SECTIONS
        }
        self.measures = [item.id for item in book.pack.measures]

    def tell(self, path: Path, code: str, message: str) -> None:
        """Notes a problem."""
        tell(self.reading, FILE, path, code, message)

    def known(self, what: str, given: Iterable[object], known: Collection[str], path: Path) -> None:
        """Complains about every name that is not known; a mapping is told at its keys, a list at its entries."""
        for i, name in enumerate(given):
            if name not in known:
                here = (*path, str(name) if isinstance(given, Mapping) else i)
                self.tell(here, "unknown-name", f"unknown {what} {show(name)}{nearest(name, sorted(known))}")

    def between(self, numbers: Mapping[str, float], path: Path, low: float, high: float) -> None:
        """Complains about every number outside its range."""
        for name, value in numbers.items():
            if not low <= value <= high:
                self.tell((*path, name), "out-of-range", f"{name} is {value:g}; it must be from {low:g} to {high:g}")

    def plan(self, plan: InterviewPlan) -> None:
        """Checks all of it."""
        self._together(plan)
        tests = plan.home_tests
        self.known("measure", tests.needs, self.measures, ("home_tests", "needs"))
        for name, needs in tests.needs.items():
            for i, things in enumerate(needs):
                equipment = self.pack.vocabulary.equipment
                self.known("equipment", things, equipment, ("home_tests", "needs", name, i))
        parts = [part for item in self.pack.measures for part in item.parts]
        self.known("part of a measure", tests.without_number, parts, ("home_tests", "without_number"))
        if plan.wishes is not None:
            deniable = [one.id for one in self.pack.preferences if one.answer in (*_LISTS, "yes_no")]
            self.known("list or yes/no preference", plan.wishes.denies, deniable, ("wishes", "denies"))
        if "{label}" not in plan.clearance:
            self.tell(("clearance",), "bad-value", "the question does not name the condition; write {label} in it")
        self.known("reason", plan.reasons, REASONS, ("reasons",))
        self.known("kind of answer", plan.seconds.kinds, _KINDS, ("seconds", "kinds"))
        self.known("measure", plan.seconds.tests, self.measures, ("seconds", "tests"))
        self.between(plan.seconds.kinds, ("seconds", "kinds"), 1, _LONGEST_S)
        self.between(plan.seconds.tests, ("seconds", "tests"), 1, _LONGEST_S)
        sources = {source.id for source in self.pack.sources}
        self.known("source", plan.seconds.sources, sources, ("seconds", "sources"))
        self.known("source", plan.rates.sources, sources, ("rates", "sources"))
        self._rates(plan.rates)

    def _together(self, plan: InterviewPlan) -> None:
        asked: dict[str, str] = {}
        ids: set[str] = set()
        signs = {name.partition(".")[2]: spec for name, spec in self.specs.items() if spec.kind == "sign"}
        for i, group in enumerate(plan.together):
            path: Path = ("together", i)
            if group.id in ids:
                self.tell((*path, "id"), "duplicate-id", f"{show(group.id)} stands here twice; ids are unique")
            ids.add(group.id)
            self.known("sign", group.signs, signs, (*path, "signs"))
            if not _FEWEST <= len(group.signs) <= _MOST:
                message = f"{len(group.signs)} signs in one question; it must be from {_FEWEST} to {_MOST}"
                self.tell((*path, "signs"), "bad-value", message)
            for j, sign in enumerate(group.signs):
                if sign in signs and signs[sign].answer != "yes_no":
                    self.tell((*path, "signs", j), "bad-value", f"'{sign}' is no yes/no question; ask it alone")
                if asked.setdefault(sign, group.id) != group.id:
                    message = f"'{sign}' is asked in '{asked[sign]}' already; once is enough"
                    self.tell((*path, "signs", j), "entry-twice", message)

    def _rates(self, rates: Rates) -> None:
        shares = {"not_sure": rates.not_sure, "not_sure_of_danger": rates.not_sure_of_danger}
        shares |= {"does_tests": rates.does_tests, "both_sides": rates.both_sides, "cleared": rates.cleared}
        self.between(shares, ("rates",), 0, 1)
        self.known("measure", rates.can_do, self.measures, ("rates", "can_do"))
        self.between(rates.can_do, ("rates", "can_do"), 0, 1)
        self.between(rates.yes, ("rates", "yes"), 0, 1)
        for key, kinds, what in (
            ("yes", ("yes_no",), "yes/no question"),
            ("options", ("choice",), "question with options"),
            ("numbers", _NUMERIC, "question for a number"),
            ("lists", _LISTS, "question for a list"),
        ):
            known = [name for name, spec in self.specs.items() if spec.answer in kinds and spec.derive is None]
            self.known(what, getattr(rates, key), known, ("rates", key))
        for name, options in rates.options.items():
            self._options(name, options)
        for name, entries in rates.lists.items():
            known = [*self.specs[name].options, "usual"] if name in self.specs else list(entries)
            self.known("entry", entries, known, ("rates", "lists", name))
            self.between(entries, ("rates", "lists", name), 0, 1)
        for name in rates.numbers:
            self._bands(name, rates)

    def _options(self, name: str, options: Mapping[str, float]) -> None:
        path: Path = ("rates", "options", name)
        if name in self.specs:
            self.known("option", options, self.specs[name].options, path)
        self.between(options, path, 0, 1)
        self._whole(options.values(), path)

    def _bands(self, name: str, rates: Rates) -> None:
        spec = self.specs.get(name)
        for i, band in enumerate(rates.numbers[name]):
            path: Path = ("rates", "numbers", name, i)
            low = spec.minimum if spec is not None else None
            high = spec.maximum if spec is not None else None
            if band.least > band.most:
                self.tell((*path, "most"), "out-of-range", f"most is {band.most:g}, below least, {band.least:g}")
            if (low is not None and band.least < low) or (high is not None and band.most > high):
                message = f"{band.least:g} to {band.most:g} is not within {low:g} to {high:g}, as the answer is"
                self.tell((*path, "least"), "out-of-range", message)
        self._whole((band.share for band in rates.numbers[name]), ("rates", "numbers", name))

    def _whole(self, shares: Iterable[float], path: Path) -> None:
        total = sum(shares)
        if abs(total - 1) > _SLACK:
            self.tell(path, "out-of-range", f"the shares make {total:g}; together they must make 1")


def check_interview(reading: Reading, book: Rulebook) -> None:
    """Every name in the interview is known, and every number is in its range."""
    if book.pack.interview is not None:
        _Checker(reading, book).plan(book.pack.interview)
