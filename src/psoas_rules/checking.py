"""What a pack must satisfy beyond its shape: names that exist, numbers in range, nothing unsourced or unreachable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import attrs

from psoas_rules.hints import nearest, show
from psoas_rules.lexicon import FACT_KINDS, name_key
from psoas_rules.loading import Reading, Rulebook
from psoas_rules.pack import (
    LEVELS,
    PHASES,
    PROFILES,
    Claim,
    Exclusions,
    Exercise,
    Item,
    Limit,
    Pack,
    Part,
    RuleFile,
    Slot,
    Then,
)
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.yaml_reader import Path

CONSTANTS: Final = {
    "prior_points": (-10, 10),
    "reported_cap": (0, 10),
    "supported_from": (-10, 10),
    "provisional_from": (-10, 10),
    "unlikely_up_to": (-10, 10),
    "enough_reported_items": (0, 100),
    "contradiction_from": (0, 10),
    "shortest_hold_s": (0, 600),
    "setup_s": (0, 600),
    "default_minutes": (1, 240),
    "longest_minutes": (1, 240),
    "extra_sets_on_one_side": (0, 5),
}
"""The constants that the code reads, each with the range in which it makes sense."""

_MOST_ISSUES: Final = 500
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")


def _tell(reading: Reading, file: str, path: Path, code: str, message: str) -> None:
    """Notes a problem; after hundreds of them, only that there are more."""
    if len(reading.issues) < _MOST_ISSUES:
        reading.complain(file, path, code, message)
    elif len(reading.issues) == _MOST_ISSUES:
        reading.complain("pack.yaml", (), "more", "there are more problems; mend these first")


def _placed(reading: Reading, pack: Pack) -> Pack:
    """The pack without exercises and rules whose file has another name: that is told, and nothing else has a place."""
    files = reading.documents
    return attrs.evolve(
        pack,
        exercises=tuple(exercise for exercise in pack.exercises if f"exercises/{exercise.id}.yaml" in files),
        rules=tuple(rule for rule in pack.rules if f"{rule.stage}/{rule.id}.yaml" in files),
    )


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
                _tell(self.reading, file, (*path, i), "unknown-name", message)

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
            _in_range(self.reading, file, here, limit, _LIMIT_RANGES)

    def claims(self, facts: Sequence[Claim], file: str, path: Path) -> None:
        """Checks the sources of facts; a verified fact needs one."""
        for i, fact in enumerate(facts):
            self.check("sources", fact.sources, file, (*path, i, "sources"))
            if fact.confidence == "verified" and not fact.sources:
                _tell(self.reading, file, (*path, i), "unsourced", "a verified fact names its sources")


Range = tuple[str, float, float]

_LIMIT_RANGES: Final[tuple[Range, ...]] = (
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
_DOSE_RANGES: Final[tuple[Range, ...]] = (
    ("sets", 1, 10),
    ("reps", 1, 100),
    ("reps_top", 1, 100),
    ("hold_s", 1, 3600),
    ("hold_top_s", 1, 3600),
    ("move_s", 0, 3600),
    ("rest_s", 0, 600),
    ("relax_s", 0, 600),
    ("effort", 0, 10),
    ("stretch", 0, 10),
    ("days_min", 1, 7),
    ("days_max", 1, 7),
)
_CEILING_RANGES: Final[tuple[Range, ...]] = (("sets", 1, 10), ("reps", 1, 100), ("hold_s", 1, 3600))


def _in_range(reading: Reading, file: str, path: Path, row: Any, ranges: Iterable[Range]) -> None:
    """Complains about every number of a row that is outside its range."""
    for name, low, high in ranges:
        value = getattr(row, name)
        if value is not None and not low <= value <= high:
            message = f"{name} is {value:g}; it must be from {low:g} to {high:g}"
            _tell(reading, file, (*path, name), "out-of-range", message)


def _not_below(reading: Reading, file: str, path: Path, row: Any, *, top: str, start: str) -> None:
    """Complains when one number of a row is below another that it must reach."""
    value, least = getattr(row, top), getattr(row, start)
    if value is not None and least is not None and value < least:
        message = f"{top} is {value:g}; it must be at least {least:g}, the value of {start}"
        _tell(reading, file, (*path, top), "out-of-range", message)


def check_names(reading: Reading, book: Rulebook) -> None:
    """Every id that is mentioned exists, and no id stands twice."""
    names = _Names(reading, book.pack)
    pack = _placed(reading, book.pack)
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
            _tell(reading, "explainers.yaml", ("explainers", i), "unsourced", "a verified text names its sources")
    _check_exercises(names, pack)
    _check_sessions(names, pack)
    _check_rules(names, pack)
    for file, path, limits in _limits(pack):
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


def _limits(pack: Pack) -> Iterator[tuple[str, Path, tuple[Limit, ...]]]:
    """Every list of limits in the pack, with its place."""
    for i, row in enumerate(pack.conditions):
        yield "conditions.yaml", ("conditions", i, "limits"), row.limits
    for i, format_ in enumerate(pack.sessions.formats):
        yield "slots.yaml", ("formats", i, "limits"), format_.limits
    for profile, limits in pack.sessions.session_limits.items():
        yield "slots.yaml", ("session_limits", profile), limits
    for rule in pack.rules:
        yield f"{rule.stage}/{rule.id}.yaml", ("then", "limits"), rule.then.limits


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
            message = f"{show(row.id)} stands here twice; ids are unique"
            _tell(reading, file, (key, i, "id"), "duplicate-id", message)
        seen.add(row.id)


def check_ids(reading: Reading, book: Rulebook) -> None:
    """Ids and keys are plain words: rules, answers and files all use them."""
    pack = _placed(reading, book.pack)
    for file, path, name in _ids(pack):
        if not _ID.fullmatch(name):
            message = f"{show(name)} is not an id: small letters, digits and _, a letter first"
            _tell(reading, file, path, "bad-id", message)


def _ids(pack: Pack) -> Iterator[tuple[str, Path, str]]:
    for file, key, rows in (*_tables(pack), *_answers(pack)):
        for i, row in enumerate(rows):
            yield file, (key, i, "id"), row.id
    for file, key, items in _answers(pack):
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


def _answers(pack: Pack) -> tuple[tuple[str, str, tuple[Item, ...]], ...]:
    return (
        ("signs.yaml", "signs", pack.signs),
        ("measures.yaml", "measures", pack.measures),
        ("preferences.yaml", "person", pack.person),
        ("preferences.yaml", "preferences", pack.preferences),
    )


def check_answers(reading: Reading, book: Rulebook) -> None:
    """Every question can be answered, and every answer has a name of its own."""
    pack = book.pack
    for file, key, items in _answers(pack):
        seen: dict[str, str] = {}
        for i, item in enumerate(items):
            path: Path = (key, i)
            if item.answer is not None:
                _own_name(reading, file, (*path, "id"), item.id, seen)
                _answerable(reading, file, path, item)
            for part_key, part in item.parts.items():
                _own_name(reading, file, (*path, "parts", part_key), item.id, seen)
                _answerable(reading, file, (*path, "parts", part_key), part)
            for derived in item.derived:
                _own_name(reading, file, (*path, "derived", derived), item.id, seen)
        _check_derived(reading, file, key, items)
    details: dict[str, str] = {}
    for i, row in enumerate(pack.conditions):
        for detail, part in row.details.items():
            here: Path = ("conditions", i, "details", detail)
            _own_name(reading, "conditions.yaml", here, row.id, details)
            _answerable(reading, "conditions.yaml", here, part)


def _own_name(reading: Reading, file: str, path: Path, row: str, seen: dict[str, str]) -> None:
    """Complains when the key at this path names an answer already; two rows of one id are told by `check_names`."""
    name = row if path[-1] == "id" else str(path[-1])
    if name in seen and (path[-1] != "id" or seen[name] != row):
        message = f"{show(name)} names an answer already, in the row '{seen[name]}'; two answers need two names"
        _tell(reading, file, path, "duplicate-id", message)
    seen.setdefault(name, row)


def _answerable(reading: Reading, file: str, path: Path, asked: Item | Part) -> None:
    """An answer's type comes with what it needs."""
    if not asked.ask:
        _tell(reading, file, path, "missing-key", "'ask' is missing: what is asked?")
    if asked.answer == "choice" and not asked.options:
        _tell(reading, file, path, "missing-key", "'options' is missing: a choice needs them")
    if asked.answer == "scale" and (asked.min is None or asked.max is None):
        _tell(reading, file, path, "missing-key", "'min' and 'max' are needed: a scale has two ends")
    _not_below(reading, file, path, asked, top="max", start="min")


