import importlib
import inspect
from collections.abc import Callable
from importlib.metadata import version

import pytest

import benchbook as bb

FROZEN = [
    "BenchbookError", "Claim", "ExitCode", "History", "Observer", "Optimizer", "Problem", "RunRecord", "RunSpec",
    "Status", "Stop", "Variable", "Verdict", "categorical", "decoded", "encoded", "from_minimize", "front_measures",
    "function", "integer", "load", "open", "optimizer", "parameters", "problem", "rank", "real", "reference",
    "reference_front", "run", "save", "spec", "strength", "study", "variants", "verify",
]  # fmt: skip


def test_the_public_names_are_frozen() -> None:
    """A name that is added or removed appears here, so that it never happens by accident."""
    assert bb.__all__ == FROZEN


def test_dir_shows_the_public_names_only() -> None:
    """Completion in a notebook offers the public names."""
    assert dir(bb) == sorted([*FROZEN, "__version__"])


@pytest.mark.parametrize("name", FROZEN)
def test_every_public_name_comes_from_its_home(name: str) -> None:
    """A name is the same object as in the module it is loaded from, and that module exports it."""
    home = importlib.import_module(f"benchbook.{bb._HOMES[name]}")
    assert getattr(bb, name) is getattr(home, name)
    assert name in getattr(home, "__all__", [name])


def test_the_table_of_homes_is_complete() -> None:
    """Each public name has one home, and no name has a home without being public."""
    assert sorted(bb._HOMES) == sorted(bb.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """`hasattr` and completion work as with any module."""
    assert not hasattr(bb, "no_such_name")
    with pytest.raises(AttributeError, match="module 'benchbook' has no attribute 'no_such_name'"):
        bb.no_such_name  # noqa: B018  # looked up for the error


def test_the_version_is_that_of_the_distribution() -> None:
    """The version is written once, in pyproject.toml."""
    assert bb.__version__ == version("benchbook")


def test_names_are_loaded_when_they_are_used(python: Callable[..., str]) -> None:
    """The first use of a name imports its module."""
    code = (
        "import sys, benchbook as bb\n"
        "before = 'benchbook.studies' in sys.modules\n"
        "bb.run\n"
        "print(before, 'benchbook.studies' in sys.modules, 'run' in vars(bb))"
    )
    assert python(code) == "False True True"


def test_a_run_loads_no_plotting_and_no_tables(python: Callable[..., str]) -> None:
    """A run needs NumPy, but not pandas, matplotlib, papermill or Jupyter."""
    code = (
        "import sys, benchbook as bb\n"
        "bb.run('manta_ray_foraging', 'sphere', dim=2, instance=1, seed=1, budget=60)\n"
        "heavy = ('pandas', 'matplotlib', 'papermill', 'nbformat', 'IPython', 'rich', 'jsonschema', 'pydantic')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert python(code) == "[]"


def test_run_takes_everything_but_optimizer_and_function_by_keyword() -> None:
    """Numbers of a run cannot be mixed up by position, and their order may change."""
    kinds = {name: p.kind for name, p in inspect.signature(bb.run).parameters.items()}
    positional = [
        name
        for name, kind in kinds.items()
        if kind not in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    ]
    assert positional == ["optimizer", "function"]
