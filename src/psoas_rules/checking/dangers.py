"""Red flags, conditions and the screen: every danger has its effect, and none of it is undone or unheard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from psoas_rules.checking.examination import Examination
from psoas_rules.checking.rules import rule_files
from psoas_rules.dosing import in_scope, lowers
from psoas_rules.pack import ConditionRow, Exclusions, Exercise, Limit, Pack, RedFlag, Slot
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.soundness.telling import limits_of
from psoas_rules.yaml_reader import Path

_URGENCIES: Final = ("modifier", "caution", "before_exercising", "same_day", "emergency")
_FLAGS: Final = "red_flags.yaml"
_ROWS: Final = "conditions.yaml"


def check_red_flags(examination: Examination) -> None:
    """A warning sign rests on a source, and what raises it raises it."""
    pack = examination.rules.pack
    partners = {partner for flag in pack.red_flags for raised in flag.raised_by for partner in raised.with_any}
    for i, flag in enumerate(pack.red_flags):
        path: Path = ("red_flags", i)
        _sourced(examination, _FLAGS, path, flag, "red flag")
        _raised(examination, flag, path)
        if flag.urgency == "modifier" and not flag.raised_by and flag.id not in partners:
            message = (
                "this only makes other red flags more urgent, but none names it under raised_by; "
                "name it there, or give it an urgency of its own"
            )
            examination.tell(_FLAGS, (*path, "urgency"), "idle-modifier", message)


def _sourced(examination: Examination, file: str, path: Path, row: RedFlag | ConditionRow, what: str) -> None:
    if not any(fact.sources for fact in row.facts):
        message = f"no fact of the {what} '{row.id}' names a source; add one under facts, or {EXPERT_CHOICE}"
        examination.tell(file, (*path, "id"), "unsourced-safety", message)


def _raised(examination: Examination, flag: RedFlag, path: Path) -> None:
    for j, raised in enumerate(flag.raised_by):
        place = (*path, "raised_by", j)
        if flag.id in raised.with_any:
            message = f"'{flag.id}' cannot raise itself; take it out of with_any"
            examination.tell(_FLAGS, (*place, "with_any"), "raises-nothing", message)
        lower = _URGENCIES.index(raised.to) < _URGENCIES.index(flag.urgency)
        if lower or (raised.to == flag.urgency and not raised.say):
            how = "below" if lower else "the same as"
            message = (
                f"'{raised.to}' is {how} its own urgency ({flag.urgency}), so this changes nothing; write a higher one"
            )
            examination.tell(_FLAGS, (*place, "to"), "raises-nothing", message)


def check_conditions_table(examination: Examination) -> None:
    """A condition changes something, can be heard, and does not undo itself."""
    pack = examination.rules.pack
    exercises = {exercise.id: exercise for exercise in pack.exercises}
    for i, row in enumerate(pack.conditions):
        path: Path = ("conditions", i)
        _sourced(examination, _ROWS, path, row, "condition")
        _effect(examination, row, path)
        _unheard(examination, row, path)
        _swaps(examination, row, path, exercises)
        for j, name in enumerate(row.prefer):
            if (why := excluded_by(row.excludes, exercises.get(name))) is not None:
                message = f"'{name}' is preferred and left out at once ({why}); take it out of one of the two"
                examination.tell(_ROWS, (*path, "prefer", j), "prefer-excluded", message)


def excluded_by(excludes: Exclusions, exercise: Exercise | None) -> str | None:
    """Why these exclusions leave an exercise out; None when they do not."""
    if exercise is None:
        return None
    shared = [name for name in exercise.properties if name in excludes.properties]
    if shared:
        return f"it has {shared[0]}"
    if exercise.id in excludes.exercises:
        return "by name"
    if exercise.phase in excludes.phases:
        return f"it is for {exercise.phase}"
    return "all_but does not name it" if excludes.all_but and exercise.id not in excludes.all_but else None


def _effect(examination: Examination, row: ConditionRow, path: Path) -> None:
    works = (row.excludes, row.further, row.limits, row.swaps, row.prefer, row.stop_signs, row.strict_pain)
    if row.clearance not in ("block", "clinician_first") and works == (Exclusions(), (), (), {}, (), (), False):
        message = (
            "this condition leaves nothing out and limits nothing, so a yes changes nothing; "
            "say what it excludes or limits, or who is asked first"
        )
        examination.tell(_ROWS, (*path, "id"), "changes-nothing", message)


def _unheard(examination: Examination, row: ConditionRow, path: Path) -> None:
    """Tells of what a condition says that nobody will ever read or feel."""
    if row.clearance == "block":
        for key in ("limits", "swaps", "prefer", "stop_signs"):
            if getattr(row, key):
                message = f"with clearance: block there is never a routine, so '{key}' does nothing; leave it out"
                examination.tell(_ROWS, (*path, key), "never-used", message)
    elif row.clearance != "clinician_first":
        for key, given in (("own_advice", row.own_advice is not None), ("walk_meanwhile", not row.walk_meanwhile)):
            if given:
                message = f"'{key}' stands only in a referral, and this condition makes none; leave it out"
                examination.tell(_ROWS, (*path, key), "never-used", message)


def _swaps(examination: Examination, row: ConditionRow, path: Path, exercises: dict[str, Exercise]) -> None:
    for original, other in row.swaps.items():
        place = (*path, "swaps", original)
        first, second = exercises.get(original), exercises.get(other)
        if first is None or second is None:
            continue
        why = excluded_by(row.excludes, second)
        if first is second:
            examination.tell(_ROWS, place, "swap-idle", f"'{original}' is swapped for itself; leave it out")
        elif why is not None:
            message = f"'{other}' cannot stand in: this condition leaves it out ({why}); name another exercise"
            examination.tell(_ROWS, place, "swap-excluded", message)
        elif not (slots := _slots_with(original, examination.rules.pack)):
            message = f"'{original}' is a candidate of no slot, so nothing ever comes in its place; leave it out"
            examination.tell(_ROWS, place, "swap-idle", message)
        elif not any(slot.phase == second.phase and set(slot.serves) & set(second.targets) for slot in slots):
            names = " or ".join(f"'{slot.id}'" for slot in slots)
            message = (
                f"'{other}' cannot stand in for '{original}': it is for {second.phase} and serves "
                f"{', '.join(second.targets)}, which fits no slot of it ({names})"
            )
            examination.tell(_ROWS, place, "swap-idle", message)


def _slots_with(name: str, pack: Pack) -> list[Slot]:
    """The slots of which an exercise is a candidate."""
    uses = [use for session in pack.sessions.sessions.values() for use in session]
    listed = {use.slot for use in uses if name in (*use.candidates, *use.from_level_2, *use.from_level_3)}
    return [slot for slot in pack.sessions.slots if slot.id in listed]


def check_limits(examination: Examination) -> None:
    """Every limit is felt by some exercise."""
    exercises = examination.rules.pack.exercises
    placed_files = examination.documents
    for file, path, limits in limits_of(examination.rules.pack):
        for i, limit in enumerate(limits if file in placed_files else ()):
            about = [exercise for exercise in exercises if in_scope(limit, exercise)]
            if not about:
                message = "no exercise is meant by this limit; widen its scope, or leave it out"
                examination.tell(file, (*path, i), "limit-idle", message)
            elif limit.say is None and not any(_felt(limit, exercise) for exercise in about):
                message = "no exercise comes to more than this, so the limit changes nothing; lower it, or leave it out"
                examination.tell(file, (*path, i), "limit-idle", message)


def _felt(limit: Limit, exercise: Exercise) -> bool:
    """Whether a limit is below what an exercise can come to: its level, its dose, or the set that a side gets more."""
    row = exercise.dose
    most = row.ceiling.sets if row.ceiling is not None else row.sets + 1
    no_extra_set = limit.sets_max is not None and row.per_side and limit.sets_max < most
    too_hard = limit.level_max is not None and exercise.level > limit.level_max
    return too_hard or no_extra_set or lowers(limit, exercise)


def check_exclusions(examination: Examination) -> None:
    """What is left out is something that an exercise has."""
    if not examination.whole:
        return
    had = {name for exercise in examination.rules.pack.exercises for name in exercise.properties}
    known = examination.rules.pack.vocabulary.properties
    for file, path, excludes in _exclusions(examination):
        for j, name in enumerate(excludes.properties):
            if name in known and name not in had:
                message = f"no exercise has '{name}', so leaving it out changes nothing; is it missing in an exercise?"
                examination.tell(file, (*path, "properties", j), "excludes-nothing", message)


def _exclusions(examination: Examination) -> Iterator[tuple[str, Path, Exclusions]]:
    for i, row in enumerate(examination.rules.pack.conditions):
        yield _ROWS, ("conditions", i, "excludes"), row.excludes
        for j, further in enumerate(row.further):
            yield _ROWS, ("conditions", i, "further", j, "excludes"), further.excludes
    for file, rule in rule_files(examination):
        if rule.then.exclude is not None:
            yield file, ("then", "exclude"), rule.then.exclude


def check_screen(examination: Examination) -> None:
    """Every safety question is asked once."""
    first: dict[str, str] = {}
    for i, group in enumerate(examination.rules.pack.screen):
        for key in ("red_flags", "conditions"):
            for j, name in enumerate(getattr(group, key)):
                asked = f"{key}.{name}"
                if asked in first:
                    where = "this group" if first[asked] == group.id else f"the group '{first[asked]}'"
                    message = f"'{name}' is asked in {where} already; a person should answer it once"
                    examination.tell("screen.yaml", ("screen", i, key, j), "asked-twice", message)
                first.setdefault(asked, group.id)