def _check_derived(reading: Reading, file: str, key: str, items: Sequence[Item]) -> None:
    asked: list[tuple[str, Item | Part, bool]] = []
    for item in items:
        asked += [(item.id, item, item.sides), *((name, part, item.sides) for name, part in item.parts.items())]
    numbers = ("scale", "number", "whole_number")
    measured = {name: one.answer in numbers and sides for name, one, sides in asked}
    for i, item in enumerate(items):
        for name, derive in item.derived.items():
            path = (key, i, "derived", name, "of")
            if derive.of not in measured:
                near = nearest(derive.of, measured)
                _tell(reading, file, path, "unknown-name", f"unknown measure {show(derive.of)}{near}")
            elif not measured[derive.of]:
                message = f"'{derive.of}' is not a number with sides, so nothing can be worked out from it"
                _tell(reading, file, path, "bad-value", message)


def check_numbers(reading: Reading, book: Rulebook) -> None:
    """Ages, levels, doses and constants are numbers that can be meant."""
    pack = _placed(reading, book.pack)
    ages = (("from_age", 0, 120), ("below_age", 0, 120))
    for i, row in enumerate(pack.conditions):
        path: Path = ("conditions", i)
        _in_range(reading, "conditions.yaml", path, row, ages)
        _not_below(reading, "conditions.yaml", path, row, top="below_age", start="from_age")
    for exercise in pack.exercises:
        _check_dose(reading, exercise)
    for i, format_ in enumerate(pack.sessions.formats):
        _in_range(reading, "slots.yaml", ("formats", i), format_, (("up_to_minutes", 1, 240),))
    _in_range(reading, "pack.yaml", (), pack.info, (("next_check_weeks", 1, 52),))
    for name, constant in pack.info.constants.items():
        low, high = CONSTANTS.get(name, (constant.value, constant.value))
        _in_range(reading, "pack.yaml", ("constants", name), constant, (("value", low, high),))


