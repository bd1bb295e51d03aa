"""psoas_rules: from reported signs to a safe, explained exercise routine, or a clear refusal.

Example:
    >>> from psoas_rules import Intake, Screen, recommend
    >>> intake = Intake(signs={"low_back_pain_stiffness": 5}, screen=Screen.clear())
    >>> recommend(intake).profile.kind
    'uncertain'
"""

from psoas_rules import errors
from psoas_rules.errors import Issue
from psoas_rules.explaining import explain
from psoas_rules.intake import Intake, Person, Screen
from psoas_rules.outcomes import Dose, Outcome, Profile, Referral, Routine, Screening, Step, outcome_from_dict
from psoas_rules.pack import Pack
from psoas_rules.recommender import Recommender, check_pack, load_pack, read_intake, recommend
from psoas_rules.trace import Firing, Trace

__all__ = [
    "Dose",
    "Firing",
    "Intake",
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
