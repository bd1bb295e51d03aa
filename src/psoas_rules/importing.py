"""A lock around imports that happen late, so that no process is forked in the middle of one.

Some modules are imported when they are first needed. Python keeps a lock for each module while it is imported. A
process that is forked meanwhile inherits the lock, and the thread that would let go of it is not there: whoever asks
for the module waits for ever. So late imports hold this lock, and a fork waits for it.
"""

from __future__ import annotations

import os
from threading import RLock
from typing import Final

IMPORTING: Final = RLock()
"""Held while modules of this package are imported late."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=IMPORTING.acquire, after_in_parent=IMPORTING.release, after_in_child=IMPORTING.release)
