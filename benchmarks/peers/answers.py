"""From an intake to facts, by hand: one small reader for each question, made once for the pack."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from psoas_rules import Intake, Pack
from psoas_rules.errors import IntakeError, Problem
from psoas_rules.facts import FactSpec
from psoas_rules.lexicon import Lexicon

UNKNOWN = (None, "unknown", "not_sure")
SECTIONS = {
    "signs": "sign",
    "measures": "measure",
    "red_flags": "red_flag",
    "conditions": "condition",
    "details": "detail",
    "clearances": "cleared",
    "preferences": "preference",
}

Facts = dict[str, Any]
Reader = Callable[[Any], Any]


class Answers:
    """Reads intakes for one pack."""

    def __init__(self, pack: Pack, lexicon: Lexicon) -> None:
        self.exercises = _names(pack)
        self.questions = [
            (
                section,
                {
                    spec.key: (spec, spec.facts(), self._reader(spec))
                    for spec in lexicon.specs.values()
                    # What is worked out from measures is no question, nor is an entry of a list.
                    if spec.kind == kind and spec.derive is None and "." not in spec.key
                },
            )
            for section, kind in SECTIONS.items()
        ]
        self.age = self._reader(lexicon.specs["person.age"])
        self.experience = self._reader(lexicon.specs["person.experience"])
        self.required = lexicon.required
        self.denied: Facts = dict.fromkeys(lexicon.required, False)
        self.groups = dict(lexicon.groups)
        self.ages = lexicon.ages
        self.derived = [
            (f"{s.kind}.{s.derive.of}.left", f"{s.kind}.{s.derive.of}.right", s.derive.how, s.facts())
            for s in lexicon.specs.values()
            if s.derive is not None
        ]
        self.derives = {fact for left, right, _, _ in self.derived for fact in (left, right)}

    def read(self, intake: Intake) -> tuple[Facts, list[str]]:
        """The facts, and which of them are not as usual (every safety question denied, nothing else known).

        Raises:
            IntakeError: listing every answer that cannot be read.
        """
        given: Facts = {}
        unknown: list[str] = []
        problems: list[Problem] = []
        for section, questions in self.questions:
            answers = getattr(intake, section)
            if answers:
                for key, answer in answers.items():
                    try:
                        self._answer(questions[key], answer, given, unknown)
                    except (KeyError, TypeError, ValueError) as error:
                        problems.append(Problem(f"{section}.{key}", f"cannot be read: {error}"))
        person = intake.person
        for fact, read, answer in (
            ("person.age", self.age, person.age),
            ("person.experience", self.experience, person.experience),
        ):
            if answer is not None and answer not in UNKNOWN:
                try:
                    given[fact] = read(answer)
                except (TypeError, ValueError) as error:
                    problems.append(Problem(fact, f"cannot be read: {error}"))
        facts, open_questions = self._screened(intake, given, unknown, problems)
        changed = [*given, *open_questions]
        if "person.age" in given:
            self._ages(given["person.age"], intake, facts, changed, problems)
        if not self.derives.isdisjoint(given):
            self._derive(facts, changed)
        if problems:
            raise IntakeError(tuple(problems))
        return facts, changed

    def _answer(self, question: Any, answer: Any, given: Facts, unknown: list[str]) -> None:
        spec, facts, read = question
        if spec.answer in ("many", "names"):
            if answer not in UNKNOWN:
                given[spec.name] = True
                for entry in read(answer):
                    given[f"{spec.name}.{entry}"] = True
        elif isinstance(answer, Mapping):
            if not spec.sided:
                raise ValueError("it has no sides")
            for side, one in answer.items():
                fact = f"{spec.name}.{side}"
                if fact not in facts:
                    raise ValueError("a side is left or right")
                if one in UNKNOWN:
                    unknown.append(fact)
                else:
                    given[fact] = read(one)
        elif answer is None or answer in UNKNOWN:
            unknown += facts
        else:
            value = read(answer)
            for fact in facts:
                given[fact] = value

    def _screened(
        self, intake: Intake, given: Facts, unknown: list[str], problems: list[Problem]
    ) -> tuple[Facts, list[str]]:
        """The facts with what was denied as a whole, and the safety questions that stay open."""
        screen = intake.screen
        if screen.all_clear:
            facts = {**self.denied, **given}
            still_open = [fact for fact in unknown if fact in self.denied]
            for fact in still_open:
                del facts[fact]
            return facts, still_open
        facts = dict(given)
        for group, answer in screen.answers.items():
            try:
                denied = () if answer in UNKNOWN or _yes_no(answer) else self.groups[group]
            except (KeyError, TypeError, ValueError) as error:
                problems.append(Problem(f"screen.{group}", f"cannot be read: {error}"))
                continue
            for fact in denied:
                if fact not in facts and fact not in unknown:
                    facts[fact] = False
        return facts, [fact for fact in self.required if fact not in facts]

    def _ages(self, age: float, intake: Intake, facts: Facts, changed: list[str], problems: list[Problem]) -> None:
        for condition, low, high in self.ages:
            present = (low is None or age >= low) and (high is None or age < high)
            key = condition.partition(".")[2]
            if intake.conditions.get(key) not in UNKNOWN and facts.get(condition, present) is not present:
                problems.append(Problem(f"conditions.{key}", "does not fit the age"))
            facts[condition] = present
            changed.append(condition)

    def _derive(self, facts: Facts, changed: list[str]) -> None:
        for left_fact, right_fact, how, names in self.derived:
            if left_fact not in facts or right_fact not in facts:
                continue
            left, right = facts[left_fact], facts[right_fact]
            if how == "sum_of_sides":
                values = (left + right,)
            elif how == "side_minus_other":
                values = (left - right, right - left)
            else:
                larger = max(abs(left), abs(right))
                values = (100 * (right - left) / larger, 100 * (left - right) / larger) if larger else (0, 0)
            for name, value in zip(names, values, strict=True):
                facts[name] = tidy(value)
            changed += names

    def _reader(self, spec: FactSpec) -> Reader:
        match spec.answer:
            case "yes_no":
                return _yes_no
            case "choice":
                return _one_of(spec.options)
            case "scale" | "whole_number":
                return _whole(spec.minimum, spec.maximum)
            case "number":
                return _number(spec.minimum, spec.maximum)
            case "many":
                return _several(spec.options)
            case "names":
                return self._named

    def _named(self, answer: Any) -> list[str]:
        known = self.exercises
        return [known[entry] if entry in known else known[_plain(entry)] for entry in _listed(answer)]


def _yes_no(answer: Any) -> bool:
    if answer is True or answer == "yes":
        return True
    if answer is False or answer == "no":
        return False
    raise ValueError("it is yes or no")


def _one_of(options: Mapping[str, str]) -> Reader:
    def read(answer: Any) -> Any:
        if answer in options:
            return answer
        raise ValueError("it is not one of the options")

    return read


def _several(options: Mapping[str, str]) -> Reader:
    def read(answer: Any) -> Any:
        for entry in _listed(answer):
            if entry not in options:
                raise ValueError("it is not one of the options")
        return answer

    return read


def _listed(answer: Any) -> Any:
    if isinstance(answer, tuple):
        return answer
    raise ValueError("it is a list")


def _number(low: float | None, high: float | None) -> Reader:
    lowest = -1e12 if low is None else low
    highest = 1e12 if high is None else high

    def read(answer: Any) -> float:
        kind = type(answer)
        if (kind is int or kind is float) and lowest <= answer <= highest:
            return tidy(answer)
        raise ValueError("it is a number out of range")

    return read


def _whole(low: float | None, high: float | None) -> Reader:
    number = _number(low, high)

    def read(answer: Any) -> int:
        value = number(answer)
        if value == answer and type(value) is int:
            return value
        raise ValueError("it is a whole number")

    return read


def tidy(number: float) -> float:
    """The number to a thousandth, whole where it is whole."""
    if type(number) is int:
        return number
    rounded = round(number, 3)
    return int(rounded) if rounded == int(rounded) else rounded


_LITTLE = frozenset({"a", "an", "the", "with", "for", "of", "on", "my", "and", "to"})


def _plain(name: str) -> frozenset[str]:
    """A name without case, accents, order and little words."""
    return frozenset(re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKD", name).casefold())) - _LITTLE


def _names(pack: Pack) -> dict[Any, str]:
    """Exercise ids by everything they are called: as written, and in plain form."""
    found: dict[Any, str] = {}
    for exercise in pack.exercises:
        for name in (exercise.id, exercise.name, *exercise.aliases, *filter(None, [exercise.article_name])):
            plain = _plain(name)
            found.setdefault(plain, exercise.id)
            found[name] = found[plain]
    return found
