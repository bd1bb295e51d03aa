"""The plan of programmes holds together: all that the library reads is there, names exist, numbers make sense."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from string import Formatter
from typing import Final

from psoas_rules.facts import SECTIONS
from psoas_rules.hints import nearest, show
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import Reading, Rulebook
from psoas_rules.pack import DAYS_OF_A_WEEK
from psoas_rules.progressing import OF_A_DAY, OF_A_REPORT
from psoas_rules.progression import ProgrammePlan, QuestionAnswer, ReportQuestion
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.soundness.telling import Range, in_range, tell
from psoas_rules.yaml_reader import Path

FILE: Final = "programme.yaml"
NUMERIC: Final = ("scale", "number", "whole_number")

NUMBERS: Final[Mapping[str, tuple[float, float]]] = {
    "growth": (0, 1),
    "growth_weeks": (1, 52),
    "easy_every": (2, 52),
    "easy_share": (0.1, 1),
    "repeat_share": (0.1, 1),
    "repeat_days": (1, 60),
    "days_to_level_2": (0, 365),
    "days_to_level_3": (0, 365),
    "most_sets": (1, 10),
    "hold_step_s": (1, 60),
    "shortest_hold_s": (1, 60),
    "rest_days": (1, 60),
    "clear_pain_change": (1, 10),
    "short_minutes": (1, 240),
    "even_retests": (1, 10),
    "lately_days": (7, 365),
    "arrivals_a_week": (1, 10),
    "calm_days": (1, 60),
    "calm_reports": (1, 10),
    "most_weeks": (1, 520),
    "room_to_grow": (0, 0.5),
    "least_strengthening": (0, 10),
    "walk_start_minutes": (0, 240),
    "walk_step_minutes": (0, 60),
    "walk_most_minutes": (0, 240),
}
"""The numbers that the library reads, each with the range in which it makes sense."""

COUNTED: Final = frozenset(
    {
        *("growth_weeks", "easy_every", "repeat_days", "days_to_level_2", "days_to_level_3", "most_sets", "rest_days"),
        *(
            "lately_days",
            "arrivals_a_week",
            "calm_days",
            "calm_reports",
            "even_retests",
            "most_weeks",
            "least_strengthening",
        ),
    }
)
"""Those of the numbers that count something, so that they have no part behind the point."""

TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            *("easy_week", "easy_days", "after_break", "short_days", "eased", "paused", "screen_again", "stopped"),
            *("finished", "released", "rest", "resumed", "strict_now", "strict_over"),
        ),
        (),
    ),
    **dict.fromkeys(
        (
            *("hold", "returns", "maintain", "removed", "added", "even_again", "no_room_growth", "no_room_time"),
            *("at_the_top", "still_hurts", "waits_for_block", "not_in_it"),
        ),
        ("exercise",),
    ),
    "dose_now": ("dose",),
    "screen_open": ("asks",),
    **dict.fromkeys(("progress", "reduce", "regress", "clamped", "given_back"), ("exercise", "dose")),
    **dict.fromkeys(("progress_to", "regress_to", "swapped"), ("exercise", "to")),
    **dict.fromkeys(("rests", "waits_for_level"), ("exercise", "until")),
    **dict.fromkeys(("late", "known", "twice", "after_stop", "after_end"), ("day",)),
    "walk": ("minutes",),
    "one_sided": ("exercise", "side"),
}
"""The sentences that the library uses, each with what it fills in; all of that has to stand in it."""

_ANSWERS: Final[Mapping[str, QuestionAnswer]] = {
    "done": "choice",
    **dict.fromkeys(("effort", "pain", "morning_pain", "usual_pain"), "scale"),
    **dict.fromkeys(
        ("sharp", "form_kept", "too_easy", "lasted", "unwell", "poor_sleep", "low_energy", "fell", "missed"), "yes_no"
    ),
}
"""How the questions about exercises and days are answered."""
_DONE: Final = ("all", "some", "none")
_LEAST, _MOST = 0, 10
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")

_BLOCK: Final[tuple[Range, ...]] = (("weeks", 1, 520), ("level_max", 1, 3), ("days_max", 1, 7))
_RETEST: Final[tuple[Range, ...]] = (("week", 1, 520), ("every", 1, 520))
_WATCHED: Final[tuple[Range, ...]] = (("change", 0, 1_000), ("percent", 0, 1_000))
_FREQUENCY: Final[tuple[Range, ...]] = (("from_week", 1, 520), ("days", 1, 7))


def check_programme(reading: Reading, book: Rulebook) -> None:
    """The plan of programmes names what exists and has everything that the library reads."""
    if book.pack.programme is not None:
        _Checker(reading, book).plan(book.pack.programme)


class _Checker:
    """Checks one plan."""

    def __init__(self, reading: Reading, book: Rulebook) -> None:
        self.reading = reading
        self.pack = book.pack
        self.lexicon: Lexicon = book.lexicon if book.progress is None else book.progress.lexicon
        self.pack_facts = book.lexicon.specs
        self.sources = {source.id for source in self.pack.sources}

    def tell(self, path: Path, code: str, message: str) -> None:
        """Notes a problem."""
        tell(self.reading, FILE, path, code, message)

    def plan(self, plan: ProgrammePlan) -> None:
        """Checks all of it."""
        self._ids("mark", (((("marks", mark)), mark) for mark in plan.marks))
        self._questions("report", plan.report, OF_A_REPORT)
        self._questions("today", plan.today, OF_A_DAY)
        self._worse(plan)
        self._frequency(plan)
        self._patterns(plan)
        self._exercises(plan)
        self._blocks(plan)
        self._watched(plan)
        self._retests(plan)
        self._numbers(plan)
        self._texts(plan)

    def _required(self, known: Collection[str], given: Collection[str], path: Path, what: str) -> None:
        for name in known:
            if name not in given:
                self.tell(path, "missing-key", f"the {what} '{name}' is missing")

    def _strange(self, given: Iterable[str], known: Collection[str], path: Path) -> None:
        for name in given:
            if name not in known:
                self.tell((*path, name), "unknown-key", f"unknown key {show(name)}{nearest(name, known)}")

    def _sourced(self, sources: Collection[str], path: Path) -> None:
        if not sources:
            self.tell(path, "unsourced", f"name a source, or {EXPERT_CHOICE}")
        for i, name in enumerate(sources):
            if name not in self.sources:
                near = nearest(name, sorted(self.sources))
                self.tell((*path, i), "unknown-name", f"unknown source {show(name)}{near}")

    def _ids(self, what: str, placed: Iterable[tuple[Path, str]]) -> None:
        seen: set[str] = set()
        for path, name in placed:
            if not _ID.fullmatch(name):
                message = f"{show(name)} is not an id of a {what}: small letters, digits and _, a letter first"
                self.tell(path, "bad-id", message)
            if name in seen:
                self.tell(path, "duplicate-id", f"{show(name)} stands here twice; ids are unique")
            seen.add(name)

    def _questions(self, key: str, asked: Mapping[str, ReportQuestion], known: tuple[str, ...]) -> None:
        self._required(known, asked, (key,), "question")
        self._strange(asked, known, (key,))
        for name, question in asked.items():
            path: Path = (key, name)
            wanted = _ANSWERS.get(name)
            if wanted is not None and question.answer != wanted:
                self.tell((*path, "answer"), "bad-value", f"the answer to '{name}' is {wanted}, not {question.answer}")
            elif wanted == "scale" and (question.min, question.max) != (_LEAST, _MOST):
                self.tell(path, "bad-value", f"the answer to '{name}' is a scale from {_LEAST} to {_MOST}")
            elif wanted == "choice":
                self._required(_DONE, question.options, (*path, "options"), "option")
                self._strange(question.options, _DONE, (*path, "options"))

    def _worse(self, plan: ProgrammePlan) -> None:
        for name, way in plan.worse.items():
            path: Path = ("worse", name)
            spec = self.lexicon.specs.get(name)
            if spec is None:
                self.tell(path, "unknown-name", f"unknown fact {show(name)}{nearest(name, self.lexicon.specs)}")
            elif spec.answer != "yes_no" and way in ("yes", "no"):
                self.tell(path, "bad-value", f"'{name}' is no yes/no question; write higher or lower")
            elif spec.answer not in NUMERIC and way in ("higher", "lower"):
                self.tell(path, "bad-value", f"'{name}' is no number; write yes or no")

    def _frequency(self, plan: ProgrammePlan) -> None:
        person = self.pack_facts.get("person.experience")
        known = tuple(person.options) if person is not None else tuple(plan.frequency)
        self._required(known, plan.frequency, ("frequency",), "experience")
        self._strange(plan.frequency, known, ("frequency",))
        for name, steps in plan.frequency.items():
            path: Path = ("frequency", name)
            if not steps:
                self.tell(path, "empty", "the list is empty")
                continue
            weeks = [step.from_week for step in steps]
            if weeks[0] != 1:
                self.tell((*path, 0, "from_week"), "bad-value", f"from_week is {weeks[0]}; the first one is 1")
            for i, step in enumerate(steps):
                in_range(self.reading, FILE, (*path, i), step, _FREQUENCY)
                if i and step.from_week <= weeks[i - 1]:
                    message = f"from_week is {step.from_week}, not after {weeks[i - 1]}; put the weeks in order"
                    self.tell((*path, i, "from_week"), "bad-value", message)
                if str(step.days) not in plan.patterns:
                    message = f"there is no pattern for {step.days} days; add '{step.days}' to patterns"
                    self.tell((*path, i, "days"), "unknown-name", message)

    def _patterns(self, plan: ProgrammePlan) -> None:
        sound = [self._pattern(key, days, ("patterns", key)) for key, days in plan.patterns.items()]
        if not all(sound):
            return
        # On a change in the middle of a week a day could else follow on one that is over.
        in_order = sorted(plan.patterns.items(), key=lambda pair: int(pair[0]))
        for (key, days), (larger, more) in pairwise(in_order):
            if not set(days) <= set(more):
                message = f"take days of the pattern '{larger}', so that a change of the number leaves days between"
                self.tell(("patterns", key), "bad-value", message)

    def _pattern(self, key: str, days: tuple[int, ...], path: Path) -> bool:
        """Tells what is wrong with the days of one pattern; whether nothing is."""
        before = len(self.reading.issues)
        if key not in map(str, range(1, DAYS_OF_A_WEEK + 1)):
            self.tell(path, "bad-value", f"{show(key)} is no number of days; write '1' to '7'")
        elif len(days) != int(key):
            self.tell(path, "bad-value", f"this is for {key} days a week, but it names {len(days)}")
        for i, day in enumerate(days):
            if not 1 <= day <= DAYS_OF_A_WEEK:
                message = f"a week has no day {day}; days are from 1 to {DAYS_OF_A_WEEK}"
                self.tell((*path, i), "out-of-range", message)
        if list(days) != sorted(set(days)):
            self.tell(path, "bad-value", "each day stands once, and the days stand in order")
        # The week starts again after its last day, so the first day follows on it.
        elif any(day % DAYS_OF_A_WEEK + 1 in days for day in days):
            message = "two whole sessions stand on days that follow each other; leave a day between"
            self.tell(path, "bad-value", message)
        return len(self.reading.issues) == before

    def _exercises(self, plan: ProgrammePlan) -> None:
        known = [exercise.id for exercise in self.pack.exercises]
        named: list[tuple[Path, str]] = [(("kept_in_flares", i), name) for i, name in enumerate(plan.kept_in_flares)]
        facts = (("growing", plan.growing, "whole_number"), ("screen_when_over", plan.screen_when_over, "yes_no"))
        for key, those, answer in facts:
            for i, fact in enumerate(those):
                spec = self.lexicon.specs.get(fact)
                if spec is None:
                    self.tell((key, i), "unknown-name", f"unknown fact {show(fact)}{nearest(fact, self.lexicon.specs)}")
                elif spec.answer != answer:
                    self.tell((key, i), "bad-value", f"'{fact}' is answered with {spec.answer}, not with {answer}")
        named += [] if plan.walk is None else [(("walk",), plan.walk)]
        for path, name in named:
            if name not in known:
                self.tell(path, "unknown-name", f"unknown exercise {show(name)}{nearest(name, known)}")

    def _blocks(self, plan: ProgrammePlan) -> None:
        if not plan.blocks:
            self.tell(("blocks",), "empty", "the list is empty")
        self._ids("block", ((("blocks", i, "id"), block.id) for i, block in enumerate(plan.blocks)))
        for i, block in enumerate(plan.blocks):
            in_range(self.reading, FILE, ("blocks", i), block, _BLOCK)

    def _watched(self, plan: ProgrammePlan) -> None:
        seen: set[str] = set()
        for i, watched in enumerate(plan.watched):
            path: Path = ("watched", i)
            self._asked(watched.fact, (*path, "fact"), numeric=True)
            in_range(self.reading, FILE, path, watched, _WATCHED)
            if not watched.change and not watched.percent:
                message = "nothing says from when on a change is real; write change or percent, above 0"
                self.tell(path, "missing-key", message)
            if watched.fact in seen:
                self.tell((*path, "fact"), "duplicate-id", f"'{watched.fact}' is watched twice; once is enough")
            seen.add(watched.fact)
            self._sourced(watched.sources, (*path, "sources"))

    def _asked(self, fact: str, path: Path, *, numeric: bool = False) -> None:
        known = [name for name, spec in self.pack_facts.items() if spec.kind in SECTIONS and spec.derive is None]
        if fact not in known:
            self.tell(path, "unknown-name", f"unknown fact {show(fact)}{nearest(fact, known)}")
        elif numeric and self.pack_facts[fact].answer not in NUMERIC:
            self.tell(path, "bad-value", f"'{fact}' is no number, so no change of it can be measured")

    def _retests(self, plan: ProgrammePlan) -> None:
        weeks: set[int] = set()
        for i, retest in enumerate(plan.retests):
            path: Path = ("retests", i)
            in_range(self.reading, FILE, path, retest, _RETEST)
            if retest.week in weeks:
                self.tell((*path, "week"), "duplicate-id", f"week {retest.week} stands here twice; put them together")
            weeks.add(retest.week)
            if not retest.ask:
                self.tell((*path, "ask"), "empty", "the list is empty")
            for j, fact in enumerate(retest.ask):
                self._asked(fact, (*path, "ask", j))

    def _numbers(self, plan: ProgrammePlan) -> None:
        self._required(tuple(NUMBERS), plan.numbers, ("numbers",), "number")
        for name, number in plan.numbers.items():
            path: Path = ("numbers", name)
            low, high = NUMBERS.get(name, (number.value, number.value))
            in_range(self.reading, FILE, path, number, (("value", low, high),))
            if name in COUNTED and number.value != int(number.value):
                self.tell((*path, "value"), "bad-value", f"{number.value:g} is not a whole number")
            self._sourced(number.sources, (*path, "sources"))

    def _texts(self, plan: ProgrammePlan) -> None:
        self._required(tuple(TEXTS), plan.texts, ("texts",), "text")
        for name, text in plan.texts.items():
            wanted = TEXTS.get(name)
            if wanted is None:
                continue
            found = tuple(gaps(text))
            for gap in found:
                if gap not in wanted:
                    may = " and ".join(f"{{{one}}}" for one in wanted) or "nothing"
                    message = f"{{{gap}}} cannot be filled in here; filled in is {may}"
                    self.tell(("texts", name), "unknown-name", message)
            for one in wanted:
                if one not in found:
                    self.tell(("texts", name), "bad-value", f"the sentence does not name it; write {{{one}}} in it")


def gaps(text: str) -> Iterator[str]:
    """What stands in braces in a sentence; the sentence itself where its braces cannot be read."""
    try:
        for _, name, form, conversion in Formatter().parse(text):
            if name is not None:
                # A form, such as a width, belongs to no name: it is told as a gap that nobody fills.
                yield f"{name}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}"
    except ValueError:
        yield show(text)
