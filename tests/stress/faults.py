"""Faults inside the engine: every call of a whole recommendation into the C matcher goes wrong once, in every way.

    python tests/stress/faults.py                   every call, every fault
    python tests/stress/faults.py --every 10        one case of ten, by lot

The law: the recommendation ends in EngineError or in exactly the right outcome, never in a wrong one and never in
another exception; the next one is right at once; nothing wrong is remembered; the process does not crash or hang. Each
case runs in a process of its own, made by fork. The exit code is 1 if anything broke the law. Needs durable-rules and
an operating system with fork.
"""

import argparse
import gc
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import attrs
from remembered import wrong_entries

from psoas_rules import Intake, Recommender, Screen, load_pack
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import EngineError

SECONDS = 60
BREAKING = 8
"""The fact whose assertion breaks where rulesets are to be thrown away; it is one for a stage with many."""

MOST_SHOWN = 20

# The second differs from the first in every section, so that a recommender that has learnt the first asks again.
FIRST = Intake(signs={"low_back_pain_stiffness": 5, "leg_lift_difficulty": True}, screen=Screen.clear())
SECOND = Intake.from_dict(
    {
        "screen": "clear",
        "person": {"age": 70, "experience": "some"},
        "signs": {"low_back_pain_stiffness": 2, "sitting_hours": 9, "hip_flexor_tightness_feeling": {"left": 6}},
        "measures": {"modified_thomas_angle": {"left": 12, "right": 3}, "plank_hold": 25},
        "conditions": {"hernia": True, "pregnancy": False},
        "clearances": {"hernia": True},
        "preferences": {"minutes": 20},
    }
)
SCENES = ("first", "warm", "discard", "drop")


# --- the faults -------------------------------------------------------------------------------------------------------

ACTIONS = ("start_action_for_state", "complete_and_start_action")
NOTHING = object()
"""This fault cannot happen to this function."""


def _raise(error: type[Exception]) -> Callable[..., Any]:
    def spoil(name: str, _args: Any, _result: Any, _names: list[str]) -> Any:
        raise error(f"{name} broke")

    return spoil


def _wrong_code(name: str, _args: Any, _result: Any, _names: list[str]) -> Any:
    return {"assert_fact": (1, 1), "retract_fact": (304, 1), "create_ruleset": -1}.get(name, 304)


def _none(name: str, _args: Any, _result: Any, _names: list[str]) -> Any:
    return None if not name.startswith("delete") else NOTHING


def _garbage(name: str, _args: Any, _result: Any, _names: list[str]) -> Any:
    return {
        "create_ruleset": 2_000_000,
        "assert_fact": (0, 7),
        "retract_fact": (0, 7),
        "start_action_for_state": ("{}", '{"garbage":{}}'),
        "complete_and_start_action": '{"garbage":{}}',
    }.get(name, NOTHING)


def _far(name: str, _args: Any, _result: Any, _names: list[str]) -> Any:
    return (0, 1_000_000) if name in ("assert_fact", "retract_fact") else NOTHING


def _empty(name: str, _args: Any, _result: Any, _names: list[str]) -> Any:
    return {
        "create_ruleset": 0,
        "assert_fact": (0, 0),
        "retract_fact": (0, 0),
        "start_action_for_state": ("", ""),
        "complete_and_start_action": "",
    }.get(name, NOTHING)


def _named(pick: Callable[[str | None, list[str]], str | None]) -> Callable[..., Any]:
    def spoil(name: str, _args: Any, result: Any, names: list[str]) -> Any:
        message = result[1] if isinstance(result, tuple) else result
        said = message[2 : message.index('"', 2)] if message else None
        other = pick(said, names)
        if other is None:
            return NOTHING
        told = f'{{"{other}":{{"m":{{"k":1}}}}}}'
        return ("{}", told) if name == "start_action_for_state" else told

    return spoil


