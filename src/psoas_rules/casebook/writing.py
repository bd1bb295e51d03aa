"""Writing whole-intake cases as YAML, in the way the cases of a pack are written."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

_WIDTH: Final = 110
_SHORT: Final = 80
_LONG: Final = 240


def cases_as_yaml(
    cases: Iterable[Mapping[str, Any]], *, common: Mapping[str, Any] | None = None, head: str = "", above: str = ""
) -> str:
    """Cases as the text of a file for `cases/`.

    Args:
        cases: Cases as plain data: name, intake, expect.
        common: Answers that all of them share.
        head: A remark for the top of the file.
        above: A remark that stands above every case.
    """
    listed = CommentedSeq([_mapping(case, block=True) for case in cases])
    if above:
        for number in range(len(listed)):
            listed.yaml_set_comment_before_after_key(number, before=above, indent=2)
    whole = CommentedMap(cases=listed)
    if common is not None:
        whole = CommentedMap(common=_mapping(common, block=True), cases=listed)
    if head:
        whole.yaml_set_start_comment(head)
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(whole, text)
    # The library leaves blanks where it breaks a long list.
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _node(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        plain = not any(isinstance(one, Mapping | list | tuple) for one in value.values())
        return _mapping(value, block=_length(value) > (_LONG if plain else _SHORT))
    if isinstance(value, list | tuple):
        listed = CommentedSeq([_node(one) for one in value])
        listed.fa.set_flow_style()
        return listed
    return value


def _mapping(value: Mapping[str, Any], *, block: bool) -> CommentedMap:
    made = CommentedMap((key, _node(one)) for key, one in value.items())
    if not block:
        made.fa.set_flow_style()
    return made


def _length(value: Any) -> int:
    """About how long a value is on one line."""
    if isinstance(value, Mapping):
        return sum(len(str(key)) + 4 + _length(one) for key, one in value.items())
    if isinstance(value, list | tuple):
        return sum(2 + _length(one) for one in value)
    return len(str(value))