def _check_dose(reading: Reading, exercise: Exercise) -> None:
    file = f"exercises/{exercise.id}.yaml"
    dose = exercise.dose
    _in_range(reading, file, (), exercise, (("level", 1, 3),))
    _in_range(reading, file, ("dose",), dose, _DOSE_RANGES)
    for top, start in (("reps_top", "reps"), ("hold_top_s", "hold_s"), ("days_max", "days_min")):
        _not_below(reading, file, ("dose",), dose, top=top, start=start)
    if dose.hold_top_s is not None and dose.hold_s is None:
        _tell(reading, file, ("dose", "hold_top_s"), "missing-key", "'hold_s' is missing: where does the hold start?")
    ceiling = dose.ceiling
    if ceiling is None:
        return
    path = ("dose", "ceiling")
    _in_range(reading, file, path, ceiling, _CEILING_RANGES)
    starts = {"sets": dose.sets, "reps": dose.reps_top, "hold_s": dose.hold_top_s or dose.hold_s}
    for name, first in starts.items():
        most = getattr(ceiling, name)
        if most is not None and first is not None and most < first:
            message = f"the ceiling for {name} is {most:g}, below the dose of {first:g}"
            _tell(reading, file, (*path, name), "out-of-range", message)


def check_exercise_names(reading: Reading, book: Rulebook) -> None:
    """A name leads to one exercise: when a person asks for it by name, there is no guessing."""
    owners: dict[tuple[str, ...], str] = {}
    for exercise in _placed(reading, book.pack).exercises:
        file = f"exercises/{exercise.id}.yaml"
        places: list[tuple[Path, str]] = [(("id",), exercise.id), (("name",), exercise.name)]
        places += [(("aliases", i), alias) for i, alias in enumerate(exercise.aliases)]
        places += [(("article_name",), exercise.article_name)] if exercise.article_name else []
        for path, name in places:
            key = name_key(name)
            owner = owners.setdefault(key, exercise.id)
            if not key:
                _tell(reading, file, path, "bad-name", f"{show(name)} has no word to find it by")
            elif owner != exercise.id:
                message = f"{show(name)} already means '{owner}'; a name leads to one exercise"
                _tell(reading, file, path, "name-clash", message)


