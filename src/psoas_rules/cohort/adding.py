"""Sums of points for many people at once: what eight rules add is looked up, for four sums together.

A row has 256 ways in which eight rules can fire. For each of them a table tells what they add, to four sums at a time,
which stand side by side in one number of 64 bits. What is borrowed by one of them from the next on the way is given
back in the end: a sum of whole numbers does not depend on how it is written.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort.errors import CohortError
from psoas_rules.cohort.packed import Maybe, side_by_side

LANES: Final = 4
"""Sums that are added up together."""
MOST: Final = 30_000
"""What can be added to a sum, by all rules together, is at most this much."""
_AT_ONCE: Final = 8
_SIGNS: Final = np.full(LANES, 1 << 15, dtype=np.uint16).view(np.uint64)[0]
"""Four sums of zero, each with its sign turned over, so that nothing is borrowed from the next one in the end."""

Four: TypeAlias = Hashable
"""The name of four sums that are added up together."""
Points: TypeAlias = NDArray[np.int16]
"""Four sums for each row: a row of the array is a row of the batch."""


@attrs.frozen(eq=False)
class _Share:
    """What eight rules add to four sums, for each way in which they can fire."""

    four: Four
    table: NDArray[np.uint64]


class Adder:
    """Adds up points.

    Args:
        rules: For each rule what it adds, and to which sums: the name of four of them, and which of the four.

    Raises:
        CohortError: if the points are too large.
    """

    def __init__(self, rules: Sequence[Mapping[tuple[Four, int], int]]) -> None:
        if sum(max(map(abs, points.values()), default=0) for points in rules) > MOST:
            raise CohortError("the points of this pack are too large to be summed by columns; use `recommend`")
        names = {four: place for place, four in enumerate(dict.fromkeys(four for one in rules for four, _ in one))}
        # Those that add to the same sums stand together, so that eight of them add to few.
        order = sorted(
            (number for number, one in enumerate(rules) if one),
            key=lambda number: sorted({names[four] for four, _ in rules[number]}),
        )
        eights = [tuple(order[start : start + _AT_ONCE]) for start in range(0, len(order), _AT_ONCE)]
        self._groups = tuple((eight, tuple(_shares([rules[number] for number in eight]))) for eight in eights)
        # The same for each rule by itself, with two sums at a time.
        self.place = names
        """The place of each four sums."""
        alone = [(number, two) for number in order for two in _in_twos(_shares([rules[number]]))]
        self.order = tuple(number for number, _ in alone)
        """The rules that add anything; one that adds to more than eight sums comes again."""
        self.sums_of = np.full((len(alone), 2), len(names), dtype=np.int64)
        """For each of `order` the places of those to which it adds; the place behind the last is for nothing."""
        self.adds = np.zeros((len(alone), 2), dtype=np.uint64)
        """For each of `order` what it adds to these."""
        for place, (_, two) in enumerate(alone):
            for side, share in enumerate(two):
                self.sums_of[place, side] = names[share.four]
                self.adds[place, side] = share.table[1]

    def sums(self, fired: Sequence[Maybe], rows: int) -> dict[Four, Points]:
        """The sums for some rows.

        Args:
            fired: For each rule the rows in which it fired.
            rows: How many rows there are.

        Returns:
            Four sums for each row, by their name; those to which nothing is added are left out.
        """
        found: dict[Four, NDArray[np.uint64]] = {}
        for eight, shares in self._groups:
            vectors = [fired[number] for number in eight]
            if all(one is None for one in vectors):
                continue
            # As indices once, or each look-up would convert them anew.
            ways = side_by_side(vectors, rows)[:rows].astype(np.intp)
            for share in shares:
                added = share.table.take(ways, mode="clip")
                if share.four in found:
                    np.add(found[share.four], added, out=found[share.four])
                else:
                    found[share.four] = added
        for sums in found.values():
            np.bitwise_xor(np.add(sums, _SIGNS, out=sums), _SIGNS, out=sums)
        return {four: sums.astype("<u8", copy=False).view("<i2").reshape(rows, LANES) for four, sums in found.items()}


def _shares(rules: Sequence[Mapping[tuple[Four, int], int]]) -> list[_Share]:
    ways = np.arange(256)
    shares = []
    for four in dict.fromkeys(four for one in rules for four, _ in one):
        table = np.zeros(256, dtype=np.int64)
        for number, one in enumerate(rules):
            for lane in range(LANES):
                table += (ways >> number & 1) * (one.get((four, lane), 0) << 16 * lane)
        shares.append(_Share(four, table.view(np.uint64)))
    return shares


def _in_twos(shares: Sequence[_Share]) -> Iterator[Sequence[_Share]]:
    for start in range(0, len(shares), 2):
        yield shares[start : start + 2]
