import pickle
import sys
from pathlib import Path

import cocoex
import numpy as np
import pytest

from benchbook.errors import MissingExtraError, UnknownNameError, UsageError
from benchbook.problems import describe, digest, expand, names, problem
from benchbook.problems.bbob import BBOB
from benchbook.problems.coco import SUITES, ReferenceProblem, SuiteProblem


@pytest.mark.parametrize("name", BBOB)
def test_reference_values_are_those_of_the_suite(name: str) -> None:
    """In each dimension the values equal, to the bit, those of coco-experiment's suite."""
    number = int(name.removeprefix("bbob_f"))
    suite = cocoex.Suite("bbob", "", f"function_indices: {number} instance_indices: 1,7")
    for stated in suite:
        reference = ReferenceProblem(name, stated.dimension, stated.id_instance)
        x = np.random.default_rng(2).uniform(-5, 5, (5, reference.dim))
        assert reference(x).tolist() == [stated(row) for row in x]


@pytest.mark.parametrize("dim", [1, 4, 41, 81])
def test_numbers_that_would_end_the_process_are_refused(dim: int) -> None:
    """Unknown functions, dimensions and instances are refused before coco-experiment gets them."""
    with pytest.raises(UsageError, match=rf"dim is {dim}, expected"):
        ReferenceProblem("bbob_f1", dim, 1)
    with pytest.raises(UsageError, match="dim is 80, expected one of 2, 3, 5, 10, 20, 40 for"):
        ReferenceProblem("bbob_f6", 80, 1)
    with pytest.raises(UnknownNameError):
        ReferenceProblem("bbob_f25", 2, 1)
    with pytest.raises(UsageError, match="expected at most 2147483647"):
        ReferenceProblem("bbob_f1", 2, 2**31)


def test_a_missing_library_gives_its_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to install coco-experiment; BBOB itself works without it."""
    monkeypatch.setitem(sys.modules, "cocoex", None)
    with pytest.raises(MissingExtraError, match="pip install coco-experiment"):
        ReferenceProblem("bbob_f1", 2, 1)
    with pytest.raises(MissingExtraError, match="pip install coco-experiment"):
        problem("bbob_mixint_f1", 5)
    assert problem("bbob_f1", 2)(np.zeros((1, 2))).shape == (1,)


def test_digest_depends_on_the_library_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of coco-experiment gives another digest."""
    made = [ReferenceProblem("bbob_f1", 2, 1), SuiteProblem("bbob_mixint_f1", 5, 1)]
    before = [digest(item) for item in made]
    monkeypatch.setattr(cocoex, "__version__", "0.0")
    assert all(digest(item) != old for item, old in zip(made, before, strict=True))


@pytest.mark.parametrize("family", ["bbob_largescale", "bbob_mixint"])
@pytest.mark.parametrize("number", range(1, 25))
def test_f_opt_is_the_value_at_the_suites_optimum(
    family: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The optimum that coco-experiment writes to a file has the value f_opt, and other points have higher values."""
    monkeypatch.chdir(tmp_path)
    name = f"{family}_f{number}"
    made = problem(name, describe(name).dims[0], 3)
    made._function._best_parameter("print")
    place = np.loadtxt("._bbob_problem_best_parameter.txt").reshape(1, -1)
    assert float(made(place)[0]) == pytest.approx(made.f_opt, rel=1e-12, abs=1e-12)
    x = np.random.default_rng(1).uniform(made.lower, made.upper, (10, made.dim))
    assert np.all(made(x) > made.f_opt)


def test_integer_variables_are_declared_and_rounded() -> None:
    """In bbob-mixint the first four fifths are integer, and rounding them beforehand changes nothing."""
    made = problem("bbob_mixint_f8", 10, 2)
    assert made.integer.tolist() == [True] * 8 + [False] * 2
    assert made.upper.tolist() == [1, 1, 3, 3, 7, 7, 15, 15, 5, 5]
    x = np.random.default_rng(1).uniform(made.lower, made.upper, (20, 10))
    rounded = np.where(made.integer, np.rint(x), x)
    assert made(x).tolist() == made(rounded).tolist()
    assert not problem("bbob_largescale_f1", 20).integer.any()


def test_suites_are_in_the_catalog() -> None:
    """All 48 functions are listed, grouped and described, with the dimensions and instances they have."""
    assert set(SUITES) <= set(names())
    assert expand("bbob_mixint") == [f"bbob_mixint_f{number}" for number in range(1, 25)]
    with pytest.raises(UsageError, match="expected one of 20, 40, 80, 160, 320, 640"):
        problem("bbob_largescale_f1", 30)
    with pytest.raises(UsageError, match="instance is 16, expected at most 15"):
        problem("bbob_largescale_f1", 20, 16)
    with pytest.raises(UnknownNameError):
        SuiteProblem("bbob_f1", 20, 1)


def test_the_noise_does_depend_on_what_else_runs() -> None:
    """Runs do not use coco-experiment's noise, because a second problem consumes numbers of the first one's stream."""

    def values(*, with_other: bool) -> list[float]:
        suite = cocoex.Suite("bbob-noisy", "", "function_indices: 1 dimensions: 5 instance_indices: 1")
        other = cocoex.Suite("bbob-noisy", "", "function_indices: 7 dimensions: 5 instance_indices: 1")
        first, second, found = suite[0], other[0], []
        for _ in range(3):
            found.append(float(first(np.ones(5))))
            if with_other:
                second(np.ones(5))
        return found

    assert values(with_other=False) == values(with_other=False)
    assert values(with_other=True) != values(with_other=False)


def test_suite_problems_pickle_by_name_and_write_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pickled problem evaluates the same bytes, and no file is left behind."""
    monkeypatch.chdir(tmp_path)
    for made in (SuiteProblem("bbob_mixint_f3", 5, 2), ReferenceProblem("bbob_f3", 5, 2)):
        copy = pickle.loads(pickle.dumps(made))  # noqa: S301  # our own bytes
        x = np.random.default_rng(1).uniform(made.lower, made.upper, (4, 5))
        assert copy(x).tobytes() == made(x).tobytes()
        assert made(np.empty((0, 5))).shape == (0,)
        assert repr(made).endswith("dim=5, instance=2)")
    assert list(tmp_path.iterdir()) == []
