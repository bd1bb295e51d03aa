"""The interview itself: immutable, in any order, and settled when nothing that is open can change the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, Self
from weakref import WeakKeyDictionary

import attrs

from psoas_rules.intake import FrozenDict, Intake
from psoas_rules.interviewing.catalogue import Catalogue
from psoas_rules.interviewing.openness import Openness, State
from psoas_rules.interviewing.ordering import Ordering
from psoas_rules.interviewing.prompts import NOT_SURE, Progress, Prompt
from psoas_rules.interviewing.reading import Reader
from psoas_rules.memory import Memory
from psoas_rules.outcomes import Outcome
from psoas_rules.possibilities import Possibilities, Possible
from psoas_rules.recommender import Recommender, builtin

_MOST_KEPT: Final = 512


class _Guide:
    """What interviews with one recommender share."""

    def __init__(self, recommender: Recommender) -> None:
        self.catalogue = Catalogue.of(recommender)
        self.reader = Reader(self.catalogue, recommender.lexicon)
        self.openness = Openness(recommender, self.catalogue, self.reader)
        self.ordering = Ordering(recommender, self.catalogue)
        self.possibilities = Possibilities(recommender)
        self._possible: Memory[Possible] = Memory(_MOST_KEPT)

    def possible(self, state: State) -> Possible:
        """What can still come out; the same state is analysed once."""
        question = (frozenset((fact, type(value), value) for fact, value in state.facts.items()), state.open)
        found = self._possible.get(question)
        if found is None:
            found = self.possibilities.given(state.facts, state.open)
            self._possible.put(question, found)
        return found


_guides: WeakKeyDictionary[Recommender, _Guide] = WeakKeyDictionary()


def _guide(recommender: Recommender) -> _Guide:
    found = _guides.get(recommender)
    return _guides.setdefault(recommender, _Guide(recommender)) if found is None else found


@attrs.frozen(slots=False, repr=False)
class Interview:
    """The questions that a person still has to be asked, and the answers so far. Start one with `Interview.start`.

    It never changes: every answer gives a new interview. Answers may come in any order, be changed and be taken back;
    the same answers make the same interview.

    Example:
        >>> interview = Interview.start()
        >>> interview.next_questions()[0].section
        'screen'
        >>> interview.is_settled()
        False
    """

    recommender: Recommender
    _answers: Mapping[str, Any] = attrs.field(factory=FrozenDict, converter=FrozenDict)

    @classmethod
    def start(cls, recommender: Recommender | None = None, intake: Intake | None = None) -> Self:
        """A new interview.

        Args:
            recommender: What decides; None for the built-in one.
            intake: What is known already.

        Raises:
            IntakeError: if an answer of the intake cannot be read.
        """
        decides = builtin() if recommender is None else recommender
        known = {} if intake is None else _guide(decides).reader.answers_of(intake)
        return cls(decides, known)

    # Answering

    def answer(self, id: str, answer: object) -> Self:  # noqa: A002 - it is what the prompt calls it
        """The interview with one more answer, or with another one in place of an earlier one.

        Args:
            id: Id of the prompt.
            answer: Yes or no (True or False), a number, the key of an option, or a list of keys; for a prompt with
                sides also a mapping with `left` and `right`. A group takes False for none of it, a list of the ids
                that apply (`signs.x`, or `signs.x.left` for one side), or an answer for each id. Every prompt takes
                `not_sure`.

        Raises:
            UnknownPromptError: if there is no such prompt.
            IntakeError: if the answer cannot be read.
        """
        return self.answer_all({id: answer})

    def answer_all(self, answers: Mapping[str, object]) -> Self:
        """The interview with several more answers.

        Raises:
            UnknownPromptError: if there is no such prompt.
            IntakeError: if an answer cannot be read.
        """
        read: dict[str, Any] = {}
        for name, given in answers.items():
            read.update(self._guide.reader.read(name, given, self._shown(name)))
        return attrs.evolve(self, answers={**self._answers, **read})

    def _shown(self, name: str) -> tuple[str, ...]:
        """The questions that an answer to a group is about: those that it shows now, or else that it was about."""
        members = self._guide.catalogue.together.get(name, ())
        if not members:
            return ()
        offered = next((prompt for prompt in self._order if prompt.id == name), None)
        if offered is not None:
            return tuple(one.id for one in offered.members)
        return tuple(one for one in members if one in self._answers) or members

    def not_sure(self, id: str) -> Self:  # noqa: A002
        """The interview after the person was asked and did not know; the question is not asked again.

        Raises:
            UnknownPromptError: if there is no such prompt.
        """
        return self.answer(id, NOT_SURE)

    def take_back(self, id: str) -> Self:  # noqa: A002
        """The interview as if this had never been asked. Of a group, the answers to its single questions go as well.

        Raises:
            UnknownPromptError: if there is no such prompt.
        """
        catalogue = self._guide.catalogue
        catalogue.prompt(id)
        gone = {id, *catalogue.groups.get(id, ()), *catalogue.together.get(id, ())}
        return attrs.evolve(self, answers={name: given for name, given in self._answers.items() if name not in gone})

    # What is known

    @property
    def answers(self) -> Mapping[str, object]:
        """The answers by prompt, in the order in which they were given; a group stands there as its questions."""
        return self._answers

    @property
    def intake(self) -> Intake:
        """The answers as an intake. What the person was not sure of, or does not arise any more, is unknown in it."""
        return self._state.intake

    def outcome(self) -> Outcome:
        """What comes out with the answers so far; once settled, nothing more can change what the person is to do.

        Raises:
            EngineError: if the engine failed.
        """
        return self.recommender.recommend(self.intake)

    def is_settled(self) -> bool:
        """Whether no answer to any open question could change the outcome; never true wrongly."""
        return self.possible().settled

    def possible(self) -> Possible:
        """Which kinds of outcome, levels, profiles and exercises are certain, still possible or ruled out."""
        return self._possible

    # Asking

    def next_questions(self) -> tuple[Prompt, ...]:
        """The most useful next question, or a few for one screen; empty when settled or when nothing is left to ask."""
        return self._first() if self._order else ()

    def worth_asking(self) -> tuple[Prompt, ...]:
        """Every question that can be asked now and matters, or leads to one that does, the most useful first."""
        return self._order

    def open_questions(self) -> tuple[Prompt, ...]:
        """Every question that can be asked now, whether or not it matters any more, in the order of the pack."""
        catalogue, askable = self._guide.catalogue, self._state.askable
        return tuple(prompt for name, prompt in catalogue.prompts.items() if name in askable)

    def prompt(self, id: str) -> Prompt:  # noqa: A002
        """The prompt with this id, as it would be asked now, or was asked if it has an answer.

        Raises:
            UnknownPromptError: if there is no such prompt.
        """
        prompt = self._guide.catalogue.prompt(id)
        worth = (one for interview in (self, self.take_back(id)) for one in interview.worth_asking() if one.id == id)
        return next(worth, None) or self._guide.ordering.explained(prompt, self._possible)

    def progress(self) -> Progress:
        """How far it has come."""
        order = self._order
        asked = len(self._answers)
        spent = sum(self._guide.catalogue.prompts[name].seconds for name in self._answers)
        left = sum(prompt.seconds for prompt in order)
        return Progress(
            answered=asked,
            left_at_most=len(order),
            part=self._guide.ordering.part(order[0], self._state) if order else "done",
            share=spent / (spent + left) if order else 1.0,
        )

    # What is worked out, each once

    @cached_property
    def _guide(self) -> _Guide:
        return _guide(self.recommender)

    @cached_property
    def _state(self) -> State:
        return self._guide.openness.state(self._answers)

    @cached_property
    def _possible(self) -> Possible:
        return self._guide.possible(self._state)

    @cached_property
    def _order(self) -> tuple[Prompt, ...]:
        """What there is to ask, the most useful first."""
        if self._possible.settled:
            return ()
        return self._guide.ordering.order(self._state, self._possible)

    def _first(self) -> tuple[Prompt, ...]:
        """The first prompts that stand on one screen."""
        first, *others = self._order
        if first.section == "person":
            return (first, *(prompt for prompt in others if prompt.section == "person"))
        return (first,)

    def __repr__(self) -> str:
        return f"<Interview with {len(self._answers)} answers>"


__all__ = ["Interview"]
