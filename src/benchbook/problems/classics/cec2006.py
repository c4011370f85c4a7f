"""The 24 constrained functions of CEC 2006: bounds, numbers of constraints, and where each is defined.

The best points known are those of the report, moved to where the values are least with all constraints kept; their
values differ from the report's by less than 1e-9 of them. In g20 no feasible point is known.

References:
    Liang, Runarsson, Mezura-Montes, Clerc, Suganthan, Coello Coello & Deb 2006, Problem definitions and evaluation
    criteria for the CEC 2006 special session on constrained real-parameter optimization, technical report, Nanyang
    Technological University, Singapore
"""

from __future__ import annotations

from benchbook.problems.classics import g01_g12 as early
from benchbook.problems.classics import g13_g24 as late
from benchbook.problems.classics.definition import Definition, Objective, Values

FAMILY = "cec2006"
_SOURCE = "Liang et al. 2006, Problem definitions and evaluation criteria for the CEC 2006 special session"


def _function(
    number: int,
    title: str,
    formula: str,
    bounds: tuple[tuple[float, float, int], ...],
    objective: Objective,
    inequalities: tuple[int, Values] | None = None,
    equalities: tuple[int, Values] | None = None,
    *,
    multimodal: bool = True,
    solved: bool = True,
) -> Definition:
    """Describe a function; bounds are lower, upper, and for how many variables in turn."""
    return Definition(
        name=f"{FAMILY}_g{number:02d}",
        family=FAMILY,
        title=title,
        formula=formula,
        lower=tuple(low for low, _, count in bounds for _ in range(count)),
        upper=tuple(high for _, high, count in bounds for _ in range(count)),
        objective=objective,
        inequalities=None if inequalities is None else inequalities[1],
        equalities=None if equalities is None else equalities[1],
        counts=(0 if inequalities is None else inequalities[0], 0 if equalities is None else equalities[0]),
        multimodal=multimodal,
        solved=solved,
        source=f"{_SOURCE}, g{number:02d}",
    )


