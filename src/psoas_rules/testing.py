"""Hypothesis strategies for intakes, for apps and packs that want to test with any answers a person could give.

Needs the extra `testing`: `pip install psoas-rules[testing]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from hypothesis import strategies as st

from psoas_rules.facts import SECTIONS, FactKind, FactSpec
from psoas_rules.intake import Intake, Person, Screen
from psoas_rules.lexicon import Lexicon, build_lexicon
from psoas_rules.pack import Pack
from psoas_rules.recommender import load_pack

ScreenKind: TypeAlias = Literal["clear", "open", "any"]

_DANGERS = ("red_flags",)


def answers(spec: FactSpec, *, unknown: bool = True) -> st.SearchStrategy[Any]:
    """Answers that a fact accepts: one for both sides or one for each, and with `unknown` also no answer."""
    one = _one(spec)
    if unknown:
        one = one | st.sampled_from((None, "unknown", "not_sure"))
    if not spec.sided:
        return one
    return one | st.fixed_dictionaries({}, optional={"left": one, "right": one})


def _one(spec: FactSpec) -> st.SearchStrategy[Any]:
    match spec.answer:
        case "yes_no":
            return st.sampled_from((True, False, "yes", "no"))
        case "choice":
            return st.sampled_from(sorted(spec.options))
        case "many":
            return st.lists(st.sampled_from(sorted(spec.options)), unique=True, max_size=8)
        case "names":
            return st.lists(st.sampled_from(sorted(spec.options.values())), unique=True, max_size=3)
    low, high = int(spec.minimum or 0), int(spec.maximum or 100)
    whole = st.integers(low, high)
    if spec.answer != "number":
        return whole
    return whole | st.floats(low, high, allow_nan=False, width=32)


def intakes(pack: Pack | None = None, *, screen: ScreenKind = "any") -> st.SearchStrategy[Intake]:
    """Intakes over the whole vocabulary of a pack.

    Args:
        pack: The pack; None for the built-in one.
        screen: `clear` claims that all safety questions were denied and gives no red flag, so that most outcomes are
            routines; `open` answers safety questions one by one or not at all; `any` is either, and may hold red flags.
    """
    lexicon = build_lexicon(load_pack() if pack is None else pack)
    return _intakes(lexicon, screen)


def _intakes(lexicon: Lexicon, screen: ScreenKind) -> st.SearchStrategy[Intake]:
    sections = {
        section: _section(lexicon, kind, most=3 if section in ("conditions", "red_flags", "clearances") else 10)
        for kind, section in SECTIONS.items()
        if kind != "person" and not (screen == "clear" and section in _DANGERS)
    }
    ages = st.none() | st.integers(0, 100)
    # An age leaves no room for a second opinion about conditions that follow from it.
    from_age = {name.partition(".")[2] for name, _, _ in lexicon.ages}
    without_ages = {**sections, "conditions": sections["conditions"].map(_without(from_age))}
    experience = st.none() | st.sampled_from(sorted(lexicon.specs["person.experience"].options))
    return st.builds(
        Intake,
        person=st.builds(Person, age=ages, experience=experience),
        screen=_screens(lexicon, screen),
        **without_ages,
    )


def _without(keys: set[str]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda given: {key: value for key, value in given.items() if key not in keys}


def _section(lexicon: Lexicon, kind: FactKind, *, most: int) -> st.SearchStrategy[dict[str, Any]]:
    specs = {
        spec.key: spec
        for spec in lexicon.named(kind).values()
        if spec.derive is None and not _belongs_to_list(spec, lexicon)
    }
    if not specs:
        return st.just({})
    keys = st.lists(st.sampled_from(sorted(specs)), unique=True, max_size=most)
    # Made once: to make them for every person would take most of the time.
    given = {key: answers(spec) for key, spec in specs.items()}

    @st.composite
    def section(draw: st.DrawFn) -> dict[str, Any]:
        return {key: draw(given[key]) for key in draw(keys)}

    return section()


def _belongs_to_list(spec: FactSpec, lexicon: Lexicon) -> bool:
    parent = lexicon.specs.get(spec.name.rpartition(".")[0])
    return parent is not None and parent.answer in ("many", "names")


def _screens(lexicon: Lexicon, screen: ScreenKind) -> st.SearchStrategy[Screen]:
    clear = st.just(Screen.clear())
    groups = st.dictionaries(
        st.sampled_from(sorted(lexicon.groups)), st.sampled_from(("yes", "no", None)), max_size=len(lexicon.groups)
    ).map(Screen)
    return {"clear": clear, "open": groups, "any": clear | groups}[screen]
