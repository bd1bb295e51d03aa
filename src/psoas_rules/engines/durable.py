"""durable-rules, driven the one way that is safe.

durable-rules 2.0.28 is a fast matcher inside a shell that crashes, hangs or answers wrongly on ordinary input. This
module touches only its C matcher, and only like this:

- One flat fact for each run, with fixed ids; nothing is kept between runs.
- Names and words never reach the C code. Facts become numbered slots, options become numbers. Slots whose 32-bit
  hashes collide are refused when the program is made: two colliding names would answer for each other.
- "Not known" is the absence of a property of that one fact (`$nex`), never the absence of a fact (`$not` is wrong).
- Alternatives become separate rules, at most 60 in one ruleset; past 64 matches of one fact the matcher fails.
- The rules of one ruleset read at most 200 facts; a fact of more than 252 properties is refused.
- No actions run inside it: it says which rules matched, Python does the rest.
- A heartbeat rule that always matches stands in every ruleset. If it is silent, the fact was not evaluated, and the
  answer is an error rather than "nothing fired".
- What it says is not taken on trust: it must name the one state that there is and each rule once, and which conditions
  hold must be what `conditions.holds` says. Where the two differ there is no answer.
- Every run has rulesets of its own while it lasts, kept for the next run of its thread. After any exception in a run
  they are thrown away; where durable-rules itself was at fault, it is asked once more with new ones, because what an
  earlier run left behind may be the cause. A run inside a run (a signal handler that asks as well) makes its own.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import durable_rules_engine as matcher

from psoas_rules.conditions import Condition, SignedTest, Test, Value, alternatives, holds, tests
from psoas_rules.errors import EngineError

MOST_RULES: Final = 60
"""Alternatives in one ruleset, besides the heartbeat and the rule that warms it up."""

MOST_FACTS: Final = 200
"""Facts that the rules of one ruleset read."""

_OPS: Final = {"at_least": "$gte", "at_most": "$lte", "above": "$gt", "below": "$lt"}
_OPPOSITE: Final = {"at_least": "$lt", "at_most": "$gt", "above": "$lte", "below": "$gte"}
_LARGEST: Final = 10**15
_HEARTBEAT: Final = "h"
_WARM_UP: Final = "w"
_STATE: Final = 1
"""Where the first state of a ruleset lies. The matcher reads whatever place it is given, so any other is refused."""


def fnv1a(name: str) -> int:
    """The 32-bit FNV-1a hash by which the C code tells properties apart."""
    value = 0x811C9DC5
    for byte in name.encode("ascii"):
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


class _Slots:
    """Numbered slots for facts, and numbers for their options."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self.of: dict[str, str] = {}
        self.options: dict[str, dict[str, int]] = {}
        for condition in conditions:
            for test in tests(condition):
                self.of.setdefault(test.fact, f"x{len(self.of)}")
                if isinstance(test.value, str):
                    known = self.options.setdefault(test.fact, {})
                    known.setdefault(test.value, len(known) + 1)
        hashes = {fnv1a(name) for name in ("k", "w", "p", "id", "sid", *(f"p.{slot}" for slot in self.of.values()))}
        if len(hashes) != 5 + len(self.of):
            raise EngineError("two facts have the same 32-bit hash, so the matcher would mix them up")

    def value(self, fact: str, value: Value) -> str:
        """A value as JSON that the C code reads right: true, false or a number without exponent."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return str(self.options.get(fact, {}).get(value, 0))
        if not -_LARGEST < value < _LARGEST:
            raise EngineError(f"the number of '{fact}' is too large for the matcher")
        return str(value) if isinstance(value, int) else f"{value:.3f}"


def _test(test: Test, slots: _Slots, *, negated: bool) -> dict[str, Any]:
    """A test in the matcher's words; it never holds on a property that is absent, except plain absence."""
    path = f"p.{slots.of[test.fact]}"
    if test.op == "answered":
        return {"$nex" if negated else "$ex": {path: 1}}
    value = json.loads(slots.value(test.fact, test.value))
    if test.op == "is":
        return {"$neq": {path: value}} if negated else {path: value}
    op = _OPPOSITE[test.op] if negated else _OPS[test.op]
    return {op: {path: value}}


