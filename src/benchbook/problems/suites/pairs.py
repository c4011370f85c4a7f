"""Which two BBOB functions, and which instances of them, each function with two objectives consists of.

References:
    Brockhoff, Auger, Hansen & Tušar 2022, Using well-understood single-objective functions in multiobjective black-box
    optimization test suites, Evolutionary Computation 30(2), 165-193, https://arxiv.org/abs/1604.00359
"""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement

# Two functions of each group of BBOB: every pair of these, themselves included, makes the first 55.
_CHOSEN = (1, 2, 6, 8, 13, 14, 15, 17, 20, 21)
# Then the pairs within a group that are not among them; f16 has no single optimum, so that no nadir is known.
_GROUPS = ((1, 2, 3, 4, 5), (6, 7, 8, 9), (10, 11, 12, 13, 14), (15, 17, 18, 19), (20, 21, 22, 23, 24))

_FIRST = list(combinations_with_replacement(_CHOSEN, 2))
PAIRS = (*_FIRST, *(pair for group in _GROUPS for pair in combinations(group, 2) if pair not in _FIRST))

# Instance of both functions, by the instance of the pair: mostly 2k + 1 and the next, where the optima lie far enough
# apart in all dimensions.
INSTANCES = (
    (2, 4),
    (3, 5),
    (7, 8),
    (9, 10),
    (11, 12),
    (13, 14),
    (15, 16),
    (17, 18),
    (19, 21),
    (21, 22),
    (23, 24),
    (25, 26),
    (27, 28),
    (29, 30),
    (31, 34),
)
