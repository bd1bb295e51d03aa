"""Figures: from poses to pictures that stand by themselves. Needs the extra `figures`.

    gallery = Gallery.open()                         # poses of the built-in pack
    figure = figure_of(gallery.draw("bird_dog"))     # solved, and drawn as SVG

What stands here, from below:

- `camera`, `fields`, `paths`: from the room to the picture, from round shapes to outlines, from outlines to path data.
- `parts`, `extremities`, `trunk`, `limbs`, `head`, `body`: the person.
- `scenery`, `furniture`, `equipment`, `props`: the things round the person. `signs`: arrows and rings over both.
- `picture`, `markup`: two panels or an animation, as a document. `building`, `sheet`: all figures of a pack.
"""

from importlib.util import find_spec

if find_spec("numpy") is None or find_spec("scipy") is None:
    raise ModuleNotFoundError(
        "drawing figures needs numpy and scipy: python -m pip install 'psoas-rules[figures]'", name="scipy"
    )

from psoas_rules.drawing.building import RENDERER, Drawn, Gallery, draw_pose, figure_of
from psoas_rules.drawing.props import PROPS

__all__ = ["PROPS", "RENDERER", "Drawn", "Gallery", "draw_pose", "figure_of"]
