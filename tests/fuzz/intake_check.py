"""What must hold for any intake, however strange.

An input is the text of a JSON file. JSON cannot say everything that a program can hand over, so a few words in braces
stand for such values: see `WORDS` and `HOLDERS`. What is no JSON is read as a file, as JSON and as YAML.
"""

import datetime as dt
import enum
import fractions
import json
import math
import tempfile
from collections import OrderedDict, UserDict, UserList, deque
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType

import attrs

from psoas_rules import (
    Intake,
    Recommender,
    Referral,
    Routine,
    Screening,
    explain,
    load_pack,
    outcome_from_dict,
    read_intake,
)
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import IntakeError


class Reply(enum.StrEnum):
    """Text of a class of its own."""

    YES = "yes"


class Count(enum.IntEnum):
    """A number of a class of its own."""

    FIVE = 5


def _deep():
    nested = []
    for _ in range(50_000):
        nested = [nested]
    return nested


WORDS = {
    "{nan}": math.nan,
    "{inf}": math.inf,
    "{-inf}": -math.inf,
    "{huge_int}": 10**5_000,
    "{-huge_int}": -(10**5_000),
    "{long_text}": "x" * 200_000,
    "{long_bytes}": b"x" * 200_000,
    "{deep}": _deep(),
    "{many_answers}": {f"answer_{n}": True for n in range(5_001)},
    "{many_entries}": ["juggling"] * 1_001,
    "{object}": object(),
    "{decimal}": Decimal("0.5"),
    "{fraction}": fractions.Fraction(1, 2),
    "{complex}": 1j,
    "{date}": dt.date(2026, 1, 1),
    "{ellipsis}": ...,
    "{reply}": Reply.YES,
    "{count}": Count.FIVE,
    "{class}": dict,
}
"""Text that is exactly one of these is replaced by the value."""

HOLDERS = {
    "{set}": lambda parts: set(map(_hashable, parts)),
    "{frozenset}": lambda parts: frozenset(map(_hashable, parts)),
    "{tuple}": tuple,
    "{deque}": deque,
    "{iterator}": iter,
    "{user_list}": UserList,
    "{bytes}": lambda parts: bytes(part for part in parts if type(part) is int and 0 <= part < 256),
    "{pairs}": lambda parts: dict(_pairs(parts)),
    "{ordered}": lambda parts: OrderedDict(_pairs(parts)),
    "{proxy}": lambda parts: MappingProxyType(dict(_pairs(parts))),
    "{user_dict}": lambda parts: UserDict(dict(_pairs(parts))),
}
"""A mapping with one of these as its only key, and a list, is replaced by what is made of the list."""

LONGEST_LINE = 2_000
"""A line of an error holds at most a name and a value, each cut and then written with escapes."""


def _hashable(value):
    try:
        hash(value)
    except TypeError:
        return repr(type(value))
    return value


def _pairs(parts):
    for part in parts:
        if isinstance(part, list) and len(part) == 2:
            yield _hashable(part[0]), part[1]


def _meant(value):
    """Plain data with the words and holders in it replaced."""
    if isinstance(value, str):
        return WORDS.get(value, value)
    if isinstance(value, list):
        return [_meant(part) for part in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, parts),) = value.items()
        if key in HOLDERS and isinstance(parts, list):
            return HOLDERS[key]([_meant(part) for part in parts])
    return {_hashable(_meant(key)): _meant(part) for key, part in value.items()}


@cache
def recommenders():
    """All that must decide the same: with a memory, without one, and the plain evaluator."""
    pack = load_pack()
    return (
        Recommender(pack),
        Recommender(pack, remember=False),
        Recommender(pack, PlainEngine(), remember=False),
    )


def check(data):
    """Reads the bytes as an intake and follows it all the way; any error that comes out is a finding.

    Returns:
        What came of it: the kinds of outcomes, and `refused`.
    """
    return {_followed(read) for read in _readings(data)}


def _followed(read):
    try:
        intake = read()
    except IntakeError as error:
        _fit_for_a_page(error)
        return "refused"
    return _decided(intake)


def _readings(data):
    """The ways to read the input."""
    try:
        meant = _meant(json.loads(data))
    except (ValueError, RecursionError):
        return [lambda: _from_file(data, ".json"), lambda: _from_file(data, ".yaml")]
    return [lambda: Intake.from_dict(meant)]


def _from_file(data, ending):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"intake{ending}"
        file.write_bytes(data)
        return read_intake(file)


def _decided(intake):
    first, *others = (_answer(recommender, intake) for recommender in recommenders())
    for other in others:
        assert other == first
    if isinstance(first, tuple):
        return "refused"
    outcome = recommenders()[0].recommend(intake)
    _sound(outcome)
    _reads_back(intake, outcome)
    return outcome.kind


def _answer(recommender, intake):
    """The outcome without the name of the engine, or the problems of a refusal."""
    try:
        return attrs.evolve(recommender.recommend(intake), engine="")
    except IntakeError as error:
        _fit_for_a_page(error)
        return error.problems


def _sound(outcome):
    assert type(outcome) in (Routine, Referral, Screening)
    stored = json.dumps(outcome.to_dict(), allow_nan=False)
    assert outcome_from_dict(json.loads(stored)) == outcome
    assert str(outcome).strip()
    assert explain(outcome).strip()


def _reads_back(intake, outcome):
    """An intake that was accepted is plain data, and says the same when it is read back, in any order."""
    stored = json.loads(json.dumps(intake.to_dict(), allow_nan=False))
    again = Intake.from_dict(stored)
    assert again == intake
    backwards = Intake.from_dict(_backwards(stored))
    for same in (again, backwards):
        assert recommenders()[0].recommend(same) == outcome


def _backwards(value):
    if not isinstance(value, dict):
        return value
    return {key: _backwards(value[key]) for key in reversed(value)}


def _fit_for_a_page(error):
    text = str(error)
    assert text.strip()
    for line in text.splitlines():
        assert line.isprintable(), line
        assert len(line) < LONGEST_LINE, line
