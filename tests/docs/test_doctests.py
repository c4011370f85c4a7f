import doctest
import importlib
import pkgutil

import pytest

import benchbook

# Modules whose import has side effects, or whose library is optional.
_LEFT_OUT = ("benchbook.__main__",)
MODULES = [
    info.name
    for info in pkgutil.walk_packages(benchbook.__path__, "benchbook.")
    if info.name not in _LEFT_OUT and not info.name.rpartition(".")[2].startswith("_")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_work(name: str) -> None:
    """Every example in a docstring has the stated output."""
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples of {name} fail; see standard output"


def test_there_are_examples_to_test() -> None:
    """The collection above finds the modules that it is meant to find."""
    assert {
        "benchbook.optimizers.native.manta_ray_foraging",
        "benchbook.studies.runs.run",
        "benchbook.artifacts.io",
    } <= set(MODULES)
