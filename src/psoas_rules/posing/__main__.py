"""`python -m psoas_rules.posing PACK [EXERCISE ...]`: contact errors and findings, for those who write pose files.

With `--schemas`, the schemas for editors are written to the folder `schemas` of the pack.
"""

from __future__ import annotations

import sys
from pathlib import Path

from psoas_rules.errors import PackError
from psoas_rules.hints import nearest
from psoas_rules.loading import SCHEMA_FOLDER
from psoas_rules.posing import examine, pose_contents, try_poses, write_pose_schemas
from psoas_rules.posing.reading import concerning
from psoas_rules.recommender import load_pack


def main(arguments: list[str]) -> int:
    """Tells how exact every figure is and what is amiss with it.

    Args:
        arguments: The folder of the pack, then the exercises; none for all.

    Returns:
        0 when nothing is amiss, else 1; 2 if the command was not understood.
    """
    if not arguments:
        print("usage: python -m psoas_rules.posing PACK [EXERCISE ...] [--schemas]", file=sys.stderr)  # noqa: T201
        return 2
    folder, *only = [given for given in arguments if given != "--schemas"]
    try:
        pack = load_pack(folder)
        poses, issues = try_poses(pose_contents(folder), pack)
    except PackError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    if "--schemas" in arguments and poses is not None:
        print(", ".join(write_pose_schemas(poses, pack, Path(folder) / SCHEMA_FOLDER)))  # noqa: T201
        return 0
    lines = [str(issue) for issue in concerning(issues, only)]
    lines += [
        f"the pack has no pose for '{name}'{nearest(name, poses.poses)}"
        for name in only
        if poses and name not in poses.poses
    ]
    for examined in () if poses is None else examine(poses, pack, only):
        solved = examined.solved
        touch = max(frame.touch_error for frame in solved.frames)
        print(f"{solved.exercise}: contacts within {solved.contact_error:.2f}, touches within {touch:.2f}")  # noqa: T201
        lines += map(str, (*examined.mechanical, *examined.tags))
    for line in lines:
        print(line)  # noqa: T201
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
