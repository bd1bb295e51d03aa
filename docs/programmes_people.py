"""Draws the charts of simulated people in this folder anew, one for each kind. It needs matplotlib:

python tests/stress/programmes.py --people 200 --weeks 12 --workers 2 --to lives.json
python docs/programmes_people.py lives.json
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

mpl.use("svg")
# The same lives give the same bytes: no date, and names of parts that do not change.
mpl.rcParams.update({"svg.hashsalt": "programmes", "svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif"})

DOCS: Final = Path(__file__).parent
INK: Final = "#1d3557"
BAND: Final = "#a8c5da"
LINE: Final = "#9aa5ad"
SINGLE: Final = 6
"""How many people are drawn as lines of their own."""

FEWEST: Final = 0.1
"""Weeks in which fewer than this share are still there have no band."""

PANELS: Final[tuple[tuple[str, str, float], ...]] = (
    ("asked", "Strength work asked for, minutes a week", 0),
    ("pain", "Usual pain, 0 to 10", 10),
    ("level", "Mean level of the exercises, 1 to 3", 3),
)


def values(lives: Iterable[dict[str, Any]], what: str) -> np.ndarray[Any, Any]:
    """One row a person; weeks in which the programme had stopped, or was paused, are left open."""
    rows = [[week[what] if week["there"] else np.nan for week in life["weeks"]] for life in lives]
    return np.array(rows, dtype=float)


def panel(axes: Axes, lives: list[dict[str, Any]], what: str, title: str, top: float) -> None:
    """The median, the middle eight of ten people, and some people of their own."""
    found = values(lives, what)
    weeks = np.arange(1, found.shape[1] + 1)
    there = (~np.isnan(found)).mean(axis=0) >= FEWEST
    low, middle, high = np.nanpercentile(found[:, there], (10, 50, 90), axis=0)
    axes.fill_between(weeks[there], low, high, color=BAND, linewidth=0)
    for row in found[:SINGLE]:
        axes.plot(weeks, row, color=LINE, linewidth=0.8)
    axes.plot(weeks[there], middle, color=INK, linewidth=2)
    axes.set_title(title, fontsize=9, loc="left")
    axes.set_xlim(1, weeks[-1])
    axes.set_xticks(range(2, len(weeks) + 1, 2))
    axes.set_ylim(1 if what == "level" else 0, top or None)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("week")


def still_there(lives: list[dict[str, Any]]) -> str:
    """How many go on, at some weeks."""
    there = ~np.isnan(values(lives, "asked"))
    shown = [week for week in (4, 8, 12) if week <= there.shape[1]]
    return ", ".join(f"week {week}: {100 * there[:, week - 1].mean():.0f} %" for week in shown)


def figure(kind: str, lives: list[dict[str, Any]]) -> Figure:
    """The three panels of one kind."""
    made = Figure(figsize=(10, 3), layout="constrained")
    for axes, (what, title, top) in zip(made.subplots(1, len(PANELS)), PANELS, strict=True):
        panel(axes, lives, what, title, top)
    name = kind.replace("_", " ").capitalize()
    made.suptitle(f"{name}: {len(lives):,} invented people. In the programme at {still_there(lives)}", fontsize=10)
    return made


def row(kind: str, lives: list[dict[str, Any]]) -> str:
    """A row of the table in programmes_people.md: medians of the first and the last full week, changes, and ends."""
    full = [[week for week in life["weeks"] if week["there"] and not week["easy"]] for life in lives]
    ends = [[weeks[place] for weeks in full if weeks] for place in (0, -1)]
    moved = [
        " to ".join(f"{np.median([week[what] for week in one]):.1f}" for one in ends) for what in ("asked", "pain")
    ]
    counted = [f"{np.mean([life['effects'].get(one, 0) for life in lives]):.1f}" for one in ("progress", "regress")]
    ended = Counter(life["ended"].replace("_", " ") for life in lives)
    told = "; ".join(f"{count} {what}" for what, count in ended.most_common())
    return f"| {kind.replace('_', ' ').capitalize()} | {' | '.join((*moved, *counted))} | {told} |"


def main(path: Path, save: Callable[[Figure, str], None]) -> None:
    lives = json.loads(path.read_text(encoding="utf-8"))
    for kind in dict.fromkeys(life["kind"] for life in lives):
        some = [life for life in lives if life["kind"] == kind]
        save(figure(kind, some), kind)
        sys.stdout.write(f"{row(kind, some)}\n")


def to_docs(made: Figure, kind: str) -> None:
    made.savefig(DOCS / f"programmes_{kind}.svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), to_docs)
