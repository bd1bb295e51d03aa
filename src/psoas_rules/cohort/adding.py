"""Sums of points for many people at once: what eight rules add is looked up, for four sums together.

A row has 256 ways in which eight rules can fire. For each of them a table tells what they add, to four sums at a time,
which stand side by side in one number of 64 bits. What is borrowed by one of them from the next on the way is given
back in the end: a sum of whole numbers does not depend on how it is written.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
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
        self.place = names
        """The place of each four sums."""
        self.order = tuple(order)
        """The rules that add anything, eight by eight."""
        shares = sorted(
            ((names[share.four], eight, share.table) for eight, (_, own) in enumerate(self._groups) for share in own),
            key=lambda share: share[:2],
        )
        self.which = np.array([share[:2] for share in shares], dtype=np.int64).reshape(-1, 2)
        """For each share the place of its four sums, and which eight rules add to them."""
        self.tables = np.array([share[2] for share in shares], dtype=np.uint64).reshape(-1, 1 << _AT_ONCE)
        """For each share what these add, for each way in which they can fire."""

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
    ways = np.arange(1 << _AT_ONCE)
    shares = []
    for four in dict.fromkeys(four for one in rules for four, _ in one):
        table = np.zeros(1 << _AT_ONCE, dtype=np.int64)
        for number, one in enumerate(rules):
            for lane in range(LANES):
                table += (ways >> number & 1) * (one.get((four, lane), 0) << 16 * lane)
        shares.append(_Share(four, table.view(np.uint64)))
    return shares
