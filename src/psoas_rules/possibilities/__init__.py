"""What can still come out while answers are open: certain, possible or ruled out, and which answers matter for it."""

from psoas_rules.possibilities.essence import essence
from psoas_rules.possibilities.foresight import Fate, Possibilities, Possible

__all__ = ["Fate", "Possibilities", "Possible", "essence"]
