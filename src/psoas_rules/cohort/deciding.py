"""The stages by columns: which rules fire for whom, how urgent it is, and what sort of outcome follows.

The order of the stages, what they may see and what follows is that of `psoas_rules.stages` and
`psoas_rules.recommender`; here it happens to a whole batch at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort.judging import Judge, alike
from psoas_rules.cohort.packed import Maybe, Packed, anybody, both, either, packed, truths, unpacked, without
from psoas_rules.cohort.reading import COMPARE, FactColumns
from psoas_rules.cohort.weighing import PROFILES, SURENESS, WORDS, Counts, ScalesByColumns, Weighing, as_points
from psoas_rules.conditions import Test, compare
from psoas_rules.pack import LEVELS, STAGES, Level, Stage
from psoas_rules.stages import Compiled, Ready
from psoas_rules.weighing import PLACES

_BEFORE: Final[tuple[Stage, ...]] = ("screening", "precaution", "triage")
_SAME_DAY: Final = LEVELS.index("same_day")
_BEFORE_EXERCISING: Final = LEVELS.index("before_exercising")
_CAUTION: Final = LEVELS.index("caution")


@attrs.frozen(eq=False)
class Decided:
    """A batch after the stages.

    Attributes:
        rows: How many rows there are.
        everybody: All of them.
        facts: Their answers, with what was concluded.
        fired: For each rule, by its number in the pack, the rows in which it counted; those of stages that an outcome
            did not come to are left out.
        level: For each row the place of its triage level in `LEVELS`.
        referral, screening, routine: The rows with each sort of outcome.
        weighing: The profiles.
        choices: For each choice of the pack, the rows in which it is open.
    """

    rows: int
    everybody: Packed
    facts: FactColumns
    fired: Sequence[Maybe]
    level: NDArray[np.uint8]
    referral: Maybe
    screening: Maybe
    routine: Maybe
    weighing: Weighing
    choices: Sequence[Maybe]


class _Findings:
    """The facts of a batch together with what the stages found out."""

    def __init__(self, facts: FactColumns, everybody: Packed) -> None:
        self.rows = facts.n
        self._facts = facts
        self._everybody = everybody
        self.numbers: dict[str, NDArray[np.float64]] = {}
        self.points: dict[str, NDArray[np.int16]] = {}
        self.words: dict[str, tuple[tuple[str, ...], NDArray[np.int8]]] = {}

    def known(self, fact: str) -> Maybe:
        """The rows in which a fact is known."""
        if fact in self.numbers or fact in self.points or fact in self.words:
            return self._everybody
        return self._facts.known(fact)

    def passes(self, test: Test) -> Maybe:
        """The rows in which a fact is known and passes a test."""
        if test.fact in self.words:
            options, codes = self.words[test.fact]
            passing = np.array([compare(test, option) for option in options], dtype=np.bool_)
            return _some(packed(passing[codes]))
        if test.fact in self.points:
            return _some(packed(_compared(test, as_points(self.points[test.fact]))))
        if test.fact in self.numbers:
            return _some(packed(_compared(test, self.numbers[test.fact])))
        return self._facts.passes(test)


class Decider:
    """Decides batches with one pack.

    Args:
        compiled: The rules of the pack.
        urgency: For each safety question, by its fact, how urgent the answer can make it.
    """

    def __init__(self, compiled: Compiled, urgency: Mapping[str, Level]) -> None:
        self._stages: dict[Stage, tuple[Ready, ...]] = dict(compiled.rules)
        every = [ready for stage in STAGES for ready in self._stages[stage]]
        whens = alike([*(ready.rule.when for ready in every), *compiled.choices])
        self._when = {ready.number: when for ready, when in zip(every, whens, strict=False)}
        self._choices = whens[len(every) :]
        self._count = len(every)
        self._scales = ScalesByColumns(compiled.scales)
        self._urgency = urgency
        self._items = _items(compiled)

    def decide(self, facts: FactColumns) -> Decided:
        """Decides a batch; the facts are changed by what is concluded.

        Args:
            facts: The answers.
        """
        rows = facts.n
        everybody = packed(np.ones(rows, dtype=np.bool_))
        fired: list[Maybe] = [None] * self._count
        judge = Judge(facts, everybody)
        self._fire(("screening", "precaution"), judge, fired)
        for ready in self._stages["precaution"]:
            for said in _said(ready, "treat_as"):
                treated = fired[ready.number]
                if treated is not None:
                    facts.with_truth(f"condition.{said}", treated)
        findings = _Findings(facts, everybody)
        judge = Judge(findings, everybody)
        self._fire(("triage",), judge, fired)
        level = self._levels(_BEFORE, fired, everybody)
        referral, screening = self._stopped(fired, level)
        going = without(everybody, either(referral, screening))
        weighing = self._rest(judge, findings, fired, np.zeros_like(everybody) if going is None else going)
        level = self._levels(STAGES, fired, everybody)
        late = both(going, either(*level[_CAUTION + 1 :]))
        urgency = np.zeros(rows, dtype=np.uint8)
        for number, those in enumerate(level):
            if those is not None and number:
                urgency[truths(those, rows)] = number
        choices = [both(going, judge.holds(choice)) for choice in self._choices]
        return Decided(
            rows=rows,
            everybody=everybody,
            facts=facts,
            fired=fired,
            level=urgency,
            referral=either(referral, late),
            screening=screening,
            routine=without(going, late),
            weighing=weighing,
            choices=choices,
        )

    def _fire(self, stages: Iterable[Stage], judge: Judge, fired: list[Maybe], among: Maybe = None) -> None:
        for stage in stages:
            for ready in self._stages[stage]:
                holds = judge.holds(self._when[ready.number])
                fired[ready.number] = holds if among is None else both(holds, among)

    def _rest(self, judge: Judge, findings: _Findings, fired: list[Maybe], among: Packed) -> Weighing:
        """The stages for those who may exercise, as far as is known."""
        rows = findings.rows
        self._fire(("safety",), judge, fired, among)
        clinicians: dict[str, list[Maybe]] = {}
        for ready in self._stages["safety"]:
            for subject in _said(ready, "clinician_first"):
                clinicians.setdefault(subject, []).append(fired[ready.number])
        count = np.zeros(rows)
        for those in clinicians.values():
            some = either(*those)
            if some is not None:
                count += unpacked(some, rows)
        findings.numbers["finding.clinician_first_count"] = count
        self._fire(("evidence",), judge, fired, among)
        weighing = self._scales.weigh(
            [fired[ready.number] for ready in self._stages["evidence"]], self._answered(findings, rows), rows
        )
        _tell(weighing, findings)
        self._fire(("profile", "dosage"), judge, fired, among)
        return weighing

    def _answered(self, findings: _Findings, rows: int) -> Counts:
        """How many signs that bear on a pattern were answered."""
        count = np.zeros(rows, dtype=np.min_scalar_type(len(self._items)))
        for facts in self._items:
            some = either(*[self._counts(findings, fact, usual=usual) for fact, usual in facts])
            if some is not None:
                count += unpacked(some, rows)
        return count

    @staticmethod
    def _counts(findings: _Findings, fact: str, *, usual: bool) -> Maybe:
        known = findings.known(fact)
        return without(known, findings.passes(Test(fact, "is", value=False))) if usual else known

    def _levels(self, stages: Iterable[Stage], fired: Sequence[Maybe], everybody: Packed) -> list[Maybe]:
        """For each level the rows that have it: the most dangerous answer counts."""
        said: list[list[Maybe]] = [[] for _ in LEVELS]
        for stage in stages:
            for ready in self._stages[stage]:
                said[LEVELS.index(ready.level)].append(fired[ready.number])
        found: list[Maybe] = [None] * len(LEVELS)
        left: Maybe = everybody
        for number in range(len(LEVELS) - 1, 0, -1):
            found[number] = both(left, either(*said[number]))
            left = without(left, found[number])
        found[0] = left
        return found

    def _stopped(self, fired: Sequence[Maybe], level: Sequence[Maybe]) -> tuple[Maybe, Maybe]:
        """Who needs a clinician first, and who has to answer more first."""
        asking: list[list[Maybe]] = [[] for _ in LEVELS]
        for ready in self._stages["screening"]:
            for fact in _said(ready, "ask"):
                asking[LEVELS.index(self._urgency.get(fact, "ok"))].append(fired[ready.number])
        by_urgency = [either(*those) for those in asking]
        more = either(
            *[
                both(either(*by_urgency[number + 1 :]), level[number])
                for number in range(_BEFORE_EXERCISING, len(LEVELS))
            ]
        )
        urgent = either(*level[_SAME_DAY:])
        clinician = either(urgent, without(either(*level[_BEFORE_EXERCISING:_SAME_DAY]), more))
        return clinician, without(either(*by_urgency), clinician)


def _said(ready: Ready, kind: str) -> Iterable[str]:
    return (one.conclusion.subject for found, those in ready.said if found == kind for one in those)


def _items(compiled: Compiled) -> tuple[tuple[tuple[str, bool], ...], ...]:
    """For each item that bears on a pattern its facts, and whether a no to them is usual, so that it does not count."""
    items: dict[str, list[tuple[str, bool]]] = {}
    for fact, item in compiled.item_of.items():
        items.setdefault(item, []).append((fact, fact in compiled.usual))
    return tuple(tuple(facts) for facts in items.values())


def _tell(weighing: Weighing, findings: _Findings) -> None:
    """What weighing found out, as facts: the same as `Weighed.findings`."""
    findings.words["finding.profile"] = (PROFILES, weighing.profile)
    findings.words["finding.confidence"] = (SURENESS, weighing.confidence)
    for (pattern, side), words, totals in zip(PLACES, weighing.words, weighing.totals, strict=True):
        findings.words[f"finding.{pattern}.{side}"] = (WORDS, words)
        findings.points[f"finding.{pattern}_points.{side}"] = totals
    for target, points in weighing.person.items():
        findings.points[f"finding.{target}_points"] = points


def _compared(test: Test, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    value = test.value
    if isinstance(value, bool | str):
        return np.zeros(len(numbers), dtype=np.bool_)
    return np.asarray(COMPARE[test.op](numbers, value), dtype=np.bool_)


def _some(those: Packed) -> Maybe:
    return those if anybody(those) else None
