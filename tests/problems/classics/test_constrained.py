import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import UnknownNameError, UsageError
from benchbook.problems import describe
from benchbook.problems.classics.constrained import CONSTRAINED, ConstrainedClassic
from benchbook.runs.quality import FeasibleValue
from benchbook.typing import FloatArray
from benchbook.variables import typed_variables

# Best values known: Liang et al. 2006 for CEC 2006 (g17 as corrected there), Mezura-Montes and Coello Coello 2005 and
# Yang et al. 2013 for the designs.
PUBLISHED = {
    "cec2006_g01": -15.0,
    "cec2006_g02": -0.8036191042,
    "cec2006_g03": -1.0005001000,
    "cec2006_g04": -30665.5386717834,
    "cec2006_g05": 5126.4967140071,
    "cec2006_g06": -6961.8138755802,
    "cec2006_g07": 24.3062090681,
    "cec2006_g08": -0.0958250415,
    "cec2006_g09": 680.6300573745,
    "cec2006_g10": 7049.2480205286,
    "cec2006_g11": 0.7499,
    "cec2006_g12": -1.0,
    "cec2006_g13": 0.0539415140,
    "cec2006_g14": -47.7648884595,
    "cec2006_g15": 961.7150222899,
    "cec2006_g16": -1.9051552586,
    "cec2006_g17": 8853.5338748065,
    "cec2006_g18": -0.8660254038,
    "cec2006_g19": 32.6555929502,
    "cec2006_g21": 193.7245100700,
    "cec2006_g22": 236.4309755040,
    "cec2006_g23": -400.0551,
    "cec2006_g24": -5.5080132716,
    "pressure_vessel": 6059.714335,
    "welded_beam": 1.724852,
    "speed_reducer": 2994.471066,
    "tension_spring": 0.012665,
}


def made(name: str) -> ConstrainedClassic:
    """Return a function in its only dimension."""
    return ConstrainedClassic(name, CONSTRAINED[name].min_dim)


def inside(problem: ConstrainedClassic, count: int) -> FloatArray:
    """Draw points in the box."""
    rng = np.random.default_rng(5)
    drawn: FloatArray = problem.lower + rng.random((count, problem.dim)) * (problem.upper - problem.lower)
    return drawn


def test_there_are_24_functions_and_four_designs() -> None:
    """The catalog has all of CEC 2006, and four common engineering designs."""
    assert sum(info.family == "cec2006" for info in CONSTRAINED.values()) == 24
    assert sum(info.family == "engineering" for info in CONSTRAINED.values()) == 4


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_best_point_is_feasible_and_has_the_published_value(name: str) -> None:
    """Every constraint holds, equalities within 1e-4, and the value agrees with the report in all its digits."""
    problem = made(name)
    assert problem.x_opt is not None
    assert problem.f_opt is not None
    assert (problem.constraint(problem.x_opt[None, :]) <= 1e-12).all()
    assert (problem.lower <= problem.x_opt).all()
    assert (problem.x_opt <= problem.upper).all()
    assert problem(problem.x_opt[None, :])[0] == pytest.approx(problem.f_opt, rel=1e-13)
    digits = 1e-9 if name.startswith("cec2006") else 1e-6
    assert problem.f_opt == pytest.approx(PUBLISHED[name], rel=digits, abs=2e-10 if digits == 1e-9 else 1e-6)


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name != "cec2006_g02"])
def test_no_small_step_is_feasible_and_better(name: str) -> None:
    """Around the best point, no feasible step of any tried length lowers the value.

    Equalities leave a tube so thin that hardly any random step stays in it; they are judged with their violation.
    """
    problem = made(name)
    assert problem.x_opt is not None
    rng = np.random.default_rng(9)
    steps = 10.0 ** rng.uniform(-9.0, -1.0, (4000, 1)) * rng.standard_normal((4000, problem.dim))
    scale = np.maximum(np.abs(problem.x_opt), 1e-3)
    whole = np.array([item.whole for item in typed_variables(problem)] or [False])
    points = np.clip(problem.x_opt + np.where(whole, 0.0, steps * scale), problem.lower, problem.upper)
    judged = FeasibleValue(problem.f_opt)(problem(points), problem.constraint(points))
    assert problem.f_opt is not None
    assert np.nanmin(judged) >= problem.f_opt - 1e-9 * max(1.0, abs(problem.f_opt))


