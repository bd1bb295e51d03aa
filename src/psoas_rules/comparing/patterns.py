"""A person of every pattern that a pack can find, each with few answers: where routines of all sorts are to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from psoas_rules.cells import fulfilling
from psoas_rules.comparing.people import Answers, smaller, with_facts
from psoas_rules.comparing.views import View, Viewer
from psoas_rules.conditions import Value
from psoas_rules.rulebook import SIDED_TARGETS, Rule

CLEAR: Final[Answers] = {"screen": "clear"}
"""Somebody who denies every safety question and says nothing else."""

_WAYS: Final = 6
"""So many ways to make one rule fire are tried."""


def people_of_patterns(viewer: Viewer) -> tuple[Answers, ...]:
    """A person of each pattern, besides the one that `CLEAR` has, with no answer that the pattern can do without."""
    found: dict[str, Answers] = {}
    clear = viewer.view(CLEAR)
    known = {"" if clear is None else clear.profile}
    for data in _candidates(viewer):
        view = viewer.view(data)
        if view is not None and view.kind == "routine" and view.profile not in known:
            known.add(view.profile)
            found[view.profile] = _lean(viewer, data, view)
    return tuple(found.values())


def _candidates(viewer: Viewer) -> Iterator[Answers]:
    """People whose answers all speak for the same: for each pattern, for both, and against both."""
    tight, weak = SIDED_TARGETS
    for up, down in (((tight,), ()), ((weak,), ()), ((tight, weak), ()), ((), (tight, weak))):
        facts: dict[str, Value] = {}
        for rule in viewer.book.rules:
            if rule.stage == "evidence" and _speaks(rule, up, down):
                for way in islice(fulfilling(rule.when, viewer.book.lexicon), _WAYS):
                    if _can_join(way, facts, viewer):
                        facts.update(way)
                        break
        yield with_facts(CLEAR, facts, viewer.book.lexicon)


def _speaks(rule: Rule, up: tuple[str, ...], down: tuple[str, ...]) -> bool:
    """Whether a rule gives points to one of these patterns, or takes them from one of those, and nothing else."""
    points = {one.subject: one.hundredths for one in rule.then if one.subject in SIDED_TARGETS}
    return bool(points) and all(
        (count > 0 and subject in up) or (count < 0 and subject in down) for subject, count in points.items()
    )


def _can_join(way: Mapping[str, Value], facts: Mapping[str, Value], viewer: Viewer) -> bool:
    """Whether these answers can be given besides the others, and lead to no referral."""
    specs = [viewer.book.lexicon.spec(fact) for fact in way]
    if any(facts.get(fact, value) != value for fact, value in way.items()):
        return False
    if any(spec.derive is not None or spec.kind not in ("sign", "measure") for spec in specs):
        return False
    view = viewer.view(with_facts(CLEAR, {**facts, **way}, viewer.book.lexicon))
    return view is not None and view.kind == "routine"


def _lean(viewer: Viewer, data: Answers, wanted: View) -> Answers:
    """The same pattern with fewer answers: each is left out once, if the pattern stays without it."""
    lean: dict[str, Any] = dict(data)
    for less in list(smaller(data)):
        gone = [
            (section, key) for section in data for key in _keys(data[section]) if key not in _keys(less.get(section))
        ]
        shorter = _without(lean, gone)
        view = viewer.view(shorter) if gone else None
        if view is not None and view.kind == "routine" and view.profile == wanted.profile:
            lean = shorter
    return lean


def _keys(answers: Any) -> list[str]:
    return list(answers) if isinstance(answers, Mapping) else []


def _without(data: Answers, gone: list[tuple[str, str]]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for section, answers in data.items():
        if not isinstance(answers, Mapping):
            kept[section] = answers
        elif left := {key: value for key, value in answers.items() if (section, key) not in gone}:
            kept[section] = left
    return kept
