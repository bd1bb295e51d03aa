"""Proposing cases: the smallest whole intake for every boundary of a rule that no case looks at.

A boundary is a value of a fact at which a test turns: a threshold and the value just past it, each option, and nobody
having answered. It is looked at by a case in which that value alone decides whether the rule fires. What comes out
today is filled in as what is expected, so a person who knows must confirm it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations as subsets
from itertools import islice, product
from pathlib import Path
from typing import Any, Final

import attrs

from psoas_rules.casebook import cases_as_yaml, points_given
from psoas_rules.conditions import Value
from psoas_rules.covering.cells import MOST_COMBINATIONS, cells, fact_cells, known_facts
from psoas_rules.covering.deciding import Leaf, decide, leaves
from psoas_rules.covering.measuring import Evaluations, Measured, stem
from psoas_rules.covering.recording import CHOICES, ListeningEngine
from psoas_rules.covering.running import Casebook, run_book
from psoas_rules.errors import EngineError, IntakeError, Issue, PackError
from psoas_rules.facts import SECTIONS
from psoas_rules.intake import Intake, Screen
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import find_builtin
from psoas_rules.outcomes import Outcome, Referral, Routine
from psoas_rules.recommender import Recommender

_MOST_TRIED: Final = 12
"""So many people are tried for one boundary before it is given up."""


@attrs.frozen
class Proposal:
    """A case that is missing.

    Attributes:
        rule: Id of the rule whose boundary it looks at.
        name: What it is called.
        intake: The answers.
        expect: What comes out today.
    """

    rule: str
    name: str
    intake: Mapping[str, Any]
    expect: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The case as plain data, as it stands in a file of cases."""
        return {"name": self.name, "intake": self.intake, "expect": self.expect}


@attrs.frozen
class Proposals:
    """The cases that are missing.

    Attributes:
        cases: One for each boundary that no case looks at; a case can serve several.
        unreached: Boundaries for which no intake was found, in words.
    """

    cases: tuple[Proposal, ...]
    unreached: tuple[str, ...]


def propose_cases(folder: str | Path | None = None, *, match: str | None = None) -> Proposals:
    """The cases that are missing in the pack in a folder.

    Args:
        folder: The folder of the pack; None for the built-in one.
        match: Only for rules whose id contains this.

    Raises:
        PackError: if the pack cannot be used.

    Example:
        >>> propose_cases(match="triage.severe_pain").unreached
        ()
    """
    book = Casebook.of(folder)
    _, evaluations = run_book(book)
    return _Proposer(book, evaluations).propose((match or "").casefold())


