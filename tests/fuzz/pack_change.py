"""Small changes to the files of a pack: lines, words, bytes, whole files."""

import random
import re
from functools import cache
from pathlib import Path

from pack_check import SMALL_PACK, read_edits, write_edits

ROOT = Path(__file__).parents[2]
_SCALAR = re.compile(rb"(?<=[:\[,{-] )[^\s,{}\[\]][^,{}\[\]\n]*|(?<=\[)[^,{}\[\]\n]+")
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]+")
_KEY = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*(?=:)")
_PAIR = re.compile(rb"([A-Za-z_][A-Za-z0-9_]*): +(\[[^\[\]\n]*\]|\{[^{}\n]*\}|[^\s,{}\[\]][^,{}\[\]\n]*)")
_NUMBER = re.compile(rb"(?<=[ :\[])-?[0-9]+(?:\.[0-9]+)?(?=[\s,}\]])")
_LARGEST_FILE = 3_000
_CHANGES = (1, 1, 1, 2, 4)
_AFRESH = 0.3
"""How often the input is forgotten: most packs with many changes are refused early, those with one go deep."""
ODD = (
    *(b"", b"~", b"null", b"yes", b"no", b"true", b"0", b"-1", b"1", b"2", b"0.5", b"1e400", b".nan", b".inf", b"1:30"),
    *(b"999999999999999", b"9999999999999999", b"0.0000001", b"-0", b"0x10", b"2001-01-01", b"1_000"),
    *(b"[]", b"{}", b"[[]]", b"{a: 1}", b"[a, a]", b"[~]", b"''", b"' '", b'"\\ud800"', b'"\\0"', b'"\\u202e"'),
    *(b"&a b", b"*a", b"!!str x", b"!!python/name:os.system", b"<<: x", b"|", b">-", b"? x", b"- -", b"---", b"..."),
    *(
        b"%YAML 1.1",
        b"\t",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"{side}",
        b"{tight.__class__}",
        b"%s",
    ),
    b"x" * 300,
    b"[" * 40,
    b"{a: " * 40,
)
FOLDERS = (b"precaution", b"triage", b"safety", b"profile", b"dosage", b"exercises", b"cases", b"strange")


@cache
def _small():
    """The small pack: contents by path."""
    return _files(SMALL_PACK)


@cache
def _pool():
    """Files to take from: the small pack, and small files of the real one."""
    real = {path: content for path, content in _files(ROOT / "rules").items() if len(content) <= _LARGEST_FILE}
    return tuple(sorted((*_small().items(), *real.items())))


def _files(folder):
    return {file.relative_to(folder).as_posix().encode(): file.read_bytes() for file in sorted(folder.rglob("*.yaml"))}


@cache
def _words():
    """Every word that means something in a pack: keys, names, options."""
    return tuple(sorted({word for content in _small().values() for word in _WORD.findall(content)}))


@cache
def _values():
    """What stands behind each key, in all files."""
    values = {}
    for _, content in _pool():
        for key, value in _PAIR.findall(content):
            values.setdefault(key, set()).add(value)
    return {key: tuple(sorted(those)) for key, those in values.items()}


class Changer:
    """Changes inputs.

    Args:
        bytewise: Changes bytes with no idea of what they mean, up to a size.
    """

    def __init__(self, bytewise):
        self.bytewise = bytewise

    def __call__(self, data, most, seed):
        """The input with a few changes; the same for the same seed."""
        dice = random.Random(seed)
        edits = {} if dice.random() < _AFRESH else read_edits(data)
        for _ in range(dice.choice(_CHANGES)):
            self._change(edits, dice)
        changed = write_edits(edits)
        return changed if len(changed) <= most else self.bytewise(data, most)

    def _change(self, edits, dice):
        roll = dice.random()
        if roll < 0.04:
            edits[_some_path(edits, dice)] = None
        elif roll < 0.08 and edits:
            del edits[dice.choice(sorted(edits))]
        elif roll < 0.14:
            path, content = dice.choice(_pool())
            if dice.random() < 0.3:
                path = dice.choice(FOLDERS) + b"/" + path.rpartition(b"/")[2]
            edits[path] = content
        else:
            path = _some_path(edits, dice)
            content = edits.get(path) or _small().get(path, b"")
            edits[path] = self._edited(content, dice)

    def _edited(self, content, dice):
        roll = dice.random()
        if roll < 0.06:
            # The byte that starts the header of a file stays out.
            return self.bytewise(content, _LARGEST_FILE * 2).replace(b"\n=== ", b"\n")
        if roll < 0.35:
            return _like(content, dice)
        if roll < 0.5:
            return _number(content, dice)
        if roll < 0.65:
            return _scalar(content, dice)
        if roll < 0.7:
            return _key(content, dice)
        if roll < 0.75:
            return _renamed(content, dice)
        return _lines(content, dice)


