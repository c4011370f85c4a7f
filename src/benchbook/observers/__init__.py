"""Observers of a run: best-so-far improvements, sampled points, triggers and first hits of targets."""

from benchbook.observers.improvements import ImprovementHistory
from benchbook.observers.point_trace import PointTrace

__all__ = ["ImprovementHistory", "PointTrace"]
