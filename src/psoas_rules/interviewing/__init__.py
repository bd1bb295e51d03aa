"""An interview that asks as little as possible, never misses a danger, and knows when enough has been asked.

An `Interview` is immutable: answering gives a new one. `next_questions` gives what to ask next, dangers first;
`is_settled` says that no open question could change the outcome any more.
"""

from psoas_rules.interviewing.interview import Interview
from psoas_rules.interviewing.prompts import Progress, Prompt, SelfTestGuide, UnknownPromptError

__all__ = ["Interview", "Progress", "Prompt", "SelfTestGuide", "UnknownPromptError"]
