"""Why is this exercise not in my routine, what would other answers change, and what would bring it in?

    python examples/11_what_would_change_it.py

Sara has a stiff lower back and 20 minutes. She wonders about "Bird dog" and "Single-leg bridge".
"""

from pathlib import Path

from psoas_rules import Recommender, read_intake
from psoas_rules.contrasting import what_if
from psoas_rules.counterfactuals import AnyRoutine, Counterfactual, Include, NoCounterfactual, counterfactual
from psoas_rules.reasons import why_not

INTAKES = Path(__file__).parent / "intakes"


def main() -> None:
    recommender = Recommender()
    sara = read_intake(INTAKES / "stiff_lower_back.yaml")

    # Every way by which it could have come in, and the first thing that closes each.
    print(why_not(recommender, sara, "Bird dog"))

    # The same as data: what sort of thing is nearest to letting it in, and how far it is.
    nearest = why_not(recommender, sara, "Bird dog").nearest
    assert nearest is not None
    print(f"\nNearest: {nearest.kind}, {nearest.seconds_short:g} seconds short")

    # What would be different with other answers, and which rules and answers are behind it.
    print("\nWhat if she had less time and a better back?")
    print(what_if(recommender, sara, {"preferences.minutes": 15, "signs.low_back_pain_stiffness": 2}))

    # The smallest change of what may change at all. Wishes are up to her; the others may come with time.
    print("\nWhat would bring it in?")
    for exercise in ("Bird dog", "Single-leg bridge", "Upper back foam roll"):
        found = counterfactual(recommender, sara, Include(exercise))
        print(f"- {found}")
        for change in found.changes if isinstance(found, Counterfactual) else ():
            print(f"    {change.kind}: {change.answer} -> {change.after}")

    # A red flag is never argued away.
    print("\nAnd for somebody with a red flag?")
    match counterfactual(recommender, read_intake(INTAKES / "blood_thinner_groin_pain.yaml"), AnyRoutine()):
        case Counterfactual(changes=changes):
            print(f"{len(changes)} answers")
        case NoCounterfactual() as none:
            print(none)


if __name__ == "__main__":
    main()
