"""Fuzzes `load_pack` on broken packs: python tests/fuzz/fuzz_pack.py [seconds]. Needs atheris, so Linux."""

import os
import sys
from functools import lru_cache

from loop import fuzz


def remember_documents():
    """Reads equal files once: all but the changed ones are the same in every input, and YAML is what takes the time."""
    from psoas_rules import yaml_reader

    yaml_reader.read_yaml = lru_cache(maxsize=256)(yaml_reader.read_yaml)


if __name__ == "__main__":
    fuzz(__file__, "pack")

    # A stored copy of a pack would stand in for reading it.
    os.environ["PSOAS_RULES_CACHE"] = "off"
    import atheris

    with atheris.instrument_imports(include=["psoas_rules"]):
        import pack_check
    from pack_change import Changer

    remember_documents()
    # What is imported and read at first takes long when every line of it is watched; no input should pay for that.
    pack_check.check(b"")

    def once(data):
        pack_check.check(data)

    def bytewise(data, most):
        # Looked up each time: atheris puts its own in place when fuzzing starts.
        return atheris.Mutate(data, most)

    atheris.Setup(sys.argv, once, custom_mutator=Changer(bytewise))
    atheris.Fuzz()
