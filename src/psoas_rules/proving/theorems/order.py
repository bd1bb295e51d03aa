"""No outcome hangs on the order in which rules fire, and the bands of points meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Final

from psoas_rules.conditions import Test, Value, facts_read, holds, tests
from psoas_rules.facts import FactSpec
from psoas_rules.invariants import Invariant
from psoas_rules.loading import Rulebook
from psoas_rules.pack import SIDES, STAGES, Stage
from psoas_rules.proving.theorems.claims import Bench, Claim, Group
from psoas_rules.proving.values import FALSE, TRUE, every, no, some
from psoas_rules.rulebook import Rule

_FOLDS: Final = frozenset(
    (
        *("ask", "treat_as", "triage", "exclude_property", "exclude_exercise", "exclude_phase", "limit", "prefer"),
        *("points", "extra_side", "clinician_first", "strict_pain", "action", "no_walk", "needs_clearance", "say"),
        *("stop_sign", "swap", "own_advice"),
    )
)
"""The kinds of conclusions that fold by union, by the highest, by the strictest or by their sum, and the two that are
taken in the order of the pack, which is the same however rules fire."""

_MADE_IN: Final[Mapping[str, Stage]] = {"clinician_first_count": "safety"}
_MOST_CELLS: Final = 20_000


def order(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """No rule reads what its own stage finds, and every kind of conclusion folds the same way in any order.

    Where two rules can put different exercises in the place of the same one, the order of the rows decides; that is
    noted. A pattern has one profile for everybody.
    """
    del invariant
    claims = []
    for rule in bench.book.rules:
        for fact in facts_read(rule.when):
            kind, _, key = fact.partition(".")
            made_in: Stage = _MADE_IN.get(key.split(".")[0], "evidence")
            early = kind == "finding" and STAGES.index(rule.stage) <= STAGES.index(made_in)
            claims.append(Claim(rule.id, f"'{rule.id}' reads '{fact}' after it is found.", TRUE if early else FALSE))
        for conclusion in rule.then:
            says = f"What '{rule.id}' concludes ({conclusion.kind}) is the same in any order."
            claims.append(Claim(rule.id, says, FALSE if conclusion.kind in _FOLDS else TRUE))
    yield Group((), tuple(claims))
    yield Group((bench.world,), (*_one_profile(bench), *_both_sides(bench), *_swaps(bench)))


def _one_profile(bench: Bench) -> Iterator[Claim]:
    fits = list(bench.world.weighed.profile.values())
    several = some(every(pair) for pair in combinations(fits, 2))
    yield Claim("profile", "Everybody has exactly one profile.", some((several, no(some(fits)))))


def _both_sides(bench: Bench) -> Iterator[Claim]:
    """Rules of one stage that give more to the left and to the right at once contradict each other; neither counts."""
    world = bench.world
    targets = dict.fromkeys(c.subject for rule in bench.book.rules for c in rule.then if c.kind == "extra_side")
    for target in targets:
        sides = [world.more_on(target, side) for side in SIDES]
        says = f"Rules do not find both sides to be the worse one: {target}."
        yield Claim(f"both_sides.{target}", says, every((*sides, world.outcome("routine"))))


def _swaps(bench: Bench) -> Iterator[Claim]:
    world = bench.world
    others: dict[str, dict[str, None]] = {}
    for rule in bench.book.rules:
        for conclusion in rule.then:
            if conclusion.kind == "swap" and conclusion.other:
                others.setdefault(conclusion.subject, {})[conclusion.other] = None
    for original, replacements in others.items():
        clashes = []
        for one, other in combinations(replacements, 2):
            swaps = [world.concluded("swap", original, other=into) for into in (one, other)]
            clashes.append(every((*swaps, world.may_step(one), world.may_step(other))))
        if clashes:
            says = f"Nobody is offered two different exercises in the place of '{bench.name(original)}'."
            broken = f"Rules can put two exercises in the place of '{bench.name(original)}'; the first row decides."
            yield Claim(f"swap.{original}", says, some(clashes), broken=broken, note=True)


def bands(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Between the lowest and the highest band of points that an answer gives there is no gap, and no two bands overlap.

    Every band is looked at for every value that makes a difference, with every value of what else it reads.
    """
    del invariant
    claims: list[Claim] = []
    kinds = (("sign", bench.pack.signs), ("measure", bench.pack.measures))
    for kind, items in kinds:
        for item in items:
            rules = [rule for rule in bench.book.rules if rule.stage == "evidence" and rule.item == item.id]
            rules = [rule for rule in rules if rule.id.startswith(f"{kind}.") and rule.side in (None, "left")]
            for fact in dict.fromkeys(fact for rule in rules for fact in facts_read(rule.when)):
                if bench.book.lexicon.spec(fact).answer in ("scale", "number", "whole_number"):
                    claims += _bands(bench.book, item.id, fact, [rule for rule in rules if _bands_on(rule, fact)])
    yield Group((), tuple(claims))


