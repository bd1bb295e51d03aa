"""Worse reports never give more: two reports of one exercise, alike but that one is worse, through the rules.

The rules that give marks and those that read them are taken together, with any number of reports before. So what is
proved is what happens to an exercise, and what the marks are is not taken for granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, get_args

import attrs
import z3

from psoas_rules.facts import FactSpec
from psoas_rules.invariants import Invariant
from psoas_rules.lexicon import Lexicon
from psoas_rules.programme.feedback import Done
from psoas_rules.progressing import COUNTS_OF_MARKS, ProgressBook, ReadyRule
from psoas_rules.progression import ProgrammePlan, Worse
from psoas_rules.proving.theorems.claims import Bench, Claim, Group
from psoas_rules.proving.values import (
    FALSE,
    THOUSANDTHS,
    TRUE,
    Choice,
    EncodingError,
    Number,
    Symbol,
    YesNo,
    encode,
    every,
    no,
    plain_value,
    some,
)

_SECONDS: Final = 20
_DONE: Final = "report.done"
_RISE: Final = ("report.morning_rise", "report.morning_pain", "today.usual_pain")
"""A rise, and the two numbers that it comes from, beside the pain at the start."""

_HEARD: Final = ("report", "today")
"""Facts that a report answers, and can leave open."""

_MORE: Final = "lengthen"
"""What gives more in the stage `programme`, beside answers that are taken with a note."""


@attrs.frozen(eq=False)
class _Report:
    """A report of an exercise on one day, and what went before, as formulas.

    Attributes:
        symbols: Everything that the rules may read of it.
        given: For each mark, whether the report gets it.
        fires: For each rule by its id, whether it fires.
    """

    symbols: Mapping[str, Symbol]
    given: Mapping[str, z3.BoolRef]
    fires: Mapping[str, z3.BoolRef]


def worse_reports(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Of two reports that are alike but that one is worse, the worse gets every careful conclusion of the other.

    It gets no good mark, no step up and no longer session that the other does not get. An answer that is left open
    never gives more than the same answer told. What is worse stands in the plan of the pack.
    """
    del invariant
    plan, book = bench.pack.programme, bench.book.progress
    if plan is None or book is None:
        yield Group((), ())
        return
    yield Group((), tuple(_Pair(plan, book).claims()))


