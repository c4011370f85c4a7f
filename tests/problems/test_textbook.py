import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.problems import textbook
from benchbook.problems.textbook_table import TEXTBOOK

# Worked out by hand (exact), or term by term with `math` from the formula of the virtual library.
BY_HAND = [
    ("sphere", [3.0, -4.0, 0.5], 25.25),
    ("ellipsoid", [1.0, -2.0, 3.0], 1.0 + 4.0e3 + 9.0e6),
    ("ellipsoid", [-3.0], 9.0),
    ("rosenbrock", [-1.0, 2.0, 3.0], 100.0 + 4.0 + 100.0 + 1.0),
    ("rastrigin", [1.0, 0.25, -0.5], 30.0 - 10.0 * (1.0 + 0.0 - 1.0) + 1.3125),
    ("ackley", [3.0, -4.0], 20.0 * (1.0 - math.exp(-0.2 * math.sqrt(12.5)))),
    ("griewank", [math.pi, math.pi * math.sqrt(2.0)], 3.0 * math.pi**2 / 4000.0 + 1.0 - 1.0),
    ("griewank", [math.pi], math.pi**2 / 4000.0 + 2.0),
    ("schwefel", [(math.pi / 2) ** 2, -(math.pi**2)], 2 * 418.9828872724337 - (math.pi / 2) ** 2),
    ("levy", [-1.0, 3.0], 1.0 + 0.25 * (1.0 + 10.0 * math.cos(1.0) ** 2) + 0.25),
    ("levy", [3.0], 1.0 + 0.25),
    ("zakharov", [1.0, -2.0, 1.0], 6.0 + 0.0 + 0.0),
    ("zakharov", [2.0, 1.0], 5.0 + 4.0 + 16.0),
    ("styblinski_tang", [1.0, -2.0, 3.0], (-10.0 + (16.0 - 64.0 - 10.0) + (81.0 - 144.0 + 15.0)) / 2.0),
]


def plain(name: str, x: list[float]) -> float:
    """Return a function's value by the usual printed formula, with `math`."""
    dim = len(x)
    if name == "ackley":
        root = math.sqrt(sum(v * v for v in x) / dim)
        waves = sum(math.cos(2 * math.pi * v) for v in x) / dim
        return -20 * math.exp(-0.2 * root) - math.exp(waves) + 20 + math.e
    if name == "levy":
        w = [1 + (v - 1) / 4 for v in x]
        middle = sum((v - 1) ** 2 * (1 + 10 * math.sin(math.pi * v + 1) ** 2) for v in w[:-1])
        last = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
        return math.sin(math.pi * w[0]) ** 2 + middle + last
    if name == "styblinski_tang":
        return sum(v**4 - 16 * v**2 + 5 * v for v in x) / 2
    if name == "rastrigin":
        return 10 * dim + sum(v * v - 10 * math.cos(2 * math.pi * v) for v in x)
    if name == "griewank":
        product = math.prod(math.cos(v / math.sqrt(i)) for i, v in enumerate(x, start=1))
        return sum(v * v for v in x) / 4000 - product + 1
    if name == "schwefel":
        return 418.9828872724337 * dim - sum(v * math.sin(math.sqrt(abs(v))) for v in x)
    s = sum(0.5 * i * v for i, v in enumerate(x, start=1))
    return sum(v * v for v in x) + s**2 + s**4


@pytest.mark.parametrize(("name", "x", "value"), BY_HAND)
def test_values_agree_with_those_worked_out_by_hand(name: str, x: list[float], value: float) -> None:
    """Each value agrees with the one worked out by hand."""
    assert float(TEXTBOOK[name].function(np.array(x))) == pytest.approx(value, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", ["ackley", "levy", "styblinski_tang", "rastrigin", "griewank", "schwefel", "zakharov"])
@given(data=st.data())
def test_regrouped_formulas_agree_with_the_printed_ones(name: str, data: st.DataObject) -> None:
    """Formulas regrouped for exactness agree with the printed ones in the whole box."""
    info = TEXTBOOK[name].info
    x = data.draw(st.lists(st.floats(info.lower, info.upper), min_size=1, max_size=7))
    assert float(TEXTBOOK[name].function(np.array(x))) == pytest.approx(plain(name, x), rel=1e-11, abs=1e-10)


@pytest.mark.parametrize("name", TEXTBOOK)
def test_functions_map_the_last_axis_to_one_value(name: str) -> None:
    """Arrays of points may have any shape, and each point has the same bytes as alone."""
    x = np.random.default_rng(5).uniform(1.0, 4.0, (2, 3, 5))
    function = TEXTBOOK[name].function
    values = function(x)
    assert values.shape == (2, 3)
    assert values.dtype == np.float64
    alone = [[float(function(np.ascontiguousarray(point))) for point in points] for points in x]
    assert values.tolist() == alone


@pytest.mark.parametrize("name", TEXTBOOK)
def test_optimum_is_stationary_or_lower_than_its_neighbourhood(name: str) -> None:
    """No small step from the stated optimum gives a lower value."""
    item = TEXTBOOK[name]
    x_opt = item.x_opt(4)
    steps = np.concatenate([size * np.vstack([np.eye(4), -np.eye(4)]) for size in (1e-1, 1e-3, 1e-5)])
    assert np.all(item.function(x_opt + steps) > item.f_opt(4) - 1e-12)


@pytest.mark.parametrize("name", TEXTBOOK)
def test_descriptions_are_complete(name: str) -> None:
    """Every function states its bounds, formula, optimum and source, and its optimum lies within the bounds."""
    info = TEXTBOOK[name].info
    assert info.family == "textbook"
    assert info.lower < TEXTBOOK[name].x_opt_each < info.upper
    assert all([info.title, info.formula, info.optimum, info.source])
    assert getattr(textbook, name) is TEXTBOOK[name].function
