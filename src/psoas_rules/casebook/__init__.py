"""The casebook: examples that stand in the pack, run against its rules.

Beside every rule stands a pair of answers, one for which it fires and one just past it. In `cases/` stand whole
intakes with the outcome that is expected. Both are data that a clinician can read and add to.
"""

from psoas_rules.casebook.expecting import Concluded, Expect, points_given
from psoas_rules.casebook.reading import CaseFile, WholeCase, read_case_files, read_cases
from psoas_rules.casebook.running import Failure, PairCase, misses_of, pair_cases, run_case, run_pair, run_pair_case
from psoas_rules.casebook.writing import cases_as_yaml

__all__ = [
    "CaseFile",
    "Concluded",
    "Expect",
    "Failure",
    "PairCase",
    "WholeCase",
    "cases_as_yaml",
    "misses_of",
    "pair_cases",
    "points_given",
    "read_case_files",
    "read_cases",
    "run_case",
    "run_pair",
    "run_pair_case",
]
