"""Weighing by hand: points to words, words to a profile, with what a rule adds worked out when the pack is loaded."""

from typing import Any, NamedTuple

from psoas_rules import Pack
from psoas_rules.loading import Rulebook
from psoas_rules.outcomes import SidePattern

SIDES = ("left", "right")
CELLS = (("tight", "left"), ("tight", "right"), ("weak", "left"), ("weak", "right"))
FINDINGS = [(f"finding.{pattern}.{side}", f"finding.{pattern}_points.{side}") for pattern, side in CELLS]
PERSON = {target: f"finding.{target}_points" for target in ("core", "balance", "glutes", "pelvic_floor", "other")}
POSITIVE = ("supported", "provisional")


class Adds(NamedTuple):
    """What one evidence rule adds when it fires."""

    cells: tuple[tuple[int, int], ...]
    person: tuple[tuple[str, int], ...]
    measured: bool
    item: str | None
    side: str | None
    weight: int
    id: str
    gives: bool


class Balance:
    """What speaks for and against one pattern on one side."""

    __slots__ = ("against", "measured", "reported", "speaks_for")

    def __init__(self) -> None:
        self.reported = self.speaks_for = self.against = 0
        self.measured = False


class Weighed(NamedTuple):
    """The profile, and the findings for later rules."""

    kind: str
    confidence: str
    left: SidePattern
    right: SidePattern
    sides: tuple[str, str]
    one_sided: tuple[str, ...]
    findings: dict[str, Any]
    mattered: list[int]
    giving: tuple[str, ...]