class _Proposer:
    def __init__(self, book: Casebook, evaluations: Evaluations) -> None:
        self.evaluations = evaluations
        self.lexicon = evaluations.book.lexicon
        self.engine = ListeningEngine()
        self.recommender = Recommender(book.pack, self.engine, remember=False)
        self.titles = {stem(rule): rule.title for rule in evaluations.book.rules}
        self.names = {case.name for _, case in book.whole.values()}
        self.usual = frozenset(self.recommender.recommend(Intake(screen=Screen.clear())).trace.rules)
        self.engine.take()

    def propose(self, match: str) -> Proposals:
        made: list[Proposal] = []
        unreached: list[str] = []
        for one in self.evaluations.measured.values():
            if match not in one.id.casefold():
                continue
            for place, leaf in enumerate(leaves(one.variants[0])):
                for value in boundaries(leaf, self.lexicon, known=leaf.test.fact in one.known):
                    if self._looked_at(one, place, value):
                        continue
                    proposal, reachable = self._proposal(one, place, leaf, value)
                    made += [proposal] if proposal is not None else []
                    if proposal is None and reachable:
                        unreached.append(f"{one.id}: {leaf.test.fact} {self._text(leaf.test.fact, value)}")
        return Proposals(tuple(made), tuple(unreached))

    def _looked_at(self, one: Measured, place: int, value: Value | None) -> bool:
        """Whether this value decided in some case."""
        for number, facts, _ in self.evaluations.of(one.id):
            condition = one.variants[number]
            fact = leaves(condition)[place].test.fact
            if _same(facts.get(fact), value) and decide(condition, facts).decides[place]:
                return True
        return False

    def _proposal(self, one: Measured, place: int, leaf: Leaf, value: Value | None) -> tuple[Proposal | None, bool]:
        """A case in which the value decides, and whether there is anybody for whom it could."""
        reachable = False
        for facts in islice(self._people(one, place, leaf, value), _MOST_TRIED):
            reachable = True
            intake = self._intake(facts)
            if intake is None:
                continue
            try:
                outcome = self.recommender.recommend(Intake.from_dict(intake))
            except (IntakeError, EngineError):
                self.engine.take()
                continue
            asked = self.engine.take()
            name = self._name(one, facts)
            self.evaluations.note(name, asked)
            if self._looked_at(one, place, value):
                return Proposal(one.id, name, intake, self._expect(one, outcome)), True
        return None, reachable

    def _people(self, one: Measured, place: int, leaf: Leaf, value: Value | None) -> Iterator[dict[str, Value | None]]:
        """Answers to what a condition reads, for which this value decides: those that say least come first."""
        condition = one.variants[0]
        every = fact_cells([condition], self.lexicon, one.known)
        required = set(self.lexicon.required)
        usual: dict[str, Value | None] = {fact: False if fact in required else None for fact in every}
        others = [fact for fact in every if fact != leaf.test.fact]
        tried = 0
        for size in range(len(others) + 1):
            for chosen in subsets(others, size):
                choices = [[one for one in every[fact] if one is not usual[fact]] for fact in chosen]
                for given in product(*choices):
                    tried += 1
                    if tried > MOST_COMBINATIONS:
                        return
                    answers = {**usual, leaf.test.fact: value, **dict(zip(chosen, given, strict=True))}
                    if decide(condition, known_facts(answers)).decides[place]:
                        yield answers

    def _intake(self, facts: Mapping[str, Value | None]) -> dict[str, Any] | None:
        """An intake with these answers, everything else denied; None where one of them is no answer."""
        required = set(self.lexicon.required)
        intake: dict[str, Any] = {"screen": "clear"}
        for fact, value in facts.items():
            if value is None and fact not in required:
                continue
            spec = self.lexicon.spec(fact)
            key = spec.key
            if spec.kind not in SECTIONS or spec.derive is not None:
                return None
            section = intake.setdefault(SECTIONS[spec.kind], {})
            given = "unknown" if value is None else _given(value)
            if "." in key:
                listed, _, entry = key.partition(".")
                section.setdefault(listed, []).extend([entry] if value is True else [])
            elif fact != spec.name:
                section.setdefault(key, {})[fact.rpartition(".")[2]] = given
            elif not (value is False and fact in required):
                section[key] = given
        return {section: answers for section, answers in intake.items() if answers}

    def _expect(self, one: Measured, outcome: Outcome) -> dict[str, Any]:
        expect: dict[str, Any] = {"outcome": outcome.kind}
        ids = {rule.id for rule in self.evaluations.book.rules if stem(rule) == one.id}
        stages = {firing.rule: firing.stage for firing in outcome.trace.firings}
        told = {rule for rule, stage in stages.items() if stage not in ("evidence", "assembly")}
        # What fires for everybody says nothing about these answers.
        fired = [rule for rule in stages if rule in told and (rule not in self.usual or rule in ids)]
        if isinstance(outcome, Routine):
            expect["triage"] = outcome.triage
            if one.stage == "evidence":
                expect["points"] = _points(outcome, self.recommender)
        elif isinstance(outcome, Referral):
            expect["triage"] = outcome.urgency
        if fired:
            expect["fired"] = fired
        if one.stage == CHOICES and isinstance(outcome, Routine):
            expect["steps"] = [step.exercise for step in outcome.steps]
        elif one.stage == "screening":
            return expect | self._asked(outcome, one)
        elif one.stage != "evidence" and not ids.intersection(fired):
            expect["quiet"] = sorted(ids)
        return expect

    @staticmethod
    def _asked(outcome: Outcome, one: Measured) -> dict[str, Any]:
        if isinstance(outcome, Routine):
            return {}
        questions = outcome.unanswered if isinstance(outcome, Referral) else outcome.questions
        asks = [question.fact for question in questions if one.id.endswith(question.fact)]
        return {"asks": asks} if asks else {}

    def _name(self, one: Measured, facts: Mapping[str, Value | None]) -> str:
        title = self.titles.get(one.id, one.id)
        required = set(self.lexicon.required)
        said = [
            f"{self.lexicon.label(fact)}: {self._text(fact, value)}"
            for fact, value in facts.items()
            if value is not (False if fact in required else None)
        ]
        answers = "; ".join(said) or "nothing answered"
        # A safety question is called after itself, not after its being open.
        name = answers if one.stage == "screening" else f"{title} ({answers})"
        number = 2
        unique = name
        while unique in self.names:
            unique, number = f"{name}, {number}", number + 1
        self.names.add(unique)
        return unique

    def _text(self, fact: str, value: Value | None) -> str:
        return self.lexicon.spec(fact).text(value)


