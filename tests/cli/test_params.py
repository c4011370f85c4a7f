"""`benchbook params`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchbook.cli.main import main


@pytest.fixture(autouse=True)
def _in_the_project(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the repository, so that the presets are found."""
    monkeypatch.chdir(root)


def test_presets_are_listed_with_alias_and_size(capsys: pytest.CaptureFixture[str]) -> None:
    """Presets are listed one per line, and as JSON."""
    assert main(["params", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:4] == ["quick", "fast", "98", "171,500"]
    assert [line.split()[0] for line in lines[1:4]] == ["quick", "balanced", "full"]
    assert main(["params", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["preset"], row["aliases"]) for row in rows] == [
        ("quick", ["fast"]),
        ("balanced", []),
        ("full", ["quality"]),
    ]


def test_every_field_is_shown_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    """Explicit values are marked, others name their preset; numbers are shown as they have to be written."""
    assert main(["params", "show", "fast", "-p", "dims=[7]"]) == 0
    shown = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()[1:]}
    assert "[7]" in shown["dims"]
    assert "explicit" in shown["dims"]
    assert "1.0e-08" in shown["target"]
    assert "preset quick" in shown["target"]
    assert "Evaluations per variable" in shown["budget_per_dim"]


def test_fields_are_shown_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON contains the values themselves."""
    assert main(["params", "show", "params/full.yaml", "-p", "target=null", "--json"]) == 0
    fields = {field["name"]: field for field in json.loads(capsys.readouterr().out)}
    assert (fields["target"]["value"], fields["target"]["source"]) == (None, "explicit")
    assert (fields["seeds"]["value"], fields["seeds"]["source"]) == (15, "file params/full.yaml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["quik"], "no such parameter file: quik; expected quick, balanced, full or the path of a YAML file; did you"),
        (["quick", "-p", "sedes=3"], "unknown parameter 'sedes'; did you mean 'seeds'?"),
        (["quick", "-p", "seeds"], "override 'seeds' is not of the form key=value"),
    ],
)
def test_a_mistake_is_a_usage_error(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake gives one line and exit code 2."""
    assert main(["params", "show", *arguments]) == 2
    assert message in capsys.readouterr().err
