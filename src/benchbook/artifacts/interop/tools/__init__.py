"""Readers of the logs of optimization libraries and benchmarks: Optuna, pycma, benchopt and IOHanalyzer."""
