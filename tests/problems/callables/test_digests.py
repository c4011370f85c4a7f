import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchbook.problems import digest, from_callable, problem
from benchbook.problems.callables.digests import digest_code


def scaled(scale: Any) -> Any:
    """Make a function that captures a value."""

    def objective(x: np.ndarray) -> float:
        return float(scale * x[0])

    return objective


class Valley:
    """An objective with a setting."""

    def __init__(self, width: float) -> None:
        self.width = width

    def __call__(self, x: np.ndarray) -> float:
        """Evaluate one point."""
        return self.width * float(x[0])

    def depth(self, x: np.ndarray) -> float:
        """Evaluate one point with the sign reversed."""
        return self.width - float(x[0])


def doubled(function: Any) -> Any:
    """Decorate a function."""

    @functools.wraps(function)
    def wrapper(x: np.ndarray) -> float:
        return 2.0 * float(function(x))

    return wrapper


DIFFERENT = [
    scaled(1.0),
    scaled(2.0),
    scaled(np.array([1.0])),
    scaled(np.array(["a", 1], dtype=object)),
    scaled({"a": {1, 2}, "b": [None, ...]}),
    scaled(object()),
    doubled(scaled(1.0)),
    functools.partial(scaled(1.0)),
    functools.partial(np.dot, np.ones(2)),
    scaled(lambda y: [y, lambda x: x]),
    Valley(1.0),
    Valley(2.0),
    Valley(1.0).depth,
    eval("lambda x: 1.0"),  # noqa: S307  # code without source
    eval("lambda x: 2.0"),  # noqa: S307
    np.sum,
    np.add,
    max,
    min,
    float,
]


def test_other_code_or_data_has_another_digest() -> None:
    """Functions, their closures, partial arguments, attributes and wrappers all count."""
    assert len({digest_code(item) for item in DIFFERENT}) == len(DIFFERENT)


def test_the_same_code_and_data_have_the_same_digest() -> None:
    """Objects made twice from the same parts have the same digest."""
    assert digest_code(scaled(1.5)) == digest_code(scaled(1.5))
    assert digest_code(Valley(1.5)) == digest_code(Valley(1.5))
    assert digest_code(scaled({"a": 1, "b": 2})) == digest_code(scaled({"b": 2, "a": 1}))


def test_lambdas_on_one_line_differ() -> None:
    """Two lambdas on the same source line have different digests."""
    first, second = (lambda x: x[0], lambda x: x[1])
    assert digest_code(first) != digest_code(second)


def test_circles_end() -> None:
    """A function that refers to itself has a digest."""

    def objective(x: np.ndarray) -> Any:
        return objective

    assert len(digest_code(objective)) == 64


def test_an_unbound_variable_counts_as_missing() -> None:
    """A closure whose variable is not yet bound has a digest."""

    def objective(x: np.ndarray) -> Any:
        return later

    before = digest_code(objective)
    later = 1.0
    assert digest_code(objective) != before


CODE = """
import sys
from benchbook.problems.callables.digests import digest_code
space = {}
exec("def f(x, tags=frozenset({'a', 'b', 'c'})):\\n    return x[0] if x[0] in {'p', 'q', 'r'} else 2.5", space)
print(digest_code(space["f"]))
"""


def test_digest_without_source_is_the_same_in_every_process() -> None:
    """Without source the bytecode counts, independent of the process's hash seed."""
    outs = [
        subprocess.run(
            [sys.executable, "-c", CODE],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert outs[0] == outs[1]
    assert len(outs[0].strip()) == 64


def test_digests_of_problems_distinguish_the_families() -> None:
    """Textbook problems share the digest of their code, BBOB has another, and every callable has its own."""
    found = [
        digest(problem("sphere", 2)),
        digest(problem("bbob_f1", 2)),
        digest(from_callable(scaled(1.0), bounds=(0, 1), dim=1)),
    ]
    assert len(set(found)) == 3
    assert all(len(item) == 64 and set(item) <= set("0123456789abcdef") for item in found)
    assert digest(problem("sphere", 2)) == digest(problem("levy", 3, 4))


def test_a_problem_without_a_digest_of_its_own_counts_by_its_class() -> None:
    """A user's own problem class needs no digest method."""
    assert digest(Valley(1.0)) == digest_code(Valley(1.0))  # type: ignore[arg-type]


@pytest.mark.parametrize("module", ["pandas", "pydantic", "cocoex", "scipy"])
def test_importing_problems_stays_light(module: str) -> None:
    """Importing the problems loads no heavy library."""
    code = f"import sys, benchbook.problems; print({module!r} in sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    assert out.stdout.strip() == "False"
