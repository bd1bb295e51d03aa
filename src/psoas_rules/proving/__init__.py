"""Proofs about a pack: that what must never be cannot be, for all answers that anybody could give.

The conditions and tables of a pack are put into formulas of the solver z3, read exactly as the library reads them. A
question such as "is there anybody with this condition who gets that movement?" is then answered for every intake at
once: either there is no such person, which is a proof, or here is one. Needs the extra `prove`.

What stands here, from below:

- `values`: what a fact can be, as formulas; `encode(condition, look)` reads a condition tree.
- `answers`: `Answers(lexicon, prefix)`, everything one person could answer. `admissible` says what an intake refuses;
  `facts(model)` and `intake(facts)` turn what the solver found into answers again; `model(facts)` goes the other way.
- `weighing`: the weighing of evidence, in whole hundredths.
- `encoding`: `World(book, answers)`, one person through the rules of one rulebook:
    `fires[i]` and `fired(rule_id)`; `level(at_least)` at triage and `final_level(at_least)`; `asked(fact)`;
    `outcome(kind)`; `excluded(kind, subject)`; `profile(name)`; `choice(condition)` for offers and slots;
    `limits(exercise, number)`,
    `level_capped(exercise)`; `dose(exercise, field)`; `barred(exercise)`; `may_step(exercise)`.
  Everything is made when it is first asked for, so a question pays only for what it is about.
  Two worlds with answers of different prefixes are two people. Two worlds of different packs over answers with the same
  prefix are one person before two packs: variables of the same name are the same.
- `solving`: `Asker(answers, other_answers, rules=...).ask(goal)` gives an `Answer`: "none", which is a proof; "found",
  with as few answers as can be; or "unknown". `admissible` is taken along.
- `replaying`: runs what was found through the library itself, and says where the two differ.
- `invariants`, `theorems`, `judging`, `proof`: `rules/invariants.yaml`, what each kind of invariant asks, how one is
  judged, and `prove(pack)`.

Whatever cannot be put into formulas exactly is refused with an `EncodingError`; nothing is approximated in silence.
The one place where formulas say more than what happens is `may_step`; its docstring says how.
"""

from importlib.util import find_spec

if find_spec("z3") is None:
    raise ModuleNotFoundError("proofs need the solver z3: python -m pip install 'psoas-rules[prove]'", name="z3")

from psoas_rules.invariants import GENERAL, Invariant, Invariants, parse_invariants, read_invariants
from psoas_rules.proving.answers import Answers
from psoas_rules.proving.encoding import World
from psoas_rules.proving.proof import prove
from psoas_rules.proving.results import ASSUMED, Finding, Person, Proof, Result
from psoas_rules.proving.solving import Answer, Asker
from psoas_rules.proving.values import EncodingError
from psoas_rules.proving.writing import write_cases

__all__ = [
    "ASSUMED",
    "GENERAL",
    "Answer",
    "Answers",
    "Asker",
    "EncodingError",
    "Finding",
    "Invariant",
    "Invariants",
    "Person",
    "Proof",
    "Result",
    "World",
    "parse_invariants",
    "prove",
    "read_invariants",
    "write_cases",
]
