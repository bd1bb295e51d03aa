"""Which cases a mutant can touch.

What comes out depends on what each stage was asked and what its rules conclude. So where no changed rule fires for the
facts of a case, neither before nor after, it comes out as it did. Likewise a session changes only with its own profile,
with a condition that turns out otherwise, or with an exercise that assembly came to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from psoas_rules.casebook import WholeCase
from psoas_rules.conditions import Condition, Value, holds
from psoas_rules.covering.recording import CHOICES
from psoas_rules.loading import Rulebook
from psoas_rules.mutating.editing import REMOVED
from psoas_rules.mutating.mutants import Mutant
from psoas_rules.outcomes import Outcome, Routine
from psoas_rules.pack import PROFILES, Sessions
from psoas_rules.rulebook import Rule

_OF_ROUTINES = ("exercises", "info", "vocabulary")
_OF_QUESTIONS = ("red_flags", "conditions", "screen", "person", "preferences", "signs", "measures")


@attrs.frozen(eq=False)
class Known:
    """A whole case with how it went with the pack as it is.

    Attributes:
        name, place, case: The case.
        asked: The facts that each stage was asked about.
        open: Whether a question was open.
        mentioned: For a routine, every exercise that assembly came to.
        cut: Whether slots were left out to fit the time.
        text, wanted: The case in words, and what it expects, to find names in them.
    """

    name: str
    place: str
    case: WholeCase
    asked: Mapping[str, Mapping[str, Value]]
    open: bool
    mentioned: frozenset[str | None]
    cut: bool
    text: str
    wanted: str

    @classmethod
    def of(
        cls,
        name: str,
        place: str,
        case: WholeCase,
        *,
        outcome: Outcome,
        asked: Mapping[str, Mapping[str, Value]],
        book: Rulebook,
    ) -> Known:
        """A case, and what came out."""
        facts = asked.get("screening", {})
        asking = any(holds(rule.when, facts) for rule in book.rules if rule.stage == "screening")
        mentioned: set[str | None] = set()
        cut = False
        if isinstance(outcome, Routine):
            left_out = [(out.exercise, out.slot) for out in outcome.left_out]
            mentioned.update(step.exercise for step in outcome.steps)
            mentioned.update(exercise for exercise, _ in left_out)
            mentioned |= {request.exercise for request in outcome.requests}
            cut = any(exercise is not None and slot is not None for exercise, slot in left_out)
        wanted = {key: value for key, value in attrs.asdict(case.expect).items() if value}
        text = f"{case.name} {case.intake} {wanted}"
        return cls(name, place, case, asked, asking, frozenset(mentioned), cut, text, str(wanted))

    def about(self, subject: str, key: str) -> int:
        """How likely the case is to notice a change of this subject under this key: the more, the sooner it is run."""
        return 2 * (subject in self.wanted) + 2 * (key in self.wanted) + (subject in self.text)

    @property
    def routine(self) -> bool:
        """Whether a session was put together."""
        return CHOICES in self.asked


_Narrow: TypeAlias = Callable[[Known], bool]


class Changes:
    """What differs between a pack and a mutant of it, as far as cases can feel it.

    Args:
        book: The rulebook of the pack.
        changed: The rulebook of the mutant.
        mutant: The mutant.
    """

    def __init__(self, book: Rulebook, changed: Rulebook, mutant: Mutant) -> None:
        old, new = book.pack, changed.pack
        self.rules: list[tuple[str, Rule | None, Rule | None]] = []
        if book.rules is not changed.rules:
            before, after = ({rule.id: rule for rule in one.rules} for one in (book, changed))
            for name in {**before, **after}:
                one, two = before.get(name), after.get(name)
                either = one or two
                if either is not None and one != two:
                    self.rules.append((either.stage, one, two))
        self.gone = [one.id for _, one, two in self.rules if one is not None and two is None]
        self.routines = any(getattr(old, name) is not getattr(new, name) for name in _OF_ROUTINES)
        self.profiles = _profiles(old.sessions, new.sessions)
        self.questions = any(getattr(old, name) is not getattr(new, name) for name in _OF_QUESTIONS)
        self.all = book.lexicon is not changed.lexicon
        self.narrow = _narrow(book, changed, mutant)

    def touch(self, known: Known) -> bool:
        """Whether a case may come out otherwise."""
        if self.narrow is not None:
            return known.routine and self.narrow(known)
        if self.all or (self.routines and known.routine) or (self.questions and known.open):
            return True
        if known.routine and known.asked[CHOICES].get("finding.profile") in self.profiles:
            return True
        if any(name in known.text for name in self.gone):
            return True
        return any(_fires_otherwise(known.asked.get(stage), one, two) for stage, one, two in self.rules)


def _narrow(book: Rulebook, changed: Rulebook, mutant: Mutant) -> _Narrow | None:
    """Whether a routine can come out otherwise where a single condition or list of candidates was changed."""
    match mutant.path:
        case ("exercises", int(number), "offer_if", *_):
            name = book.pack.exercises[number].id
            return _turns(book.offers[name], changed.offers[name])
        case ("sessions", "sessions", str(profile), int(number), "when", *_):
            turns = _turns(book.uses[profile][number], changed.uses[profile][number])
            return lambda known: known.asked[CHOICES].get("finding.profile") == profile and turns(known)
        case ("sessions", "sessions", str(profile), int(number), str(key), *rest):
            before = getattr(book.pack.sessions.sessions[profile][number], key)
            names = {before[rest[0]]} if mutant.new is REMOVED else set(_moved(before, mutant.new))
            return lambda known: (
                known.asked[CHOICES].get("finding.profile") == profile
                and (known.cut or not names.isdisjoint(known.mentioned))
            )
    return None


def _turns(before: Condition, after: Condition) -> _Narrow:
    def turns(known: Known) -> bool:
        facts = known.asked[CHOICES]
        return holds(before, facts) is not holds(after, facts)

    return turns


def _moved(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one, other in zip(before, after, strict=True) if one != other)


def _profiles(old: Sessions, new: Sessions) -> frozenset[Value]:
    """The profiles whose sessions can have changed."""
    if old is new:
        return frozenset()
    bare = [attrs.evolve(one, sessions={}, session_limits={}) for one in (old, new)]
    tables = ((old.sessions, new.sessions), (old.session_limits, new.session_limits))
    if bare[0] != bare[1]:
        return frozenset(PROFILES)
    return frozenset(profile for before, after in tables for profile in after if before.get(profile) != after[profile])


def _fires_otherwise(facts: Mapping[str, Value] | None, one: Rule | None, two: Rule | None) -> bool:
    if facts is None:
        return False
    before = one is not None and holds(one.when, facts)
    after = two is not None and holds(two.when, facts)
    if one is not None and two is not None and before and after:
        return (one.then, one.title, one.because, one.sources) != (two.then, two.title, two.because, two.sources)
    return before or after
