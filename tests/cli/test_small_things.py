"""Small things that a newcomer types."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchbook as bb
from benchbook.cli.main import main
from benchbook.params.study import load_study


def test_budgets_and_seeds_may_be_written_with_an_exponent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1e2 is accepted as 100 in Python, on the command line and in the YAML of a study."""
    assert bb.run("random_search", "sphere", dim=2, instance=1, seed=1e0, budget=1e2).budget == 100
    arguments = ["run", "--optimizer", "random_search", "--function", "sphere", "--dim", "2", "--instance", "1"]
    assert main([*arguments, "--budget", "1e2"]) == 0
    assert main([*arguments, "--budget", "1.5"]) == 2
    file = tmp_path / "study.yaml"
    file.write_text("optimizers: [whale]\nfunctions: [sphere]\ndims: [2]\nbudget: 1e2\nseeds: 2e0\n")
    made = bb.study(**load_study(file))
    assert (made.budget, made.seeds) == (100, (1, 2))
    assert len(made.run(tmp_path / "store")) == 4


def test_an_unknown_argument_of_run_leads_to_settings() -> None:
    """An unknown argument gets the hint that settings of an optimizer are passed in `settings`."""
    with pytest.raises(bb.BenchbookError, match=r"no argument 'population'.*settings=\{'population': 10\}"):
        bb.run("whale", "sphere", dim=2, population=10)


def test_a_text_is_not_a_list_of_dimensions() -> None:
    """The message shows the whole text, not its letters."""
    with pytest.raises(bb.BenchbookError, match="dims is 'two', expected whole numbers"):
        bb.study(optimizers="whale", functions="sphere", dims="two")


def test_other_peoples_json_is_left_out_of_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other JSON files are named in a warning, and the runs are reported."""
    bb.save(bb.run("random_search", "sphere", dim=2, instance=1, budget=50), tmp_path / "r.json.zst")
    (tmp_path / "package.json").write_text('{"name": "web"}')
    (tmp_path / "list.json").write_text("[1]")
    study = bb.study(optimizers="random_search", functions="sphere", dims=[2], budget=10)
    study.run(tmp_path / "a-study-below").close()
    assert main(["report", str(tmp_path), "--out", str(tmp_path / "report.html")]) == 0
    assert capsys.readouterr().err.count("is not an artifact of benchbook") == 2


def test_a_missing_folder_is_called_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that does not exist is reported as missing, not as an unknown baseline."""
    assert main(["compare", str(tmp_path / "gone"), str(tmp_path)]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert main(["compare", "gone", str(tmp_path)]) == 2
    assert "no such file or folder: gone; nor is it a published baseline" in capsys.readouterr().err


def test_an_optimum_at_the_centre_gives_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """One line per function says that its optimum is at the centre, and names the shifted instance."""
    for _ in range(2):
        bb.run("random_search", "griewank", dim=2, instance=0, budget=20)
    bb.run("random_search", "griewank", dim=2, instance=1, budget=20)
    assert caplog.text.count("griewank has its optimum at the centre of the box") == 1