def _some_path(edits, dice):
    """Mostly a file that was changed already: two changes that meet go deeper than two apart."""
    return dice.choice(sorted(edits)) if edits and dice.random() < 0.6 else dice.choice(sorted(_small()))


def _like(content, dice):
    """One value changed to what stands behind the same key somewhere else."""
    found = list(_PAIR.finditer(content))
    if not found:
        return content
    one = dice.choice(found)
    new = dice.choice(_values().get(one[1], (one[2],)))
    return content[: one.start(2)] + new + content[one.end(2) :]


def _number(content, dice):
    """One number changed, most often by little."""
    found = list(_NUMBER.finditer(content))
    if not found:
        return content
    one = dice.choice(found)
    number = float(one.group())
    new = dice.choice((number + 1, number - 1, -number, number * 2, number / 2, 0, 10 * number, number + 0.125))
    text = str(int(new)) if new == int(new) else str(new)
    return content[: one.start()] + text.encode() + content[one.end() :]


def _renamed(content, dice):
    """One word changed wherever it stands in the file."""
    words = _WORD.findall(content)
    return content.replace(dice.choice(words), dice.choice((*words, *_words()))) if words else content


def _scalar(content, dice):
    """One scalar changed to another of the file, to a word of the pack, or to something odd."""
    found = list(_SCALAR.finditer(content))
    if not found:
        return content + dice.choice(ODD)
    one = dice.choice(found)
    roll = dice.random()
    if roll < 0.3:
        new = dice.choice(found).group()
    elif roll < 0.6:
        new = dice.choice(_words())
    elif roll < 0.75:
        new = str(dice.choice((-1, 0, 1, 2, 3, 5, 10, 65, 100, 0.5, -0.25, 1.005))).encode()
    elif roll < 0.85:
        new = b"[" + b", ".join(dice.choice(_words()) for _ in range(dice.randint(0, 3))) + b"]"
    else:
        new = dice.choice(ODD)
    return content[: one.start()] + new + content[one.end() :]


def _key(content, dice):
    """One key changed, or another one beside it."""
    found = list(_KEY.finditer(content))
    if not found:
        return content
    one = dice.choice(found)
    _, other = dice.choice(_pool())
    keys = _KEY.findall(other) or [b"id"]
    return content[: one.start()] + dice.choice((dice.choice(keys), dice.choice(_words()))) + content[one.end() :]


def _lines(content, dice):
    lines = content.splitlines(keepends=True) or [b"\n"]
    at = dice.randrange(len(lines))
    to = dice.randrange(len(lines))
    match dice.randrange(7):
        case 0:
            del lines[at : at + dice.choice((1, 1, 2, 5))]
        case 1:
            lines[to:to] = lines[at : at + dice.choice((1, 1, 3, 8))]
        case 2:
            lines[at], lines[to] = lines[to], lines[at]
        case 3:
            lines[at] = b"  " + lines[at]
        case 4:
            lines[at] = lines[at].removeprefix(b"  ")
        case 5:
            _, other = dice.choice(_pool())
            taken = other.splitlines(keepends=True)
            start = dice.randrange(len(taken) or 1)
            lines[at:at] = taken[start : start + dice.choice((1, 2, 5))]
        case 6:
            lines[at:at] = [dice.choice(ODD) + b"\n"]
    return b"".join(line for line in lines if not line.startswith(b"=== "))
