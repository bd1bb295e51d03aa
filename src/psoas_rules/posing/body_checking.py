"""Whether `poses/body.yaml` holds together: known names, pairs of numbers, sources that exist, all that is needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from psoas_rules.hints import nearest, show
from psoas_rules.pack import Pack
from psoas_rules.posing.body import Body, sided, unsided
from psoas_rules.posing.naming import Tell
from psoas_rules.posing.sights import ANGLES, POINTS, SEGMENTS
from psoas_rules.yaml_reader import Path


def check_body(body: Body, pack: Pack, tell: Tell) -> None:
    """Tells every problem of a body.

    Args:
        body: The body.
        pack: The pack with the sources that it names.
        tell: Where problems go.
    """
    _check_segments(body, tell)
    _check_joints(body, tell)
    _check_points(body, tell)
    _check_shape(body, tell)
    _check_needed(body, tell)
    sources = {source.id for source in pack.sources}
    for group in ("segments", "ranges", "stiffness", "points", "props", "shape", "limits", "tags"):
        for number, source in enumerate(getattr(body, group).sources):
            _known(source, sources, (group, "sources", number), "source", tell)


def check_equipment(body: Body, drawn: Collection[str], pack: Pack, tell: Tell) -> None:
    """Tells of equipment that the pack does not have. Only what poses draw counts: a body may know more things.

    Args:
        body: The body.
        drawn: The props that the poses of the pack draw.
        pack: The pack with the equipment that there is.
        tell: Where problems go.
    """
    for name, equipment in body.props.rows.items():
        for number, thing in enumerate(equipment if name in drawn else ()):
            path: Path = ("props", "rows", name, number)
            if thing not in pack.vocabulary.equipment:
                cure = nearest(thing, pack.vocabulary.equipment) or f"; take it away, or draw no '{name}'"
                tell(path, "unknown-name", f"unknown equipment {show(thing)}{cure}")


def _check_needed(body: Body, tell: Tell) -> None:
    """What the checks of figures ask about is there."""
    for name in SEGMENTS:
        if name not in body.segments.rows:
            tell(("segments", "rows"), "missing-name", f"the segment '{name}' is missing; the checks need it")
    _all_there(ANGLES, body.angles, ("segments", "rows"), "angle", tell)
    _all_there(POINTS, body.point_names, ("points", "rows"), "point", tell)


def _all_there(needed: Mapping[str, bool], known: Collection[str], path: Path, what: str, tell: Tell) -> None:
    for name, pair in needed.items():
        if not set(sided(name, pair=pair)) <= set(known):
            sides = " on either side" if pair else ""
            tell(path, "missing-name", f"the {what} '{name}'{sides} is missing; the checks need it")


def _check_segments(body: Body, tell: Tell) -> None:
    before: list[str] = []
    told: set[str] = set()
    for name, row in body.segments.rows.items():
        path: Path = ("segments", "rows", name)
        if row.on is None and before:
            tell(path, "missing-key", "'on' is missing: only the first segment hangs on nothing")
        elif row.on is not None and row.on not in before:
            message = f"{show(row.on)} does not stand above this segment{nearest(row.on, before)}"
            tell((*path, "on"), "unknown-name", message)
        elif row.on is not None and body.segments.rows[row.on].pair and not row.pair:
            tell((*path, "on"), "bad-value", f"'{row.on}' is a pair, so what hangs on it is one, too; write pair: yes")
        _count(row.at, 3, (*path, "at"), tell)
        for number, turn in enumerate(row.turns):
            if turn.angle in told:
                tell((*path, "turns", number, "angle"), "duplicate-name", f"the angle '{turn.angle}' is there already")
            told.add(turn.angle)
        before.append(name)


def _check_joints(body: Body, tell: Tell) -> None:
    angles = dict.fromkeys(map(unsided, body.angles))
    for name, ends in body.ranges.rows.items():
        path: Path = ("ranges", "rows", name)
        _known(name, angles, path, "angle", tell)
        if _count(ends, 2, path, tell) and not ends[0] < ends[1]:
            tell(path, "bad-value", "write the least first, then the most")
    for name, cost in body.stiffness.rows.items():
        _known(name, angles, ("stiffness", "rows", name), "angle", tell)
        if cost <= 0:
            tell(("stiffness", "rows", name), "bad-value", "a stiffness is above 0, or nothing holds the angle")
    for segment, giving in body.stiffness.follow.items():
        _known(segment, body.segments.rows, ("stiffness", "follow", segment), "segment", tell)
        for number, name in enumerate(giving):
            _known(name, angles, ("stiffness", "follow", segment, number), "angle", tell)


def _check_points(body: Body, tell: Tell) -> None:
    for name, row in body.points.rows.items():
        path: Path = ("points", "rows", name)
        _count(row.at, 3, (*path, "at"), tell)
        known = _known(row.on, body.segments.rows, (*path, "on"), "segment", tell)
        if known and body.segments.rows[row.on].pair and not row.pair:
            tell((*path, "on"), "bad-value", f"'{row.on}' is a pair, so its points are pairs, too; write pair: yes")


def _check_shape(body: Body, tell: Tell) -> None:
    for name, row in body.shape.rows.items():
        path: Path = ("shape", "rows", name)
        _count(row.radii, 2, (*path, "radii"), tell)
        for key, point in (("start", row.start), ("end", row.end)):
            points = [known for known, given in body.points.rows.items() if given.pair == row.pair]
            _known(point, points, (*path, key), "point", tell)
    for number, rule in enumerate(body.shape.apart):
        for key, names in (("parts", rule.parts), ("others", rule.others)):
            for place, name in enumerate(names):
                _known(name, body.shape.rows, ("shape", "apart", number, key, place), "part", tell)


def _known(name: str, known: Collection[str], path: Path, what: str, tell: Tell) -> bool:
    if name not in known:
        tell(path, "unknown-name", f"unknown {what} {show(name)}{nearest(name, known)}")
    return name in known


def _count(numbers: tuple[float, ...], wanted: int, path: Path, tell: Tell) -> bool:
    if len(numbers) != wanted:
        tell(path, "bad-value", f"there are {wanted} numbers here, not {len(numbers)}")
    return len(numbers) == wanted
