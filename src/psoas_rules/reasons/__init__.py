"""Why one exercise is in a person's outcome or is not, and why one rule fired or stayed quiet.

`why` tells it for an exercise or a rule, in words. `why_not` goes through every way by which an exercise could have
come in, and names for each the first thing that keeps it out.
"""

from psoas_rules.reasons.objecting import Objections, why_not
from psoas_rules.reasons.obstacles import Closed, Obstacle, ObstacleKind, WhyNot
from psoas_rules.reasons.reason import Reason, UnknownNameError
from psoas_rules.reasons.telling import why
from psoas_rules.reasons.unmet import Unmet, test_in_words
from psoas_rules.reasons.ways import Way, WayKind

__all__ = [
    "Closed",
    "Objections",
    "Obstacle",
    "ObstacleKind",
    "Reason",
    "UnknownNameError",
    "Unmet",
    "Way",
    "WayKind",
    "WhyNot",
    "test_in_words",
    "why",
    "why_not",
]
