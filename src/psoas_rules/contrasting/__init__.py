"""What would be different with other answers: two outcomes compared, with the rules and the answers behind it."""

from psoas_rules.contrasting.aspects import What
from psoas_rules.contrasting.contrast import AnswerChange, Contrast, Difference
from psoas_rules.contrasting.finding import what_if

__all__ = ["AnswerChange", "Contrast", "Difference", "What", "what_if"]
