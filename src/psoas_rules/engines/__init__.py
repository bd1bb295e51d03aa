"""Engines: given these facts, which rules fire?

That is the only question, so an engine is small. `plain` evaluates the conditions as they stand and is the
specification; `durable` asks durable-rules. They must agree on every fact set, and the tests hold them to it. `memo` is
no engine: it remembers what an engine has answered.
"""

from __future__ import annotations

from psoas_rules.engines.plain import PlainEngine
from psoas_rules.engines.protocol import Engine, Program
from psoas_rules.importing import IMPORTING

__all__ = ["Engine", "PlainEngine", "Program", "default_engine"]


def default_engine() -> Engine:
    """durable-rules where it can be imported, else the plain evaluator. The outcome names the one that decided."""
    try:
        with IMPORTING:
            from psoas_rules.engines.durable import DurableEngine
    except ImportError:
        return PlainEngine()
    return DurableEngine()
