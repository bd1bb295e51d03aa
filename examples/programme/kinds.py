"""The kinds of simulated people, read from people.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from psoas_rules.hints import nearest
from psoas_rules.yaml_reader import read_yaml

PEOPLE: Final = Path(__file__).with_name("people.yaml")


class PeopleError(Exception):
    """People.yaml cannot be used: what is wrong, and where."""


@attrs.frozen
class Kind:
    """One kind of person: what it is called, what it does, and its numbers by name."""

    name: str
    title: str
    about: str
    numbers: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]


@attrs.frozen
class SelfTest:
    """A test that is repeated: where it starts, which slot or stretches move it, and what it can show at all."""

    start: float
    spread: float
    slots: tuple[str, ...]
    power: float
    stretch: float
    least: int
    most: int


@attrs.frozen
class News:
    """Answers that can come on any day, with their chance."""

    chance: float
    answers: Mapping[str, Any]


@attrs.frozen
class People:
    """What people.yaml says.

    Attributes:
        kinds: The kinds by name.
        tests: The self-tests by fact.
        news: New answers that can come.
        starts: Whose answers they begin with, and how these are varied.
    """

    kinds: Mapping[str, Kind]
    tests: Mapping[str, SelfTest]
    news: tuple[News, ...]
    starts: Mapping[str, Any]


def read_people(path: Path = PEOPLE) -> People:
    """The kinds of people in a file.

    Raises:
        PeopleError: if a number is unknown, or has no value or no reason.
    """
    document = read_yaml(path.read_bytes())
    data: Any = document.data
    if document.flaws or not isinstance(data, dict):
        raise PeopleError("\n".join(f"{path.name}:{flaw.line}: {flaw.message}" for flaw in document.flaws))
    everybody = _numbers("everybody", data["everybody"], None)
    kinds = {
        name: Kind(name, kind["title"], kind["about"], {**everybody, **_numbers(name, kind["numbers"], everybody)})
        for name, kind in data["kinds"].items()
    }
    tests = {
        fact: SelfTest(
            t["start"], t["spread"], tuple(t.get("with", ())), t.get("power", 0.0), t.get("stretch", 0.0), *t["range"]
        )
        for fact, t in data["tests"].items()
    }
    news = tuple(News(one["chance"], one["answers"]) for one in data["news"])
    return People(kinds, tests, news, data["starts"])


def _numbers(place: str, given: Mapping[str, Any], known: Mapping[str, float] | None) -> dict[str, float]:
    """Numbers by name; those of a kind must be among those of everybody."""
    for name, number in given.items():
        if known is not None and name not in known:
            raise PeopleError(f"{place}: there is no number '{name}'{nearest(name, known)}")
        if not isinstance(number, dict) or "value" not in number or not number.get("why"):
            raise PeopleError(f"{place}.{name}: write a value, and why it is so")
    return {name: float(number["value"]) for name, number in given.items()}
