"""Sinks: where the branches of an experiment are recorded."""
