"""What changes in meaning from one pack to another, whom it touches, and whether the new one is as safe.

`compare(old, new)` gives a `Comparison`:

- its `effects`: every change that an outcome can hang on, with the file and line and the smallest person found for whom
  it makes a difference, as answers with what both packs decide. Another layout of the same is no change;
- its `programmes`: every change that programmes can hang on, and whether some report is decided less strictly;
- its `words`: what changed for readers alone;
- its `safety`: a proof that nobody's outcome becomes less strict (see `strictness` for what that means), somebody who
  refutes it, or the word that it is not decided;
- its `version`: the step that follows by the policy in `versions`, and whether `pack.yaml` made it.

The proof needs the extra `prove`; everything else works without.

Example:
    >>> from psoas_rules.comparing import compare
    >>> comparison = compare(None, None)
    >>> comparison.same, comparison.safety.verdict, comparison.version.asked
    (True, 'no_change', 'none')
"""

from psoas_rules.comparing.changes import Change, Edit
from psoas_rules.comparing.comparison import Comparison, Effect, ProgrammeEffect, Safety, Verdict, compare
from psoas_rules.comparing.reports import Judgement, Report, Strictness
from psoas_rules.comparing.strictness import Criterion, Looser
from psoas_rules.comparing.versions import Bump, VersionStep
from psoas_rules.comparing.views import Difference, StepView, View
from psoas_rules.comparing.witnesses import Witness

__all__ = [
    "Bump",
    "Change",
    "Comparison",
    "Criterion",
    "Difference",
    "Edit",
    "Effect",
    "Judgement",
    "Looser",
    "ProgrammeEffect",
    "Report",
    "Safety",
    "StepView",
    "Strictness",
    "Verdict",
    "VersionStep",
    "View",
    "Witness",
    "compare",
]
