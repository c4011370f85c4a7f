"""Applied problems: stereo from vision, and imitation of an expert that balances a pole.

Examples:
    >>> sorted(APPLIED)
    ['imitation_clone', 'stereo_plane', 'stereo_undulating']
"""

from benchbook.problems.applied.table import APPLIED, STEREO
from benchbook.protocols import Problem

__all__ = ["APPLIED", "applied_problem"]


def applied_problem(name: str, dim: int, instance: int) -> Problem:
    """Make an applied problem by its name in `APPLIED`; its code is loaded only now."""
    if name in STEREO:
        from benchbook.problems.applied.stereo.problem import StereoProblem

        return StereoProblem(name, dim, instance)
    from benchbook.problems.applied.imitation.problem import ImitationClone

    return ImitationClone(name, dim, instance)
