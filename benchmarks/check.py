"""Whether every peer gives what `Recommender.recommend` gives, but for the name of the engine."""

import json
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

import attrs

from benchmarks.people import mixed
from psoas_rules import Intake, Outcome, Pack, Recommender

SEED = 20_261


def differing(pack: Pack, peers: Iterable[Any], people: int, *, report: Any = print) -> int:
    """On how many people a peer differs; prints the outcomes there were and the first difference of each peer."""
    recommender = Recommender(pack)
    peers = list(peers)
    known = {rule.id for rule in recommender.rules}
    fired: set[str] = set()
    kinds: Counter[str] = Counter()
    differences: Counter[str] = Counter()
    for intake in islice(mixed(pack, SEED), people):
        expected = recommender.recommend(intake)
        kinds[expected.kind] += 1
        fired.update(rule for rule in expected.trace.rules if rule in known)
        fired.update(f"screening.{question.fact}" for question in getattr(expected, "questions", ()))
        for peer in peers:
            given = _given(peer, intake)
            if isinstance(given, Exception) or not _same(expected, given):
                differences[peer.name] += 1
                if differences[peer.name] == 1:
                    report(f"{peer.name} differs on {json.dumps(intake.to_dict())}")
                    report(f"  {_first_difference(expected, given)}")
    report(f"{len(fired & known)} of {len(known)} rules fired for somebody.")
    counted = ", ".join(f"{count} {kind}s" for kind, count in kinds.most_common())
    for peer in peers:
        verdict = "differs on " + str(differences[peer.name]) if differences[peer.name] else "equal on all"
        report(f"{peer.name} {peer.version}: {verdict} of {people} people ({counted})")
    return differences.total()


def _given(peer: Any, intake: Intake) -> Outcome | Exception:
    try:
        return peer.recommend(intake)
    except Exception as error:  # noqa: BLE001 - any failure of a peer is a difference
        return error


def _same(expected: Outcome, given: Outcome) -> bool:
    """Equal as values, and to the byte of their JSON."""
    given = attrs.evolve(given, engine=expected.engine)
    return expected == given and json.dumps(expected.to_dict()) == json.dumps(given.to_dict())


def _first_difference(expected: Any, given: Any, path: str = "outcome") -> str:
    if isinstance(given, Exception):
        return f"{type(given).__name__}: {given}"
    if attrs.has(type(expected)) and type(expected) is type(given):
        for field in attrs.fields(type(expected)):
            one, other = getattr(expected, field.name), getattr(given, field.name)
            if one != other and field.name != "engine":
                return _first_difference(one, other, f"{path}.{field.name}")
    if isinstance(expected, tuple) and isinstance(given, tuple):
        for place, (one, other) in enumerate(zip(expected, given, strict=False)):
            if one != other:
                return _first_difference(one, other, f"{path}[{place}]")
        return (
            f"{path}: {len(expected)} expected, {len(given)} given: {expected[len(given) :]} {given[len(expected) :]}"
        )
    return f"{path}: {expected!r} expected, {given!r} given"
