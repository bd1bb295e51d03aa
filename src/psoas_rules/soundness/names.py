"""Every id that is mentioned exists, no id stands twice, and no name means two exercises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from psoas_rules.hints import nearest, show
from psoas_rules.lexicon import name_key
from psoas_rules.loading import Reading, Rulebook
from psoas_rules.pack import (
    Claim,
    Exclusions,
    Limit,
    Pack,
)
from psoas_rules.soundness.telling import LIMIT_RANGES, asked_items, in_range, limits_of, placed, tables, tell
from psoas_rules.yaml_reader import Path

_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")


class _Names:
    """Checks that names are known, and complains with the nearest one where they are not."""

    def __init__(self, reading: Reading, pack: Pack) -> None:
        self.reading = reading
        # A file that cannot be read has a problem of its own; that other files name it is none.
        files = (PurePosixPath(file) for file in reading.documents)
        unread = {file.stem for file in files if file.parent.name == "exercises"}
        self.exercises = {exercise.id for exercise in pack.exercises} | unread
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
                message = f"unknown {what} {show(name)}{nearest(name, sorted(known))}"
                tell(self.reading, file, (*path, i), "unknown-name", message)

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
            in_range(self.reading, file, here, limit, LIMIT_RANGES)

    def claims(self, facts: Sequence[Claim], file: str, path: Path) -> None:
        """Checks the sources of facts; a verified fact needs one."""
        for i, fact in enumerate(facts):
            self.check("sources", fact.sources, file, (*path, i, "sources"))
            if fact.confidence == "verified" and not fact.sources:
                tell(self.reading, file, (*path, i), "unsourced", "a verified fact names its sources")


def check_names(reading: Reading, book: Rulebook) -> None:
    """Every id that is mentioned exists, and no id stands twice."""
    names = _Names(reading, book.pack)
    pack = placed(reading, book.pack)
    for file, key, rows in tables(pack):
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
        if explainer.confidence == "verified" and not explainer.sources:
            tell(reading, "explainers.yaml", ("explainers", i), "unsourced", "a verified text names its sources")
    _check_exercises(names, pack)
    _check_sessions(names, pack)
    _check_rules(names, pack)
    for file, path, limits in limits_of(pack):
        names.limits(limits, file, path)
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


def _check_rules(names: _Names, pack: Pack) -> None:
    for rule in pack.rules:
        file = f"{rule.stage}/{rule.id}.yaml"
        names.check("sources", rule.sources, file, ("sources",))
        names.check("conditions", rule.then.treat_as, file, ("then", "treat_as"))
        names.check("exercises", rule.then.prefer, file, ("then", "prefer"))
        names.check("targets", rule.then.extra_set, file, ("then", "extra_set"))
        if rule.then.exclude is not None:
            names.exclusions(rule.then.exclude, file, ("then", "exclude"))


def _no_duplicates(reading: Reading, file: str, key: str, rows: Sequence[Any]) -> None:
    seen: set[str] = set()
    for i, row in enumerate(rows):
        if row.id in seen:
            message = f"{show(row.id)} stands here twice; ids are unique"
            tell(reading, file, (key, i, "id"), "duplicate-id", message)
        seen.add(row.id)


def check_ids(reading: Reading, book: Rulebook) -> None:
    """Ids and keys are plain words: rules, answers and files all use them."""
    pack = placed(reading, book.pack)
    for file, path, name in _ids(pack):
        if not _ID.fullmatch(name):
            message = f"{show(name)} is not an id: small letters, digits and _, a letter first"
            tell(reading, file, path, "bad-id", message)


def _ids(pack: Pack) -> Iterator[tuple[str, Path, str]]:
    for file, key, rows in (*tables(pack), *asked_items(pack)):
        for i, row in enumerate(rows):
            yield file, (key, i, "id"), row.id
    for file, key, items in asked_items(pack):
        for i, item in enumerate(items):
            yield from ((file, (key, i, "parts", part), part) for part in item.parts)
            yield from ((file, (key, i, "derived", derived), derived) for derived in item.derived)
    for i, row in enumerate(pack.conditions):
        yield from (("conditions.yaml", ("conditions", i, "details", detail), detail) for detail in row.details)
        yield from (("conditions.yaml", ("conditions", i, "further", j, "id"), f.id) for j, f in enumerate(row.further))
    for exercise in pack.exercises:
        yield f"exercises/{exercise.id}.yaml", ("id",), exercise.id
    for rule in pack.rules:
        yield f"{rule.stage}/{rule.id}.yaml", ("id",), rule.id
    words = pack.vocabulary
    for kind in ("properties", "targets", "equipment", "positions"):
        yield from (("vocabulary.yaml", (kind, word), word) for word in getattr(words, kind))


def check_exercise_names(reading: Reading, book: Rulebook) -> None:
    """A name leads to one exercise: when a person asks for it by name, there is no guessing."""
    owners: dict[tuple[str, ...], str] = {}
    for exercise in placed(reading, book.pack).exercises:
        file = f"exercises/{exercise.id}.yaml"
        places: list[tuple[Path, str]] = [(("id",), exercise.id), (("name",), exercise.name)]
        places += [(("aliases", i), alias) for i, alias in enumerate(exercise.aliases)]
        places += [(("article_name",), exercise.article_name)] if exercise.article_name else []
        for path, name in places:
            key = name_key(name)
            owner = owners.setdefault(key, exercise.id)
            if not key:
                tell(reading, file, path, "bad-name", f"{show(name)} has no word to find it by")
            elif owner != exercise.id:
                message = f"{show(name)} already means '{owner}'; a name leads to one exercise"
                tell(reading, file, path, "name-clash", message)
