import doctest
import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

import benchbook as bb
from benchbook.optimizers import optimizer
from benchbook.optimizers.catalog import NATIVE

NATIVE_NAMES = [factory.name for factory in NATIVE]
CATALOGS = ("benchbook.optimizers.catalog", "benchbook.problems.catalog")
# Types and errors are shown by the functions that return or raise them; `register` changes the catalog of the process.
_WITHOUT = {"register"}


def public_functions() -> Iterator[tuple[str, Any]]:
    """Yield the functions that a user calls."""
    for name in bb.__all__:
        if inspect.isfunction(getattr(bb, name)):
            yield f"benchbook.{name}", getattr(bb, name)
    for home in CATALOGS:
        module = importlib.import_module(home)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == home and name not in _WITHOUT:
                yield f"{home}.{name}", function


def examples(thing: Any) -> int:
    """Return how many examples the docstring of a thing has."""
    return len(doctest.DocTestParser().get_examples(inspect.getdoc(thing) or ""))


@pytest.mark.parametrize(("name", "function"), list(public_functions()))
def test_every_public_function_shows_an_example(name: str, function: Any) -> None:
    """The example shows how the function is called, and is run as a test."""
    assert examples(function), f"{name} has no example in its docstring"


@pytest.mark.parametrize("name", NATIVE_NAMES)
def test_every_optimizer_shows_an_example(name: str) -> None:
    """Each native optimizer runs in its own docstring, which describes it in one sentence."""
    factory = optimizer(name).factory
    assert examples(factory), f"{name} has no example in its docstring"
    first = (inspect.getdoc(factory) or "").splitlines()[0]
    assert first.endswith("."), f"{name} begins with {first!r}, expected one sentence"


@pytest.mark.parametrize("name", NATIVE_NAMES)
def test_every_optimizer_names_its_source(name: str) -> None:
    """Each native optimizer names the publication that it follows."""
    assert "References:" in (inspect.getdoc(optimizer(name).factory) or "")
