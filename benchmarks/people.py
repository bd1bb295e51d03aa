"""Random people: typical ones who report a number of things, and wild ones over the whole vocabulary. Seeded."""

import random
from collections.abc import Callable, Iterator
from typing import Any

from psoas_rules import Intake, Outcome, Pack, Person, Screen
from psoas_rules.conditions import facts_read
from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.lexicon import Lexicon, build_lexicon
from psoas_rules.loading import make_rulebook

ANSWERED = ("signs", "measures", "red_flags", "conditions", "details", "clearances", "preferences")


class People:
    """Draws people for one pack."""

    def __init__(self, pack: Pack, seed: int) -> None:
        lexicon = build_lexicon(pack)
        self.draw = random.Random(seed)
        self.groups = list(lexicon.groups)
        self.experience = list(lexicon.specs["person.experience"].options)
        self.asked = {
            section: [
                spec
                for spec in lexicon.specs.values()
                if spec.kind == kind and spec.derive is None and not _entry(spec, lexicon)
            ]
            for kind, section in SECTIONS.items()
            if section != "person"
        }
        # The age tells these; a second opinion would be refused.
        from_age = {name for name, _, _ in lexicon.ages}
        self.asked["conditions"] = [spec for spec in self.asked["conditions"] if spec.name not in from_age]
        self.place = {
            fact: (section, spec, fact[len(spec.name) + 1 :])
            for section, specs in self.asked.items()
            for spec in specs
            if spec.answer not in ("many", "names")
            for fact in spec.facts()
        }
        rules = make_rulebook(pack, lambda *_: None).rules
        self.read = sorted({facts_read(rule.when) for rule in rules if rule.stage != "screening"})
        evidence = {item.id for item in (*pack.signs, *pack.measures) if item.evidence}
        parts = {key for item in (*pack.signs, *pack.measures) if item.evidence for key in item.parts}
        self.signs = [
            (section, spec)
            for section in ("signs", "measures")
            for spec in self.asked[section]
            if spec.key in evidence | parts
        ]
        # What limits and changes a session, without what stops it: most people with a condition get a routine.
        stops = {row.id for row in pack.conditions if row.clearance in ("block", "clinician_first")}
        details = {key for row in pack.conditions if row.id not in stops for key in row.details}
        self.other = [("conditions", spec) for spec in self.asked["conditions"] if spec.key not in stops] + [
            ("details", spec) for spec in self.asked["details"] if spec.key in details
        ]
        self.preferences = [("preferences", spec) for spec in self.asked["preferences"] if spec.key != "minutes"]

    def typical(self, reported: int) -> Intake:
        """Somebody who reports this many things: four of five signs, the rest conditions, details and wishes.

        Besides, everybody says their age, their experience and their minutes, and denies all safety questions.
        """
        draw = self.draw
        sections: dict[str, dict[str, Any]] = {"preferences": {"minutes": draw.randint(8, 45)}}
        while sum(map(len, sections.values())) < reported + 1:
            kind = draw.random()
            rows = self.signs if kind < 0.8 else self.other if kind < 0.93 else self.preferences
            section, spec = draw.choice(rows)
            sections.setdefault(section, {})[spec.key] = self._mild(spec)
        person = Person(draw.randint(19, 79), draw.choice(self.experience))
        return Intake(person=person, screen=Screen.clear(), **sections)

    def wild(self) -> Intake:
        """Anybody: any answers, unknown ones, red flags, safety questions half answered, one concern above others."""
        draw = self.draw
        sections: dict[str, dict[str, Any]] = {}
        talkative = draw.random() < 0.6
        for section in ANSWERED if talkative else ("preferences",):
            most = draw.choice((0, 0, 1, 2)) if section in ("red_flags", "clearances") else draw.choice((0, 2, 4, 12))
            for spec in draw.sample(self.asked[section], min(most, len(self.asked[section]))):
                unknown = draw.random() < 0.1
                answer = draw.choice((None, "unknown", "not_sure")) if unknown else self._answer(spec)
                sections.setdefault(section, {})[spec.key] = answer
        if not talkative or draw.random() < 0.4:
            self._concern(draw.choice(self.read), sections)
        person = Person(draw.choice((None, draw.randint(0, 100))), draw.choice((None, *self.experience)))
        return Intake(person=person, screen=self._screen(), **sections)

    def _concern(self, facts: tuple[str, ...], sections: dict[str, dict[str, Any]]) -> None:
        """Answers everything that one rule reads, mostly with yes, so that rules which read much fire too."""
        draw = self.draw
        for fact in facts:
            section, spec, side = self.place.get(fact, ("", None, ""))
            if spec is not None and draw.random() < 0.9:
                answer = draw.random() < 0.9 if spec.answer == "yes_no" else self._one(spec)
                before = sections.setdefault(section, {}).get(spec.key)
                if side:
                    answer = {**(before if isinstance(before, dict) else {}), side: answer}
                sections[section][spec.key] = answer
                if section == "conditions" and draw.random() < 0.5:
                    sections.setdefault("clearances", {})[spec.key] = True

    def _screen(self) -> Screen:
        draw = self.draw
        kind = draw.random()
        if kind < 0.5:
            return Screen.clear()
        if kind < 0.75:
            return Screen(dict.fromkeys(self.groups, "no"))
        groups = draw.sample(self.groups, draw.randint(0, len(self.groups)))
        return Screen({group: draw.choice(("no", "no", "no", False, "yes", None, "unknown")) for group in groups})

    def _mild(self, spec: FactSpec) -> Any:
        """An answer that seldom stops a routine: most pain is not the worst there is."""
        draw = self.draw
        if spec.answer == "scale":
            low, high = int(spec.minimum or 0), int(spec.maximum or 10)
            one = lambda: draw.randint(low, low + (high - low) * 6 // 10)  # noqa: E731
            return {"left": one(), "right": one()} if spec.sided and draw.random() < 0.5 else one()
        return self._answer(spec)

    def _answer(self, spec: FactSpec) -> Any:
        if spec.sided:
            kind = self.draw.random()
            if kind < 0.5:
                return {"left": self._one(spec), "right": self._one(spec)}
            if kind < 0.7:
                return {self.draw.choice(("left", "right")): self._one(spec)}
        return self._one(spec)

    def _one(self, spec: FactSpec) -> Any:
        draw = self.draw
        options = list(spec.options)
        match spec.answer:
            case "yes_no":
                return draw.choice((True, False, "yes", "no"))
            case "choice":
                return draw.choice(options)
            case "many":
                # Few avoid much; many things at hand are usual.
                return draw.sample(options, draw.randint(0, min(len(options), 3 if "avoid" in spec.key else 8)))
            case "names":
                return [draw.choice((spec.options[one], one)) for one in draw.sample(options, draw.randint(0, 3))]
        low, high = int(spec.minimum or 0), int(spec.maximum or 100)
        whole = draw.randint(low, high)
        if spec.answer == "number" and draw.random() < 0.2:
            return min(float(high), whole + draw.random())
        return whole


def typical(pack: Pack, reported: int, count: int, seed: int, recommend: Callable[[Intake], Outcome]) -> list[Intake]:
    """This many typical people, nine of ten with a routine.

    The more somebody reports at random, the likelier it is that something of it needs a clinician first. Referrals are
    quicker to make, so their share is kept the same for every number of things reported.
    """
    people = People(pack, seed)
    made: list[Intake] = []
    others = 0
    while len(made) < count:
        intake = people.typical(reported)
        if recommend(intake).kind == "routine":
            made.append(intake)
        elif others < (len(made) + 1) / 10:
            others += 1
            made.append(intake)
    return made


def mixed(pack: Pack, seed: int) -> Iterator[Intake]:
    """Without end: typical people who report 3, 8 or 15 things, and as many wild ones."""
    people = People(pack, seed)
    while True:
        for reported in (3, 8, 15):
            yield people.typical(reported)
            yield people.wild()


def _entry(spec: FactSpec, lexicon: Lexicon) -> bool:
    parent = lexicon.specs.get(spec.name.rpartition(".")[0])
    return parent is not None and parent.answer in ("many", "names")