def _next_rule(said: str | None, names: list[str]) -> str | None:
    """Another rule of the same ruleset, from the middle of it."""
    rules = [name for name in names if name.startswith("r") and name != said]
    return rules[len(rules) // 2] if rules else None


def _last_rule(said: str | None, names: list[str]) -> str | None:
    rules = [name for name in names if name.startswith("r") and name != said]
    return rules[-1] if rules else None


FAULTS: dict[str, Callable[..., Any]] = {
    "RuntimeError": _raise(RuntimeError),
    "MemoryError": _raise(MemoryError),
    "wrong code": _wrong_code,
    "None": _none,
    "garbage": _garbage,
    "empty": _empty,
    "far away": _far,
    "another rule": _named(_next_rule),
    "the last rule": _named(_last_rule),
    "heartbeat": _named(lambda said, names: "h" if said != "h" and "h" in names else None),
    "warm-up": _named(lambda said, names: "w" if said != "w" and "w" in names else None),
}

WHEN = ("before", "after")
"""Whether the real call is left out, or made and its result lost."""

LIES = ("another rule", "the last rule", "heartbeat", "warm-up")
"""Well-formed messages with a wrong name. They come only after the real call: no code could tell that a call which claims
to have worked was never made."""


class Matcher:
    """The matcher of durable-rules with faults at chosen calls; without any it only counts.

    Args:
        real: The module that it stands for.
        faults: Fault and when, by the number of the call.
        counts: Names of functions whose calls are counted; None for all.
    """

    def __init__(
        self, real: Any, faults: dict[int, tuple[str, str]] | None = None, counts: tuple[str, ...] | None = None
    ) -> None:
        self.real, self.faults, self.counts = real, faults or {}, counts
        self.calls: list[str] = []
        self.names: dict[int, list[str]] = {}
        self.happened = False

    def knows(self, handle: int, definition: str) -> None:
        """Notes the names of the rules of a ruleset."""
        self.names[handle] = list(json.loads(definition))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self.real, name)

        def call(*args: Any) -> Any:
            number = None
            if self.counts is None or name in self.counts:
                number = len(self.calls)
                self.calls.append(name)
            fault, when = self.faults.get(number, (None, None)) if number is not None else (None, None)
            if fault is None:
                result = function(*args)
                if name == "create_ruleset":
                    self.knows(result, args[1])
                return result
            real = function(*args) if when == "after" else None
            self.happened = True
            spoilt = FAULTS[fault](name, args, real, self.names.get(args[0], []) if args else [])
            if spoilt is NOTHING:
                self.happened = False
                return real if when == "after" else function(*args)
            return spoilt

        return call


# --- one case ---------------------------------------------------------------------------------------------------------


@attrs.frozen
class Scene:
    """A situation in which faults happen.

    Attributes:
        name: `first` run of a recommender, `warm` run after another, `discard` of its rulesets after an error, `drop`
            of the recommender.
        remember: Whether it has a memory.
        calls: Names of the calls that it makes, in their order.
    """

    name: str
    remember: bool
    calls: tuple[str, ...]


@attrs.frozen
class Case:
    """One fault at one call."""

    scene: Scene
    call: int
    fault: str
    when: str

    def __str__(self) -> str:
        memory = "memory" if self.scene.remember else "no memory"
        what = self.scene.calls[self.call]
        return f"{self.scene.name} run, {memory}, call {self.call} ({what}): {self.fault}, {self.when}"


