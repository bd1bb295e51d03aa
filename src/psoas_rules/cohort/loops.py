"""Whether the innermost loops run as machine code: where Numba is installed, and once it pays.

Numba takes most of a second to start, and some ten seconds the first time, to make the code; a row then takes less than
half the time. So few rows do without.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final

import attrs

from psoas_rules.cohort.errors import warn

ENOUGH_ROWS: Final = 500_000
"""Rows in one process, decided or announced, from which on machine code is used."""


@attrs.define
class _Rows:
    """How many rows there have been in this process."""

    decided: int = 0
    announced: int = 0


_rows = _Rows()
_fixed: ContextVar[bool | None] = ContextVar("_fixed", default=None)
"""Whether to use machine code however many rows there are; None when that depends on them."""


def announce(rows: int) -> None:
    """Says that a table with so many rows is about to be decided."""
    _rows.announced = max(_rows.announced, rows)


def decided(rows: int) -> None:
    """Says that so many rows have been decided."""
    _rows.decided += rows


def compiled() -> bool:
    """Whether to use the loops of `cohort.compiled`."""
    said = _fixed.get()
    if said is not None:
        return said
    return max(_rows.decided, _rows.announced) >= ENOUGH_ROWS and installed()


@contextmanager
def fixed(*, compiled: bool) -> Iterator[None]:
    """Machine code, or none, however many rows there are: for tests, for measuring and to make it beforehand.

    Args:
        compiled: Whether to use it. Other threads do not notice.
    """
    before = _fixed.set(compiled)
    try:
        yield
    finally:
        _fixed.reset(before)


@cache
def installed() -> bool:
    """Whether Numba is there, and can be used; the first time it is started."""
    # Numbers are taken apart into bytes as little-endian processors keep them.
    if importlib.util.find_spec("numba") is None or sys.byteorder != "little":
        return False
    try:
        from psoas_rules.cohort import compiled as made
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, everything works without
        warn(f"Numba is installed and cannot be used ({error}); NumPy does its work, in twice the time")
        return False
    return made.USABLE
