"""Text that shows what it says: one line, without characters that control a screen, a file or the order of reading."""

from __future__ import annotations

import re
from typing import Final

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters that are not white space
    "\u202a-\u202e\u2066-\u2069"  # they turn the order of reading around, and with it what a sentence seems to say
    "\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_BROKEN: Final = re.compile("[\ud800-\udfff]")


def legible(text: str) -> str:
    r"""The text as one line of characters that people see and that every file can hold.

    Control characters, and those that override the direction of writing, go. Half of a surrogate pair becomes the
    replacement character. Each run of white space becomes one space. Letters of every script, emoji and the marks that
    join them stay.

    Args:
        text: Any string.

    Returns:
        A string that can be encoded as UTF-8, without line breaks. It may be empty.

    >>> legible("hold it\n  for\x1b[31m long")
    'hold it for[31m long'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_BROKEN.sub("\ufffd", _UNSEEN.sub("", text)).split())
