"""An intake with some answers changed, and the answers in which two intakes differ.

An answer is named by its section and its key, such as `signs.pain_now`, `signs.pain_now.left` for one side,
`person.experience`, `preferences.minutes` or `screen.nerves`; `screen` alone is for `clear`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psoas_rules.errors import IntakeError, Problem
from psoas_rules.hints import show
from psoas_rules.intake import Intake

_SIDES = ("left", "right")


def revised(intake: Intake, answers: Mapping[str, object]) -> Intake:
    """The intake with these answers in place of those that it has.

    Args:
        intake: The answers so far.
        answers: New answers by name; None takes an answer back.

    Raises:
        IntakeError: if a name is no section and key, or the whole is no intake.

    Example:
        >>> revised(Intake(signs={"pain_now": 6}), {"signs.pain_now": 3}).signs["pain_now"]
        3
    """
    data = intake.to_dict()
    # The screen as a whole before its groups: only what is not clear as a whole has answers of its own.
    for name, answer in sorted(answers.items(), key=lambda pair: pair[0] != "screen"):
        _put(data, name, answer)
    return Intake.from_dict(data)


def _put(data: dict[str, Any], name: str, answer: object) -> None:
    section, _, rest = name.partition(".") if isinstance(name, str) else ("", "", "")
    if section == "screen" and not rest:
        data["screen"] = answer
        return
    if not section or not rest:
        message = f"{show(name)} names no answer; write its section and key, such as signs.some_key"
        raise IntakeError((Problem("", message),))
    answers = data.get(section)
    if answers is None:
        answers = data[section] = {}
    if not isinstance(answers, dict):
        if answer is None:
            return
        message = "the screen is clear as a whole; give it no answers of its own, or change 'screen' first"
        raise IntakeError((Problem(name, message),))
    key, _, side = rest.rpartition(".")
    if side in _SIDES:
        known = answers.get(key)
        sides = dict(known) if isinstance(known, Mapping) else dict.fromkeys(_SIDES, known)
        answers[key] = {one: given for one, given in {**sides, side: answer}.items() if given is not None}
        rest = key
    else:
        answers[rest] = answer
    if answers[rest] is None or answers[rest] == {}:
        del answers[rest]


def answers_of(intake: Intake) -> dict[str, Any]:
    """Every answer of an intake by its name. What was said to be unknown is an answer, too: nobody denied it."""
    found: dict[str, Any] = {}
    for section, answers in intake.to_dict().items():
        if isinstance(answers, Mapping):
            found.update(
                (f"{section}.{key}", "unknown" if answer is None else answer)
                for key, answer in answers.items()
                if answer != {}
            )
        else:
            found[section] = answers
    return found


def changed_answers(before: Intake, after: Intake) -> dict[str, tuple[Any, Any]]:
    """The answers in which two intakes differ: what each was and is; None where there is no answer."""
    old, new = answers_of(before), answers_of(after)
    return {
        name: (old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        if not _same(old.get(name), new.get(name))
    }


def _same(one: object, other: object) -> bool:
    """Whether two answers are the same; yes is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)
