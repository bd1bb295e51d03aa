"""Weighing the evidence for many people at once: points as sums by columns, then words, profile and sureness.

What the numbers mean is `psoas_rules.weighing`; the constants and the points are taken from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort.errors import CohortError
from psoas_rules.cohort.packed import Maybe, side_by_side
from psoas_rules.outcomes import ProfileKind, Sureness, Word
from psoas_rules.weighing import PERSON_TARGETS, PLACES, Scales

WORDS: Final = ("no_information", "unlikely", "uncertain", "provisional", "supported")
"""Every `Word`; its place is its code. From `provisional` on a pattern fits."""
PROFILES: Final = ("tight", "weak", "both", "neither", "uncertain")
"""Every `ProfileKind`; its place is its code."""
SURENESS: Final = ("low", "medium", "high")
"""Every `Sureness`; its place is its code."""

assert set(WORDS) == set(get_args(Word))
assert set(PROFILES) == set(get_args(ProfileKind))
assert set(SURENESS) == set(get_args(Sureness))

_FITS: Final = WORDS.index("provisional")
_SURE: Final = WORDS.index("supported")
_UNLIKELY: Final = WORDS.index("unlikely")
_MOST_AT_ONCE: Final = 8
_MOST: Final = 30_000
"""No sum of points comes near it; see `ScalesByColumns`."""

_Kind = TypeVar("_Kind", bound=np.generic)
Points: TypeAlias = NDArray[np.int16]
_Flags: TypeAlias = NDArray[np.bool_]


@attrs.frozen(eq=False)
class Weighing:
    """What came of weighing, for each row.

    Attributes:
        words: For each of `PLACES` the codes of the words.
        totals: For each of `PLACES` the points, in hundredths.
        person: The points of the person as a whole, by target, in hundredths.
        profile: Codes of the profiles.
        confidence: Codes of how sure they are.
    """

    words: tuple[NDArray[np.int8], ...]
    totals: tuple[Points, ...]
    person: Mapping[str, Points]
    profile: NDArray[np.int8]
    confidence: NDArray[np.int8]


def as_points(hundredths: Points) -> NDArray[np.float64]:
    """Hundredths as points, just as `weighing` writes them in its findings."""
    # Not with the short numbers that they come in: their quotient would be a short one, too, and 0.7 not reach 0.7.
    found: NDArray[np.float64] = hundredths.astype(np.float64) / 100
    return found


@attrs.frozen(eq=False)
class _Share:
    """What eight rules add to one sum: for each of the 256 ways in which they can fire."""

    sum: int
    table: Points


class ScalesByColumns:
    """The scales of a pack for batches.

    Args:
        scales: The scales of the pack.
    """

    def __init__(self, scales: Scales) -> None:
        self._weights = attrs.evolve(scales.weights, reported_cap=min(scales.weights.reported_cap, _MOST))
        names: dict[tuple[object, ...], int] = {}
        given: list[dict[int, int]] = []
        for number in range(len(scales.points)):
            points: dict[int, int] = {}
            for name, hundredths in _adds(scales, number):
                place = names.setdefault(name, len(names))
                points[place] = points.get(place, 0) + hundredths
            given.append(points)
        if sum(max(map(abs, points.values()), default=0) for points in given) > _MOST:
            raise CohortError("the points of this pack are too large to be summed by columns; use `recommend`")
        self._names = names
        groups = [given[start : start + _MOST_AT_ONCE] for start in range(0, len(given), _MOST_AT_ONCE)]
        self._groups = tuple(tuple(_shares(group)) for group in groups)

    def weigh(self, fired: Sequence[Maybe], items: NDArray[np.uint8], rows: int) -> Weighing:
        """Weighs the evidence.

        Args:
            fired: For each evidence rule the rows in which it fired.
            items: For each row, how many signs that bear on a pattern were answered.
            rows: How many rows there are.
        """
        sums = self._sums(fired, rows)
        nothing = np.zeros(rows, dtype=np.int16)

        def of(*name: object) -> Points:
            place = self._names.get(name)
            return nothing if place is None else sums.get(place, nothing)

        w = self._weights
        reported, up, down = ([of(kind, p) for p in range(len(PLACES))] for kind in ("reported", "up", "down"))
        tested = [of("tested", p) > 0 for p in range(len(PLACES))]
        totals = [w.prior + np.minimum(r, w.reported_cap) + u + d for r, u, d in zip(reported, up, down, strict=True)]
        enough = items >= w.enough_items
        words = []
        for total, above, any_measured in zip(totals, up, tested, strict=True):
            # From the least to the most: what comes later stands.
            word = np.where(any_measured | enough, np.int8(_UNLIKELY), np.int8(0))
            word[total > w.unlikely] = WORDS.index("uncertain")
            word[total >= w.provisional] = _FITS
            word[(total >= w.supported) & (above > 0)] = _SURE
            words.append(word)
        against = []
        for r, u, d in zip(reported, up, down, strict=True):
            measured = u + d
            against.append(
                ((u > 0) & (d < 0))
                | ((r >= w.contradiction) & (measured < 0))
                | ((r <= -w.contradiction) & (measured > 0))
            )
        profile, confidence = _conclude(words, totals, tested, against)
        person = {target: self._person(target, of, nothing) for target in PERSON_TARGETS}
        return Weighing(tuple(words), tuple(totals), person, profile, confidence)

    def _sums(self, fired: Sequence[Maybe], rows: int) -> dict[int, Points]:
        sums: dict[int, Points] = {}
        for number, shares in enumerate(self._groups):
            eight = fired[number * _MOST_AT_ONCE : (number + 1) * _MOST_AT_ONCE]
            if all(one is None for one in eight):
                continue
            # As indices once, or each look-up would convert them anew.
            ways = side_by_side(eight, rows)[:rows].astype(np.intp)
            for share in shares:
                added = share.table.take(ways)
                known = sums.get(share.sum)
                sums[share.sum] = added if known is None else np.add(known, added, out=known)
        return sums

    def _person(self, target: str, of: Callable[..., Points], nothing: Points) -> Points:
        """The points of the person as a whole: an item asked on both sides counts once, where it is higher."""
        total = nothing
        items = dict.fromkeys(name[2] for name in self._names if name[:2] == ("person", target))
        for item in items:
            total = total + of("person", target, item, None)
            sides = [(of("person", target, item, s), of("told", target, item, s) > 0) for s in ("left", "right")]
            if all(points is nothing for points, _ in sides):
                continue
            (left, has_left), (right, has_right) = sides
            higher = np.where(has_left & has_right, np.maximum(left, right), np.where(has_left, left, right))
            total = total + higher
        return total


def _adds(scales: Scales, number: int) -> Iterable[tuple[tuple[object, ...], int]]:
    """What one rule adds to which sums, each with a name."""
    one = scales.points[number]
    for place, points in one.patterns:
        if one.rule.measured:
            yield ("up" if points > 0 else "down", place), points
            yield ("tested", place), 1
        else:
            yield ("reported", place), points
    for target, points in one.person:
        yield ("person", target, one.rule.item, one.rule.side), points
        yield ("told", target, one.rule.item, one.rule.side), 1


def _shares(group: Sequence[Mapping[int, int]]) -> Iterable[_Share]:
    ways = np.arange(256)
    for place in dict.fromkeys(place for points in group for place in points):
        table = sum((ways >> number & 1) * points.get(place, 0) for number, points in enumerate(group))
        yield _Share(place, np.asarray(table, dtype=np.int16))


def _conclude(
    words: Sequence[NDArray[np.int8]], totals: Sequence[Points], tested: Sequence[_Flags], against: Sequence[_Flags]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Profile and sureness, from the side that each pattern fits better; the left one when they are even."""

    def better(those: Sequence[NDArray[_Kind]], first: int) -> NDArray[_Kind]:
        chosen: NDArray[_Kind] = np.where(totals[first] >= totals[first + 1], those[first], those[first + 1])
        return chosen

    tight, weak = (better(words, first) for first in (0, 2))
    is_tight, is_weak = tight >= _FITS, weak >= _FITS
    both, neither = is_tight & is_weak, (tight == _UNLIKELY) & (weak == _UNLIKELY)
    profile = np.full(len(tight), PROFILES.index("uncertain"), dtype=np.int8)
    profile[neither] = PROFILES.index("neither")
    profile[is_weak] = PROFILES.index("weak")
    profile[is_tight] = PROFILES.index("tight")
    profile[both] = PROFILES.index("both")
    # Only the patterns that fit are looked at; both of them while none does.
    show_tight, show_weak = is_tight | ~is_weak, is_weak | ~is_tight
    contradicted = (better(against, 0) & show_tight) | (better(against, 2) & show_weak)
    measured = (better(tested, 0) | ~show_tight) & (better(tested, 2) | ~show_weak)
    clear = measured & ~contradicted
    all_sure = ((tight == _SURE) | ~is_tight) & ((weak == _SURE) | ~is_weak)
    confidence = np.where(clear, np.int8(SURENESS.index("medium")), np.int8(SURENESS.index("low")))
    fits = is_tight | is_weak
    sure = fits & all_sure
    confidence[sure] = SURENESS.index("high")
    confidence[sure & contradicted] = SURENESS.index("medium")
    confidence[profile == PROFILES.index("uncertain")] = SURENESS.index("low")
    return profile, confidence
