"""What a pack must satisfy beyond its shape: names that exist, numbers in range, nothing unsourced or unreachable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from psoas_rules.hints import nearest
from psoas_rules.loading import Reading, Rulebook
from psoas_rules.pack import PROFILES, Claim, Exclusions, Limit, Pack
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.yaml_reader import Path

NEEDED_CONSTANTS: Final = (
    "prior_points",
    "reported_cap",
    "supported_from",
    "provisional_from",
    "unlikely_up_to",
    "enough_reported_items",
    "contradiction_from",
    "fewest_reps",
    "shortest_hold_s",
    "setup_s",
    "default_minutes",
    "longest_minutes",
    "extra_sets_on_one_side",
)


class _Names:
    """Checks that names are known, and complains with the nearest one where they are not."""

    def __init__(self, reading: Reading, pack: Pack) -> None:
        self.reading = reading
        self.exercises = {exercise.id for exercise in pack.exercises}
        self.conditions = {row.id for row in pack.conditions}
        self.red_flags = {flag.id for flag in pack.red_flags}
        self.sources = {source.id for source in pack.sources}
        self.slots = {slot.id for slot in pack.sessions.slots}
        self.properties = set(pack.vocabulary.properties)
        self.targets = set(pack.vocabulary.targets)
        self.equipment = set(pack.vocabulary.equipment)
        self.positions = set(pack.vocabulary.positions)

    def check(self, kind: str, given: Iterable[str], file: str, path: Path) -> None:
        """Complains about every name that is not of this kind."""
        known: set[str] = getattr(self, kind)
        what = {"properties": "property", "equipment": "equipment"}.get(kind, kind.rstrip("s")).replace("_", " ")
        for i, name in enumerate(given):
            if name not in known:
                message = f"unknown {what} '{name}'{nearest(name, sorted(known))}"
                self.reading.complain(file, (*path, i), "unknown-name", message)

    def exclusions(self, excludes: Exclusions, file: str, path: Path) -> None:
        """Checks every name in an exclusion."""
        self.check("properties", excludes.properties, file, (*path, "properties"))
        self.check("exercises", excludes.exercises, file, (*path, "exercises"))
        self.check("exercises", excludes.all_but, file, (*path, "all_but"))

    def limits(self, limits: Sequence[Limit], file: str, path: Path) -> None:
        """Checks every name and number in limits."""
        for i, limit in enumerate(limits):
            here = (*path, i)
            if limit.for_property is not None:
                self.check("properties", [limit.for_property], file, (*here, "for_property"))
            self.check("exercises", limit.for_exercises, file, (*here, "for_exercises"))
            for name, low, high in _LIMIT_RANGES:
                value = getattr(limit, name)
                if value is not None and not low <= value <= high:
                    message = f"{name} is {value:g}; it must be from {low:g} to {high:g}"
                    self.reading.complain(file, (*here, name), "out-of-range", message)

    def claims(self, facts: Sequence[Claim], file: str, path: Path) -> None:
        """Checks the sources of facts; a verified fact needs one."""
        for i, fact in enumerate(facts):
            self.check("sources", fact.sources, file, (*path, i, "sources"))
            if fact.confidence == "verified" and not fact.sources:
                self.reading.complain(file, (*path, i), "unsourced", "a verified fact names its sources")


_LIMIT_RANGES: Final = (
    ("level_max", 1, 3),
    ("effort_max", 0, 10),
    ("stretch_max", 0, 10),
    ("sets_max", 1, 10),
    ("reps_max", 1, 100),
    ("hold_s_max", 1, 3600),
    ("days_max", 1, 7),
    ("sets_factor", 0.1, 1),
    ("hold_factor", 0.1, 1),
    ("rest_factor", 1, 5),
)


def check_names(reading: Reading, book: Rulebook) -> None:
    """Every id that is mentioned exists, and no id stands twice."""
    pack = book.pack
    names = _Names(reading, pack)
    for file, key, rows in _tables(pack):
        _no_duplicates(reading, file, key, rows)
    for i, flag in enumerate(pack.red_flags):
        path: Path = ("red_flags", i)
        names.claims(flag.facts, "red_flags.yaml", (*path, "facts"))
        for j, raised in enumerate(flag.raised_by):
            names.check("red_flags", raised.with_any, "red_flags.yaml", (*path, "raised_by", j, "with_any"))
    for i, row in enumerate(pack.conditions):
        path = ("conditions", i)
        file = "conditions.yaml"
        names.claims(row.facts, file, (*path, "facts"))
        names.exclusions(row.excludes, file, (*path, "excludes"))
        names.limits(row.limits, file, (*path, "limits"))
        names.check("exercises", row.prefer, file, (*path, "prefer"))
        for original, other in row.swaps.items():
            names.check("exercises", [original], file, (*path, "swaps", original))
            names.check("exercises", [other], file, (*path, "swaps", original))
        for j, further in enumerate(row.further):
            names.exclusions(further.excludes, file, (*path, "further", j, "excludes"))
    for file, key, items in (("signs.yaml", "signs", pack.signs), ("measures.yaml", "measures", pack.measures)):
        for i, item in enumerate(items):
            names.claims(item.facts, file, (key, i, "facts"))
            names.check("properties", item.properties, file, (key, i, "properties"))
    for i, group in enumerate(pack.screen):
        names.check("red_flags", group.red_flags, "screen.yaml", ("screen", i, "red_flags"))
        names.check("conditions", group.conditions, "screen.yaml", ("screen", i, "conditions"))
    for i, explainer in enumerate(pack.explainers):
        names.check("sources", explainer.sources, "explainers.yaml", ("explainers", i, "sources"))
    _check_exercises(names, pack)
    _check_sessions(names, pack)
    _check_rules(names, pack)
    for constant, row_ in pack.info.constants.items():
        names.check("sources", row_.sources, "pack.yaml", ("constants", constant, "sources"))
    names.check("red_flags", pack.info.always_repeat, "pack.yaml", ("always_repeat",))


def _check_exercises(names: _Names, pack: Pack) -> None:
    for exercise in pack.exercises:
        file = f"exercises/{exercise.id}.yaml"
        names.check("targets", exercise.targets, file, ("targets",))
        names.check("positions", exercise.positions, file, ("positions",))
        names.check("properties", exercise.properties, file, ("properties",))
        for i, alternatives in enumerate(exercise.needs):
            names.check("equipment", alternatives, file, ("needs", i))
        for key in ("progressions", "regressions", "substitutes"):
            names.check("exercises", getattr(exercise, key), file, (key,))
        names.check("sources", exercise.dose.sources, file, ("dose", "sources"))
        names.claims(exercise.evidence.facts, file, ("evidence", "facts"))


def _check_sessions(names: _Names, pack: Pack) -> None:
    file = "slots.yaml"
    for i, slot in enumerate(pack.sessions.slots):
        names.check("targets", slot.serves, file, ("slots", i, "serves"))
    names.check("slots", pack.sessions.drop_order, file, ("drop_order",))
    for profile, session in pack.sessions.sessions.items():
        for i, use in enumerate(session):
            path: Path = ("sessions", profile, i)
            names.check("slots", [use.slot], file, (*path, "slot"))
            for key in ("candidates", "from_level_2", "from_level_3", "on_request"):
                names.check("exercises", getattr(use, key), file, (*path, key))
            names.check("sources", use.sources, file, (*path, "sources"))
    for i, format_ in enumerate(pack.sessions.formats):
        names.limits(format_.limits, file, ("formats", i, "limits"))


def _check_rules(names: _Names, pack: Pack) -> None:
    for rule in pack.rules:
        file = f"{rule.stage}/{rule.id}.yaml"
        names.check("sources", rule.sources, file, ("sources",))
        names.check("conditions", rule.then.treat_as, file, ("then", "treat_as"))
        names.check("exercises", rule.then.prefer, file, ("then", "prefer"))
        names.check("targets", rule.then.extra_set, file, ("then", "extra_set"))
        names.limits(rule.then.limits, file, ("then", "limits"))
        if rule.then.exclude is not None:
            names.exclusions(rule.then.exclude, file, ("then", "exclude"))


def _tables(pack: Pack) -> Iterator[tuple[str, str, Sequence[Any]]]:
    yield "signs.yaml", "signs", pack.signs
    yield "measures.yaml", "measures", pack.measures
    yield "red_flags.yaml", "red_flags", pack.red_flags
    yield "conditions.yaml", "conditions", pack.conditions
    yield "screen.yaml", "screen", pack.screen
    yield "sources.yaml", "sources", pack.sources
    yield "explainers.yaml", "explainers", pack.explainers
    yield "slots.yaml", "slots", pack.sessions.slots


def _no_duplicates(reading: Reading, file: str, key: str, rows: Sequence[Any]) -> None:
    seen: set[str] = set()
    for i, row in enumerate(rows):
        if row.id in seen:
            reading.complain(file, (key, i, "id"), "duplicate-id", f"'{row.id}' stands here twice; ids are unique")
        seen.add(row.id)


def check_completeness(reading: Reading, book: Rulebook) -> None:
    """Nothing is missing that outcomes rely on."""
    pack = book.pack
    for name in NEEDED_CONSTANTS:
        if name not in pack.info.constants:
            reading.complain("pack.yaml", ("constants",), "missing-key", f"the constant '{name}' is missing")
    for profile in PROFILES:
        if profile not in pack.sessions.sessions:
            reading.complain("slots.yaml", ("sessions",), "missing-key", f"the session for '{profile}' is missing")
    for profile in pack.sessions.sessions:
        if profile not in PROFILES:
            message = f"unknown profile '{profile}'{nearest(profile, PROFILES)}"
            reading.complain("slots.yaml", ("sessions", profile), "unknown-name", message)
    if EXPERT_CHOICE not in {source.id for source in pack.sources}:
        reading.complain("sources.yaml", ("sources",), "missing-key", f"the source '{EXPERT_CHOICE}' is missing")
    screened = {flag for group in pack.screen for flag in group.red_flags}
    for i, flag in enumerate(pack.red_flags):
        if flag.id not in screened:
            message = f"no group of screen.yaml asks about '{flag.id}', so nobody would be asked"
            reading.complain("red_flags.yaml", ("red_flags", i, "id"), "unasked", message)
    for rule in pack.rules:
        if not rule.sources:
            file = f"{rule.stage}/{rule.id}.yaml"
            reading.complain(file, ("sources",), "unsourced", f"name a source, or {EXPERT_CHOICE}")


CHECKS: Final = (check_names, check_completeness)
"""Every check, in the order in which it runs."""
