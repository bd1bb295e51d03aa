"""Lists: no entry stands twice in one."""

from __future__ import annotations

from typing import get_args, get_origin

from psoas_rules.checking.examination import Examination
from psoas_rules.checking.findings import Fix
from psoas_rules.checking.kinds import FILE_KINDS, walk


def check_lists(examination: Examination) -> None:
    """No entry stands twice in a list of names or sentences."""
    for kind in FILE_KINDS:
        for file in kind.files(examination.documents):
            for path, data, shape in walk(examination.documents[file].data, kind.shape):
                if get_origin(shape) is not tuple or get_args(shape)[0] is not str or not isinstance(data, list):
                    continue
                for i, entry in enumerate(data):
                    if isinstance(entry, str) and entry in data[:i]:
                        message = f"'{entry}' stands here twice; once is enough"
                        fix = Fix("take it out", "remove", (*path, i))
                        examination.tell(file, (*path, i), "entry-twice", message, fix)
