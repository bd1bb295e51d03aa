"""Running cases: a whole intake through the recommender, a pair of examples against the condition of its rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import attrs

from psoas_rules.casebook.expecting import flaws, misses
from psoas_rules.casebook.reading import WholeCase
from psoas_rules.conditions import Value, holds
from psoas_rules.errors import EngineError, IntakeError
from psoas_rules.hints import nearest, show
from psoas_rules.intake import Intake
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import PROGRESS_FOLDER, Rulebook, rulebook_of
from psoas_rules.outcomes import Outcome
from psoas_rules.pack import RuleFile
from psoas_rules.progressing import ReadyRule
from psoas_rules.progression import ProgressRule
from psoas_rules.recommender import Recommender
from psoas_rules.rulebook import Rule


@attrs.frozen
class Failure:
    """A case that did not come out as expected.

    Attributes:
        place: The file, and the line where the case begins.
        name: The name of the case.
        expected: What it expects.
        got: What came out.
        fired: Rules that fired, for looking further.
    """

    place: str
    name: str
    expected: str
    got: str
    fired: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.name}", f"  expected: {self.expected}", f"  got:      {self.got}"]
        if self.fired:
            lines.append(f"  fired:    {', '.join(self.fired)}")
        return "\n".join(lines)


def run_case(recommender: Recommender, place: str, case: WholeCase) -> Failure | None:
    """The failure of a whole-intake case, or None when it comes out as expected."""
    wrong = tuple(flaws(case.expect, recommender))
    if wrong:
        return Failure(place, case.name, "a case that can come out", "; ".join(wrong))
    try:
        outcome = recommender.recommend(Intake.from_dict(case.intake))
    except IntakeError as error:
        return Failure(place, case.name, case.expect.outcome, f"the intake cannot be read: {error}")
    except EngineError as error:
        return Failure(place, case.name, case.expect.outcome, f"there is no outcome: {error}")
    return misses_of(recommender, place, case, outcome)


def misses_of(recommender: Recommender, place: str, case: WholeCase, outcome: Outcome) -> Failure | None:
    """The failure of a case for which this came out, or None when it is as expected."""
    missed = list(misses(case.expect, outcome, recommender))
    if not missed:
        return None
    expected, got = zip(*missed, strict=True)
    return Failure(place, case.name, "; ".join(expected), "; ".join(got), outcome.trace.rules)


@attrs.frozen
class PairCase:
    """One of the two examples beside a rule.

    Attributes:
        rule: The rule file that it stands in.
        name: `fires` or `quiet`.
    """

    rule: RuleFile | ProgressRule
    name: Literal["fires", "quiet"]

    @property
    def file(self) -> str:
        """The file of the rule, inside the pack."""
        return f"{self.folder}/{self.rule.id}.yaml"

    @property
    def folder(self) -> str:
        """The folder of the rule, inside the pack."""
        return PROGRESS_FOLDER if isinstance(self.rule, ProgressRule) else self.rule.stage

    @property
    def answers(self) -> Mapping[str, Any]:
        """The answers of the example."""
        return self.rule.cases.fires if self.name == "fires" else self.rule.cases.quiet

    def facts(self, lexicon: Lexicon) -> tuple[dict[str, Value], str]:
        """The answers as facts, and what is wrong with them, which is empty when they can be read."""
        return _facts(lexicon, self.answers)

    def known_by(self, book: Rulebook) -> tuple[tuple[Rule | ReadyRule, ...], Lexicon]:
        """The rules of a pack among which its own are found, and the facts that they may read."""
        if not isinstance(self.rule, ProgressRule):
            return book.rules, book.lexicon
        progress = book.progress
        if progress is None:
            return (), book.lexicon
        return tuple(one for rules in progress.rules.values() for one in rules), progress.lexicon

    def of(self, rules: Iterable[Rule | ReadyRule]) -> list[Rule | ReadyRule]:
        """Those of these rules that were made from the file."""
        return [one for one in rules if one.id.split(".")[:2] == [self.folder, self.rule.id]]


def pair_cases(rule: RuleFile | ProgressRule) -> tuple[PairCase, PairCase]:
    """The two examples beside a rule."""
    return PairCase(rule, "fires"), PairCase(rule, "quiet")


def run_pair(recommender: Recommender, rule: RuleFile | ProgressRule) -> tuple[Failure, ...]:
    """What is wrong with the pair of examples beside a rule; empty when both come out."""
    book = rulebook_of(recommender.pack) if isinstance(rule, ProgressRule) else None
    known = (recommender.rules, recommender.lexicon)
    failures = (run_pair_case(*(known if book is None else case.known_by(book)), case) for case in pair_cases(rule))
    return tuple(failure for failure in failures if failure is not None)


def run_pair_case(
    rules: Iterable[Rule | ReadyRule], lexicon: Lexicon, case: PairCase, place: str | None = None
) -> Failure | None:
    """The failure of one example beside a rule, or None when it comes out.

    Args:
        rules: The rules of the pack.
        lexicon: The facts that it knows.
        case: The example.
        place: Where it stands; the file of its rule when nothing is said.
    """
    place = place or case.file
    facts, problem = case.facts(lexicon)
    if problem:
        return Failure(place, case.name, "answers that the pack knows", problem)
    firing = [one.id for one in case.of(rules) if holds(one.when, facts)]
    if bool(firing) is (case.name == "fires"):
        return None
    expected = "the rule fires" if case.name == "fires" else "the rule stays quiet"
    got = f"{', '.join(firing)} fires" if firing else "it stays quiet"
    return Failure(place, case.name, f"{expected} for {_words(case.answers)}", got)


def _facts(lexicon: Lexicon, answers: Mapping[str, Any]) -> tuple[dict[str, Value], str]:
    facts: dict[str, Value] = {}
    specs = lexicon.specs
    for name, given in answers.items():
        stem, _, side = name.rpartition(".")
        spec = specs.get(name) or (specs.get(stem) if side in ("left", "right") else None)
        if spec is None:
            return {}, f"'{name}' is not a fact{nearest(name, specs)}; write kind.name, such as sign.pain_now"
        if spec.sided and name != spec.name:
            names: tuple[str, ...] = (name,)
        else:
            names = spec.facts()
        try:
            facts.update(dict.fromkeys(names, spec.read(given)))
        except ValueError as error:
            return {}, f"{name}: {error}"
    return facts, ""


def _words(answers: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {show(value)}" for name, value in answers.items()) or "no answers"