def _bands_on(rule: Rule, fact: str) -> bool:
    return any(test.fact == fact and test.op != "answered" for test in tests(rule.when))


def _bands(book: Rulebook, item: str, fact: str, rules: list[Rule]) -> Iterator[Claim]:
    read = dict.fromkeys(one for rule in rules for one in facts_read(rule.when))
    values = {one: _cells(book, one, rules) for one in read}
    others = [one for one in read if one != fact]
    size = len(values[fact])
    for other in others:
        size *= len(values[other])
    if len(rules) < 2 or size > _MOST_CELLS:
        return
    gaps: dict[str, None] = {}
    overlaps: dict[str, None] = {}
    for chosen in product(*(values[other] for other in others)):
        around = {other: value for other, value in zip(others, chosen, strict=True) if value is not None}
        fired = [
            (value, [rule for rule in rules if holds(rule.when, {**around, fact: value})])
            for value in values[fact]
            if value is not None
        ]
        hit = [number for number, (_, found) in enumerate(fired) if found]
        inside = fired[hit[0] : hit[-1] + 1] if hit else []
        gaps.update((f"{value:g}", None) for value, found in inside if not found)
        overlaps.update((f"{value:g}", None) for value, found in fired if _same_target(found))
    label = book.lexicon.label(fact)
    where = f"; not so at {', '.join(gaps)}" if gaps else ""
    yield Claim(
        f"{fact}.gap", f"The points for '{label}' leave out no value between two bands{where}.", TRUE if gaps else FALSE
    )
    where = f"; not so at {', '.join(overlaps)}" if overlaps else ""
    yield Claim(
        f"{fact}.overlap", f"No value of '{label}' is in two bands at once{where}.", TRUE if overlaps else FALSE
    )
    del item


def _same_target(rules: list[Rule]) -> bool:
    """Whether two of these rules give points for the same thing."""
    targets = [conclusion.subject for rule in rules for conclusion in rule.then]
    return len(set(targets)) < len(targets)


def _cells(book: Rulebook, fact: str, rules: list[Rule]) -> list[Value | None]:
    """One value from each stretch between thresholds, in order, and the thresholds; None for no answer."""
    spec = book.lexicon.spec(fact)
    read = [test for rule in rules for test in tests(rule.when) if test.fact == fact]
    if spec.answer == "choice":
        return [*spec.options, None]
    if spec.answer == "yes_no":
        return [True, False, None]
    step = 0.001 if spec.answer == "number" and not _of_whole_numbers(book, spec) else 1
    found: set[float] = set()
    for test in read:
        found.update(_around(test, step))
    low = spec.minimum if spec.minimum is not None else min(found, default=0)
    high = spec.maximum if spec.maximum is not None else max(found, default=0)
    return [*sorted(value for value in {*found, low, high} if low <= value <= high), None]


def _of_whole_numbers(book: Rulebook, spec: FactSpec) -> bool:
    """Whether a number is a sum or a difference of whole numbers."""
    if spec.derive is None or spec.derive.how == "percent_below_other":
        return False
    return book.lexicon.specs[f"{spec.kind}.{spec.derive.of}"].answer in ("scale", "whole_number")


def _around(test: Test, step: float) -> Iterator[float]:
    if isinstance(test.value, int | float) and not isinstance(test.value, bool):
        for value in (test.value - step, test.value, test.value + step):
            rounded = round(value, 3)
            yield int(rounded) if rounded == int(rounded) else rounded
