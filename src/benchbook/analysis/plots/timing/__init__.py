"""Figures of where time is spent."""
