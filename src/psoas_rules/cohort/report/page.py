"""Putting the page together: counts, plots, words and styles into one template."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import jinja2
from markupsafe import Markup

from psoas_rules.cohort.comparing import CohortComparison
from psoas_rules.cohort.report.comparison import compared
from psoas_rules.cohort.report.panels import panels
from psoas_rules.cohort.report.wording import OUTCOMES, counted, share
from psoas_rules.cohort.tallying import Tally, tally
from psoas_rules.cohort.unanswered import Unanswered, unanswered
from psoas_rules.legible import legible
from psoas_rules.recommender import Recommender, builtin

_TITLE: Final = "Cohort report"
_COMPARISON_TITLE: Final = "Two packs compared"

_NUMBER: Final = re.compile(r"[<>]?[\d,.]+(?: %)?")


def cohort_report(
    results: Any,
    recommender: Recommender | None = None,
    people: Any = None,
    *,
    title: str = _TITLE,
    comparison: CohortComparison | None = None,
) -> str:
    """The results of a cohort as one HTML page: who gets what, and why.

    The same arguments give the same text, byte for byte. Nothing in it is loaded from elsewhere, nothing runs, and
    nothing that somebody wrote into a table or a pack becomes markup.

    Args:
        results: What `recommend_table` or `recommend_batches` gave, read in one pass; or a `Tally` of it.
        recommender: The one that made the results; None for the built-in pack.
        people: The table that came in, to count unanswered questions; or what `unanswered` gave. None leaves them out.
        title: The heading of the page.
        comparison: What `compare` gave, to be told on the same page.

    Returns:
        A whole HTML document.

    Raises:
        CohortError: if the results are none, or were made with another pack.
    """
    by = recommender or builtin()
    counts = results if isinstance(results, Tally) else tally(results, by)
    return _page(
        title,
        _lead(counts),
        facts=tuple(f"Pack {pack}" for pack in counts.packs) + tuple(f"Digest {digest}" for digest in counts.digests),
        panels=panels(counts, by, _asked(people, by)),
        compared=None if comparison is None else compared(comparison),
    )


def comparison_report(comparison: CohortComparison, *, title: str = _COMPARISON_TITLE) -> str:
    """What changes for a cohort from one pack to another, as one HTML page.

    Args:
        comparison: What `compare` gave.
        title: The heading of the page.

    Returns:
        A whole HTML document, the same for the same comparison.
    """
    told = compared(comparison)
    return _page(title, told.lead, facts=(), panels=(), compared=told)


def _asked(people: Any, by: Recommender) -> tuple[Unanswered, ...]:
    if people is None:
        return ()
    given = isinstance(people, tuple) and all(isinstance(one, Unanswered) for one in people)
    return people if given else unanswered(people, by)


def _lead(counts: Tally) -> str:
    if not counts.outcomes:
        return f"{counted(counts.rows).capitalize()}."
    parts = [
        f"{OUTCOMES[kind][0].lower()} {counts.outcomes[kind]:,} ({share(counts.outcomes[kind], counts.rows)})"
        for kind in OUTCOMES
        if kind in counts.outcomes
    ]
    return f"{counted(counts.rows)}: {', '.join(parts)}."


def _page(title: str, lead: str, **parts: Any) -> str:
    return _templates().get_template("report.html.j2").render(title=title, lead=lead, **parts, **_fixed())


@cache
def _templates() -> jinja2.Environment:
    """The templates; whatever they are given is made legible and then escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("psoas_rules.cohort.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda given: legible(given) if type(given) is str else given,
    )
    environment.tests["number"] = lambda cell: isinstance(cell, str) and _NUMBER.fullmatch(cell) is not None
    return environment


@cache
def _fixed() -> Mapping[str, Any]:
    """What is the same on every page: the style, and a policy that allows it and nothing else."""
    style = (files("psoas_rules.cohort.report") / "templates" / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return {"style": Markup(style), "policy": policy}  # noqa: S704 - our own file
