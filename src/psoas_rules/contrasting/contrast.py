"""What is different between two outcomes, as values that print for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, TypeAlias

import attrs

from psoas_rules.contrasting.aspects import DOSE_WORDS, What
from psoas_rules.intake import Intake
from psoas_rules.outcomes import Outcome
from psoas_rules.shapes import plain

Change: TypeAlias = Literal["added", "removed", "moved", "changed"]


@attrs.frozen(kw_only=True)
class AnswerChange:
    """An answer that is not the same.

    Attributes:
        answer: Its section and key, such as `signs.pain_now`.
        label: What it is called for people.
        before, after: It in words.
    """

    answer: str
    label: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label}: {self.before} -> {self.after}"


@attrs.frozen(kw_only=True)
class Difference:
    """One thing that is not the same.

    Attributes:
        what: What of the outcome it is about.
        change: Whether it is there now, is gone, stands elsewhere, or reads differently.
        subject: The exercise or, for a sentence, the sentence; empty for the outcome as a whole.
        name: What the subject is called.
        field: For a dose its field, for something left out its slot, for a caution the sentence.
        before, after: It in words; None where it is not there.
        rules: Ids of rules behind it that fired in one of the outcomes and not in the other.
        answers: The answers behind it: without their change it would not be so. Where only several together bring it
            about, all of them.
    """

    what: What
    change: Change
    subject: str = ""
    name: str = ""
    field: str = ""
    before: str | None = None
    after: str | None = None
    rules: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    def __str__(self) -> str:
        about = f"{self.name}, {told(self)}" if self.name else told(self).capitalize()
        if self.what == "order":
            return f"In another order: {self.name}"
        return f"{about}: {self.before or 'none'} -> {self.after or 'none'}"


@attrs.frozen(kw_only=True)
class Contrast:
    """Two outcomes side by side. It is true when they differ, and false when they agree.

    Attributes:
        before, after: The outcomes.
        intake: The answers of the second one.
        answers: The answers in which they differ.
        differences: What is not the same; empty exactly when the outcomes say the same.
    """

    before: Outcome
    after: Outcome
    intake: Intake
    answers: tuple[AnswerChange, ...]
    differences: tuple[Difference, ...]

    def __bool__(self) -> bool:
        return bool(self.differences)

    @property
    def added(self) -> tuple[str, ...]:
        """Exercises that are in the second one only."""
        return tuple(one.subject for one in self.differences if one.what == "step" and one.change == "added")

    @property
    def removed(self) -> tuple[str, ...]:
        """Exercises that are in the first one only."""
        return tuple(one.subject for one in self.differences if one.what == "step" and one.change == "removed")

    @property
    def moved(self) -> tuple[str, ...]:
        """Exercises that come in another order."""
        return tuple(one.subject for one in self.differences if one.change == "moved")

    def __str__(self) -> str:
        return "\n".join(lines(self.answers, self.differences))

    def to_dict(self) -> dict[str, Any]:
        """It as plain data for JSON, without the outcomes themselves."""
        return {
            "before": self.before.kind,
            "after": self.after.kind,
            "answers": [plain(one) for one in self.answers],
            "added": list(self.added),
            "removed": list(self.removed),
            "moved": list(self.moved),
            "differences": [plain(one) for one in self.differences],
            "text": str(self),
        }


# Words

_TOLD: Final[dict[What, str]] = {
    "step": "exercise",
    "slot": "place",
    "in_place_of": "in place of",
    "caution": "to mind",
    "left_out": "left out",
    "request": "asked for",
    "triage": "how urgent",
    "confidence": "how sure",
    "pain_rule": "rule for pain",
    "stop_rule": "sign to stop",
    "meanwhile": "until then",
    "seconds": "seconds in all",
    "minutes": "minutes at hand",
    "question": "open question",
    "question_group": "open group of questions",
    "needs": "things needed",
}
_FOLLOWING: Final = ("seconds_per_rep", "seconds")
"""Fields of a dose that follow from the others; they are told only when nothing else of it changed."""
_FIRST: Final = ("outcome", "urgency", "headline", "triage", "reason", "pattern", "confidence", "side", "step", "order")


def told(one: Difference) -> str:
    """What a difference is about, in words."""
    if one.what == "dose":
        return DOSE_WORDS[one.field]
    return _TOLD.get(one.what, one.what.replace("_", " "))


def lines(answers: tuple[AnswerChange, ...], differences: tuple[Difference, ...]) -> Iterator[str]:
    """A short page: what was changed, then what becomes of it, with what is alike said once."""
    if answers:
        yield f"With {'; '.join(str(one) for one in answers)}"
    if not differences:
        yield "Nothing changes."
    labels = {one.answer: one.label for one in answers}
    shown = _grouped(differences)
    refused = any(one.what == "outcome" for one in differences)
    for (head, _), those in shown.items():
        names = ", ".join(dict.fromkeys(one.name for one in those if one.name))
        behind = dict.fromkeys(labels[answer] for one in those for answer in one.answers if answer in labels)
        because = f" (because of: {'; '.join(behind)})" if 0 < len(behind) < len(answers) else ""
        first = those[0].change == "changed" and names
        text = f"{names}: {head[0].lower()}{head[1:]}" if first else f"{head}{f': {names}' if names else ''}"
        yield f"- {text}{because}"
    # With one of the two there is no routine: what shaped the other one is not what makes the difference.
    telling = [one for those in shown.values() for one in those if not (refused and one.what == "step")]
    rules = dict.fromkeys(rule for one in telling for rule in one.rules if not rule.startswith("slots."))
    if rules:
        yield f"Rules behind it: {', '.join(rules)}."


def _grouped(differences: Iterable[Difference]) -> dict[tuple[str, tuple[str, ...]], list[Difference]]:
    """The differences that are worth a line, by what they say and the answers behind them."""
    differences = tuple(differences)
    refused = any(one.what == "outcome" for one in differences)
    stepping = {one.subject for one in differences if one.what == "step"}
    dosed = {one.subject for one in differences if one.what == "dose" and one.field not in _FOLLOWING}
    found: dict[tuple[str, tuple[str, ...]], list[Difference]] = {}
    for one in sorted(differences, key=lambda one: _FIRST.index(one.what) if one.what in _FIRST else len(_FIRST)):
        follows = one.what == "dose" and one.field in _FOLLOWING and one.subject in dosed
        known = one.what == "left_out" and one.subject in stepping and one.change == "removed"
        beside = refused and (one.what in ("triage", "pattern") or (one.what == "left_out"))
        if not follows and not known and not beside:
            found.setdefault((_head(one), one.answers), []).append(one)
    return found


def _head(one: Difference) -> str:
    match one.what, one.change:
        case "step", "added":
            return "New"
        case "step", _:
            return "No longer in it"
        case "order", _:
            return "In another order"
        case "left_out", "added":
            return f"Left out. {one.after}".rstrip(".")
        case "left_out", "removed":
            return "No longer on the list of what is left out"
        case "caution", "added":
            return f"To mind. {one.after}".rstrip(".")
        case "caution", _:
            return f"No longer to mind. {one.before}".rstrip(".")
        case "request", "added":
            return f"Asked for. {one.after}".rstrip(".")
        case _, "added":
            return f"New {told(one)}. {one.after}"
        case _, "removed":
            return f"No longer: {told(one)}. {one.before}"
    both = f"{one.before or 'none'} -> {one.after or 'none'}"
    return f"{told(one).capitalize()} {both}" if one.what == "dose" else f"{told(one).capitalize()}: {both}"
