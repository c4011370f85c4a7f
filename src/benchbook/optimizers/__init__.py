"""Optimizers: native ones, and the catalog."""

from benchbook.optimizers.catalog import CONTROL, OptimizerChoice, Setting, describe, names, optimizer, settings_of

__all__ = ["CONTROL", "OptimizerChoice", "Setting", "describe", "names", "optimizer", "settings_of"]
