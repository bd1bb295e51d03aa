#!/usr/bin/env bash
# Runs durable-rules under AddressSanitizer, driven the way this library drives it: builds the extension from its source
# distribution into an environment of its own, then runs the tests of the engines and random people that all reach it.
# Needs Linux, gcc with libasan, Python 3.11 or 3.12 and access to a package index.
#
#   tests/stress/asan.sh [people]     3000 people unless told
set -euo pipefail
cd "$(dirname "$0")/../.."
people=${1:-3000}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
say() { printf '\n== %s\n' "$*"; }

python=${PYTHON:-}
for candidate in python3.11 python3.12; do
  [ -n "$python" ] || ! "$candidate" -c '' 2>/dev/null || python=$candidate
done
[ -n "$python" ] || { echo "Python 3.11 or 3.12 is needed"; exit 1; }

say "durable-rules with AddressSanitizer"
"$python" -m venv "$scratch/venv"
python="$scratch/venv/bin/python"
"$python" -m pip install --quiet --upgrade pip
# CC and not CFLAGS: the setup.py of durable-rules sets CFLAGS itself.
CC="gcc -fsanitize=address -fno-omit-frame-pointer -g -O1" \
  "$python" -m pip install --quiet --no-cache-dir --no-binary durable-rules --group test -e .

# The interpreter itself is a usual one, so the sanitizer has to be loaded before it. Python then takes its own objects
# from malloc as well, where the sanitizer sees them.
run() {
  local leaks=$1
  shift
  LD_PRELOAD="$(gcc -print-file-name=libasan.so)" PYTHONMALLOC=malloc \
    ASAN_OPTIONS="detect_leaks=$leaks:halt_on_error=1:detect_stack_use_after_return=1" "$python" "$@"
}

# Silence proves something only if what is known to be wrong is told.
told() {
  if run 1 "$scratch/known.py" 2> "$scratch/known.txt" || ! grep -m 1 "$1" "$scratch/known.txt"; then
    echo "this was not reported: $1"
    exit 1
  fi
}

say "the sanitizer sees faults that are known"
cat > "$scratch/known.py" <<'PYTHON'
import json
import durable_rules_engine as matcher
# More rules with the same test than it has room for: it reads past the end of a list. The library stops at 62.
matcher.create_ruleset("p", json.dumps({f"r{i}": {"all": [{"m": {"k": 1}}]} for i in range(257)}))
PYTHON
told "AddressSanitizer: heap-buffer-overflow"
cat > "$scratch/known.py" <<'PYTHON'
import json
import durable_rules_engine as matcher
# A ruleset that goes before its state leaves the state behind. The library frees the state first.
for _ in range(10):
    handle = matcher.create_ruleset("p", json.dumps({"r": {"all": [{"m": {"k": 1}}]}}))
    _, offset = matcher.assert_fact(handle, '{"k":1,"id":"P","sid":"s"}')
    matcher.start_action_for_state(handle, offset)
    matcher.complete_and_start_action(handle, offset)
    matcher.delete_ruleset(handle)
PYTHON
told "LeakSanitizer: detected memory leaks"

# Some of these tests break the matcher on purpose in the middle of a run; what it then keeps is not looked at.
say "the tests of the engines"
run 0 -m pytest -q -p no:cacheprovider tests/test_engines.py

say "$people people, each asked of the engine, and no memory left behind"
cat > "$scratch/people.py" <<'PYTHON'
import gc
import sys
from collections import Counter
from hypothesis import HealthCheck, Phase, given, seed, settings
from psoas_rules import Recommender, load_pack
from psoas_rules.engines import PlainEngine
from psoas_rules.testing import intakes

pack = load_pack()
durable, plain = Recommender(pack, remember=False), Recommender(pack, PlainEngine(), remember=False)
assert durable.engine == "durable-rules"
seen = Counter()

def ask(intake):
    outcome = durable.recommend(intake)
    assert outcome.to_dict() | {"engine": ""} == plain.recommend(intake).to_dict() | {"engine": ""}
    seen[outcome.kind] += 1
    if sum(seen.values()) % 500 == 0:
        # Rulesets come and go as well.
        Recommender(pack, remember=False).recommend(intake)
        gc.collect()

for kind in ("clear", "any"):
    quick = settings(
        max_examples=int(sys.argv[1]) // 2,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(1)(quick(given(intakes(pack, screen=kind))(ask)))()
print(dict(seen))
assert len(seen) == 3
PYTHON
run 1 "$scratch/people.py" "$people"

say "nothing was found"
