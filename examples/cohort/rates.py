"""How often each answer is given, read from people.yaml and checked against the pack."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.hints import nearest
from psoas_rules.lexicon import Lexicon
from psoas_rules.yaml_reader import Document, read_yaml

SCREEN: Final = FactSpec("screen", "finding", "all safety questions", "choice", options={"clear": "clear"})
GROUP: Final = FactSpec("screen.group", "finding", "one group of safety questions", "yes_no")
EVERY_GROUP: Final = "screen.every_group"
NOT_SURE: Final = "not_sure"

_FORMS: Final = ("yes", "ticked", "mean", "choices", "entries")
_BESIDE: Final = ("spread", "least", "most", "step", "answered", "sides_differ", "only_with")
_OUT_OF: Final = 100
_FITS: Final[Mapping[str, tuple[str, ...]]] = {
    "yes_no": ("yes", "ticked"),
    "choice": ("choices",),
    "many": ("entries",),
    "names": ("entries",),
}
"""How an answer of each type may be spread. What is not listed is a number."""


class RatesError(Exception):
    """People.yaml cannot be used: every problem, with its line and column."""


@attrs.frozen
class Rate:
    """How one answer is spread among people of one kind.

    Attributes:
        form: yes, ticked, mean, choices or entries.
        value: Of 100 people how many; the mean; the weight or the rate of each entry.
        spread: Of a number: two of three people lie within it.
        least, most: What a number is kept within.
        step: What a number is rounded to.
        answered: Of 100 people how many answer at all.
        sides_differ: Of 100 people in how many the sides are drawn apart; None when one answer stands for both.
        only_with: The answer that must be yes before this one is asked; empty for none.
    """

    form: str
    value: Any
    spread: float = 0.0
    least: float | None = None
    most: float | None = None
    step: float = 1.0
    answered: float = 100.0
    sides_differ: float | None = None
    only_with: str = ""


@attrs.frozen
class Kind:
    """One kind of person: the share of all people, and a rate for each answer."""

    name: str
    people: float
    rates: Mapping[str, Rate]


@attrs.frozen
class Rates:
    """What people.yaml says.

    Attributes:
        kinds: The kinds of people.
        specs: What each answer may be, in the order of the file.
    """

    kinds: tuple[Kind, ...]
    specs: Mapping[str, FactSpec]

    def sided(self, answer: str) -> bool:
        """Whether left and right get a column each."""
        return any(answer in kind.rates and kind.rates[answer].sides_differ is not None for kind in self.kinds)


def read_rates(path: Path, lexicon: Lexicon) -> Rates:
    """The answer rates in a file.

    Args:
        path: The file.
        lexicon: What the pack asks; see `Recommender.lexicon`.

    Raises:
        RatesError: with every problem, its line and column, and what was probably meant.
    """
    document = read_yaml(path.read_bytes())
    problems = [f"{path.name}:{flaw.line}:{flaw.column}: {flaw.message}" for flaw in document.flaws]
    if problems or not isinstance(document.data, dict):
        raise RatesError("\n".join(problems) or f"{path.name}: write everybody and kinds")
    reader = _Reader(path.name, document, lexicon)
    rates = reader.read()
    if reader.problems:
        raise RatesError("\n".join(reader.problems))
    return rates


class _Reader:
    """Reads the file; collects problems instead of stopping at the first."""

    def __init__(self, name: str, document: Document, lexicon: Lexicon) -> None:
        self.name = name
        self.document = document
        self.lexicon = lexicon
        self.problems: list[str] = []
        self.specs: dict[str, FactSpec] = {}
        self.known = {SCREEN.name: SCREEN, EVERY_GROUP: GROUP}
        for fact_kind, section in SECTIONS.items():
            for key in lexicon.answers(fact_kind):
                spec = lexicon.answerable(fact_kind, key)
                assert spec is not None
                self.known[f"{section}.{key}"] = spec

    def read(self) -> Rates:
        data = self.document.data
        for key in data:
            if key not in ("everybody", "kinds"):
                self._problem((key,), f"unknown key '{key}'{nearest(key, ('everybody', 'kinds'))}")
        everybody = self._answers(("everybody",), data.get("everybody", {}))
        kinds = []
        for name, given in data.get("kinds", {}).items():
            own = self._answers(("kinds", name, "answers"), given.get("answers", {}))
            people = given.get("people")
            if not isinstance(people, int | float) or people <= 0:
                self._problem(("kinds", name), f"'{name}' needs people: how many shares of all people it makes up")
            else:
                kinds.append(Kind(name, people, {**everybody, **own}))
        if not kinds:
            self._problem(("kinds",), "at least one kind of person is needed")
        return Rates(tuple(kinds), self.specs)

    def _answers(self, path: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, Rate]:
        found = {}
        for answer, spread in given.items():
            place = (*path, answer)
            spec = self.known.get(answer)
            if spec is None:
                self._problem(place, f"no question is called '{answer}'{nearest(answer, self.known)}")
                continue
            rate = self._rate(place, spec, spread)
            if rate is not None:
                self.specs.setdefault(answer, spec)
                found[answer] = rate
        return found

    def _rate(self, place: tuple[str, ...], spec: FactSpec, given: Any) -> Rate | None:
        before = len(self.problems)
        forms = [form for form in _FORMS if isinstance(given, dict) and form in given]
        if len(forms) != 1:
            self._problem(place, f"write one of {', '.join(_FORMS)}")
            return None
        (form,) = forms
        for key in given:
            if key not in (*_FORMS, *_BESIDE):
                self._problem((*place, key), f"unknown key '{key}'{nearest(key, (*_FORMS, *_BESIDE))}")
        fitting = _FITS.get(spec.answer, ("mean", "choices"))
        if form not in fitting:
            self._problem(place, f"{spec.label}: the answer is spread by {' or '.join(fitting)}, not by {form}")
        elif form in ("choices", "entries"):
            self._options((*place, form), spec, given[form])
        for key in ("yes", "ticked", "answered", "sides_differ"):
            if key in given and not _is_rate(given[key]):
                self._problem((*place, key), f"{key} is a number of people out of {_OUT_OF}")
        for key in ("mean", "spread", "least", "most", "step"):
            if key in given and not isinstance(given[key], int | float):
                self._problem((*place, key), f"{key} is a number")
        if "sides_differ" in given and not spec.sided:
            self._problem((*place, "sides_differ"), f"{spec.label} has no sides")
        other = given.get("only_with", "")
        if other and other not in self.known:
            self._problem((*place, "only_with"), f"no question is called '{other}'{nearest(other, self.known)}")
        if len(self.problems) > before:
            return None
        beside = {key: given[key] for key in _BESIDE if key in given}
        return Rate(form, given[form], **beside)

    def _options(self, place: tuple[str, ...], spec: FactSpec, given: Any) -> None:
        if not isinstance(given, dict) or not all(_is_rate(rate) for rate in given.values()) or not any(given.values()):
            self._problem(place, f"write each with its number of people out of {_OUT_OF}")
            return
        allowed = [*spec.options, NOT_SURE] if place[-1] == "choices" else list(spec.options)
        for option in given:
            number = not spec.options and _is_number(option)
            if not number and option not in allowed:
                self._problem((*place, option), f"{spec.label}: unknown answer '{option}'{nearest(option, allowed)}")

    def _problem(self, path: tuple[str, ...], message: str) -> None:
        line, column = self.document.place(path)
        self.problems.append(f"{self.name}:{line}:{column}: {message}")


def _is_rate(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= _OUT_OF


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
