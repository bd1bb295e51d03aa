"""Sources, words and constants: all are used, none stands twice, and a source can be found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from psoas_rules.checking.examination import Examination
from psoas_rules.pack import Claim, ConditionRow, Item, RedFlag, Source
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.soundness.numbers import CONSTANTS
from psoas_rules.yaml_reader import Path

_FORMS: Final = {
    "doi": (re.compile(r"10\.\d{4,9}/\S+"), "10.1000/182"),
    "pmid": (re.compile(r"\d{1,8}"), "'12345678'"),
    "url": (re.compile(r"https?://[^\s/]+\.\S+"), "https://www.example.org/page"),
}
"""What a doi, a PubMed number and an address look like, each with an example."""
REVIEW_MONTHS: Final = "review_months"
"""The constant of `pack.yaml` that says after how many months a pack is read again."""
USUAL_REVIEW_MONTHS: Final = 24
"""After so many months where the pack does not say."""


def check_sources(examination: Examination) -> None:
    """Every source is used and can be found."""
    mentioned = set(_mentioned(examination))
    seen: dict[tuple[str, str], str] = {}
    for i, source in enumerate(examination.rules.pack.sources):
        path: Path = ("sources", i)
        if source.id not in mentioned and source.id != EXPERT_CHOICE:
            message = f"nothing names the source '{source.id}'; name it where it belongs, or remove it"
            examination.tell("sources.yaml", (*path, "id"), "unused-source", message)
        if source.id != EXPERT_CHOICE:
            _findable(examination, source, path)
        for key in _FORMS:
            given = getattr(source, key)
            if given is not None and (other := seen.setdefault((key, given.casefold()), source.id)) != source.id:
                message = f"'{other}' has the same {key}; two entries for one source are counted as two sources"
                examination.tell("sources.yaml", (*path, key), "source-twice", message)


def _findable(examination: Examination, source: Source, path: Path) -> None:
    if not any((source.doi, source.pmid, source.url, source.where)):
        message = f"nobody can find the source '{source.id}'; add where, doi, pmid or url"
        examination.tell("sources.yaml", (*path, "id"), "source-lost", message)
    for key, (form, example) in _FORMS.items():
        given = getattr(source, key)
        if given is not None and not form.fullmatch(given.strip()):
            message = f"this is not a {key}; it looks like {example}"
            examination.tell("sources.yaml", (*path, key), "source-form", message)
    if source.year is not None and not 1500 <= source.year <= examination.today.year + 1:
        message = f"{source.year} is not a year in which this can have appeared"
        examination.tell("sources.yaml", (*path, "year"), "source-form", message)


def _mentioned(examination: Examination) -> Iterator[str]:
    for file, document in examination.documents.items():
        if not file.startswith("cases/"):
            yield from _sources_in(document.data)


def _sources_in(data: Any) -> Iterator[str]:
    """Every entry of a list called `sources`, however deep; the table of sources itself holds mappings."""
    if isinstance(data, Mapping):
        named = data.get("sources")
        if isinstance(named, list):
            yield from (name for name in named if isinstance(name, str))
        for inner in data.values():
            yield from _sources_in(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _sources_in(inner)


def check_claims(examination: Examination) -> None:
    """What is called verified rests on more than the authors' own choice."""
    for file, path, claim in _claims(examination):
        if claim.confidence == "verified" and claim.sources and set(claim.sources) == {EXPERT_CHOICE}:
            message = f"{EXPERT_CHOICE} verifies nothing; name the study, or write well_known_unverified"
            examination.tell(file, (*path, "confidence"), "verified-by-choice", message)


def _claims(examination: Examination) -> Iterator[tuple[str, Path, Claim]]:
    pack = examination.rules.pack
    tables: tuple[tuple[str, Sequence[Item | RedFlag | ConditionRow]], ...] = (
        ("signs", pack.signs),
        ("measures", pack.measures),
        ("red_flags", pack.red_flags),
        ("conditions", pack.conditions),
    )
    for key, rows in tables:
        for i, row in enumerate(rows):
            for j, claim in enumerate(row.facts):
                yield f"{key}.yaml", (key, i, "facts", j), claim
    for exercise in pack.exercises:
        for j, claim in enumerate(exercise.evidence.facts):
            yield f"exercises/{exercise.id}.yaml", ("evidence", "facts", j), claim


def check_words(examination: Examination) -> None:
    """Every word of the vocabulary is used by an exercise."""
    if not examination.whole:
        return
    pack = examination.rules.pack
    words = pack.vocabulary
    used: dict[str, set[str]] = {"properties": set(), "targets": set(), "equipment": set(), "positions": set()}
    for exercise in pack.exercises:
        used["properties"].update(exercise.properties)
        used["targets"].update(exercise.targets)
        used["positions"].update(exercise.positions)
        used["equipment"].update(thing for things in exercise.needs for thing in things)
    # A self-test demands something of the body, too.
    used["properties"].update(name for item in (*pack.signs, *pack.measures) for name in item.properties)
    for kind, known in used.items():
        for word in getattr(words, kind):
            if word not in known:
                message = f"no exercise has '{word}'; is it missing in one? Else remove it"
                examination.tell("vocabulary.yaml", (kind, word), "unused-word", message)
    for name in pack.info.constants:
        if name not in CONSTANTS and name != REVIEW_MONTHS:
            message = f"nothing reads the constant '{name}'; remove it"
            examination.tell("pack.yaml", ("constants", name), "unused-constant", message)


def check_explainers(examination: Examination) -> None:
    """A correction says what it corrects."""
    for i, explainer in enumerate(examination.rules.pack.explainers):
        if explainer.kind == "correction" and explainer.said is None:
            message = "'said' is missing: what is it that this corrects?"
            examination.tell("explainers.yaml", ("explainers", i, "id"), "corrects-nothing", message)
