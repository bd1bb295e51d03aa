"""Rows in another order, so that those of one group stand together and nothing else is gone through for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort import compiled
from psoas_rules.cohort.packed import Lists, Maybe, anybody, indices, stacked
from psoas_rules.cohort.shown import Parts

_WORD: Final = compiled.WORD


@attrs.frozen(eq=False)
class Arranged:
    """Rows in the order of their groups.

    Attributes:
        order: The row at each place. Each group begins with a number of 64 bits of its own; what that leaves free
            holds any row.
        groups: For each group its places.
        place: For each row its place; -1 for a row of no group.
    """

    order: NDArray[np.int64]
    groups: tuple[slice, ...]
    place: NDArray[np.int32]

    @classmethod
    def by(cls, groups: Sequence[Maybe], rows: int) -> Arranged:
        """The rows of these groups; no row is in two of them."""
        members = [indices(one, rows) for one in groups]
        ends = np.cumsum([0, *(-(-len(those) // _WORD) * _WORD for those in members)]).tolist()
        order = np.zeros(ends[-1], dtype=np.int64)
        place = np.full(rows, -1, dtype=np.int32)
        for those, begin in zip(members, ends[:-1], strict=True):
            order[begin : begin + len(those)] = those
            place[those] = np.arange(begin, begin + len(those))
        return cls(order, tuple(slice(*ends[number : number + 2]) for number in range(len(members))), place)

    def vectors(self, those: Sequence[Maybe]) -> list[list[Maybe]]:
        """For each group these vectors of bits, for its places. Bits where a group leaves places free mean nothing."""
        some = {id(vector): vector for vector in those if vector is not None}
        line = {each: number for number, each in enumerate(some)}
        found = np.empty((len(some), len(self.order) // _WORD), dtype=np.uint64)
        if some:
            compiled.arranged(stacked([*some.values()], len(self.place)), self.order, found)
        return [
            [None if vector is None else _part(found[line[id(vector)]], group) for vector in those]
            for group in self.groups
        ]

    def back(self, lists: Lists) -> Lists:
        """Lists of the places as lists of the rows."""
        return Lists.of((), len(self.place), behind=(lists, self.place))

    def steps(
        self, lists: Lists, doses: tuple[NDArray[np.int32], NDArray[np.uint16], NDArray[np.int64]], shown: Parts
    ) -> tuple[Lists, Parts]:
        """The exercises of each row, with what is shown of their doses.

        Args:
            lists: For each place its exercises.
            doses: The class of each place; for each exercise and class the place of the dose among those of the
                exercise; and where those of each exercise begin among all.
            shown: What is shown of all doses.
        """
        count = len(lists.values)
        found = Lists(np.empty(count, dtype=np.int16), np.empty(len(self.place) + 1, dtype=np.int32))
        parts: Any = tuple(np.empty(count, dtype=part.dtype) for part in shown)
        compiled.steps(
            (lists.values, lists.offsets, doses[0]),
            self.place,
            doses[1:],
            shown,
            (found.values, parts, found.offsets),
        )
        return found, parts


def _part(vector: NDArray[np.uint64], group: slice) -> Maybe:
    found = vector[group.start // _WORD : group.stop // _WORD].view(np.uint8)
    return found if anybody(found) else None
