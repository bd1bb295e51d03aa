"""Poses: from what a pose file says to a body in space, and what can be checked on it. Needs the extra `figures`.

    poses = load_poses()                            # rules/poses, all problems told at once
    solved = solve(poses.poses["bird_dog"], poses.body)
    solved.frames[-1].points["knee_r"]              # (forwards, up, to the right), body height = 100

What stands here, from below:

- `body`: the body as data: segments, ranges of joints, points (`poses/body.yaml`).
- `skeleton`: from angles to places, and how places change with angles.
- `poses`: what a pose file says. `naming`, `compiling`, `reading`: from files to poses, or to what is wrong with them.
- `descent`, `problem`, `solving`: from wishes and contacts to postures.
- `solids`, `scene`, `sights`: what is drawn with a figure, and what can be seen in it.
- `schemas`: what an editor completes and validates pose files by.
- `checking`, `tagging`, `examining`: what is amiss with a figure, and where it disagrees with its exercise.

`python -m psoas_rules.posing PACK [EXERCISE ...]` tells the findings.
"""

from importlib.util import find_spec

if find_spec("numpy") is None:
    raise ModuleNotFoundError("poses need numpy: python -m pip install 'psoas-rules[figures]'", name="numpy")

from psoas_rules.posing.body import Body
from psoas_rules.posing.checking import check_figure
from psoas_rules.posing.examining import Examined, examine
from psoas_rules.posing.findings import Finding
from psoas_rules.posing.poses import Arrow, Contact, Focus, Mark, Pose, PoseRow, Prop, SignedException, Stance, View
from psoas_rules.posing.reading import Poses, load_poses, pose_contents, read_poses, try_poses
from psoas_rules.posing.schemas import pose_schemas, write_pose_schemas
from psoas_rules.posing.solving import Frame, Solved, Solver, solve
from psoas_rules.posing.tagging import check_tags

__all__ = [
    "Arrow",
    "Body",
    "Contact",
    "Examined",
    "Finding",
    "Focus",
    "Frame",
    "Mark",
    "Pose",
    "PoseRow",
    "Poses",
    "Prop",
    "SignedException",
    "Solved",
    "Solver",
    "Stance",
    "View",
    "check_figure",
    "check_tags",
    "examine",
    "load_poses",
    "pose_contents",
    "pose_schemas",
    "read_poses",
    "solve",
    "try_poses",
    "write_pose_schemas",
]
