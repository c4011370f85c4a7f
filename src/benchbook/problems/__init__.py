"""Problems: textbook functions with shifted and rotated instances, BBOB, applied ones, and a user's own callables.

Examples:
    >>> p = problem("rastrigin", dim=3, instance=1)
    >>> p(p.x_opt[None, :]), p.f_opt
    (array([0.]), 0.0)
"""

from benchbook.problems.callables.custom import CallableProblem, from_callable
from benchbook.problems.callables.registered import OwnFunction, function
from benchbook.problems.catalog import describe, digest, expand, names, problem, register
from benchbook.problems.info import ProblemInfo
from benchbook.problems.stacked import StackedProblem, stack

__all__ = [
    "CallableProblem",
    "OwnFunction",
    "ProblemInfo",
    "StackedProblem",
    "describe",
    "digest",
    "expand",
    "from_callable",
    "function",
    "names",
    "problem",
    "register",
    "stack",
]
