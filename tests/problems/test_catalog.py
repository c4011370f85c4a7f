from typing import Any

import numpy as np
import pytest

from benchbook.errors import UnknownNameError, UsageError
from benchbook.problems import ProblemInfo, catalog, describe, expand, names, problem, register
from benchbook.problems.instance import TextbookProblem
from benchbook.protocols import Problem, constraints_of, objectives_of

TEXTBOOK_NAMES = [
    "sphere",
    "ellipsoid",
    "rosenbrock",
    "rastrigin",
    "ackley",
    "griewank",
    "schwefel",
    "levy",
    "zakharov",
    "styblinski_tang",
]
BBOB_NAMES = [f"bbob_f{i}" for i in range(1, 25)]
APPLIED_NAMES = ["stereo_plane", "stereo_undulating", "imitation_clone"]


def own_info(name: str) -> ProblemInfo:
    """Return the description of a function that is not in the catalog."""
    return ProblemInfo(
        name=name,
        family="own",
        title="Own",
        formula="x",
        lower=-1.0,
        upper=1.0,
        optimum="unknown",
        separable=False,
        multimodal=False,
        conditioning=None,
        source="here",
        dims=(2, 4),
    )


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return a registry that is discarded after the test."""
    monkeypatch.setattr(catalog, "_registered", {})


def test_names_are_the_textbooks_bbobs_those_of_further_suites_and_the_applied() -> None:
    """Textbook functions come first, then BBOB with and without noise, suites, classics and applied problems."""
    noisy = [f"bbob_noisy_f{number}" for number in range(101, 131)]
    suites = [f"{family}_f{number}" for family in ("bbob_largescale", "bbob_mixint") for number in range(1, 25)]
    suites += [f"bbob_constrained_f{number}" for number in range(1, 55)]
    suites += [f"bbob_biobj_f{number}" for number in range(1, 93)]
    classics = [f"cec2006_g{number:02d}" for number in range(1, 25)]
    classics += ["pressure_vessel", "welded_beam", "speed_reducer", "tension_spring"]
    classics += [f"zdt{number}" for number in (1, 2, 3, 4, 6)] + [f"dtlz{number}" for number in (1, 2, 3, 4, 6, 7)]
    classics += ["mixed_sphere", "mixed_ellipsoid", "mixed_proximity"]
    assert names() == TEXTBOOK_NAMES + BBOB_NAMES + noisy + suites + classics + APPLIED_NAMES


@pytest.mark.parametrize("name", names())
def test_every_function_makes_a_problem(name: str) -> None:
    """Each name gives a problem that agrees with its description, by default in the first instance."""
    info = describe(name)
    dim = max(5, info.min_dim) if info.dims is None else info.dims[0]
    made = problem(name, dim)
    assert isinstance(made, Problem)
    assert (made.name, made.dim, made.instance) == (name, dim, info.first_instance)
    assert (made.lower.shape, made.upper.shape, made.integer.shape) == ((dim,), (dim,), (dim,))
    if info.bounds is None:
        assert made.lower.tolist() == [info.lower] * dim
        assert made.upper.tolist() == [info.upper] * dim
    values = made(np.full((3, dim), 0.3))
    assert values.shape == ((3, 2) if objectives_of(made) == 2 else (3,))
    assert values.dtype == np.float64
    if name == "cec2006_g20":
        assert made.f_opt is None  # no feasible point is known
    elif objectives_of(made) == 2 or constraints_of(made):
        assert made.f_opt is not None  # a value that feasible points, or hypervolumes, are compared with
    elif name in APPLIED_NAMES:
        assert made.f_opt is None
    else:
        assert made.f_opt is not None
        assert np.all(values >= made.f_opt)


def test_numbers_may_be_numpy_integers() -> None:
    """Dimension and instance may come from arrays, and become plain ints."""
    made = problem("levy", np.int64(3), np.uint8(2))  # type: ignore[arg-type]
    assert (type(made.dim), type(made.instance)) == (int, int)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("rastrign", "rastrigin"), ("Sphere", "sphere"), ("bbob_15", "bbob_f15"), ("rosenbrok", "rosenbrock")],
)
def test_unknown_functions_are_refused_with_the_nearest_names(name: str, nearest: str) -> None:
    """The message for a misspelt name lists the most similar ones."""
    with pytest.raises(UnknownNameError, match=f"unknown function '{name}'; did you mean .*'{nearest}'"):
        problem(name, 2)


@pytest.mark.parametrize("name", [None, 3, ["sphere"]])
def test_names_must_be_text(name: Any) -> None:
    """A name that is not text is refused."""
    with pytest.raises(UsageError, match="expected a name such as 'sphere'"):
        problem(name, 2)


@pytest.mark.parametrize("dim", [0, -1, 2.0, "2", None, True, np.bool_(True)])
def test_bad_dimensions_are_refused(dim: Any) -> None:
    """A dimension is a whole number of at least 1."""
    with pytest.raises(UsageError, match=r"dim is .*, expected a whole number >= 1 for sphere"):
        problem("sphere", dim)


def test_dimensions_beyond_a_function_are_refused() -> None:
    """The message says which dimensions the function has."""
    with pytest.raises(UsageError, match="expected a whole number >= 2 for rosenbrock"):
        problem("rosenbrock", 1)
    with pytest.raises(UsageError, match="expected one of 5, 10, 20, 40, 80, 160 for bbob_mixint_f3"):
        problem("bbob_mixint_f3", 7)


@pytest.mark.parametrize("instance", [-1, 1.5, "1", False])
def test_bad_instances_are_refused(instance: Any) -> None:
    """An instance is a whole number of at least 0."""
    with pytest.raises(UsageError, match=r"instance is .*, expected a whole number >= 0 for sphere"):
        problem("sphere", 2, instance)


def test_instances_of_bbob_start_at_one() -> None:
    """Instance 0 of a BBOB function is refused with a reason, and 1 is the default."""
    with pytest.raises(UsageError, match="instances of bbob start at 1"):
        problem("bbob_f1", 2, 0)
    assert problem("bbob_f1", 2).instance == 1


def test_groups_expand_to_their_functions() -> None:
    """A group stands for its functions, each listed once, in the given order."""
    assert expand("textbook") == TEXTBOOK_NAMES
    assert expand(["levy", "bbob", "bbob_f3", "levy"]) == ["levy", *BBOB_NAMES]
    suites = ["bbob_noisy", "bbob_largescale", "bbob_mixint", "bbob_constrained", "bbob_biobj"]
    suites += ["cec2006", "engineering", "zdt", "dtlz", "mixed"]
    assert expand(["textbook", "bbob", *suites, "applied"]) == names()
    assert expand([]) == []


def test_unknown_groups_are_refused() -> None:
    """The message lists the most similar functions and groups."""
    with pytest.raises(UnknownNameError, match="did you mean 'textbook'"):
        expand(["sphere", "textbok"])
    with pytest.raises(UsageError, match="expected a name"):
        expand([3])  # type: ignore[list-item]


def test_a_users_own_function_can_be_registered(registry: None) -> None:
    """A registered function is found, described, expanded and checked like any other."""
    register(own_info("own"), lambda dim, instance: TextbookProblem("levy", dim, instance))
    assert names()[-1] == "own"
    assert describe("own").title == "Own"
    assert expand("own") == ["own"]
    assert problem("own", 4, 7).instance == 7
    with pytest.raises(UsageError, match="expected one of 2, 4"):
        problem("own", 3)


@pytest.mark.parametrize("name", ["sphere", "bbob_f1", "bbob", "textbook", "own", ""])
def test_names_that_are_taken_cannot_be_registered(registry: None, name: str) -> None:
    """A name can be registered once, and never if it is that of a group."""
    register(own_info("own"), lambda dim, instance: TextbookProblem("levy", dim, instance))
    with pytest.raises(UsageError, match="neither empty nor in the catalog"):
        register(own_info(name), lambda dim, instance: TextbookProblem("levy", dim, instance))


def test_what_is_registered_must_be_callable(registry: None) -> None:
    """A finished problem is refused where a factory of problems is needed."""
    with pytest.raises(UsageError, match="expected something that can be called"):
        register(own_info("own"), 3)  # type: ignore[arg-type]
