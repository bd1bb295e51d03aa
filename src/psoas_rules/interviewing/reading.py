"""From what a person answers to single answers, and from these to an intake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from psoas_rules.errors import IntakeError, Problem
from psoas_rules.facts import is_unknown, yes_or_no
from psoas_rules.hints import nearest, show
from psoas_rules.intake import FrozenDict, Intake, Person, Screen
from psoas_rules.interviewing.catalogue import AGE, OFFER, WISHES, Catalogue
from psoas_rules.interviewing.prompts import NOT_SURE, Prompt
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import SIDES

_ALONE: Final = ("screen", "tests", "wishes")
"""Sections whose prompts are no facts."""


class Reader:
    """Reads the answers to the questions of one pack.

    Args:
        catalogue: The questions.
        lexicon: The facts of the pack.
    """

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon) -> None:
        self.catalogue = catalogue
        self.lexicon = lexicon

    def read(self, name: str, given: object, members: tuple[str, ...] = ()) -> dict[str, Any]:
        """The single answers that an answer to this prompt amounts to, by prompt.

        Args:
            name: The prompt.
            given: The answer.
            members: For a group, the questions that it shows.

        Raises:
            UnknownPromptError: if there is no such prompt.
            IntakeError: if the answer cannot be read.
        """
        prompt = self.catalogue.prompt(name)
        if prompt.answer == "group":
            return self._together(prompt, given, members)
        if is_unknown(given):
            return {name: NOT_SURE}
        if prompt.section == "screen" and isinstance(given, Mapping | list | tuple | set | frozenset):
            single = self._members(name, self.catalogue.groups[name], given)
            return {name: any(_affirms(one) for one in single.values()), **single}
        if prompt.section in _ALONE:
            return {name: _yes_no(name, given)}
        return {name: self._single(name, given)}

    def _together(self, prompt: Prompt, given: object, members: tuple[str, ...]) -> dict[str, Any]:
        denied = given is False or given == "no" or (isinstance(given, list | tuple) and not given)
        if prompt.section == "which" and (denied or is_unknown(given)):
            # None of them after a yes to all of them, or not sure which: each is asked alone.
            return {f"screen.{prompt.key}": NOT_SURE}
        if denied or is_unknown(given):
            return dict.fromkeys(members, False if denied else NOT_SURE)
        return self._members(prompt.id, members, given)

    def _members(self, name: str, members: tuple[str, ...], given: object) -> dict[str, Any]:
        """The answers of a group: a list of what applies, where the others do not; or an answer for each."""
        if isinstance(given, Mapping):
            named = {self._member(name, members, one): answer for one, answer in given.items()}
            return {one: NOT_SURE if is_unknown(answer) else self._single(one, answer) for one, answer in named.items()}
        if isinstance(given, str | bytes) or not isinstance(given, Iterable):
            allowed = "none of them (False), 'not_sure', a list of those that apply, or an answer for each"
            raise IntakeError((Problem(name, f"{show(given)} is not {allowed}"),))
        ticked: dict[str, Any] = {}
        for one in given:
            whole, _, side = one.rpartition(".") if isinstance(one, str) else ("", "", "")
            if side in SIDES and whole in members and self.catalogue.prompts[whole].sided:
                before = ticked.get(whole)
                ticked[whole] = FrozenDict({**(before if isinstance(before, Mapping) else {}), side: True})
            else:
                ticked[self._member(name, members, one)] = True
        for one, answer in ticked.items():
            if isinstance(answer, Mapping):
                ticked[one] = self._single(one, {**dict.fromkeys(SIDES, False), **answer})
        return {one: ticked.get(one, False) for one in members if self._takes_yes_no(one)}

    def _takes_yes_no(self, name: str) -> bool:
        # Of a screen group only questions with yes or no can be ticked; an age cannot.
        return self.catalogue.prompts[name].answer == "yes_no"

    def _member(self, name: str, members: tuple[str, ...], given: object) -> str:
        if isinstance(given, str) and given in members:
            return given
        raise IntakeError((Problem(name, f"{show(given)} is not one of its questions{nearest(given, members)}"),))

    def _single(self, name: str, given: object) -> Any:
        """One answer, checked against the pack; yes and no as true and false."""
        prompt, spec = self.catalogue.prompts[name], self.catalogue.specs[name]
        if isinstance(given, Mapping) and spec.sided:
            sides = {side: answer for side, answer in given.items() if not (side in SIDES and is_unknown(answer))}
            given = sides or NOT_SURE
            if given == NOT_SURE:
                return NOT_SURE
        intake = _intake_of(prompt.section, prompt.key, given)
        facts = self.lexicon.facts(intake)
        if spec.answer in ("many", "names"):
            entries = [option for option in spec.options if f"{spec.name}.{option}" in facts]
            return tuple(entries)
        values = {fact: facts[fact] for fact in spec.facts() if fact in facts}
        if not spec.sided:
            return values[spec.name]
        if len(values) == len(SIDES) and len({(type(one), one) for one in values.values()}) == 1:
            return next(iter(values.values()))
        return FrozenDict({fact.rpartition(".")[2]: value for fact, value in values.items()})

    def answers_of(self, intake: Intake) -> dict[str, Any]:
        """The answers that an intake holds, by prompt.

        Raises:
            IntakeError: if an answer cannot be read.
        """
        self.lexicon.facts(intake)
        found: dict[str, Any] = {}
        denied = self.lexicon.groups if intake.screen.all_clear else intake.screen.answers
        for group in denied:
            found.update(self._given(f"screen.{group}", False if intake.screen.all_clear else denied[group]))
        data = intake.to_dict()
        for section, given in data.items():
            for key, answer in given.items() if section != "screen" else ():
                found.update(self._given(f"{section}.{key}", answer))
        for name, group in self.catalogue.group_of.items():
            section, _, key = name.partition(".")
            # Named as unknown beside a no to its group: then the no is not about it.
            if found.get(group) is False and key in data.get(section, {}):
                found.setdefault(name, NOT_SURE)
        return found

    def _given(self, name: str, answer: object) -> dict[str, Any]:
        # No answer at all is no answer to the question; that somebody does not know is one.
        return {} if answer is None else self.read(name, answer)

    def intake(self, answers: Mapping[str, Any]) -> Intake:
        """The intake that these answers make. Answers to questions that no longer arise are left out."""
        sections: dict[str, dict[str, Any]] = {}
        age_known = answers.get(AGE, NOT_SURE) != NOT_SURE
        for name, answer in answers.items():
            if name in (OFFER, WISHES) or (age_known and name in self.catalogue.ages):
                continue
            kept = self._still(name, answer, answers)
            if kept is not None:
                section, _, key = name.partition(".")
                sections.setdefault(section, {})[key] = kept
        if answers.get(WISHES) is False:
            denied = {self.catalogue.prompts[name] for name in self.catalogue.wishes if name not in answers}
            sections.setdefault("preferences", {}).update(
                {prompt.key: False if prompt.answer == "yes_no" else () for prompt in denied}
            )
        person = {key: given for key, given in sections.pop("person", {}).items() if given != NOT_SURE}
        screen = Screen(sections.pop("screen", {}))
        others: dict[str, Any] = dict(sections)
        return Intake(person=Person(**person), screen=screen, **others)

    def _still(self, name: str, answer: Any, answers: Mapping[str, Any]) -> Any:
        """The answer, as far as what it follows has not been denied since; None when nothing is left of it."""
        part = self.catalogue.parts.get(name)
        if part is None or answer == NOT_SURE:
            return answer
        denied = self.denied_sides(part.parent, answers)
        if denied is None:
            return answer
        if not denied:
            return answer
        if not self.catalogue.prompts[name].sided:
            return None if len(denied) == len(SIDES) else answer
        sides = dict(answer) if isinstance(answer, Mapping) else dict.fromkeys(SIDES, answer)
        left = {side: one for side, one in sides.items() if side not in denied}
        return left or None

    def denied_sides(self, parent: str, answers: Mapping[str, Any]) -> tuple[str, ...] | None:
        """The sides on which a question was answered with no; None when it has no answer or no such answer."""
        given = answers.get(parent)
        if given is False:
            return SIDES
        if isinstance(given, Mapping):
            return tuple(side for side, one in given.items() if one is False)
        return None


def _intake_of(section: str, key: str, given: Any) -> Intake:
    if section == "person":
        return Intake(person=Person(**{key: given}))
    answers: dict[str, Any] = {section: {key: given}}
    return Intake(**answers)


def _yes_no(name: str, given: object) -> bool:
    try:
        return yes_or_no(given)
    except ValueError as error:
        raise IntakeError((Problem(name, str(error)),)) from None


def _affirms(answer: Any) -> bool:
    """Whether an answer says yes somewhere, or does not say no."""
    return answer is not False
