"""A condition of the pack as a Python expression over a dictionary of facts."""

from collections.abc import Callable, Mapping
from typing import Any

from psoas_rules.conditions import All, Condition, Not, Test, Value
from psoas_rules.conditions import Any as AnyOf

_OPERATORS = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}


def python(condition: Condition, *, negated: bool = False) -> str:
    """The condition as an expression over `facts` (a dictionary) and `get` (its get).

    What nobody answered satisfies neither a test nor its opposite, unless the test says so (`when_unknown`).
    """
    match condition:
        case Not(part):
            return python(part, negated=not negated)
        case All(parts) | AnyOf(parts):
            every = isinstance(condition, All) is not negated
            if not parts:
                return str(every)
            inner = [python(part, negated=negated) for part in parts]
            return inner[0] if len(inner) == 1 else f"({(' and ' if every else ' or ').join(inner)})"
        case Test(fact, "answered"):
            return f"{fact!r} {'not in' if negated else 'in'} facts"
        case Test(fact, "is", bool(value), unknown):
            wanted = value is not negated
            return f"get({fact!r}) is not {not wanted}" if unknown else f"get({fact!r}) is {wanted}"
        case Test(fact, "is", str(value), unknown):
            if negated:
                return f"get({fact!r}) != {value!r}" if unknown else f"get({fact!r}) not in (None, {value!r})"
            return f"get({fact!r}) in (None, {value!r})" if unknown else f"get({fact!r}) == {value!r}"
        case Test(fact, op, value, unknown):
            compared = f"v {_OPERATORS.get(op, '==')} {value!r}"
            compared = f"not {compared}" if negated else compared
            known = f"(v := get({fact!r})) is"
            return f"({known} None or {compared})" if unknown else f"({known} not None and {compared})"


def predicate(condition: Condition) -> Callable[[Mapping[str, Value]], bool]:
    """The condition as a function of the facts."""
    return function("holds", ["facts"], ["get = facts.get", f"return {python(condition)}"])


def function(name: str, arguments: list[str], body: list[str]) -> Any:
    """The function with this body."""
    lines = [f"def {name}({', '.join(arguments)}):", *(f"    {line}" for line in body)]
    made: dict[str, Any] = {}
    exec("\n".join(lines), made)
    return made[name]


def triggers(condition: Condition, usual: Mapping[str, Value], *, negated: bool = False) -> frozenset[str] | None:
    """Facts of which at least one is not as usual whenever the condition holds; None when it may hold as usual."""
    match condition:
        case Not(part):
            return triggers(part, usual, negated=not negated)
        case All(parts) | AnyOf(parts):
            inner = [triggers(part, usual, negated=negated) for part in parts]
            if isinstance(condition, All) is not negated:
                return min((one for one in inner if one is not None), key=len, default=None)
            return None if None in inner else frozenset().union(*[one for one in inner if one is not None])
        case Test(fact):
            facts = {fact: usual[fact]} if fact in usual else {}
            as_usual = predicate(Not(condition) if negated else condition)(facts)
            return None if as_usual else frozenset({fact})
