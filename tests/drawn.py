"""Intakes by lot, as `psoas_rules.testing` draws them, with the strategies made once for each pack.

A test that asks for them anew in every example spends more time on making them than on what it looks at.
"""

from hypothesis import strategies as st

from psoas_rules import Intake, Pack, testing

_MOST = 32
_MADE: dict[tuple[int, str], tuple[Pack | None, st.SearchStrategy[Intake]]] = {}


def intakes(pack: Pack | None = None, *, screen: testing.ScreenKind = "any") -> st.SearchStrategy[Intake]:
    """The same as `psoas_rules.testing.intakes`."""
    key = id(pack), screen
    if key not in _MADE:
        if len(_MADE) >= _MOST:
            _MADE.clear()
        # The pack is kept beside, so that no other can have its id.
        _MADE[key] = pack, testing.intakes(pack, screen=screen)
    return _MADE[key][1]
