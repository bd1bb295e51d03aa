"""The smallest change of a person's answers that brings something about, and the proof that there is none."""

from psoas_rules.counterfactuals.finding import counterfactual
from psoas_rules.counterfactuals.found import Change, Counterfactual, NoCounterfactual
from psoas_rules.counterfactuals.goals import AnyRoutine, Exclude, Goal, Include, Level, MoreOf, Pattern
from psoas_rules.counterfactuals.options import UnchangeableError

__all__ = [
    "AnyRoutine",
    "Change",
    "Counterfactual",
    "Exclude",
    "Goal",
    "Include",
    "Level",
    "MoreOf",
    "NoCounterfactual",
    "Pattern",
    "UnchangeableError",
    "counterfactual",
]
