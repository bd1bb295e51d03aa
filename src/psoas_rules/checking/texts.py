"""What people read: no slips of the keyboard, no gaps left for later, and words that are easy to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import NoneType
from typing import Any, Final, get_args

import attrs

from psoas_rules.checking.examination import Examination
from psoas_rules.checking.findings import Fix
from psoas_rules.checking.kinds import FILE_KINDS, walk
from psoas_rules.loading import INVARIANTS, PROGRESS_FOLDER
from psoas_rules.pack import PROFILES
from psoas_rules.soundness.programmes import FILE as PROGRAMME
from psoas_rules.yaml_reader import Path

HARDEST_GRADE: Final = 10
"""The highest school grade of text for people that is not told."""
_FEWEST_WORDS: Final = 12
"""A grade says nothing about fewer words."""
_BRACKETED: Final = re.compile(r"\s*\([^()]*\)")
"""The clinician's word, which stands in brackets behind the everyday one."""

_FOR_PEOPLE: Final = frozenset(
    {
        *("ask", "say", "could_mean", "headline", "actions", "do", "steps", "do_not_if", "cues", "common_faults"),
        *("stop_signs", "why", "offered_when", "not_on_your_own", "text", "because", "options", "could_also_be"),
        *("not_a_diagnosis", "screening", "no_steps", "next_check", "principles", "pain_rules", "pain_rules_strict"),
        *("stop_rules", "seek_help_again", "levels", "profiles", "confidence", "meanwhile", "schedule", "if_unsure"),
        *("days", "after_clearance", "unsettled", "slot_because", "format_because", "session_because", "intended_use"),
    }
)
"""Keys of texts that the person who exercises reads."""
_SENTENCES: Final = frozenset(
    {"say", "could_mean", "because", "headline", "not_a_diagnosis", "screening", "no_steps", "next_check"}
)
"""Keys of texts that are whole sentences."""
_UNFINISHED: Final = re.compile(r"\b(?:TODO|FIXME|TBD|XXX|lorem ipsum)\b|\?\?\?|\.\.\.\s*$")
_BLANKS: Final = re.compile(r"(?<=\S)[ \t\u00a0]{2,}(?=\S)")
_ENDS: Final = (".", "!", "?", ".)", '."', ".'", ":")


@attrs.frozen
class _Text:
    """A text in the pack, with its place and the key that it stands under."""

    file: str
    path: Path
    text: str

    @property
    def key(self) -> str:
        """The key that says what sort of text it is: the one of the list or mapping it stands in."""
        if self.file == PROGRAMME and self.path[0] == "texts":
            return "say"
        names = [part for part in self.path if isinstance(part, str)]
        return next((name for name in reversed(names) if name in _FOR_PEOPLE), names[-1] if names else "")


def check_texts(examination: Examination) -> None:
    """Texts are finished, and hold no blanks that nobody sees."""
    for text in _texts(examination):
        _blanks(examination, text)
        found = _UNFINISHED.search(text.text)
        if found and text.file != "sources.yaml":
            message = f"'{found.group().strip()}' looks like a gap that was left for later; finish the text"
            examination.tell(text.file, text.path, "unfinished", message)
        elif text.path[-1] == "ask" and "?" not in text.text:
            message = "nothing is asked here: there is no question mark"
            examination.tell(text.file, text.path, "no-question", message)
        elif text.key in _SENTENCES and text.file != INVARIANTS and not text.text.rstrip().endswith(_ENDS):
            message = "this is a sentence for people, but it does not end like one; add a full stop"
            examination.tell(text.file, text.path, "no-full-stop", message)


def _blanks(examination: Examination, text: _Text) -> None:
    tidy = _BLANKS.sub(" ", text.text).strip()
    if tidy != text.text.strip("\n") and "\n" not in text.text.strip("\n"):
        where = "at the end or the beginning" if text.text.strip() == tidy else "between words"
        message = f"there are blanks too many {where}; one is enough"
        examination.tell(text.file, text.path, "extra-blank", message, Fix("take them out", "blanks", text.path, tidy))


def _texts(examination: Examination) -> Iterator[_Text]:
    """Every text of the pack that has the shape of a text, in the files that can be read."""
    for kind in FILE_KINDS:
        for file in kind.files(examination.documents):
            document = examination.documents[file]
            if kind.name != "cases":
                for path, data, shape in walk(document.data, kind.shape):
                    if isinstance(data, str) and (shape is str or set(get_args(shape)) == {str, NoneType}):
                        yield _Text(file, path, data)


