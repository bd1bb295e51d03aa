"""What many tests share: the built-in pack, recommenders for both engines, and files that are read once."""

import importlib.util
import os
import pickle
import tempfile
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, settings

from psoas_rules import Recommender, load_pack, yaml_reader
from psoas_rules.engines import PlainEngine

# Packs that the tests read are stored with the tests, and go with them; processes that they start inherit it.
_STORED = tempfile.TemporaryDirectory()
os.environ["PSOAS_RULES_CACHE"] = _STORED.name

_READ_YAML = yaml_reader.read_yaml


@lru_cache(maxsize=4_096)
def _read_before(content):
    return pickle.dumps(_READ_YAML(content))


def _read_yaml(content):
    """The same document for the same bytes, and a new one each time, so that no test sees what another did to it."""
    return pickle.loads(_read_before(content))


# Most packs in the tests differ from another in one file, and reading YAML would be most of the time of the tests.
yaml_reader.read_yaml = _read_yaml

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

HAS_DURABLE = importlib.util.find_spec("durable_rules_engine") is not None
needs_durable = pytest.mark.skipif(not HAS_DURABLE, reason="durable-rules is not installed on this Python")


@pytest.fixture(scope="module", params=["numpy", "numba"])
def both_loops(request):
    """Tables of people are decided with NumPy alone, and then with machine code."""
    compiled = request.param == "numba"
    if compiled:
        pytest.importorskip("numba")
    from psoas_rules.cohort import loops

    with loops.fixed(compiled=compiled):
        yield


@pytest.fixture(scope="session")
def pack():
    return load_pack()


@pytest.fixture(scope="session")
def recommender(pack):
    return Recommender(pack)


@pytest.fixture(scope="session")
def plain(pack):
    return Recommender(pack, PlainEngine(), remember=False)


@pytest.fixture(scope="session")
def forgetful(pack):
    """Asks its engine every time."""
    return Recommender(pack, remember=False)
