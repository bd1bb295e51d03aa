"""What an interview hands over: a prompt to show, how far it has come, and what can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import attrs

from psoas_rules.intake import FrozenDict
from psoas_rules.pack import AnswerKind, Level

InterviewPart: TypeAlias = Literal["safety", "person", "signs", "tests", "wishes", "done"]
PARTS: Final[tuple[InterviewPart, ...]] = ("safety", "person", "signs", "tests", "wishes", "done")
"""The parts of an interview, in their order."""

NOT_SURE: Final = "not_sure"
"""The answer of somebody who was asked and does not know."""


class UnknownPromptError(LookupError):
    """The pack has no question with this id; the message tells the nearest one."""


@attrs.frozen(kw_only=True)
class SelfTestGuide:
    """How to do a self-test safely at home.

    Attributes:
        steps: What to do, in order.
        equipment: What is needed.
        do_not_if: When to leave it.
    """

    steps: tuple[str, ...]
    equipment: tuple[str, ...] = ()
    do_not_if: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Prompt:
    """One question of an interview, with everything that an app needs to show it.

    Attributes:
        id: What to answer with, such as `signs.pain_now`, `screen.nerves` or `together.walking`.
        section: The section of the intake that the answer belongs to; `together` and `tests` belong to none.
        key: The key in that section.
        label: What it is about, in a few words.
        text: The question.
        answer: What sort of answer it takes; `group` for several yes/no questions that are asked in one.
        options: For choices and lists: key and text.
        usual: For a list, the keys that hold for most people; an app can tick them beforehand.
        unit, minimum, maximum: For numbers.
        sided: Whether left and right may have answers of their own.
        urgency: How dangerous an answer could be.
        why: Why it is asked, in a sentence: what the answer decides.
        decides: Ids of the rules that the answer can still decide.
        self_test: For a self-test, how to do it safely.
        seconds: How long it takes the person, roughly.
        members: For a group and for a group of safety questions, the single questions in it.
        optional: Whether it is about wishes, so that leaving it open is as good as answering.
    """

    id: str
    section: str
    key: str
    label: str
    text: str
    answer: AnswerKind | Literal["group"]
    options: Mapping[str, str] = attrs.field(factory=FrozenDict, converter=FrozenDict, hash=False)
    usual: tuple[str, ...] = ()
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    sided: bool = False
    urgency: Level = "ok"
    why: str = ""
    decides: tuple[str, ...] = ()
    self_test: SelfTestGuide | None = None
    seconds: float = 10
    members: tuple[Prompt, ...] = ()
    optional: bool = False


@attrs.frozen(kw_only=True)
class Progress:
    """How far an interview has come.

    Attributes:
        answered: Questions that have an answer, `not sure` included.
        left_at_most: Questions that are left if no answer opens a follow-up.
        part: The part of the interview that the next question belongs to.
        share: What is done, from 0 to 1, by the time that questions take.
    """

    answered: int
    left_at_most: int
    part: InterviewPart
    share: float
