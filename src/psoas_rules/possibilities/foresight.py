"""What can still come out while answers are open: the stages once more, for all answers still to come at once.

Each stage does what `stages` does, with a rule that may fire or may not where `stages` has one that fires or does not.
Answers to come are taken one by one, as if each could go with every other. So `settled`, `certain` and `ruled_out` are
never said wrongly, and `possible` is now and then said of what no combination of answers brings about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, TypeAlias

import attrs

from psoas_rules.assembly import Assembler
from psoas_rules.barriers import Barriers
from psoas_rules.conditions import Value
from psoas_rules.engines import PlainEngine
from psoas_rules.grounds import SHAPING, Grounds
from psoas_rules.kit import Kit
from psoas_rules.loading import rulebook_of
from psoas_rules.pack import LEVELS, PROFILES, SIDES, Stage
from psoas_rules.possibilities.scales import Outlook, ScalesAhead
from psoas_rules.possibilities.worlds import (
    EITHER,
    FAILS,
    HOLDS,
    OPEN,
    Judge,
    Open,
    Span,
    Words,
    World,
)
from psoas_rules.recommender import Recommender
from psoas_rules.stages import TO_ROUTINE, TO_TRIAGE, Compiled, Ready, run
from psoas_rules.tracing import Tracer
from psoas_rules.weighing import Weights

_TELLING: Final = frozenset({"say", "stop_sign", "strict_pain", "triage"})
"""Kinds of conclusions that a routine tells, besides those that shape its session."""

_STOPPING: Final = LEVELS.index("before_exercising")
_AT_ONCE: Final = LEVELS.index("same_day")

_COUNT: Final = "finding.clinician_first_count"
_PROFILE: Final = "finding.profile"
_SESSION: Final = "session"
_EXPERIENCE: Final = "person.experience"
AGE: Final = "person.age"

_RESTRICTING: Final = ("preference.level_max", "preference.avoid_", "preference.minutes")
"""Wishes that take something away; where they are open, nothing is taken."""

_Firing: TypeAlias = tuple[Ready, int]
"""A rule, and whether it fires or may."""


@attrs.frozen
class _Asked:
    """A question that safety hangs on.

    Attributes:
        fact: What it asks for.
        urgency: How dangerous an answer could be.
        surely: Whether it stays without an answer.
        behind: The open questions that decide whether it does.
    """

    fact: str
    urgency: int
    surely: bool = False
    behind: tuple[str, ...] = ()


@attrs.frozen
class Fate:
    """Names by what can become of them: certain in every case, possible in some, ruled out in all.

    Each name is in exactly one of the three.
    """

    certain: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()
    ruled_out: frozenset[str] = frozenset()


@attrs.frozen
class Possible:
    """What can still come out.

    Attributes:
        settled: Whether no answer to an open question can change what the person is told to do (see `essence`).
        kinds: The kinds of outcome that are possible: `routine`, `referral`, `screening`.
        levels: Triage levels. The one in force now is certain when none above it is possible any more.
        profiles: Patterns of a routine.
        exercises: Exercises of a routine, by id.
        matters: Open facts that may still change the outcome.
        decides: For each of these facts, the rules that may fire or not and hang on it.
        pull: For each of these facts, by how much its item can still move a pattern, in hundredths of a point.
    """

    settled: bool
    kinds: frozenset[str]
    levels: Fate
    profiles: Fate
    exercises: Fate
    matters: frozenset[str]
    decides: Mapping[str, tuple[str, ...]]
    pull: Mapping[str, int]


class Possibilities:
    """The possibilities of one recommender.

    Args:
        recommender: What decides.
    """

    def __init__(self, recommender: Recommender) -> None:
        self.pack = recommender.pack
        book = rulebook_of(self.pack)
        self.lexicon = book.lexicon
        self.compiled = Compiled(book, PlainEngine(), remember=False)
        self.kit = Kit(self.compiled, Tracer(self.lexicon, remember=False))
        self.assembler = Assembler(self.kit)
        self.judges: Mapping[int, Judge] = {
            ready.number: Judge.of(ready.rule.when) for those in self.compiled.rules.values() for ready in those
        }
        self.choices = tuple(Judge.of(choice) for choice in self.compiled.choices)
        evidence = [ready.rule for ready in self.compiled.rules["evidence"]]
        self.scales = ScalesAhead(evidence, self.lexicon, Weights.of(self.pack))
        self.urgency: dict[str, int] = {}
        for ready in self.compiled.rules["triage"]:
            for fact in ready.reads:
                self.urgency[fact] = max(self.urgency.get(fact, 0), LEVELS.index(ready.level))
        self.counted = tuple(
            tuple(fact for key in keys for fact in self.lexicon.specs[f"sign.{key}"].facts())
            for keys in (
                [*([sign.id] if sign.answer else []), *sign.parts] for sign in self.pack.signs if sign.evidence
            )
        )

    def given(self, facts: Mapping[str, Value], open_facts: Collection[str]) -> Possible:
        """What can come out when these facts are known, those are open, and all others stay unknown.

        Args:
            facts: What is known, as `Lexicon.facts` gives it.
            open_facts: Facts that may still be answered with anything, or never. An answer given to one of them now
                does not count. A list is opened by its own name, such as `preference.equipment`.
        """
        open_facts = frozenset(open_facts)
        sources = {fact: (fact,) for fact in open_facts}
        for fact, source in self._following(open_facts):
            sources[fact] = (*sources.get(fact, ()), source)
        world: World = {**facts, **dict.fromkeys(sources, OPEN)}
        found = _Foresight(self, world, sources).possible()
        if found.settled and found.kinds == {"routine"}:
            return attrs.evolve(found, exercises=self._in_session(facts, open_facts))
        return found

    def _following(self, open_facts: Collection[str]) -> Iterator[tuple[str, str]]:
        """Facts that follow from open ones, each with the open one."""
        for spec in self.lexicon.specs.values():
            if spec.derive is not None:
                for source in (f"{spec.kind}.{spec.derive.of}.{side}" for side in SIDES):
                    if source in open_facts:
                        yield from ((fact, source) for fact in spec.facts())
            elif spec.name.rpartition(".")[0] in open_facts:
                # An entry of a list.
                yield spec.name, spec.name.rpartition(".")[0]
        if AGE in open_facts:
            yield from ((condition, AGE) for condition, _, _ in self.lexicon.ages)

    def _in_session(self, facts: Mapping[str, Value], open_facts: Collection[str]) -> Fate:
        """The exercises of a settled routine."""
        known = {fact: value for fact, value in facts.items() if fact not in open_facts}
        case = run((*TO_TRIAGE, *TO_ROUTINE), self.compiled, self.compiled.case(known))
        steps = frozenset(step.exercise for step in self.assembler.session(case).steps)
        return Fate(certain=steps, ruled_out=frozenset(self.kit.exercises) - steps)


class _Foresight:
    """One look ahead.

    Args:
        ahead: What is worked out once.
        world: What is known and what is open.
        sources: For each open fact, the open questions that it hangs on.
    """

    def __init__(self, ahead: Possibilities, world: World, sources: Mapping[str, tuple[str, ...]]) -> None:
        self.ahead = ahead
        self.world = dict(world)
        self.sources: dict[str, tuple[str, ...]] = dict(sources)
        self.state: dict[int, int] = {}
        self.decides: dict[str, list[str]] = {}

    def possible(self) -> Possible:
        """What can come out."""
        asked = self._asked()
        early = [*self._assume(), *self._fire("triage")]
        levels = _levels(early)
        kinds = self._kinds(asked, levels)
        if "routine" not in kinds:
            self._matters_for_refusal(asked, early, min(levels), kinds)
            return self._result(kinds, levels, None)
        outlook, late = self._to_routine()
        levels = _levels([*early, *late])
        # A rule after triage can still call for a clinician.
        kinds |= {"referral"} if max(levels) >= _STOPPING else set()
        kinds -= {"routine"} if min(levels) >= _STOPPING else set()
        self._matters_for_routine(asked, [*early, *late], outlook)
        return self._result(kinds, levels, outlook)

    # The stages

    def _fire(self, stage: Stage) -> list[_Firing]:
        """The rules of a stage that fire or may."""
        judges, world = self.ahead.judges, self.world
        found = [(ready, judges[ready.number].state(world)) for ready in self.ahead.compiled.rules[stage]]
        firing = [(ready, state) for ready, state in found if state != FAILS]
        self.state.update((ready.number, state) for ready, state in firing)
        return firing

    def _asked(self) -> list[_Asked]:
        """The questions that safety hangs on, where they are not answered or may stay so."""
        found: dict[str, _Asked] = {}
        for subject, state, ready in _saying("ask", self._fire("screening")):
            urgency, behind = self.ahead.urgency.get(subject, 0), self._behind(ready)
            one = found.get(subject) or _Asked(subject, urgency)
            found[subject] = _Asked(subject, urgency, one.surely or state == HOLDS, (*one.behind, *behind))
        return list(found.values())

    def _assume(self) -> list[_Firing]:
        """Takes conditions that a sign points to as present."""
        firing = self._fire("precaution")
        for subject, state, ready in _saying("treat_as", firing):
            fact = f"condition.{subject}"
            if state == HOLDS:
                self.world[fact] = True
            elif self.world.get(fact) is not True:
                behind = self._behind(ready)
                self.world[fact] = OPEN
                self._hangs_on(fact, behind)
        return firing

    def _to_routine(self) -> tuple[Outlook, list[_Firing]]:
        """The stages after triage, and the rules that fire in them or may."""
        safety = self._fire("safety")
        surely: set[str] = set()
        perhaps: set[str] = set()
        for subject, state, ready in _saying("clinician_first", safety):
            perhaps.add(subject)
            if state == HOLDS:
                surely.add(subject)
            else:
                self._hangs_on(_COUNT, self._behind(ready))
        self.world[_COUNT] = Span(len(surely), len(perhaps))
        outlook = self._weigh()
        return outlook, [*safety, *self._fire("profile"), *self._fire("dosage")]

    def _weigh(self) -> Outlook:
        least = most = 0
        for facts in self.ahead.counted:
            states = [self.world[fact] for fact in facts if fact in self.world]
            least += any(state is not OPEN for state in states)
            most += bool(states)
        outlook = self.ahead.scales.outlook(self.world, (least, most))
        counting: list[str] = []
        if any({"unlikely", "no_information"} <= words for words in outlook.words):
            # Then it also counts how many signs were answered at all.
            counting = [source for fact in chain(*self.ahead.counted) for source in self.sources.get(fact, ())]
        for finding, known, moving in outlook.findings():
            self.world[finding] = known
            behind = [source for fact in moving for source in self.sources.get(fact, ())]
            self._hangs_on(finding, (*behind, *(counting if moving is outlook.pull else ())))
        return outlook

    def _hangs_on(self, fact: str, behind: Iterable[str]) -> None:
        self.sources[fact] = tuple(dict.fromkeys((*self.sources.get(fact, ()), *behind)))

    def _behind(self, ready: Ready) -> list[str]:
        """The open questions that a rule hangs on."""
        found = (self.sources.get(fact, ()) for fact in self.ahead.judges[ready.number].undecided(self.world))
        return list(dict.fromkeys(chain.from_iterable(found)))

    def _kinds(self, asked: Sequence[_Asked], levels: Collection[int]) -> set[str]:
        """The kinds of outcome that triage leaves open."""
        surely = [one.urgency for one in asked if one.surely]
        perhaps = [one.urgency for one in asked]
        kinds: set[str] = set()
        for level in levels:
            open_danger = max(perhaps, default=-1) > level
            if level >= _AT_ONCE or (level >= _STOPPING and not max(surely, default=-1) > level):
                kinds.add("referral")
            if (level < _STOPPING and perhaps) or (level < _AT_ONCE and open_danger):
                kinds.add("screening")
            if level < _STOPPING and not surely:
                kinds.add("routine")
        return kinds

    # What matters

    def _matter(self, facts: Iterable[str], rule: str) -> None:
        """Notes that something which may go either way hangs on these open questions."""
        for fact in facts:
            self.decides.setdefault(fact, []).append(rule)

    def _matters_for_refusal(
        self, asked: Sequence[_Asked], early: Iterable[_Firing], least: int, kinds: Collection[str]
    ) -> None:
        """What can change a referral or a screening: more urgent rules and, for a screening, each open question."""
        floor = max(least, _STOPPING - 1)
        for ready, state in early:
            if state == EITHER and LEVELS.index(ready.level) > floor:
                self._matter(self._behind(ready), ready.rule.id)
        if "screening" in kinds:
            stays = least < _STOPPING or any(one.surely and one.urgency > least for one in asked)
            self._matters_for_screening(asked, -1 if stays else least)

    def _matters_for_screening(self, asked: Sequence[_Asked], above: int) -> None:
        for one in asked:
            if not one.surely and one.urgency > above:
                self._matter(one.behind, f"screening.{one.fact}")

    def _matters_for_routine(self, asked: Sequence[_Asked], firing: Iterable[_Firing], outlook: Outlook) -> None:
        """What can change a routine: every rule that shapes it or tells something, and whatever the session reads."""
        for ready, state in firing:
            if state == EITHER and any(kind in SHAPING or kind in _TELLING for kind, _ in ready.said):
                self._matter(self._behind(ready), ready.rule.id)
        self._matters_for_screening(asked, -1)
        if len(outlook.profiles) > 1:
            self._matter(self.sources.get(_PROFILE, ()), _PROFILE)
        used = {choice for profile in outlook.profiles for _, choice in self.ahead.kit.uses[profile]}
        used |= {known.offer for known in self.ahead.kit.exercises.values()}
        for number in sorted(used):
            if self.ahead.choices[number].state(self.world) == EITHER:
                read = self.ahead.choices[number].undecided(self.world)
                self._matter(chain.from_iterable(self.sources.get(fact, ()) for fact in read), _SESSION)
        for fact, known in self.world.items():
            # Wishes go into the session as they are, and the schedule goes by the experience.
            if known is OPEN and (fact.startswith("preference.") or fact == _EXPERIENCE):
                self._matter(self.sources[fact], _SESSION)

    # The result

    def _result(self, kinds: Collection[str], levels: Collection[int], outlook: Outlook | None) -> Possible:
        sure = kinds == {"routine"}
        exercises = frozenset() if outlook is None or "routine" not in kinds else self._exercises(outlook)
        profiles = frozenset[str]() if outlook is None or "routine" not in kinds else outlook.profiles
        return Possible(
            settled=not self.decides,
            kinds=frozenset(kinds),
            levels=_fate(frozenset(LEVELS[level] for level in levels), LEVELS, sure=True),
            profiles=_fate(profiles, PROFILES, sure=sure),
            exercises=Fate(possible=exercises, ruled_out=frozenset(self.ahead.kit.exercises) - exercises),
            matters=frozenset(self.decides),
            decides={fact: tuple(dict.fromkeys(rules)) for fact, rules in self.decides.items()},
            pull=self._pull(outlook),
        )

    def _pull(self, outlook: Outlook | None) -> dict[str, int]:
        """By how much each open question that matters can move a pattern."""
        found: dict[str, int] = {}
        for fact, moved in outlook.pull.items() if outlook is not None else ():
            for source in self.sources.get(fact, ()):
                if source in self.decides:
                    found[source] = max(found.get(source, 0), moved)
        return found

    def _exercises(self, outlook: Outlook) -> frozenset[str]:
        """The exercises that a routine may hold: a slot can take them, and nothing keeps them out for certain."""
        ahead, firing = self.ahead, [ready for ready in self._ready() if ready.number in self.state]
        listed: set[str] = set()
        for profile in outlook.profiles:
            for use, choice in ahead.kit.uses[profile]:
                if ahead.choices[choice].state(self.world) != FAILS:
                    listed |= {*use.candidates, *use.from_level_2, *use.from_level_3, *use.on_request}
        known = [ahead.kit.exercises[name].exercise for name in listed]
        others = {other for exercise in known for other in (*exercise.substitutes, *exercise.regressions)}
        swaps = [said.conclusion for ready in firing for kind, those in ready.said if kind == "swap" for said in those]
        others |= {swap.other for swap in swaps if swap.subject in listed and swap.other is not None}
        # Each further rule can only add a barrier, so those of the rules that surely fire stay.
        shaping = [one for one in firing if self.state[one.number] == HOLDS and one.number in ahead.kit.shaping]
        caps = tuple(cap for ready in shaping for cap in ahead.kit.caps(ready))
        choices = [number for number, one in enumerate(ahead.choices) if one.state(self.world) != FAILS]
        grounds = Grounds(min(outlook.profiles), shaping, choices, self._wishes(), short=None, caps=caps)
        barriers = Barriers(grounds, ahead.kit)
        return frozenset(name for name in listed | others if barriers.of(name) is None)

    def _ready(self) -> Iterator[Ready]:
        return chain.from_iterable(self.ahead.compiled.rules.values())

    def _wishes(self) -> dict[str, Value]:
        """What the person wants, has at hand and avoids; where that is open, as if nothing stood in the way."""
        found: dict[str, Value] = {}
        for fact, known in self.world.items():
            if not fact.startswith("preference."):
                continue
            if not isinstance(known, Open | Span | Words):
                found[fact] = known
            elif not fact.startswith(_RESTRICTING):
                found[fact] = True
        return found


def _saying(kind: str, firing: Iterable[_Firing]) -> Iterator[tuple[str, int, Ready]]:
    """The subjects of conclusions of one kind, with whether they are drawn for certain, and the rule."""
    for ready, state in firing:
        for name, those in ready.said:
            for said in those if name == kind else ():
                yield said.conclusion.subject, state, ready


def _levels(firing: Iterable[_Firing]) -> set[int]:
    """The triage levels that are possible; the least of them is in force."""
    levels = [(LEVELS.index(ready.level), state) for ready, state in firing]
    least = max((level for level, state in levels if state == HOLDS), default=0)
    return {least, *(level for level, _ in levels if level > least)}


def _fate(left: Collection[str], names: Iterable[str], *, sure: bool) -> Fate:
    """The fate of names of which exactly one comes out, when these are left; `sure` when one does for certain."""
    certain = frozenset(left) if sure and len(left) == 1 else frozenset()
    return Fate(certain, frozenset(left) - certain, frozenset(names) - frozenset(left))
