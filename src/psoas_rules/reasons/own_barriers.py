"""What keeps an exercise out of every slot: a danger, an open question, or something about the exercise itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from psoas_rules.barriers import BarrierKind
from psoas_rules.explaining import headline
from psoas_rules.grounds import Grounds
from psoas_rules.kit import Barrier, Known
from psoas_rules.outcomes import Screening
from psoas_rules.pack import LEVELS
from psoas_rules.reasons.obstacles import Obstacle
from psoas_rules.reasons.situation import Situation
from psoas_rules.trace import Reading

_EQUIPMENT: Final = "preference.equipment"
_LEVEL: Final = "preference.level_max"


def no_routine(situation: Situation) -> Obstacle | None:
    """Why there is no routine at all; None when there is one."""
    outcome = situation.outcome
    if situation.workings is not None:
        return None
    stopping = [
        firing
        for firing in outcome.trace.firings
        if any(one.kind == "triage" and _stops(one.subject) for one in firing.concludes)
    ]
    rules = tuple(firing.rule for firing in stopping)
    answers = tuple(dict.fromkeys(reading for firing in stopping for reading in firing.readings))
    why = f"there is no routine at all. {headline(outcome).rstrip('.')}"
    if not isinstance(outcome, Screening):
        return Obstacle(kind="danger", why=why, rules=rules, answers=answers)
    asking = tuple(ready.rule.id for ready in situation.case.fired if ready.rule.stage == "screening")
    facts = tuple(question.fact for question in outcome.questions)
    open_ones = tuple(situation.reading(fact) for fact in facts)
    return Obstacle(
        kind="open_question", why=why, rules=(*asking, *rules), answers=(*open_ones, *answers), subjects=facts
    )


def _stops(level: str) -> bool:
    return level in LEVELS and LEVELS.index(level) > LEVELS.index("caution")


def own_barrier(situation: Situation, name: str) -> Obstacle | None:
    """What keeps this exercise out of every slot of a session; None when nothing does."""
    barriers = situation.session().barriers
    barrier, kind = barriers.of(name), barriers.kind(name)
    if barrier is None or kind is None:
        return None
    return _TELLING[kind](situation, barriers.kit.exercises[name], barrier)


def _alone(situation: Situation, known: Known, barrier: Barrier) -> Obstacle:
    facts = (f"preference.wants.{known.exercise.id}", "preference.supervised")
    answers = tuple(situation.reading(fact) for fact in facts)
    return Obstacle(kind="alone", why=barrier.why.rstrip("."), rules=barrier.rules, answers=answers)


def _excluded(situation: Situation, known: Known, barrier: Barrier) -> Obstacle:
    grounds, exercise = situation.session().grounds, known.exercise
    subject = _subject(grounds, known) or exercise.id
    answers = situation.read_by(barrier.rules)
    return Obstacle(
        kind="excluded", why=barrier.why.rstrip("."), rules=barrier.rules, answers=answers, subjects=(subject,)
    )


def _subject(grounds: Grounds, known: Known) -> str | None:
    """What of the exercise is excluded, in the order in which it is looked at."""
    exercise = known.exercise
    by_property = [name for name in exercise.properties if grounds.rules_for("exclude_property", name)]
    by_name = [exercise.id] if grounds.rules_for("exclude_exercise", exercise.id) else []
    by_phase = [exercise.phase] if grounds.rules_for("exclude_phase", exercise.phase) else []
    return next(iter((*by_property, *by_name, *by_phase)), None)


def _not_offered(situation: Situation, known: Known, barrier: Barrier) -> Obstacle:
    unmet = situation.unmet(situation.kit.compiled.choices[known.offer])
    return Obstacle(kind="not_offered", why=barrier.why.rstrip("."), unmet=unmet, subjects=(known.exercise.id,))


def _equipment(situation: Situation, known: Known, barrier: Barrier) -> Obstacle:
    barriers = situation.session().barriers
    missing = next(things for things in known.exercise.needs if not any(barriers.has(thing) for thing in things))
    equipment = situation.kit.pack.vocabulary.equipment
    has = [thing.label for key, thing in equipment.items() if barriers.has(key)]
    asked = _EQUIPMENT in situation.facts
    label = situation.lexicon.label(_EQUIPMENT)
    answer = Reading(_EQUIPMENT, label, True if asked else None, ", ".join(has) if asked else "not answered")
    why = barrier.why if asked else f"{barrier.why}, which is not in every home"
    return Obstacle(kind="equipment", why=why, answers=(answer,), subjects=missing)


def _avoided(situation: Situation, known: Known, barrier: Barrier) -> Obstacle:
    exercise, facts = known.exercise, situation.facts
    if all(facts.get(fact) is True for fact in known.avoided_positions):
        avoided, subjects = known.avoided_positions, exercise.positions
    else:
        pairs = zip(known.avoided_properties, exercise.properties, strict=True)
        fact, name = next((fact, name) for fact, name in pairs if facts.get(fact) is True)
        avoided, subjects = (fact,), (name,)
    answers = tuple(situation.reading(fact) for fact in avoided)
    return Obstacle(kind="avoided", why=barrier.why.rstrip("."), answers=answers, subjects=subjects)


def _too_hard(situation: Situation, known: Known, barrier: Barrier) -> Obstacle:
    answers = situation.read_by(barrier.rules) if barrier.rules else (situation.reading(_LEVEL),)
    return Obstacle(
        kind="too_hard",
        why=barrier.why.rstrip("."),
        rules=barrier.rules,
        answers=answers,
        subjects=(known.exercise.id,),
    )


_TELLING: Final[dict[BarrierKind, Callable[[Situation, Known, Barrier], Obstacle]]] = {
    "alone": _alone,
    "excluded": _excluded,
    "not_offered": _not_offered,
    "equipment": _equipment,
    "avoided": _avoided,
    "too_hard": _too_hard,
}
