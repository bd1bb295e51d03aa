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

Pattern: TypeAlias = Literal["tight", "weak"]
PATTERNS: tuple[Pattern, ...] = ("tight", "weak")
_PERSON_TARGETS = ("core", "balance", "glutes", "pelvic_floor", "other")

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
    mattered: tuple[Rule, ...]
    """The rules of the items that moved a pattern most, one for each item, at most three, the weightiest first."""


def weigh(fired: Iterable[Rule], items: int, weights: Weights) -> Weighed:
    """Weighs the evidence rules that fired.

    Args:
        fired: The evidence rules that fired, in the order of the pack.
        items: How many signs that bear on a pattern were answered.
        weights: The constants.
    """
    fired = tuple(fired)
    balances = {(p, side): _balance(fired, p, side) for p in PATTERNS for side in SIDES}
    words = {key: balance.word(weights, items) for key, balance in balances.items()}
    best: dict[Pattern, str] = {}
    for pattern in PATTERNS:
        best[pattern] = max(SIDES, key=lambda side: (balances[pattern, side].total(weights), side == "left"))
    tight, weak = (words[pattern, best[pattern]] for pattern in PATTERNS)  # type: ignore[index]
    profile = _profile(tight, weak)
    positive = [p for p, word in (("tight", tight), ("weak", weak)) if word in _POSITIVE]
    shown = [balances[p, best[p]] for p in (positive or PATTERNS)]  # type: ignore[index]
    confidence = _confidence(profile, tight, weak, shown, weights)
    findings: dict[str, Value] = {"finding.profile": profile, "finding.confidence": confidence}
    for (pattern, side), balance in balances.items():
        findings[f"finding.{pattern}.{side}"] = words[pattern, side]
        findings[f"finding.{pattern}_points.{side}"] = balance.total(weights) / 100
    for target in _PERSON_TARGETS:
        findings[f"finding.{target}_points"] = _person(fired, target) / 100
    left, right = (SidePattern(tight=words["tight", side], weak=words["weak", side]) for side in SIDES)
    return Weighed(left, right, profile, confidence, findings, _mattered(fired))


def _balance(fired: Iterable[Rule], pattern: Pattern, side: str) -> Balance:
    reported = up = down = 0
    tested = False
    for rule in fired:
        for conclusion in rule.then:
            if conclusion.subject != pattern or conclusion.side not in (None, side):
                continue
            points = conclusion.hundredths
            if not rule.measured:
                reported += points
            else:
                tested = True
                up += max(points, 0)
                down += min(points, 0)
    return Balance(reported, up, down, tested)


def _person(fired: Iterable[Rule], target: str) -> int:
    """Points of the person as a whole: an item asked on both sides counts once, where it is higher."""
    sums: dict[tuple[str | None, str], int] = {}
    for rule in fired:
        for conclusion in rule.then:
            if conclusion.subject == target:
                key = (rule.item, rule.side or "")
                sums[key] = sums.get(key, 0) + conclusion.hundredths
    total = 0
    for item in dict.fromkeys(item for item, _ in sums):
        sided = [points for (one, side), points in sums.items() if one == item and side]
        total += sums.get((item, ""), 0) + (max(sided) if sided else 0)
    return total


def _profile(tight: Word, weak: Word) -> ProfileKind:
    if tight in _POSITIVE and weak in _POSITIVE:
        return "both"
    if tight in _POSITIVE:
        return "tight"
    if weak in _POSITIVE:
        return "weak"
    return "neither" if tight == weak == "unlikely" else "uncertain"


def _confidence(profile: ProfileKind, tight: Word, weak: Word, shown: Iterable[Balance], weights: Weights) -> Sureness:
    shown = tuple(shown)
    if profile == "uncertain":
        return "low"
    contradicted = any(balance.contradicts(weights) for balance in shown)
    measured = all(balance.any_measured for balance in shown)
    if profile == "neither":
        return "medium" if measured and not contradicted else "low"
    words = [word for word in (tight, weak) if word in _POSITIVE]
    if all(word == "supported" for word in words):
        return "medium" if contradicted else "high"
    return "medium" if measured and not contradicted else "low"


def _mattered(fired: Iterable[Rule]) -> tuple[Rule, ...]:
    heaviest: dict[str, tuple[int, Rule]] = {}
    for rule in fired:
        points = [abs(conclusion.hundredths) for conclusion in rule.then if conclusion.subject in PATTERNS]
        if rule.item is not None and points and max(points) > heaviest.get(rule.item, (0, rule))[0]:
            heaviest[rule.item] = (max(points), rule)
    ranked = sorted(heaviest, key=lambda item: (-heaviest[item][0], item))
    return tuple(heaviest[item][1] for item in ranked[:3])
