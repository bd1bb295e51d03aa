"""Mutants: packs that differ from a pack in one small thing that would be wrong.

Texts are not mutated, nor anything that does not change what comes out (labels, sources, grades). What stands in a
table is changed where it stands, so a mutant is always a pack that somebody could have written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, pairwise
from typing import Any, Final

import attrs

from psoas_rules.loading import Rulebook
from psoas_rules.mutating.editing import REMOVED, Path, changed, home
from psoas_rules.mutating.trees import tidy, tree_edits
from psoas_rules.pack import LEVELS, PHASES, DoseRow, Exclusions, Exercise, Limit, Pack, SlotUse
from psoas_rules.soundness.numbers import CONSTANTS

_URGENCIES: Final = ("modifier", "caution", "before_exercising", "same_day", "emergency")
_CLEARANCES: Final = ("caution", "modify", "clinician_first", "block")


def _by(step: float, low: float, high: float) -> Callable[[float], list[float]]:
    """One step less and one more, within what makes sense."""
    return lambda value: [moved for moved in (tidy(value - step), tidy(value + step)) if low <= moved <= high]


_LIMIT_STEPS: Final[Mapping[str, Callable[[float], list[float]]]] = {
    "level_max": _by(1, 1, 3),
    "effort_max": _by(1, 1, 10),
    "stretch_max": _by(1, 1, 10),
    "sets_max": _by(1, 1, 10),
    "reps_max": _by(1, 1, 100),
    "hold_s_max": _by(1, 1, 3600),
    "days_max": _by(1, 1, 7),
    "sets_factor": _by(0.25, 0.25, 1),
    "hold_factor": _by(0.25, 0.25, 1),
    "rest_factor": _by(0.5, 1, 10),
}

_DOSE_STEPS: Final = {
    **dict.fromkeys(("sets", "reps", "reps_top", "days_min", "days_max", "effort", "stretch"), 1),
    **dict.fromkeys(("hold_s", "hold_top_s", "move_s", "relax_s"), 1),
    "rest_s": 5,
}
_DOSE_RANGES: Final = {
    **dict.fromkeys(("days_min", "days_max"), (1, 7)),
    **dict.fromkeys(("effort", "stretch"), (0, 10)),
    **dict.fromkeys(("move_s", "relax_s"), (0, 3600)),
    "rest_s": (0, 600),
}


def _makes_sense(row: DoseRow, key: str) -> bool:
    """Whether a changed dose is one that a pack could have."""
    low, high = _DOSE_RANGES.get(key, (1, 3600))
    hold = row.hold_top_s or row.hold_s or 0
    most = row.ceiling
    return (
        low <= getattr(row, key) <= high
        and row.reps <= row.reps_top
        and (row.hold_s or 0) <= hold
        and row.days_min <= row.days_max
        and (most is None or (row.sets <= most.sets and row.reps_top <= most.reps and hold <= (most.hold_s or hold)))
    )


@attrs.frozen
class Mutant:
    """A pack that differs in one small thing.

    Attributes:
        kind: What sort of change it is.
        file: The file in which it would stand.
        inside: The path inside that file.
        title: What changes, in words.
        safety: Whether the change touches what keeps people safe.
        subject: The rule, row or exercise that is changed.
        path: Where it is in the pack.
        new: What stands there then; `REMOVED` when it is taken out.
    """

    kind: str
    file: str
    inside: Path
    title: str
    safety: bool
    subject: str
    path: Path
    new: Any

    def of(self, pack: Pack) -> Pack:
        """The changed pack."""
        return changed(pack, self.path, self.new)


def mutants(book: Rulebook) -> tuple[Mutant, ...]:
    """Every mutant of a pack, in the order of its files."""
    maker = _Maker(book)
    return tuple(
        chain(
            maker.red_flags(),
            maker.screen(),
            maker.conditions(),
            maker.evidence(),
            maker.rules(),
            maker.exercises(),
            maker.sessions(),
            maker.constants(),
        )
    )


class _Maker:
    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.pack = book.pack

    def _mutant(self, kind: str, path: Path, new: Any, title: str, subject: str, *, safety: bool = False) -> Mutant:
        file, inside = home(self.pack, path)
        return Mutant(kind, file, inside, title, safety, subject, path, new)

    def _tree(
        self, tree: Any, path: Path, subject: str, *, safety: bool = False, default: str | None = None
    ) -> Iterator[Mutant]:
        for edit in tree_edits(tree, self.book.lexicon, default) if tree is not None else ():
            yield self._mutant(edit.kind, (*path, *edit.path), edit.new, edit.title, subject, safety=safety)

    def _each(
        self, kind: str, entries: Any, path: Path, subject: str, *, safety: bool = False, keep: int = 0
    ) -> Iterator[Mutant]:
        """Each entry of a list or mapping taken out, as long as so many are left."""
        if len(entries) > keep:
            for key, entry in entries.items() if hasattr(entries, "items") else enumerate(entries):
                shown = " or ".join(entry) if isinstance(entry, tuple) else entry
                name = f"{key}: {entry}" if isinstance(key, str) else shown
                yield self._mutant(kind, (*path, key), REMOVED, f"without {name}", subject, safety=safety)

    def _lower(self, scale: tuple[str, ...], value: str, path: Path, subject: str, *, drop: bool) -> Iterator[Mutant]:
        """One level lower and, where that is something else, as low as it goes."""
        place = scale.index(value)
        lower = dict.fromkeys([scale[place - 1], *([scale[0]] if drop else [])] if place > 0 else [])
        for level in lower:
            title = f"{path[-1]} {level} in place of {value}"
            yield self._mutant("lower urgency", path, level, title, subject, safety=True)

    # Red flags, screen, conditions

    def red_flags(self) -> Iterator[Mutant]:
        """A warning sign less urgent, or not made more urgent by another."""
        for i, flag in enumerate(self.pack.red_flags):
            path: Path = ("red_flags", i)
            yield from self._lower(_URGENCIES, flag.urgency, (*path, "urgency"), flag.id, drop=True)
            for j, raised in enumerate(flag.raised_by):
                here = (*path, "raised_by", j)
                title = f"not raised to {raised.to} by {' or '.join(raised.with_any)}"
                yield self._mutant("drop rule", here, REMOVED, title, flag.id, safety=True)
                yield from self._each("drop test", raised.with_any, (*here, "with_any"), flag.id, safety=True, keep=1)
                yield from self._lower(_URGENCIES, raised.to, (*here, "to"), flag.id, drop=False)

    def screen(self) -> Iterator[Mutant]:
        """A safety question that nobody has to answer any more."""
        for i, group in enumerate(self.pack.screen):
            for key in ("red_flags", "conditions"):
                for number, name in enumerate(getattr(group, key)):
                    path: Path = ("screen", i, key, number)
                    title = f"without {name} in {group.id}"
                    yield self._mutant("drop question", path, REMOVED, title, name, safety=True)

    def conditions(self) -> Iterator[Mutant]:
        """A condition that stops, leaves out, limits or advises less, or counts for other ages."""
        for i, row in enumerate(self.pack.conditions):
            path: Path = ("conditions", i)
            yield from self._lower(_CLEARANCES, row.clearance, (*path, "clearance"), row.id, drop=False)
            for key in ("from_age", "below_age"):
                age = getattr(row, key)
                for moved in (age - 1, age + 1) if age is not None else ():
                    title = f"{key} {moved} in place of {age}"
                    yield self._mutant("shift threshold", (*path, key), moved, title, row.id, safety=True)
            yield from self._exclusions(row.excludes, (*path, "excludes"), row.id)
            yield from self._limits(row.limits, (*path, "limits"), row.id, safety=True)
            for key in ("swaps", "prefer", "stop_signs"):
                yield from self._each("drop advice", getattr(row, key), (*path, key), row.id)
            if row.strict_pain:
                yield self._mutant("drop advice", (*path, "strict_pain"), False, "without strict_pain", row.id)
            if not row.walk_meanwhile:
                title = "walking is all right meanwhile"
                yield self._mutant("drop exclusion", (*path, "walk_meanwhile"), True, title, row.id, safety=True)
            yield from self._further(i)

    def _further(self, number: int) -> Iterator[Mutant]:
        row = self.pack.conditions[number]
        for j, further in enumerate(row.further):
            here: Path = ("conditions", number, "further", j)
            yield self._mutant("drop rule", here, REMOVED, f"without {further.id}", row.id, safety=True)
            yield from self._tree(further.when, (*here, "when"), row.id, safety=True)
            yield from self._exclusions(further.excludes, (*here, "excludes"), row.id)
            if further.clearance is not None:
                title = f"without clearance {further.clearance}"
                yield self._mutant("lower urgency", (*here, "clearance"), None, title, row.id, safety=True)
            if not further.walk_meanwhile:
                title = "walking is all right meanwhile"
                yield self._mutant("drop exclusion", (*here, "walk_meanwhile"), True, title, row.id, safety=True)

    def _exclusions(self, excludes: Exclusions, path: Path, subject: str) -> Iterator[Mutant]:
        for key in ("properties", "exercises", "phases"):
            yield from self._each("drop exclusion", getattr(excludes, key), (*path, key), subject, safety=True)
        if excludes.all_but:
            title = "without all_but"
            yield self._mutant("drop exclusion", (*path, "all_but"), (), title, subject, safety=True)

    def _limits(self, limits: tuple[Limit, ...], path: Path, subject: str, *, safety: bool) -> Iterator[Mutant]:
        for number, limit in enumerate(limits):
            here = (*path, number)
            title = f"without the limit {_limit_words(limit)}"
            yield self._mutant("drop limit", here, REMOVED, title, subject, safety=safety)
            for key, moves in _LIMIT_STEPS.items():
                value = getattr(limit, key)
                for moved in moves(value) if value is not None else ():
                    title = f"{key} {moved:g} in place of {value:g}"
                    yield self._mutant("change limit", (*here, key), moved, title, subject, safety=safety)
            if limit.say is not None and any(getattr(limit, key) is not None for key in _LIMIT_STEPS):
                yield self._mutant("drop advice", (*here, "say"), None, "without the caution", subject)

    # Evidence and rule files

    def evidence(self) -> Iterator[Mutant]:
        """Evidence that counts for other answers, or with other points."""
        for table in ("signs", "measures"):
            for i, item in enumerate(getattr(self.pack, table)):
                default = f"{table[:-1]}.{item.id}" if item.answer is not None else None
                for j, evidence in enumerate(item.evidence):
                    here: Path = (table, i, "evidence", j)
                    yield self._mutant("drop rule", here, REMOVED, "without this evidence", item.id)
                    yield from self._tree(evidence.when, (*here, "when"), item.id, default=default)
                    for target, points in evidence.points.items():
                        for moved in (tidy(points - 0.1), tidy(points + 0.1)):
                            title = f"{target} {moved:g} in place of {points:g}"
                            place = (*here, "points", target)
                            yield self._mutant("change points", place, moved, title, item.id)

    def rules(self) -> Iterator[Mutant]:
        """A rule that is retired, fires for other answers, or concludes less."""
        for i, rule in enumerate(self.pack.rules):
            if rule.status == "retired":
                continue
            path: Path = ("rules", i)
            safety = rule.stage in ("precaution", "triage", "safety")
            title = "without the rule"
            yield self._mutant("drop rule", (*path, "status"), "retired", title, rule.id, safety=safety)
            yield from self._tree(rule.when, (*path, "when"), rule.id, safety=safety)
            if rule.then.triage is not None:
                yield from self._lower(LEVELS, rule.then.triage, (*path, "then", "triage"), rule.id, drop=False)
            if rule.then.exclude is not None:
                yield from self._exclusions(rule.then.exclude, (*path, "then", "exclude"), rule.id)
            yield from self._limits(rule.then.limits, (*path, "then", "limits"), rule.id, safety=safety)
            yield from self._each("drop advice", rule.then.treat_as, (*path, "then", "treat_as"), rule.id, safety=True)
            for key in ("prefer", "extra_set", "stop_signs"):
                yield from self._each("drop advice", getattr(rule.then, key), (*path, "then", key), rule.id)

    # Exercises, sessions, constants

    def exercises(self) -> Iterator[Mutant]:
        """An exercise that demands less, is dosed otherwise, offered to others or replaced by other ones."""
        for i, exercise in enumerate(self.pack.exercises):
            path: Path = ("exercises", i)
            name = exercise.id
            yield from self._each("drop property", exercise.properties, (*path, "properties"), name, safety=True)
            if exercise.availability == "supervised_only":
                title = "not only when supervised"
                yield self._mutant("drop exclusion", (*path, "availability"), "default", title, name, safety=True)
            for level in (exercise.level - 1, exercise.level + 1):
                if 1 <= level <= 3:
                    title = f"level {level} in place of {exercise.level}"
                    yield self._mutant("change level", (*path, "level"), level, title, name)
            yield from self._doses(exercise, (*path, "dose"))
            yield from self._each("drop need", exercise.needs, (*path, "needs"), name)
            yield from self._tree(exercise.offer_if, (*path, "offer_if"), name)
            for phase in PHASES:
                if phase != exercise.phase:
                    title = f"phase {phase} in place of {exercise.phase}"
                    yield self._mutant("swap phase", (*path, "phase"), phase, title, name)
            for key in ("targets", "positions"):
                yield from self._each("drop target", getattr(exercise, key), (*path, key), name, keep=1)
            for key in ("substitutes", "regressions"):
                yield from self._each("drop substitute", getattr(exercise, key), (*path, key), name)

    def _doses(self, exercise: Exercise, path: Path) -> Iterator[Mutant]:
        row = exercise.dose
        for key, step in _DOSE_STEPS.items():
            value = getattr(row, key)
            for moved in (value - step, value + step) if value is not None else ():
                other = attrs.evolve(row, **{key: moved})
                if _makes_sense(other, key):
                    title = f"{key} {moved:g} in place of {value:g}"
                    yield self._mutant("change dose", (*path, key), moved, title, exercise.id)
        title = "not on each side" if row.per_side else "on each side"
        yield self._mutant("change dose", (*path, "per_side"), not row.per_side, title, exercise.id)

    def sessions(self) -> Iterator[Mutant]:
        """A session with other candidates, in another order, for other answers, or cut otherwise."""
        sessions = self.pack.sessions
        for i, slot in enumerate(sessions.slots):
            yield from self._each("drop target", slot.serves, ("sessions", "slots", i, "serves"), slot.id, keep=1)
        for profile, uses in sessions.sessions.items():
            for i, use in enumerate(uses):
                path: Path = ("sessions", "sessions", profile, i)
                name = f"{profile}.{use.slot}"
                yield self._mutant("drop slot", path, REMOVED, f"without the slot {use.slot}", name)
                yield from self._tree(use.when, (*path, "when"), name)
                yield from self._candidates(use, path, name)
        for i, form in enumerate(sessions.formats):
            here: Path = ("sessions", "formats", i)
            name = f"up_to_{form.up_to_minutes}"
            for moved in (form.up_to_minutes - 1, form.up_to_minutes + 1):
                title = f"up to {moved} minutes in place of {form.up_to_minutes}"
                yield self._mutant("shift threshold", (*here, "up_to_minutes"), moved, title, name)
            yield from self._limits(form.limits, (*here, "limits"), name, safety=False)
        for profile, limits in sessions.session_limits.items():
            yield from self._limits(limits, ("sessions", "session_limits", profile), profile, safety=False)
        yield from self._neighbours(sessions.drop_order, ("sessions", "drop_order"), "drop_order")

    def _candidates(self, use: SlotUse, path: Path, name: str) -> Iterator[Mutant]:
        for key in ("candidates", "from_level_2", "from_level_3"):
            listed = getattr(use, key)
            yield from self._each("drop candidate", listed, (*path, key), name)
            yield from self._neighbours(listed, (*path, key), name)
        yield from self._each("drop candidate", use.on_request, (*path, "on_request"), name)

    def _neighbours(self, listed: tuple[str, ...], path: Path, name: str) -> Iterator[Mutant]:
        for number, (first, second) in enumerate(pairwise(listed)):
            swapped = (*listed[:number], second, first, *listed[number + 2 :])
            yield self._mutant("swap candidates", path, swapped, f"{second} before {first}", name)

    def constants(self) -> Iterator[Mutant]:
        """A named number one step further either way."""
        for name, constant in self.pack.info.constants.items():
            step = 1 if constant.value == int(constant.value) else 0.1
            low, high = CONSTANTS.get(name, (constant.value, constant.value))
            for moved in (tidy(constant.value - step), tidy(constant.value + step)):
                if low <= moved <= high:
                    path: Path = ("info", "constants", name, "value")
                    title = f"{name} {moved:g} in place of {constant.value:g}"
                    yield self._mutant("change constant", path, moved, title, name)


def _limit_words(limit: Limit) -> str:
    given = attrs.asdict(limit, filter=lambda field, value: field.name != "say" and value not in (None, ()))
    return ", ".join(f"{key} {value}" for key, value in given.items()) or "for everything"
