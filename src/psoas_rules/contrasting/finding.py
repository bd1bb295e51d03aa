"""Finding what is different: both outcomes piece by piece, then again with each answer changed alone or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

import attrs

from psoas_rules.contrasting.aspects import Aspect, Key, aspects
from psoas_rules.contrasting.contrast import AnswerChange, Contrast, Difference
from psoas_rules.errors import EngineError, IntakeError
from psoas_rules.facts import SECTIONS
from psoas_rules.intake import Intake
from psoas_rules.lexicon import Lexicon, name_key
from psoas_rules.outcomes import Outcome, Routine
from psoas_rules.recommender import Recommender
from psoas_rules.revising import changed_answers, revised

_OF_ANY: Final = ("outcome", "urgency", "triage", "pattern", "step", "reason", "question", "headline")
"""What is told where one is a routine and the other is none: the rest is all new or all gone."""

_OF_STEPS: Final = ("slot", "position", "needs", "in_place_of", "caution", "dose")
"""What is told only of steps that are in both."""


def what_if(recommender: Recommender, intake: Intake, other: Intake | Mapping[str, object]) -> Contrast:
    """What would be different with other answers.

    Args:
        recommender: What decides.
        intake: The person's answers.
        other: Another intake, or answers to change by section and key, such as `{"signs.pain_now": 3}`; None takes an
            answer back.

    Returns:
        Everything that differs, with the rules and the answers behind it. It is empty exactly when both outcomes tell
        the person the same, apart from their own answers said back to them and the order of sentences.

    Raises:
        IntakeError: if an answer cannot be read.
        EngineError: if the engine failed.

    Example:
        >>> from psoas_rules import Screen
        >>> from psoas_rules.recommender import builtin
        >>> contrast = what_if(builtin(), Intake(screen=Screen.clear()), {"red_flags.fever_with_hip_or_back": True})
        >>> contrast.after.kind
        'referral'
    """
    changed = other if isinstance(other, Intake) else revised(intake, other)
    before, after = recommender.recommend(intake), recommender.recommend(changed)
    answers = changed_answers(intake, changed)
    found = tuple(_differences(before, after))
    if found:
        causes = _Causes(recommender, intake, changed, answers)
        found = tuple(_explained(one, before, after, causes) for one in found)
    told = tuple(_in_words(name, *both, recommender.lexicon) for name, both in answers.items())
    return Contrast(before=before, after=after, intake=changed, answers=told, differences=found)


# What differs


def _differences(before: Outcome, after: Outcome) -> Iterator[Difference]:
    old, new = aspects(before), aspects(after)
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        if one is not None and other is not None and one.value == other.value:
            continue
        if before.kind != after.kind and key[0] not in _OF_ANY:
            continue
        if key[0] == "order":
            yield from _moved(before, after)
        elif key[0] not in _OF_STEPS or (("step", key[1], "") in old and ("step", key[1], "") in new):
            yield _difference(key, one, other)


def _difference(key: Key, one: Aspect | None, other: Aspect | None) -> Difference:
    what, subject, field = key
    known = one or other
    assert known is not None
    return Difference(
        what=what,
        change="added" if one is None else "removed" if other is None else "changed",
        subject=subject,
        name=known.name,
        field=field,
        before=None if one is None else one.text,
        after=None if other is None else other.text,
    )


def _moved(before: Outcome, after: Outcome) -> Iterator[Difference]:
    """The fewest steps that would have to be put elsewhere for the order to be the same."""
    if not isinstance(before, Routine) or not isinstance(after, Routine):
        return
    names = {step.exercise: step.name for step in after.steps}
    inside = {step.exercise for step in before.steps}
    old = [step.exercise for step in before.steps if step.exercise in names]
    new = [step.exercise for step in after.steps if step.exercise in inside]
    kept: set[str] = set()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        kept.update(old[block.a : block.a + block.size])
    for name in new:
        if name not in kept:
            yield Difference(
                what="order",
                change="moved",
                subject=name,
                name=names[name],
                before=str(old.index(name) + 1),
                after=str(new.index(name) + 1),
            )


# Which rules and which answers are behind it


class _Causes:
    """The outcomes with each changed answer alone, and with each of them left as it was."""

    def __init__(self, recommender: Recommender, before: Intake, after: Intake, answers: Mapping[str, Any]) -> None:
        self.answers = tuple(answers)
        several = len(answers) > 1
        self.without = {name: _tried(recommender, after, {name: old}) for name, (old, _) in answers.items() if several}
        self.alone = {name: _tried(recommender, before, {name: new}) for name, (_, new) in answers.items() if several}

    def of(self, key: Key, old: Aspect | None, new: Aspect | None) -> tuple[str, ...]:
        """The answers without whose change it would not be so; else those that bring it about alone; else all."""
        needed = tuple(name for name, tried in self.without.items() if tried is not None and _says(tried, key, new))
        if needed:
            return needed
        enough = tuple(
            name
            for name, tried in self.alone.items()
            if tried is not None and not _says(tried, key, new) and _says(tried, key, old)
        )
        return enough or self.answers


def _says(tried: Mapping[Key, Aspect], key: Key, known: Aspect | None) -> bool:
    """Whether another outcome says something else there."""
    there = tried.get(key)
    return (there and there.value) != (known and known.value)


def _tried(recommender: Recommender, intake: Intake, answers: Mapping[str, object]) -> dict[Key, Aspect] | None:
    try:
        return aspects(recommender.recommend(revised(intake, answers)))
    except (IntakeError, EngineError):
        return None  # An answer can make sense only together with another one.


def _explained(one: Difference, before: Outcome, after: Outcome, causes: _Causes) -> Difference:
    key: Key = ("order", "", "") if one.what == "order" else (one.what, one.subject, one.field)
    old, new = aspects(before), aspects(after)
    answers = causes.of(key, old.get(key), new.get(key))
    apart = {*before.trace.rules} ^ {*after.trace.rules}
    cited = _cited(one, old, new)
    rules = [rule for rule in dict.fromkeys(cited) if rule in apart]
    return attrs.evolve(one, rules=tuple(rules or _reading(answers, (before, after), apart)), answers=answers)


def _cited(one: Difference, old: Mapping[Key, Aspect], new: Mapping[Key, Aspect]) -> Iterator[str]:
    """The rules behind it on either side; behind a step also those that leave it out on the other."""
    for side in (old, new):
        for key, aspect in side.items():
            same = key == (one.what, one.subject, one.field)
            out = one.what == "step" and key[0] in ("left_out", "request") and key[1] == one.subject
            if same or out:
                yield from aspect.rules


def _reading(answers: Iterable[str], outcomes: Iterable[Outcome], apart: set[str]) -> Iterator[str]:
    """Rules that fired in one outcome only and read one of these answers."""
    kinds = {section: kind for kind, section in SECTIONS.items()}
    facts = {f"{kinds.get(section, section)}.{key}" for section, _, key in (name.partition(".") for name in answers)}
    found = [
        firing.rule
        for outcome in outcomes
        for firing in outcome.trace.firings
        if firing.rule in apart
        and any(reading.fact in facts or reading.fact.rpartition(".")[0] in facts for reading in firing.readings)
    ]
    return iter(dict.fromkeys(found))


# Words


def _in_words(name: str, before: Any, after: Any, lexicon: Lexicon) -> AnswerChange:
    section, _, key = name.partition(".")
    kind = next((kind for kind, one in SECTIONS.items() if one == section), None)
    spec = lexicon.answerable(kind, key) if kind is not None else None
    label = spec.label if spec is not None else name
    words = [_answer_text(answer, lexicon, f"{kind}.{key}" if spec is not None else None) for answer in (before, after)]
    return AnswerChange(answer=name, label=label, before=words[0], after=words[1])


def _answer_text(answer: Any, lexicon: Lexicon, fact: str | None) -> str:
    """An answer as a person would say it."""
    if answer is None:
        return "not answered"
    if isinstance(answer, Mapping):
        return ", ".join(f"{side} {_answer_text(one, lexicon, fact)}" for side, one in answer.items())
    if isinstance(answer, list | tuple):
        options = lexicon.specs[fact].options if fact is not None else {}
        # Exercises are found by any of their names.
        keys = [lexicon.exercises.get(name_key(str(one)), one) if one not in options else one for one in answer]
        return ", ".join(str(options.get(key, key)) for key in keys) or "none"
    if fact is not None and isinstance(answer, bool | int | float | str):
        return lexicon.specs[fact].text(answer)
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return str(answer)
