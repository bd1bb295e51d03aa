"""The picture of every exercise of a pack, ready to be shown: as a file, or inside a page.

    from psoas_rules.figures import FIGURE_CSS, load_figures

    figures = load_figures()
    page = f"<style>{FIGURE_CSS}</style>" + figures["bird_dog"].inline()

Reading figures needs no library; drawing them is `psoas_rules.drawing`.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import attrs

from psoas_rules.errors import Issue, PackError
from psoas_rules.hints import nearest
from psoas_rules.loading import find_builtin

__all__ = [
    "ANIMATION_CSS",
    "FIGURE_CSS",
    "FIGURE_FOLDER",
    "SECONDS",
    "Figure",
    "Figures",
    "load_figures",
    "picture_css",
]

FIGURE_FOLDER: Final = "figures"
"""The folder of a pack that its figures are in."""

_MOMENTS: Final = 7
SECONDS: Final = range(2, 13)
"""How many seconds one round of an animation may last."""

# name: light, dark, in greys
_COLOURS: Final[Mapping[str, tuple[str, str, str]]] = {
    "ink": ("#22303c", "#0b1015", "#000"),
    "skin": ("#f0cdae", "#d3a684", "#fff"),
    "skin-far": ("#d6ae8d", "#a98265", "#dedede"),
    "shirt": ("#5d9fc4", "#5b9cc4", "#c9c9c9"),
    "shirt-far": ("#467e9f", "#437a9c", "#aaa"),
    "shorts": ("#3d5876", "#8496b5", "#858585"),
    "shorts-far": ("#2e445c", "#66779a", "#6b6b6b"),
    "hair": ("#54403a", "#7d5c49", "#333"),
    "shoe": ("#fbfbfb", "#e8edf2", "#fff"),
    "shoe-far": ("#d5dbe0", "#b6bfc9", "#dedede"),
    "sole": ("#7f8d9a", "#6d7a88", "#777"),
    "mat": ("#cbe2d4", "#3f5a4d", "#ececec"),
    "mat-dark": ("#a9c9b6", "#2f463b", "#d0d0d0"),
    "floor": ("#eef0f2", "#262d35", "#efefef"),
    "wall": ("#e3e6ea", "#3a434e", "#e6e6e6"),
    "wall-dark": ("#cdd3d9", "#2c343d", "#cfcfcf"),
    "edge": ("#8fa096", "#0b1015", "#777"),
    "wood": ("#e3bf8f", "#b08a5c", "#e2e2e2"),
    "wood-side": ("#d3aa74", "#98754b", "#cdcdcd"),
    "wood-dark": ("#b98d58", "#7a5c3a", "#b0b0b0"),
    "cloth": ("#d9d2e6", "#7b7394", "#ededed"),
    "cloth-dark": ("#b8aecb", "#5d5674", "#c4c4c4"),
    "pillow": ("#faf3dd", "#c9bd9c", "#fff"),
    "coat": ("#9ccbb8", "#6ea592", "#f4f4f4"),
    "gear": ("#f2b25c", "#d8984a", "#dcdcdc"),
    "gear-dark": ("#c98732", "#a06d2c", "#9a9a9a"),
    "metal": ("#9aa5b1", "#8995a3", "#b5b5b5"),
    "band": ("#e0662f", "#f08a52", "#fff"),
    "strap": ("#8a6bb0", "#b49ad6", "#fff"),
    "sign": ("#b3261e", "#ff6a5c", "#000"),
    "halo": ("#fff", "#12161d", "#fff"),
    "ghost": ("#6f7c89", "#9aa7b5", "#777"),
    "number": ("#22303c", "#e8ecf2", "#000"),
    "number-text": ("#fff", "#12161d", "#fff"),
}

# selector: what is painted, and what else it looks like
_PAINT: Final[tuple[tuple[str, str, str], ...]] = (
    (".p-skin", "fill:skin", ""),
    (".p-far .p-skin", "fill:skin-far", ""),
    (".p-shirt", "fill:shirt", ""),
    (".p-far .p-shirt", "fill:shirt-far", ""),
    (".p-shorts", "fill:shorts", ""),
    (".p-far .p-shorts", "fill:shorts-far", ""),
    (".p-hair", "fill:hair", ""),
    (".p-shoe", "fill:shoe", ""),
    (".p-far .p-shoe", "fill:shoe-far", ""),
    (".p-sole", "fill:sole", "stroke-width:4"),
    (".p-bare", "", "stroke:none"),
    (".p-line", "", "fill:none"),
    (".p-thin", "", "fill:none;stroke-width:4"),
    (".p-feature", "", "fill:none;stroke-width:6"),
    (".p-mat", "fill:mat stroke:edge", "stroke-width:5"),
    (".p-mat.p-side", "fill:mat-dark", ""),
    (".p-mat.p-dark", "fill:mat-dark", ""),
    (".p-floor", "fill:floor", "stroke:none"),
    (".p-wall", "fill:wall stroke:edge", "stroke-width:5"),
    (".p-wall.p-side", "fill:wall-dark", ""),
    (".p-prop", "fill:wood-side", "stroke-width:5"),
    (".p-prop.p-top", "fill:wood", ""),
    (".p-prop.p-dark", "fill:wood-dark", ""),
    (".p-cabinet", "fill:wall", "stroke-width:5"),
    (".p-cabinet.p-dark", "fill:wall-dark", ""),
    (".p-cloth", "fill:cloth", "stroke-width:5"),
    (".p-cloth.p-dark", "fill:cloth-dark", ""),
    (".p-cushion", "fill:pillow", ""),
    (".p-towel", "fill:pillow", ""),
    (".p-gear", "fill:gear", ""),
    (".p-gear.p-dark", "fill:gear-dark", ""),
    (".p-shine", "stroke:halo", "fill:none;opacity:.7"),
    (".p-metal", "fill:metal", "stroke-width:5"),
    (".p-eye", "fill:ink", "stroke:none"),
    (".p-other", "fill:skin-far", ""),
    (".p-coat", "fill:coat", ""),
    (".p-band", "stroke:band", "fill:none;stroke-width:15"),
    (".p-strap", "stroke:strap", "fill:none;stroke-width:20"),
    (".p-band.p-under", "stroke:ink", "stroke-width:26"),
    (".p-strap.p-under", "stroke:ink", "stroke-width:31"),
    (".p-rule", "stroke:edge", "fill:none;stroke-width:9"),
    (".p-gap", "fill:sign", "stroke:none;opacity:.5"),
    (".p-ghost path", "stroke:ghost", "fill:none;stroke-width:7;stroke-dasharray:18 16"),
    (".p-arrow-halo", "stroke:halo", "fill:none;stroke-width:34;opacity:.9"),
    (".p-arrow", "stroke:sign", "fill:none;stroke-width:17"),
    (".p-arrow-head", "fill:sign stroke:sign", ""),
    (".p-ring-halo", "stroke:halo", "fill:none;stroke-width:26;opacity:.9"),
    (".p-ring", "stroke:sign", "fill:none;stroke-width:11;stroke-dasharray:20 15"),
    (".p-ring-core", "fill:sign stroke:halo", "stroke-width:7;opacity:.85"),
    (
        ".p-word",
        "fill:sign stroke:halo",
        "stroke-width:12;paint-order:stroke;font:600 50px system-ui,sans-serif;text-anchor:middle",
    ),
    (".p-number circle", "fill:number", "stroke:none"),
    (".p-number text", "fill:number-text", "font:700 64px system-ui,sans-serif;text-anchor:middle"),
)


_CLASS: Final = re.compile(r"\bp-[\w-]+")


def picture_css(classes: Collection[str] | None = None) -> str:
    """What pictures that stand still need.

    Args:
        classes: The classes that a picture has, such as `p-skin`, so that it brings no more than it uses; None for all.
    """
    paint = [rule for rule in _PAINT if classes is None or set(_CLASS.findall(rule[0])) <= set(classes)]
    used = {part.partition(":")[2] for _, painted, _ in paint for part in painted.split()} | {"ink"}
    light, dark, mono = (
        ";".join(f"--psoas-{name}:{colours[theme]}" for name, colours in _COLOURS.items() if name in used)
        for theme in range(3)
    )
    other = ",".join(f"[data-theme={name}],[data-theme={name}] *" for name in ("light", "mono"))
    ink = f"stroke:{_COLOURS['ink'][0]};stroke:var(--psoas-ink)"
    return "".join(
        (
            f".psoas-figure{{{light}}}",
            f"@media (prefers-color-scheme:dark){{.psoas-figure:not({other}){{{dark}}}}}",
            f".psoas-figure[data-theme=dark],[data-theme=dark] .psoas-figure{{{dark}}}",
            f".psoas-figure[data-theme=mono],[data-theme=mono] .psoas-figure{{{mono}}}",
            f"@media print{{.psoas-figure.psoas-figure.psoas-figure{{{mono}}}}}",
            f".psoas-figure :is(path,circle){{{ink};stroke-width:7;stroke-linejoin:round;stroke-linecap:round}}",
            *(_rule(*rule) for rule in paint),
        ),
    )


def _rule(selector: str, painted: str, more: str) -> str:
    """One rule; a program that knows no variables takes the light colours."""
    lines = []
    for part in painted.split():
        attribute, _, colour = part.partition(":")
        lines.append(f"{attribute}:{_COLOURS[colour][0]};{attribute}:var(--psoas-{colour})")
    return f".psoas-figure {selector}{{{';'.join([*lines, more] if more else lines)}}}"


def _animation_css() -> str:
    order = [0, 0, *range(_MOMENTS), *[_MOMENTS - 1] * 2, *range(_MOMENTS - 2, 0, -1)]
    frames, uses = [], []
    for moment in range(_MOMENTS):
        stops, last = [], ""
        for slot, shown in enumerate([*order, order[0]]):
            state = "visible" if shown == moment else "hidden"
            if state != last or slot == len(order):
                stops.append(f"{slot / len(order) * 100:.4g}%{{visibility:{state}}}")
            last = state
        frames.append(f"@keyframes psoas-figure-{moment}{{{''.join(stops)}}}")
        uses.append(f".psoas-figure .p-frame-{moment}{{animation-name:psoas-figure-{moment}}}")
    lengths = "".join(f".psoas-figure.p-seconds-{n} .p-frame{{animation-duration:{n}s}}" for n in SECONDS)
    return (
        f".psoas-figure .p-frame{{visibility:hidden}}.psoas-figure .p-frame-{_MOMENTS - 1}{{visibility:visible}}"
        f"{''.join(frames)}@media screen and (prefers-reduced-motion:no-preference){{"
        ".psoas-figure .p-frame{animation:4s step-end infinite}"
        f"{lengths}{''.join(uses)}"
        ".psoas-figure:is(:hover,:focus) .p-frame{animation-play-state:paused}}"
    )


ANIMATION_CSS: Final = _animation_css()
"""What animations need beside what pictures need that stand still."""
FIGURE_CSS: Final = picture_css() + ANIMATION_CSS
"""What a page needs once for all figures that are embedded in it. It touches nothing but them.

