"""What stands on the card of an exercise, in the pieces that the page gives a look of their own."""

from __future__ import annotations

import re
from typing import Final, Self

import attrs
from markupsafe import Markup

from psoas_rules.outcomes import StepSheet

_SIZE: Final = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
_WIDE: Final = 1.9
"""From this ratio of width to height a picture is wide."""


@attrs.frozen(kw_only=True)
class Card:
    """One exercise on the page.

    Attributes:
        step: What the sheet says about it.
        dose: What is said about its amount: sides, rest and tempo.
        picture: Its picture as markup; None where there is none.
        square: Whether the picture is about as high as it is wide.
        timer: What its timer does, as JSON.
        minds: What to mind, one sentence each.
        stop: When to stop it, in one line; empty where nothing is said.
        others: How it should feel, on how many days it is done, and what it stands in for.
    """

    step: StepSheet
    dose: tuple[str, ...]
    picture: Markup | None
    square: bool
    timer: str
    minds: tuple[str, ...]
    stop: str
    others: tuple[str, ...]

    @classmethod
    def of(cls, step: StepSheet, picture: Markup | None, timer: str) -> Self:
        """The card of a step. Its remarks begin with what to mind."""
        minds = len(step.cautions)
        return cls(
            step=step,
            dose=tuple(filter(None, (step.side, *step.extra, step.rest, step.tempo))),
            picture=picture,
            square=_is_square(picture or ""),
            timer=timer,
            minds=step.remarks[:minds],
            stop=step.stop_text,
            others=step.remarks[minds:],
        )


def _is_square(picture: str) -> bool:
    size = _SIZE.search(picture)
    return size is not None and float(size[1]) < _WIDE * float(size[2])
