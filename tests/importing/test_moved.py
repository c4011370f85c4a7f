"""The module names of version 0.1."""

import importlib

import pytest

from benchbook.importing.moved import MOVED


@pytest.mark.parametrize("old", MOVED)
def test_an_old_module_name_gives_the_module_of_the_new_name(old: str) -> None:
    """The module is the same object, with a warning that names the new place."""
    importlib.import_module("benchbook.analysis")
    new = importlib.import_module(MOVED[old])
    own = new.__spec__
    with pytest.warns(DeprecationWarning, match=MOVED[old].replace(".", r"\.")):
        assert importlib.import_module(old) is new
    assert new.__spec__ is own
