"""Weighing the evidence: from points to words for each side, and from words to a profile.

Points are summed in hundredths, so that no rounding depends on the order of answers. Every threshold is a named
constant of the pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

import attrs

from psoas_rules.conditions import Value
from psoas_rules.outcomes import ProfileKind, SidePattern, Sureness, Word
from psoas_rules.pack import SIDES, Pack
from psoas_rules.rulebook import Rule
from psoas_rules.trace import Side

Pattern: TypeAlias = Literal["tight", "weak"]
PATTERNS: tuple[Pattern, ...] = ("tight", "weak")
PERSON_TARGETS = ("core", "balance", "glutes", "pelvic_floor", "other")

_POSITIVE = ("supported", "provisional")


@attrs.frozen
class Weights:
    """The constants of weighing, in hundredths of a point where they are points."""

    prior: int
    reported_cap: int
    supported: int
    provisional: int
    unlikely: int
    enough_items: int
    contradiction: int

    @classmethod
    def of(cls, pack: Pack) -> Weights:
        """The constants of this pack."""

        def points(name: str) -> int:
            return round(pack.constant(name) * 100)

        return cls(
            points("prior_points"),
            points("reported_cap"),
            points("supported_from"),
            points("provisional_from"),
            points("unlikely_up_to"),
            int(pack.constant("enough_reported_items")),
            points("contradiction_from"),
        )


@attrs.frozen
class Balance:
    """What speaks for and against one pattern on one side, in hundredths."""

    reported: int
    measured_for: int
    measured_against: int
    any_measured: bool

    def total(self, weights: Weights) -> int:
        """The sum, with what is only reported capped."""
        return weights.prior + min(self.reported, weights.reported_cap) + self.measured_for + self.measured_against

    def word(self, weights: Weights, items: int) -> Word:
        """The sum as a word."""
        total = self.total(weights)
        if total >= weights.supported and self.measured_for > 0:
            return "supported"
        if total >= weights.provisional:
            return "provisional"
        if total > weights.unlikely:
            return "uncertain"
        enough = self.any_measured or items >= weights.enough_items
        return "unlikely" if enough else "no_information"

    def contradicts(self, weights: Weights) -> bool:
        """Whether tests disagree among themselves or with what was reported."""
        measured = self.measured_for + self.measured_against
        return (
            (self.measured_for > 0 and self.measured_against < 0)
            or (self.reported >= weights.contradiction and measured < 0)
            or (self.reported <= -weights.contradiction and measured > 0)
        )


@attrs.frozen
class Weighed:
    """The outcome of weighing: words for each side, the profile, and the findings that later rules may read."""

    left: SidePattern
    right: SidePattern
    profile: ProfileKind
    confidence: Sureness
    findings: Mapping[str, Value]
    mattered: tuple[int, ...]
    """Which evidence rules moved a pattern most: one for each item, at most three, the weightiest first."""


@attrs.frozen
class _Points:
    """What one evidence rule puts on the scales.

    Attributes:
        patterns: For each conclusion about a pattern and a side: its place in `PLACES` and the hundredths.
        person: For each conclusion about the person as a whole: the target and the hundredths.
        heaviest: The most that it moves a pattern, 0 for nothing.
    """

    rule: Rule
    patterns: tuple[tuple[int, int], ...]
    person: tuple[tuple[str, int], ...]
    heaviest: int

    @classmethod
    def of(cls, rule: Rule) -> _Points:
        """The points of a rule."""
        patterns = tuple(
            (place, conclusion.hundredths)
            for conclusion in rule.then
            for place, (pattern, side) in enumerate(PLACES)
            if conclusion.subject == pattern and conclusion.side in (None, side)
        )
        person = tuple((c.subject, c.hundredths) for c in rule.then if c.subject in PERSON_TARGETS)
        counted = [abs(points) for _, points in patterns] if rule.item is not None else []
        return cls(rule, patterns, person, max(counted, default=0))


PLACES: tuple[tuple[Pattern, Side], ...] = tuple((pattern, side) for pattern in PATTERNS for side in SIDES)


class Scales:
    """The evidence rules of a pack, ready to be weighed.

    Args:
        pack: The pack with the constants.
        rules: Its evidence rules, in the order in which the engine tells of them.
    """

    def __init__(self, pack: Pack, rules: Iterable[Rule]) -> None:
        self.weights = Weights.of(pack)
        self.points = tuple(_Points.of(rule) for rule in rules)

    def weigh(self, fired: Iterable[int], items: int) -> Weighed:
        """Weighs the evidence.

        Args:
            fired: Positions of the evidence rules that fired, ascending.
            items: How many signs that bear on a pattern were answered.
        """
        weights = self.weights
        on_scales = {position: self.points[position] for position in fired}
        balances = _balances(on_scales.values())
        totals = [balance.total(weights) for balance in balances]
        words = [balance.word(weights, items) for balance in balances]
        # The side that a pattern fits better; the left one when they are even.
        tight, weak = (first if totals[first] >= totals[first + 1] else first + 1 for first in (0, 2))
        profile, confidence = conclude(
            *(
                Standing(words[place], balances[place].contradicts(weights), balances[place].any_measured)
                for place in (tight, weak)
            )
        )
        findings: dict[str, Value] = {"finding.profile": profile, "finding.confidence": confidence}
        for (word, points), given, total in zip(_FINDINGS, words, totals, strict=True):
            findings[word] = given
            findings[points] = total / 100
        findings.update(_person(on_scales.values()))
        left, right = (SidePattern(tight=words[place], weak=words[place + 2]) for place in (0, 1))
        return Weighed(left, right, profile, confidence, findings, _mattered(on_scales))


_FINDINGS: tuple[tuple[str, str], ...] = tuple(
    (f"finding.{pattern}.{side}", f"finding.{pattern}_points.{side}") for pattern, side in PLACES
)
_NO_PERSON: Mapping[str, Value] = {f"finding.{target}_points": 0.0 for target in PERSON_TARGETS}


def _balances(on_scales: Iterable[_Points]) -> list[Balance]:
    """What speaks for and against each pattern on each side, in the order of `PLACES`."""
    reported, up, down, tested = [0] * 4, [0] * 4, [0] * 4, [False] * 4
    for one in on_scales:
        measured = one.rule.measured
        for place, points in one.patterns:
            if not measured:
                reported[place] += points
            else:
                tested[place] = True
                if points > 0:
                    up[place] += points
                else:
                    down[place] += points
    return [Balance(reported[place], up[place], down[place], tested[place]) for place in range(4)]


def _person(on_scales: Iterable[_Points]) -> Mapping[str, Value]:
    """Points of the person as a whole: an item asked on both sides counts once, where it is higher."""
    sums: dict[tuple[str, str | None], dict[Side | None, int]] = {}
    for one in on_scales:
        for target, points in one.person:
            sides = sums.setdefault((target, one.rule.item), {})
            sides[one.rule.side] = sides.get(one.rule.side, 0) + points
    if not sums:
        return _NO_PERSON
    totals = dict.fromkeys(PERSON_TARGETS, 0)
    for (target, _), sides in sums.items():
        sided = [points for side, points in sides.items() if side is not None]
        totals[target] += sides.get(None, 0) + max(sided, default=0)
    return {f"finding.{target}_points": total / 100 for target, total in totals.items()}


def profile_of(tight: Word, weak: Word) -> ProfileKind:
    """The profile that follows from the words for both patterns, each on the side that it fits better."""
    if tight in _POSITIVE and weak in _POSITIVE:
        return "both"
    if tight in _POSITIVE:
        return "tight"
    if weak in _POSITIVE:
        return "weak"
    return "neither" if tight == weak == "unlikely" else "uncertain"


@attrs.frozen
class Standing:
    """How one pattern stands on the side that it fits better.

    Attributes:
        word: The sum as a word.
        contradicted: Whether tests disagree among themselves or with what was reported.
        measured: Whether anything was measured.
    """

    word: Word
    contradicted: bool
    measured: bool


def conclude(tight: Standing, weak: Standing) -> tuple[ProfileKind, Sureness]:
    """The profile, and how sure it is."""
    profile = profile_of(tight.word, weak.word)
    # Only the patterns that fit are looked at; both of them while none does.
    fitting = [standing for standing in (tight, weak) if standing.word in _POSITIVE]
    shown = fitting or [tight, weak]
    if profile == "uncertain":
        return profile, "low"
    contradicted = any(standing.contradicted for standing in shown)
    if fitting and all(standing.word == "supported" for standing in fitting):
        return profile, "medium" if contradicted else "high"
    measured = all(standing.measured for standing in shown)
    return profile, "medium" if measured and not contradicted else "low"


def _mattered(on_scales: Mapping[int, _Points]) -> tuple[int, ...]:
    heaviest: dict[str, tuple[int, int]] = {}
    for position, one in on_scales.items():
        item = one.rule.item
        if one.heaviest and item is not None and one.heaviest > heaviest.get(item, (0, 0))[0]:
            heaviest[item] = (one.heaviest, position)
    ranked = sorted(heaviest.items(), key=lambda pair: (-pair[1][0], pair[0]))
    return tuple(position for _, (_, position) in ranked[:3])
