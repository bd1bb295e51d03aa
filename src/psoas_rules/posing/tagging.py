"""What a figure shows of an exercise, against what the exercise says of itself.

An exercise carries properties ("lying on the back") that safety rules go by. Many of them can be seen. Whatever the
figure shows and the exercise does not say, or the other way round, is a finding, unless the pose file signs it as an
exception. So a forgotten property comes to light, and so does a figure that shows another exercise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from psoas_rules.pack import Exercise, Pack
from psoas_rules.posing.body import Body
from psoas_rules.posing.findings import Finding
from psoas_rules.posing.poses import Pose
from psoas_rules.posing.scene import Scene
from psoas_rules.posing.sights import POSITIONS, PROPERTIES, Sight
from psoas_rules.posing.solving import Solved


def check_tags(pose: Pose, solved: Solved, body: Body, pack: Pack) -> tuple[Finding, ...]:
    """Where figure and exercise disagree.

    Args:
        pose: The pose file.
        solved: The movement.
        body: The body.
        pack: The pack with the exercise that it shows.

    Raises:
        KeyError: if the pack has no such exercise.
    """
    exercise = {row.id: row for row in pack.exercises}[pose.exercise]
    scenes = [Scene(frame, pose, body) for frame in solved.frames]
    found = (*_properties(scenes, exercise, body, pack), *_positions(scenes, exercise, body, pack))
    signed = {exception.property for exception in pose.row.exceptions}
    open_still = {subject for subject, _ in found}
    unsigned = [finding for subject, finding in found if subject not in signed]
    for name in sorted(signed - open_still):
        message = f"the exception for '{name}' is not needed: figure and exercise agree; take it away"
        unsigned.append(Finding(exercise=pose.exercise, code="stale-exception", message=message))
    return tuple(unsigned)


def seen_properties(scenes: Iterable[Scene], body: Body) -> dict[str, int]:
    """The properties that are seen, each with the first frame that shows it.

    Args:
        scenes: The frames of a movement.
        body: The body, with the thresholds.
    """
    return _first_seen(PROPERTIES, scenes, body)


def seen_positions(scenes: Iterable[Scene], body: Body) -> dict[str, int]:
    """The positions that are seen, each with the first frame that shows it.

    Args:
        scenes: The frames of a movement.
        body: The body, with the thresholds.
    """
    return _first_seen(POSITIONS, scenes, body)


def _first_seen(sights: Mapping[str, Sight], scenes: Iterable[Scene], body: Body) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, scene in enumerate(scenes):
        for name, sight in sights.items():
            if name not in found and sight(scene, body.tags):
                found[name] = number
    return found


def _properties(scenes: list[Scene], exercise: Exercise, body: Body, pack: Pack) -> Iterator[tuple[str, Finding]]:
    seen, said = seen_properties(scenes, body), set(exercise.properties)
    for name in PROPERTIES:
        words = pack.vocabulary.properties.get(name)
        if words is None or (name in seen) == (name in said):
            continue
        if name in seen:
            message = f"the figure shows '{name}' ({words}), and the exercise does not say so; add it or sign it"
        else:
            message = f"the exercise says '{name}' ({words}), and the figure does not show it; take it away or sign it"
        code = "unsaid" if name in seen else "unseen"
        yield name, Finding(exercise=exercise.id, code=code, message=message, frame=seen.get(name))


def _positions(scenes: list[Scene], exercise: Exercise, body: Body, pack: Pack) -> Iterator[tuple[str, Finding]]:
    seen = seen_positions(scenes, body)
    if not seen.keys() & set(exercise.positions):
        shown, said = (_in_words(names, pack.vocabulary.positions) for names in (seen, exercise.positions))
        message = f"the exercise is done {said}; the figure shows {shown or 'no position that is known'}"
        for name in exercise.positions[:1]:
            yield name, Finding(exercise=exercise.id, code="position", message=message)


def _in_words(names: Iterable[str], words: Mapping[str, str]) -> str:
    """Names as people read them, each with the name that files use."""
    return " or ".join(f"{words[name]} ('{name}')" if name in words else f"'{name}'" for name in names)
