"""`benchbook profile`, and `show` and `validate` of what it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchbook.cli.main import main
from benchbook.errors import ExecutionError
from benchbook.specs.notebooks.execution import profiling

MODULE = """
from benchbook.profiling import stage

def work():
    with stage("evaluate"):
        return sum(range(100_000))

def broken():
    with stage("load"):
        raise ValueError("no value")

def stopped():
    raise KeyboardInterrupt

number = 3
"""
RUN = ["cma_es", "--function", "rastrigin", "--dim", "3", "--instance", "1", "--seed", "1", "--budget", "300"]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a module in the working directory."""
    (tmp_path / "profiled_module.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "profiled_module", raising=False)
    return "profiled_module"


def test_a_run_is_profiled_shown_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table is printed; artifact, trace and flame graph are written, and show prints the table again."""
    folder = tmp_path / "out"
    assert main(["profile", *RUN, "--repeats", "1", "--output-dir", str(folder)]) == 0
    printed = capsys.readouterr().out
    for name in ("set-up", "loop", "ask", "evaluate", "observe", "tell", "encode", "write", "other", "total"):
        assert name in printed
    assert "Bottlenecks" in printed
    assert "overhead:" in printed
    assert sorted(path.name for path in folder.iterdir()) == [
        "flame-graph.svg",
        "profile.chrome_trace.json",
        "profile.json.zst",
    ]
    assert main(["validate", str(folder)]) == 0
    assert "1 valid, 0 invalid" in capsys.readouterr().out
    assert main(["show", str(folder / "profile.json.zst")]) == 0
    table = capsys.readouterr().out
    assert table.splitlines() == printed.splitlines()[: len(table.splitlines())]


def test_twice_into_one_folder_replaces_it(tmp_path: Path) -> None:
    """A second profile in the same folder replaces the first."""
    for _ in range(2):
        assert main(["profile", *RUN, "--repeats", "0", "--output-dir", str(tmp_path)]) == 0
    assert len(list(tmp_path.glob("*profile*"))) == 2


def test_a_parameter_set_is_profiled(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An alias is accepted, explicit values take precedence, and the artifact is printed as JSON."""
    monkeypatch.chdir(root)
    small = ["-p", "functions=[sphere]", "-p", "bbob_functions=[]", "-p", "dims=[2]", "-p", "budget_per_dim=20"]
    assert main(["profile", "random_search", "--params", "fast", *small, "--repeats", "0", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["name"] == "random_search, parameters quick, 10 runs"
    assert document["kind"] == "profile"


def test_a_function_is_profiled(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The stages of a function are those that it names."""
    assert main(["profile", f"{module}:work", "--repeats", "1"]) == 0
    printed = capsys.readouterr().out
    assert "evaluate" in printed
    assert "--output-dir DIR keeps it" in printed


def test_a_function_that_raises_is_exit_code_1_and_kept(
    module: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error is shown without a traceback, and the measurements are written."""
    assert main(["profile", f"{module}:broken", "--output-dir", str(tmp_path / "out")]) == 1
    output = capsys.readouterr()
    assert "load" in output.out
    assert output.err == f"error: {module}:broken failed: ValueError: no value\n"
    assert (tmp_path / "out" / "profile.json.zst").is_file()


def test_ctrl_c_keeps_what_was_measured(module: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 130, and the files are written."""
    assert main(["profile", f"{module}:stopped", "--output-dir", str(tmp_path / "out")]) == 130
    assert "what was measured is kept" in capsys.readouterr().err
    assert (tmp_path / "out" / "profile.json.zst").is_file()


def test_a_notebook_and_a_spec_are_found(
    root: Path, monkeypatch: pytest.MonkeyPatch, profiled: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path, a name without options and `--notebook` select the notebook; a spec gets its parameters."""
    seen: list[tuple[str, str | None]] = []

    def instead(path: Path, params: dict[str, Any] | None = None) -> Any:
        seen.append((path.name, None if params is None else str(params["preset"])))
        return profiled()

    monkeypatch.setattr(profiling, "profile_notebook", instead)
    monkeypatch.chdir(root)
    for arguments in (
        ["cma_es"],
        ["notebooks/cma_es.ipynb"],
        ["cma_es", "--notebook", "--params", "quality"],
        ["notebooks/experiments/shadow.ipynb"],
    ):
        assert main(["profile", *arguments]) == 0
    assert seen == [
        ("cma_es.ipynb", "quick"),
        ("cma_es.ipynb", "quick"),
        ("cma_es.ipynb", "full"),
        ("shadow.ipynb", None),
    ]
    capsys.readouterr()


def test_a_notebook_that_does_not_begin_is_exit_code_1(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """If the notebook does not start, the reason is shown."""

    def instead(path: Path, params: object = None) -> None:
        raise ExecutionError(f"{path.name} was not profiled: no kernel")

    monkeypatch.setattr(profiling, "profile_notebook", instead)
    monkeypatch.chdir(root)
    assert main(["profile", "cma_es"]) == 1
    assert capsys.readouterr().err == "error: cma_es.ipynb was not profiled: no kernel\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cma_e", "--function", "sphere", "--dim", "2"], "unknown optimizer or spec 'cma_e'; did you mean 'cma_es'"),
        (["cma_es", "--function", "sfere", "--dim", "2"], "unknown function 'sfere'; did you mean 'sphere'"),
        (["cma_es", "--function", "sphere"], "--dim is missing: one run of 'cma_es' needs --function and --dim"),
        (["cma_es", "--dim", "2"], "--function is missing"),
        ([*RUN[:-1], "0"], "budget is 0, expected a whole number >= 1"),
        ([*RUN, "--params", "quick"], "--params does not go with 'cma_es', which is one run"),
        (["cma_es"], "there is no spec of 'cma_es' here; to profile runs of it, give --function and"),
        (["none.ipynb"], "no such notebook: none.ipynb"),
        (["no_such_module:work"], "there is no module 'no_such_module'"),
        (["profiled_module:none"], "unknown function 'none'; known are"),
        (["profiled_module:number"], "profiled_module:number is of type int, expected a function"),
        (["profiled_module:"], "'profiled_module:' is not of the form module:function"),
        (["profiled_module:work", "--dim", "3"], "--dim does not go with 'profiled_module:work', which is a function"),
        (
            ["profiled_module:work", "--output-dir", "profiled_module.py"],
            "profiled_module.py is a file, expected a folder",
        ),
        (["profiled_module:work", "--repeats", "-1"], "-1 is not in the range x>=0"),
    ],
)
def test_mistakes_are_reported_in_one_line(
    arguments: list[str], message: str, module: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake gives exit code 2, and nothing is run."""
    assert main(["profile", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_reported_before_anything_runs(
    module: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 1, and no profile is made."""
    assert main(["profile", f"{module}:work", "--output-dir", str(tmp_path / "profiled_module.py" / "below")]) == 1
    output = capsys.readouterr()
    assert "cannot write" in output.err
    assert output.out == ""


def test_a_terminal_without_unicode_gets_ascii(module: str) -> None:
    """The table is drawn without block characters if the encoding lacks them."""
    command = [sys.executable, "-m", "benchbook", "profile", f"{module}:work", "--repeats", "0"]
    import os

    done = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=True)
    assert done.stdout.isascii()
    assert b"###" in done.stdout
