"""Running the cases of a pack, measuring what they cover, and proposing those that are missing.

`run_cases` gives a `Report`: failures, broken files, and for every rule which of its tests the cases show to decide
something (masking MC/DC), with the reason for what is not covered. `propose_cases` gives the smallest whole intakes for
boundaries that no case looks at. `cells`, `deciding` and `measuring` hold the parts, for tools that build on them.
"""

from psoas_rules.covering.measuring import Cause, Coverage, Gap, LeafCoverage, place_of
from psoas_rules.covering.proposing import Proposal, Proposals, propose_cases, write_proposals
from psoas_rules.covering.running import Casebook, Report, run_book, run_cases

__all__ = [
    "Casebook",
    "Cause",
    "Coverage",
    "Gap",
    "LeafCoverage",
    "Proposal",
    "Proposals",
    "Report",
    "place_of",
    "propose_cases",
    "run_book",
    "run_cases",
    "write_proposals",
]
