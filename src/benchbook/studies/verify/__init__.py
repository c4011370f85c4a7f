"""Repeat runs and compare them with the stored ones."""
