"""Measuring what the cases of a pack cover: which rules fire, and which tests of their conditions decide something.

The definition is masking MC/DC, test by test (see `deciding`): a test is covered when it decided both ways. A fact
that nobody has answered is a value of its own; where it leaves a rule quiet, it counts like any other answer that does.
A rule that stands once for each side is one rule here, and either side will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from psoas_rules.conditions import Condition, Value, facts_read, holds
from psoas_rules.covering.cells import combinations, fact_cells
from psoas_rules.covering.deciding import SEEN, Leaf, Seen, decide, decide_by, leaves
from psoas_rules.covering.recording import CHOICES
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import Rulebook
from psoas_rules.places import Place, Places
from psoas_rules.rulebook import Rule

Cause: TypeAlias = Literal["never reached", "masked", "impossible", "not decided"]
"""Why something is not covered: no case comes there; another part decides each time; no answers can bring it about; or
there are too many combinations to tell the last from the first."""

_TO_ROUTINE = ("safety", "evidence", "profile", "dosage", CHOICES)
_MOST_MASKS = 3
_MOST_TRIED = 100


@attrs.frozen
class Gap:
    """Something that no case covers.

    Attributes:
        cause: Why.
        text: The same in a sentence.
    """

    cause: Cause
    text: str


@attrs.frozen
class LeafCoverage:
    """What the cases show about one test of a condition.

    Attributes:
        leaf: The test.
        seen: What it was for at least one case: true, false, unknown.
        helping: The case in which it alone made the condition hold; None when there is none.
        hindering: The case in which it alone kept the condition from holding; None when there is none.
        gaps: What is missing, and why.
    """

    leaf: Leaf
    seen: tuple[Seen, ...]
    helping: str | None
    hindering: str | None
    gaps: tuple[Gap, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether it was seen to decide both ways."""
        return self.helping is not None and self.hindering is not None

    @property
    def possible(self) -> bool:
        """Whether any cases could cover it."""
        return all(gap.cause != "impossible" for gap in self.gaps)


@attrs.frozen
class Coverage:
    """What the cases show about one rule, or one other condition of the pack.

    Attributes:
        rule: Id of the rule; `offer.<exercise>` or `slots.<profile>.<slot>` for conditions that stand in tables.
        fired: The case in which it fired; None when there is none.
        quiet: The case in which it was asked and stayed quiet.
        leaves: Its tests, from left to right.
        gap: Why it never fired.
    """

    rule: str
    fired: str | None
    quiet: str | None
    leaves: tuple[LeafCoverage, ...]
    gap: Gap | None = None

    @property
    def covered(self) -> bool:
        """Whether it fired and each of its tests decided both ways."""
        return self.fired is not None and all(leaf.covered for leaf in self.leaves)


@attrs.frozen
class Measured:
    """A condition whose coverage is measured.

    Attributes:
        id: Id of the rule, without a side.
        stage: Where it is asked.
        variants: The condition, once for each side where it stands for both.
        known: Facts that are always known where it is asked.
    """

    id: str
    stage: str
    variants: tuple[Condition, ...]
    known: frozenset[str]


def stem(rule: Rule) -> str:
    """Id of a rule without its side."""
    return rule.id.removesuffix(f".{rule.side}") if rule.side else rule.id


def measured(book: Rulebook) -> tuple[Measured, ...]:
    """Every condition of a pack that is worth measuring: those of its rules, offers and slots."""
    found: dict[str, tuple[str, tuple[Condition, ...]]] = {}
    for rule in book.rules:
        found[stem(rule)] = (rule.stage, (*found.get(stem(rule), ("", ()))[1], rule.when))
    for exercise in book.pack.exercises:
        if exercise.offer_if is not None:
            found[f"offer.{exercise.id}"] = (CHOICES, (book.offers[exercise.id],))
    for profile, uses in book.pack.sessions.sessions.items():
        for use, when in zip(uses, book.uses[profile], strict=True):
            if use.when is not None:
                found[f"slots.{profile}.{use.slot}"] = (CHOICES, (when,))
    return tuple(
        Measured(name, stage, variants, _known(stage, variants, book.lexicon))
        for name, (stage, variants) in found.items()
    )


