"""Telemetry of a pipeline: sensors, sampling, resource limits and the rules for recommendations."""