Light; dark where the reader prefers it or `data-theme="dark"` stands on the figure or round it; in greys on paper and
with `data-theme="mono"`. Animations stop on paper, for readers who want less motion, and under the pointer.
"""

_STYLE: Final = re.compile(r"<style>.*?</style>", re.DOTALL)
_SPACE: Final = re.compile(r' xmlns="[^"]*"')
_IDS: Final = re.compile(r'(?<= id=")[^"]+')
_LABELS: Final = re.compile(r'(?<= aria-labelledby=")[^"]+')
_TEXT: Final = {name: re.compile(rf"<{name}\b[^>]*>(.*?)</{name}>", re.DOTALL) for name in ("title", "desc")}


@attrs.frozen
class Figure:
    """The picture of one exercise.

    Attributes:
        exercise: Its id.
        svg: Start and end beside each other, as a document that stands by itself.
        animated: The movement, as a document that stands by itself. It rests at the end where motion is not wanted.
    """

    exercise: str
    svg: str = attrs.field(repr=False)
    animated: str = attrs.field(repr=False)

    @property
    def title(self) -> str:
        """The name of the exercise."""
        return self._text("title")

    @property
    def description(self) -> str:
        """What one sees, in a sentence or two, for those who cannot."""
        return self._text("desc")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in its own units: body height is about 1000."""
        found = re.search(r'viewBox="0 0 (\d+) (\d+)"', self.svg)
        return (int(found[1]), int(found[2])) if found else (0, 0)

    def inline(self, prefix: str = "", *, animated: bool = False) -> str:
        """The picture for the inside of an HTML page, which needs `FIGURE_CSS` once.

        Args:
            prefix: What its ids begin with: one for each place, if a page shows a figure more than once.
            animated: Whether it moves.
        """
        text = _SPACE.sub("", _STYLE.sub("", self.animated if animated else self.svg), count=1)
        before = html.escape(prefix, quote=True)
        text = _IDS.sub(lambda found: before + found[0], text)
        return _LABELS.sub(lambda found: " ".join(before + name for name in found[0].split()), text).strip()

    def _text(self, name: str) -> str:
        found = _TEXT[name].search(self.svg)
        return html.unescape(found[1]) if found else ""