class Stage:
    """Recommenders ready for every scene, made once and inherited by the processes of the cases."""

    def __init__(self) -> None:
        from psoas_rules.engines import durable

        self.durable = durable
        self.real = durable.matcher
        self.watching = Matcher(self.real)
        durable.matcher = self.watching  # rulesets that are made from here on are known by name
        pack = load_pack()
        plain = Recommender(pack, PlainEngine(), remember=False)
        self.right = {intake: _text(plain.recommend(intake)) for intake in (FIRST, SECOND)}
        self.fresh = {remember: Recommender(pack, remember=remember) for remember in (True, False)}
        self.warm = {remember: Recommender(pack, remember=remember) for remember in (True, False)}
        for remember in self.warm:
            self.warm[remember].recommend(FIRST)
        self.scenes = [self._scene(name, remember) for remember in (False, True) for name in SCENES]

    def close(self) -> None:
        """Puts the matcher back."""
        self.durable.matcher = self.real

    def _scene(self, name: str, remember: bool) -> Scene:
        """A scene with its calls, found out in a process of its own."""
        calls = _in_child(lambda: self._play(name, remember, {}, lambda matcher, _: "\n".join(matcher.calls)))
        if not calls.startswith("ok"):
            raise AssertionError(f"{name}: {calls}")
        return Scene(name, remember, tuple(calls.split()[1:]))

    def cases(self, scenes: tuple[str, ...] = SCENES) -> Iterator[Case]:
        """Every fault at every call of these scenes."""
        for scene in self.scenes:
            if scene.name in scenes:
                for call, name in enumerate(scene.calls):
                    for fault in FAULTS:
                        if _applies(fault, name):
                            yield from (Case(scene, call, fault, when) for when in WHEN[fault in LIES :])

    def broken_law(self, case: Case) -> str:
        """How the case broke the law; `ok` if it did not, `nothing` if the fault cannot happen there."""
        scene = case.scene
        faults = {case.call: (case.fault, case.when)}
        return _in_child(lambda: self._play(scene.name, scene.remember, faults, self._check)).partition("\n")[0]

    def _play(
        self,
        name: str,
        remember: bool,
        faults: dict[int, tuple[str, str]],
        then: Callable[[Matcher, dict[str, Any]], str],
    ) -> str:
        """Plays a scene with these faults; `then` judges it with the matcher repaired."""
        # What a broken finaliser has to say is no outcome.
        sys.unraisablehook = lambda _: None
        deleting = ("delete_state", "delete_ruleset")
        matcher = Matcher(self.real, faults, deleting if name in ("discard", "drop") else None)
        matcher.names = dict(self.watching.names)
        self.durable.matcher = matcher
        seen: dict[str, Any] = {}
        recommender = (self.fresh if name == "first" else self.warm)[remember]
        if name == "first":
            seen["outcome"] = _attempt(recommender, FIRST)
        elif name == "warm":
            seen["outcome"] = _attempt(recommender, SECOND)
        elif name == "discard":
            # A ruleset that breaks is thrown away with all the others, and that goes wrong as well.
            breaking = Matcher(matcher, {BREAKING: ("RuntimeError", "before")}, ("assert_fact",))
            self.durable.matcher = breaking
            seen["outcome"] = _attempt(recommender, SECOND)
        else:
            self.warm.pop(remember)
            del recommender
            gc.collect()
            recommender = self.fresh[remember]
        self.durable.matcher = self.watching
        if faults and not matcher.happened:
            return "nothing"
        seen.update(recommender=recommender, asked=FIRST if name == "first" else SECOND)
        said = then(matcher, seen)
        return f"ok\n{said}" if not faults else said

    def _check(self, _: Matcher, seen: dict[str, Any]) -> str:
        recommender, asked = seen["recommender"], seen["asked"]
        other = SECOND if asked is FIRST else FIRST
        outcome = seen.get("outcome")
        if outcome is not None and outcome not in (EngineError.__name__, self.right[asked]):
            return f"WRONG OUTCOME {_short(outcome)}"
        wrong = self._memory(recommender)
        if wrong:
            return wrong
        late = ""
        for number, intake in enumerate((asked, other, asked, other, asked), 1):
            outcome = _attempt(recommender, intake)
            if outcome == EngineError.__name__ and not late:
                late = f"LATE ERROR, {number} recommendations after the fault"
            elif outcome != self.right[intake]:
                return f"WRONG OUTCOME {number} recommendations after the fault: {_short(outcome)}"
        return self._memory(recommender) or late or "ok"

    def _memory(self, recommender: Recommender) -> str:
        _, wrong = wrong_entries(recommender)
        return f"WRONG MEMORY {wrong[0]}" if wrong else ""


