"""Many at once, and interrupted: threads, forks, other processes, asyncio, exits and KeyboardInterrupt at any moment.

    python tests/stress/concurrency.py                          everything, at full size
    python tests/stress/concurrency.py --size 0.1               everything, at a tenth
    python tests/stress/concurrency.py --only threads --only forks

What each outcome must be is worked out beforehand by the plain evaluator. One line for each scenario; the exit code is 1
if one outcome was wrong, anything crashed or hung, or something was left behind. Needs an operating system with fork.
"""

import argparse
import asyncio
import ctypes
import faulthandler
import gc
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import attrs
from crowd import People
from remembered import wrong_entries

from psoas_rules import Intake, Recommender, load_pack
from psoas_rules.engines import PlainEngine, memo
from psoas_rules.pack import Pack

SECONDS = 120
MOST_SHOWN = 5


def text_of(recommender: Recommender, intake: Intake) -> str:
    """The outcome as text, without the name of the engine."""
    return json.dumps({**recommender.recommend(intake).to_dict(), "engine": ""})


@attrs.frozen
class Scenery:
    """What every scenario works with.

    Attributes:
        pack: The built-in pack.
        asked: Plain data of intakes, with the text of the outcome that is right.
        both: A recommender with memory and one without.
    """

    pack: Pack
    asked: tuple[tuple[dict[str, Any], str], ...]
    both: tuple[Recommender, Recommender]

    @classmethod
    def make(cls, count: int, seed: int = 1) -> "Scenery":
        """Scenery with so many people."""
        pack = load_pack()
        plain = Recommender(pack, PlainEngine(), remember=False)
        people = People(pack).many(f"concurrency {seed}", count)
        asked = tuple((data, text_of(plain, Intake.from_dict(data))) for data in people)
        return cls(pack, asked, (Recommender(pack), Recommender(pack, remember=False)))

    def wrong(self, recommender: Recommender, rng: random.Random, count: int) -> Iterator[str]:
        """Asks about so many people; tells what went wrong."""
        for data, right in rng.choices(self.asked, k=count):
            given = attempt(recommender, Intake.from_dict(data))
            if given != right:
                yield f"{given[:200]} instead of {right[:100]} for {json.dumps(data)}"

    def listed(self, recommender: Recommender, seed: float) -> list[str]:
        """What went wrong for one person."""
        return list(self.wrong(recommender, random.Random(seed), 1))

    def remembered(self) -> Iterator[str]:
        """Entries in the memories that the plain evaluator would answer differently."""
        for recommender in self.both:
            yield from wrong_entries(recommender)[1]


def attempt(recommender: Recommender, intake: Intake) -> str:
    """The outcome as text, or what was raised; an interrupt goes through."""
    try:
        return text_of(recommender, intake)
    except Exception as error:  # noqa: BLE001 - whatever comes out is what is looked for
        return f"RAISED {type(error).__name__}: {error}"


@attrs.frozen
class Result:
    """What a scenario found."""

    done: str
    wrong: list[str]


# --- threads ----------------------------------------------------------------------------------------------------------


class Ledger:
    """Notes the C rulesets that are made and freed while it stands in for the matcher."""

    def __init__(self, real: Any) -> None:
        self.real, self.made = real, 0
        self.open: set[int] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def create_ruleset(self, *args: Any) -> Any:
        """Makes one."""
        handle = self.real.create_ruleset(*args)
        self.made += 1
        self.open.add(handle)
        return handle

    def delete_ruleset(self, handle: int) -> None:
        """Frees one; it may be older than this ledger."""
        self.real.delete_ruleset(handle)
        self.open.discard(handle)


@contextmanager
def ledger() -> Iterator[Ledger | None]:
    """A ledger in place of the matcher; None where durable-rules is not installed."""
    try:
        from psoas_rules.engines import durable
    except ImportError:
        yield None
        return
    real = durable.matcher
    durable.matcher = Ledger(real)
    try:
        yield durable.matcher
    finally:
        durable.matcher = real