def check_sessions(reading: Reading, book: Rulebook) -> None:
    """Every candidate fits its slot, slots come in the order of the phases, and every exercise has a place."""
    pack = _placed(reading, book.pack)
    slots = {slot.id: slot for slot in pack.sessions.slots}
    exercises = {exercise.id: exercise for exercise in pack.exercises}
    used: set[str] = set()
    for profile, session in pack.sessions.sessions.items():
        latest = 0
        for i, use in enumerate(session):
            slot = slots.get(use.slot)
            if slot is None:
                continue
            path: Path = ("sessions", profile, i)
            if PHASES.index(slot.phase) < latest:
                message = f"the slot '{slot.id}' is for {slot.phase}, which comes before what stands above it"
                _tell(reading, "slots.yaml", (*path, "slot"), "misplaced", message)
            latest = max(latest, PHASES.index(slot.phase))
            for key in ("candidates", "from_level_2", "from_level_3", "on_request"):
                for j, name in enumerate(getattr(use, key)):
                    if name in exercises:
                        used.add(name)
                        _fits(reading, (*path, key, j), slot, exercises[name])
            used |= set(_stand_ins(pack, slot, exercises, use.candidates))
    for exercise in pack.exercises:
        if exercise.id not in used:
            message = f"no session in slots.yaml can ever use '{exercise.id}'; add it to one, or remove the exercise"
            _tell(reading, f"exercises/{exercise.id}.yaml", ("id",), "unreachable", message)


def _fits(reading: Reading, path: Path, slot: Slot, exercise: Exercise) -> None:
    if exercise.phase != slot.phase:
        message = f"'{exercise.id}' is for {exercise.phase}, the slot '{slot.id}' for {slot.phase}"
        _tell(reading, "slots.yaml", path, "misplaced", message)
    elif not set(exercise.targets) & set(slot.serves):
        message = f"'{exercise.id}' serves none of what the slot '{slot.id}' is for: {', '.join(slot.serves)}"
        _tell(reading, "slots.yaml", path, "misplaced", message)


def _stand_ins(pack: Pack, slot: Slot, exercises: Mapping[str, Exercise], candidates: Iterable[str]) -> Iterator[str]:
    """What can come into a slot in place of one of its candidates."""
    for name in candidates:
        exercise = exercises.get(name)
        if exercise is None:
            continue
        swaps = [row.swaps[name] for row in pack.conditions if name in row.swaps]
        for other in (*exercise.substitutes, *exercise.regressions, *swaps):
            stand_in = exercises.get(other)
            if stand_in and stand_in.phase == slot.phase and set(stand_in.targets) & set(slot.serves):
                yield other