_Owned: TypeAlias = tuple[int, tuple[SignedTest, ...]]
"""An alternative, and the position of its condition."""


def _split(rules: Sequence[_Owned]) -> Iterator[list[_Owned]]:
    """The rules in portions that one ruleset can take."""
    portion: list[_Owned] = []
    read: set[str] = set()
    for owner, alternative in rules:
        facts = {test.fact for test, _ in alternative}
        if len(facts) > MOST_FACTS:
            raise EngineError(f"a condition reads {len(facts)} facts at once; the matcher takes at most {MOST_FACTS}")
        if len(portion) == MOST_RULES or len(read | facts) > MOST_FACTS:
            yield portion
            portion, read = [], set()
        portion.append((owner, alternative))
        read |= facts
    if portion:
        yield portion


def _free(handle: int, warm: Sequence[bool]) -> None:
    """Frees what durable-rules would never free by itself: first the state, then the ruleset.

    A state's action context is uninitialised until one action was completed in it, and freeing it before that frees
    garbage. Until then both are left alone: a leak on a path that is hardly ever taken is better than a crash.
    """
    if warm:
        matcher.delete_state(handle, "s")
        matcher.delete_ruleset(handle)


class _Ruleset:
    """One C ruleset and the conditions that its rules stand for. Not to be shared between threads."""

    def __init__(self, definition: str) -> None:
        self.handle = matcher.create_ruleset("p", definition)
        # Who frees it stands by from the first moment, so that nothing is lost when an exception comes between. So
        # that it may free the state, one rule is fired first, and the state is kept.
        warm: list[bool] = []
        freeing = weakref.finalize(self, _free, self.handle, warm)
        # At exit the process frees everything at once.
        freeing.atexit = False
        if matcher.assert_fact(self.handle, '{"w":1,"id":"W","sid":"s"}') != (0, _STATE):
            raise EngineError("the matcher did not take its warm-up fact")
        started = matcher.start_action_for_state(self.handle, _STATE)
        # To complete an action that was never started would be just as blind.
        if not started or _name(started[1]) != _WARM_UP:
            raise EngineError("the matcher could not be warmed up")
        if matcher.complete_and_start_action(self.handle, _STATE) is not None:
            raise EngineError("the matcher fired more than its warm-up rule")
        warm.append(True)
        if matcher.retract_fact(self.handle, '{"id":"W","sid":"s"}') != (0, _STATE):
            raise EngineError("the matcher did not let go of its warm-up fact")

    def matches(self, payload: str) -> list[str]:
        """Names of the rules that the fact satisfies, in no certain order."""
        code, state = matcher.assert_fact(self.handle, payload)
        if code != 0 or state != _STATE:
            raise EngineError(f"the matcher did not take the fact (code {code}, state {state})")
        found: list[str] = []
        first = matcher.start_action_for_state(self.handle, _STATE)
        message = first[1] if first else None
        while message is not None:
            found.append(_name(message))
            message = matcher.complete_and_start_action(self.handle, _STATE)
        removed = matcher.retract_fact(self.handle, '{"id":"P","sid":"s"}')
        if removed != (0, _STATE):
            raise EngineError("the matcher did not let go of the fact")
        if _HEARTBEAT not in found:
            raise EngineError("the matcher did not evaluate the fact: its heartbeat rule was silent")
        if len(set(found)) < len(found):
            raise EngineError("the matcher named a rule twice")
        found.remove(_HEARTBEAT)
        return found


def _name(message: str) -> str:
    """The name of the rule that a message of the matcher is about."""
    return message[2 : message.index('"', 2)]


class _Chunk:
    """What one ruleset is made of: its definition, what its rules stand for, and the facts that it reads."""

    def __init__(self, rules: Sequence[_Owned], slots: _Slots) -> None:
        definition: dict[str, Any] = {}
        self.rules: dict[str, int] = {}
        read: dict[str, str] = {}
        for number, (owner, alternative) in enumerate(rules):
            parts: list[dict[str, Any]] = [{"k": 1}]
            for test, negated in alternative:
                read[test.fact] = slots.of[test.fact]
                parts.append(_test(test, slots, negated=negated))
            name = f"r{number}"
            definition[name] = {"all": [{"m": {"$and": parts} if len(parts) > 1 else parts[0]}]}
            self.rules[name] = owner
        definition[_HEARTBEAT] = {"all": [{"m": {"k": 1}}]}
        definition[_WARM_UP] = {"all": [{"m": {"w": 1}}]}
        self.definition = json.dumps(definition, ensure_ascii=True, allow_nan=False)
        self.read = tuple(read.items())

    def owner(self, name: str) -> int:
        """The condition that a rule stands for.

        Raises:
            EngineError: if there is no such rule.
        """
        owner = self.rules.get(name)
        if owner is None:
            raise EngineError("the matcher named a rule that does not exist")
        return owner


