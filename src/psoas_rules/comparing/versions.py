"""Which version follows from what changed.

The policy, for a pack whose version is `major.minor.patch`:

- **major**: somebody's outcome becomes less strict, or nobody knows whether it does; or an answer that was taken
  before is not taken any more: a name, an option or a range is gone or narrower.
- **minor**: outcomes, questions or names of rules change, and it is proved that nobody's outcome becomes less strict.
- **patch**: only words change: texts, sources, titles, the examples beside rules.
- **none**: nothing changes but the layout.

A larger step than asked for is always fine.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

import attrs

Bump: TypeAlias = Literal["none", "patch", "minor", "major"]

BUMPS: Final[tuple[Bump, ...]] = ("none", "patch", "minor", "major")
_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@attrs.frozen
class VersionStep:
    """The step from one version to the next: the one that follows from the changes, and the one that was made.

    Attributes:
        old: The version before.
        new: The version after.
        asked: The step that follows from what changed.
        because: Why it does.
        made: The step from `old` to `new`; None when it goes back, or when one of them is no version.
    """

    old: str
    new: str
    asked: Bump
    because: str
    made: Bump | None

    @property
    def follows(self) -> bool:
        """Whether the step that was made is as large as the one asked for."""
        return self.made is not None and BUMPS.index(self.made) >= BUMPS.index(self.asked)

    @property
    def wanted(self) -> str:
        """The least version that would do."""
        found = _VERSION.fullmatch(self.old)
        if found is None:
            return self.old
        major, minor, patch = map(int, found.groups())
        match self.asked:
            case "major":
                return f"{major + 1}.0.0"
            case "minor":
                return f"{major}.{minor + 1}.0"
            case "patch":
                return f"{major}.{minor}.{patch + 1}"
            case "none":
                return self.old


def step_between(old: str, new: str) -> Bump | None:
    """The step from one version to another; None when it goes back, or when one of them is no version."""
    before, after = _VERSION.fullmatch(old), _VERSION.fullmatch(new)
    if before is None or after is None:
        return None
    numbers = [tuple(map(int, one.groups())) for one in (before, after)]
    if numbers[1] < numbers[0]:
        return None
    steps: tuple[Bump, ...] = ("major", "minor", "patch")
    moved = (step for step, was, now in zip(steps, *numbers, strict=True) if was != now)
    return next(moved, "none")
