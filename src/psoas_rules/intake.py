"""The intake: what a person has answered, as the app hands it over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, TypeAlias

import attrs

from psoas_rules.errors import IntakeError, Problem
from psoas_rules.hints import kind, nearest, show

Answers: TypeAlias = Mapping[str, Any]

_MOST_ANSWERS = 5_000


class FrozenDict(dict[str, Any]):
    """A dict that cannot change after it was made. It prints, compares, pickles and serialises like a dict."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("answers cannot be changed; make a new intake with attrs.evolve")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)


def _frozen(answers: Answers) -> Answers:
    """A read-only copy, so that an intake cannot change after it was made. `_readable` refuses what is no mapping."""
    if not isinstance(answers, Mapping) or len(answers) > _MOST_ANSWERS:
        return answers
    return FrozenDict({key: _frozen_value(value) for key, value in answers.items()})


def _readable(_: object, attribute: attrs.Attribute[Answers], answers: Answers) -> None:
    section = "screen" if attribute.name == "answers" else attribute.name
    problem = _section_problem(section, answers)
    problems = (problem,) if problem is not None else tuple(_fleeting(section, answers))
    if problems:
        raise IntakeError(problems)


def _fleeting(section: str, answers: Answers) -> Iterable[Problem]:
    """Problems with values that could change, or be used up, after the intake was made."""
    for key, value in answers.items():
        if isinstance(value, Iterable) and not isinstance(value, str | bytes | tuple | FrozenDict):
            field = f"{section}.{_name(key)}" if isinstance(key, str) else section
            yield Problem(field, f"{kind(value)} is not a list; write list(...) around it")


def _section_problem(section: str, answers: object) -> Problem | None:
    if not isinstance(answers, Mapping):
        return Problem(section, f"a section is a mapping of answers, not {kind(answers)}")
    if len(answers) > _MOST_ANSWERS:
        return Problem(section, f"{len(answers)} answers are too many; at most {_MOST_ANSWERS} are read")
    return None


def _frozen_value(value: object) -> object:
    if isinstance(value, Mapping):
        return FrozenDict(value)
    if isinstance(value, list | tuple):
        return tuple(value)
    if isinstance(value, set | frozenset):
        return tuple(sorted(value, key=_set_order))
    return value


def _set_order(entry: object) -> str:
    return entry if isinstance(entry, str) else show(entry)


@attrs.frozen
class Person:
    """Who it is about.

    Attributes:
        age: In years.
        experience: With exercise: `none`, `some` or `regular`; the pack says how long each means.
    """

    age: float | None = None
    experience: str | None = None


@attrs.frozen
class Screen:
    """Answers to the grouped safety questions.

    A "no" to a group denies every question in it that has no answer of its own. A "yes" denies nothing: the questions
    of the group then need answers of their own, under `red_flags` and `conditions`.

    Attributes:
        answers: Yes, no or unknown for each group.
        all_clear: All groups were asked and denied.
    """

    answers: Answers = attrs.field(factory=dict, converter=_frozen, validator=_readable, hash=False)
    all_clear: bool = False

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.all_clear, bool):
            raise IntakeError((Problem("screen", f"all_clear is True or False, not {show(self.all_clear)}"),))
        if self.all_clear and self.answers:
            raise IntakeError((Problem("screen", "either everything is clear or the groups have answers, not both"),))

    @classmethod
    def clear(cls) -> Screen:
        """States that every safety question was asked and answered with no, except what the intake answers itself."""
        return cls(all_clear=True)


def _made_of(_: object, attribute: attrs.Attribute[Any], given: object) -> None:
    """Plain data in place of a `Person` or a `Screen` is a mistake that would show only much later."""
    needed = Person if attribute.name == "person" else Screen
    if not isinstance(given, needed):
        text = f"it is a {needed.__name__}, not {kind(given)}; Intake.from_dict reads plain data"
        raise IntakeError((Problem(attribute.name, text),))


_SECTIONS = ("signs", "measures", "red_flags", "conditions", "details", "clearances", "preferences")
_ALL_SECTIONS = ("person", "screen", *_SECTIONS)
_PERSON = ("age", "experience")
_MOST_SHOWN = 100


