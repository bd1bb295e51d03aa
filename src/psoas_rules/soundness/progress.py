"""Rules of programmes conclude what their stage can do, about what exists, and never more when things get worse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

import attrs

from psoas_rules.facts import FACT_KINDS, SECTIONS
from psoas_rules.hints import nearest, show
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import PROGRESS_FOLDER, Reading, Rulebook
from psoas_rules.progressing import COUNTS_OF_MARKS, PROGRESS_KINDS
from psoas_rules.progression import ProgrammePlan, ProgressRule, ProgressStage, ProgressThen, Worse
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.soundness.programmes import gaps
from psoas_rules.soundness.telling import tell
from psoas_rules.yaml_reader import Path

_STAGES_OF: Final[Mapping[str, ProgressStage]] = {
    "marks": "report",
    "change": "exercise",
    "volume": "exercise",
    "course": "programme",
    "days": "programme",
    "targets": "programme",
    "answers": "programme",
}
"""In which stage each key of `then` works."""
_MAIN: Final[Mapping[ProgressStage, str]] = {"report": "marks", "programme": "course", "exercise": "change"}
"""What a rule of each stage has to conclude."""
_WITH_DAYS: Final = ("deload", "flare")
_LONGEST_DAYS: Final = 60

_Way: TypeAlias = Literal["good", "bad"]


def check_progress(reading: Reading, book: Rulebook) -> None:
    """Every rule of programmes concludes what can follow, and reads worse news on one side only."""
    plan = book.pack.programme
    if plan is None or book.progress is None:
        return
    for rule in book.pack.progress:
        if f"{PROGRESS_FOLDER}/{rule.id}.yaml" in reading.documents:
            one = _Rule(reading, book, plan, book.progress.lexicon, rule)
            one.sources()
            one.say()
            one.then()
            one.monotone()


@attrs.frozen(eq=False)
class _Rule:
    """Checks one rule."""

    reading: Reading
    book: Rulebook
    plan: ProgrammePlan
    lexicon: Lexicon
    rule: ProgressRule

    def tell(self, path: Path, code: str, message: str) -> None:
        """Notes a problem."""
        tell(self.reading, f"{PROGRESS_FOLDER}/{self.rule.id}.yaml", path, code, message)

    def _known(self, what: str, given: Iterable[str], known: Collection[str], path: Path) -> None:
        for i, name in enumerate(given):
            if name not in known:
                near = nearest(name, sorted(known))
                self.tell((*path, i), "unknown-name", f"unknown {what} {show(name)}{near}")

    def sources(self) -> None:
        """Every rule has a source that exists."""
        if not self.rule.sources:
            self.tell(("sources",), "unsourced", f"name a source, or {EXPERT_CHOICE}")
        self._known("source", self.rule.sources, {source.id for source in self.book.pack.sources}, ("sources",))

    def say(self) -> None:
        """What is filled in stands in plain braces; whether the rule reads it is told when it is made ready."""
        for gap in gaps(self.rule.say or ""):
            if not gap.isidentifier() and gap.partition("!")[0].partition(":")[0].isidentifier():
                self.tell(("say",), "bad-value", f"{{{gap}}} has more than a name in it; write the name alone")

    def then(self) -> None:
        """What follows belongs to the stage, is complete, and names what exists."""
        rule, then = self.rule, self.rule.then
        for key, stage in _STAGES_OF.items():
            if getattr(then, key) not in (None, (), {}) and rule.stage != stage:
                message = f"'{key}' works only in the stage '{stage}'; leave it out, or change the stage"
                self.tell(("then", key), "no-effect", message)
        main = _MAIN[rule.stage]
        if getattr(then, main) in (None, ()):
            message = f"'{main}' is missing: what follows from a rule of the stage '{rule.stage}'?"
            self.tell(("then",), "no-effect", message)
        self._known("mark", then.marks, self.plan.marks, ("then", "marks"))
        self._known("target", then.targets, self.book.pack.vocabulary.targets, ("then", "targets"))
        self._volume(then)
        self._days(then)
        self._with_course(then)
        self._answers(then)

    def _volume(self, then: ProgressThen) -> None:
        if then.change == "reduce" and then.volume is None:
            self.tell(("then",), "missing-key", "'volume' is missing: which share of the work is left?")
        elif then.volume is not None and then.change != "reduce":
            self.tell(("then", "volume"), "no-effect", "'volume' works only with 'change: reduce'")
        elif then.volume is not None and not 0 < then.volume < 1:
            message = f"volume is {then.volume:g}; it must lie between 0 and 1"
            self.tell(("then", "volume"), "out-of-range", message)

    def _days(self, then: ProgressThen) -> None:
        if then.course in _WITH_DAYS and then.days is None:
            self.tell(("then",), "missing-key", f"'days' is missing: how long does '{then.course}' last?")
        elif then.days is not None and then.course not in (*_WITH_DAYS, "ease"):
            courses = ", ".join(f"'course: {one}'" for one in (*_WITH_DAYS, "ease"))
            message = f"'days' works only with {courses}"
            self.tell(("then", "days"), "no-effect", message)
        elif then.days is not None and not 1 <= then.days <= _LONGEST_DAYS:
            message = f"days is {then.days}; it must be from 1 to {_LONGEST_DAYS}"
            self.tell(("then", "days"), "out-of-range", message)

    def _with_course(self, then: ProgressThen) -> None:
        if then.course == "refer" and not then.answers:
            message = "'answers' is missing: which answer leads to the advice? Such as red_flag.new_pain: yes"
            self.tell(("then",), "missing-key", message)
        if then.targets and then.course not in (None, "note"):
            self.tell(("then", "targets"), "no-effect", "'targets' works only with 'course: note'")
        if then.answers and then.course not in (None, "note", "refer"):
            self.tell(("then", "answers"), "no-effect", "'answers' works only with 'course: note' and 'course: refer'")

    def _answers(self, then: ProgressThen) -> None:
        known = {name: spec for name, spec in self.book.lexicon.specs.items() if spec.kind in SECTIONS}
        for name, given in then.answers.items():
            path: Path = ("then", "answers", name)
            spec = known.get(name)
            if spec is None or spec.derive is not None:
                self.tell(path, "unknown-name", f"nobody answers {show(name)}{nearest(name, known)}")
                continue
            try:
                spec.read(given)
            except ValueError as error:
                self.tell(path, "bad-value", str(error))

    def monotone(self) -> None:
        """Worse news never makes a stricter rule quiet, and never lets one fire that gives more."""
        for mark in self.rule.then.marks:
            if f"mark.{mark}" not in self.plan.worse and self._reads_news():
                message = (
                    f"nothing says whether it is worse to be '{mark}'; add mark.{mark} to 'worse' in programme.yaml"
                )
                self.tell(("then", "marks"), "not-monotone", message)
        for wanted, why in dict.fromkeys(self._wanted()):
            for path, fact, way in _ways(self.rule.when, ("when",), self.lexicon, self.plan.worse, denied=False):
                if way != wanted:
                    self.tell(path, "not-monotone", _message(fact, wanted, why))

    def _reads_news(self) -> bool:
        return any(_ways(self.rule.when, ("when",), self.lexicon, self.plan.worse, denied=False))

    def _wanted(self) -> Iterator[tuple[_Way, str]]:
        """On which side the rule may read news, for each of its conclusions."""
        then = self.rule.then
        for mark in then.marks:
            way = self.plan.worse.get(f"mark.{mark}")
            if way is not None:
                yield ("good" if way == "no" else "bad"), f"the mark '{mark}'"
        if then.change is not None:
            yield ("good" if then.change == "progress" else "bad"), f"'{then.change}'"
        if then.course == "lengthen" or (then.course == "note" and then.answers):
            yield "good", f"'{then.course}'"
        elif then.course not in (None, "note") or then.targets:
            yield "bad", f"'{then.course}'"


def _message(fact: str, wanted: _Way, why: str) -> str:
    if wanted == "good":
        return (
            f"'{fact}' can make this fire when it is worse or not known, and {why} gives more; "
            "test only that it is good enough"
        )
    return f"'{fact}' can make this quiet when it gets worse, and {why} is the careful answer; test only that it is bad"


def _ways(
    tree: Any, path: Path, lexicon: Lexicon, worse: Mapping[str, Worse], *, denied: bool
) -> Iterator[tuple[Path, str, _Way | None]]:
    """Every test of a fact that can get worse: its place, the fact, and on which side it holds; None for both."""
    if not isinstance(tree, Mapping):
        return
    yield from _ways(tree.get("not"), (*path, "not"), lexicon, worse, denied=not denied)
    for group in ("all", "any"):
        parts = tree.get(group)
        for i, part in enumerate(parts if isinstance(parts, list) else ()):
            yield from _ways(part, (*path, group, i), lexicon, worse, denied=denied)
    kind = next((kind for kind in (*FACT_KINDS, *PROGRESS_KINDS) if kind in tree), None)
    name = f"{kind}.{tree[kind]}" if kind is not None else ""
    spec = lexicon.specs.get(name)
    bad = _worse(name, worse)
    if spec is None or bad is None or (bad in ("yes", "no")) is not (spec.answer == "yes_no"):
        # Nothing is said about it, or what is said cannot be, which is told with the plan.
        return
    for op in (key for key in tree if key not in (kind, "side")):
        if op == "answered":
            # A known fact says nothing about how bad it is; one that is not known never counts as good.
            if denied:
                yield (*path, op), name, "bad"
            continue
        yield (*path, op), name, _way(op, tree[op], bad, denied=denied)


def _worse(name: str, worse: Mapping[str, Worse]) -> Worse | None:
    """Which way a fact is worse; what counts a mark goes with the mark."""
    kind, _, key = name.partition(".")
    if kind in COUNTS_OF_MARKS:
        mark = worse.get(f"mark.{key}")
        return None if mark is None else "higher" if mark == "yes" else "lower"
    return worse.get(name)


def _way(op: str, given: object, bad: Worse, *, denied: bool) -> _Way | None:
    if bad in ("yes", "no"):
        holds_bad = (given in (True, "yes")) is (bad == "yes")
    elif op in ("at_least", "above"):
        holds_bad = bad == "higher"
    elif op in ("at_most", "below"):
        holds_bad = bad == "lower"
    else:
        return None
    return "bad" if holds_bad is not denied else "good"
