"""Judging one invariant: its claims are asked one after the other, and what is found is run again on the library."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias

import attrs
import z3

from psoas_rules.casebook import Expect, WholeCase, run_case
from psoas_rules.conditions import ALWAYS, Value
from psoas_rules.invariants import Accepted, Invariant, Invariants, condition_of
from psoas_rules.loading import Rulebook
from psoas_rules.pack import PROFILES
from psoas_rules.proving.answers import AGE, intake_data
from psoas_rules.proving.encoding import World
from psoas_rules.proving.replaying import Library, Observed, Reader, differences
from psoas_rules.proving.results import Finding, Person, Result, Verdict
from psoas_rules.proving.solving import DEFAULT_SECONDS, Answer, Asker
from psoas_rules.proving.theorems import THEOREMS, Bench, Claim, Group
from psoas_rules.proving.theorems.loads import SETS
from psoas_rules.proving.values import FALSE, THOUSANDTHS, every, no, some
from psoas_rules.shapes import structure

MOST_EXAMPLES: Final = 3
"""Counterexamples of one invariant; there may be more, but these are enough to mend it."""

MOST_LOOKED_UP: Final = 6
"""Claims of one invariant for which somebody is looked up, once there is a counterexample."""

MOST_TRIED: Final = 20
"""Claims of one invariant for which somebody is looked up while there is none."""

_MOST_TRIES: Final = 3
"""How often somebody else is looked for when an exercise did not come to stand in the session."""

_OF_PATTERNS: Final = ("sign.", "measure.")
"""The facts from which patterns are weighed."""

_WORST_FIRST: Final = ("disagreement", "refuted", "undecided", "note", "accepted")
_WITHOUT_PEOPLE: Final = "No answers lead there."
_NOT_SEEN: Final = (
    "By the formulas somebody may get '{}', but in no session that was tried did it find a place. It may never do so; "
    "the formulas leave open what is taken first."
)
_TOO_LONG: Final = "The solver did not finish in time."
_BY_THE_TABLES: Final = "This can be read off the tables; it does not hang on anybody's answers."


_Pair: TypeAlias = tuple[Claim, z3.BoolRef]
"""A claim, and somebody who breaks it."""


class Judge:
    """Judges the invariants of one pack.

    Args:
        book: The rulebook.
        stated: What is to be proved, with its lists.
        seconds: How long the solver may think about one question.
        examples: How many counterexamples of one invariant to look for; there may be more.
    """

    def __init__(
        self, book: Rulebook, stated: Invariants, *, seconds: float = DEFAULT_SECONDS, examples: int = MOST_EXAMPLES
    ) -> None:
        self.book = book
        self.seconds = seconds
        self.examples = examples
        self.bench = Bench(book, stated)

    @cached_property
    def _library(self) -> Library:
        return Library(self.book)

    def judge(self, invariant: Invariant) -> Result:
        """What becomes of an invariant."""
        started = time.monotonic()
        findings: list[Finding] = []
        claims = queries = 0
        used: set[str] = set()
        for group in THEOREMS[invariant.kind](self.bench, invariant):
            round_ = _Round(self, invariant, group, used)
            findings += round_.findings()
            claims += len(group.claims)
            queries += round_.queries
        findings += _unused(invariant, used)
        findings.sort(key=lambda finding: _WORST_FIRST.index(finding.kind))
        seconds = round(time.monotonic() - started, 3)
        verdict = _verdict(findings)
        return Result(invariant.id, invariant.title, invariant.kind, verdict, claims, queries, seconds, tuple(findings))

    def scenes(self, worlds: Sequence[World]) -> Sequence[tuple[z3.BoolRef, ...]]:
        """For each profile, answers that lead to it: most of what can happen at all can happen with one of these.

        What is looked for with these answers given is found quickly; what is not found must be looked for without.
        """
        return self._scenes if list(worlds) == [self.bench.world] else ()

    @cached_property
    def _scenes(self) -> Sequence[tuple[z3.BoolRef, ...]]:
        world, asker = self.bench.world, Asker(self.bench.world.answers, seconds=self.seconds)
        signs = frozenset(fact for fact in world.answers.given if fact.startswith(_OF_PATTERNS))
        scenes = []
        for profile in PROFILES:
            answer = asker.ask(every((world.outcome("routine"), world.profile(profile))))
            for facts in answer.people:
                pins = world.answers.pinned({fact: value for fact, value in facts.items() if fact in signs}, signs)
                scenes.append(tuple(pins))
        return scenes

    def person(self, facts: Mapping[str, Value], observed: Observed) -> Person:
        """Somebody with these answers, as a reader sees them."""
        intake = intake_data(self.book.lexicon, facts)
        return Person(facts, intake, tuple(in_words(self.book, facts)), _outcome(self.book, observed))

    def fails(self, case: Mapping[str, Any]) -> bool:
        """Whether a case fails on the library."""
        expect, wrong = structure(case["expect"], Expect)
        if expect is None or wrong:
            raise AssertionError(f"a case cannot be read: {wrong}")
        whole = WholeCase(name=case["name"], intake=case["intake"], expect=expect)
        return run_case(self.library.recommender, "", whole) is not None

    @property
    def library(self) -> Library:
        """The library, run with the rulebook."""
        return self._library


def _verdict(findings: Iterable[Finding]) -> Verdict:
    kinds = {finding.kind for finding in findings}
    if "refuted" in kinds:
        return "refuted"
    return "undecided" if kinds & {"undecided", "disagreement"} else "proved"


def _unused(invariant: Invariant, used: set[str]) -> Iterator[Finding]:
    for accepted in invariant.accepted:
        if accepted.name not in used:
            says = f"The accepted gap '{accepted.name}' is still there."
            why = f"The gap '{accepted.name}' is not there any more; it need not be accepted."
            yield Finding("note", accepted.name, says, why=why)


class _Round:
    """The claims of one group, under way."""

    def __init__(self, judge: Judge, invariant: Invariant, group: Group, used: set[str]) -> None:
        self.judge = judge
        self.invariant = invariant
        self.group = group
        self.used = used
        answers = [world.answers for world in group.worlds]
        self.asker = Asker(*answers, rules=group.rules, seconds=judge.seconds) if answers else None
        self._readers: dict[int, Reader] = {}

    @property
    def queries(self) -> int:
        """How many questions the solver was asked."""
        return self.asker.queries if self.asker is not None else 0

    def findings(self) -> list[Finding]:
        """What is not as the claims say."""
        if self.asker is None:
            return [self._lost(c, c.broken or _BY_THE_TABLES) for c in self.group.claims if z3.is_true(c.goal)]
        wanted = [claim for claim in self.group.claims if claim.wanted]
        feared = [claim for claim in self.group.claims if not claim.wanted]
        return [*self._missing(self.asker, wanted), *self._present(self.asker, feared)]

    # Somebody who must exist

    def _missing(self, asker: Asker, claims: Sequence[Claim]) -> list[Finding]:
        """The claims that nobody shows. Each person who is found settles every claim that holds for them."""
        findings = []
        for claim in claims:
            scenes = self.judge.scenes(self.group.worlds) if claim.in_routine else ()
            if any(asker.holds(claim.goal, scene) for scene in scenes):
                continue
            found = asker.witness(claim.goal)
            if found == "unknown":
                findings.append(self._told(claim, "undecided", _TOO_LONG))
            elif found is None:
                findings.append(self._lost(claim, claim.broken or _WITHOUT_PEOPLE))
        return findings

    def _lost(self, claim: Claim, why: str) -> Finding:
        """The finding about a claim that fails whoever it is about, unless that is accepted."""
        for accepted in self.invariant.accepted:
            if claim.key in accepted.claims and accepted.when in (None, ALWAYS):
                self.used.add(accepted.name)
                return Finding("accepted", accepted.name, claim.says, why=accepted.because)
        return self._told(claim, "refuted", why)

    # Somebody who must not exist

    def _present(self, asker: Asker, claims: Sequence[Claim]) -> list[Finding]:
        """The claims that somebody breaks. All are asked at once first: mostly there is nobody at all."""
        left = [(claim, self._unaccepted(claim)) for claim in self._open(asker, claims)]
        found = self._noted(asker, [pair for pair in left if pair[0].note])
        left = [pair for pair in left if not pair[0].note]
        examples = looked_up = 0
        while left and examples < self.judge.examples and looked_up < (MOST_LOOKED_UP if examples else MOST_TRIED):
            answer = asker.witness(some(goal for _, goal in left))
            if answer is None:
                left = []
                break
            if answer == "unknown":
                return [*found, *(self._told(claim, "undecided", _TOO_LONG) for claim, _ in left)]
            broken = [pair for pair in left if z3.is_true(answer.eval(pair[1], model_completion=True))]
            claim, goal = self._likeliest(answer, broken)
            left = [pair for pair in left if pair[0] is not claim]
            finding = self._looked_up(asker, claim, goal)
            looked_up += 1
            examples += finding.kind == "refuted"
            found.append(finding)
            if finding.kind == "disagreement":
                # Nothing that these formulas say counts.
                break
        return [*found, *self._further(left, examples), *self._accepted(asker, claims)]

    def _noted(self, asker: Asker, pairs: Sequence[_Pair]) -> list[Finding]:
        """The claims that are only worth knowing when they do not hold; nobody is looked up for them."""
        found: list[Finding] = []
        left = list(pairs)
        while left:
            answer = asker.witness(some(goal for _, goal in left))
            if answer is None or answer == "unknown":
                break
            broken = [pair for pair in left if z3.is_true(answer.eval(pair[1], model_completion=True))]
            found += [self._told(claim, "refuted", claim.broken) for claim, _ in broken]
            left = [pair for pair in left if pair not in broken]
        return found

    def _likeliest(self, model: z3.ModelRef, broken: Sequence[_Pair]) -> _Pair:
        """Of the claims that somebody breaks, one that shows in the session that this person really gets, if any."""
        seen = [self.judge.library.observe(world.answers.facts(model)) for world in self.group.worlds]
        real = [pair for pair in broken if all(pair[0].step in observed.steps for observed in seen)]
        return (real or [pair for pair in broken if not pair[0].step] or list(broken))[0]

    def _further(self, left: Sequence[_Pair], examples: int) -> Iterator[Finding]:
        """What was not looked at: there are examples enough, or too many claims for which nobody was found."""
        if left and examples:
            says = f"{len(left)} further claims were not looked at. Mend what was found first."
            yield Finding("note", "further", "Every claim was looked at.", why=says)
        elif left:
            names = ", ".join(dict.fromkeys(claim.key for claim, _ in left))
            yield Finding("undecided", "further", f"{len(left)} further claims hold.", why=f"Not decided: {names}.")

    def _open(self, asker: Asker, claims: Sequence[Claim]) -> list[Claim]:
        """The claims that are not proved yet by what is easier to answer."""
        wide = [(claim, self._unaccepted(claim, wider=True)) for claim in claims]
        if all(claim.wider is None for claim in claims):
            return list(claims)
        return self._halved(asker, wide, [])

    def _halved(self, asker: Asker, pairs: Sequence[_Pair], found: list[Claim]) -> list[Claim]:
        """Those for which somebody is found: halves in which there is nobody are put aside whole.

        When there are examples enough, the rest is left open: it is not proved, and need not be looked at.
        """
        if len(found) >= MOST_LOOKED_UP:
            return [*found, *(claim for claim, _ in pairs)]
        if not pairs or asker.witness(some(goal for _, goal in pairs)) is None:
            return found
        if len(pairs) == 1:
            return [*found, pairs[0][0]]
        middle = len(pairs) // 2
        return self._halved(asker, pairs[middle:], self._halved(asker, pairs[:middle], found))

    def _unaccepted(self, claim: Claim, *, wider: bool = False) -> z3.BoolRef:
        """Somebody who breaks the claim and is not among those for whom that is accepted."""
        goal = claim.wider if wider and claim.wider is not None else claim.goal
        for accepted in self.invariant.accepted:
            if not accepted.claims or claim.key in accepted.claims:
                goal = every((goal, no(self._among(accepted))))
        return goal

    def _among(self, accepted: Accepted) -> z3.BoolRef:
        """Whether somebody is among those of an accepted gap: the last person, where there are two."""
        return self.group.worlds[-1].answered(condition_of(accepted))

    def _accepted(self, asker: Asker, claims: Sequence[Claim]) -> Iterator[Finding]:
        """The accepted gaps that somebody really meets."""
        for accepted in self.invariant.accepted:
            about = [claim for claim in claims if not accepted.claims or claim.key in accepted.claims]
            goal = every((some(claim.goal for claim in about), self._among(accepted))) if about else FALSE
            if asker.ask(goal, smallest=False).found == "found":
                self.used.add(accepted.name)
                yield Finding("accepted", accepted.name, f"Accepted for {len(about)} claims.", why=accepted.because)

    def _looked_up(self, asker: Asker, claim: Claim, goal: z3.BoolRef) -> Finding:
        """Somebody who breaks a claim, run again on the library."""
        wishes: list[z3.BoolRef] = []
        for _ in range(_MOST_TRIES):
            answer = asker.ask(every((goal, *wishes)))
            if answer.found == "unknown":
                return self._told(claim, "undecided", _TOO_LONG)
            if answer.found == "none":
                break
            finding = self._replayed(claim, answer)
            if finding is not None:
                return finding
            # Whoever asks for an exercise by name is likelier to get it.
            wishes = [world.answers.says(f"preference.wants.{claim.step}") for world in self.group.worlds]
            goal = every((goal, self._otherwise(answer)))
        return self._told(claim, "undecided", _NOT_SEEN.format(claim.step))

    def _replayed(self, claim: Claim, answer: Answer) -> Finding | None:
        """The finding, when the library says the same; None when the exercise found no place in the session."""
        seen = [self.judge.library.observe(facts) for facts in answer.people]
        people = tuple(self.judge.person(f, o) for f, o in zip(answer.people, seen, strict=True))
        for world, facts, observed in zip(self.group.worlds, answer.people, seen, strict=True):
            differ = differences(self._reader(world).read(facts), observed)
            if differ and not observed.failure:
                return attrs.evolve(self._told(claim, "disagreement", "; ".join(differ)), people=people)
        if claim.step and any(claim.step not in observed.steps and not observed.failure for observed in seen):
            return None
        finding = self._told(claim, "refuted", _failure(seen))
        return attrs.evolve(finding, people=people, case=self._case(claim, people, seen))

    def _otherwise(self, answer: Answer) -> z3.BoolRef:
        """Somebody who does not answer as the one before."""
        people = zip(self.group.worlds, answer.people, strict=True)
        return some(no(every(world.answers.pinned(facts))) for world, facts in people)

    def _reader(self, world: World) -> Reader:
        found = self._readers.get(id(world))
        if found is None:
            found = self._readers[id(world)] = Reader(world)
        return found

    def _told(self, claim: Claim, kind: str, why: str) -> Finding:
        noted = claim.note and kind == "refuted"
        return Finding("note" if noted else kind, claim.key, claim.says, why=why)  # type: ignore[arg-type]

    def _case(self, claim: Claim, people: Sequence[Person], seen: Sequence[Observed]) -> dict[str, Any] | None:
        """A case that fails as long as the claim is broken."""
        expect = dict(claim.expect)
        if claim.most is not None:
            expect = _at_most(claim.step, *claim.most, seen[-1])
        elif not expect and claim.step and len(seen) > 1:
            expect = _no_more(claim.step, seen)
        if not expect:
            return None
        case = {"name": claim.says, "intake": dict(people[-1].intake), "expect": expect}
        return case if self.judge.fails(case) else None


def _no_more(exercise: str, seen: Sequence[Observed]) -> dict[str, Any]:
    """What a case expects of the dose that the last person gets: what the first one gets."""
    before, after = (dict(observed.doses.get(exercise, ())) for observed in seen)
    changed = {field: number for field, number in before.items() if number is not None and after.get(field) != number}
    numbers = {field: number // 1000 if number % 1000 == 0 else number / 1000 for field, number in changed.items()}
    return {"outcome": "routine", "doses": {exercise: numbers}} if numbers else {}


def _at_most(exercise: str, fields: Sequence[str], most: float, seen: Observed) -> dict[str, Any]:
    """What a case expects of a dose that is over the most: as much of each number as there is room for."""
    left, numbers = round(most * THOUSANDTHS), {}
    for field in fields:
        given = dict(seen.doses.get(exercise, ())).get(field)
        if given is not None and given > left:
            numbers[field] = left // THOUSANDTHS if left % THOUSANDTHS == 0 else left / THOUSANDTHS
        # Sets and extra sets share the room; other numbers have it each for themselves.
        left -= min(given or 0, left) if fields == SETS else 0
    return {"outcome": "routine", "doses": {exercise: numbers}} if numbers else {}


def _failure(seen: Iterable[Observed]) -> str:
    return "; ".join(f"there is no outcome: {observed.failure}" for observed in seen if observed.failure)


def in_words(book: Rulebook, facts: Mapping[str, Value]) -> Iterator[str]:
    """What somebody answers, in words; what is denied as a whole is one line."""
    lexicon = book.lexicon
    required = frozenset(lexicon.required)
    denied = [fact for fact in lexicon.required if facts.get(fact) is False]
    unanswered = [fact for fact in lexicon.required if fact not in facts]
    if denied:
        yield "all other safety questions: no" if len(denied) < len(required) else "all safety questions: no"
    for fact in unanswered:
        yield f"{lexicon.label(fact)}: not answered"
    # Conditions that follow from the age say nothing new.
    from_age = frozenset(name for name, _, _ in lexicon.ages) if AGE in facts else frozenset()
    for fact, value in facts.items():
        if fact in from_age:
            continue
        spec = lexicon.spec(fact)
        if spec.answer in ("many", "names"):
            if not any(other.startswith(f"{fact}.") for other in facts):
                yield f"{spec.label}: none of them"
        elif fact not in required or value is not False:
            yield f"{lexicon.label(fact)}" if _entry(book, fact) else f"{lexicon.label(fact)}: {spec.text(value)}"


def _entry(book: Rulebook, fact: str) -> bool:
    """Whether a fact is something on a list."""
    above = book.lexicon.specs.get(fact.rpartition(".")[0])
    return above is not None and above.answer in ("many", "names")


def _outcome(book: Rulebook, observed: Observed) -> str:
    """What came out, in a line."""
    if observed.failure:
        return f"no outcome: {observed.failure}"
    if observed.outcome != "routine":
        return f"a {observed.outcome}, level {observed.level}"
    names = [row.name for row in book.pack.exercises if row.id in observed.steps]
    steps = ", ".join(names) or "no steps"
    return f"a routine, level {observed.level}, profile {observed.profile}: {steps}"