class _Pair:
    """Two reports."""

    def __init__(self, plan: ProgrammePlan, book: ProgressBook) -> None:
        self.plan = plan
        self.book = book
        self._admissible: list[z3.BoolRef] = []
        self.reads = tuple(
            dict.fromkeys(fact for rules in book.rules.values() for rule in rules for fact in rule.reads)
        )
        self.better, self.worse = self._report("better:"), self._report("worse:")
        self._solver = z3.SolverFor("QF_LIA")
        self._solver.set("timeout", _SECONDS * 1000)
        self._solver.add(*self._admissible)

    # The two reports

    def _report(self, prefix: str) -> _Report:
        symbols: dict[str, Symbol] = {}
        kinds = {fact: self.book.lexicon.spec(fact).kind for fact in (*self.reads, *_RISE[1:])}
        for fact, kind in kinds.items():
            if kind not in ("mark", *COUNTS_OF_MARKS) and fact != _RISE[0]:
                symbols[fact] = self._symbol(fact, prefix)
        morning, usual = (symbols[fact] for fact in _RISE[1:])
        if isinstance(morning, Number) and isinstance(usual, Number):
            # More than the pain at the start is not what is usual; that is the same in both reports.
            start = z3.Int("baseline")
            floor = z3.If(start < usual.value, start, usual.value)
            symbols[_RISE[0]] = Number(every((morning.known, usual.known)), morning.value - floor, morning.scale)
        fires = {rule.id: encode(rule.when, symbols.get) for rule in self.book.rules["report"]}
        given: dict[str, z3.BoolRef] = {}
        for mark in self.plan.marks:
            given[mark] = some(fires[rule.id] for rule in self.book.rules["report"] if mark in rule.row.then.marks)
            symbols[f"mark.{mark}"] = YesNo(TRUE, given[mark])
            for kind in COUNTS_OF_MARKS:
                symbols[f"{kind}.{mark}"] = Number(TRUE, self._count(kind, mark, given[mark], prefix))
        for rule in (*self.book.rules["programme"], *self.book.rules["exercise"]):
            fires[rule.id] = encode(rule.when, symbols.get)
        return _Report(symbols, given, fires)

    def _count(self, kind: str, mark: str, given: z3.BoolRef, prefix: str) -> z3.ArithRef:
        """How often a mark was given, this report included; a report without it ends a row."""
        before = z3.Int(f"before:{kind}.{mark}")
        self._admissible.append(before >= 0)
        if kind == "in_a_row":
            return z3.If(given, before + 1, 0)
        # Others of the day and of the week may be worse, too.
        others = z3.Int(f"{prefix}others:{kind}.{mark}")
        self._admissible.append(others >= 0)
        return before + others + z3.If(given, 1, 0)

    def _symbol(self, fact: str, prefix: str) -> Symbol:
        """A fact; one that can be neither worse nor left open is the same in both reports."""
        spec = self.book.lexicon.spec(fact)
        shared = self._way(fact) is None and fact != _DONE and spec.kind not in _HEARD
        return self._made(fact, spec, "" if shared else prefix)

    def _made(self, fact: str, spec: FactSpec, prefix: str) -> Symbol:
        name = f"{prefix}{fact}"
        known = z3.Bool(f"{name}?")
        if spec.answer == "yes_no":
            return YesNo(known, z3.Bool(name))
        if spec.answer == "choice":
            options = {option: z3.Bool(f"{name}={option}") for option in spec.options}
            self._admissible += [known == some(options.values()), z3.AtMost(*options.values(), 1)]
            return Choice(known, options)
        if spec.answer not in ("scale", "number", "whole_number"):
            raise EncodingError(f"'{fact}' has an answer of the kind {spec.answer}, which no formula stands for")
        scale = THOUSANDTHS if spec.answer == "number" else 1
        value = z3.Int(name)
        self._admissible += [value >= int(spec.minimum * scale)] if spec.minimum is not None else []
        self._admissible += [value <= int(spec.maximum * scale)] if spec.maximum is not None else []
        return Number(known, value, scale)

    # How they differ

    def _way(self, fact: str) -> Worse | None:
        return self.plan.worse.get(fact) or self.plan.worse.get(self.book.lexicon.spec(fact).name)

    def _differ(self, *, opened: bool) -> Iterator[z3.BoolRef]:
        """That the second report is like the first or worse; with `opened`, it may also leave answers open."""
        for fact, after in self.worse.symbols.items():
            kind, _, key = fact.partition(".")
            before = self.better.symbols[fact]
            if kind in ("mark", "in_a_row"):
                continue
            if kind in COUNTS_OF_MARKS:
                yield self._others(kind, key)
                continue
            ways = [_same(before, after)]
            way = self._way(fact)
            if way is not None:
                ways.append(every((before.known, after.known, _got_worse(before, after, way))))
            elif fact == _DONE:
                ways.append(every((before.known, after.known, _did_less(before, after))))
            # Nothing follows from what is not told about a bad day; so only good news is left open there.
            if opened and kind in _HEARD:
                good = no(_is_bad(before, way)) if isinstance(before, YesNo) and way else TRUE
                ways.append(every((no(after.known), good)))
            yield some(ways)

    def _others(self, kind: str, mark: str) -> z3.BoolRef:
        """Other exercises have no fewer bad marks and no more good ones."""
        one, other = (z3.Int(f"{prefix}others:{kind}.{mark}") for prefix in ("better:", "worse:"))
        match self._way(f"mark.{mark}"):
            case "yes":
                return other >= one
            case "no":
                return other <= one
            case _:
                return other == one

    # What is claimed

    def claims(self) -> Iterator[Claim]:
        """Everything that is claimed about the two."""
        worse, open_ = list(self._differ(opened=False)), list(self._differ(opened=True))
        for mark in self.plan.marks:
            way = self._way(f"mark.{mark}")
            before, after = (report.given[mark] for report in (self.better, self.worse))
            if way == "no":
                says = f"A report that is worse, or says less, counts as '{mark}' only where the other does."
                yield self._claim(f"marks.{mark}", says, open_, every((after, no(before))))
            elif way == "yes":
                says = f"A report that is worse still counts as '{mark}'."
                yield self._claim(f"marks.{mark}", says, worse, every((before, no(after))))
        yield from self._changes(worse, open_)
        # What is not told of one exercise cannot count against the whole.
        yield from self._courses(worse)

    def _changes(self, worse: list[z3.BoolRef], open_: list[z3.BoolRef]) -> Iterator[Claim]:
        """For one exercise: every careful conclusion stays, and there is no step up that the better has not."""
        kinds = dict.fromkeys(
            (rule.row.then.change, rule.row.then.volume) for rule in self.book.rules["exercise"] if rule.row.then.change
        )
        careful = [(kind, volume) for kind, volume in kinds if kind != "progress"]
        for kind, volume in careful:
            before, after = (self._concluded(report, kind, volume) for report in (self.better, self.worse))
            name = f"{kind}_{volume:g}" if volume else f"{kind}"
            says = f"What follows from a report follows from a worse one, too: {name}."
            yield self._claim(f"changes.{name}", says, worse, every((before, no(after))))
        steps = [self._steps_up(report, careful) for report in (self.better, self.worse)]
        says = "A report that is worse, or says less, gives no step up where the other gives none."
        yield self._claim("changes.progress", says, open_, every((steps[1], no(steps[0]))))

    def _concluded(self, report: _Report, kind: str, volume: float | None) -> z3.BoolRef:
        """Whether this is concluded, or as little of the work is left by a rule of the same kind."""
        return some(
            report.fires[rule.id]
            for rule in self.book.rules["exercise"]
            if rule.row.then.change == kind and (volume is None or (rule.row.then.volume or 1) <= volume)
        )

    def _steps_up(self, report: _Report, careful: Iterable[tuple[str, float | None]]) -> z3.BoolRef:
        """A step up is taken only when nothing else is concluded."""
        held = some(self._concluded(report, kind, volume) for kind, volume in careful)
        return every((self._concluded(report, "progress", None), no(held)))

    def _courses(self, worse: list[z3.BoolRef]) -> Iterator[Claim]:
        """For the whole: every careful course is kept, and nothing more is given."""
        for rule in self.book.rules["programme"]:
            then = rule.row.then
            before, after = self.better.fires[rule.id], self.worse.fires[rule.id]
            if then.course == _MORE or (then.course == "note" and then.answers):
                says = f"'{rule.row.title}' does not follow from a worse day alone."
                yield self._claim(rule.id, says, worse, every((after, no(before))))
            elif then.course != "note":
                says = f"'{rule.row.title}' follows from a worse day, too."
                kept = some(self.worse.fires[one.id] for one in self._alike(rule))
                yield self._claim(rule.id, says, worse, every((before, no(kept))))

    def _alike(self, rule: ReadyRule) -> Iterator[ReadyRule]:
        """The rules that conclude the same for as long."""
        then = rule.row.then
        for one in self.book.rules["programme"]:
            other = one.row.then
            if other.course == then.course and (other.days or 0) >= (then.days or 0) and other.answers == then.answers:
                yield one

    def _claim(self, key: str, says: str, differ: list[z3.BoolRef], goal: z3.BoolRef) -> Claim:
        """A claim with its answer: it hangs on no intake, so it is asked here."""
        self._solver.push()
        try:
            self._solver.add(*differ, goal)
            said = self._solver.check()
            if said == z3.unsat:
                return Claim(key, says, FALSE)
            broken = "The solver did not finish in time." if said != z3.sat else self._told(self._smallest())
            return Claim(key, says, TRUE, broken=broken)
        finally:
            self._solver.pop()

    def _smallest(self) -> z3.ModelRef:
        """Two reports that differ in as little as can be found one by one."""
        model, kept = self._solver.model(), list[z3.BoolRef]()
        for fact, after in self._answered():
            same = _same(self.better.symbols[fact], after)
            if self._solver.check(*kept, same) == z3.sat:
                model = self._solver.model()
                kept.append(same)
        return model

    def _answered(self) -> Iterator[tuple[str, Symbol]]:
        """What is told of the worse report; the rest follows from that."""
        for fact, symbol in self.worse.symbols.items():
            if fact.partition(".")[0] not in ("mark", *COUNTS_OF_MARKS) and fact != _RISE[0]:
                yield fact, symbol

    def _told(self, model: z3.ModelRef) -> str:
        """In what two reports differ for which it is not so."""
        lexicon, parts = self.book.lexicon, []
        for fact, after in self._answered():
            values = [_value(lexicon, fact, symbol, model) for symbol in (self.better.symbols[fact], after)]
            if values[0] != values[1]:
                parts.append(f"{lexicon.label(fact)}: {values[0]} and {values[1]}")
        return f"The better and the worse report: {'; '.join(parts) or 'other exercises of the week'}."


