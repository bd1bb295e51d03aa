"""Explanations that are complete and necessary: which answers an element of an outcome rests on, and in what words."""

from psoas_rules.elements import Element, UnknownElementError, elements
from psoas_rules.justifying.citing import Answer
from psoas_rules.justifying.justification import Cited, Justification, justify
from psoas_rules.justifying.wording import Layer, cite, line, paragraph, rule_by_rule

__all__ = [
    "Answer",
    "Cited",
    "Element",
    "Justification",
    "Layer",
    "UnknownElementError",
    "cite",
    "elements",
    "justify",
    "line",
    "paragraph",
    "rule_by_rule",
]
