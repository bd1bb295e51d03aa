"""Answers one by one: an intake as a list of answers that can be cited, and an intake from some of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import attrs

from psoas_rules.facts import SECTIONS, FactKind, FactSpec, is_unknown
from psoas_rules.intake import Intake
from psoas_rules.lexicon import Lexicon, name_key
from psoas_rules.trace import Side

CLEAR: Final = "clear"
"""The key of the answer that denies every safety question at once."""
_SECTION_ORDER: Final = ("screen", "red_flags", "conditions", "details", "clearances")
_KINDS: Final[Mapping[str, FactKind]] = {section: kind for kind, section in SECTIONS.items()}


@attrs.frozen
class Answer:
    """One answer that a person gave.

    Attributes:
        section: The section of the intake.
        key: The key in that section; `clear` for the answer that denies every safety question.
        value: The answer as it was given; of a list, one entry of it, or () for an empty list.
        side: The side it is about, where left and right were answered apart.
        entry: Whether the value is an entry of a list.
        label: What it is called for people.
        text: The answer in words, with its unit.
    """

    section: str
    key: str
    value: Any = attrs.field(hash=False)
    side: Side | None = None
    entry: bool = False
    label: str = attrs.field(default="", eq=False)
    text: str = attrs.field(default="", eq=False)

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands in the intake: section, key, and side or entry."""
        return (self.section, self.key, self.side or (str(self.value) if self.entry else ""))

    def __str__(self) -> str:
        return f"{self.label}: {self.text}"


def answers(intake: Intake, lexicon: Lexicon) -> tuple[Answer, ...]:
    """Every answer of an intake, in an order that does not depend on that of the intake."""
    # Who denies every safety question denies all but those that have an answer of their own.
    every = "Every other safety question" if intake.red_flags or intake.conditions else "Every safety question"
    found = [_worded(answer, lexicon, every) for answer in _answers(intake, lexicon)]
    return tuple(sorted(found, key=lambda one: (_rank(one.section), one.place)))


def _rank(section: str) -> int:
    return _SECTION_ORDER.index(section) if section in _SECTION_ORDER else len(_SECTION_ORDER)


def _answers(intake: Intake, lexicon: Lexicon) -> Iterator[Answer]:
    if intake.screen.all_clear:
        yield Answer("screen", CLEAR, CLEAR)
    yield from (Answer("screen", group, given) for group, given in intake.screen.answers.items())
    for key, given in (("age", intake.person.age), ("experience", intake.person.experience)):
        if given is not None:
            yield Answer("person", key, given)
    for section, kind in _KINDS.items():
        answered = {} if section == "person" else getattr(intake, section)
        for key, value in answered.items():
            spec = lexicon.answerable(kind, key)
            listed = spec is not None and spec.answer in ("many", "names")
            yield from _of_one(section, key, value, listed=listed)


def _of_one(section: str, key: str, value: Any, *, listed: bool) -> Iterator[Answer]:
    if isinstance(value, Mapping):
        sides: tuple[Literal["left", "right"], ...] = ("left", "right")
        yield from (Answer(section, key, value[side], side) for side in sides if side in value)
    elif listed and not is_unknown(value):
        entries = dict.fromkeys(value)
        yield from (Answer(section, key, one, entry=True) for one in entries)
        if not entries:
            yield Answer(section, key, ())
    else:
        yield Answer(section, key, value)


def intake_of(cited: Iterable[Answer]) -> Intake:
    """The intake with these answers and no others."""
    data: dict[str, dict[str, Any]] = {}
    for one in cited:
        section = data.setdefault(one.section, {})
        if one.side is not None:
            section.setdefault(one.key, {})[one.side] = one.value
        elif one.entry:
            section[one.key] = (*section.get(one.key, ()), one.value)
        else:
            section[one.key] = one.value
    plain: dict[str, Any] = dict(data)
    if data.get("screen", {}).get(CLEAR) == CLEAR:
        plain["screen"] = CLEAR
    return Intake.from_dict(plain)


def facts_of(answer: Answer, lexicon: Lexicon) -> frozenset[str]:
    """Names of the facts that an answer gives, those that follow from it included."""
    if answer.section == "screen":
        return frozenset(lexicon.required if answer.value == CLEAR else lexicon.groups[answer.key])
    spec = lexicon.answerable(_KINDS[answer.section], answer.key)
    if spec is None:
        return frozenset()
    found = {f"{spec.name}.{answer.side}"} if answer.side else set(spec.facts())
    if answer.entry:
        found.add(f"{spec.name}.{_option(answer, spec, lexicon)}")
    if spec.name == "person.age":
        found |= {condition for condition, _, _ in lexicon.ages}
    for other in lexicon.derived():
        if other.derive is not None and f"{other.kind}.{other.derive.of}" == spec.name:
            found |= set(other.facts())
    return frozenset(found)


def _worded(answer: Answer, lexicon: Lexicon, every: str) -> Answer:
    """The answer with its label and its text."""
    if answer.section == "screen":
        if answer.value == CLEAR:
            return attrs.evolve(answer, label=every, text="no")
        label = f"Safety questions about {answer.key.replace('_', ' ')}"
        return attrs.evolve(answer, label=label, text=_plain(answer.value))
    spec = lexicon.answerable(_KINDS[answer.section], answer.key)
    if spec is None:
        return attrs.evolve(answer, label=answer.key, text=_plain(answer.value))
    label = f"{spec.label} ({answer.side})" if answer.side else spec.label
    if is_unknown(answer.value):
        return attrs.evolve(answer, label=label, text="not sure")
    if answer.entry:
        return attrs.evolve(answer, label=label, text=spec.options[_option(answer, spec, lexicon)])
    text = "none" if answer.value == () else spec.text(spec.read(answer.value))
    return attrs.evolve(answer, label=label, text=text)


def _option(answer: Answer, spec: FactSpec, lexicon: Lexicon) -> str:
    """The option that an entry of a list names."""
    return lexicon.exercises[name_key(answer.value)] if spec.answer == "names" else answer.value


def _plain(value: object) -> str:
    if is_unknown(value):
        return "not sure"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
