"""Whether the innermost loops run as machine code: where Numba is installed, and once it pays.

Numba takes half a second to start, and some seconds more the first time, to make the code; a row then takes less than
half the time. So few rows do without.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

import attrs

ENOUGH_ROWS: Final = 500_000
"""Rows in one process, decided or announced, from which on machine code is used."""


@attrs.define
class _Rows:
    """How many rows there have been in this process, and whether they matter."""

    seen: int = 0
    announced: int = 0
    fixed: bool | None = None


_rows = _Rows()


def announce(rows: int) -> None:
    """Says that a table with so many rows is about to be decided."""
    _rows.announced = max(_rows.announced, rows)


def count(rows: int) -> None:
    """Says that so many rows have been decided."""
    _rows.seen += rows


def compiled() -> bool:
    """Whether to use the loops of `cohort.compiled`."""
    if _rows.fixed is not None:
        return _rows.fixed
    return max(_rows.seen, _rows.announced) >= ENOUGH_ROWS and installed()


@contextmanager
def fixed(*, compiled: bool) -> Iterator[None]:
    """Machine code, or none, however many rows there are. For tests and for measuring; not for many threads.

    Args:
        compiled: Whether to use it.
    """
    before = _rows.fixed
    _rows.fixed = compiled
    try:
        yield
    finally:
        _rows.fixed = before


@cache
def installed() -> bool:
    """Whether Numba is there."""
    return importlib.util.find_spec("numba") is not None
