"""Rulebooks of mutants, made from the rulebook of the pack: only what stands in the changed row is compiled anew."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final, TypeAlias

import attrs

from psoas_rules.assembly import Assembler
from psoas_rules.conditions import Condition
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import Issue, PackError
from psoas_rules.guard import Guard
from psoas_rules.kit import Kit
from psoas_rules.loading import Rulebook, rulebook_of
from psoas_rules.mutating.editing import Path
from psoas_rules.mutating.mutants import Mutant
from psoas_rules.outcomes import PackStamp
from psoas_rules.pack import STAGES, Pack, Tree
from psoas_rules.presenting import Presenter
from psoas_rules.recommender import Recommender
from psoas_rules.rulebook import Rule, build_rules, compile_offer
from psoas_rules.stages import Compiled
from psoas_rules.tracing import Tracer

_ROWS: Final = ("red_flags", "conditions", "signs", "measures", "rules")
"""The tables whose rows become rules, in the order in which they do."""

Unit: TypeAlias = tuple[str, int]
"""A row that rules are made from: its table and its number."""


class Books:
    """Makes the rulebooks of mutants.

    Args:
        book: The rulebook of the pack.
    """

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._lexicon = attrs.evolve(book.lexicon, required=())
        self._bare: Any = dict.fromkeys(_ROWS, ())
        required = {f"screening.{fact}" for fact in book.lexicon.required}
        self._screening = tuple(rule for rule in book.rules if rule.id in required)
        units = [(table, number) for table in _ROWS for number in range(len(getattr(book.pack, table)))]
        self._units: dict[Unit, tuple[Rule, ...]] = {unit: self._made_from(unit, book.pack) for unit in units}
        self._order = {stage: number for number, stage in enumerate(STAGES)}

    def of(self, mutant: Mutant) -> Rulebook:
        """The rulebook of a mutant.

        Raises:
            PackError: if the mutant does not hold together.
        """
        pack = mutant.of(self.book.pack)
        table, *inside = mutant.path
        if table in _ROWS and not _changes_answers(mutant.path):
            number = inside[0]
            assert isinstance(number, int)
            unit = (str(table), number)
            units = {**self._units, unit: self._made_from(unit, pack)}
            every = chain(self._screening, *units.values())
            rules = tuple(sorted(every, key=lambda rule: self._order[rule.stage]))
            return attrs.evolve(self.book, pack=pack, rules=rules)
        if table in ("exercises", "sessions", "info"):
            issues: list[Issue] = []
            offers, uses = self._offers(pack, issues), self._uses(pack, issues)
            _refuse(issues)
            return attrs.evolve(self.book, pack=pack, offers=offers, uses=uses)
        return rulebook_of(pack)

    def _offers(self, pack: Pack, issues: list[Issue]) -> dict[str, Condition]:
        made = {}
        for old, new in zip(self.book.pack.exercises, pack.exercises, strict=True):
            same = new.offer_if is old.offer_if
            made[new.id] = self.book.offers[new.id] if same else self._compiled(new.offer_if, issues)
        return made

    def _uses(self, pack: Pack, issues: list[Issue]) -> dict[str, tuple[Condition, ...]]:
        made = {}
        for profile, uses in pack.sessions.sessions.items():
            same = uses is self.book.pack.sessions.sessions[profile]
            known = self.book.uses[profile]
            made[profile] = known if same else tuple(self._compiled(use.when, issues) for use in uses)
        return made

    def _compiled(self, tree: Tree, issues: list[Issue]) -> Condition:
        def complain(_: Path, code: str, message: str) -> None:
            issues.append(Issue("", 0, 0, code, message))

        return compile_offer(tree, self.book.lexicon, complain, (), "dosage")

    def _made_from(self, unit: Unit, pack: Pack) -> tuple[Rule, ...]:
        table, number = unit
        alone = attrs.evolve(pack, **{**self._bare, table: (getattr(pack, table)[number],)})
        issues: list[Issue] = []
        rules = build_rules(
            alone, self._lexicon, lambda file, _, code, message: issues.append(Issue(file, 0, 0, code, message))
        )
        _refuse(issues)
        return rules


def _refuse(issues: list[Issue]) -> None:
    if issues:
        raise PackError(tuple(issues))


def _changes_answers(path: Path) -> bool:
    """Whether a change touches how answers are read, not only what follows from them."""
    return path[-1] in ("from_age", "below_age")


class TrialRecommender(Recommender):
    """A recommender for a rulebook that is there already; nothing is worked out that a trial does not need.

    Args:
        book: The rulebook.
        remember: Whether to keep what was worked out, as a recommender does.
    """

    def __init__(self, book: Rulebook, *, remember: bool = True) -> None:
        self.pack = book.pack
        self._compiled = Compiled(book, PlainEngine(), remember=remember)
        self._tracer = Tracer(book.lexicon, remember=remember)
        self._kit = Kit(self._compiled, self._tracer)
        self._assembler = Assembler(self._kit)
        self._guard = Guard(self._kit)
        info = self.pack.info
        stamp = PackStamp(name=info.name, version=info.version, reviewed=info.reviewed, digest="")
        self._presenter = Presenter(self._compiled, self._tracer, stamp)
