"""How much of an exercise, in words."""

from __future__ import annotations

import attrs

from psoas_rules.outcomes.labels import ENGLISH, Labels
from psoas_rules.outcomes.values import Dose


def time_text(seconds: float, labels: Labels = ENGLISH) -> str:
    """Seconds or, from two whole minutes on, minutes."""
    if seconds >= 120 and seconds % 60 == 0:
        return labels.dose["minutes"].format(number=f"{seconds / 60:g}")
    return labels.dose["seconds"].format(number=f"{seconds:g}")


@attrs.frozen
class DoseText:
    """A dose in words.

    Attributes:
        amount: How often, and how long: "2 x 10 times, building up to 15".
        side: On which sides; empty where there are none.
        extra: What is done more on one side, or let go in between; empty where nothing is.
        rest: How long to rest between sets; empty where there is one set.
        tempo: How long one repetition takes; empty where a hold says it.
        feel: How it should feel at the most; empty where nothing is said.
        days: On how many days a week.
    """

    amount: str
    side: str
    extra: tuple[str, ...]
    rest: str
    tempo: str
    feel: str
    days: str

    @classmethod
    def of(cls, dose: Dose, labels: Labels = ENGLISH) -> DoseText:
        """The words for a dose."""
        words = labels.dose
        extra = []
        if dose.per_side and dose.extra_sets:
            side = labels.lines.get(dose.first_side or "", dose.first_side or "")
            extra.append(words["extra_set"].format(sets=dose.extra_sets, side=side))
        if dose.relax_s:
            extra.append(words["relax"].format(time=time_text(dose.relax_s, labels)))
        return cls(
            amount=_amount(dose, labels),
            side=_side(dose, labels),
            extra=tuple(extra),
            rest=words["rest"].format(time=time_text(dose.rest_s, labels)) if dose.sets > 1 and dose.rest_s else "",
            tempo=""
            if dose.hold_s is not None
            else words["tempo"].format(time=time_text(dose.seconds_per_rep, labels)),
            feel=_feel(dose, labels),
            days=_days(dose, labels),
        )

    def __str__(self) -> str:
        return "; ".join(part for part in (self.amount, self.side, *self.extra, self.rest) if part)


def _amount(dose: Dose, labels: Labels) -> str:
    words = labels.dose
    if dose.reps == 1 and dose.hold_s is not None:
        amount, top = time_text(dose.hold_s, labels), ""
        if dose.hold_s and dose.hold_top_s and dose.hold_top_s > dose.hold_s:
            top = time_text(dose.hold_top_s, labels)
    else:
        amount = words["times"].format(reps=dose.reps)
        top = str(dose.reps_top) if dose.reps_top > dose.reps else ""
    if dose.sets > 1:
        amount = words["sets"].format(sets=dose.sets, amount=amount)
    if top:
        amount = words["building_up"].format(amount=amount, top=top)
    if dose.hold_s is not None and dose.reps != 1:
        amount = words["hold"].format(amount=amount, hold=time_text(dose.hold_s, labels))
    return amount


def _side(dose: Dose, labels: Labels) -> str:
    if not dose.per_side:
        return ""
    if dose.first_side is None:
        return labels.dose["each_side"]
    return labels.dose["side_first"].format(side=labels.lines[dose.first_side])


def _tempo(dose: Dose, labels: Labels) -> str:
    if dose.hold_s is not None:
        return ""
    return labels.dose["tempo"].format(time=time_text(dose.seconds_per_rep, labels))


def _feel(dose: Dose, labels: Labels) -> str:
    if dose.stretch_max is not None:
        return labels.dose["stretch"].format(most=f"{dose.stretch_max:g}")
    return labels.dose["effort"].format(most=f"{dose.effort_max:g}") if dose.effort_max is not None else ""


def _days(dose: Dose, labels: Labels) -> str:
    words = labels.dose
    if dose.days_min != dose.days_max:
        return words["days_range"].format(fewest=dose.days_min, most=dose.days_max)
    return words["days"].format(days=dose.days_max) if dose.days_max > 1 else words["one_day"]
