"""Bars with their numbers beside them, as SVG that stands inside a page: it takes the page's ink and its letters."""

from __future__ import annotations

import io
import re
import textwrap
import threading
import warnings
from typing import Any, Final
from xml.etree import ElementTree as ET

import attrs
import matplotlib.style
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

COLOURS: Final = ("#2b7bba", "#c4612b", "#7a8594")
"""Blue, orange and grey: told apart by all eyes, and at least 3 to 1 against white and against the dark page."""
_INK: Final = "#010203"
"""Stands for the ink of the page until the SVG is written."""
_WIDTH, _LABELS, _NUMBERS, _ROW, _LEGEND = 480, 186, 92, 27, 24
_SIZE: Final = 11
_LETTERS: Final = 34
"""Letters in a line of a label, and at most two lines."""
_SETTINGS: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "psoas-rules",
    "text.parse_math": False,
    "font.size": _SIZE,
    "text.color": _INK,
}
_SVG: Final = "{http://www.w3.org/2000/svg}"
_STYLES: Final = frozenset(
    {"fill", "fill-opacity", "opacity", "stroke", "stroke-width", "stroke-opacity", "text-anchor", "font-size"}
)
_DROPPED: Final = ("id", "style", "version")
_STRAIGHT: Final = re.compile(r' transform="rotate\(-?0 [^"]*\)"')
_FONT: Final = re.compile(r"font: (?:[a-z]+ )*([\d.]+)px [^;]*")


_DRAWING: Final = threading.Lock()


@attrs.frozen
class Series:
    """One colour of bars: its name and a length for each bar."""

    name: str
    lengths: tuple[float, ...]


@attrs.frozen
class Chart:
    """Bars from the left to the right, one below the other; several series stand end to end.

    Attributes:
        id: Name of the chart within its page.
        title: What it shows, for those who hear the page.
        labels: What each bar is, from above.
        numbers: What stands at the end of each bar.
        series: At most three.
    """

    id: str
    title: str
    labels: tuple[str, ...]
    numbers: tuple[str, ...]
    series: tuple[Series, ...]

    @property
    def description(self) -> str:
        """The numbers in a sentence."""
        return "; ".join(f"{label}: {number}" for label, number in zip(self.labels, self.numbers, strict=True)) + "."

    def svg(self) -> Markup:
        """The chart as an SVG element: the same chart gives the same bytes."""
        # Settings and warnings are matplotlib's and Python's own, shared by all threads.
        with _DRAWING, matplotlib.style.context("default"), rc_context(_SETTINGS), warnings.catch_warnings():
            # The letters are the browser's, so it does not matter which of them the measuring font lacks.
            warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
            file = io.BytesIO()
            figure = self._figure()
            FigureCanvasSVG(figure).print_svg(  # type: ignore[no-untyped-call]
                file, metadata={"Date": None, "Creator": None, "Format": None}
            )
        return _embedded(file.getvalue(), self)

    def _figure(self) -> Figure:
        legend = _LEGEND if len(self.series) > 1 else 0
        height = _ROW * len(self.labels) + legend + 4
        figure = Figure(figsize=(_WIDTH / 72, height / 72))
        figure.patch.set_visible(False)
        inner = _WIDTH - _LABELS - _NUMBERS
        axes = figure.add_axes((_LABELS / _WIDTH, 2 / height, inner / _WIDTH, (height - legend - 4) / height))
        axes.set_axis_off()
        axes.set_ylim(len(self.labels) - 0.5, -0.5)
        ends = [0.0] * len(self.labels)
        places = range(len(self.labels))
        for series, colour in zip(self.series, COLOURS, strict=False):
            axes.barh(places, series.lengths, left=ends, height=0.62, color=colour, clip_on=False)
            ends = [end + length for end, length in zip(ends, series.lengths, strict=True)]
        longest = max(ends, default=0) or 1
        axes.set_xlim(0, longest)
        axes.plot((0, 0), (-0.5, len(self.labels) - 0.5), color=_INK, linewidth=1, alpha=0.5, clip_on=False)
        for place, label, number, end in zip(places, self.labels, self.numbers, ends, strict=True):
            lines = _lines(label)
            for i, line in enumerate(lines):
                _write(axes, line, (0, place), (-8, 6 * (len(lines) - 1) - 12 * i), "right")
            _write(axes, number, (end, place), (6, 0), "left")
        if legend:
            self._legend(figure, height)
        return figure

    def _legend(self, figure: Figure, height: float) -> None:
        at = float(_LABELS)
        for series, colour in zip(self.series, COLOURS, strict=False):
            figure.text(at / _WIDTH, 1 - 12 / height, "\u25a0", color=colour, va="center", fontsize=_SIZE + 3)
            figure.text((at + 14) / _WIDTH, 1 - 12 / height, series.name, va="center")
            at += 34 + 5.6 * len(series.name)


def _write(axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], side: str) -> None:
    """Writes one line; from its baseline, so that the letters in it do not move it."""
    below = offset[0], offset[1] - _SIZE * 0.36
    axes.annotate(text, at, below, textcoords="offset points", ha=side, va="baseline")


def _lines(label: str) -> list[str]:
    return textwrap.wrap(label, _LETTERS, max_lines=2, placeholder=" …") or [""]


def _embedded(svg: bytes, chart: Chart) -> Markup:
    """The SVG without what only a file of its own needs, with its words for those who hear the page."""
    root = ET.fromstring(svg)  # noqa: S314 - written above
    for parent in [root, *root.iter()]:
        for child in [each for each in parent if each.tag in (f"{_SVG}metadata", f"{_SVG}defs")]:
            parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        given = dict(element.attrib)
        element.attrib.clear()
        kept = {name: value for name, value in given.items() if name not in _DROPPED}
        element.attrib.update(kept)
        element.attrib.update(_attributes(given.get("style", "")))
    names = f"{chart.id}-title", f"{chart.id}-text"
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.attrib.update({"role": "img", "aria-labelledby": names[0], "aria-describedby": names[1]})
    for tag, name, text in (("desc", names[1], chart.description), ("title", names[0], chart.title)):
        told = ET.Element(tag, {"id": name})
        told.text = text
        root.insert(0, told)
    text = _STRAIGHT.sub("", ET.tostring(root, encoding="unicode"))
    return Markup(text.replace(_INK, "currentColor"))  # noqa: S704 - ElementTree has escaped every text


def _attributes(style: str) -> dict[str, str]:
    """A style as attributes: the page allows no styles but its own."""
    pairs = (pair.split(": ", 1) for pair in _FONT.sub(r"font-size: \1", style).split("; ") if ": " in pair)
    return {name.strip(): value.strip() for name, value in pairs if name.strip() in _STYLES}
