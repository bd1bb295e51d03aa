"""What can be wrong with a table of people as a whole. What is wrong in one row never stops the others."""

import inspect
import warnings
from typing import Final

from psoas_rules.errors import PsoasRulesError

_OUR_OWN: Final = __name__.rpartition(".")[0]


class CohortError(PsoasRulesError):
    """The table, or the pack, cannot be read by columns at all."""


class CohortWarning(UserWarning):
    """The table has columns that are passed over, or that are handed through and may be meant as answers."""


def warn(message: str) -> None:
    """Warns of something, at the place where the library was called."""
    level, frame = 1, inspect.currentframe()
    while frame and str(frame.f_globals.get("__name__")).startswith(_OUR_OWN):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, CohortWarning, stacklevel=level)
