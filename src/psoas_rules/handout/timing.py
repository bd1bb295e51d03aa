"""What a timer does: the pieces of an exercise one after the other, as its dose says."""

from __future__ import annotations

import json
from typing import Final

from psoas_rules.handout.words import Words
from psoas_rules.outcomes import Dose

_OTHER: Final = {"left": "right", "right": "left"}


def timer_plan(dose: Dose, words: Words) -> str:
    """The numbers of a dose for the script of the page, as JSON.

    `bouts` are the sides in the order in which they are done, set by set, each with its name and the number of its set.
    A repetition is `pieces`: what to do, and for how many seconds. Between bouts there are `rest` seconds.
    All of it takes as long as the dose says.
    """
    names = _sides(dose, words)
    bouts = [[name, number] for number in range(1, dose.sets + 1) for name in names]
    bouts += [[names[0], dose.sets + extra] for extra in range(1, dose.extra_sets + 1)]
    plan = {
        "bouts": bouts,
        "sets": dose.sets + dose.extra_sets,
        "reps": dose.reps,
        "pieces": _pieces(dose, words),
        "rest": dose.rest_s,
    }
    return json.dumps(plan, ensure_ascii=False, separators=(",", ":"))


def timer_words(words: Words) -> str:
    """The words that the script of the page says, as JSON."""
    names = ("start", "pause", "resume", "again", "get_ready", "rest", "done", "set_of", "rep_of")
    return json.dumps({name: getattr(words, name) for name in names}, ensure_ascii=False, separators=(",", ":"))


def _sides(dose: Dose, words: Words) -> tuple[str, ...]:
    if not dose.per_side:
        return ("",)
    if dose.first_side in _OTHER:
        return (getattr(words, dose.first_side), getattr(words, _OTHER[dose.first_side]))
    return (words.one_side, words.other_side)


def _pieces(dose: Dose, words: Words) -> list[list[str | float]]:
    """One repetition: the movement and the hold, or the hold and the letting go where that matters."""
    hold = min(dose.hold_s or 0, dose.seconds_per_rep)
    rest = dose.seconds_per_rep - hold
    # One long hold that is no stretch is a walk or a rest: there is nothing to hold.
    held = words.hold if dose.reps > 1 or dose.stretch_max is not None else words.keep_going
    pieces: list[list[str | float]] = [[words.move, rest], [held, hold]]
    if dose.relax_s:
        pieces = [[words.hold, hold], [words.let_go, rest]]
    return [piece for piece in pieces if piece[1]]