def _known(stage: str, variants: Iterable[Condition], lexicon: Lexicon) -> frozenset[str]:
    """Nobody comes as far as a routine while a safety question is open; and findings are always worked out."""
    read = {fact for condition in variants for fact in facts_read(condition)}
    required = lexicon.required if stage in _TO_ROUTINE else ()
    return frozenset(read.intersection(required) | {fact for fact in read if fact.startswith("finding.")})


def place_of(rule: str, places: Places) -> Place:
    """Where a rule, or another condition that is measured, stands in the pack."""
    found = places.exercise(rule.removeprefix("offer.")) if rule.startswith("offer.") else places.rule(rule)
    return found or Place("the pack")


class Evaluations:
    """For which answers each condition was asked, and in which case first.

    Args:
        book: The pack.
    """

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.measured = {one.id: one for one in measured(book)}
        self._seen: dict[str, dict[tuple[Value | None, ...], str]] = {name: {} for name in self.measured}
        self._reads = {
            name: tuple(facts_read(condition) for condition in one.variants) for name, one in self.measured.items()
        }
        self._of_stage: dict[str, list[str]] = {}
        for name, one in self.measured.items():
            self._of_stage.setdefault(one.stage, []).append(name)

    def note(self, case: str, asked: Mapping[str, Mapping[str, Value]]) -> None:
        """Notes the facts that each stage was asked about in a case."""
        for stage, facts in asked.items():
            for name in self._of_stage.get(stage, ()):
                self.note_one(name, case, facts)

    def note_one(self, name: str, case: str, facts: Mapping[str, Value]) -> None:
        """Notes that one condition was asked about these facts."""
        get = facts.get
        seen = self._seen[name]
        for number, read in enumerate(self._reads[name]):
            seen.setdefault((number, *[get(fact) for fact in read]), case)

    def of(self, name: str) -> Iterator[tuple[int, dict[str, Value], str]]:
        """Each different evaluation of a condition: which variant, the facts that it reads, and the case."""
        for (number, *values), case in self._seen[name].items():
            assert isinstance(number, int)
            reads = self._reads[name][number]
            yield number, {f: v for f, v in zip(reads, values, strict=True) if v is not None}, case


def cover(evaluations: Evaluations) -> tuple[Coverage, ...]:
    """What the cases cover of every condition, in the order of the pack."""
    return tuple(_cover(one, evaluations) for one in evaluations.measured.values())


@attrs.define
class _Tally:
    """What was seen of one leaf."""

    seen: dict[Seen, str] = attrs.field(factory=dict)
    helping: str | None = None
    hindering: str | None = None
    masked: dict[bool, list[dict[str, Value]]] = attrs.field(factory=dict)


def _cover(one: Measured, evaluations: Evaluations) -> Coverage:
    listed = leaves(one.variants[0])
    tallies = [_Tally() for _ in listed]
    turned: dict[bool, str] = {}
    for number, facts, case in evaluations.of(one.id):
        condition = one.variants[number]
        decision = decide(condition, facts)
        turned.setdefault(decision.holds, case)
        for leaf, decides, tally in zip(leaves(condition), decision.decides, tallies, strict=True):
            _count(tally, leaf, facts, case, decides=decides)
    finder = _GapFinder(one, evaluations.book.lexicon)
    covered = []
    for place, (leaf, tally) in enumerate(zip(listed, tallies, strict=True)):
        seen = tuple(value for value in SEEN if value in tally.seen)
        gaps = tuple(finder.gaps(place, leaf, tally))
        covered.append(LeafCoverage(leaf, seen, tally.helping, tally.hindering, gaps))
    gap = finder.never_fires() if True not in turned else None
    return Coverage(one.id, turned.get(True), turned.get(False), tuple(covered), gap)


