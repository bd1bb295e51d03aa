"""All pose files of a pack, solved and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import attrs

from psoas_rules.pack import Pack
from psoas_rules.posing.checking import check_figure
from psoas_rules.posing.findings import Finding
from psoas_rules.posing.reading import Poses
from psoas_rules.posing.solving import Solved, Solver
from psoas_rules.posing.tagging import check_tags


@attrs.frozen(kw_only=True, eq=False)
class Examined:
    """One pose, solved and checked.

    Attributes:
        solved: The movement.
        mechanical: What is amiss with the figure itself.
        tags: Where figure and exercise disagree.
    """

    solved: Solved
    mechanical: tuple[Finding, ...]
    tags: tuple[Finding, ...]


def examine(poses: Poses, pack: Pack, only: Collection[str] = (), frames: int = 7) -> Iterator[Examined]:
    """Every pose, solved and checked, one after another.

    Args:
        poses: The poses of the pack.
        pack: The pack. Poses of exercises that it does not have are left out.
        only: The exercises that are asked about; empty for all.
        frames: How many moments each movement has.
    """
    solver = Solver(poses.body)
    known = {exercise.id for exercise in pack.exercises}
    for name, pose in poses.poses.items():
        if name in known and (not only or name in only):
            solved = solver.solve(pose, frames)
            mechanical = check_figure(pose, solved, poses.body, pack)
            yield Examined(solved=solved, mechanical=mechanical, tags=check_tags(pose, solved, poses.body, pack))
