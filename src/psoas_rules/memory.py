"""A bounded memory for what was worked out before. Forgetting is always allowed: it costs time, never an answer."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memory(Generic[Value]):
    """What was worked out for which question. Safe to share between threads.

    It keeps two generations. What is asked for again moves to the young one; when that is full it becomes the old one,
    and what nobody asked for meanwhile is gone. A race between threads can lose an entry, never mix two up.

    Args:
        most: How many entries it keeps at the most; 0 for none.
    """

    __slots__ = ("_old", "_room", "_young")

    def __init__(self, most: int) -> None:
        self._room = most // 2
        self.forget()

    def forget(self) -> None:
        """Starts afresh."""
        self._young: dict[Hashable, Value] = {}
        self._old: dict[Hashable, Value] = {}

    def get(self, question: Hashable) -> Value | None:
        """What was remembered, or None."""
        found = self._young.get(question)
        if found is None:
            found = self._old.get(question)
            if found is not None:
                self.put(question, found)
        return found

    def put(self, question: Hashable, answer: Value) -> None:
        """Remembers an answer, which is not None."""
        if self._room:
            if len(self._young) >= self._room:
                self._old, self._young = self._young, {}
            self._young[question] = answer

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def __reduce__(self) -> tuple[type[Memory[Value]], tuple[int]]:
        # A copy starts afresh.
        return Memory, (self._room * 2,)
