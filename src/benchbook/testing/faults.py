"""Planted faults: any optimizer, made worse on purpose at `ask` and `tell`, to see whether a check notices.

A fault stands between the loop and the optimizer. It changes the points that leave, or the values that arrive; the
optimizer inside is always told the points it asked for itself, so that it cannot tell.
"""

from benchbook.optimizers.faults.plant import SEVERITIES, PlantedFactory, Severity, plant
from benchbook.optimizers.faults.wrapped import WRAPPED_FAULTS, Fault, Place, Wrapped

__all__ = ["SEVERITIES", "WRAPPED_FAULTS", "Fault", "Place", "PlantedFactory", "Severity", "Wrapped", "plant"]