def test_in_g20_no_feasible_point_is_known() -> None:
    """Without a known feasible point there is no optimum and no target, and no run counts as a success."""
    problem = made("cec2006_g20")
    assert problem.x_opt is None
    assert problem.f_opt is None
    assert describe("cec2006_g20").optimum == "no feasible point is known"
    with pytest.raises(UsageError, match="cec2006_g20 has no known f_opt"):
        bb.run("random_search", "cec2006_g20", dim=24, seed=1, budget=100, target=1e-3)
    record = bb.run("random_search", "cec2006_g20", dim=24, seed=1, budget=100)
    assert (record.best_value, len(record.history.evaluations), record.status.value) == (None, 0, "failed")


@pytest.mark.parametrize("name", [name for name in CONSTRAINED if name.startswith("cec2006")])
def test_values_and_constraints_are_those_of_pymoo(name: str) -> None:
    """On random points in the box, values agree with another implementation of the report."""
    module = pytest.importorskip("pymoo.problems.single.g")
    problem = made(name)
    number = int(name[-2:])
    points = inside(problem, 20)
    theirs = getattr(module, f"G{number}")().evaluate(points, return_as_dictionary=True)
    assert problem(points) == pytest.approx(theirs["F"][:, 0], rel=1e-13)
    empty = np.empty((20, 0))
    inequalities, equalities = (np.asarray(theirs.get(key, empty), dtype=float) for key in "GH")
    if number == 11:  # where pymoo has an inequality, the report has an equality
        inequalities, equalities = empty, inequalities
    ours = problem.constraint(points)
    split = inequalities.shape[1]
    # The same constraints may come in another order.
    assert np.sort(ours[:, :split]) == pytest.approx(np.sort(inequalities), rel=1e-11, abs=1e-11)
    assert ours[:, split:] == pytest.approx(np.abs(equalities) - 1e-4, rel=1e-11, abs=1e-9)


@pytest.mark.parametrize("name", CONSTRAINED)
def test_a_point_does_not_depend_on_its_neighbours(name: str) -> None:
    """Values and constraints are equal, bit by bit, alone and in a batch."""
    problem = made(name)
    points = inside(problem, 9)
    alone = np.concatenate([problem(row[None, :]) for row in points])
    assert problem(points).tobytes() == alone.tobytes()
    several = np.concatenate([problem.constraint(row[None, :]) for row in points])
    assert problem.constraint(points).tobytes() == several.tobytes()
    assert problem(np.empty((0, problem.dim))).shape == (0,)
    assert problem.constraint(np.empty((0, problem.dim))).shape == (0, problem.constraints)


@pytest.mark.parametrize("name", ["cec2006_g02", "cec2006_g08", "cec2006_g14"])
def test_where_the_formula_divides_by_zero_there_is_a_number(name: str) -> None:
    """The value is finite at the lower bound, where optimizers that clip propose points."""
    problem = made(name)
    assert np.isfinite(problem(np.zeros((1, problem.dim)))).all()


def test_no_pressure_vessel_is_cheaper() -> None:
    """For every pair of plates, the cheapest design on a fine grid of radii costs more."""
    problem = made("pressure_vessel")
    shell, head, radius = (
        item.ravel() for item in np.meshgrid(np.arange(5.0, 25.0), np.arange(3.0, 20.0), np.linspace(30.0, 60.0, 1001))
    )
    square = np.pi * radius * radius
    length = np.maximum((1296000.0 - 4.0 / 3.0 * square * radius) / square, 10.0) * (1.0 + 1e-12)
    points = np.column_stack([shell, head, radius, np.minimum(length, 200.0)])
    feasible = (problem.constraint(points) <= 0.0).all(axis=1)
    cheapest = problem(points[feasible]).min()
    assert problem.f_opt is not None
    assert problem.f_opt <= cheapest < problem.f_opt * 1.005


def test_plates_are_rounded_to_sixteenths() -> None:
    """Between two plates the nearest one counts, also for optimizers of real variables."""
    problem = made("pressure_vessel")
    near = np.array([[13.4, 6.6, 42.0, 180.0], [13.0, 7.0, 42.0, 180.0]])
    values = problem(near)
    assert values[0] == values[1]
    assert problem.integer.tolist() == [True, True, False, False]


def test_other_dimensions_and_instances_are_refused() -> None:
    """Each function has one number of variables and one instance."""
    with pytest.raises(UsageError, match="dim is 3, expected one of 2 for cec2006_g06"):
        bb.problem("cec2006_g06", dim=3)
    with pytest.raises(UsageError, match="instance is 2, expected at most 1"):
        bb.problem("cec2006_g06", dim=2, instance=2)
    with pytest.raises(UnknownNameError):
        ConstrainedClassic("cec2006_g25", 2)