@attrs.frozen
class Intake:
    """A person's answers.

    Every answer is optional. Leaving one out, None, `unknown` and `not_sure` all mean that it is not known. Values are
    checked when the intake meets a pack: in `recommend`, or with `Recommender.check`.

    Attributes:
        person: Age and experience.
        signs: What the person reports: yes or no, 0 to 10, a number or a choice. A sign that has sides takes one value
            for both or a mapping with `left` and `right`.
        measures: Results of self-tests, in the unit that the pack names.
        screen: Answers to the grouped safety questions.
        red_flags: Single warning signs, yes or no.
        conditions: Health conditions, yes or no.
        details: Follow-up answers of conditions, such as the week of a pregnancy.
        clearances: Conditions for which a clinician has agreed to exercise, yes or no.
        preferences: Minutes, equipment, positions to avoid, exercises wished for, supervision.

    Example:
        >>> Intake(signs={"low_back_pain_stiffness": 5}).signs["low_back_pain_stiffness"]
        5
    """

    person: Person = attrs.field(default=Person(), validator=_made_of)
    signs: Answers = attrs.field(factory=dict, converter=_frozen, validator=_readable, hash=False)
    measures: Answers = attrs.field(factory=dict, converter=_frozen, validator=_readable, hash=False)
    screen: Screen = attrs.field(default=Screen(), validator=_made_of)
    red_flags: Answers = attrs.field(factory=dict, converter=_frozen, validator=_readable, hash=False)
    conditions: Answers = attrs.field(factory=dict, converter=_frozen, validator=_readable, hash=False)
    details: Answers = attrs.field(factory=dict, converter=_frozen, validator=_readable, hash=False)
    clearances: Answers = attrs.field(factory=dict, converter=_frozen, validator=_readable, hash=False)
    preferences: Answers = attrs.field(factory=dict, converter=_frozen, validator=_readable, hash=False)

    @classmethod
    def from_dict(cls, data: object) -> Intake:
        """An intake from plain data, such as parsed JSON or YAML.

        Args:
            data: A mapping with any of the sections. `screen` is the word `clear` or a mapping of groups.

        Raises:
            IntakeError: if a section is unknown or has the wrong shape.
        """
        if not isinstance(data, Mapping):
            raise IntakeError((Problem("", f"an intake is a mapping of sections, not {kind(data)}"),))
        problems = [_unknown_section(key) for key in list(data)[:_MOST_SHOWN] if key not in _ALL_SECTIONS]
        for section in _SECTIONS:
            problem = None if data.get(section) is None else _section_problem(section, data[section])
            if problem is not None:
                problems.append(problem)
        person = {} if data.get("person") is None else data["person"]
        if not isinstance(person, Mapping):
            problems.append(Problem("person", f"a section is a mapping of answers, not {kind(person)}"))
        else:
            problems += [_unknown_field(key) for key in list(person)[:_MOST_SHOWN] if key not in _PERSON]
        screen = data.get("screen")
        if isinstance(screen, Mapping):
            problems += filter(None, [_section_problem("screen", screen)])
        elif not (screen is None or (isinstance(screen, str) and screen == "clear")):
            near = nearest(screen, ("clear",))
            problems.append(Problem("screen", f"{show(screen)} is not 'clear' or a mapping of groups{near}"))
        if problems:
            raise IntakeError(tuple(problems))
        return cls(
            person=Person(person.get("age"), person.get("experience")),
            screen=Screen(screen or {}) if isinstance(screen, Mapping | None) else Screen.clear(),
            **{section: data.get(section) or {} for section in _SECTIONS},
        )

    def to_dict(self) -> dict[str, Any]:
        """The intake as plain data for JSON; `Intake.from_dict` reads it back. Empty sections are left out."""
        data: dict[str, Any] = {}
        person = {key: value for key, value in attrs.asdict(self.person).items() if value is not None}
        if person:
            data["person"] = person
        for section in _SECTIONS:
            answers = getattr(self, section)
            if answers:
                data[section] = {key: _plain(value) for key, value in answers.items()}
        if self.screen.all_clear:
            data["screen"] = "clear"
        elif self.screen.answers:
            data["screen"] = dict(self.screen.answers)
        return data


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _unknown_section(key: object) -> Problem:
    if not isinstance(key, str):
        return Problem("", f"the name of a section is text, not {show(key)}")
    near = nearest(key, _ALL_SECTIONS) or f"; the sections are {', '.join(_ALL_SECTIONS)}"
    return Problem(_name(key), f"unknown section{near}")


def _unknown_field(key: object) -> Problem:
    if not isinstance(key, str):
        return Problem("person", f"a key is text, not {show(key)}")
    return Problem(f"person.{_name(key)}", f"unknown{nearest(key, _PERSON) or '; a person has age and experience'}")


def _name(key: str) -> str:
    return key if key and key.isprintable() and len(key) <= 60 else show(key)