class Sums:
    """The points of one pack."""

    def __init__(self, pack: Pack, book: Rulebook) -> None:
        def points(name: str) -> int:
            return round(pack.constant(name) * 100)

        self.prior = points("prior_points")
        self.cap = points("reported_cap")
        self.supported = points("supported_from")
        self.provisional = points("provisional_from")
        self.unlikely = points("unlikely_up_to")
        self.contradiction = points("contradiction_from")
        self.enough = int(pack.constant("enough_reported_items"))
        self.texts = pack.info.texts
        self.adds = {number: _adds(rule) for number, rule in enumerate(book.rules) if rule.stage == "evidence"}
        self.item_of = {
            fact: item.id
            for item in pack.signs
            if item.evidence
            for key in (*([item.id] if item.answer else []), *item.parts)
            for fact in book.lexicon.specs[f"sign.{key}"].facts()
        }
        line = self.texts.sides.get("line", "{side}: tight {tight}, weak {weak}.")
        words = ("supported", "provisional", "uncertain", "unlikely", "no_information")
        self.lines = {
            (side, tight, weak): line.replace("{side}", side.capitalize())
            .replace("{tight}", self.texts.words.get(tight, tight))
            .replace("{weak}", self.texts.words.get(weak, weak))
            for side in SIDES
            for tight in words
            for weak in words
        }

    def weigh(self, fired: list[int], answered: list[str]) -> Weighed:
        """The profile from the evidence rules that fired and the facts that were answered."""
        balances = [Balance(), Balance(), Balance(), Balance()]
        person: dict[str, dict[str | None, dict[str | None, int]]] = {target: {} for target in PERSON}
        heaviest: dict[str, tuple[int, int]] = {}
        giving = []
        for number in fired:
            adds = self.adds[number]
            for cell, points in adds.cells:
                balance = balances[cell]
                if not adds.measured:
                    balance.reported += points
                else:
                    balance.measured = True
                    if points > 0:
                        balance.speaks_for += points
                    else:
                        balance.against += points
            for target, points in adds.person:
                sums = person[target].setdefault(adds.item, {})
                sums[adds.side] = sums.get(adds.side, 0) + points
            if adds.gives:
                giving.append(adds.id)
            if adds.item is not None and adds.weight > heaviest.get(adds.item, (0, 0))[0]:
                heaviest[adds.item] = (adds.weight, number)
        items = len({self.item_of[fact] for fact in answered if fact in self.item_of})
        totals = [self.prior + min(b.reported, self.cap) + b.speaks_for + b.against for b in balances]
        words = [self._word(b, total, items) for b, total in zip(balances, totals, strict=True)]
        best_tight = 0 if totals[0] >= totals[1] else 1
        best_weak = 2 if totals[2] >= totals[3] else 3
        tight, weak = words[best_tight], words[best_weak]
        kind = _profile(tight, weak)
        positive = [cell for cell in (best_tight, best_weak) if words[cell] in POSITIVE]
        shown = [balances[cell] for cell in positive or (best_tight, best_weak)]
        confidence = self._confidence(kind, [words[cell] for cell in positive], shown)
        findings = {"finding.profile": kind, "finding.confidence": confidence}
        for (word_fact, points_fact), word, total in zip(FINDINGS, words, totals, strict=True):
            findings[word_fact] = word
            findings[points_fact] = total / 100
        for target, by_item in person.items():
            findings[PERSON[target]] = sum(map(_once, by_item.values())) / 100
        ranked = sorted(heaviest, key=lambda item: (-heaviest[item][0], item))[:3]
        return Weighed(
            kind,
            confidence,
            SidePattern(tight=words[0], weak=words[2]),
            SidePattern(tight=words[1], weak=words[3]),
            (self.lines["left", words[0], words[2]], self.lines["right", words[1], words[3]]),
            self._one_sided(words),
            findings,
            [heaviest[item][1] for item in ranked],
            tuple(giving),
        )

    def _word(self, balance: Balance, total: int, items: int) -> str:
        if total >= self.supported and balance.speaks_for > 0:
            return "supported"
        if total >= self.provisional:
            return "provisional"
        if total > self.unlikely:
            return "uncertain"
        return "unlikely" if balance.measured or items >= self.enough else "no_information"

    def _contradicts(self, balance: Balance) -> bool:
        measured = balance.speaks_for + balance.against
        return (
            (balance.speaks_for > 0 and balance.against < 0)
            or (balance.reported >= self.contradiction and measured < 0)
            or (balance.reported <= -self.contradiction and measured > 0)
        )

    def _confidence(self, kind: str, positive: list[str], shown: list[Balance]) -> str:
        if kind == "uncertain":
            return "low"
        contradicted = any(map(self._contradicts, shown))
        measured = all(balance.measured for balance in shown)
        if kind != "neither" and all(word == "supported" for word in positive):
            return "medium" if contradicted else "high"
        return "medium" if measured and not contradicted else "low"

    def _one_sided(self, words: list[str]) -> tuple[str, ...]:
        texts = []
        for pattern, left, right in (("tight", words[0], words[1]), ("weak", words[2], words[3])):
            if (left in POSITIVE) is not (right in POSITIVE):
                key = f"{pattern}_{'left' if left in POSITIVE else 'right'}"
                if key in self.texts.sides:
                    texts.append(self.texts.sides[key])
        return tuple(texts)


def _once(sides: dict[str | None, int]) -> int:
    """Points of one item: what was asked on both sides counts once, where it is higher."""
    sided = [points for side, points in sides.items() if side]
    return sides.get(None, 0) + (max(sided) if sided else 0)


def _profile(tight: str, weak: str) -> str:
    if tight in POSITIVE:
        return "both" if weak in POSITIVE else "tight"
    if weak in POSITIVE:
        return "weak"
    return "neither" if tight == weak == "unlikely" else "uncertain"


def _adds(rule: Any) -> Adds:
    cells, person, weights = [], [], [0]
    for conclusion in rule.then:
        if conclusion.subject in PERSON:
            person.append((conclusion.subject, conclusion.hundredths))
            continue
        weights.append(abs(conclusion.hundredths))
        cells += [
            (number, conclusion.hundredths)
            for number, (pattern, side) in enumerate(CELLS)
            if conclusion.subject == pattern and conclusion.side in (None, side)
        ]
    return Adds(tuple(cells), tuple(person), rule.measured, rule.item, rule.side, max(weights), rule.id, bool(cells))