def boundaries(leaf: Leaf, lexicon: Lexicon, *, known: bool) -> tuple[Value | None, ...]:
    """The values of a fact at which a test turns, and just past it; each option; None for nobody having answered."""
    spec = lexicon.spec(leaf.test.fact)
    values = cells(spec, [leaf.test], known=known)
    threshold = leaf.test.value
    if isinstance(threshold, bool | str) or leaf.test.op == "answered":
        return values if leaf.test.op != "answered" else (*values[:1], *(() if known else (None,)))
    around = [value for value in values if value is None or not isinstance(value, str)]
    holding = [value for value in around if value is not None and leaf.seen({leaf.test.fact: value}) == "true"]
    failing = [value for value in around if value is not None and value not in holding]

    def distance(value: Value) -> float:
        assert not isinstance(value, str)
        return abs(value - threshold)

    nearest = [min(side, key=distance) for side in (holding, failing) if side]
    return (*nearest, *(() if known else (None,)))


def _same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are one answer; yes is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _given(value: Value) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _points(routine: Routine, recommender: Recommender) -> dict[str, Any]:
    """The points of a routine, as a case expects them; what gets none is not named."""
    found: dict[str, Any] = {}
    for target, points in points_given(routine, recommender).items():
        some = {side: each for side, each in points.items() if each} if isinstance(points, dict) else points
        if some:
            found[target] = some
    return found


CONFIRM: Final = "To be confirmed by a clinician: this is what comes out today."
"""Stands above every proposed case."""


def write_proposals(proposals: Proposals, folder: str | Path | None = None, file: Path | None = None) -> Path:
    """Writes proposed cases as YAML, and says where.

    Args:
        proposals: The cases.
        folder: The folder of the pack; None for the built-in one.
        file: The file to write; when it is left out, a new one among the cases of the pack.

    Raises:
        PackError: if there is no folder to write to, or the file is there already, or cannot be written.
    """
    target = file if file is not None else _new_file(folder)
    text = cases_as_yaml([case.to_dict() for case in proposals.cases], above=CONFIRM)
    try:
        target.parent.mkdir(exist_ok=True)
        with target.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise _unwritten(target, "the file is there already; name another one, or move its cases first") from None
    except OSError as error:
        raise _unwritten(target, f"the file cannot be written: {error.strerror}") from None
    return target


def _new_file(folder: str | Path | None) -> Path:
    home = find_builtin() if folder is None else Path(folder)
    if not isinstance(home, Path):
        raise _unwritten(Path("cases"), "the built-in pack is not a folder here; name a file to write to")
    number = 1
    while (file := home / "cases" / ("proposed.yaml" if number == 1 else f"proposed_{number}.yaml")).exists():
        number += 1
    return file


def _unwritten(file: Path, message: str) -> PackError:
    return PackError((Issue(file.name, 0, 0, "unwritten", message),))
