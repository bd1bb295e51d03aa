"""Weighing the evidence for many people at once: points as sums by columns, then words, profile and sureness.

What the numbers mean is `psoas_rules.weighing`; the constants and the points are taken from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort import loops
from psoas_rules.cohort.adding import LANES, Adder, Four, Points
from psoas_rules.cohort.errors import CohortError
from psoas_rules.cohort.packed import Maybe, stacked
from psoas_rules.outcomes import ProfileKind, Sureness, Word
from psoas_rules.weighing import PERSON_TARGETS, PLACES, Scales, Standing, conclude

if TYPE_CHECKING:
    from psoas_rules.cohort.compiled import Marks

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
_UNCERTAIN: Final = WORDS.index("uncertain")
_OF_PATTERNS: Final = ("reported", "up", "down", "tested")
"""The names of the sums for patterns, each for all of `PLACES`."""
_BLOCK: Final = 16_384
"""Rows that are weighed together, so that the processor keeps them at hand; a multiple of eight."""
_ROOM: Final = 192
"""Numbers that are left free behind each line."""
MOST_CONSTANT: Final = 2_000
"""The furthest from zero that a constant may be, in hundredths of a point: with all points it must fit in 16 bits."""
_LEFT, _RIGHT = 0, 2
"""Of an item that is asked on both sides, where the points of each side stand; whether there are any stands behind."""

_IN_EACH: Final = np.ones(LANES, dtype=np.uint8).view(np.uint32)[0]
"""A one in each of four bytes."""

Counts: TypeAlias = NDArray[np.unsignedinteger[Any]]
"""For each row how many signs that bear on a pattern were answered."""
_Words: TypeAlias = NDArray[np.int8]
_Flags: TypeAlias = NDArray[np.bool_]

assert len(PLACES) == LANES


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

    words: _Words
    totals: Points
    person: Mapping[str, Points]
    profile: _Words
    confidence: _Words


def as_points(hundredths: Points) -> NDArray[np.float64]:
    """Hundredths as points, just as `weighing` writes them in its findings."""
    # Not with the short numbers that they come in: their quotient would be a short one, too, and 0.7 not reach 0.7.
    found: NDArray[np.float64] = hundredths.astype(np.float64) / 100
    return found


class ScalesByColumns:
    """The scales of a pack for batches.

    Args:
        scales: The scales of the pack.

    Raises:
        CohortError: if the points or constants of the pack are too large for short numbers.
    """

    def __init__(self, scales: Scales) -> None:
        self._weights = scales.weights
        if max(map(abs, attrs.astuple(self._weights))) > MOST_CONSTANT:
            raise CohortError("the constants of this pack are too large to weigh by columns; use `recommend`")
        given: list[dict[tuple[Four, int], int]] = []
        for number in range(len(scales.points)):
            points: dict[tuple[Four, int], int] = {}
            for place, hundredths in _adds(scales, number):
                points[place] = points.get(place, 0) + hundredths
            given.append(points)
        self._adder = Adder(given)
        fours = dict.fromkeys(four for points in given for four, _ in points)
        self._paired = {
            target: tuple(four for four in fours if isinstance(four, _Paired) and four.target == target)
            for target in PERSON_TARGETS
        }

    def weigh(self, fired: Sequence[Maybe], items: Counts, rows: int) -> Weighing:
        """Weighs the evidence.

        Args:
            fired: For each evidence rule the rows in which it fired.
            items: For each row, how many signs that bear on a pattern were answered.
            rows: How many rows there are.
        """
        if loops.compiled():
            return self._compiled(fired, items)
        found = Weighing(
            words=np.empty((LANES, rows), dtype=np.int8),
            totals=np.empty((LANES, rows), dtype=np.int16),
            person={target: np.zeros(rows, dtype=np.int16) for target in PERSON_TARGETS},
            profile=np.empty(rows, dtype=np.int8),
            confidence=np.empty(rows, dtype=np.int8),
        )
        for start in range(0, rows, _BLOCK):
            end = min(start + _BLOCK, rows)
            some = [None if one is None else one[start >> 3 : (end + 7) >> 3] for one in fired]
            sums = self._adder.sums(some, end - start)
            self._patterns(sums, items[start:end], found, slice(start, end))
            for target, points in self._people(sums):
                found.person[target][start:end] += points
        return found

    def _compiled(self, fired: Sequence[Maybe], items: Counts) -> Weighing:
        from psoas_rules.cohort import compiled

        adder = self._adder
        no_sum = len(adder.place)
        once = [(*_once(place), place) for place in range(len(PERSON_TARGETS))]
        points = [(adder.place[four], lane, place) for four, lane, place in once if four in adder.place]
        pairs = [(adder.place[pair], at) for at, target in enumerate(PERSON_TARGETS) for pair in self._paired[target]]
        # With some room behind each line, or they would all fight for the same places in the processor's cache.
        wide = len(items) + _ROOM
        words, totals = np.empty((LANES, wide), dtype=np.int8), np.empty((LANES, wide), dtype=np.int16)
        people = np.zeros((len(PERSON_TARGETS), wide), dtype=np.int16)
        profile, sureness = np.empty((2, wide), dtype=np.int8)
        compiled.weighed(
            stacked([fired[number] for number in adder.order], len(items)),
            # One more than there are, to which nothing is added.
            (adder.which, adder.tables, no_sum + 1),
            (
                np.array([adder.place.get(four, no_sum) for four in _OF_PATTERNS], dtype=np.int64),
                np.array(points, dtype=np.int64).reshape(-1, 3),
                np.array(pairs, dtype=np.int64).reshape(-1, 2),
            ),
            (items, self._marks(), _CODES),
            (words, totals, people, profile, sureness),
        )
        here = slice(len(items))
        person = {target: points[here] for target, points in zip(PERSON_TARGETS, people, strict=True)}
        return Weighing(words[:, here], totals[:, here], person, profile[here], sureness[here])

    def _marks(self) -> Marks:
        from psoas_rules.cohort import compiled

        return compiled.Marks(
            **attrs.asdict(self._weights),
            word_unlikely=_UNLIKELY,
            word_uncertain=_UNCERTAIN,
            word_provisional=_FITS,
            word_supported=_SURE,
            against=_AGAINST,
            tested=_TESTED,
        )

    def _patterns(self, sums: Mapping[Four, Points], items: Counts, found: Weighing, here: slice) -> None:
        w = self._weights
        nothing = np.zeros((len(items), LANES), dtype=np.int16)
        reported, up, down, tested = (sums.get(four, nothing) for four in _OF_PATTERNS)
        measured = up + down
        totals = np.minimum(reported, w.reported_cap) + measured + np.int16(w.prior)
        any_tested, above = tested > 0, up > 0
        # Each step is above those before it, so that the highest one stands.
        # Once for each place: as bytes side by side, many times faster than what NumPy does with so short rows.
        enough = ((items >= w.enough_items) * _IN_EACH).view(np.bool_).reshape(-1, LANES)
        words = (any_tested | enough).view(np.int8) * np.int8(_UNLIKELY)
        for holds, word in (
            (totals > w.unlikely, _UNCERTAIN),
            (totals >= w.provisional, _FITS),
            ((totals >= w.supported) & above, _SURE),
        ):
            np.maximum(words, holds.view(np.int8) * np.int8(word), out=words)
        against = (
            (above & (down < 0))
            | ((reported >= w.contradiction) & (measured < 0))
            | ((reported <= -w.contradiction) & (measured > 0))
        )
        found.words[:, here], found.totals[:, here] = words.T, totals.T
        found.profile[here], found.confidence[here] = _conclude(words, totals, any_tested, against)

    def _people(self, sums: Mapping[Four, Points]) -> Iterator[tuple[str, Points]]:
        """The points of the person as a whole: an item asked on both sides counts once, where it is higher."""
        for place, target in enumerate(PERSON_TARGETS):
            four, lane = _once(place)
            if four in sums:
                yield target, sums[four][:, lane]
            for pair in self._paired[target]:
                if pair in sums:
                    points = sums[pair]
                    left, right = points[:, _LEFT], points[:, _RIGHT]
                    has_left, has_right = points[:, _LEFT + 1] > 0, points[:, _RIGHT + 1] > 0
                    only = np.where(has_left, left, right)
                    # Nothing told on either side is nothing on the right one, too.
                    yield target, np.where(has_left & has_right, np.maximum(left, right), only)


@attrs.frozen
class _Paired:
    """The sums of an item that is asked on both sides: the points of each, and whether there are any."""

    target: str
    item: str


def _once(target: int) -> tuple[Four, int]:
    """Where the points of items that are asked once are summed, for a target by its place."""
    four, lane = divmod(target, LANES)
    return ("once", four), lane


def _adds(scales: Scales, number: int) -> Iterable[tuple[tuple[Four, int], int]]:
    """What one rule adds to which sums, each with a name."""
    one = scales.points[number]
    for place, points in one.patterns:
        if one.rule.measured:
            yield ("up" if points > 0 else "down", place), points
            yield ("tested", place), 1
        else:
            yield ("reported", place), points
    for target, points in one.person:
        if one.rule.side is None:
            yield _once(PERSON_TARGETS.index(target)), points
        else:
            four, lane = _Paired(target, str(one.rule.item)), _LEFT if one.rule.side == "left" else _RIGHT
            yield (four, lane), points
            yield (four, lane + 1), 1


def _conclude(words: _Words, totals: Points, tested: _Flags, against: _Flags) -> tuple[_Words, _Words]:
    """Profile and sureness, from the side that each pattern fits better; the left one when they are even."""
    stand = words + against.view(np.int8) * np.int8(_AGAINST) + tested.view(np.int8) * np.int8(_TESTED)
    tight, weak = (
        np.where(totals[:, first] >= totals[:, first + 1], stand[:, first], stand[:, first + 1]) for first in (0, 2)
    )
    both = tight.astype(np.intp) * len(_STANDINGS) + weak
    profile, sureness = _CODES.reshape(-1, 2).T
    return profile.take(both, mode="clip"), sureness.take(both, mode="clip")


_AGAINST: Final = len(WORDS)
_TESTED: Final = 2 * len(WORDS)
_STANDINGS: Final = tuple(
    Standing(word, contradicted, measured)
    for measured in (False, True)
    for contradicted in (False, True)
    for word in WORDS
)
_CODES: Final = np.array(
    [
        [
            (PROFILES.index(profile), SURENESS.index(sureness))
            for profile, sureness in (conclude(tight, weak) for weak in _STANDINGS)
        ]
        for tight in _STANDINGS
    ],
    dtype=np.int8,
)
"""For each pair of standings the profile, and how sure it is."""
