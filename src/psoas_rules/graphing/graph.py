"""The explanation graph as data: answers, the rules that read them, what follows, and what comes of it."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

NodeKind: TypeAlias = Literal[
    "answer",
    "open",
    "found",
    "rule",
    "conclusion",
    "pattern",
    "level",
    "step",
    "left_out",
    "request",
    "note",
    "referral",
    "screening",
]

COLUMNS: Final[tuple[tuple[str, frozenset[NodeKind]], ...]] = (
    ("Answers", frozenset({"answer", "open", "found"})),
    ("Rules", frozenset({"rule"})),
    ("What follows", frozenset({"conclusion", "pattern", "level"})),
    ("What comes of it", frozenset({"step", "left_out", "request", "note", "referral", "screening"})),
)
"""The columns of the graph from left to right: a title, and the kinds of nodes in it."""


@attrs.frozen
class Node:
    """One thing in the graph.

    Attributes:
        id: Stable id, such as `rule:dosage.moderate_pain_half_dose`.
        kind: What sort of thing it is.
        label: What it is called.
        detail: More about it.
    """

    id: str
    kind: NodeKind
    label: str
    detail: str = ""

    @property
    def column(self) -> int:
        """Its column, counted from 0."""
        return next(number for number, (_, kinds) in enumerate(COLUMNS) if self.kind in kinds)


@attrs.frozen
class Edge:
    """What leads to what, by the ids of two nodes; it goes from a column to the next."""

    source: str
    target: str


@attrs.frozen
class ExplanationGraph:
    """How an outcome came about.

    Attributes:
        title: What it shows, in one line.
        nodes: From left to right, and from top to bottom.
        edges: What leads to what.
    """

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, name: str) -> Node:
        """The node with this id.

        Raises:
            KeyError: if there is none.
        """
        for node in self.nodes:
            if node.id == name:
                return node
        raise KeyError(name)

    def columns(self) -> tuple[tuple[str, tuple[Node, ...]], ...]:
        """The columns that are not empty, each with its title and its nodes."""
        found = [
            (title, tuple(node for node in self.nodes if node.column == number))
            for number, (title, _) in enumerate(COLUMNS)
        ]
        return tuple((title, nodes) for title, nodes in found if nodes)
