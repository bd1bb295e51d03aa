"""JSON Schemas of the pose files, by which an editor completes and validates them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from psoas_rules.pack import Pack
from psoas_rules.posing.body import PLACE, Body, unsided
from psoas_rules.posing.naming import FLOOR, FREE
from psoas_rules.posing.poses import Bases, Part, PoseRow
from psoas_rules.posing.reading import Poses
from psoas_rules.schemas import WrittenSchemas

_KINDS: Final[Mapping[str, tuple[Any, str]]] = {
    "pose": (PoseRow, "How an exercise is shown"),
    "bases": (Bases, "Positions that figures start from"),
    "body": (Body, "The body that all figures share"),
}


def pose_schemas(poses: Poses, pack: Pack) -> dict[str, str]:
    """The schema of every kind of pose file, by the name of its file.

    Args:
        poses: The poses whose angles, points, bases and props an editor offers.
        pack: The pack whose exercises, properties and sources it offers.
    """
    maker = WrittenSchemas(_names(poses, pack), {}, _trees(poses.body))
    made = {name: maker.schema(shape, title) for name, (shape, title) in _KINDS.items()}
    return {
        f"{name}.schema.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for name, schema in made.items()
    }


def write_pose_schemas(poses: Poses, pack: Pack, folder: str | Path) -> tuple[str, ...]:
    """Writes the schemas to a folder that is there.

    Args:
        poses: As for `pose_schemas`.
        pack: As for `pose_schemas`.
        folder: Where they go.

    Returns:
        The names of the files.

    Raises:
        OSError: if a file cannot be written.
    """
    made = pose_schemas(poses, pack)
    for name, text in made.items():
        (Path(folder) / name).write_bytes(text.encode("utf-8"))
    return tuple(made)


def _names(poses: Poses, pack: Pack) -> dict[str, tuple[str, ...]]:
    """For every key under which names stand, the names that are known."""
    body = poses.body
    points = tuple(dict.fromkeys((*body.point_names, *map(unsided, body.point_names))))
    angles = tuple(dict.fromkeys((*body.angles, *map(unsided, body.angles))))
    parts = get_args(Part)
    return {
        **dict.fromkeys(("contacts", "touches", "keep", "at", "of", "push", "circle"), points),
        **dict.fromkeys(("ghost", "order"), parts),
        "angles": angles,
        "base": poses.bases,
        "exercise": tuple(exercise.id for exercise in pack.exercises),
        "property": (*pack.vocabulary.properties, *pack.vocabulary.positions),
        "sources": tuple(source.id for source in pack.sources),
    }


def _trees(body: Body) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """What may stand where plain data is read: contacts and props."""
    number: dict[str, Any] = {"type": "number"}
    place = {axis: {"anyOf": [number, {"const": FLOOR}]} if axis == "y" else number for axis in PLACE}
    where = {"type": "object", "properties": place, "minProperties": 1, "additionalProperties": False}
    contact = {"description": "Where a point must be.", "anyOf": [{"enum": [FLOOR, FREE]}, where]}
    things = tuple(body.props.rows)
    measured = {
        "type": "object",
        "properties": {thing: {"type": ["object", "null"]} for thing in things},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }
    prop = {"description": "A thing that is drawn.", "anyOf": [{"enum": list(things)}, measured]}
    return {"contacts": ("Contact", contact), "props": ("Prop", prop)}
