"""psoas_rules: from reported signs to a safe, explained exercise routine, or a clear refusal.

Example:
    >>> from psoas_rules import Intake, Screen, recommend
    >>> intake = Intake(signs={"low_back_pain_stiffness": 5}, screen=Screen.clear())
    >>> recommend(intake).profile.kind
    'uncertain'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from psoas_rules.importing import IMPORTING

if TYPE_CHECKING:
    from psoas_rules import errors
    from psoas_rules.errors import Issue
    from psoas_rules.explaining import explain
    from psoas_rules.intake import Intake, Person, Screen
    from psoas_rules.interviewing import Interview
    from psoas_rules.outcomes import Dose, Outcome, Profile, Referral, Routine, Screening, Step, outcome_from_dict
    from psoas_rules.pack import Pack
    from psoas_rules.recommender import Recommender, check_pack, load_pack, read_intake, recommend
    from psoas_rules.trace import Firing, Trace

__all__ = [
    "Dose",
    "Firing",
    "Intake",
    "Interview",
    "Issue",
    "Outcome",
    "Pack",
    "Person",
    "Profile",
    "Recommender",
    "Referral",
    "Routine",
    "Screen",
    "Screening",
    "Step",
    "Trace",
    "check_pack",
    "errors",
    "explain",
    "load_pack",
    "outcome_from_dict",
    "read_intake",
    "recommend",
]

# Imported when first asked for: an app that only reads an answer now and then starts without waiting for the rest.
_HOMES = {
    "errors": ("errors",),
    "Issue": ("errors", "Issue"),
    "explain": ("explaining", "explain"),
    **{name: ("intake", name) for name in ("Intake", "Person", "Screen")},
    **{name: ("outcomes", name) for name in ("Dose", "Outcome", "Profile", "Referral", "Routine", "Screening", "Step")},
    "Interview": ("interviewing", "Interview"),
    "outcome_from_dict": ("outcomes", "outcome_from_dict"),
    "Pack": ("pack", "Pack"),
    **{name: ("recommender", name) for name in ("Recommender", "check_pack", "load_pack", "read_intake", "recommend")},
    **{name: ("trace", name) for name in ("Firing", "Trace")},
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'psoas_rules' has no attribute '{name}'", name=name)
    with IMPORTING:
        found = import_module(f"psoas_rules.{home[0]}")
    for part in home[1:]:
        found = getattr(found, part)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
