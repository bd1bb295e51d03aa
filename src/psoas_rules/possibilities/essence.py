"""What counts as the same outcome: everything that the person is told to do, to mind and to watch for.

Two outcomes with the same essence ask the same of a person. They may differ in how sure the pattern is, in what counted
most, in the list of what was left out, and in the rules and answers that the trace names: each further answer changes
those, and none of them changes what the person does.
"""

from __future__ import annotations

from collections.abc import Hashable

from psoas_rules.outcomes import Outcome, Referral, Routine, Screening, Step


def essence(outcome: Outcome) -> Hashable:
    """What the outcome asks of the person; equal for outcomes that ask the same.

    A referral is its urgency. A screening is what is known to be urgent, and what is still open. A routine is its
    triage level, its pattern, its steps with dose, position and cautions in their order, the answers to requests, and
    what the person is to know, mind and stop for.
    """
    match outcome:
        case Referral():
            return (outcome.kind, outcome.urgency)
        case Screening():
            return (outcome.kind, tuple(sorted(question.fact for question in outcome.questions)))
        case Routine():
            return (
                *(outcome.kind, outcome.triage, outcome.profile.kind),
                tuple(_step(step) for step in outcome.steps),
                tuple((request.exercise, request.granted) for request in outcome.requests),
                frozenset(note.text for note in outcome.notes),
                *(outcome.pain_rules, frozenset(outcome.stop_rules), outcome.schedule, outcome.week),
                outcome.minutes,
            )


def _step(step: Step) -> Hashable:
    return (step.exercise, step.slot, step.position, step.needs, step.dose, frozenset(step.cautions))
