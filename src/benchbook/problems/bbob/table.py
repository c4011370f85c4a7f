"""What is known about each of the 24 BBOB functions: one row each."""

from __future__ import annotations

import re

from benchbook.problems.info import ProblemInfo

FAMILY = "bbob"
# The five groups of the report, with their last function.
_GROUPS = (
    (5, "separable"),
    (9, "low or moderate conditioning"),
    (14, "high conditioning, unimodal"),
    (19, "multimodal, adequate global structure"),
    (24, "multimodal, weak global structure"),
)
_SOURCE = "Hansen, Finck, Ros & Auger 2009, INRIA RR-6829, https://inria.hal.science/inria-00362633"

# Title, formula in the report's symbols (z: the shifted, rotated and deformed x; D: the dimension; f_pen: the squared
# distance to the box), separable, multimodal, condition number where the report states one.
_ROWS: tuple[tuple[str, str, bool, bool, float | None], ...] = (
    ("Sphere", "sum z_i^2", True, False, 1.0),
    ("Separable ellipsoid", "sum 10^(6 (i-1)/(D-1)) z_i^2", True, False, 1e6),
    ("Separable Rastrigin", "10 (D - sum cos(2 pi z_i)) + sum z_i^2", True, True, 10.0),
    ("Bueche-Rastrigin", "10 (D - sum cos(2 pi z_i)) + sum z_i^2 + 100 f_pen", True, True, 10.0),
    ("Linear slope", "sum 5 |s_i| - s_i z_i", True, False, None),
    ("Attractive sector", "osz(sum (s_i z_i)^2)^0.9", False, False, 10.0),
    ("Step ellipsoid", "0.1 max(|z_1|/10^4, sum 10^(2 (i-1)/(D-1)) z_i^2) + f_pen", False, False, 100.0),
    ("Rosenbrock", "sum_{i<D} 100 (z_i^2 - z_{i+1})^2 + (z_i - 1)^2", False, True, None),
    ("Rotated Rosenbrock", "sum_{i<D} 100 (z_i^2 - z_{i+1})^2 + (z_i - 1)^2", False, True, None),
    ("Ellipsoid", "sum 10^(6 (i-1)/(D-1)) z_i^2", False, False, 1e6),
    ("Discus", "10^6 z_1^2 + sum_{i>1} z_i^2", False, False, 1e6),
    ("Bent cigar", "z_1^2 + 10^6 sum_{i>1} z_i^2", False, False, 1e6),
    ("Sharp ridge", "z_1^2 + 100 sqrt(sum_{i>1} z_i^2)", False, False, None),
    ("Different powers", "sqrt(sum |z_i|^(2 + 4 (i-1)/(D-1)))", False, False, None),
    ("Rastrigin", "10 (D - sum cos(2 pi z_i)) + sum z_i^2", False, True, 10.0),
    (
        "Weierstrass",
        "10 (mean_i sum_{k<12} 2^-k cos(2 pi 3^k (z_i + 1/2)) - f_0)^3 + 10/D f_pen",
        False,
        True,
        None,
    ),
    (
        "Schaffers F7",
        "(mean_i sqrt(s_i) (1 + sin^2(50 s_i^(1/5))))^2 + 10 f_pen, s_i = sqrt(z_i^2 + z_{i+1}^2)",
        False,
        True,
        10.0,
    ),
    (
        "Schaffers F7, ill-conditioned",
        "(mean_i sqrt(s_i) (1 + sin^2(50 s_i^(1/5))))^2 + 10 f_pen, s_i = sqrt(z_i^2 + z_{i+1}^2)",
        False,
        True,
        1000.0,
    ),
    (
        "Griewank-Rosenbrock",
        "10/(D-1) sum_{i<D} (s_i/4000 - cos s_i) + 10, s_i = 100 (z_i^2 - z_{i+1})^2 + (z_i - 1)^2",
        False,
        True,
        None,
    ),
    ("Schwefel", "-1/(100 D) sum z_i sin(sqrt |z_i|) + 4.189828872724339 + 100 f_pen(z/100)", False, True, None),
    (
        "Gallagher's 101 peaks",
        "osz(10 - max_i w_i exp(-1/(2D) (x - y_i)' R' C_i R (x - y_i)))^2 + f_pen, 101 peaks y_i",
        False,
        True,
        30.0,
    ),
    (
        "Gallagher's 21 peaks",
        "osz(10 - max_i w_i exp(-1/(2D) (x - y_i)' R' C_i R (x - y_i)))^2 + f_pen, 21 peaks y_i",
        False,
        True,
        1000.0,
    ),
    (
        "Katsuura",
        "10/D^2 prod_i (1 + i sum_{j=1..32} |2^j z_i - round(2^j z_i)| / 2^j)^(10/D^1.2) - 10/D^2 + f_pen",
        False,
        True,
        None,
    ),
    (
        "Lunacek bi-Rastrigin",
        "min(sum (x_i - mu_0)^2, D + s sum (x_i - mu_1)^2) + 10 (D - sum cos(2 pi z_i)) + 10^4 f_pen",
        False,
        True,
        None,
    ),
)


def _with_optimum(formula: str) -> str:
    """Add the optimum value to a formula, before the definitions that follow its first comma."""
    value, comma, definition = re.split(r"(, (?=s_i =|\d+ peaks)|$)", formula, maxsplit=1)
    return f"{value} + f_opt{comma}{definition}"


BBOB = {
    f"bbob_f{number}": ProblemInfo(
        name=f"bbob_f{number}",
        family=FAMILY,
        title=title,
        formula=_with_optimum(formula),
        lower=-5.0,
        upper=5.0,
        optimum="place and value drawn with the instance",
        separable=separable,
        multimodal=multimodal,
        conditioning=conditioning,
        source=f"{_SOURCE}, f{number}",
        first_instance=1,
        min_dim=2,
        group=next(group for last, group in _GROUPS if number <= last),
    )
    for number, (title, formula, separable, multimodal, conditioning) in enumerate(_ROWS, start=1)
}
