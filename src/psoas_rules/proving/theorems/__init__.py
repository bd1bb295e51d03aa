"""What each kind of invariant asks: claims, each with a formula for somebody who would break it.

A claim is about all people at once. What a pack forbids is stated from its tables and from the list of requirements,
never from what its rules conclude.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from psoas_rules.invariants import Invariant, Kind
from psoas_rules.proving.theorems import dangers, liveness, loads, monotone, movements, order, programmes, sessions
from psoas_rules.proving.theorems.claims import Bench, Claim, Group

Theorem: TypeAlias = Callable[[Bench, Invariant], Iterator[Group]]

THEOREMS: Final[Mapping[Kind, Theorem]] = {
    "dangers_reach_their_level": dangers.reach_their_level,
    "dangers_give_no_steps": dangers.give_no_steps,
    "open_questions_give_no_steps": dangers.open_questions,
    "tables_are_kept": movements.tables,
    "movements_are_left_out": movements.left_out,
    "limits_are_kept": loads.limits,
    "more_never_loosens": monotone.never_loosens,
    "ceilings_are_kept": loads.ceilings,
    "time_is_kept": sessions.time,
    "phases_are_in_order": sessions.phases,
    "always_an_outcome": sessions.outcome,
    "slots_can_be_filled": sessions.slots,
    "everything_can_happen": liveness.everything,
    "no_rule_is_covered": liveness.covered,
    "advice_can_be_followed": liveness.advice,
    "order_does_not_matter": order.order,
    "bands_meet": order.bands,
    "worse_reports_give_no_more": programmes.worse_reports,
}
"""The theorem behind each kind."""

__all__ = ["THEOREMS", "Bench", "Claim", "Group", "Theorem"]
