"""What must hold for any pack, however broken.

An input is text: whole files that replace or join those of `tests/small_pack`, each under a line `=== path`. A line
`=== path gone` takes a file away.
"""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import attrs

from psoas_rules import Intake, Person, Recommender, Referral, Routine, Screen, Screening, check_pack, load_pack
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import EngineError, IntakeError, PackError
from psoas_rules.facts import SECTIONS

SMALL_PACK = Path(__file__).parents[1] / "small_pack"
HEADER = b"=== "
GONE = b" gone"
MISSING = ("missing-file", "no-pack", "too-large")
LONGEST_LINE = 2_000
_DEEPEST = 25
_LONGEST_NAME = 200


def read_edits(data):
    """The files of an input by their path: contents, or None for a file that is gone."""
    edits = {}
    path = None
    for line in data.splitlines(keepends=True):
        if line.startswith(HEADER):
            path = line[len(HEADER) :].strip()
            gone = path.endswith(GONE)
            path = path.removesuffix(GONE)
            if _stays_inside(path):
                edits[path] = None if gone else b""
        elif path is not None and edits.get(path) is not None:
            edits[path] += line
    return edits


def write_edits(edits):
    """The input that `read_edits` reads back."""
    parts = []
    for path, content in edits.items():
        parts.append(HEADER + path + (GONE if content is None else b"") + b"\n")
        if content is not None:
            parts.append(content if content.endswith(b"\n") or not content else content + b"\n")
    return b"".join(parts)


def _stays_inside(path):
    names = path.split(b"/")
    plain = all(name not in (b"", b".", b"..") and len(name) <= _LONGEST_NAME for name in names)
    return plain and len(names) <= _DEEPEST and b"\0" not in path and not path.endswith(GONE)


@cache
def _room():
    """A folder for this process, with the small pack in it."""
    room = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    shutil.copytree(SMALL_PACK, room / "small_pack")
    return room


def check(data):
    """Loads the pack and recommends with it; any error that comes out is a finding.

    Returns:
        Whether the pack could be used.
    """
    room = _room()
    folder = room / "pack"
    # Links instead of copies: edited files are taken away before they are written anew.
    shutil.copytree(room / "small_pack", folder, copy_function=os.link)
    try:
        _edit(folder, read_edits(data))
        return _followed(folder)
    finally:
        shutil.rmtree(folder)


def _edit(folder, edits):
    for path, content in edits.items():
        file = folder / os.fsdecode(path)
        try:
            file.unlink(missing_ok=True)
            if content is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        except OSError:
            continue  # a file where a folder would have to be, or the other way round


def _followed(folder):
    try:
        pack = load_pack(folder)
    except PackError as error:
        _told(error, folder)
        return False
    _used(pack)
    return True


def _told(error, folder):
    assert error.issues
    assert len(set(error.issues)) == len(error.issues)
    assert check_pack(folder) == error.issues
    for issue in error.issues:
        place = folder / issue.file
        if place.is_file():
            assert 0 <= issue.line <= len(place.read_bytes().splitlines()) + 1, issue
        else:
            assert place.is_dir() or issue.code in MISSING, issue
            assert issue.line == 0, issue
        assert issue.column >= 0, issue
    for line in str(error).splitlines():
        assert line.isprintable(), line
        assert len(line) < LONGEST_LINE, line


def _used(pack):
    """Whatever loads can be used, and both engines decide the same."""
    usual, plain = Recommender(pack), Recommender(pack, PlainEngine(), remember=False)
    for intake in _intakes(usual.lexicon):
        assert _decision(plain, intake) == _decision(usual, intake)


def _decision(recommender, intake):
    try:
        outcome = recommender.recommend(intake)
    except (IntakeError, EngineError) as error:
        return type(error), str(error)
    assert type(outcome) in (Routine, Referral, Screening)
    assert str(outcome)
    return attrs.evolve(outcome, engine="")


def _intakes(lexicon):
    """A few people: silent, clear of everything, and answering every question one way or the other."""
    yield Intake()
    yield Intake(screen=Screen.clear())
    for most in (False, True):
        given = {section: _answers(lexicon, kind, most) for kind, section in SECTIONS.items()}
        person = Person(**{key: value for key, value in given.pop("person").items() if key in ("age", "experience")})
        yield Intake(person=person, screen=Screen.clear(), signs=given["signs"], measures=given["measures"])
        yield Intake(person=person, preferences=given["preferences"], **_all_yes(lexicon, most))
        yield Intake(person=person, screen=Screen.clear(), **given)


def _all_yes(lexicon, most):
    yes = {"conditions": "condition", "red_flags": "red_flag", "clearances": "cleared"}
    return {
        section: dict.fromkeys(lexicon.answers(kind), section != "red_flags" or most) for section, kind in yes.items()
    }


def _answers(lexicon, kind, most):
    return {key: _answer(lexicon.specs[f"{kind}.{key}"], most) for key in lexicon.answers(kind)}


def _answer(spec, most):
    match spec.answer:
        case "yes_no":
            return most if spec.kind not in ("red_flag", "condition") else False
        case "choice":
            return next(iter(reversed(spec.options) if most else iter(spec.options)), None)
        case "many" | "names":
            return list(spec.options)[:3] if most else []
    low, high = (spec.minimum or 0), (spec.maximum if spec.maximum is not None else 100)
    return high if most else low
