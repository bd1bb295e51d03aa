"""Rule files, and every condition in the pack: what can never hold, what adds nothing, pairs that do not come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from psoas_rules.casebook import pair_cases, run_pair_case
from psoas_rules.checking.examination import Examination
from psoas_rules.checking.reasoning import can_hold, implies, values_in_words
from psoas_rules.conditions import All, Condition, Not, Test
from psoas_rules.conditions import Any as AnyOf
from psoas_rules.facts import FACT_KINDS, FactKind
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import PROGRESS_FOLDER
from psoas_rules.pack import RuleFile, Stage
from psoas_rules.progressing import PROGRESS_KINDS
from psoas_rules.progression import ProgressRule
from psoas_rules.rulebook import TreeReader
from psoas_rules.yaml_reader import Path

_GROUPS: Final = ("all", "any")


@attrs.frozen
class Written:
    """A condition as it stands in the pack.

    Attributes:
        file: The file.
        path: Where in it.
        tree: The condition.
        stage: The stage that reads it; None for a rule of programmes.
        default: The fact that a test reads when it names none.
    """

    file: str
    path: Path
    tree: Any
    stage: Stage | None
    default: str | None = None


def rule_files(examination: Examination) -> Iterator[tuple[str, RuleFile]]:
    """The rule files of the pack, each with its path; those under another name have a problem of their own."""
    for rule in examination.rules.pack.rules:
        file = f"{rule.stage}/{rule.id}.yaml"
        if file in examination.documents:
            yield file, rule


def progress_files(examination: Examination) -> Iterator[tuple[str, ProgressRule]]:
    """The rules of programmes, each with its path; those under another name have a problem of their own."""
    for rule in examination.rules.pack.progress:
        file = f"{PROGRESS_FOLDER}/{rule.id}.yaml"
        if file in examination.documents:
            yield file, rule


def conditions_of(examination: Examination) -> Iterator[Written]:
    """Every condition that is written in the pack."""
    pack = examination.rules.pack
    specs = examination.rules.lexicon.specs
    for file, rule in rule_files(examination):
        yield Written(file, ("when",), rule.when, rule.stage)
    for file, of_programmes in progress_files(examination):
        yield Written(file, ("when",), of_programmes.when, None)
    for kind, file, items in (("sign", "signs.yaml", pack.signs), ("measure", "measures.yaml", pack.measures)):
        for i, item in enumerate(items):
            fact = f"{kind}.{item.id}"
            for j, evidence in enumerate(item.evidence):
                path: Path = (f"{kind}s", i, "evidence", j, "when")
                yield Written(file, path, evidence.when, "evidence", fact if fact in specs else None)
    for i, row in enumerate(pack.conditions):
        for j, further in enumerate(row.further):
            yield Written("conditions.yaml", ("conditions", i, "further", j, "when"), further.when, "triage")
    for exercise in pack.exercises:
        if exercise.offer_if is not None:
            yield Written(f"exercises/{exercise.id}.yaml", ("offer_if",), exercise.offer_if, "dosage")
    for profile, session in pack.sessions.sessions.items():
        for i, use in enumerate(session):
            if use.when is not None:
                yield Written("slots.yaml", ("sessions", profile, i, "when"), use.when, "dosage")


def check_conditions(examination: Examination) -> None:
    """Every condition can hold and can fail, and every part of it matters."""
    for written in conditions_of(examination):
        _Reader(examination, written).check()


class _Reader:
    """Looks through one condition, part by part."""

    def __init__(self, examination: Examination, written: Written) -> None:
        self.examination = examination
        self.written = written
        book = examination.rules
        self.lexicon: Lexicon = book.lexicon
        kinds: Sequence[FactKind] = FACT_KINDS
        if written.stage is None and book.progress is not None:
            self.lexicon, kinds = book.progress.lexicon, (*FACT_KINDS, *PROGRESS_KINDS)
        self.reader = TreeReader(self.lexicon, lambda *_: None, tuple(kinds))

    def check(self) -> None:
        """Tells what is wrong with it."""
        if self._condition(self.written.tree) is not None:
            self._look(self.written.tree, self.written.path)

    def _condition(self, tree: Any) -> Condition | None:
        whole = self._whole(tree)
        return None if whole is None else _answered(whole)

    def _whole(self, tree: Any) -> Condition | None:
        """The condition with what is feared of those who have not answered."""
        authored = self.reader.read(tree, (), default=self.written.default, stage=self.written.stage)
        return None if authored is None else authored.resolve(self.lexicon, "left")

    def _look(self, tree: Mapping[str, Any], path: Path) -> bool:
        """Looks through one part; whether something in it can never hold, which is told where it begins."""
        inner = [part for group in _GROUPS for part in enumerate(tree.get(group, ()))]
        group = next((group for group in _GROUPS if group in tree), None)
        told = [self._look(part, (*path, group, i)) for i, part in inner if group is not None]
        if "not" in tree:
            told.append(self._look(tree["not"], (*path, "not")))
        condition = self._condition(tree)
        if any(told) or condition is None:
            return True
        if not can_hold(condition, self.lexicon):
            self.examination.tell(self.written.file, path, "never-holds", self._never(tree, condition))
            return True
        if group is None and "not" not in tree:
            self._always(condition, path)
        elif group is not None:
            self._idle_parts(tree[group], group, path)
        return False

    def _never(self, tree: Mapping[str, Any], condition: Condition) -> str:
        read = list(dict.fromkeys(test.fact for test in _leaves(condition)))
        alone = [fact for fact in read if not can_hold(_only(condition, fact), self.lexicon)]
        facts = list(dict.fromkeys(self.lexicon.spec(fact).key for fact in alone or read))
        spec = self.lexicon.spec(next(_leaves(condition)).fact)
        if not any(key in tree for key in (*_GROUPS, "not")):
            tests = [f"{test.op} {test.value}" for test in _leaves(condition)]
            if len(tests) > 1:
                return f"no answer to '{spec.key}' is {' and '.join(tests)} at once"
            return f"no answer makes this true: '{spec.key}' is {values_in_words(spec)}"
        return f"this can never be true: its parts ask for different answers to {_named(facts)}"

    def _always(self, condition: Condition, path: Path) -> None:
        leaves = list(_leaves(condition))
        if any(test.op == "answered" for test in leaves):
            return
        if not can_hold(Not(condition), self.lexicon):
            spec = self.lexicon.spec(leaves[0].fact)
            message = (
                f"every answer to '{spec.key}' passes this test ({values_in_words(spec)}); "
                "mend it, or write answered: yes"
            )
            self.examination.tell(self.written.file, path, "always-holds", message)

    def _idle_parts(self, parts: list[Any], group: str, path: Path) -> None:
        """Tells of parts that change nothing because another part decides."""
        whole = [part for part in map(self._whole, parts) if part is not None]
        idle: set[int] = set()
        for i, one in enumerate(whole):
            for j, other in enumerate(whole):
                if i == j or i in idle or j in idle:
                    continue
                first, second = (one, other) if group == "any" else (other, one)
                # For those who have answered, and for all others too: `answered` can be what keeps these out.
                pairs = ((_answered(first), _answered(second)), (first, second))
                if all(implies(*pair, self.lexicon) for pair in pairs):
                    idle.add(i)
                    reason = "whenever it holds, that one holds too" if group == "any" else "that one asks for more"
                    message = f"this part changes nothing beside part {j + 1} of '{group}': {reason}"
                    self.examination.tell(self.written.file, (*path, group, i), "adds-nothing", message)


def _answered(condition: Condition) -> Condition:
    """The condition for people who have answered: what is feared of the others does not count."""
    match condition:
        case Test():
            return attrs.evolve(condition, when_unknown=False)
        case Not(part):
            return Not(_answered(part))
        case All(parts):
            return All([_answered(part) for part in parts])
        case AnyOf(parts):
            return AnyOf([_answered(part) for part in parts])


def _only(condition: Condition, fact: str) -> Condition:
    """Those parts of an `all` that read this fact and no other."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    return All([part for part in parts if {test.fact for test in _leaves(part)} == {fact}])


