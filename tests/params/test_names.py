"""Parameters among the names of a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import benchbook as bb
from benchbook.errors import ParamsError
from benchbook.params import load

OWN: dict[str, Any] = {
    "preset": "mine",
    "functions": ["sphere"],
    "dims": [2],
    "instances": [1],
    "seeds": 2,
    "bbob_functions": [],
    "bbob_instances": [1],
    "budget_per_dim": 50,
    "target": None,
}


def test_the_preset_has_what_is_not_among_the_names() -> None:
    """A parameter among the names wins over the preset; all other names are ignored."""
    names = {"preset": "full", "seeds": 2, "target": None, "spec": object(), "__name__": "__main__"}
    assert bb.parameters(names) == {**load("full"), "seeds": 2, "target": None}


def test_an_alias_names_a_preset_and_stays_as_it_was_written() -> None:
    """The outcome records the name in the notebook."""
    assert bb.parameters({"preset": "fast"}) == {**load("quick"), "preset": "fast"}


def test_the_presets_of_the_project_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project may have its own quick preset."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "params").mkdir()
    lines = (f"{key}: {'null' if value is None else value}" for key, value in {**OWN, "preset": "quick"}.items())
    (tmp_path / "params" / "quick.yaml").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "notebooks")
    assert bb.parameters({"preset": "quick"}) == {**OWN, "preset": "quick"}


def test_a_users_own_set_is_complete() -> None:
    """Nothing is added to a complete set, and missing parameters are named."""
    assert bb.parameters({**OWN, "runs": []}) == OWN
    with pytest.raises(ParamsError, match=r"preset is 'mine', expected quick, .*; missing: dims, target$"):
        bb.parameters({key: value for key, value in OWN.items() if key not in ("dims", "target")})


def test_without_a_preset_the_message_says_what_to_assign() -> None:
    """A notebook whose parameters cell was not executed gets a message."""
    with pytest.raises(ParamsError, match="assign preset, such as preset = 'quick'"):
        bb.parameters({"seeds": 3})