CEC2006 = (
    _function(
        1,
        "Quadratic in a polytope",
        "5 sum_{i<=4} (x_i - x_i^2) - sum_{i>4} x_i",
        ((0.0, 1.0, 9), (0.0, 100.0, 3), (0.0, 1.0, 1)),
        early.f01,
        (9, early.g01),
    ),
    _function(
        2,
        "Keane's bump",
        "-|sum cos^4(x_i) - 2 prod cos^2(x_i)| / sqrt(sum i x_i^2)",
        ((0.0, 10.0, 20),),
        early.f02,
        (2, early.g02),
    ),
    _function(
        3, "Product on a sphere", "-10^5 prod x_i", ((0.0, 1.0, 10),), early.f03, None, (1, early.h03), multimodal=False
    ),
    _function(
        4,
        "Himmelblau's problem",
        "5.3578547 x_3^2 + 0.8356891 x_1 x_5 + 37.293239 x_1 - 40792.141",
        ((78.0, 102.0, 1), (33.0, 45.0, 1), (27.0, 45.0, 3)),
        early.f04,
        (6, early.g04),
        multimodal=False,
    ),
    _function(
        5,
        "Two generators",
        "3 x_1 + 10^-6 x_1^3 + 2 x_2 + (2/3) 10^-6 x_2^3",
        ((0.0, 1200.0, 2), (-0.55, 0.55, 2)),
        early.f05,
        (2, early.g05),
        (3, early.h05),
    ),
    _function(
        6,
        "Crescent",
        "(x_1 - 10)^3 + (x_2 - 20)^3",
        ((13.0, 100.0, 1), (0.0, 100.0, 1)),
        early.f06,
        (2, early.g06),
        multimodal=False,
    ),
    _function(
        7,
        "Quadratic in ten variables",
        "x_1^2 + x_2^2 + x_1 x_2 - 14 x_1 - 16 x_2 + .. + 45",
        ((-10.0, 10.0, 10),),
        early.f07,
        (8, early.g07),
        multimodal=False,
    ),
    _function(
        8,
        "Decaying waves",
        "-sin^3(2 pi x_1) sin(2 pi x_2) / (x_1^3 (x_1 + x_2))",
        ((0.0, 10.0, 2),),
        early.f08,
        (2, early.g08),
    ),
    _function(
        9,
        "Polynomial of degree six",
        "(x_1 - 10)^2 + 5 (x_2 - 12)^2 + x_3^4 + 3 (x_4 - 11)^2 + 10 x_5^6 + .. - 8 x_7",
        ((-10.0, 10.0, 7),),
        early.f09,
        (4, early.g09),
        multimodal=False,
    ),
    _function(
        10,
        "Heat exchangers in a row",
        "x_1 + x_2 + x_3",
        ((100.0, 10000.0, 1), (1000.0, 10000.0, 2), (10.0, 1000.0, 5)),
        early.f10,
        (6, early.g10),
        multimodal=False,
    ),
    _function(11, "Parabola", "x_1^2 + (x_2 - 1)^2", ((-1.0, 1.0, 2),), early.f11, None, (1, early.h11)),
    _function(12, "In one of 729 balls", "sum (x_i - 5)^2 / 100 - 1", ((0.0, 10.0, 3),), early.f12, (1, early.g12)),
    _function(
        13,
        "Exponential of a product",
        "exp(x_1 x_2 x_3 x_4 x_5)",
        ((-2.3, 2.3, 2), (-3.2, 3.2, 3)),
        late.f13,
        None,
        (3, late.h13),
    ),
    _function(
        14,
        "Chemical equilibrium",
        "sum x_i (c_i + ln(x_i / sum x_j))",
        ((0.0, 10.0, 10),),
        late.f14,
        None,
        (3, late.h14),
        multimodal=False,
    ),
    _function(
        15,
        "Circle in space",
        "1000 - x_1^2 - 2 x_2^2 - x_3^2 - x_1 x_2 - x_1 x_3",
        ((0.0, 10.0, 3),),
        late.f15,
        None,
        (2, late.h15),
    ),
    _function(
        16,
        "Chemical plant",
        "costs of 17 quantities that the plant computes one after another",
        ((704.4148, 906.3855, 1), (68.6, 288.88, 1), (0.0, 134.75, 1), (193.0, 287.0966, 1), (25.0, 84.1988, 1)),
        late.f16,
        (38, late.g16),
        multimodal=False,
    ),
    _function(
        17,
        "Electrical network",
        "a(x_1) x_1 + b(x_2) x_2",
        ((0.0, 400.0, 1), (0.0, 1000.0, 1), (340.0, 420.0, 2), (-1000.0, 1000.0, 1), (0.0, 0.5236, 1)),
        late.f17,
        None,
        (4, late.h17),
    ),
    _function(
        18,
        "Largest hexagon of diameter 1",
        "-(x_1 x_4 - x_2 x_3 + x_3 x_9 - x_5 x_9 + x_5 x_8 - x_6 x_7) / 2",
        ((-10.0, 10.0, 8), (0.0, 20.0, 1)),
        late.f18,
        (13, late.g18),
    ),
    _function(
        19,
        "Dual of Colville's problem",
        "sum_{ij} c_ij x_{10+i} x_{10+j} + 2 sum_j d_j x_{10+j}^3 - sum_i b_i x_i",
        ((0.0, 10.0, 15),),
        late.f19,
        (5, late.g19),
        multimodal=False,
    ),
    _function(
        20,
        "Blend of 24 components",
        "sum a_i x_i",
        ((0.0, 10.0, 24),),
        late.f20,
        (6, late.g20),
        (14, late.h20),
        solved=False,
    ),
    _function(
        21,
        "Two heat exchangers",
        "x_1",
        ((0.0, 1000.0, 1), (0.0, 40.0, 2), (100.0, 300.0, 1), (6.3, 6.7, 1), (5.9, 6.4, 1), (4.5, 6.25, 1)),
        late.f21,
        (1, late.g21),
        (5, late.h21),
    ),
    _function(
        22,
        "Three heat exchangers",
        "x_1",
        (
            (0.0, 2e4, 1),
            (0.0, 1e6, 3),
            (0.0, 4e7, 3),
            (100.0, 299.99, 1),
            (100.0, 399.99, 1),
            (100.01, 300.0, 1),
            (100.0, 400.0, 1),
            (100.0, 600.0, 1),
            (0.0, 500.0, 3),
            (0.01, 300.0, 1),
            (0.01, 400.0, 1),
            (-4.7, 6.25, 5),
        ),
        late.f22,
        (1, late.g22),
        (19, late.h22),
    ),
    _function(
        23,
        "Haverly's pooling problem",
        "-9 x_5 - 15 x_8 + 6 x_1 + 16 x_2 + 10 (x_6 + x_7)",
        (
            (0.0, 300.0, 2),
            (0.0, 100.0, 1),
            (0.0, 200.0, 1),
            (0.0, 100.0, 1),
            (0.0, 300.0, 1),
            (0.0, 100.0, 1),
            (0.0, 200.0, 1),
            (0.01, 0.03, 1),
        ),
        late.f23,
        (2, late.g23),
        (4, late.h23),
    ),
    _function(24, "Two separate regions", "-x_1 - x_2", ((0.0, 3.0, 1), (0.0, 4.0, 1)), late.f24, (2, late.g24)),
)
