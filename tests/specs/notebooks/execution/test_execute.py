"""Executing spec notebooks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbook.cli.main import main
from benchbook.params.load import load
from benchbook.specs.notebooks.discover import find
from benchbook.specs.notebooks.execution.execute import execute_specs
from benchbook.specs.notebooks.execution.up_to_date import NOTE
from benchbook.specs.outcome import read_outcome

from ...conftest import TINY, write_params

FAILING = """
spec.name, spec.folder = "bad", spec.folder.with_name("bad")
spec.claim("c", "One is two.", 1, "==", 2)
spec.then()
"""
FOREVER = """
import threading, pathlib, os
pathlib.Path({path!r}).write_text(str(os.getpid()))
threading.Event().wait()
"""
CLAIM = 'spec = bb.spec("random_search", **{name: globals()[name] for name in NAMES}); spec.when()'
SETUP = (
    "import benchbook as bb\n"
    "NAMES = ['preset', 'functions', 'dims', 'instances', 'seeds', 'bbob_functions', 'bbob_instances', "
    "'budget_per_dim', 'target']\n" + CLAIM
)


def outcome(project: Path, name: str) -> dict[str, Any]:
    """Return the outcome of a spec of the project."""
    return dict(read_outcome(project / "artifacts" / "specs" / name))


def test_a_spec_leaves_executed_notebook_outcome_and_runs(
    project: Path, copy_spec: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The artifact folder has all three, valid, and the table names the claims; a second run changes no byte."""
    copy_spec("random_search")
    # One dimension has a long budget, so that the claim on records has enough draws.
    write_params(project, functions=["sphere", "rastrigin", "ackley"], seeds=5, budget_per_dim=500)
    assert main(["spec", "run", "random_search", *TINY]) == 0
    folder = project / "artifacts" / "specs" / "random_search"
    assert "held 6 of 6 hold 4 of 4 pass" in " ".join(capsys.readouterr().out.split())
    executed = (folder / "random_search.ipynb").read_bytes()
    metadata = json.loads(executed)["metadata"]["benchbook"]
    assert metadata["status"] == "completed"
    assert metadata["params"]["budget_per_dim"] == 500
    assert main(["validate", "-q", str(project / "artifacts")]) == 0
    assert outcome(project, "random_search")["status"] == "held"
    assert main(["spec", "run", "random_search", *TINY]) == 0
    assert (folder / "random_search.ipynb").read_bytes() == executed
    assert [path.name for path in folder.glob(".*")] == [NOTE]
    capsys.readouterr()
    assert main(["spec", "list"]) == 0
    assert "held" in capsys.readouterr().out


def test_trying_another_value_leaves_the_results_of_the_preset_alone(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Results for another value have their own folder, unless the value equals the preset's."""
    write_notebook("random_search", SETUP, "spec.claim('c', 'One is one.', 1, '==', 1)\nspec.then()")
    assert main(["spec", "run", *TINY, "-p", "seeds=2"]) == 0
    folder = project / "artifacts" / "specs" / "random_search"
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    assert main(["spec", "run", *TINY, "-p", "seeds=3"]) == 0
    assert f"artifacts{os.sep}scratch{os.sep}specs" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()} == before
    tried = read_outcome(project / "artifacts" / "scratch" / "specs" / "random_search")
    assert dict(tried)["params"]["seeds"] == 3
    assert main(["spec", "run", *TINY, "-p", "seeds=3", "--site"]) == 2


def test_undecided_claims_are_listed_apart(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Undecided claims are not listed among those that do not hold, and each has a reason."""
    claim = "spec.claim('open', 'Something unknown.', None, '<', 1, detail='no run came so far')"
    write_notebook("random_search", SETUP, f"{claim}\nspec.then()")
    assert main(["spec", "run", *TINY]) == 1
    told = capsys.readouterr().err
    assert "do not hold" not in told
    assert "claims that could not be decided\n  Something unknown. no run came so far" in told


def test_a_failing_claim_ends_with_exit_code_1_and_keeps_the_notebook(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the claim with its numbers, and the executed notebook shows the error."""
    write_notebook(
        "bad",
        SETUP,
        FAILING,
    )
    assert main(["spec", "run", *TINY]) == 1
    printed = capsys.readouterr()
    assert "failed 0 of 1 hold, 1 failed none" in " ".join(printed.out.split())
    assert "One is two. measured 1, required == 2" in printed.err
    kept = json.loads((project / "artifacts" / "specs" / "bad" / "bad.ipynb").read_text())
    assert kept["metadata"]["benchbook"]["status"] == "failed"
    assert outcome(project, "bad")["status"] == "failed"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "the kernel died, killed by SIGKILL"),
        ("1 + 1", "never called then()"),
    ],
)
def test_a_notebook_that_does_not_reach_its_end_is_an_error(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str], source: str, error: str
) -> None:
    """An exception, a killed kernel, and a notebook without claims end with exit code 1 and the reason."""
    write_notebook("broken", source)
    assert main(["spec", "run", *TINY]) == 1
    printed = capsys.readouterr().err
    assert error in printed
    assert "notebook kept: artifacts/specs/broken/broken.ipynb" in printed
    assert outcome(project, "broken")["status"] == "error"
    assert error in outcome(project, "broken")["error"]


