"""One person through the rules of a rulebook, as formulas: what fires, what is concluded, what may come out.

Every formula says of all intakes at once what the stages, the recommender and the barriers do with one. They are made
when they are first asked for. See the package for a list of what can be asked.

What is said about assembly, the making of the session itself, is said about what assembly may take: `may_step`. It is
the one formula that says more than what happens. The session that comes out holds only exercises that may be steps;
which of them it takes, and what has no room in the time, is left open. `barred` and `dose` are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Final

import z3

from psoas_rules.conditions import Condition
from psoas_rules.loading import Rulebook
from psoas_rules.pack import LEVELS, PROFILES, STAGES, Level, Stage
from psoas_rules.proving.answers import Answers
from psoas_rules.proving.doses import Doses
from psoas_rules.proving.placing import Placing
from psoas_rules.proving.values import FALSE, TRUE, Choice, Number, Symbol, YesNo, encode, every, no, some
from psoas_rules.proving.weighing import Weighed, total
from psoas_rules.rulebook import Rule
from psoas_rules.stages import Ready, highest
from psoas_rules.trace import Conclusion

TO_TRIAGE: Final[tuple[Stage, ...]] = ("screening", "precaution", "triage")
"""The stages after which it is decided whether there may be a routine at all."""

OUTCOMES: Final = ("routine", "referral", "screening")


class World:
    """One person through the rules of a rulebook.

    Args:
        book: The rulebook.
        answers: What the person answers; None for a person of their own.
        prefix: For answers that are made here, what is put before the names of their variables.

    Attributes:
        book: The rulebook.
        answers: What the person answers.
        fires: For each rule, in the order of the rulebook, whether it fires; rules after triage as if it came to that.

    Raises:
        EncodingError: if something in the pack cannot be put into formulas exactly.
    """

    def __init__(self, book: Rulebook, answers: Answers | None = None, prefix: str = "") -> None:
        self.book = book
        self.answers = Answers(book.lexicon, prefix) if answers is None else answers
        self._symbols: Mapping[str, Symbol] = self.answers.symbols
        self._by_stage: dict[Stage, list[int]] = {stage: [] for stage in STAGES}
        for number, rule in enumerate(book.rules):
            self._by_stage[rule.stage].append(number)
        fires: dict[int, z3.BoolRef] = {}
        after: Mapping[Stage, Callable[[dict[int, z3.BoolRef]], Mapping[str, Symbol]]] = {
            "precaution": self._assumed,
            "safety": self._counted,
            "evidence": self._weigh,
        }
        for stage in STAGES:
            look = self.look
            fires.update((number, encode(book.rules[number].when, look)) for number in self._by_stage[stage])
            if stage in after:
                self._symbols = {**self._symbols, **after[stage](fires)}
        self.fires: tuple[z3.BoolRef, ...] = tuple(fires[number] for number in range(len(book.rules)))
        self._said: dict[tuple[str, str], list[tuple[Conclusion, z3.BoolRef]]] = {}
        for rule, fired in zip(book.rules, self.fires, strict=True):
            for conclusion in rule.then:
                self._said.setdefault((conclusion.kind, conclusion.subject), []).append((conclusion, fired))
        self._doses = Doses(self)
        self._placing = Placing(self)

    def look(self, fact: str) -> Symbol | None:
        """A fact as it is known at the end; None for one that is never known."""
        return self._symbols.get(fact)

    @property
    def admissible(self) -> list[z3.BoolRef]:
        """What must hold of answers that an intake takes."""
        return self.answers.admissible

    # What the stages find out

    def _of(self, *stages: Stage) -> Iterable[int]:
        return [number for stage in stages for number in self._by_stage[stage]]

    def _assumed(self, fires: Mapping[int, z3.BoolRef]) -> dict[str, Symbol]:
        """Conditions that a sign points to count as present, whatever was said of them."""
        pointed: dict[str, list[z3.BoolRef]] = {}
        for number in self._of("screening", "precaution"):
            for conclusion in self.book.rules[number].then:
                if conclusion.kind == "treat_as":
                    pointed.setdefault(f"condition.{conclusion.subject}", []).append(fires[number])
        found: dict[str, Symbol] = {}
        for fact, rules in pointed.items():
            said, assumed = self._symbols.get(fact), some(rules)
            known, value = (said.known, said.value) if isinstance(said, YesNo) else (FALSE, FALSE)
            found[fact] = YesNo(some((known, assumed)), some((assumed, value)))
        return found

    def _counted(self, fires: Mapping[int, z3.BoolRef]) -> dict[str, Symbol]:
        """How many conditions there are for which a clinician comes first."""
        subjects: dict[str, list[z3.BoolRef]] = {}
        for number in self._of(*TO_TRIAGE, "safety"):
            for conclusion in self.book.rules[number].then:
                if conclusion.kind == "clinician_first":
                    subjects.setdefault(conclusion.subject, []).append(fires[number])
        count = total((some(rules), 1) for rules in subjects.values())
        return {"finding.clinician_first_count": Number(TRUE, count)}

    def _weigh(self, fires: Mapping[int, z3.BoolRef]) -> dict[str, Symbol]:
        rules = [(self.book.rules[number], fires[number]) for number in self._by_stage["evidence"]]
        items: list[z3.BoolRef] = []
        for sign in self.book.pack.signs:
            keys = ([sign.id] if sign.answer else []) + list(sign.parts)
            facts = [fact for key in keys for fact in self.book.lexicon.specs[f"sign.{key}"].facts()]
            if sign.evidence:
                items.append(some(self.answers.known(fact) for fact in facts))
        self.weighed = Weighed(self.book, rules, items)
        return self.weighed.findings()

    # What can be asked about rules

    def fired(self, rule_id: str) -> z3.BoolRef:
        """Whether the rule of this id fires.

        Raises:
            KeyError: if there is no such rule.
        """
        found = [fired for rule, fired in zip(self.book.rules, self.fires, strict=True) if rule.id == rule_id]
        if not found:
            raise KeyError(rule_id)
        return some(found)

    def concluding(self, found: Callable[[Rule, Conclusion], bool]) -> z3.BoolRef:
        """Whether any rule fires with a conclusion of the sort."""
        return some(
            fired
            for rule, fired in zip(self.book.rules, self.fires, strict=True)
            if any(found(rule, conclusion) for conclusion in rule.then)
        )

    def concluded(self, kind: str, subject: str, *, other: str | None = None) -> z3.BoolRef:
        """Whether any rule fires that concludes this about the subject, and names this other thing if one is given."""
        said = self._said.get((kind, subject), ())
        return some(fired for conclusion, fired in said if other is None or conclusion.other == other)

    def more_on(self, target: str, side: str | None) -> z3.BoolRef:
        """Whether any rule fires that gives this side more for the target."""
        said = self._said.get(("extra_side", target), ())
        return some(fired for conclusion, fired in said if conclusion.side == side)

    def holds(self, condition: Condition) -> z3.BoolRef:
        """Whether a condition holds for everything that is known at the end."""
        return encode(condition, self.look)

    def answered(self, condition: Condition) -> z3.BoolRef:
        """Whether a condition holds for the answers alone, and for sums of points where it reads them."""
        return encode(condition, lambda fact: (self if fact.startswith("finding.") else self.answers).look(fact))

    # Triage and the kind of outcome

    def level(self, at_least: Level) -> z3.BoolRef:
        """Whether triage finds this level or a more urgent one."""
        return self._level(at_least, TO_TRIAGE)

    def final_level(self, at_least: Level) -> z3.BoolRef:
        """Whether any stage finds this level or a more urgent one."""
        return self._level(at_least, STAGES)

    def _level(self, at_least: Level, stages: Iterable[Stage]) -> z3.BoolRef:
        if at_least == "ok":
            return TRUE
        least = LEVELS.index(at_least)
        return some(self.fires[number] for number in self._of(*stages) if self._levels[number] >= least)

    @cached_property
    def _levels(self) -> tuple[int, ...]:
        return tuple(LEVELS.index(Ready.of(0, rule).level) for rule in self.book.rules)

    def asked(self, fact: str) -> z3.BoolRef:
        """Whether this question is open and safety hangs on it."""
        return some(
            self.fires[number]
            for number in self._of(*TO_TRIAGE)
            if any(c.kind == "ask" and c.subject == fact for c in self.book.rules[number].then)
        )

    @cached_property
    def _questions(self) -> dict[str, Level]:
        """Every question that safety can hang on, and how urgent the answer can be."""
        urgency: dict[str, Level] = {}
        for number in self._by_stage["triage"]:
            ready = Ready.of(number, self.book.rules[number])
            for fact in ready.reads:
                urgency[fact] = highest(urgency.get(fact, "ok"), ready.level)
        asked = [
            conclusion.subject
            for number in self._of(*TO_TRIAGE)
            for conclusion in self.book.rules[number].then
            if conclusion.kind == "ask"
        ]
        return {fact: urgency.get(fact, "ok") for fact in dict.fromkeys(asked)}

    @cached_property
    def _outcomes(self) -> dict[str, z3.BoolRef]:
        # A question is an open danger when its answer could be more urgent than what is known.
        by_urgency = {
            level: some(self.asked(fact) for fact, urgency in self._questions.items() if urgency == level)
            for level in LEVELS
        }
        dangers = some(every((by_urgency[level], no(self.level(level)))) for level in LEVELS if level != "ok")
        settled = every((self.level("before_exercising"), no(dangers)))
        stopped = some((self.level("same_day"), settled))
        screening = every((no(stopped), some(by_urgency.values())))
        late = every((no(stopped), no(screening), self.final_level("before_exercising")))
        referral = some((stopped, late))
        routine = no(some((referral, screening)))
        return {"referral": referral, "screening": screening, "routine": routine, "stopped": stopped}

    def outcome(self, kind: str) -> z3.BoolRef:
        """Whether the outcome is a `routine`, a `referral` or a `screening`."""
        return self._outcomes[kind]

    @property
    def referred_by_triage(self) -> z3.BoolRef:
        """Whether there is a referral before anything after triage is looked at."""
        return self._outcomes["stopped"]

    # What a routine may hold

    def profile(self, name: str) -> z3.BoolRef:
        """Whether this is the profile."""
        return self.weighed.profile[name] if name in PROFILES else FALSE

    def excluded(self, kind: str, subject: str) -> z3.BoolRef:
        """Whether a `property`, an `exercise` or a `phase` is left out by any rule."""
        return self.concluded(f"exclude_{kind}", subject)

    def choice(self, condition: Condition) -> z3.BoolRef:
        """Whether a choice of the pack is open: an exercise is offered, a slot is used."""
        return self.holds(condition)

    def limits(self, exercise: str, number: str) -> list[tuple[float, z3.BoolRef]]:
        """The values that limits can give to one number of an exercise, the strictest first, each with when it does."""
        return self._doses.limits(exercise, number)

    def level_capped(self, exercise: str) -> z3.BoolRef:
        """Whether a limit on the level keeps the exercise out."""
        return self._doses.level_capped(exercise)

    def dose(self, exercise: str, field: str) -> z3.ArithRef | None:
        """A number of the dose in thousandths; None where the exercise has no such number."""
        return self._doses.field(exercise, field)

    def barred(self, exercise: str) -> z3.BoolRef:
        """Whether anything keeps the exercise out of this person's session."""
        return self._placing.barred(exercise)

    def may_step(self, exercise: str) -> z3.BoolRef:
        """Whether the exercise may be a step: there is a routine, nothing bars it, and a slot could take it.

        It need not become one: another exercise can be preferred, and the time can be too short.
        """
        return every((self.outcome("routine"), self._placing.placeable(exercise)))

    def unserved(self, profile: str, place: int) -> z3.BoolRef:
        """Whether a slot of the profile is used and nothing from its lists can stand in it."""
        return self._placing.unserved(profile, place)

    def stands_in(self, original: str, other: str) -> z3.BoolRef:
        """Whether a slot that lists one exercise is used and could take another in its place."""
        return self._placing.stands_in(original, other)

    def used(self, profile: str, place: int) -> z3.BoolRef:
        """Whether a slot of the profile is used."""
        return every((self.profile(profile), self.choice(self.book.uses[profile][place])))

    def word(self, pattern: str, side: str, word: str) -> z3.BoolRef:
        """Whether this is the word for a pattern on one side."""
        found = self.look(f"finding.{pattern}.{side}")
        return found.options.get(word, FALSE) if isinstance(found, Choice) else FALSE

    def one_sided(self, exercise: str) -> z3.BoolRef:
        """Whether one side gets more of the exercise."""
        return self._doses.first_side(exercise)
