"""Whether the innermost loops run as machine code: where Numba is installed, and once it pays.

Numba takes half a second to start, and some seconds more the first time, to make the code; a row then takes about half
the time. So few rows do without.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Final

ENOUGH_ROWS: Final = 500_000
"""Rows in one process, decided or announced, from which on machine code is used."""


class _Rows:
    """How many rows there have been in this process."""

    def __init__(self) -> None:
        self.seen = 0
        self.announced = 0


_rows = _Rows()


def announce(rows: int) -> None:
    """Says that a table with so many rows is about to be decided."""
    _rows.announced = max(_rows.announced, rows)


def count(rows: int) -> None:
    """Says that so many rows have been decided."""
    _rows.seen += rows


def compiled() -> bool:
    """Whether to use the loops of `cohort.compiled`."""
    return max(_rows.seen, _rows.announced) >= ENOUGH_ROWS and _installed()


@cache
def _installed() -> bool:
    return importlib.util.find_spec("numba") is not None
