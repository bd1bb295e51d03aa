"""The weighing of evidence as formulas: points in whole hundredths, words for each side, the profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import z3

from psoas_rules.loading import Rulebook
from psoas_rules.pack import PROFILES, SIDES
from psoas_rules.proving.values import FALSE, TRUE, Choice, Number, Symbol, every, no, some
from psoas_rules.rulebook import POINT_TARGETS, SIDED_TARGETS, Rule
from psoas_rules.weighing import Weights

Fired = tuple[Rule, z3.BoolRef]
"""A rule, and whether it fires."""

_HUNDREDTHS = 100
_PERSON_TARGETS = tuple(target for target in POINT_TARGETS if target not in SIDED_TARGETS)


def total(terms: Iterable[tuple[z3.BoolRef, int]]) -> z3.ArithRef:
    """The sum of the numbers whose formulas hold."""
    parts = [z3.If(holds, z3.IntVal(number), z3.IntVal(0)) for holds, number in terms if number]
    return z3.Sum(parts) if parts else z3.IntVal(0)


class Pan:
    """What speaks for and against one pattern on one side.

    Args:
        weights: The constants of the pack.
        evidence: The evidence rules.
        pattern: `tight` or `weak`.
        side: The side.
    """

    def __init__(self, weights: Weights, evidence: Sequence[Fired], pattern: str, side: str) -> None:
        self.weights = weights
        about = [
            (fires, conclusion.hundredths, rule.measured)
            for rule, fires in evidence
            for conclusion in rule.then
            if conclusion.kind == "points" and conclusion.subject == pattern and conclusion.side in (None, side)
        ]
        self.reported = total((fires, points) for fires, points, measured in about if not measured)
        self.measured_for = total((fires, points) for fires, points, measured in about if measured and points > 0)
        self.measured_against = total((fires, points) for fires, points, measured in about if measured and points < 0)
        self.any_measured = some(fires for fires, _, measured in about if measured)

    @cached_property
    def total(self) -> z3.ArithRef:
        """The sum, with what is only reported capped."""
        cap = self.weights.reported_cap
        capped = z3.If(self.reported > cap, z3.IntVal(cap), self.reported)
        return self.weights.prior + capped + self.measured_for + self.measured_against

    def words(self, items: z3.ArithRef) -> dict[str, z3.BoolRef]:
        """For each word, whether it is the one."""
        weights = self.weights
        supported = every((self.total >= weights.supported, self.measured_for > 0))
        provisional = every((no(supported), self.total >= weights.provisional))
        uncertain = every((no(supported), no(provisional), self.total > weights.unlikely))
        little = every((no(supported), no(provisional), no(uncertain)))
        enough = some((self.any_measured, items >= weights.enough_items))
        return {
            "supported": supported,
            "provisional": provisional,
            "uncertain": uncertain,
            "unlikely": every((little, enough)),
            "no_information": every((little, no(enough))),
        }

    @cached_property
    def contradicts(self) -> z3.BoolRef:
        """Whether tests disagree among themselves or with what was reported."""
        measured = self.measured_for + self.measured_against
        bound = self.weights.contradiction
        return some(
            (
                every((self.measured_for > 0, self.measured_against < 0)),
                every((self.reported >= bound, measured < 0)),
                every((self.reported <= -bound, measured > 0)),
            )
        )


class Better:
    """The side that a pattern fits better; the left one when they are even.

    Args:
        pans: The pattern on the left and on the right.
        words: Their words.
    """

    def __init__(self, pans: tuple[Pan, Pan], words: tuple[Mapping[str, z3.BoolRef], Mapping[str, z3.BoolRef]]) -> None:
        self._left = pans[0].total >= pans[1].total
        self._pans = pans
        self._words = words

    def word(self, word: str) -> z3.BoolRef:
        """Whether this is its word."""
        return z3.If(self._left, self._words[0][word], self._words[1][word])

    @property
    def positive(self) -> z3.BoolRef:
        """Whether the pattern fits."""
        return some((self.word("supported"), self.word("provisional")))

    @property
    def contradicts(self) -> z3.BoolRef:
        """Whether what is known of it contradicts itself."""
        return z3.If(self._left, self._pans[0].contradicts, self._pans[1].contradicts)

    @property
    def measured(self) -> z3.BoolRef:
        """Whether a test was made for it."""
        return z3.If(self._left, self._pans[0].any_measured, self._pans[1].any_measured)


class Weighed:
    """The outcome of weighing.

    Args:
        book: The rulebook.
        evidence: Its evidence rules.
        items: For each sign that bears on a pattern, whether it was answered.
    """

    def __init__(self, book: Rulebook, evidence: Sequence[Fired], items: Sequence[z3.BoolRef]) -> None:
        self._evidence = evidence
        weights = Weights.of(book.pack)
        answered = total((item, 1) for item in items)
        self._pans = {
            pattern: (Pan(weights, evidence, pattern, "left"), Pan(weights, evidence, pattern, "right"))
            for pattern in SIDED_TARGETS
        }
        self._words = {
            pattern: (pans[0].words(answered), pans[1].words(answered)) for pattern, pans in self._pans.items()
        }
        self._better = {pattern: Better(pans, self._words[pattern]) for pattern, pans in self._pans.items()}

    @cached_property
    def profile(self) -> dict[str, z3.BoolRef]:
        """For each profile, whether it is the one."""
        tight, weak = self._better["tight"], self._better["weak"]
        neither = every((tight.word("unlikely"), weak.word("unlikely")))
        fits = {
            "both": every((tight.positive, weak.positive)),
            "tight": every((tight.positive, no(weak.positive))),
            "weak": every((no(tight.positive), weak.positive)),
            "neither": neither,
        }
        fits["uncertain"] = no(some(fits.values()))
        return {name: fits[name] for name in PROFILES}

    @cached_property
    def confidence(self) -> dict[str, z3.BoolRef]:
        """For each word of how sure it is, whether it is the one."""
        tight, weak = self._better["tight"], self._better["weak"]
        fits = self.profile

        def shown(one: str) -> z3.BoolRef:
            return some((self._better[one].positive, fits["neither"]))

        contradicted = some(every((shown(one), self._better[one].contradicts)) for one in SIDED_TARGETS)
        measured = every(some((no(shown(one)), self._better[one].measured)) for one in SIDED_TARGETS)
        positive = some((tight.positive, weak.positive))
        supported = every((positive, *(some((no(one.positive), one.word("supported"))) for one in (tight, weak))))
        sure = every((measured, no(contradicted)))
        high = every((supported, no(contradicted)))
        medium = some(
            (
                every((fits["neither"], sure)),
                every((supported, contradicted)),
                every((positive, no(supported), sure)),
            )
        )
        return {"high": high, "medium": medium, "low": every((no(high), no(medium)))}

    def findings(self) -> dict[str, Symbol]:
        """What rules of later stages may read."""
        found: dict[str, Symbol] = {
            "finding.profile": Choice(TRUE, self.profile),
            "finding.confidence": Choice(TRUE, self.confidence),
        }
        for pattern in SIDED_TARGETS:
            for number, side in enumerate(SIDES):
                found[f"finding.{pattern}.{side}"] = Choice(TRUE, self._words[pattern][number])
                points = self._pans[pattern][number].total
                found[f"finding.{pattern}_points.{side}"] = Number(TRUE, points, _HUNDREDTHS)
        for target in _PERSON_TARGETS:
            found[f"finding.{target}_points"] = Number(TRUE, self._person(target), _HUNDREDTHS)
        return found

    def _person(self, target: str) -> z3.ArithRef:
        """Points of the person as a whole: an item asked on both sides counts once, where it is higher."""
        given: dict[str | None, dict[str | None, list[tuple[z3.BoolRef, int]]]] = {}
        for rule, fires in self._evidence:
            for conclusion in rule.then:
                if conclusion.kind == "points" and conclusion.subject == target:
                    sides = given.setdefault(rule.item, {})
                    sides.setdefault(rule.side, []).append((fires, conclusion.hundredths))
        parts = []
        for sides in given.values():
            parts.append(total(sides.pop(None, ())))
            parts.append(_higher(*(sides.get(side, []) for side in SIDES)))
        return z3.Sum(parts) if parts else z3.IntVal(0)


def _higher(left: list[tuple[z3.BoolRef, int]], right: list[tuple[z3.BoolRef, int]]) -> z3.ArithRef:
    """The larger sum of the sides on which anything was found; nothing when there was nothing on either."""
    on_left, on_right = some(fires for fires, _ in left), some(fires for fires, _ in right)
    if z3.eq(on_left, FALSE) and z3.eq(on_right, FALSE):
        return z3.IntVal(0)
    one, other = total(left), total(right)
    both = z3.If(one >= other, one, other)
    return z3.If(on_left, z3.If(on_right, both, one), z3.If(on_right, other, z3.IntVal(0)))
