"""Why is it so? In one line, in a paragraph, rule by rule, and as a picture.

    python examples/12_draw_the_explanation.py [FOLDER]

Every part of an outcome can be explained by the answers that it needs: they are enough for it, and none of them can be
spared. With FOLDER, three drawings of the whole explanation are written there: explanation.svg for browsers,
explanation.dot for Graphviz and explanation.mmd for Mermaid.
"""

import sys
from pathlib import Path

from psoas_rules import Recommender, read_intake
from psoas_rules.graphing import graph, to_dot, to_mermaid, to_svg
from psoas_rules.justifying import Element, justify, line, paragraph, rule_by_rule
from psoas_rules.places import Places

INTAKE = Path(__file__).parent / "intakes" / "stiff_lower_back.yaml"


def main() -> None:
    recommender, intake = Recommender(), read_intake(INTAKE)

    print("For the person: one line")
    for element in (Element("level"), Element("pattern"), Element("dose", "glute_bridge")):
        print(f"- {line(justify(recommender, intake, element))}")

    dose = justify(recommender, intake, Element("dose", "glute_bridge"))
    print(f"\nFor the curious: a paragraph\n{paragraph(dose)}")
    print(f"\nFor clinicians: rule by rule\n{rule_by_rule(dose, recommender.pack, Places())}")

    # The promise, tried: the cited answers alone give the same dose.
    alone = recommender.recommend(dose.intake)
    same = justify(recommender, dose.intake, dose.element).value == dose.value
    print(f"\nThe cited answers alone give a {alone.kind}, and the dose is {'the same' if same else 'another'}.")

    drawn = graph(recommender.recommend(intake))
    print(f"\nThe whole explanation has {len(drawn.nodes)} nodes and {len(drawn.edges)} edges:")
    for title, nodes in drawn.columns():
        print(f"- {title}: {len(nodes)}")
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        for draw, ending in ((to_svg, "svg"), (to_dot, "dot"), (to_mermaid, "mmd")):
            (folder / f"explanation.{ending}").write_text(draw(drawn), encoding="utf-8", newline="\n")
        print(f"\nThe drawings stand in {folder}.")


if __name__ == "__main__":
    main()
