"""All problems of the literature with constraints, two objectives or several kinds of variables, by name."""

from __future__ import annotations

from benchbook.problems.classics.constrained import CONSTRAINED, ConstrainedClassic
from benchbook.problems.classics.mixed import MIXED, MixedProblem
from benchbook.problems.classics.two_objectives import TWO_OBJECTIVES, FrontProblem
from benchbook.problems.info import ProblemInfo
from benchbook.protocols import Problem

CLASSICS: dict[str, ProblemInfo] = CONSTRAINED | TWO_OBJECTIVES | MIXED


def classic_problem(name: str, dim: int, instance: int) -> Problem:
    """Make one of them.

    Examples:
        >>> classic_problem("zdt1", 3, 0)
        FrontProblem('zdt1', dim=3, instance=0)
    """
    if name in TWO_OBJECTIVES:
        made: Problem = FrontProblem(name, dim, instance)
        return made
    return MixedProblem(name, dim, instance) if name in MIXED else ConstrainedClassic(name, dim, instance)
