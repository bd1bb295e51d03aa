"""Outcomes for whole cohorts, by columns. Needs the extra `cohort`.

A table with a row for each person goes in, a table with a row for each outcome comes out. Each row is what
`Recommender.recommend` says about that person; a cell that cannot be read makes its own row `invalid` and no other.

    table = pyarrow.parquet.read_table("people.parquet")
    outcomes = recommend_table(table, keep=["person_id"])

`cohort.report` draws pages about the result; `on_dask`, `on_spark` and `on_ray` do the same on many machines.
"""

from importlib.util import find_spec

if find_spec("numpy") is None or find_spec("pyarrow") is None:
    raise ModuleNotFoundError("cohorts need numpy and pyarrow: python -m pip install 'psoas-rules[cohort]'")

from psoas_rules.cohort.comparing import CohortComparison, compare
from psoas_rules.cohort.errors import CohortError, CohortWarning
from psoas_rules.cohort.running import recommend_batches, recommend_table, warm_up
from psoas_rules.cohort.schema import COLUMNS, output_schema
from psoas_rules.cohort.tallying import Tally, tally
from psoas_rules.cohort.unanswered import Unanswered, unanswered

__all__ = [
    "COLUMNS",
    "CohortComparison",
    "CohortError",
    "CohortWarning",
    "Tally",
    "Unanswered",
    "compare",
    "output_schema",
    "recommend_batches",
    "recommend_table",
    "tally",
    "unanswered",
    "warm_up",
]
