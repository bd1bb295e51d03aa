"""The explanation graph of an outcome: answers, rules, what follows and what comes of it, drawn in three ways."""

from psoas_rules.graphing.building import graph
from psoas_rules.graphing.dot import to_dot
from psoas_rules.graphing.graph import Edge, ExplanationGraph, Node
from psoas_rules.graphing.mermaid import to_mermaid
from psoas_rules.graphing.svg import to_svg

__all__ = ["Edge", "ExplanationGraph", "Node", "graph", "to_dot", "to_mermaid", "to_svg"]