@contextmanager
def hurried(entries: int | None = None) -> Iterator[None]:
    """Threads change very often; with `entries` memories that are made meanwhile hold only so many."""
    interval, most = sys.getswitchinterval(), memo.MOST_ENTRIES
    sys.setswitchinterval(1e-5)
    memo.MOST_ENTRIES = most if entries is None else entries
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        memo.MOST_ENTRIES = most


def threads(scenery: Scenery, count: int, each: int) -> Result:
    """Threads share two recommenders, with memory and without."""
    wrong: list[str] = []
    with ledger() as book, hurried():
        both = (Recommender(scenery.pack), Recommender(scenery.pack, remember=False))
        own = _share(scenery, both, count, each, wrong)
        gc.collect()
        made, left = (book.made, len(book.open)) if book is not None else (0, 0)
        if left:
            wrong.append(f"{left} of {made} rulesets were left behind by {count} threads")
    return Result(f"{count} threads x {each:,}, {own:,} entries remembered, {made} rulesets made and freed", wrong)


def short_memory(scenery: Scenery, count: int, each: int) -> Result:
    """The same with memories that are full all the time."""
    wrong: list[str] = []
    with hurried(entries=4):
        own = _share(scenery, (Recommender(scenery.pack),), count, each, wrong)
    return Result(f"{count} threads x {each:,}, {own:,} entries remembered", wrong)


def _share(scenery: Scenery, shared: tuple[Recommender, ...], count: int, each: int, wrong: list[str]) -> int:
    start = threading.Barrier(count)

    def work(number: int) -> None:
        rng = random.Random(number)
        start.wait()
        for _ in range(each):
            wrong.extend(scenery.wrong(rng.choice(shared), rng, 1))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    entries = 0
    for recommender in shared:
        known, bad = wrong_entries(recommender)
        entries += known
        wrong += bad
    return entries


# --- processes --------------------------------------------------------------------------------------------------------


@contextmanager
def busy(scenery: Scenery, count: int) -> Iterator[list[str]]:
    """Threads that recommend all the time; what they find wrong."""
    wrong: list[str] = []
    over = threading.Event()

    def work(number: int) -> None:
        rng = random.Random(number)
        while not over.is_set():
            wrong.extend(scenery.wrong(rng.choice(scenery.both), rng, 1))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for worker in workers:
        worker.start()
    try:
        yield wrong
    finally:
        over.set()
        for worker in workers:
            worker.join()


def in_fork(work: Callable[[], str]) -> str:
    """What the work gives in a forked process; a crash or a hang is told like a result."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of forks while threads run; that they do is the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reading)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(SECONDS)
        try:
            said = work()
        except BaseException as error:  # noqa: BLE001 - it must not come back into the loop of its parent
            said = f"RAISED {type(error).__name__}: {error}"
        with os.fdopen(writing, "w") as out:
            out.write(said)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said_by_child:
        said = said_by_child.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        dead = os.WTERMSIG(status)
        return f"HANG of {SECONDS} s in a fork" if dead == signal.SIGALRM else f"CRASH of a fork, signal {dead}"
    return said


def forks(scenery: Scenery, count: int, each: int = 5) -> Result:
    """Forks while threads are busy; every tenth child starts threads and forks again."""
    wrong: list[str] = []

    def child(number: int, *, deeper: bool) -> str:
        rng = random.Random(f"fork {number}")
        found = [bad for recommender in scenery.both for bad in scenery.wrong(recommender, rng, each)]
        found += scenery.remembered()
        if deeper:
            _share(scenery, scenery.both, 2, each, found)
            found += filter(None, [in_fork(partial(child, -number, deeper=False))])
        return "\n".join(found)

    with busy(scenery, 4) as found, hurried():
        for number in range(count):
            wrong += filter(None, [in_fork(partial(child, number, deeper=number % 10 == 0))])
    return Result(f"{count} forks while 4 threads were busy, {2 * each} outcomes in each", wrong + found)


FIRST_USE = """
import json, os, signal, sys, threading, time, warnings
import psoas_rules
from psoas_rules import recommender
data, right, delay = json.load(sys.stdin)
begun, real = threading.Event(), recommender.Recommender
def making():
    begun.set()
    time.sleep(0.2)  # long enough to fork meanwhile
    return real()
