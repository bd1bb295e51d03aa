"""Every question that an interview over one pack can ask, and which facts each one sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from psoas_rules.conditions import facts_read
from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.hints import nearest, show
from psoas_rules.interviewing.prompts import Prompt, SelfTestGuide, UnknownPromptError
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import LEVELS, SIDES, Level, Pack
from psoas_rules.recommender import Recommender

OFFER: Final = "tests.offer"
"""The prompt that offers self-tests as a whole."""

WISHES: Final = "wishes.any"
"""The prompt that asks for rare wishes as a whole."""

AGE: Final = "person.age"
EQUIPMENT: Final = "preferences.equipment"

_SECONDS: Final = 10.0
"""How long an answer takes where the pack does not say."""

_LISTS: Final = ("many", "names")


@attrs.frozen(eq=False)
class Part:
    """A question that follows another one.

    Attributes:
        parent: The prompt that it follows.
        instead: Whether it is asked when the other one could not be answered, rather than when it was.
    """

    parent: str
    instead: bool


@attrs.frozen(eq=False)
class Catalogue:
    """The questions of one pack.

    Attributes:
        prompts: Every prompt by id, in the order of the pack; without what depends on the answers.
        specs: For each prompt that is a single question of the intake, its spec.
        facts: For each prompt, the facts that its answer sets. A screen group sets none: it denies those of others.
        sets: For each fact, the prompts that set it; for numbers worked out from others, those they come from.
        groups: For each screen prompt, the prompts of its questions.
        group_of: For each question of the screen, its group.
        together: For each prompt for several signs, the prompts of the signs; and for each that asks which question of
            a safety group is meant, the questions of the group.
        wishes: The prompts that a "no" to rare wishes denies.
        parts: For each question that follows another one, which one.
        ages: The prompts about what follows from an age.
        movements: Questions that can only be answered by moving, in the order in which they are asked, each with the
            properties of its movement.
        needs: For a self-test, the things without which it cannot be done: one of each list.
        page_s: How long a page with several questions takes, in seconds: the page, and each question on it.
    """

    prompts: Mapping[str, Prompt]
    specs: Mapping[str, FactSpec]
    facts: Mapping[str, tuple[str, ...]]
    sets: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[str, ...]]
    group_of: Mapping[str, str]
    together: Mapping[str, tuple[str, ...]]
    wishes: tuple[str, ...]
    parts: Mapping[str, Part]
    ages: frozenset[str]
    movements: Mapping[str, tuple[str, ...]]
    needs: Mapping[str, tuple[tuple[str, ...], ...]]
    page_s: tuple[float, float]

    @classmethod
    def of(cls, recommender: Recommender) -> Catalogue:
        """The questions of the pack of this recommender."""
        return _Maker(recommender).catalogue()

    def prompt(self, name: str) -> Prompt:
        """The prompt with this id.

        Raises:
            UnknownPromptError: if there is none; it tells the nearest one.
        """
        found = self.prompts.get(name) if isinstance(name, str) else None
        if found is None:
            raise UnknownPromptError(f"no question is called {show(name)}{nearest(name, self.prompts)}")
        return found


def ticks(members: Iterable[Prompt]) -> dict[str, str]:
    """What can be ticked in a group: each question, with sides once for each side."""
    found: dict[str, str] = {}
    for one in members:
        sides = [(f"{one.id}.{side}", f"{one.label} ({side})") for side in SIDES]
        found.update(sides if one.sided else [(one.id, one.label)])
    return found


def _which(group: str) -> str:
    return f"which.{group.partition('.')[2]}"


def prompt_of(spec: FactSpec) -> str:
    """The id of the prompt that asks for a fact."""
    return f"{SECTIONS[spec.kind]}.{spec.key}"


class _Maker:
    """Makes the catalogue of one pack."""

    def __init__(self, recommender: Recommender) -> None:
        self.pack: Pack = recommender.pack
        self.plan = recommender.pack.interview
        self.lexicon: Lexicon = recommender.lexicon
        self.items = {
            f"{kind}.{key}": item
            for kind, items in (("sign", self.pack.signs), ("measure", self.pack.measures))
            for item in items
            for key in (item.id, *item.parts)
        }
        self.urgency = self._urgencies(recommender)

    def catalogue(self) -> Catalogue:
        """The whole catalogue."""
        lexicon = self.lexicon
        specs = {prompt_of(spec): spec for spec in self._asked()}
        prompts = {name: self._single(name, spec) for name, spec in specs.items()}
        by_fact = {fact: name for name, spec in specs.items() for fact in spec.facts()}
        groups = {f"screen.{group}": tuple(by_fact[fact] for fact in facts) for group, facts in lexicon.groups.items()}
        together = self._together(prompts)
        parts = self._parts(specs)
        wishes = self._wishes()
        screens = tuple(self._screens(groups, prompts))
        pages = [*self._offers(prompts, wishes), *self._groups(together, prompts)]
        whole = [*screens, *(self._whiches(screens)), *pages]
        return Catalogue(
            {prompt.id: prompt for prompt in (*whole, *prompts.values())},
            specs,
            {name: spec.facts() for name, spec in specs.items()},
            self._sets(specs),
            groups,
            {name: group for group, names in groups.items() for name in names},
            {**together, **{_which(group): names for group, names in groups.items()}},
            wishes,
            parts,
            frozenset(by_fact[condition] for condition, _, _ in lexicon.ages),
            self._movements(specs),
            self._needs(),
            (self._seconds("group"), self._seconds("group_member")),
        )

    def _wishes(self) -> tuple[str, ...]:
        wishes = self.plan.wishes if self.plan is not None else None
        return tuple(f"preferences.{key}" for key in wishes.denies) if wishes is not None else ()

    def _asked(self) -> Iterator[FactSpec]:
        """The spec of everything that a person can answer, in the order of the pack."""
        for kind in SECTIONS:
            for spec in self.lexicon.named(kind).values():
                above = self.lexicon.specs.get(spec.name.rpartition(".")[0])
                if spec.derive is None and not (above is not None and above.answer in _LISTS):
                    yield spec

    def _urgencies(self, recommender: Recommender) -> Mapping[str, Level]:
        """For each fact, the highest level that a rule which reads it concludes."""
        found: dict[str, Level] = {}
        for rule in recommender.rules:
            levels = [said.subject for said in rule.then if said.kind == "triage"]
            for level in levels:
                # What could be meant by a red flag is as urgent as the flag alone; partners can make it more so.
                for fact in facts_read(rule.when):
                    if LEVELS.index(level) > LEVELS.index(found.get(fact, "ok")):
                        found[fact] = level  # type: ignore[assignment]
        return found

    def _single(self, name: str, spec: FactSpec) -> Prompt:
        section = SECTIONS[spec.kind]
        text = spec.ask
        if spec.kind == "cleared":
            label = self.lexicon.specs[f"condition.{spec.key}"].label
            text = self.plan.clearance.format(label=label) if self.plan else f"{spec.label}?"
        item = self.items.get(spec.name)
        guide = None
        if item is not None and item.self_test is not None and item.id == spec.key:
            guide = SelfTestGuide(**attrs.asdict(item.self_test))
        levels = [self.urgency.get(fact, "ok") for fact in spec.facts()]
        return Prompt(
            id=name,
            section=section,
            key=spec.key,
            label=spec.label,
            text=text or f"{spec.label}?",
            answer=spec.answer,
            options=spec.options,
            usual=tuple(key for key, thing in self.pack.vocabulary.equipment.items() if thing.usual)
            if name == EQUIPMENT
            else (),
            unit=spec.unit,
            minimum=spec.minimum,
            maximum=spec.maximum,
            sided=spec.sided,
            urgency=max(levels, key=LEVELS.index),
            self_test=guide,
            seconds=self._seconds(spec.answer, spec.key if guide else None),
            optional=spec.kind == "preference",
        )

    def _seconds(self, kind: str, test: str | None = None) -> float:
        if self.plan is None:
            return _SECONDS
        kinds, tests = self.plan.seconds.kinds, self.plan.seconds.tests
        if test is not None:
            return tests.get(test, kinds.get("self_test", _SECONDS))
        return kinds.get(kind, _SECONDS)

    def _screens(self, groups: Mapping[str, tuple[str, ...]], prompts: Mapping[str, Prompt]) -> Iterator[Prompt]:
        for group in self.pack.screen:
            name = f"screen.{group.id}"
            members = tuple(prompts[one] for one in groups[name])
            yield Prompt(
                id=name,
                section="screen",
                key=group.id,
                label=group.id.replace("_", " ").capitalize(),
                text=group.ask,
                answer="yes_no",
                urgency=max((one.urgency for one in members), key=LEVELS.index, default="ok"),
                members=members,
                seconds=self._seconds("screen"),
            )

    def _whiches(self, screens: Iterable[Prompt]) -> Iterator[Prompt]:
        """After a yes to a group of safety questions: which of them."""
        text = self.plan.which if self.plan is not None else "Which of these is true?"
        for screen in screens:
            yield attrs.evolve(
                screen,
                id=_which(screen.id),
                section="which",
                text=text,
                answer="group",
                options=ticks(screen.members),
                seconds=self._seconds("group") + self._seconds("group_member") * len(screen.members),
            )

    def _offers(self, prompts: Mapping[str, Prompt], wishes: tuple[str, ...]) -> Iterator[Prompt]:
        """The questions that can be declined as a whole: self-tests, and rare wishes."""
        texts = {}
        if self.pack.measures:
            texts[OFFER] = self.plan.home_tests.ask if self.plan else "Would you like to do a few short tests at home?"
        if self.plan is not None and self.plan.wishes is not None:
            texts[WISHES] = self.plan.wishes.ask
        labels = {OFFER: "Tests at home", WISHES: "Wishes"}
        for name, text in texts.items():
            section, _, key = name.partition(".")
            yield Prompt(
                id=name,
                section=section,
                key=key,
                label=labels[name],
                text=text,
                answer="yes_no",
                seconds=self._seconds("yes_no"),
                members=tuple(prompts[wish] for wish in wishes) if name == WISHES else (),
                optional=True,
            )

    def _together(self, prompts: Mapping[str, Prompt]) -> Mapping[str, tuple[str, ...]]:
        if self.plan is None:
            return {}
        return {
            f"together.{one.id}": tuple(f"signs.{sign}" for sign in one.signs if f"signs.{sign}" in prompts)
            for one in self.plan.together
        }

    def _groups(self, together: Mapping[str, tuple[str, ...]], prompts: Mapping[str, Prompt]) -> Iterator[Prompt]:
        texts = {f"together.{one.id}": one.ask for one in self.plan.together} if self.plan else {}
        for name, signs in together.items():
            members = tuple(prompts[sign] for sign in signs)
            yield Prompt(
                id=name,
                section="together",
                key=name.partition(".")[2],
                label=name.partition(".")[2].replace("_", " ").capitalize(),
                text=texts[name],
                answer="group",
                options=ticks(members),
                sided=any(one.sided for one in members),
                urgency=max((one.urgency for one in members), key=LEVELS.index, default="ok"),
                members=members,
                seconds=self._seconds("group") + self._seconds("group_member") * len(members),
            )

    def _parts(self, specs: Mapping[str, FactSpec]) -> Mapping[str, Part]:
        instead = self.plan.home_tests.without_number if self.plan else ()
        found = {}
        for section, items in (("signs", self.pack.signs), ("measures", self.pack.measures)):
            for item in items:
                parent = f"{section}.{item.id}"
                if parent in specs:
                    found.update({f"{section}.{key}": Part(parent, key in instead) for key in item.parts})
        return found

    def _sets(self, specs: Mapping[str, FactSpec]) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {fact: (name,) for name, spec in specs.items() for fact in spec.facts()}
        for name, spec in specs.items():
            if spec.answer in _LISTS:
                found.update({f"{spec.name}.{option}": (name,) for option in spec.options})
        for spec in self.lexicon.derived():
            if spec.derive is not None:
                found.update(dict.fromkeys(spec.facts(), (f"{SECTIONS[spec.kind]}.{spec.derive.of}",)))
        for condition, _, _ in self.lexicon.ages:
            found[condition] = (AGE, *found[condition])
        return found

    def _needs(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """What each test needs; a part of it needs the same."""
        needs = self.plan.home_tests.needs if self.plan and "preference.equipment" in self.lexicon.specs else {}
        measures = ((item, needs[item.id]) for item in self.pack.measures if item.id in needs)
        return {f"measures.{key}": things for item, things in measures for key in (item.id, *item.parts)}

    def _movements(self, specs: Mapping[str, FactSpec]) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for section, items in (("signs", self.pack.signs), ("measures", self.pack.measures)):
            for item in items:
                if item.properties or section == "measures":
                    names = [f"{section}.{key}" for key in (item.id, *item.parts)]
                    found.update({name: item.properties for name in names if name in specs})
        return found


__all__ = ["AGE", "EQUIPMENT", "OFFER", "WISHES", "Catalogue", "Part", "prompt_of", "ticks"]