class Figures(Mapping[str, Figure]):
    """The figures of a pack by the id of the exercise. Each is read when it is first asked for, and kept.

    Args:
        folder: The folder that the SVG files are in.
    """

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self._known: dict[str, Figure] = {}
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        ends = ".animated.svg"
        both = {name.removesuffix(ends) for name in names if name.endswith(ends)}
        self._names = tuple(sorted(name for name in both if f"{name}.svg" in names))

    def __getitem__(self, exercise: str) -> Figure:
        """The figure of an exercise.

        Raises:
            KeyError: if there is none; it names the nearest one that there is.
            PackError: if a file of it cannot be read.
        """
        if exercise not in self._known:
            if exercise not in self._names:
                raise KeyError(f"there is no figure '{exercise}'{nearest(exercise, self._names)}")
            still, moving = (self._read(f"{exercise}{end}") for end in (".svg", ".animated.svg"))
            self._known[exercise] = Figure(exercise, still, moving)
        return self._known[exercise]

    def _read(self, name: str) -> str:
        try:
            return (self._folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            message = f"the file cannot be read: {why}; build it anew: psoas-rules figures"
            raise PackError((Issue(f"{FIGURE_FOLDER}/{name}", 0, 0, "unreadable", message),)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"Figures({len(self)} of {self._folder.name!r})"


def load_figures(folder: str | os.PathLike[str] | None = None) -> Figures:
    """The figures of a pack.

    Args:
        folder: The folder of the pack; None for the built-in one.

    Returns:
        A mapping from the id of an exercise to its figure; empty if the pack has none.

    Raises:
        PackError: if there is no pack in the folder.
    """
    if folder is None:
        return _builtin()
    root = Path(folder)
    if not (root / "pack.yaml").is_file():
        issue = Issue("pack.yaml", 0, 0, "no-pack", f"there is no pack in '{root.name}': it has no pack.yaml")
        raise PackError((issue,))
    return Figures(root / FIGURE_FOLDER)


@cache
def _builtin() -> Figures:
    return Figures(find_builtin() / FIGURE_FOLDER)