def check_contents(reading: Reading, book: Rulebook) -> None:
    """Nothing that must hold something is empty, and no rule is without effect."""
    pack = _placed(reading, book.pack)
    for exercise in pack.exercises:
        file = f"exercises/{exercise.id}.yaml"
        for key in ("targets", "positions", "steps"):
            _not_empty(reading, file, (key,), getattr(exercise, key))
        for i, alternatives in enumerate(exercise.needs):
            _not_empty(reading, file, ("needs", i), alternatives)
    for i, slot in enumerate(pack.sessions.slots):
        _not_empty(reading, "slots.yaml", ("slots", i, "serves"), slot.serves)
    for i, group in enumerate(pack.screen):
        _not_empty(reading, "screen.yaml", ("screen", i), (*group.red_flags, *group.conditions))
    for i, flag in enumerate(pack.red_flags):
        for j, raised in enumerate(flag.raised_by):
            _not_empty(reading, "red_flags.yaml", ("red_flags", i, "raised_by", j, "with_any"), raised.with_any)
    for file, path, limits in _limits(pack):
        for i, limit in enumerate(limits):
            if limit.say is None and all(getattr(limit, cap) is None for cap, _, _ in _LIMIT_RANGES):
                message = "this limits nothing and says nothing; name a cap, such as level_max, or a 'say'"
                _tell(reading, file, (*path, i), "no-effect", message)
    for rule in pack.rules:
        _check_effect(reading, rule)


def _check_effect(reading: Reading, rule: RuleFile) -> None:
    """Complains about everything in a rule that changes nothing."""
    file = f"{rule.stage}/{rule.id}.yaml"
    then = rule.then
    if then == Then():
        _tell(reading, file, ("then",), "no-effect", "nothing follows from this rule")
    if then.exclude == Exclusions():
        _tell(reading, file, ("then", "exclude"), "no-effect", "nothing is excluded here")
    if then.triage == "ok":
        message = "'triage: ok' changes nothing: no rule can lower what another has raised; leave it out"
        _tell(reading, file, ("then", "triage"), "no-effect", message)
    if then.treat_as and rule.stage != "precaution":
        message = "'treat_as' works only in the stage 'precaution'; later stages have read the conditions already"
        _tell(reading, file, ("then", "treat_as"), "no-effect", message)
    if then.extra_set and not rule.for_each_side:
        message = "'extra_set' is for one side; write for_each_side: yes"
        _tell(reading, file, ("then", "extra_set"), "no-effect", message)


def _not_empty(reading: Reading, file: str, path: Path, entries: Sequence[str]) -> None:
    if not entries:
        _tell(reading, file, path, "empty", "the list is empty")


def check_sides(reading: Reading, book: Rulebook) -> None:
    """What must be true together is looked for on one side."""
    for rule in _placed(reading, book.pack).rules:
        if not rule.for_each_side:
            file = f"{rule.stage}/{rule.id}.yaml"
            for path, other in _apart(rule.when, ("when",), denied=False):
                message = f"this and {other} could be true on different sides; use for_each_side: yes"
                _tell(reading, file, path, "sides-apart", message)


def _apart(tree: Any, path: Path, *, denied: bool) -> Iterator[tuple[Path, str]]:
    """Tests on any side that must hold together with an earlier one: their places, and the names of the earlier.

    Two tests that are both denied mean neither side, so they are never apart. `denied` says whether the condition
    stands below a `not`; there, the parts of an `any` must hold together, and those of an `all` need not.
    """
    if not isinstance(tree, Mapping):
        return
    yield from _apart(tree.get("not"), (*path, "not"), denied=not denied)
    for group in ("all", "any"):
        parts = tree.get(group)
        first: dict[bool, str] = {}
        for i, part in enumerate(parts if isinstance(parts, list) else ()):
            here = (*path, group, i)
            yield from _apart(part, here, denied=denied)
            found = tuple(_any_side(part, here, denied=denied))
            for place, _, is_denied in found if (group == "any") is denied else ():
                other = first.get(False) or (None if is_denied else first.get(True))
                if other:
                    yield place, other
                    break
            for _, name, is_denied in found:
                first.setdefault(is_denied, name)


