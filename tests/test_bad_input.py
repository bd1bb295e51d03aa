"""Whatever is wrong with an intake or a pack is told: where it is, what it is, and what to write instead.

The mistakes and the exact words stand as data in `tests/broken/`. The packs are broken copies of `tests/small_pack/`.
"""

import ast
import math
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from psoas_rules import Intake, Person, Recommender, Screen, check_pack, load_pack
from psoas_rules.errors import IntakeError, PackError

HERE = Path(__file__).parent
SMALL_PACK = HERE / "small_pack"


def _read(file):
    return YAML(typ="safe", pure=True).load(HERE / "broken" / file)


def _deep():
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


# What stands for itself in a `python` intake: text that is exactly one of these is replaced by the value.
MARKERS = {
    "{nan}": math.nan,
    "{inf}": math.inf,
    "{-inf}": -math.inf,
    "{huge_int}": 10**5_000,
    "{long_text}": "x" * 10_000_000,
    "{long_bytes}": b"x" * 1_000_000,
    "{deep}": _deep(),
    "{many_answers}": {f"answer_{n}": True for n in range(5_001)},
    "{many_entries}": ["juggling"] * 100_000,
}


def intake_data(case):
    """The plain data of a case; `python` is a literal with markers in it, for what YAML cannot say."""
    return case["intake"] if "intake" in case else _marked(ast.literal_eval(case["python"]))


def _marked(value):
    if isinstance(value, dict):
        return {_marked(key): _marked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_marked(one) for one in value]
    return MARKERS.get(value, value) if isinstance(value, str) else value


def broken_copy(case, folder):
    """A copy of the small pack with the edits of a case; a case with one edit has its keys beside its name."""
    shutil.copytree(SMALL_PACK, folder)
    for edit in case.get("edits", [case]):
        _edit(folder / edit["file"], edit)
    return folder


def _edit(path, edit):
    if "delete" in edit:
        path.unlink()
        return
    path.parent.mkdir(exist_ok=True)
    if "hex" in edit:
        path.write_bytes(bytes.fromhex(edit["hex"]))
    elif "write" in edit:
        path.write_text(edit["write"], encoding="utf-8")
    elif "lines" in edit:
        path.write_text("".join(edit["lines"].format(n=n) + "\n" for n in range(edit["times"])), encoding="utf-8")
    elif "append" in edit:
        path.write_text(path.read_text(encoding="utf-8") + edit["append"], encoding="utf-8")
    else:
        text = path.read_text(encoding="utf-8")
        assert text.count(edit["replace"]) == 1, f"the text to replace stands {text.count(edit['replace'])} times"
        path.write_text(text.replace(edit["replace"], edit["with"]), encoding="utf-8")
