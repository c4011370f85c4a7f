import inspect
import pickle

import pytest

from benchbook import errors
from benchbook.errors import BenchbookError, ExitCode, ObjectiveError, nearest, unknown_name

ALL = [item for _, item in inspect.getmembers(errors, inspect.isclass) if issubclass(item, BenchbookError)]


def test_exit_codes_are_the_table_of_the_command_line() -> None:
    """Scripts rely on the numbers, so they never change."""
    assert [(code.name, code.value) for code in ExitCode] == [
        ("DONE", 0),
        ("FAILED", 1),
        ("USAGE", 2),
        ("INVALID_ARTIFACT", 3),
        ("VERIFY_DIFFERS", 4),
        ("COMPARE_WORSE", 5),
        ("SPEC_CHECK", 6),
        ("INCOMPLETE", 7),
    ]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_has_its_message_and_an_exit_code(kind: type[BenchbookError]) -> None:
    """An error shows the message it was raised with, whatever its base classes are."""
    error = kind("dim is 0, expected 1")
    assert str(error) == "dim is 0, expected 1"
    assert error.exit_code in set(ExitCode) - {ExitCode.DONE}


@pytest.mark.parametrize("kind", ALL)
def test_every_error_travels_between_processes(kind: type[BenchbookError]) -> None:
    """An error keeps its type and message when pickled."""
    copy = pickle.loads(pickle.dumps(kind("told")))  # noqa: S301  # our own bytes
    assert type(copy) is kind
    assert str(copy) == "told"


def test_an_objective_error_keeps_the_values_before_it() -> None:
    """Values obtained before the failure survive pickling."""
    copy = pickle.loads(pickle.dumps(ObjectiveError("raised", [1.5, -2.0])))  # noqa: S301  # our own bytes
    assert list(copy.partial) == [1.5, -2.0]


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.UsageError, ValueError),
        (errors.ShapeError, ValueError),
        (errors.UnknownNameError, LookupError),
        (errors.StorageError, OSError),
        (errors.MissingExtraError, ImportError),
    ],
)
def test_errors_can_be_caught_as_what_python_has(kind: type[BenchbookError], builtin: type[Exception]) -> None:
    """Code that does not use benchbook's errors can catch them as built-in ones."""
    assert issubclass(kind, builtin)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rastrign", ["rastrigin"]),
        ("RASTRIGIN", ["rastrigin"]),
        ("manta", ["manta_ray_foraging"]),
        ("search", ["random_search"]),
        ("xyzzy", []),
        ("", []),
    ],
)
def test_nearest_names(name: str, expected: list[str]) -> None:
    """Misspelled names, and parts of names, give the intended ones."""
    assert nearest(name, ["random_search", "manta_ray_foraging", "rastrigin"]) == expected


def test_nearest_offers_at_most_three() -> None:
    """A part that occurs in many names does not list all of them."""
    assert len(nearest("bbob_f", [f"bbob_f{k}" for k in range(1, 25)])) == 3


def test_an_unknown_name_offers_the_nearest_or_all() -> None:
    """If no name is similar, the message lists all."""
    assert (
        str(unknown_name("function", "spher", ["sphere", "ackley"]))
        == "unknown function 'spher'; did you mean 'sphere'?"
    )
    assert str(unknown_name("function", "q", ["b", "a", "b"])) == "unknown function 'q'; known are a, b"
    assert str(unknown_name("function", "q", [], "(none yet)")) == "unknown function 'q'; known are none (none yet)"
