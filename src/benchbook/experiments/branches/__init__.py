"""Branches: one call of a function with one configuration, and its outcome."""
