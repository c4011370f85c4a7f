"""Every function with every instruction set of this processor."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from benchbook.problems import expand, kernel, problem

NAMES = [*expand("bbob"), "bbob_noisy_f116", "bbob_noisy_f125", *expand("textbook")]
GROWING = [name for name in NAMES if name not in ("bbob_f5", "ackley")]


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("name", NAMES)
def test_all_variants_give_the_same_bits(name: str) -> None:
    """A point has the same bytes with every instruction set, alone and in batches of any size and content."""
    for dim in (2, 3, 7, 10, 16, 33, 40, 130):
        item = problem(name, dim, 3)
        rng = np.random.default_rng(dim)
        x = np.vstack(
            [rng.uniform(item.lower, item.upper, (33, dim)), 3.0 * rng.uniform(item.lower, item.upper, (6, dim))]
        )
        found = set()
        for variant in kernel.info().variants:
            kernel.use(variant)
            found.add(item(x).tobytes())
            found.add(np.concatenate([item(x[i : i + 1]) for i in range(len(x))]).tobytes())
            found.add(np.concatenate([item(x[i : i + 5]) for i in range(0, len(x), 5)]).tobytes())
            found.add(item(x[::-1])[::-1].tobytes())
        assert len(found) == 1


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("variant", kernel.info().variants)
def test_infinities_and_nan_are_distinguished(variant: str) -> None:
    """Growing functions are +inf at infinity, NaN in any variable gives NaN, and other rows are not affected."""
    kernel.use(variant)
    for name in GROWING:
        for dim in (2, 9):
            item = problem(name, dim, 2)
            x = np.random.default_rng(1).uniform(item.lower, item.upper, (2 * dim + 20, dim))
            before = item(x)
            for j in range(dim):
                x[j, j] = np.nan
                x[dim + j, j] = np.inf if j % 2 else -np.inf
            x[2 * dim] = -np.inf
            x[2 * dim + 1, :] = np.inf
            x[2 * dim + 2, 0], x[2 * dim + 2, 1] = np.inf, np.nan
            for values in (item(x), np.concatenate([item(row[None, :]) for row in x])):
                assert np.isnan(values[:dim]).all(), name
                assert (values[dim : 2 * dim + 2] == np.inf).all(), name
                assert np.isnan(values[2 * dim + 2]), name
                assert values[2 * dim + 3 :].tobytes() == before[2 * dim + 3 :].tobytes()


def test_the_linear_slope_is_infinite_on_one_side_only() -> None:
    """Beyond its corner f5 is flat, also at infinity."""
    item = problem("bbob_f5", 2, 1)
    assert item.x_opt is not None
    assert item(np.copysign(np.inf, item.x_opt)[None, :]).tolist() == [item.f_opt]
    assert item(np.copysign(np.inf, -item.x_opt)[None, :]).tolist() == [np.inf]


def test_huge_numbers_have_values() -> None:
    """Where squares overflow, values are infinite and never NaN."""
    for name in GROWING:
        item = problem(name, 5, 1)
        signs = np.random.default_rng(2).choice([-1.0, 1.0], (12, 5))
        x = signs * np.array([1e20, 1e100, 1e150, 1e155, 1e200, 1e308]).repeat(2)[:, None]
        assert not np.isnan(item(x)).any(), name


CODE = """
import hashlib, numpy as np
from benchbook.problems import expand, problem
x = np.random.default_rng(3).uniform(-5, 5, (37, 11))
names = [*expand("bbob"), *expand("textbook")]
print(hashlib.sha256(b"".join(problem(name, 11, 3)(x).tobytes() for name in names)).hexdigest())
"""


def test_the_environment_chooses_the_variant() -> None:
    """Each variant can be forced for a process without changing a bit; an unknown one is refused with the list."""
    x = np.random.default_rng(3).uniform(-5, 5, (37, 11))
    names = [*expand("bbob"), *expand("textbook")]
    here = hashlib.sha256(b"".join(problem(name, 11, 3)(x).tobytes() for name in names)).hexdigest()
    slowest = kernel.info().variants[-1]
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**os.environ, kernel.VARIABLE: slowest},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == here
    wrong = subprocess.run(
        [sys.executable, "-m", "benchbook.problems.kernel"],
        env={**os.environ, kernel.VARIABLE: "mmx"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode != 0
    assert "variant is 'mmx', expected one that this processor has: " in wrong.stderr
