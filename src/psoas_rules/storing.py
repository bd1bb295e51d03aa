"""Packs that were read and checked before, stored on disk: reading YAML is by far the slowest part of starting up.

What is stored is found by content alone: the digest of the pack's files, of this library's own code, and the version
of Python. So it can be missing or of no use, but never stale. It holds nothing but values of the classes in `pack`, and
nothing else is read back. Wherever the folder cannot be used, everything works as without it.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import re
import stat
import sys
import tempfile
import time
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from psoas_rules import pack as shapes
from psoas_rules import progression
from psoas_rules.pack import Pack

VARIABLE: Final = "PSOAS_RULES_CACHE"
"""The environment variable that names the folder; `off` for none."""

_MOST_STORED: Final = 8
_NAME: Final = re.compile(r"[0-9a-f]{64}\.pack")
_HALF: Final = "new-"
_HALF_S: Final = 3_600
"""Seconds after which nobody can still be writing a pack."""
_HEAD: Final = b"psoas_rules pack 1\n"


def folder() -> Path | None:
    """Where packs are stored: as the environment says, or in the user's folder for caches; None for nowhere."""
    named = os.environ.get(VARIABLE)
    if named:
        return None if named == "off" else Path(named)
    try:
        if os.name == "nt":
            base = Path(os.environ.get("LOCALAPPDATA", ""))
        elif sys.platform == "darwin":
            base = Path("~/Library/Caches").expanduser()
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    except RuntimeError:
        # There is no home.
        return None
    return base / "psoas_rules" if base.is_absolute() else None


def stored(digest: str) -> Pack | None:
    """The pack whose files have this digest, if it was stored."""
    place = _place(digest)
    if place is None:
        return None
    try:
        if not _ours(place.parent.stat()):
            return None
        with place.open("rb") as opened:
            # Of the very file that is read, not of what stood in its place a moment ago.
            if not _ours(os.fstat(opened.fileno())):
                return None
            content = opened.read()
        head, checksum, payload = (
            content[: len(_HEAD)],
            content[len(_HEAD) : len(_HEAD) + 32],
            content[len(_HEAD) + 32 :],
        )
        if head != _HEAD or hashlib.sha256(payload).digest() != checksum:
            return None
        found = _Reader(io.BytesIO(payload)).load()
    except Exception:  # noqa: BLE001 - whatever is wrong with a stored pack, the files are there to be read
        return None
    return found if isinstance(found, Pack) and found.digest == digest else None


def store(pack: Pack) -> None:
    """Stores a pack that was read from files and found sound; does nothing where that is not possible."""
    place = _place(pack.digest)
    if place is None:
        return
    payload = pickle.dumps(pack, protocol=5)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _ours(place.parent.stat()):
            return
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=_HALF)
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(_HEAD + hashlib.sha256(payload).digest() + payload)
            Path(name).replace(place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _prune(place.parent)
    except (OSError, ValueError):
        return


def _prune(where: Path) -> None:
    """Leaves only the newest packs, and nothing that was left half written; files of others are left alone."""
    ours = [(file.stat().st_mtime, file) for file in where.iterdir() if _NAME.fullmatch(file.name)]
    half = [file for file in where.glob(f"{_HALF}*") if file.stat().st_mtime < time.time() - _HALF_S]
    for file in (*[file for _, file in sorted(ours, reverse=True)[_MOST_STORED:]], *half):
        file.unlink(missing_ok=True)


def _place(digest: str) -> Path | None:
    where = folder()
    if where is None or not _code:
        return None
    key = hashlib.sha256(f"{digest} {_code} {sys.implementation.cache_tag}".encode()).hexdigest()
    return where / f"{key}.pack"


def _digest_of_code() -> str:
    """The digest of this library's own code: another release may read the same files differently.

    Empty where the code cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for name, file in sorted(_sources(files("psoas_rules"), "")):
            content = file.read_bytes()
            digest.update(f"{name} {len(content)}\n".encode())
            digest.update(content)
    except OSError:
        return ""
    return digest.hexdigest()


def _sources(where: Traversable, inside: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in where.iterdir():
        name = f"{inside}{entry.name}"
        if name.endswith(".py"):
            found.append((name, entry))
        elif entry.is_dir() and name in ("engines", "soundness"):
            found += _sources(entry, f"{name}/")
    return found


def _ours(status: os.stat_result) -> bool:
    """Whether nobody else can have written it; where there are no such rights, the user's own folder is trusted."""
    if os.name == "nt":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


# Now, not when it is first needed: by then there may be newer files in the place of the code that runs.
_code: str = _digest_of_code()


class _Reader(pickle.Unpickler):
    """Reads back values of the classes in `pack`, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        for those in (shapes, progression):
            found = getattr(those, name, None) if module == those.__name__ else None
            if isinstance(found, type) and found.__module__ == those.__name__:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a pack")
