"""Sentences about changes: the words come from the pack, what was reported is filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from psoas_rules.conditions import Value
from psoas_rules.programme.knowing import Knowledge
from psoas_rules.programme.values import Change, Effect
from psoas_rules.progressing import ReadyRule
from psoas_rules.trace import Trace


class Teller:
    """Makes changes with their words.

    Args:
        knowledge: The pack, ready for programmes.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.texts = knowledge.plan.texts

    def change(
        self,
        day: dt.date,
        effect: Effect,
        text: str | None,
        *,
        rules: Iterable[ReadyRule] = (),
        facts: Mapping[str, Value] | None = None,
        exercise: str | None = None,
        to: str | None = None,
        dose: str | None = None,
        until: dt.date | None = None,
        side: str | None = None,
        plainly: bool = False,
    ) -> Change:
        """A change.

        Args:
            day: The day of the report.
            effect: What happened.
            text: The key of its sentence among the texts of the plan; None when a rule has said it all.
            rules: The rules behind it; the first that has something to say comes before the sentence.
            facts: What they read.
            exercise: The exercise that it is about.
            to: What takes its place.
            dose: The new dose in words.
            until: Until when it holds.
            side: The side that it is about.
            plainly: Whether only the sentence is said, and nothing of what the rules have to say.
        """
        known = facts or {}
        fired = tuple(rules)
        names = self._names(exercise, to, dose, until, side)
        said = None if plainly else next((rule for rule in fired if rule.row.say), None)
        parts = [] if said is None else [self._say(said, known, names)]
        if text is not None and (not parts or to is not None or effect in _ALWAYS):
            parts.append(self._capital(self.texts[text].format(**names)))
        if dose is not None and effect in _WITH_DOSE and not any(dose in part for part in parts):
            parts.append(self._capital(self.texts["dose_now"].format(**names)))
        return Change(
            day=day,
            effect=effect,
            text=" ".join(parts),
            exercise=exercise,
            name=None if exercise is None else self.knowledge.exercises[exercise].name,
            to=to,
            dose=dose,
            rules=tuple(rule.id for rule in fired),
            trace=Trace(tuple(self.knowledge.firing(rule, known) for rule in fired)),
        )

    def _names(
        self, exercise: str | None, to: str | None, dose: str | None, until: dt.date | None, side: str | None
    ) -> dict[str, str]:
        def name(one: str | None) -> str:
            # Names begin with a capital letter on their own; inside a sentence they do not.
            return "" if one is None else _lower(self.knowledge.exercises[one].name)

        return {
            "exercise": name(exercise),
            "to": name(to),
            "dose": dose or "",
            "until": "" if until is None else in_words(until),
            "side": side or "",
        }

    def _say(self, rule: ReadyRule, facts: Mapping[str, Value], names: Mapping[str, str]) -> str:
        values: dict[str, str] = {}
        for fact in rule.reads:
            spec = self.knowledge.lexicon.spec(fact)
            if fact in facts or spec.key not in values:
                values[spec.key] = spec.text(facts.get(fact))
        return self._capital((rule.row.say or "").format(**{**values, **names}))

    @staticmethod
    def _capital(text: str) -> str:
        return f"{text[:1].upper()}{text[1:]}"


_ALWAYS: tuple[Effect, ...] = ("rest", "return")
"""Effects whose sentence is told even when a rule has one: it says what the rule cannot know."""


_WITH_DOSE: tuple[Effect, ...] = ("progress", "reduce", "regress", "substitute", "swap")
"""Effects that bring another dose, which is told where no sentence has it."""

# Not from the locale: the same programme reads the same everywhere.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def in_words(day: dt.date) -> str:
    """A day as people write it."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _lower(name: str) -> str:
    return name if name[1:2].isupper() or name[:1].isdigit() else f"{name[:1].lower()}{name[1:]}"
