"""The handout: an outcome as one HTML file to keep, to print and to follow on a screen. Needs the extra `handout`.

The file needs nothing else: no network, no font, no library. It prints to one or two pages from a browser. On a screen
each exercise has a timer; with scripts off everything else is there. What it says comes from
`psoas_rules.outcomes.sheet`.
"""

from importlib.util import find_spec

if find_spec("jinja2") is None:
    raise ModuleNotFoundError(
        "the handout needs the template library jinja2: python -m pip install 'psoas-rules[handout]'", name="jinja2"
    )

from psoas_rules.handout.page import Look, Paper, handout
from psoas_rules.handout.words import PAGE_ENGLISH, Words
from psoas_rules.outcomes.pictures import Picture

__all__ = ["PAGE_ENGLISH", "Look", "Paper", "Picture", "Words", "handout"]
