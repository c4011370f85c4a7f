"""`benchbook compare`, `baseline`, `export`, `import` and `report`, on real stores."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

import benchbook as bb
from benchbook.analysis.comparison.baselines import load_baseline
from benchbook.cli.main import main
from benchbook.errors import ExitCode

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of two optimizers on two functions with five instances."""
    folder = tmp_path_factory.mktemp("study") / "store"
    study = bb.study(
        optimizers=["differential_evolution"], functions=["bbob_f1", "bbob_f8"], dims=[2], instances=range(1, 6),
        budget_per_dim=300,
    )  # fmt: skip
    study.run(store=folder, executor="serial")
    return folder


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set a temporary artifact root."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "artifacts"))
    return tmp_path / "artifacts"


def test_a_study_is_published_listed_shown_and_compared(store: Path, artifacts: Path, capsys) -> None:
    """A study is published, listed and shown, and an equal study is not worse: exit code 0."""
    assert main(["baseline", "publish", str(store), "--name", "first"]) == 0
    assert (artifacts / "baselines" / "first.json.zst").is_file()
    assert main(["baseline", "publish", str(store), "--name", "first"]) == ExitCode.USAGE
    capsys.readouterr()
    assert main(["baseline", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert "first" in {item["name"] for item in listed}
    assert {"best-2009", "best-2009-16"} <= {item["name"] for item in listed if item["published"] == "reference"}
    assert main(["baseline", "list"]) == 0
    assert main(["baseline", "show", "first"]) == 0
    assert "bbob_f8" in capsys.readouterr().out
    assert main(["baseline", "show", "first", "--json"]) == 0
    assert orjson.loads(capsys.readouterr().out)["kind"] == "baseline"
    assert main(["compare", "first", str(store)]) == 0
    assert "unchanged" in capsys.readouterr().out


def test_of_two_studies_the_longer_runs_of_the_control_are_published(store: Path, artifacts: Path) -> None:
    """Two studies with different budgets make one baseline; their common control comes from the longer one."""
    short = artifacts / "short"
    bb.study(
        optimizers=["scipy:powell"], functions=["bbob_f1", "bbob_f8"], dims=[2], instances=[1], budget_per_dim=20
    ).run(store=short, executor="serial").close()
    assert main(["baseline", "publish", str(short), str(store), "--name", "both"]) == 0
    cells = load_baseline(artifacts / "baselines" / "both.json.zst").summary.cells.values()
    found = {(cell.optimizer, cell.budget, len(cell)) for cell in cells}
    assert found == {("scipy:powell", 40, 1), ("differential_evolution", 600, 5), ("random_search", 600, 5)}


def test_runs_that_two_studies_share_are_published_once(store: Path, artifacts: Path) -> None:
    """The control is in both studies with the same budget; the baseline has each of its runs once."""
    other = artifacts / "other"
    bb.study(
        optimizers=["whale"], functions=["bbob_f1", "bbob_f8"], dims=[2], instances=range(1, 6), budget_per_dim=300
    ).run(store=other, executor="serial").close()
    assert main(["baseline", "publish", str(store), str(other), "--name", "both"]) == 0
    cells = load_baseline(artifacts / "baselines" / "both.json.zst").summary.cells.values()
    assert {(cell.optimizer, len(cell)) for cell in cells} == {
        ("differential_evolution", 5), ("whale", 5), ("random_search", 5),
    }  # fmt: skip


def test_a_study_is_added_to_a_baseline(store: Path, artifacts: Path, capsys) -> None:
    """The runs of a second study join those of a published one; a baseline is not added to and replaced at once."""
    assert main(["baseline", "publish", str(store), "--name", "first"]) == 0
    other = artifacts / "other"
    made = bb.study(optimizers=["cma_es"], functions=["bbob_f2"], dims=[2], instances=[1], budget=50)
    made.run(store=other, executor="serial").close()
    assert main(["baseline", "publish", str(other), "--name", "first", "--add"]) == 0
    shown = capsys.readouterr()
    assert "cells added" in shown.err
    cells = load_baseline(artifacts / "baselines" / "first.json.zst").summary.cells
    assert {("cma_es", "bbob_f2", 2), ("differential_evolution", "bbob_f1", 2)} <= set(cells)
    assert main(["baseline", "publish", str(other), "--name", "first", "--add", "--replace"]) == ExitCode.USAGE
    assert main(["baseline", "publish", str(other), "--name", "firs7", "--add"]) == ExitCode.USAGE
    assert "a baseline that exists" in capsys.readouterr().err


def test_a_worse_study_ends_with_5_in_every_format(store: Path, artifacts: Path, tmp_path: Path, capsys) -> None:
    """Random search under the optimizer's name is found to be worse, in table, JSON and Markdown."""
    from dataclasses import replace

    from benchbook.artifacts.run_document import content_digest_of, run_key, spec_of

    spoiled = tmp_path / "spoiled"
    for number, run in enumerate(bb.open(store).select(optimizer="random_search")):
        settings = bb.optimizer("differential_evolution").settings
        fake = replace(run, optimizer=replace(run.optimizer, name="differential_evolution", settings=settings))
        fake = replace(fake, content_digest=content_digest_of(fake), run_key=run_key(spec_of(fake), fake.code_digest))
        bb.save(fake, spoiled / f"{number}.json.zst")
    loose = tmp_path / "t.yaml"
    loose.write_text("alpha: 0.9\n")
    for form in ("table", "json", "markdown"):
        command = ["compare", str(store), str(spoiled), "--format", form, "--thresholds", str(loose)]
        assert main(command) == ExitCode.COMPARE_WORSE
        out = capsys.readouterr().out
        assert "worse" in out
        if form == "json":
            assert json.loads(out)["worse"] >= 1
        if form == "markdown":
            assert "| Verdict | Optimizer |" in out


def test_too_few_data_are_undecided_and_no_error(store: Path, artifacts: Path, tmp_path: Path, capsys) -> None:
    """With one run per cell as candidate the exit code is 0, and the undecided rows say why."""
    for number, run in enumerate(bb.open(store).select(instance=1)):
        bb.save(run, tmp_path / "few" / f"{number}.json.zst")
    assert main(["compare", str(store), str(tmp_path / "few"), "--all"]) == 0
    assert "too few" in capsys.readouterr().out


@pytest.mark.parametrize("kept", [{"function": "bbob_f1"}, {"optimizer": "random_search"}], ids=["cells", "optimizer"])
def test_lost_cells_end_with_5_and_are_named(
    kept: dict[str, str], store: Path, artifacts: Path, tmp_path: Path, capsys
) -> None:
    """A candidate without half of the cells, or without an optimizer, is worse in every format."""
    for number, run in enumerate(bb.open(store).select(**kept)):
        bb.save(run, tmp_path / "part" / f"{number}.json.zst")
    for form in ("table", "json", "markdown"):
        command = ["compare", str(store), str(tmp_path / "part"), "--format", form]
        assert main(command) == ExitCode.COMPARE_WORSE
        out = capsys.readouterr().out
        assert "bbob_f8" in out
        if form != "table":  # where a cell of the table may be cut off
            assert "the candidate has no such cell" in out


@pytest.mark.parametrize(
    "command", [["compare", "none", "x"], ["compare", "STORE", "nowhere"], ["export", "x", "--to", "csv", "y"]]
)
def test_unknown_names_and_folders_are_usage_errors(command: list[str], store: Path, artifacts: Path, capsys) -> None:
    """Unknown names and folders give exit code 2 and a message."""
    assert main([str(store) if word == "STORE" else word for word in command]) == ExitCode.USAGE
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["coco", "ioh"])
def test_an_export_is_imported_and_compared_like_a_study(form: str, store: Path, tmp_path: Path, capsys) -> None:
    """Exported and imported again, the runs can be compared as a study, but their times cannot."""
    assert main(["export", str(store), "--to", form, str(tmp_path / "out")]) == 0
    assert main(["import", str(tmp_path / "out"), "--from", form, "--into", str(tmp_path / "in")]) == 0
    assert "20 runs imported" in capsys.readouterr().out
    assert main(["compare", str(store), str(tmp_path / "in"), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["verdict"] for row in rows if row["lane"] == "time"} == {"not comparable"}


def test_tables_are_exported(store: Path, tmp_path: Path, capsys) -> None:
    """The CSV export has two files and prints their paths."""
    assert main(["export", str(store), "--to", "csv", str(tmp_path)]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "runs.csv"), str(tmp_path / "improvements.csv")]


def test_a_planted_degradation_fails_the_gate_of_the_committed_baseline(tmp_path: Path, capsys) -> None:
    """Particle swarms that hardly move are worse than the published ones: exit code 5."""
    baseline = ROOT / "artifacts" / "baselines" / "native-optimizers.json.zst"
    spoiled = bb.study(
        optimizers=[bb.optimizer("particle_swarm", clamp=0.005)], functions=["sphere", "rastrigin"], dims=[2, 5],
        instances=range(1, 16), budget_per_dim=500,
    )  # fmt: skip
    spoiled.run(store=tmp_path, executor="serial")
    assert main(["compare", str(baseline), str(tmp_path)]) == ExitCode.COMPARE_WORSE
    out = capsys.readouterr().out
    assert "particle_swarm: clamp was 0.5, is 0.005" in out


def test_the_committed_baseline_is_reproduced_by_the_present_code(tmp_path: Path, capsys) -> None:
    """With the same optimizers, seeds and budgets, the quality today is not worse than the published one."""
    baseline = ROOT / "artifacts" / "baselines" / "native-optimizers.json.zst"
    again = bb.study(
        optimizers=["particle_swarm"], functions=["sphere", "rastrigin"], dims=[2], instances=range(1, 16),
        budget_per_dim=500,
    )  # fmt: skip
    again.run(store=tmp_path, executor="serial")
    main(["compare", str(baseline), str(tmp_path), "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["rows"]
    found = [
        row
        for row in rows
        if row["lane"] == "quality" and row["optimizer"] == "particle_swarm" and row["metric"] != "runs"
    ]
    assert found
    assert not [row for row in found if row["verdict"] == "worse"]


def test_a_report_is_written(store: Path, tmp_path: Path, capsys) -> None:
    """A report is one page and one file of LaTeX tables, and counts the runs that the plan lacks."""
    assert main(["report", str(store), "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "index.html"), str(tmp_path / "tables.tex")]
    assert "planned: 20; missing: 0" in (tmp_path / "index.html").read_text()


def test_a_strict_gate_that_compared_nothing_does_not_pass(
    store: Path, artifacts: Path, tmp_path: Path, capsys
) -> None:
    """The exit code is 7 with a reason if all budgets differ, and 0 if everything was compared."""
    assert main(["baseline", "publish", str(store), "--name", "first"]) == 0
    assert main(["compare", "first", str(store), "--strict"]) == 0
    other = bb.study(optimizers=["differential_evolution"], functions=["bbob_f1", "bbob_f8"], dims=[2], budget=40)
    other.run(store=tmp_path / "other", executor="serial")
    capsys.readouterr()
    assert main(["compare", "first", str(tmp_path / "other")]) == 0
    assert main(["compare", "first", str(tmp_path / "other"), "--strict"]) == ExitCode.INCOMPLETE
    said = " ".join(capsys.readouterr().out.split())
    assert "budgets differ: 600 then, 40 now" in said
    assert "nothing was decided about quality" in said
