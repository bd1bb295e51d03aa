"""Building the figures of a pack, and telling which are not up to date."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

from psoas_rules.drawing.markup import Words, document
from psoas_rules.drawing.picture import moving, two_panels
from psoas_rules.drawing.props import prop_mistakes
from psoas_rules.errors import Issue, PackError
from psoas_rules.figures import FIGURE_CSS, FIGURE_FOLDER, Figure
from psoas_rules.hints import nearest
from psoas_rules.loading import find_builtin
from psoas_rules.pack import Pack
from psoas_rules.posing import Pose, Poses, pose_contents, solve, try_poses
from psoas_rules.posing.checking import check_figure
from psoas_rules.posing.findings import Finding
from psoas_rules.posing.reading import MISSING_POSE, concerning
from psoas_rules.posing.tagging import check_tags
from psoas_rules.recommender import load_pack

RENDERER: Final = 3
"""Rises when the same pose would be drawn or solved otherwise, so that all figures are built anew."""
STYLE_FILE: Final = "figure.css"
_MOMENTS: Final = 7


@attrs.frozen
class Drawn:
    """The files of one figure, as they should be.

    Attributes:
        exercise: The exercise that it shows.
        files: The contents of its files by their names.
    """

    exercise: str
    files: Mapping[str, str]


@attrs.frozen
class Gallery:
    """The poses of a pack, ready to be drawn.

    Attributes:
        pack: The pack.
        poses: Its poses.
        contents: The files that the poses were read from.
        folder: The folder of the pack.
        missing: The exercises without a pose, each as a finding.
    """

    pack: Pack
    poses: Poses
    contents: Mapping[str, bytes]
    folder: Path
    missing: tuple[Finding, ...] = ()

    @classmethod
    def open(cls, folder: Path | None = None, only: Iterable[str] = ()) -> Gallery:
        """The poses of the pack in a folder; of the built-in one for None.

        Args:
            folder: The folder of the pack.
            only: The exercises that are asked about; empty for all. Problems of other pose files are passed over.

        Raises:
            PackError: with every problem of the pack, its pose files and their props.
        """
        wanted = tuple(only)
        pack = load_pack(folder)
        contents = pose_contents(folder)
        poses, told = try_poses(contents, pack)
        missing = tuple(
            Finding(exercise=Path(issue.file).stem, code=issue.code, message=issue.message)
            for issue in concerning(told, wanted)
            if issue.code == MISSING_POSE
        )
        mistakes = [issue for issue in concerning(told, wanted) if issue.code != MISSING_POSE]
        if poses is None:
            raise PackError(tuple(mistakes))
        mistakes += [
            Issue(_file(name), 0, 0, "bad-prop", mistake)
            for name, pose in poses.poses.items()
            if not wanted or name in wanted
            for mistake in prop_mistakes(pose.props, poses.body.point_names)
        ]
        if mistakes:
            raise PackError(tuple(mistakes))
        return cls(pack, poses, contents, Path(str(find_builtin())) if folder is None else folder, missing)

    def chosen(self, only: Iterable[str] = ()) -> tuple[str, ...]:
        """The exercises to be drawn, in order: these, or all of the pack that have a pose.

        Raises:
            PackError: if one of these has none.
        """
        wanted = tuple(only)
        unknown = [name for name in wanted if name not in self.poses.poses]
        if unknown:
            issues = [
                Issue(_file(name), 0, 0, "missing-file", f"there is no such pose{nearest(name, self.poses.poses)}")
                for name in unknown
            ]
            raise PackError(tuple(issues))
        return wanted or tuple(sorted(self.poses.poses))

    def digest(self, exercise: str) -> str:
        """What a figure is made from, in 16 characters: its pose, the bases, the body, its name, and the renderer."""
        made = hashlib.sha256(f"{RENDERER}\n{self._title(exercise)}\n{FIGURE_CSS}".encode())
        for name in (_file(exercise), "poses/bases.yaml", "poses/body.yaml"):
            made.update(self.contents[name].replace(b"\r\n", b"\n") + b"\0")
        return made.hexdigest()[:16]

    def draw(self, exercise: str) -> Drawn:
        """Solves one pose and draws it; takes about two seconds."""
        pose, digest = self.poses.poses[exercise], self.digest(exercise)
        return draw_pose(pose, self.poses, title=self._title(exercise), digest=digest)

    def findings(self, exercise: str) -> tuple[Finding, ...]:
        """What is amiss with a figure: contacts, joints, limbs through things, or another exercise than it says."""
        pose, body = self.poses.poses[exercise], self.poses.body
        solved = solve(pose, body, _MOMENTS)
        return (*check_figure(pose, solved, body, self.pack), *check_tags(pose, solved, body, self.pack))

    def stale(self, only: Iterable[str] = ()) -> tuple[Issue, ...]:
        """What is missing in the folder of figures, not up to date, or there for no exercise."""
        issues = [issue for name in self.chosen(only) for issue in self._stale(name)]
        folder = self.folder / FIGURE_FOLDER
        if not tuple(only):
            known = {name for exercise in self.poses.poses for name in _names(exercise)}
            issues += [
                Issue(f"{FIGURE_FOLDER}/{path.name}", 0, 0, "unused-figure", "there is no pose that this figure shows")
                for path in sorted(folder.glob("*.svg"))
                if path.name not in known
            ]
            style = folder / STYLE_FILE
            if not style.is_file() or style.read_text(encoding="utf-8") != FIGURE_CSS + "\n":
                issues.append(_build_it(STYLE_FILE, "is not the style that the figures have"))
        return tuple(issues)

    def write(self, exercises: Iterable[str]) -> Iterator[Drawn]:
        """Draws figures and writes them into the folder of the pack, one at a time."""
        folder = self.folder / FIGURE_FOLDER
        folder.mkdir(exist_ok=True)
        (folder / STYLE_FILE).write_text(FIGURE_CSS + "\n", encoding="utf-8", newline="\n")
        for exercise in exercises:
            drawn = self.draw(exercise)
            for name, content in drawn.files.items():
                (folder / name).write_text(content, encoding="utf-8", newline="\n")
            yield drawn

    def _title(self, exercise: str) -> str:
        return next(one.name for one in self.pack.exercises if one.id == exercise)

    def _stale(self, exercise: str) -> Iterator[Issue]:
        for name in _names(exercise):
            path = self.folder / FIGURE_FOLDER / name
            if not path.is_file():
                yield _build_it(name, "is missing")
            elif (
                f'data-digest="{self.digest(exercise)}"'
                not in path.read_text(encoding="utf-8", errors="replace")[:2000]
            ):
                yield _build_it(name, "is not up to date")


def draw_pose(pose: Pose, poses: Poses, *, title: str, digest: str = "") -> Drawn:
    """The figure of one pose.

    Args:
        pose: The pose.
        poses: Whose body does it.
        title: The name of the exercise.
        digest: What it is made from.
    """
    solved = solve(pose, poses.body, _MOMENTS)
    still, animated = _names(pose.exercise)
    panels, size = two_panels(pose, solved)
    frames, room = moving(pose, solved)
    return Drawn(
        pose.exercise,
        {
            still: document(panels, size, Words(pose.exercise, title, pose.description), digest=digest),
            animated: document(
                frames,
                room,
                Words(f"{pose.exercise}-animated", title, pose.description),
                digest=digest,
                seconds=pose.row.seconds,
            ),
        },
    )


def figure_of(drawn: Drawn) -> Figure:
    """A figure that was just drawn, as it would be read from the pack."""
    still, animated = _names(drawn.exercise)
    return Figure(drawn.exercise, drawn.files[still], drawn.files[animated])


def _names(exercise: str) -> tuple[str, str]:
    return f"{exercise}.svg", f"{exercise}.animated.svg"


def _file(exercise: str) -> str:
    return f"poses/{exercise}.yaml"


def _build_it(name: str, what: str) -> Issue:
    return Issue(f"{FIGURE_FOLDER}/{name}", 0, 0, "stale-figure", f"{what}; build it: psoas-rules figures")
