"""Opt-in benchmarks of benchbook's own speed, with the peers beside it: `python -m benchmarks [NAMES]`."""