class DurableProgram:
    """Conditions as durable-rules rulesets. Safe to share between threads; pickles without its C side.

    Args:
        conditions: The conditions.
        verified: Whether each answer is compared with the plain reading.
    """

    def __init__(self, conditions: Sequence[Condition], *, verified: bool = True) -> None:
        slots = _Slots(conditions)
        rules = [
            (owner, alternative)
            for owner, condition in enumerate(conditions)
            for alternative in alternatives(condition)
        ]
        self._conditions = tuple(conditions) if verified else ()
        self._verified = verified
        self._slots = slots
        self._chunks = [_Chunk(portion, slots) for portion in _split(rules)]
        self._mine = threading.local()

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_mine"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._mine = threading.local()

    def fired(self, facts: Mapping[str, Value]) -> tuple[int, ...]:
        """Positions of the conditions that hold, ascending.

        Raises:
            EngineError: if durable-rules failed with new rulesets, too. The next call starts afresh.
        """
        # Taken out while they are at work, and put back only when the run has come to its end: what an exception leaves
        # behind, or another run interrupts, must not be used. Rulesets that nobody holds any more free themselves.
        kept = self._mine.__dict__
        rulesets = kept.pop("rulesets", None)
        if rulesets is None:
            return self._fresh(facts)
        try:
            fired = self._run(rulesets, facts)
        except EngineError as first:
            # What an earlier run left behind may show only now; new rulesets know nothing of it.
            try:
                return self._fresh(facts)
            except EngineError:
                raise first from None
        kept["rulesets"] = rulesets
        return fired

    def _fresh(self, facts: Mapping[str, Value]) -> tuple[int, ...]:
        rulesets = self._make()
        fired = self._run(rulesets, facts)
        self._mine.__dict__["rulesets"] = rulesets
        return fired

    def _run(self, rulesets: Sequence[_Ruleset], facts: Mapping[str, Value]) -> tuple[int, ...]:
        try:
            found: set[int] = set()
            for chunk, ruleset in zip(self._chunks, rulesets, strict=True):
                found.update([chunk.owner(name) for name in ruleset.matches(self._payload(chunk, facts))])
        except EngineError:
            raise
        except Exception as error:
            raise EngineError(f"durable-rules failed: {error}") from error
        fired = tuple(sorted(found))
        if self._verified and fired != tuple(i for i, one in enumerate(self._conditions) if holds(one, facts)):
            raise EngineError("the matcher and the plain reading of the conditions differ")
        return fired

    def forget(self) -> None:
        """Lets go of all rulesets, of every thread; the next call makes new ones."""
        self._mine = threading.local()

    def _make(self) -> list[_Ruleset]:
        try:
            return [_Ruleset(chunk.definition) for chunk in self._chunks]
        except EngineError:
            raise
        except Exception as error:
            raise EngineError(f"durable-rules failed: {error}") from error

    def _payload(self, chunk: _Chunk, facts: Mapping[str, Value]) -> str:
        value = self._slots.value
        known = ",".join(f'"{slot}":{value(fact, facts[fact])}' for fact, slot in chunk.read if fact in facts)
        return f'{{"k":1,"id":"P","sid":"s","p":{{{known}}}}}'


class DurableEngine:
    """Runs conditions on durable-rules.

    Args:
        verified: Whether each of its answers is compared with the plain reading of the conditions. Without it the
            engine alone is measured; leave it on for people.
    """

    def __init__(self, *, verified: bool = True) -> None:
        self._verified = verified

    @property
    def name(self) -> str:
        """What outcomes call it."""
        return "durable-rules"

    def compile(self, conditions: Sequence[Condition]) -> DurableProgram:
        """The conditions as a program."""
        return DurableProgram(conditions, verified=self._verified)
