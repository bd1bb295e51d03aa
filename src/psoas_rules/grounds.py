"""What a session rests on: which of a person's answers and conclusions can matter for it, and nothing else.

Two people for whom these are the same get the same steps. So a session is worked out from its grounds alone, and can
be kept for the next person with the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from psoas_rules.conditions import Value
from psoas_rules.dosing import Cap
from psoas_rules.outcomes import ProfileKind
from psoas_rules.stages import Ready, Said
from psoas_rules.trace import Side

_EXCLUDING: Final = ("exclude_property", "exclude_exercise", "exclude_phase")
SHAPING: Final = frozenset({*_EXCLUDING, "limit", "swap", "prefer", "extra_side"})
"""The kinds of conclusions that shape a session."""


class Grounds:
    """The grounds of a session, ready to be asked.

    Attributes:
        profile: The pattern that the session is for.
        open: Which choices hold: conditions under which exercises are offered and slots are used.
        preferences: What the person wants, has at hand and avoids; the minutes are not among them.
        short: Which format for little time applies, by its place in the kit.
        caps: Every limit on the dose.
        excluded: Properties, exercises and phases that some rule leaves out.
        avoids: Whether the person named anything to avoid.
    """

    def __init__(
        self,
        profile: ProfileKind,
        rules: Sequence[Ready],
        open_choices: Iterable[int],
        preferences: Mapping[str, Value],
        *,
        short: int | None,
        caps: tuple[Cap, ...],
    ) -> None:
        self.profile = profile
        self.open = frozenset(open_choices)
        self.preferences = preferences
        self.short = short
        self.caps = caps
        self._said: dict[str, tuple[Said, ...]] = {}
        self._rules_for: dict[tuple[str, str], tuple[str, ...]] = {}
        self._titles = {ready.rule.id: ready.rule.title for ready in rules}
        for ready in rules:
            for kind, those in ready.said:
                # Limits come as caps.
                if kind == "limit" or kind not in SHAPING:
                    continue
                self._said[kind] = self._said.get(kind, ()) + those
                for one in those:
                    key = (kind, one.conclusion.subject)
                    self._rules_for[key] = (*self._rules_for.get(key, ()), one.rule.id)
        self.excluded = frozenset([subject for kind, subject in self._rules_for if kind in _EXCLUDING])
        self.avoids = any(fact.startswith("preference.avoid_") for fact in preferences)
        self._extra_sides: dict[str, set[Side | None]] = {}
        for said in self.all("extra_side"):
            self._extra_sides.setdefault(said.conclusion.subject, set()).add(said.conclusion.side)

    def all(self, kind: str) -> tuple[Said, ...]:
        """The conclusions of one kind."""
        return self._said.get(kind, ())

    def rules_for(self, kind: str, subject: str) -> tuple[str, ...]:
        """Ids of the rules that concluded this about the subject."""
        return self._rules_for.get((kind, subject), ())

    def because(self, rules: tuple[str, ...]) -> str:
        """The rules in words, in brackets; empty when there are none."""
        named = list(dict.fromkeys(self._titles[rule] for rule in rules if rule in self._titles))
        return f" ({'; '.join(named)})" if named else ""

    def wants(self, preference: str) -> bool:
        """Whether the person said yes to this preference."""
        return self.preferences.get(f"preference.{preference}") is True

    def extra_side(self, target: str) -> Side | None:
        """The side that gets an extra set for this target; None when neither or both do."""
        sides = self._extra_sides.get(target, ())
        return next(iter(sides)) if len(sides) == 1 else None
