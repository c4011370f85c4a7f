"""Names of specs, and specs that cannot run on this installation."""

from __future__ import annotations

import pytest

from benchbook.optimizers import native_names
from benchbook.optimizers.adapters.libraries import LIBRARIES
from benchbook.specs.names import optimizer_name, spec_name, what_is_missing


def test_names_go_there_and_back() -> None:
    """Every optimizer of the catalog is found from the name of its spec, which is valid in every file system."""
    listed = [f"{library.prefix}:{name}" for library in LIBRARIES.values() for name in library.optimizers]
    for name in [*native_names(), *listed, "of-my-own"]:
        assert optimizer_name(spec_name(name)) == name
        assert ":" not in spec_name(name)


def test_a_spec_whose_library_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is named, and specs of other optimizers can run."""
    monkeypatch.setattr("benchbook.optimizers.adapters.factory.available", lambda library: False)
    monkeypatch.setattr("benchbook.optimizers.adapters.factory.find_spec", lambda module: None)
    assert "needs the library cma, which is not installed" in str(what_is_missing("pycma-CMAES"))
    assert what_is_missing("cma_es") is None
    assert what_is_missing("of-my-own") is None
