"""For the tests of your own project: the conformance suite for optimizers, planted faults, and fakes.

Nothing here imports pytest: the suite is a class of plain test methods, which pytest collects from a subclass.
"""

from benchbook.testing.conformance import OptimizerConformance
from benchbook.testing.fakes import FaultyProblem, ScriptedOptimizer, ScriptedProblem

__all__ = ["FaultyProblem", "OptimizerConformance", "ScriptedOptimizer", "ScriptedProblem"]
