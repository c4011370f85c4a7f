"""Runs of a spec that are not in its plan: repeated runs, published runs, and runs that replace its own."""
