"""Fuzzes `Intake.from_dict` and `recommend`: python tests/fuzz/fuzz_intake.py [seconds]. Needs atheris, so Linux."""

import sys

from loop import fuzz

if __name__ == "__main__":
    fuzz(__file__, "intake")

    import atheris

    with atheris.instrument_imports(include=["psoas_rules"]):
        import intake_check
    from intake_change import Changer

    intake_check.recommenders()

    def once(data):
        intake_check.check(data)

    def bytewise(data, most):
        # Looked up each time: atheris puts its own in place when fuzzing starts.
        return atheris.Mutate(data, most)

    atheris.Setup(sys.argv, once, custom_mutator=Changer(bytewise))
    atheris.Fuzz()