def _same(before: Symbol, after: Symbol) -> z3.BoolRef:
    parts = [before.known == after.known]
    match before, after:
        case YesNo(), YesNo():
            parts.append(before.value == after.value)
        case Number(), Number():
            parts.append(before.value == after.value)
        case Choice(), Choice():
            parts += [before.options[name] == after.options[name] for name in before.options]
    return every(parts)


def _is_bad(symbol: YesNo, way: Worse) -> z3.BoolRef:
    return symbol.says(yes=way == "yes")


def _got_worse(before: Symbol, after: Symbol, way: Worse) -> z3.BoolRef:
    match before, after:
        case YesNo(), YesNo():
            return some((before.value == after.value, after.value if way == "yes" else no(after.value)))
        case Number(), Number():
            return after.value >= before.value if way == "higher" else after.value <= before.value
        case _:
            raise EncodingError("only numbers and yes or no can get worse")


def _did_less(before: Symbol, after: Symbol) -> z3.BoolRef:
    """Whether less was done: the words for it stand from the most to the least."""
    words = get_args(Done)
    assert isinstance(before, Choice)
    assert isinstance(after, Choice)
    return some(
        every((before.options.get(more, FALSE), after.options.get(less, FALSE)))
        for place, more in enumerate(words)
        for less in words[place:]
    )


def _value(lexicon: Lexicon, fact: str, symbol: Symbol, model: z3.ModelRef) -> str:
    spec = lexicon.spec(fact)
    if not z3.is_true(model.eval(symbol.known, model_completion=True)):
        return "open"
    match symbol:
        case YesNo():
            return spec.text(z3.is_true(model.eval(symbol.value, model_completion=True)))
        case Choice():
            found = (
                name for name, flag in symbol.options.items() if z3.is_true(model.eval(flag, model_completion=True))
            )
            return spec.text(next(found, None))
        case Number():
            steps = model.eval(symbol.value, model_completion=True)
            return spec.text(plain_value(steps.as_long(), symbol.scale)) if isinstance(steps, z3.IntNumRef) else "?"
    return "?"
