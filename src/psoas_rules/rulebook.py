"""From tables and rule files to one flat list of rules, each with a stable id.

Everything downstream knows only `Rule`. A table row becomes one rule, or one for each side; a rule file likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import attrs

from psoas_rules.conditions import ALWAYS, All, Condition, Not, Op, Test, alternatives
from psoas_rules.conditions import Any as AnyOf
from psoas_rules.facts import FACT_KINDS, FactKind, FactSpec
from psoas_rules.hints import nearest, show
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import (
    SIDES,
    STAGES,
    Claim,
    ConditionRow,
    Evidence,
    Exclusions,
    Further,
    Item,
    OwnAdvice,
    Pack,
    RedFlag,
    RuleFile,
    Stage,
    Then,
    Tree,
)
from psoas_rules.trace import Conclusion, Side

EXPERT_CHOICE: Final = "expert_choice"
SIDED_TARGETS: Final = ("tight", "weak")
POINT_TARGETS: Final = (*SIDED_TARGETS, "core", "balance", "glutes", "pelvic_floor", "other")

Path = tuple[str | int, ...]
Complain = Callable[[Path, str, str], None]
"""Called with a place inside the file, a code and a message for each problem found."""

ComplainInFile = Callable[[str, Path, str, str], None]
"""The same with the file before the place."""


@attrs.frozen
class Rule:
    """A rule, ready to run.

    Attributes:
        id: Stable id, such as `red_flag.fever_with_hip_or_back` or `profile.feels_tight_not_short`.
        stage: The stage in which it runs.
        when: The condition under which it fires.
        then: What follows when it fires.
        title: The rule in a few words.
        because: Why it exists, in plain words.
        sources: Keys of its sources.
        item: For evidence, the sign or measure whose points it gives; points for the person as a whole count once for
            an item, on the side where they are higher.
        measured: For evidence, whether a self-test gave it.
        side: For a rule that stands once for each side, the side it is about.
        about: For rules of a red flag or a condition, the fact that says whether the person has it.
    """

    id: str
    stage: Stage
    when: Condition
    then: tuple[Conclusion, ...]
    title: str
    because: str
    sources: tuple[str, ...]
    item: str | None = None
    measured: bool = False
    side: Side | None = None
    about: str | None = None


_OPS: Final[tuple[Op, ...]] = ("is", "at_least", "at_most", "above", "below", "answered")
_DEEPEST: Final = 12
_ASKED: Final = FactSpec("", "preference", "", "yes_no")
"""How a test of a whole list is read: there was an answer, or there was none."""
_MOST_TESTS: Final = 24
_MOST_ALTERNATIVES: Final = 20_000


class TreeReader:
    """Reads condition trees as written in the pack; tells every problem with its place."""

    def __init__(self, lexicon: Lexicon, complain: Complain, kinds: tuple[FactKind, ...] = FACT_KINDS) -> None:
        self.lexicon = lexicon
        self.complain = complain
        self.kinds = kinds

    def read(
        self, tree: Tree, path: Path, *, default: str | None = None, stage: Stage | None = None
    ) -> _Authored | None:
        """The condition, still open for the side; None when something is wrong with it."""
        return self._node(tree, path, default, stage, 0)

    def _node(self, tree: Tree, path: Path, default: str | None, stage: Stage | None, depth: int) -> _Authored | None:
        if not isinstance(tree, Mapping):
            self.complain(path, "bad-condition", f"{show(tree)} is not a condition; write all, any, not or one test")
            return None
        if depth > _DEEPEST:
            self.complain(path, "bad-condition", f"the condition is nested more than {_DEEPEST} deep")
            return None
        group = next((key for key in ("all", "any", "not") if key in tree), None)
        if group is None:
            return self._test(tree, path, default, stage)
        if len(tree) > 1:
            extra = next(key for key in tree if key != group)
            self.complain((*path, extra), "bad-condition", f"'{extra}' cannot stand beside '{group}'")
            return None
        if group == "not":
            part = self._node(tree["not"], (*path, "not"), default, stage, depth + 1)
            return None if part is None else _Authored("not", (part,))
        parts = tree[group]
        if not isinstance(parts, list) or not parts:
            self.complain((*path, group), "bad-condition", f"'{group}' needs a list of at least one condition")
            return None
        read = [self._node(part, (*path, group, i), default, stage, depth + 1) for i, part in enumerate(parts)]
        whole = [part for part in read if part is not None]
        return _Authored(group, tuple(whole)) if len(whole) == len(read) else None

    def _test(self, tree: Mapping[str, Any], path: Path, default: str | None, stage: Stage | None) -> _Authored | None:
        kinds = [kind for kind in self.kinds if kind in tree]
        ops = [op for op in _OPS if op in tree]
        strange = [key for key in tree if key not in (*self.kinds, *_OPS, "side")]
        if strange:
            for key in strange:
                known = (*self.kinds, *_OPS, "side", "all", "any", "not")
                self.complain((*path, key), "unknown-key", f"unknown key '{key}'{nearest(key, known)}")
            return None
        if len(kinds) > 1 or (not kinds and default is None):
            need = " or ".join(self.kinds)
            self.complain(path, "bad-condition", f"a test names one fact: {need}")
            return None
        name = f"{kinds[0]}.{tree[kinds[0]]}" if kinds else str(default)
        spec = self.lexicon.specs.get(name)
        if spec is None:
            key = kinds[0]
            near = nearest(tree[key], self.lexicon.named(key))
            self.complain((*path, key), "unknown-name", f"unknown {key.replace('_', ' ')} {show(tree[key])}{near}")
            return None
        if not ops:
            self.complain(path, "bad-condition", f"say what to test: {', '.join(_OPS)}")
            return None
        if spec.kind == "finding" and stage is not None and not _known_by(spec.key, stage):
            self.complain((*path, "finding"), "too-early", f"'{spec.key}' is worked out only after stage '{stage}'")
            return None
        side = tree.get("side")
        if side not in (None, *SIDES, "any", "both"):
            self.complain((*path, "side"), "bad-value", f"{show(side)} is not a side: left, right, any, both")
            return None
        if side is not None and not spec.sided:
            self.complain((*path, "side"), "bad-value", f"'{spec.key}' has no sides")
            return None
        leaves = [self._leaf(spec, op, tree[op], (*path, op)) for op in ops]
        whole = [leaf for leaf in leaves if leaf is not None]
        if len(whole) < len(leaves):
            return None
        return _Authored("test", (), tuple(whole), side)

    def _leaf(self, spec: FactSpec, op: Op, given: object, path: Path) -> Test | None:
        if op == "answered":
            if given not in (True, "yes"):
                self.complain(path, "bad-value", "'answered' takes only yes; put 'not' around it for the opposite")
                return None
            return Test(spec.name, "answered")
        numeric = spec.answer in ("scale", "number", "whole_number")
        if op != "is" and not numeric:
            self.complain(path, "bad-condition", f"'{spec.key}' is not a number; it can only be tested with 'is'")
            return None
        try:
            # Of a list it can only be asked whether there was an answer.
            value = (_ASKED if spec.answer in ("many", "names") else spec).read(given)
        except ValueError as error:
            self.complain(path, "out-of-range" if numeric else "bad-value", str(error))
            return None
        return Test(spec.name, op, value, spec.when_unknown)


def _known_by(finding: str, stage: Stage) -> bool:
    """Whether a finding is worked out before this stage."""
    made_in: Stage = "safety" if finding == "clinician_first_count" else "evidence"
    return STAGES.index(stage) > STAGES.index(made_in)


@attrs.frozen
class _Authored:
    """A condition as authored: sides are still open. The tests of one part read one fact, on the same side."""

    kind: str
    parts: tuple[_Authored, ...] = ()
    tests: tuple[Test, ...] = ()
    side: str | None = None

    def read(self) -> Iterator[Test]:
        """Every test, from left to right."""
        yield from self.tests
        for part in self.parts:
            yield from part.read()

    def sided(self, lexicon: Lexicon) -> bool:
        """Whether a sided fact is read without saying which side."""
        if self.tests:
            return self.side is None and lexicon.specs[self.tests[0].fact].sided
        return any(part.sided(lexicon) for part in self.parts)

    def fearing(self) -> _Authored:
        """The same, with every answer that is not known taken for the dangerous one."""
        tests = tuple(attrs.evolve(test, when_unknown=test.op != "answered") for test in self.tests)
        return attrs.evolve(self, parts=tuple(part.fearing() for part in self.parts), tests=tests)

    def resolve(self, lexicon: Lexicon, side: Side | None) -> Condition:
        """The condition with this side filled in."""
        match self.kind:
            case "all":
                return All([part.resolve(lexicon, side) for part in self.parts])
            case "any":
                return AnyOf([part.resolve(lexicon, side) for part in self.parts])
            case "not":
                return Not(self.parts[0].resolve(lexicon, side))
        if not lexicon.specs[self.tests[0].fact].sided:
            return _together(self.tests)
        if self.side in ("any", "both"):
            each = [self._on(one) for one in SIDES]
            return AnyOf(each) if self.side == "any" else All(each)
        which = self.side or side
        assert which is not None, "a condition with open sides is told as side-open, never resolved"
        return self._on(which)

    def _on(self, side: str) -> Condition:
        return _together([attrs.evolve(test, fact=f"{test.fact}.{side}") for test in self.tests])


def _together(tests: Sequence[Test]) -> Condition:
    return tests[0] if len(tests) == 1 else All(tests)


def build_rules(pack: Pack, lexicon: Lexicon, complain: ComplainInFile) -> tuple[Rule, ...]:
    """All rules of the pack, in the order of the stages; `complain` gets file, place, code and message of problems."""
    maker = _Maker(pack, lexicon, complain)
    rules = sorted(maker.rules(), key=lambda rule: STAGES.index(rule.stage))
    return tuple(rules)


class _Maker:
    def __init__(self, pack: Pack, lexicon: Lexicon, complain: ComplainInFile) -> None:
        self.pack = pack
        self.lexicon = lexicon
        self.complain = complain
        self.alternatives = 0

    def rules(self) -> Iterator[Rule]:
        yield from self._screening()
        for i, flag in enumerate(self.pack.red_flags):
            yield from self._red_flag(flag, ("red_flags", i))
        for i, row in enumerate(self.pack.conditions):
            yield from self._condition(row)
            yield from self._further(row, ("conditions", i, "further"))
        for kind, file, items in (
            ("sign", "signs.yaml", self.pack.signs),
            ("measure", "measures.yaml", self.pack.measures),
        ):
            for i, item in enumerate(items):
                yield from self._evidence(kind, file, item, (f"{kind}s", i))  # type: ignore[arg-type]
        for rule in self.pack.rules:
            yield from self._rule_file(rule)

    def _trees(self, file: str) -> TreeReader:
        return TreeReader(self.lexicon, lambda path, code, message: self.complain(file, path, code, message))

    def _screening(self) -> Iterator[Rule]:
        for fact in self.lexicon.required:
            spec = self.lexicon.spec(fact)
            yield Rule(
                f"screening.{fact}",
                "screening",
                Not(Test(fact, "answered")),
                (Conclusion("ask", fact),),
                f"Not answered: {spec.label}",
                "This answer is needed before any exercise.",
                (EXPERT_CHOICE,),
            )

    def _red_flag(self, flag: RedFlag, path: Path) -> Iterator[Rule]:
        sources = _sources(flag.facts)
        present = Test(f"red_flag.{flag.id}", "is", True)
        about = present.fact
        if flag.urgency != "modifier":
            then = (Conclusion("triage", flag.urgency), *(Conclusion("action", text) for text in flag.do))
            yield Rule(about, "triage", present, then, flag.label, flag.could_mean, sources, about=about)
        for i, raised in enumerate(flag.raised_by):
            partners = AnyOf([Test(f"red_flag.{partner}", "is", True) for partner in raised.with_any])
            when = All((present, partners))
            if raised.to == "modifier" or self._too_large(when, "red_flags.yaml", (*path, "raised_by", i, "with_any")):
                continue
            yield Rule(
                f"red_flag.{flag.id}.with_{'_or_'.join(raised.with_any)}",
                "triage",
                when,
                (Conclusion("triage", raised.to),),
                f"{flag.label}, together with another warning sign",
                raised.say or flag.could_mean,
                sources,
                about=about,
            )

    def _condition(self, row: ConditionRow) -> Iterator[Rule]:
        present = Test(f"condition.{row.id}", "is", True)
        about = present.fact
        sources = _sources(row.facts)
        because = row.say or row.label
        cleared = Test(f"cleared.{row.id}", "is", True)
        if row.clearance in ("block", "clinician_first"):
            when = present if row.clearance == "block" else All((present, _not_known(cleared)))
            asked = (Conclusion("needs_clearance", row.id),) if row.clearance == "clinician_first" else ()
            then = (*_stop(row.own_advice, walk=row.walk_meanwhile), *asked)
            yield Rule(f"{about}.clearance", "triage", when, then, row.label, because, sources, about=about)
        conclusions = [
            *_exclusions(row.excludes, self.pack),
            *(Conclusion("limit", "dose", limit=limit) for limit in row.limits),
            *(Conclusion("swap", original, other) for original, other in row.swaps.items()),
            *(Conclusion("prefer", exercise) for exercise in row.prefer),
            *(Conclusion("stop_sign", sign) for sign in row.stop_signs),
            *((Conclusion("strict_pain", row.id),) if row.strict_pain else ()),
            *((Conclusion("say", row.say),) if row.say else ()),
            *((Conclusion("clinician_first", row.id),) if row.clearance == "clinician_first" else ()),
        ]
        yield Rule(about, "safety", present, tuple(conclusions), row.label, because, sources, about=about)

    def _further(self, row: ConditionRow, path: Path) -> Iterator[Rule]:
        present = Test(f"condition.{row.id}", "is", True)
        about = present.fact
        sources = _sources(row.facts)
        asked: set[str] = set()
        for i, further in enumerate(row.further):
            authored = self._further_when(further, (*path, i))
            if authored is None:
                continue
            feared = All((present, authored.fearing().resolve(self.lexicon, None)))
            if self._too_large(feared, "conditions.yaml", (*path, i, "when")):
                continue
            rule_id = f"{about}.{further.id}"
            why = further.say or row.say or row.label
            stop: tuple[Conclusion, ...] = ()
            if further.clearance == "block":
                stop = tuple(_stop(further.own_advice, walk=further.walk_meanwhile))
                # An open detail stops here. What is open about the person is asked first, by the screening rules
                # below; where they could not ask, because a sign has spoken for the condition, it stops in `safety`.
                when = All((present, authored.resolve(self.lexicon, None)))
                yield Rule(f"{rule_id}.clearance", "triage", when, stop, row.label, why, sources, about=about)
                for fact in dict.fromkeys(test.fact for test in authored.read() if test.fact not in asked):
                    asked.add(fact)
                    yield Rule(
                        f"screening.{row.id}.{fact}",
                        "screening",
                        All((present, Not(Test(fact, "answered")))),
                        (Conclusion("ask", fact),),
                        f"Not answered: {self.lexicon.spec(fact).label}",
                        why,
                        sources,
                    )
            said = (Conclusion("say", why),) if further.say else ()
            concluded = (*stop, *_exclusions(further.excludes, self.pack), *said)
            if concluded:
                yield Rule(rule_id, "safety", feared, concluded, row.label, why, sources, about=about)

    def _further_when(self, further: Further, path: Path) -> _Authored | None:
        """When something further follows; None, with the reason told, when that is not clear."""
        file, where = "conditions.yaml", (*path, "when")
        authored = self._trees(file).read(further.when, where, stage="triage")
        sound = authored is not None
        if authored is not None and authored.sided(self.lexicon):
            message = "a fact with sides is read; say side: any, both, left or right"
            self.complain(file, where, "side-open", message)
            sound = False
        if further.clearance not in (None, "block"):
            message = f"'{further.clearance}' works only for a whole condition; here it is block, or left out"
            self.complain(file, (*path, "clearance"), "bad-value", message)
            sound = False
        for test in authored.read() if authored is not None and further.clearance == "block" else ():
            if not test.fact.startswith(("detail.", "person.")):
                message = f"'{test.fact}' cannot be asked for here; with clearance: block, test only detail and person"
                self.complain(file, where, "bad-condition", message)
                sound = False
        return authored if sound else None

    def _evidence(self, kind: FactKind, file: str, item: Item, path: Path) -> Iterator[Rule]:
        default = f"{kind}.{item.id}"
        for i, evidence in enumerate(item.evidence):
            place = (*path, "evidence", i)
            stem = f"{kind}.{item.id}.{i + 1}"
            then = self._points(evidence, file, place)
            has_default = default in self.lexicon.specs
            authored = self._trees(file).read(
                evidence.when, (*place, "when"), default=default if has_default else None, stage="evidence"
            )
            if authored is None or then is None:
                continue
            sides: tuple[Side | None, ...] = SIDES if authored.sided(self.lexicon) else (None,)
            for side in sides:
                when = authored.resolve(self.lexicon, side)
                if self._too_large(when, file, (*place, "when")):
                    break
                yield Rule(
                    f"{stem}.{side}" if side else stem,
                    "evidence",
                    when,
                    tuple(attrs.evolve(c, side=side if c.subject in SIDED_TARGETS else None) for c in then),
                    item.label,
                    evidence.note or item.label,
                    _sources(item.facts),
                    item.id,
                    kind == "measure",
                    side,
                )

    def _points(self, evidence: Evidence, file: str, path: Path) -> tuple[Conclusion, ...] | None:
        made = []
        for target, points in evidence.points.items():
            hundredths = Decimal(str(points)) * 100
            if target not in POINT_TARGETS:
                near = nearest(target, POINT_TARGETS)
                self.complain(file, (*path, "points", target), "unknown-name", f"unknown pattern '{target}'{near}")
                return None
            if hundredths != int(hundredths) or abs(points) > 10:
                message = f"{points} is not a number of points from -10 to 10 with at most two decimals"
                self.complain(file, (*path, "points", target), "out-of-range", message)
                return None
            made.append(Conclusion("points", target, hundredths=int(hundredths)))
        return tuple(made)

    def _rule_file(self, rule: RuleFile) -> Iterator[Rule]:
        file = f"{rule.stage}/{rule.id}.yaml"
        authored = self._trees(file).read(rule.when, ("when",), stage=rule.stage)
        if authored is None or rule.status == "retired":
            return
        if authored.sided(self.lexicon) and not rule.for_each_side:
            message = "a fact with sides is read; say side: any, both, left or right, or for_each_side: yes"
            self.complain(file, ("when",), "side-open", message)
            return
        sides: tuple[Side | None, ...] = SIDES if rule.for_each_side else (None,)
        for side in sides:
            when = authored.resolve(self.lexicon, side)
            if self._too_large(when, file, ("when",)):
                return
            stem = f"{rule.stage}.{rule.id}"
            yield Rule(
                f"{stem}.{side}" if side else stem,
                rule.stage,
                when,
                tuple(attrs.evolve(c, side=side) if c.kind == "extra_side" else c for c in self._then(rule.then)),
                rule.title,
                rule.because,
                rule.sources,
                side=side,
            )

    def _too_large(self, when: Condition, file: str, path: Path) -> bool:
        """Whether a condition, or all of them together, is more than an engine can be asked to match; tells why."""
        message = ""
        try:
            expanded = alternatives(when)
        except ValueError as error:
            message = str(error)
        else:
            longest = max((len(alternative) for alternative in expanded), default=0)
            self.alternatives += len(expanded)
            if longest > _MOST_TESTS:
                message = f"one alternative of the condition has {longest} tests; at most {_MOST_TESTS}"
            elif self.alternatives > _MOST_ALTERNATIVES:
                message = f"up to here, the conditions of the pack have more than {_MOST_ALTERNATIVES} alternatives"
        if message:
            self.complain(file, path, "too-large", message)
        return bool(message)

    def _then(self, then: Then) -> Iterator[Conclusion]:
        yield from (Conclusion("treat_as", condition) for condition in then.treat_as)
        if then.triage is not None:
            yield Conclusion("triage", then.triage)
        if then.exclude is not None:
            yield from _exclusions(then.exclude, self.pack)
        yield from (Conclusion("limit", "dose", limit=limit) for limit in then.limits)
        yield from (Conclusion("prefer", exercise) for exercise in then.prefer)
        yield from (Conclusion("extra_side", target) for target in then.extra_set)
        yield from (Conclusion("say", text) for text in then.say)
        yield from (Conclusion("stop_sign", text) for text in then.stop_signs)


def _not_known(test: Test) -> Condition:
    """Holds unless the test is known to hold: not knowing is not enough to lift a warning."""
    return AnyOf((Not(test), Not(Test(test.fact, "answered"))))


def _stop(advice: OwnAdvice | None, *, walk: bool) -> Iterator[Conclusion]:
    """What keeps a person from exercising until somebody has agreed, or until it is over."""
    yield Conclusion("triage", "before_exercising")
    if advice is not None:
        yield Conclusion("own_advice", advice.headline)
        yield from (Conclusion("action", text) for text in advice.actions)
    if not walk:
        yield Conclusion("no_walk", "walking")


def _exclusions(excludes: Exclusions, pack: Pack) -> Iterator[Conclusion]:
    yield from (Conclusion("exclude_property", name) for name in excludes.properties)
    yield from (Conclusion("exclude_exercise", name) for name in excludes.exercises)
    yield from (Conclusion("exclude_phase", name) for name in excludes.phases)
    if excludes.all_but:
        spared = set(excludes.all_but)
        yield from (Conclusion("exclude_exercise", e.id) for e in pack.exercises if e.id not in spared)


def _sources(facts: Iterable[Claim]) -> tuple[str, ...]:
    """The sources behind a row; a row that rests on none says so."""
    return tuple(dict.fromkeys(source for fact in facts for source in fact.sources)) or (EXPERT_CHOICE,)


def compile_offer(
    tree: Tree, lexicon: Lexicon, complain: Complain, path: Path, stage: Stage | None = None
) -> Condition:
    """The condition under which an exercise is offered or a slot is used; no tree means always."""
    if tree is None:
        return ALWAYS
    authored = TreeReader(lexicon, complain).read(tree, path, stage=stage)
    if authored is None:
        return ALWAYS
    if authored.sided(lexicon):
        complain(path, "side-open", "a fact with sides is read; say side: any, both, left or right")
        return ALWAYS
    condition = authored.resolve(lexicon, None)
    try:
        longest = max((len(alternative) for alternative in alternatives(condition)), default=0)
    except ValueError as error:
        complain(path, "too-large", str(error))
        return ALWAYS
    if longest > _MOST_TESTS:
        complain(path, "too-large", f"one alternative of the condition has {longest} tests; at most {_MOST_TESTS}")
        return ALWAYS
    return condition


__all__ = ["EXPERT_CHOICE", "POINT_TARGETS", "Rule", "TreeReader", "build_rules", "compile_offer"]