recommender.Recommender = making
intake = psoas_rules.Intake.from_dict(data)
def text():
    return json.dumps({**psoas_rules.recommend(intake).to_dict(), "engine": ""})
first = threading.Thread(target=text)
first.start()
begun.wait()
time.sleep(delay)
warnings.simplefilter("ignore")
child = os.fork()
if child == 0:
    signal.alarm(30)
    os._exit(0 if text() == right else 3)
status = os.waitpid(child, 0)[1]
first.join()
sys.exit(0 if status == 0 and text() == right else f"the child ended with status {status} (14 is a hang)")
"""


def fork_at_first_use(scenery: Scenery, delays: list[float]) -> Result:
    """Forks so many seconds after another thread began to make the shared recommender of the built-in pack."""
    wrong = []
    for delay, (data, right) in zip(delays, scenery.asked, strict=False):
        wrong += _silent(FIRST_USE, [], json.dumps([data, right, delay]))
    return Result(f"{len(delays)} forks while the first recommendation was under way", wrong)


def _work_elsewhere(job: tuple[Recommender, int, tuple[Any, ...]]) -> list[str]:
    recommender, number, asked = job
    scenery = Scenery(recommender.pack, asked, (recommender, recommender))
    return list(scenery.wrong(recommender, random.Random(number), 100))


def spawned(scenery: Scenery, jobs: int) -> Result:
    """Recommenders that have learnt travel to processes that were spawned."""
    for recommender in scenery.both:
        list(scenery.wrong(recommender, random.Random(0), 20))
    work = [(scenery.both[number % 2], number, scenery.asked[:300]) for number in range(jobs)]
    wrong: list[str] = []
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for found in pool.imap_unordered(_work_elsewhere, work):
            wrong += found
    return Result(f"{jobs} jobs of 100 in 2 spawned processes", wrong)


# --- asyncio ----------------------------------------------------------------------------------------------------------


def tasks(scenery: Scenery, count: int, each: int) -> Result:
    """Tasks hand their work to threads; some are cancelled while it is under way."""
    wrong: list[str] = []
    cancelled = 0

    async def one(number: int, pool: ThreadPoolExecutor) -> None:
        rng = random.Random(number)
        loop = asyncio.get_running_loop()
        for _ in range(each):
            recommender, seed = rng.choice(scenery.both), rng.random()
            given = (scenery.listed, recommender, seed)
            wrong.extend(await (asyncio.to_thread(*given) if number % 2 else loop.run_in_executor(pool, *given)))

    async def everything() -> None:
        nonlocal cancelled
        with ThreadPoolExecutor(8) as pool:
            running = [asyncio.create_task(one(number, pool)) for number in range(count)]
            for number in range(0, count, 10):
                await asyncio.sleep(0.01)
                cancelled += running[number].cancel()
            for outcome in await asyncio.gather(*running, return_exceptions=True):
                if isinstance(outcome, Exception):
                    wrong.append(f"RAISED {type(outcome).__name__}: {outcome}")

    asyncio.run(everything())
    wrong += scenery.remembered()
    return Result(f"{count} tasks x {each}, {cancelled} of them cancelled", wrong)


# --- exits ------------------------------------------------------------------------------------------------------------

LEAVING = """
import json, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from psoas_rules import Intake, Recommender, load_pack
how, remember, delay = sys.argv[1], sys.argv[2] == "memory", float(sys.argv[3])
intakes = [Intake.from_dict(data) for data in json.load(sys.stdin)]
recommender = Recommender(load_pack(), remember=remember)
main = threading.main_thread()
def for_ever():
    while True:
        for intake in intakes:
            recommender.recommend(intake)
