"""The same decision without psoas_rules deciding: by hand, and with the rules in other engines.

`tail.py` reads the answers and makes the outcome, by hand; every peer shares it. `hand.py` writes the rules as Python,
the other modules hand them to an engine each. All give what `Recommender.recommend` gives, but for the engine's name.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from psoas_rules import Pack


class Known(NamedTuple):
    """Where a peer is, and what has to be installed for it."""

    module: str
    made_by: str
    needs: str


HAND = Known("hand", "Hand", "psoas-rules")
PEERS = (
    HAND,
    Known("cel_rules", "Cel", "common-expression-language"),
    Known("zen_rules", "Zen", "zen-engine"),
    Known("clips_rules", "Clips", "clipspy"),
    Known("durable_host", "DurableHost", "durable-rules"),
    Known("experta_rules", "Experta", "experta"),
)


def installed(wanted: Iterable[str] = (), report: Callable[[str], None] = print) -> Iterator[Callable[[Pack], Any]]:
    """What makes each peer from a pack; one whose engine is not installed is left out and named.

    Args:
        wanted: Names of modules; with none, all.
        report: Gets a line for each peer that is left out.
    """
    wanted = tuple(wanted)
    for known in PEERS:
        if wanted and known.module not in wanted:
            continue
        try:
            module = import_module(f"benchmarks.peers.{known.module}")
        except ImportError as error:
            report(f"{known.module}: left out, {known.needs} cannot be imported ({error})")
        else:
            yield getattr(module, known.made_by)
