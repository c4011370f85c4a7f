"""Branches: one call of a function with one configuration, and what came of it."""
