"""Looks into the memories of a recommender: is everything that is remembered of the engine's answers right?"""

from collections.abc import Iterator
from typing import Any

from psoas_rules import Recommender
from psoas_rules.conditions import Value, holds
from psoas_rules.engines.memo import MemoProgram


def memories(recommender: Recommender) -> list[MemoProgram]:
    """The programs with a memory; none if the recommender was made without."""
    compiled = recommender._compiled
    programs = [*compiled.programs.values(), compiled._choosing]
    return [program for program in programs if isinstance(program, MemoProgram)]


def wrong_entries(recommender: Recommender) -> tuple[int, list[str]]:
    """How many entries are remembered, and those that the plain evaluator would answer differently.

    An entry stands for cells; facts that lie in these cells are made, and the conditions read with the plain evaluator.
    """
    count = 0
    wrong = []
    for program in memories(recommender):
        for facts, positions, fired in _entries(program):
            count += 1
            right = tuple(i for i in sorted(positions) if holds(program._conditions[i], facts))
            if tuple(sorted(fired)) != right:
                wrong.append(f"{facts}: {fired} is remembered, {right} is right")
    return count, wrong


def _entries(program: MemoProgram) -> Iterator[tuple[dict[str, Value], set[int], tuple[int, ...]]]:
    """Every entry as facts, the positions that it is about, and those that fired."""
    if program._at_usual is not None:
        yield dict(program._usual), set(range(len(program._conditions))), program._at_usual
    for group in program._groups:
        cells = [(fact, cell.__self__) for fact, cell in group.cells]
        for key, fired in [*group.known._old.items(), *group.known._young.items()]:
            known = {fact: _value(cut, cell) for (fact, cut), cell in zip(cells, key, strict=True)}
            yield {fact: value for fact, value in known.items() if value is not None}, group.positions, fired


def _value(cells: Any, cell: Any) -> Value | None:
    """A value that lies in this cell."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, str):
        return cell or "none of the words"
    place, on = cell
    cuts = cells.thresholds
    if on:
        return cuts[place]
    if not cuts:
        return 0
    if place == 0:
        return cuts[0] - 1
    return cuts[-1] + 1 if place == len(cuts) else (cuts[place - 1] + cuts[place]) / 2