def check_labels(examination: Examination) -> None:
    """No two rows of a kind have the same title or ask the same: one of them was copied and not changed."""
    pack = examination.rules.pack
    rows: tuple[tuple[str, str, Sequence[Any], tuple[str, ...]], ...] = (
        ("signs.yaml", "signs", pack.signs, ("label", "ask")),
        ("measures.yaml", "measures", pack.measures, ("label", "ask")),
        ("red_flags.yaml", "red_flags", pack.red_flags, ("label", "ask")),
        ("conditions.yaml", "conditions", pack.conditions, ("label", "ask")),
        ("explainers.yaml", "explainers", pack.explainers, ("title", "text")),
        ("sources.yaml", "sources", pack.sources, ("title",)),
    )
    for file, key, table, fields in rows:
        places = [(file, (key, i), row) for i, row in enumerate(table)]
        _no_twins(examination, places, fields)
    _no_twins(examination, [(f"{rule.stage}/{rule.id}.yaml", (), rule) for rule in pack.rules], ("title",))
    _no_twins(
        examination, [(f"{PROGRESS_FOLDER}/{rule.id}.yaml", (), rule) for rule in pack.progress], ("title", "say")
    )
    _no_twins(examination, [(f"exercises/{one.id}.yaml", (), one) for one in pack.exercises], ("why",))


def _no_twins(examination: Examination, places: Sequence[tuple[str, Path, Any]], fields: Sequence[str]) -> None:
    for field in fields:
        first: dict[str, str] = {}
        for file, path, row in places:
            text = getattr(row, field)
            if text is None:
                continue
            plain = " ".join(text.casefold().split())
            if plain in first:
                message = f"'{first[plain]}' has the same '{field}', so people cannot tell the two apart; change one"
                examination.tell(file, (*path, field), "same-words", message)
            first.setdefault(plain, row.id)


_NEEDED: Final = {
    "words": ("supported", "provisional", "uncertain", "unlikely", "no_information"),
    "sides": ("line", "tight_left", "tight_right", "weak_left", "weak_right"),
    "if_unsure": ("before_exercising", "same_day", "emergency"),
    "meanwhile": ("before_exercising", "same_day", "emergency"),
    "profiles": PROFILES,
}
"""Keys of texts that outcomes look for, and do without where they are missing."""
_MUST: Final = ("words", "sides")
_GAPS: Final = ("{side}", "{tight}", "{weak}")


def check_outcome_texts(examination: Examination) -> None:
    """Every outcome finds its words for sides and patterns, and no text stands under a key that nothing reads."""
    texts = examination.rules.pack.info.texts
    for section, keys in _NEEDED.items():
        given = getattr(texts, section)
        for key in keys:
            if section in _MUST and key not in given and (given or section == "words"):
                message = f"'{key}' is missing in texts.{section}; without it an outcome shows the bare key or nothing"
                examination.tell("pack.yaml", ("texts", section), "missing-words", message)
        for key in given:
            if key not in keys and section != "profiles":
                message = f"nothing reads '{key}' here; texts.{section} has {', '.join(keys)}"
                examination.tell("pack.yaml", ("texts", section, key), "unread-text", message)
    line = texts.sides.get("line", "")
    for gap in re.findall(r"\{[^}]*\}", line):
        if gap not in _GAPS:
            message = f"'{gap}' is not filled in; the gaps are {', '.join(_GAPS)}"
            examination.tell("pack.yaml", ("texts", "sides", "line"), "unread-text", message)


def check_reading_ease(examination: Examination) -> None:
    """Texts for people are easy to read."""
    if find_spec("readability") is None:
        examination.notes.append(
            "Not checked: how hard the texts are to read. It needs a library: "
            "python -m pip install 'psoas-rules[reading]'"
        )
        return
    grade = _grader()
    for text in _texts(examination):
        plain = _BRACKETED.sub("", text.text)
        if text.key in _FOR_PEOPLE and len(plain.split()) >= _FEWEST_WORDS:
            found = grade(plain)
            if found > HARDEST_GRADE:
                message = (
                    f"this reads like grade {found:.1f} of school, above {HARDEST_GRADE}; shorten the sentences, "
                    "use everyday words, and put the clinician's word in brackets behind them"
                )
                examination.tell(text.file, text.path, "hard-to-read", message)


def _grader() -> Callable[[str], float]:
    """What gives the Flesch-Kincaid grade of a text."""
    getmeasures = import_module("readability").getmeasures

    def grade(text: str) -> float:
        sentences = re.split(r"(?<=[.!?:;])\s+", " ".join(text.split()))
        # The library wants one sentence a line, and marks apart from words.
        lines = "\n".join(re.sub(r"([^\w\s'-])", r" \1 ", one) for one in sentences)
        if not re.search(r"\w", lines):
            return 0.0
        return float(getmeasures(lines, lang="en")["readability grades"]["Kincaid"])

    return grade


__all__ = [
    "HARDEST_GRADE",
    "check_labels",
    "check_outcome_texts",
    "check_reading_ease",
    "check_texts",
]