def test_a_notebook_that_takes_too_long_is_ended(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The timeout is reported with its length."""
    write_notebook("slow", "import threading\nthreading.Event().wait()")
    assert main(["spec", "run", "--timeout", "6", *TINY]) == 1
    printed = capsys.readouterr().err
    assert "ended after 6 s, the time-out" in printed
    assert "notebook kept" in printed


def test_an_error_is_shown_with_file_cell_and_lines(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The log of a failed job shows the error without a look at the notebook."""
    write_notebook("broken", "x = 0", "y = 1\ny / x")
    assert main(["spec", "run", *TINY]) == 1
    printed = capsys.readouterr().err
    assert "in notebooks/broken.ipynb, cell 'cell-1':" in printed
    assert "----> 2 y / x" in printed


def test_outputs_are_streamed_on_request(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """What notebooks print, and the text of what they show, is prefixed with their names."""
    write_notebook("talking", "print('one')\nprint('two')", "1 + 2")
    main(["spec", "run", "--stdout", *TINY])
    assert "talking | one\ntalking | two\ntalking | 3\n" in capsys.readouterr().out
    main(["spec", "run", *TINY])
    assert "talking |" not in capsys.readouterr().out


def test_progress_and_listener_hear_of_every_cell(project: Path, write_notebook: Callable[..., Path]) -> None:
    """Callers get counts, and a listener also gets the beginning and the outcome."""
    write_notebook("two", "1", "2")
    heard: list[tuple[str, int, int]] = []
    happenings: list[object] = []
    results = execute_specs(
        find(["two"]), load("quick"), progress=lambda *counts: heard.append(counts), listener=happenings.append
    )
    assert heard == [("two", done, 5) for done in range(5)]  # title, parameters, injected parameters, and the two
    told = ["SpecStarted", *["CellStarted"] * 5, "SpecResult"]
    assert [type(happening).__name__ for happening in happenings] == told
    assert happenings[-1] is results[0]


def test_the_proof_shares_nothing_with_a_forked_kernel(project: Path, write_notebook: Callable[..., Path]) -> None:
    """If the kernel's own optimizer is tampered with, the proof's process is not affected, and the claim fails."""
    tampered = (
        "from benchbook.optimizers.native.random_search import RandomSearch\n"
        "honest = RandomSearch.ask\n"
        "RandomSearch.ask = lambda self: honest(self) * 0.5\n"
    )
    write_notebook("random_search", tampered + SETUP, "spec.claim_sound(); spec.then()")
    assert main(["spec", "run", *TINY]) == 1
    verdicts = {claim["id"]: claim["verdict"] for claim in outcome(project, "random_search")["claims"]}
    assert verdicts["same-seed"] == "failed"
    assert verdicts["complete"] == "held"


def test_one_failing_notebook_does_not_stop_the_others(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Both notebooks are executed and listed in the table."""
    write_notebook("a_broken", "1 / 0")
    write_notebook("b_broken", "undefined_name")
    assert main(["spec", "run", *TINY]) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert "NameError" in err


def test_ctrl_c_ends_the_workers_and_says_so(project: Path, write_notebook: Callable[..., Path]) -> None:
    """After an interrupt no worker or kernel is left, and the exit code is that of an interrupt."""
    started = project / "started"
    write_notebook(
        "slow",
        FOREVER.format(path=str(started)),
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "benchbook", "spec", "run", *TINY], stderr=subprocess.PIPE, text=True, cwd=project
    )
    deadline = time.monotonic() + 60
    while not (started.exists() and started.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    kernel = int(started.read_text())
    while time.monotonic() < deadline:
        try:
            os.kill(kernel, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{kernel}/stat").exists() and Path(f"/proc/{kernel}/stat").read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the kernel outlived its parent")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "unknown spec 'nothing'"),
        (["-p", "budget=5"], "unknown parameter 'budget'; did you mean 'budget_per_dim'"),
        (["-p", "budget_per_dim"], "not of the form key=value"),
        (["-p", "dims=2"], "parameter dims is 2"),
        (["--params", "nowhere.yaml"], "no such parameter file"),
    ],
)
def test_wrong_arguments_end_with_exit_code_2_before_anything_runs(
    project: Path,
    copy_spec: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    """Each message says what was given and what was expected."""
    copy_spec("random_search")
    assert main(["spec", "run", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not (project / "artifacts").exists()


def test_outside_of_a_project_there_are_no_specs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what a project looks like."""
    monkeypatch.chdir(tmp_path)
    assert main(["spec", "list"]) == 2
    assert "notebooks/ and params/" in capsys.readouterr().err


def test_accept_takes_over_the_verdicts_of_the_last_run(
    project: Path, copy_spec: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The contract cell's output is stored and everything else is stripped; without a run the command is refused."""
    path = copy_spec("random_search")
    assert main(["spec", "accept"]) == 2
    assert "has not been executed yet" in capsys.readouterr().err
    before = path.read_text()
    notebook = json.loads(before)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    path.write_text(json.dumps(notebook))
    assert main(["spec", "run"]) == 0
    capsys.readouterr()
    assert main(["spec", "accept"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "random_search: changed"
    assert any(line.startswith("  + held") and "orders of magnitude]" in line for line in told)
    assert json.loads(path.read_text()) == json.loads(before)
