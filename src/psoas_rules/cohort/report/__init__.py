"""The cohort report: one HTML page of counts and plots for those who answer for many people. Needs the extra `report`.

The page needs nothing else: no script, no network, no font. Every plot stands beside a table of the same numbers.
"""

from importlib.util import find_spec

if find_spec("jinja2") is None or find_spec("matplotlib") is None:
    raise ModuleNotFoundError(
        "the cohort report needs jinja2 and matplotlib: python -m pip install 'psoas-rules[report]'",
        name="matplotlib" if find_spec("matplotlib") is None else "jinja2",
    )

from psoas_rules.cohort.report.page import cohort_report, comparison_report

__all__ = ["cohort_report", "comparison_report"]
