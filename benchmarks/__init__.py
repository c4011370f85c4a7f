"""Opt-in benchmarks of the speed of benchbook and comparable packages: `python -m benchmarks [NAMES]`."""
