"""Benchmarks: `python -m benchmarks` prints every table. What was found stands in RESULTS.md."""