def _applies(fault: str, name: str) -> bool:
    """Whether this fault can happen to this function of the matcher."""
    if fault in LIES:
        return name in ACTIONS
    try:
        return FAULTS[fault](name, (), None, []) is not NOTHING
    except (RuntimeError, MemoryError):
        return True


def _text(outcome: Any) -> str:
    return json.dumps({**outcome.to_dict(), "engine": ""})


def _attempt(recommender: Recommender, intake: Intake) -> str:
    """The outcome as text, or what was raised."""
    try:
        return _text(recommender.recommend(intake))
    except EngineError:
        return EngineError.__name__
    except BaseException as error:  # noqa: BLE001 - whatever comes out is what is looked for
        return f"RAISED {type(error).__name__}: {error}"


def _short(outcome: str) -> str:
    return outcome if outcome.startswith(("RAISED", "EngineError")) else f"a {json.loads(outcome)['outcome']}"


def _in_child(work: Callable[[], str]) -> str:
    """What the work gives in a process of its own; a crash or a hang is told like a result."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS)
        try:
            said = work()
        except BaseException as error:  # noqa: BLE001 - a case must never come back into the loop of its parent
            said = f"CASE FAILED {type(error).__name__}: {error}"
        with os.fdopen(writing, "w") as out:
            out.write(said)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said_by_child:
        said = said_by_child.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return (
            f"HANG of {SECONDS} s" if os.WTERMSIG(status) == signal.SIGALRM else f"CRASH, signal {os.WTERMSIG(status)}"
        )
    return said


# --- all of them ------------------------------------------------------------------------------------------------------


def run_cases(cases: Iterator[Case] | list[Case], stage: Stage) -> tuple[Counter[str], list[tuple[Case, str]]]:
    """Counts of what happened, and the cases that broke the law."""
    counts: Counter[str] = Counter()
    broken = []
    for case in cases:
        said = stage.broken_law(case)
        counts[said if said in ("ok", "nothing") else "broken"] += 1
        if said not in ("ok", "nothing"):
            broken.append((case, said))
    return counts, broken


def main() -> int:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="take one case of so many only, by lot")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scene", choices=SCENES, action="append", help="these situations only")
    parser.add_argument("--fault", choices=tuple(FAULTS), action="append", help="these faults only")
    parser.add_argument("--list", action="store_true", help="tell every case that broke the law, not only the first")
    args = parser.parse_args()
    try:
        stage = Stage()
    except ImportError:
        parser.exit(2, "durable-rules is not installed on this Python; there is nothing to break\n")
    started = time.monotonic()
    for scene in stage.scenes:
        print(f"{scene.name} run, {'memory' if scene.remember else 'no memory'}: {len(scene.calls)} calls")
    chosen = stage.cases(tuple(args.scene or SCENES))
    cases = [case for case in chosen if case.fault in (args.fault or FAULTS)]
    cases = random.Random(args.seed).sample(cases, len(cases) // args.every)
    counts, broken = run_cases(cases, stage)
    groups = Counter((case.fault, case.when, case.scene.calls[case.call], said) for case, said in broken)
    for (fault, when, call, said), count in groups.most_common():
        print(f"{count:6} x {call}: {fault}, {when}: {said[:150]}")
    for case, said in broken if args.list else broken[:MOST_SHOWN]:
        print(f"BROKEN {case}: {said}")
    print(
        f"{counts['ok'] + counts['broken']:,} faults in {time.monotonic() - started:.0f} s;"
        f" {counts['nothing']:,} could not happen where they were to; broken laws: {counts['broken']}"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
