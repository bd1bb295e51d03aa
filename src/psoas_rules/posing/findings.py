"""What is amiss with a figure."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that is amiss with a figure.

    Attributes:
        exercise: The exercise that the figure shows.
        code: Stable name of the kind of finding, such as `contact`.
        message: What is wrong, and what to do about it.
        frame: The moment where it is worst, from 0 at the start; None when the whole figure is meant.
        amount: How far it is off, in the unit of the message; None where nothing is measured.
    """

    exercise: str
    code: str
    message: str
    frame: int | None = None
    amount: float | None = None

    def __str__(self) -> str:
        place = f" (frame {self.frame})" if self.frame is not None else ""
        return f"poses/{self.exercise}.yaml: {self.message}{place} [{self.code}]"
