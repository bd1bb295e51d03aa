"""Every line of an outcome can say which rule made it, from which answers, on which source.

    python examples/04_why_this_and_not_that.py

Hugo asked for two things by name: "psoas release with a tennis ball" and "glute bridge".
"""

from pathlib import Path

from psoas_rules import Routine, explain, load_pack, read_intake, recommend

INTAKES = Path(__file__).parent / "intakes"


def main() -> None:
    outcome = recommend(read_intake(INTAKES / "asks_for_tennis_ball.yaml"))
    assert isinstance(outcome, Routine)

    print("Asked for by name")
    for request in outcome.requests:
        print(f"- {request.name}: {request.answer}")
        if request.instead:
            print(f"  Safer for the same wish: {', '.join(request.instead)}")

    print("\nNot in it, and why")
    for out in outcome.left_out:
        print(f"- {out.name}: {out.why}")

    # The trace is data: which rule fired, because of which answers, on which source.
    rule = outcome.requests[-1].rules[0]
    firing = next(firing for firing in outcome.trace.firings if firing.rule == rule)
    titles = {source.id: source.title for source in load_pack().sources}
    print(f"\nRule {firing.rule}\n  {firing.because}")
    for source in firing.sources:
        print(f"  Source: {titles[source]}")

    # explain() puts the whole trace into sentences.
    print("\nThe whole story")
    print(explain(outcome))


if __name__ == "__main__":
    main()