def a_little_longer():
    while main.is_alive():
        recommender.recommend(intakes[0])
    for intake in intakes:
        recommender.recommend(intake)
if how == "pool":
    pool = ThreadPoolExecutor(4)
    for intake in intakes * 5:
        pool.submit(recommender.recommend, intake)
else:
    for work, daemon in ((for_ever, True), (a_little_longer, False)):
        if how in ("both", "daemon" if daemon else "others"):
            for _ in range(3):
                threading.Thread(target=work, daemon=daemon).start()
time.sleep(delay)
recommender.recommend(intakes[-1])
"""


def exits(scenery: Scenery, count: int) -> Result:
    """Processes end while their threads are at work."""
    rng = random.Random("exits")
    wrong = []
    for number in range(count):
        how = ("both", "pool", "daemon", "others")[number % 4]
        arguments = [how, rng.choice(("memory", "none")), str(rng.uniform(0, 0.3))]
        intakes = [data for data, _ in rng.choices(scenery.asked, k=20)]
        wrong += _silent(LEAVING, arguments, json.dumps(intakes))
    return Result(f"{count} processes left while threads were at work", wrong)


def _silent(code: str, arguments: list[str], given: str) -> list[str]:
    """Runs a program, which must end well and in silence."""
    command = [sys.executable, "-X", "faulthandler", "-c", code, *arguments]
    try:
        ended = subprocess.run(command, input=given, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return [f"HANG of {SECONDS} s: {arguments}"]
    if ended.returncode or ended.stderr or ended.stdout:
        return [f"{arguments} ended with {ended.returncode}: {ended.stderr[-500:]}{ended.stdout[-500:]}"]
    return []


# --- interrupts -------------------------------------------------------------------------------------------------------


class Interrupts:
    """Raises KeyboardInterrupt once, somewhere in the middle of a piece of work of the main thread."""

    def __init__(self) -> None:
        self.armed = False
        self.landed: Counter[str] = Counter()
        self.lost = 0

    def handle(self, *_: object) -> None:
        """The signal handler; it never fires twice for one piece of work."""
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt

    def during(self, work: Callable[[], None], arm: Callable[[], Callable[[], None]]) -> None:
        """Repeats the work until it was interrupted. `arm` sets the alarm and gives what puts it off."""
        disarm: list[Callable[[], None]] = []
        try:
            self._until_struck(work, arm, disarm)
            # It struck where exceptions are only noted, such as in a finaliser.
            self.lost += 1
        except KeyboardInterrupt as interrupt:
            self.landed[_place(interrupt)] += 1
        finally:
            self.armed = False
            for put_off in disarm:
                put_off()

    def _until_struck(
        self, work: Callable[[], None], arm: Callable[[], Callable[[], None]], disarm: list[Callable[[], None]]
    ) -> None:
        # A loop of its own: what strikes on the way back to the head of a loop passes by a `try` around that loop, for
        # Python 3.13 thinks that a jump cannot raise. It does not pass by the call of this method.
        self.armed = True
        disarm.append(arm())
        while self.armed:
            work()


def _place(error: BaseException) -> str:
    """The part of the library in which an interrupt struck."""
    trace, place = error.__traceback__, "between two calls"
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        place = module.removeprefix("psoas_rules.") if module.startswith("psoas_rules.") else place
        trace = trace.tb_next
    return place


def by_timer(rng: random.Random, most: float) -> Callable[[], None]:
    """Lets a timer raise the signal."""
    signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.00002, most))
    return lambda: signal.setitimer(signal.ITIMER_REAL, 0)


def by_thread(rng: random.Random, most: float) -> Callable[[], None]:
    """Lets another thread send the signal that Ctrl-C sends."""
    delay = rng.uniform(0.00002, most)
    main = threading.main_thread().ident

    def strike() -> None:
        time.sleep(delay)
        signal.pthread_kill(main, signal.SIGINT)

    striking = threading.Thread(target=strike)
    striking.start()
    return striking.join


@contextmanager
def interruptible() -> Iterator[Interrupts]:
    """Interrupts for the main thread; afterwards the old signal handlers are back."""
    interrupts = Interrupts()
    before = {one: signal.signal(one, interrupts.handle) for one in (signal.SIGALRM, signal.SIGINT)}
    noted, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        yield interrupts
    finally:
        sys.unraisablehook = noted
        for one, handler in before.items():
            signal.signal(one, handler)


def _one(recommender: Recommender, intakes: list[Intake], rng: random.Random) -> None:
    recommender.recommend(rng.choice(intakes))


def interrupts(scenery: Scenery, count: int) -> Result:
    """KeyboardInterrupt at random moments, with memory and without, while the memory learns and when it is full."""
    rng = random.Random("interrupts")
    wrong: list[str] = []
    intakes = [Intake.from_dict(data) for data, _ in scenery.asked]
    with interruptible() as struck, ledger() as book:
        for number in range(count):
            if number % 25 == 0:
                # A memory that knows nothing yet; every other one is full all the time.
                with hurried(entries=4 if number % 50 else None):
                    both = (Recommender(scenery.pack), Recommender(scenery.pack, remember=False))
            recommender = both[number % 2]
            arm = by_thread if number % 3 == 0 else by_timer
            most = 0.006 if number % 7 else 0.05
            struck.during(partial(_one, recommender, intakes, rng), partial(arm, rng, most))
            wrong += scenery.wrong(recommender, rng, 3)
            wrong += wrong_entries(recommender)[1] if number % 10 == 0 else []
        for one in both:
            wrong += wrong_entries(one)[1]
        del recommender, both, one
        gc.collect()
        leaked = 0 if book is None else len(book.open)
    where = ", ".join(f"{place} {times}" for place, times in struck.landed.most_common(6))
    landed = sum(struck.landed.values())
    # An interrupt between making a C ruleset and noting that it must be freed leaks it, by design.
    done = f"{landed:,} interrupts ({where}), {struck.lost} swallowed by finalisers, {leaked} rulesets leaked"
    return Result(done, wrong)


def interrupted_making(scenery: Scenery, count: int) -> Result:
    """KeyboardInterrupt while a recommender is made and used for the first time."""
    rng = random.Random("making")
    wrong: list[str] = []
    intakes = [Intake.from_dict(data) for data, _ in scenery.asked]
    with interruptible() as struck:
        for _ in range(count):
            struck.during(lambda: _one(Recommender(scenery.pack), intakes, rng), partial(by_timer, rng, 0.06))
            wrong += scenery.wrong(Recommender(scenery.pack), rng, 1)
    where = ", ".join(f"{place} {times}" for place, times in struck.landed.most_common(6))
    return Result(f"{sum(struck.landed.values())} interrupts ({where})", wrong)


class Stop(BaseException):
    """Raised in a thread from outside."""


def stopped_threads(scenery: Scenery, count: int) -> Result:
    """Threads are stopped at random moments by an exception from outside; they and others go on rightly."""
    rng = random.Random("stopped")
    wrong: list[str] = []
    intakes = [Intake.from_dict(data) for data, _ in scenery.asked]
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    stopped = 0

    def until_stopped(recommender: Recommender, own: random.Random) -> None:
        # A loop of its own, for the reason given in `Interrupts`.
        while True:
            recommender.recommend(own.choice(intakes))

    def work(recommender: Recommender, seed: float, started: threading.Event) -> None:
        nonlocal stopped
        own = random.Random(seed)
        try:
            started.set()
            until_stopped(recommender, own)
        except Stop:
            stopped += 1
        except Exception as error:  # noqa: BLE001 - whatever comes out is what is looked for
            wrong.append(f"RAISED {type(error).__name__}: {error}")
        wrong.extend(scenery.wrong(recommender, own, 2))

    noted, sys.unraisablehook = sys.unraisablehook, lambda _: None
    caught, threading.excepthook = threading.excepthook, lambda said: wrong.append(f"RAISED {said.exc_type.__name__}")
    try:
        for number in range(count):
            if number % 25 == 0:
                both = (Recommender(scenery.pack), Recommender(scenery.pack, remember=False))
            recommender = both[number % 2]
            started = threading.Event()
            worker = threading.Thread(target=work, args=(recommender, rng.random(), started))
            worker.start()
            started.wait()
            time.sleep(rng.uniform(0, 0.03))
            before = stopped
            raise_in(ctypes.c_ulong(worker.ident), ctypes.py_object(Stop))
            worker.join(2)
            while worker.is_alive() and stopped == before:
                # It struck where exceptions are only noted.
                raise_in(ctypes.c_ulong(worker.ident), ctypes.py_object(Stop))
                worker.join(2)
            worker.join()
            wrong += scenery.wrong(recommender, rng, 2)
        for one in both:
            wrong += wrong_entries(one)[1]
    finally:
        sys.unraisablehook, threading.excepthook = noted, caught
    return Result(f"{stopped} threads stopped from outside", wrong)


# --- all of them ------------------------------------------------------------------------------------------------------


def scenarios(args: argparse.Namespace) -> dict[str, Callable[[Scenery], Result]]:
    """Every scenario at the size that was asked for."""

    def size(full: int) -> int:
        return max(1, round(full * args.size))

    return {
        "interrupts": lambda scenery: interrupts(scenery, size(args.interrupts)),
        "making": lambda scenery: interrupted_making(scenery, size(args.interrupts // 10)),
        "stopped": lambda scenery: stopped_threads(scenery, size(args.interrupts // 2)),
        "threads": lambda scenery: threads(scenery, args.threads, size(args.each)),
        "short-memory": lambda scenery: short_memory(scenery, args.threads, size(args.each // 10)),
        "forks": lambda scenery: forks(scenery, size(args.forks)),
        "first-use": lambda scenery: fork_at_first_use(scenery, _spread(0.6, size(args.forks // 10))),
        "spawn": lambda scenery: spawned(scenery, size(args.jobs)),
        "asyncio": lambda scenery: tasks(scenery, args.tasks, size(100)),
        "exits": lambda scenery: exits(scenery, size(args.exits)),
    }


def _spread(most: float, count: int) -> list[float]:
    return [most * (number + 0.5) / count for number in range(count)]


def main() -> int:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=1, help="share of the full size, such as 0.1")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--each", type=int, default=20_000, help="recommendations of each thread")
    parser.add_argument("--forks", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=40, help="jobs for spawned processes")
    parser.add_argument("--tasks", type=int, default=200, help="asyncio tasks at once; always all of them")
    parser.add_argument("--exits", type=int, default=20, help="processes that leave")
    parser.add_argument("--interrupts", type=int, default=1_000)
    parser.add_argument("--people", type=int, default=2_000, help="different intakes to choose from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="these scenarios only")
    args = parser.parse_args()
    chosen = scenarios(args)
    for name in args.only or ():
        if name not in chosen:
            parser.error(f"there is no scenario {name}; there are {', '.join(chosen)}")
    faulthandler.enable()
    scenery = Scenery.make(args.people, args.seed)
    print(f"engine: {scenery.both[0].engine}; {args.people:,} different intakes", flush=True)
    failed = 0
    for name in args.only or chosen:
        started = time.monotonic()
        result = chosen[name](scenery)
        failed += len(result.wrong)
        verdict = f"WRONG {len(result.wrong)}" if result.wrong else "ok"
        print(f"{name:14}{verdict:10}{time.monotonic() - started:6.0f} s  {result.done}", flush=True)
        for one in result.wrong[:MOST_SHOWN]:
            print(f"    {one}", flush=True)
    print(f"wrong: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