def _leaves(condition: Condition) -> Iterator[Test]:
    match condition:
        case Test():
            yield condition
        case Not(part):
            yield from _leaves(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)


def _named(names: list[str]) -> str:
    shown = [f"'{name}'" for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _with_pairs(examination: Examination) -> Iterator[tuple[str, RuleFile | ProgressRule]]:
    """Every file with a rule that has a pair beside it."""
    yield from rule_files(examination)
    yield from progress_files(examination)


def check_rules(examination: Examination) -> None:
    """No rule stands twice, and none is left unfinished."""
    seen: dict[str, str] = {}
    for file, rule in _with_pairs(examination):
        if rule.status == "draft":
            message = "this rule is a draft, and a draft fires like any other; have it read, then write reviewed"
            examination.tell(file, ("status",), "draft", message)
        same = repr((rule.stage, rule.when, rule.then, isinstance(rule, RuleFile) and rule.for_each_side))
        if same in seen:
            message = f"this says the same as {seen[same]}; keep one of them"
            examination.tell(file, ("when",), "rule-twice", message)
        seen.setdefault(same, file)


def check_pairs(examination: Examination) -> None:
    """The pair beside each rule comes out, and shows the edge of the rule."""
    for file, rule in _with_pairs(examination):
        rules, lexicon = pair_cases(rule)[0].known_by(examination.rules)
        if not all(case.of(rules) for case in pair_cases(rule)):
            # Retired, or its condition cannot be read, which is told.
            continue
        failures = [found for case in pair_cases(rule) if (found := run_pair_case(rules, lexicon, case)) is not None]
        for failure in failures:
            known = not failure.expected.startswith("answers")
            code = f"pair-{failure.name}" if known else "pair-answer"
            message = f"{failure.expected}, but {failure.got}" if known else failure.got
            examination.tell(file, ("cases", failure.name), code, message)
        if not any(failure.expected.startswith("answers") for failure in failures):
            _apart(examination, file, rule)


def _apart(examination: Examination, file: str, rule: RuleFile | ProgressRule) -> None:
    """Tells when the two examples of a rule differ in more than one answer."""
    fires, quiet = rule.cases.fires, rule.cases.quiet
    # The two sides of one answer count as one.
    names = [name for name in {**fires, **quiet} if fires.get(name) != quiet.get(name)]
    apart = list(dict.fromkeys(name.removesuffix(".left").removesuffix(".right") for name in names))
    if len(apart) > 1:
        message = (
            f"'quiet' differs from 'fires' in {len(apart)} answers ({', '.join(apart)}); change one only, "
            "so that the pair shows which answer decides"
        )
        examination.tell(file, ("cases", "quiet"), "pair-far", message)
