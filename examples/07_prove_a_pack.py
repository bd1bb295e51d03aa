"""What must never be cannot be: proofs about a pack, for all answers that anybody could give.

    python examples/07_prove_a_pack.py

Needs the extra `prove`. On the command line, `psoas-rules prove` does the same for everything that `invariants.yaml`
of a pack states.
"""

import attrs

from psoas_rules import load_pack
from psoas_rules.conditions import Test
from psoas_rules.loading import rulebook_of
from psoas_rules.proving import Asker, World, prove, read_invariants


def main() -> None:
    pack = load_pack()
    book = rulebook_of(pack)
    stated = read_invariants(book)

    # Some of what the built-in pack states. Each holds for everybody, not only for those who were tried.
    proof = prove(book, stated, only=["dangers_are_told", "more_dangers"])
    for result in proof.results:
        print(f"{result.verdict}: {result.title}")

    # An edit that hurts: a newly swollen leg gives advice and a routine, in place of a referral for the same day.
    flags = [attrs.evolve(flag, urgency="caution") if flag.id == "leg_clot" else flag for flag in pack.red_flags]
    broken = rulebook_of(attrs.evolve(pack, red_flags=tuple(flags)))
    [result] = prove(broken, stated, only=["dangers_are_told"]).results
    finding = result.findings[0]
    print()
    print(f"{result.verdict}: {finding.says}")
    for person in finding.people:
        print("  " + "; ".join(person.words))
        print("  " + person.outcome.partition(",")[0])
    assert finding.case is not None
    print("  A case that fails until it is mended expects", dict(finding.case["expect"]))

    # A question of your own: who gets an exercise lying face down although lying on the front was to be avoided?
    world = World(book)
    avoids = world.answered(Test("preference.avoid_positions.prone", "is", value=True))
    answer = Asker(world.answers).ask(avoids, world.may_step("superman"))
    print()
    print("Face down in spite of it:", "nobody" if answer.found == "none" else answer.people)


if __name__ == "__main__":
    main()
