"""What can be wrong with a table of people as a whole. What is wrong in one row never stops the others."""

from psoas_rules.errors import PsoasRulesError


class CohortError(PsoasRulesError):
    """The table, or the pack, cannot be read by columns at all."""


class CohortWarning(UserWarning):
    """The table has columns that are no answers and are not named in `keep`; they are passed over."""