def _any_side(tree: Any, path: Path, *, denied: bool) -> Iterator[tuple[Path, str, bool]]:
    """The tests with `side: any` in a condition: their places, their names, and whether a `not` denies them."""
    if not isinstance(tree, Mapping):
        return
    if tree.get("side") == "any":
        yield path, next((show(tree[kind]) for kind in FACT_KINDS if kind in tree), "another test"), denied
    yield from _any_side(tree.get("not"), (*path, "not"), denied=not denied)
    for group in ("all", "any"):
        parts = tree.get(group)
        for i, part in enumerate(parts if isinstance(parts, list) else ()):
            yield from _any_side(part, (*path, group, i), denied=denied)


def check_texts(reading: Reading, book: Rulebook) -> None:
    """Every outcome finds its words."""
    texts = book.pack.info.texts
    experience = next((dict(item.options) for item in book.pack.person if item.id == "experience"), {})
    needed: tuple[tuple[str, Iterable[str]], ...] = (
        ("levels", LEVELS),
        ("actions", LEVELS[2:]),
        ("profiles", PROFILES),
        ("confidence", ("high", "medium", "low")),
        ("schedule", experience or ("none",)),
    )
    for section, keys in needed:
        given = getattr(texts, section)
        for key in keys:
            if key not in given:
                _tell(reading, "pack.yaml", ("texts", section), "missing-key", f"'{key}' is missing")
        for key in given:
            if key not in keys:
                message = f"unknown key {show(key)}{nearest(key, keys)}"
                _tell(reading, "pack.yaml", ("texts", section, key), "unknown-key", message)


def check_completeness(reading: Reading, book: Rulebook) -> None:
    """Nothing is missing that outcomes rely on."""
    pack = _placed(reading, book.pack)
    for name in CONSTANTS:
        if name not in pack.info.constants:
            _tell(reading, "pack.yaml", ("constants",), "missing-key", f"the constant '{name}' is missing")
    for profile in PROFILES:
        if profile not in pack.sessions.sessions:
            _tell(reading, "slots.yaml", ("sessions",), "missing-key", f"the session for '{profile}' is missing")
    for key in ("sessions", "session_limits"):
        for profile in getattr(pack.sessions, key):
            if profile not in PROFILES:
                message = f"unknown profile {show(profile)}{nearest(profile, PROFILES)}"
                _tell(reading, "slots.yaml", (key, profile), "unknown-name", message)
    if EXPERT_CHOICE not in {source.id for source in pack.sources}:
        _tell(reading, "sources.yaml", ("sources",), "missing-key", f"the source '{EXPERT_CHOICE}' is missing")
    screened = {flag for group in pack.screen for flag in group.red_flags}
    for i, flag in enumerate(pack.red_flags):
        if flag.id not in screened:
            message = f"no group of screen.yaml asks about '{flag.id}', so nobody would be asked"
            _tell(reading, "red_flags.yaml", ("red_flags", i, "id"), "unasked", message)
    screened = {condition for group in pack.screen for condition in group.conditions}
    for i, row in enumerate(pack.conditions):
        if row.id not in screened:
            message = f"no group of screen.yaml asks about '{row.id}', so nobody would be asked"
            _tell(reading, "conditions.yaml", ("conditions", i, "id"), "unasked", message)
    for name, constant in pack.info.constants.items():
        if not constant.sources:
            message = f"name a source, or {EXPERT_CHOICE}"
            _tell(reading, "pack.yaml", ("constants", name, "sources"), "unsourced", message)
    for rule in pack.rules:
        if not rule.sources:
            file = f"{rule.stage}/{rule.id}.yaml"
            _tell(reading, file, ("sources",), "unsourced", f"name a source, or {EXPERT_CHOICE}")


CHECKS: Final = (
    check_names,
    check_ids,
    check_answers,
    check_numbers,
    check_exercise_names,
    check_sessions,
    check_contents,
    check_sides,
    check_texts,
    check_completeness,
)
"""Every check, in the order in which it runs."""
