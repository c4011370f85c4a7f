"""Measures of runs: first hits, ERT, anytime performance and runtime profiles."""
