"""Optimizers: native ones, adapters to those of other libraries, and the catalog."""

from benchbook.optimizers.abilities import ABILITIES, abilities, able, check_able
from benchbook.optimizers.adapters.minimize import from_minimize
from benchbook.optimizers.catalog import (
    CONTROL,
    OptimizerChoice,
    Setting,
    describe,
    names,
    native_names,
    optimizer,
    settings_of,
)
from benchbook.optimizers.listing import Entry, entries
from benchbook.optimizers.register import register, unregister

__all__ = [
    "ABILITIES",
    "CONTROL",
    "Entry",
    "OptimizerChoice",
    "Setting",
    "abilities",
    "able",
    "check_able",
    "describe",
    "entries",
    "from_minimize",
    "names",
    "native_names",
    "optimizer",
    "register",
    "settings_of",
    "unregister",
]
