"""Planted defects: small patches of the built-in pack, kept as data in `defects/`, and the packs that they make."""

import copy
import json
from functools import cache
from pathlib import Path
from unittest import mock

import attrs

from psoas_rules import invariants, yaml_reader
from psoas_rules.loading import INVARIANTS, find_builtin, find_data, read_data, read_folder, read_pack
from psoas_rules.proving import parse_invariants

FOLDER = Path(__file__).parent / "defects"

# The same files are read for every defect.
_read = cache(yaml_reader.read_yaml)


@attrs.frozen
class Defect:
    """A defect: what is wrong, how the files change, and which invariants it breaks."""

    name: str
    title: str
    patch: tuple
    refuted: tuple


def defects():
    """Every planted defect, in the order of the names of their files."""
    for file in sorted(FOLDER.glob("*.yaml")):
        document = _read(file.read_bytes())
        assert not document.flaws, (file, document.flaws)
        yield Defect(file.stem, document.data["title"], tuple(document.data["patch"]), tuple(document.data["refuted"]))


@cache
def contents():
    """The files of the built-in pack."""
    return read_folder(find_builtin())


def changed(patch):
    """The files of the built-in pack with a patch applied."""
    files = dict(contents())
    trees = {}
    for step in patch:
        file = step["file"]
        if not step["path"]:
            trees[file] = step["set"]
            continue
        if file not in trees:
            trees[file] = copy.deepcopy(_read(files[file]).data)
        _apply(trees[file], step)
    files.update((file, json.dumps(tree).encode()) for file, tree in trees.items())
    return files


def _apply(tree, step):
    *way, last = step["path"]
    for key in way:
        tree = tree[_place(tree, key)]
    if "set" in step:
        place = _place(tree, last)
        before = tree[place] if isinstance(tree, list) else tree.get(place)
        assert before != step["set"], f"nothing is changed: {step}"
        tree[place] = step["set"]
    elif "add" in step:
        tree[last].append(step["add"])
    else:
        tree[last].remove(step["remove"])


def _place(tree, key):
    """A key, or the place of the row with that id."""
    if isinstance(tree, dict) or isinstance(key, int):
        return key
    return next(number for number, row in enumerate(tree) if row["id"] == key)


def book_of(files):
    """The rulebook of these files, whatever the checks at loading would say."""
    with mock.patch.object(yaml_reader, "read_yaml", _read):
        reading = read_pack(files)
    assert reading.rulebook is not None, reading.issues
    return reading.rulebook


def stated(book):
    """What the built-in pack states, read for another rulebook."""
    entry = next(entry for file, entry in find_data(find_builtin()) if file == INVARIANTS)
    with mock.patch.object(invariants, "read_yaml", _read):
        return parse_invariants(book, read_data(INVARIANTS, entry))
