"""Observers: they watch runs and write down what they see; they never touch results or random state."""

from benchbook.tracking.history import ImprovementHistory
from benchbook.tracking.trace import PointTrace

__all__ = ["ImprovementHistory", "PointTrace"]
