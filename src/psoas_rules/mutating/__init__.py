"""Mutation testing of a pack: would its own cases notice if one small thing in it were wrong?

`mutate` changes one thing at a time (drops a rule, negates a test, moves a threshold by a step, lets an exclusion go,
changes a dose) and runs the cases that can feel it. What no case notices survives, and is told with its place. Mutants
that nobody could tell from the pack are left out (see `equivalence`).
"""

from psoas_rules.mutating.equivalence import IsEquivalent, is_equivalent
from psoas_rules.mutating.mutants import Mutant, mutants
from psoas_rules.mutating.running import ENOUGH, Report, Tally, Tried, mutate
from psoas_rules.mutating.trying import Verdict

__all__ = [
    "ENOUGH",
    "IsEquivalent",
    "Mutant",
    "Report",
    "Tally",
    "Tried",
    "Verdict",
    "is_equivalent",
    "mutants",
    "mutate",
]
