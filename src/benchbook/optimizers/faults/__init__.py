"""Planted faults: optimizers made worse on purpose, to see whether a check notices."""