def _count(tally: _Tally, leaf: Leaf, facts: dict[str, Value], case: str, *, decides: bool) -> None:
    tally.seen.setdefault(leaf.seen(facts), case)
    helps = leaf.helps(facts)
    if not decides:
        tally.masked.setdefault(helps, []).append(facts)
    elif helps:
        tally.helping = tally.helping or case
    else:
        tally.hindering = tally.hindering or case


class _GapFinder:
    """Finds out why something is not covered."""

    def __init__(self, one: Measured, lexicon: Lexicon) -> None:
        self.condition = one.variants[0]
        self.facts = fact_cells([self.condition], lexicon, one.known)

    def never_fires(self) -> Gap:
        """Why the condition never holds."""
        every = combinations(self.facts)
        if every is None:
            return Gap("not decided", "no case makes it fire; it reads too much to tell whether any answers could")
        if any(holds(self.condition, facts) for facts in every):
            return Gap("never reached", "no case makes it fire")
        return Gap("impossible", "no answers make it fire")

    def gaps(self, place: int, leaf: Leaf, tally: _Tally) -> Iterator[Gap]:
        """What is missing about one leaf."""
        for helps, case in ((True, tally.helping), (False, tally.hindering)):
            if case is None:
                yield self._gap(place, leaf, tally, helps=helps)

    def _gap(self, place: int, leaf: Leaf, tally: _Tally, *, helps: bool) -> Gap:
        goal = "makes the rule fire" if helps else "keeps the rule quiet"
        possible = self._possible(place, leaf, helps=helps)
        if possible is False:
            return Gap("impossible", f"'{leaf}' never {goal} by itself, whatever the answers")
        masking = tally.masked.get(helps)
        missing = [value for value in self._values(leaf, helps=helps) if value not in tally.seen]
        if masking:
            tried = (self._masks(place, facts) for facts in masking[:_MOST_TRIED])
            others = next(filter(None, tried), "several other tests together")
            unseen = f", and no case has '{leaf.test.fact} {_rest(leaf)}' {' or '.join(missing)}" if missing else ""
            return Gap("masked", f"'{leaf}' never {goal} by itself: it is masked by {others}{unseen}")
        text = f"no case reaches the rule with '{leaf.test.fact} {_rest(leaf)}' {' or '.join(missing)}"
        if possible is None:
            return Gap("not decided", f"{text}; it reads too much to tell whether any answers could")
        return Gap("never reached", text)

    def _possible(self, place: int, leaf: Leaf, *, helps: bool) -> bool | None:
        every = combinations(self.facts)
        if every is None:
            return None
        return any(leaf.helps(facts) is helps and decide(self.condition, facts).decides[place] for facts in every)

    def _values(self, leaf: Leaf, *, helps: bool) -> list[Seen]:
        """What the leaf can amount to when it helps, or does not."""
        cells = self.facts[leaf.test.fact]
        found = {
            leaf.seen(facts)
            for value in cells
            for facts in [{} if value is None else {leaf.test.fact: value}]
            if leaf.helps(facts) is helps
        }
        return [value for value in SEEN if value in found]

    def _masks(self, place: int, facts: Mapping[str, Value]) -> str:
        """The other tests that stood before this one: if one of them turned out otherwise, this one would decide."""
        listed = leaves(self.condition)
        helps = [leaf.helps(facts) for leaf in listed]
        masks = []
        for number, leaf in enumerate(listed):
            turned = [not one if at == number else one for at, one in enumerate(helps)]
            if number != place and decide_by(self.condition, turned).decides[place]:
                masks.append(f"'{leaf}'")
        more = f" and {len(masks) - _MOST_MASKS} more" if len(masks) > _MOST_MASKS else ""
        return f"{', '.join(masks[:_MOST_MASKS])}{more}"


def _rest(leaf: Leaf) -> str:
    return str(attrs.evolve(leaf, negated=False)).partition(" ")[2]
