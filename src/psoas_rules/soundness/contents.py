"""Rules have an effect, sides belong together, and nothing is missing that outcomes rely on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from psoas_rules.facts import FACT_KINDS
from psoas_rules.hints import nearest, show
from psoas_rules.loading import Reading, Rulebook
from psoas_rules.pack import (
    DAY_KINDS,
    DAYS_OF_A_WEEK,
    LEVELS,
    PROFILES,
    Exclusions,
    RuleFile,
    Texts,
    Then,
)
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.soundness.numbers import CONSTANTS
from psoas_rules.soundness.telling import LIMIT_RANGES, limits_of, not_empty, placed, tell
from psoas_rules.yaml_reader import Path


def check_contents(reading: Reading, book: Rulebook) -> None:
    """Nothing that must hold something is empty, and no rule is without effect."""
    pack = placed(reading, book.pack)
    for exercise in pack.exercises:
        file = f"exercises/{exercise.id}.yaml"
        for key in ("targets", "positions", "steps"):
            not_empty(reading, file, (key,), getattr(exercise, key))
        for i, alternatives in enumerate(exercise.needs):
            not_empty(reading, file, ("needs", i), alternatives)
    for i, slot in enumerate(pack.sessions.slots):
        not_empty(reading, "slots.yaml", ("slots", i, "serves"), slot.serves)
    for i, group in enumerate(pack.screen):
        not_empty(reading, "screen.yaml", ("screen", i), (*group.red_flags, *group.conditions))
    for i, flag in enumerate(pack.red_flags):
        for j, raised in enumerate(flag.raised_by):
            not_empty(reading, "red_flags.yaml", ("red_flags", i, "raised_by", j, "with_any"), raised.with_any)
    for file, path, limits in limits_of(pack):
        for i, limit in enumerate(limits):
            if limit.say is None and all(getattr(limit, cap) is None for cap, _, _ in LIMIT_RANGES):
                message = "this limits nothing and says nothing; name a cap, such as level_max, or a 'say'"
                tell(reading, file, (*path, i), "no-effect", message)
    for rule in pack.rules:
        _check_effect(reading, rule)


def _check_effect(reading: Reading, rule: RuleFile) -> None:
    """Complains about everything in a rule that changes nothing."""
    file = f"{rule.stage}/{rule.id}.yaml"
    then = rule.then
    if then == Then():
        tell(reading, file, ("then",), "no-effect", "nothing follows from this rule")
    if then.exclude == Exclusions():
        tell(reading, file, ("then", "exclude"), "no-effect", "nothing is excluded here")
    if then.triage == "ok":
        message = "'triage: ok' changes nothing: no rule can lower what another has raised; leave it out"
        tell(reading, file, ("then", "triage"), "no-effect", message)
    if then.treat_as and rule.stage != "precaution":
        message = "'treat_as' works only in the stage 'precaution'; later stages have read the conditions already"
        tell(reading, file, ("then", "treat_as"), "no-effect", message)
    if then.extra_set and not rule.for_each_side:
        message = "'extra_set' is for one side; write for_each_side: yes"
        tell(reading, file, ("then", "extra_set"), "no-effect", message)


def check_sides(reading: Reading, book: Rulebook) -> None:
    """What must be true together is looked for on one side."""
    for rule in placed(reading, book.pack).rules:
        if not rule.for_each_side:
            file = f"{rule.stage}/{rule.id}.yaml"
            for path, other in _apart(rule.when, ("when",), denied=False):
                message = f"this and {other} could be true on different sides; use for_each_side: yes"
                tell(reading, file, path, "sides-apart", message)


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
                tell(reading, "pack.yaml", ("texts", section), "missing-key", f"'{key}' is missing")
        for key in given:
            if key not in keys:
                message = f"unknown key {show(key)}{nearest(key, keys)}"
                tell(reading, "pack.yaml", ("texts", section, key), "unknown-key", message)
    if texts.week:
        _check_week(reading, texts, tuple(experience or ("none",)))


def _check_week(reading: Reading, texts: Texts, experiences: tuple[str, ...]) -> None:
    """Each experience has a week of seven days that can be told, and a day between two whole sessions."""
    for experience in experiences:
        if experience not in texts.week:
            tell(reading, "pack.yaml", ("texts", "week"), "missing-key", f"'{experience}' is missing")
    for experience, kinds in texts.week.items():
        where = ("texts", "week", experience)
        if experience not in experiences:
            message = f"unknown key {show(experience)}{nearest(experience, experiences)}"
            tell(reading, "pack.yaml", where, "unknown-key", message)
        if len(kinds) != DAYS_OF_A_WEEK:
            message = f"a week has {DAYS_OF_A_WEEK} days, not {len(kinds)}"
            tell(reading, "pack.yaml", where, "bad-value", message)
        # The week starts again after its last day, so the first day follows on it.
        elif any(kinds[i - 1] == kinds[i] == "whole" for i in range(DAYS_OF_A_WEEK)):
            message = "two whole sessions stand on days that follow each other; leave a day between"
            tell(reading, "pack.yaml", where, "bad-value", message)
    for kind in dict.fromkeys(kind for kinds in texts.week.values() for kind in kinds):
        if kind not in texts.days:
            tell(reading, "pack.yaml", ("texts", "days"), "missing-key", f"'{kind}' is missing")
    for key in texts.days:
        if key not in DAY_KINDS:
            message = f"unknown key {show(key)}{nearest(key, DAY_KINDS)}"
            tell(reading, "pack.yaml", ("texts", "days", key), "unknown-key", message)


def check_completeness(reading: Reading, book: Rulebook) -> None:
    """Nothing is missing that outcomes rely on."""
    pack = placed(reading, book.pack)
    for name in CONSTANTS:
        if name not in pack.info.constants:
            tell(reading, "pack.yaml", ("constants",), "missing-key", f"the constant '{name}' is missing")
    for profile in PROFILES:
        if profile not in pack.sessions.sessions:
            tell(reading, "slots.yaml", ("sessions",), "missing-key", f"the session for '{profile}' is missing")
    for key in ("sessions", "session_limits"):
        for profile in getattr(pack.sessions, key):
            if profile not in PROFILES:
                message = f"unknown profile {show(profile)}{nearest(profile, PROFILES)}"
                tell(reading, "slots.yaml", (key, profile), "unknown-name", message)
    if EXPERT_CHOICE not in {source.id for source in pack.sources}:
        tell(reading, "sources.yaml", ("sources",), "missing-key", f"the source '{EXPERT_CHOICE}' is missing")
    screened = {flag for group in pack.screen for flag in group.red_flags}
    for i, flag in enumerate(pack.red_flags):
        if flag.id not in screened:
            message = f"no group of screen.yaml asks about '{flag.id}', so nobody would be asked"
            tell(reading, "red_flags.yaml", ("red_flags", i, "id"), "unasked", message)
    screened = {condition for group in pack.screen for condition in group.conditions}
    for i, row in enumerate(pack.conditions):
        if row.id not in screened:
            message = f"no group of screen.yaml asks about '{row.id}', so nobody would be asked"
            tell(reading, "conditions.yaml", ("conditions", i, "id"), "unasked", message)
    for name, constant in pack.info.constants.items():
        if not constant.sources:
            message = f"name a source, or {EXPERT_CHOICE}"
            tell(reading, "pack.yaml", ("constants", name, "sources"), "unsourced", message)
    for rule in pack.rules:
        if not rule.sources:
            file = f"{rule.stage}/{rule.id}.yaml"
            tell(reading, file, ("sources",), "unsourced", f"name a source, or {EXPERT_CHOICE}")
