"""What comes out: a `Routine`, a `Referral` or a `Screening`, as frozen values, and the one way they are told.

`sheet` puts an outcome into the words and the order in which people read it; every format is written from that.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from psoas_rules.importing import IMPORTING
from psoas_rules.outcomes.values import (
    Day,
    Dose,
    LeftOut,
    Note,
    Outcome,
    PackStamp,
    Profile,
    ProfileKind,
    Question,
    Referral,
    Request,
    Routine,
    Screening,
    ScreenQuestion,
    SidePattern,
    Step,
    Sureness,
    Word,
    outcome_from_dict,
)

if TYPE_CHECKING:
    from psoas_rules.outcomes.captions import CAPTIONS, Captions
    from psoas_rules.outcomes.html import to_html
    from psoas_rules.outcomes.labels import ENGLISH, Labels
    from psoas_rules.outcomes.sheets import DaySheet, Role, Section, Sheet, StepSheet, sheet

__all__ = [
    "CAPTIONS",
    "ENGLISH",
    "Captions",
    "Day",
    "DaySheet",
    "Dose",
    "Labels",
    "LeftOut",
    "Note",
    "Outcome",
    "PackStamp",
    "Profile",
    "ProfileKind",
    "Question",
    "Referral",
    "Request",
    "Role",
    "Routine",
    "ScreenQuestion",
    "Screening",
    "Section",
    "Sheet",
    "SidePattern",
    "Step",
    "StepSheet",
    "Sureness",
    "Word",
    "outcome_from_dict",
    "sheet",
    "to_html",
]

# What tells outcomes is imported when one is told: who only reads `outcome.kind` does not wait for it.
_HOMES = {
    **dict.fromkeys(("CAPTIONS", "Captions"), "captions"),
    **dict.fromkeys(("ENGLISH", "Labels"), "labels"),
    "to_html": "html",
    **dict.fromkeys(("DaySheet", "Role", "Section", "Sheet", "StepSheet", "sheet"), "sheets"),
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'psoas_rules.outcomes' has no attribute '{name}'", name=name)
    with IMPORTING:
        found = getattr(import_module(f"psoas_rules.outcomes.{home}"), name)
    globals()[name] = found
    return found
