"""Studies as RO-Crates, read back by the rocrate library."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

import benchbook as bb
from benchbook.artifacts.interop.credits import author, project_credits
from benchbook.cli.main import main
from benchbook.errors import UsageError
from benchbook.params.load import load

ROOT = Path(__file__).parents[3]
ADA = "Ada Lovelace <0000-0002-1825-0097>"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of 8 runs."""
    folder = tmp_path_factory.mktemp("stores") / "study"
    made = bb.study(optimizers="manta_ray_foraging", functions=["sphere", "bbob_f8"], dims=2, seeds=2, budget=60)
    made.run(folder).close()
    return folder


@pytest.fixture(scope="module")
def crate(study: Path) -> Path:
    """Return the study as a crate with all metadata."""
    folder = study.parent / "crate"
    said = ("--author", ADA, "--author", "Charles Babbage", "--license", "CC-BY-4.0", "--title", "Two functions")
    assert export(study, folder, *said, "--notebook", ROOT / "notebooks" / "random_search.ipynb") == 0
    return folder


def export(study: Path, folder: Path, *arguments: object) -> int:
    """Call `benchbook export`."""
    return main(["export", str(study), "--to", "ro-crate", str(folder), *map(str, arguments)])


def read(folder: Path) -> Any:
    """Return a crate, read by the library."""
    from rocrate.rocrate import ROCrate

    return ROCrate(folder)


def test_the_library_reads_it_back(crate: Path) -> None:
    """Title, licence, authors and runs are where the specification requires them."""
    found = read(crate)
    root = found.root_dataset
    assert found.name == "Two functions"
    assert root["description"].startswith("8 seeded runs")
    assert root["license"].id == "https://spdx.org/licenses/CC-BY-4.0"
    assert [item["name"] for item in root["author"]] == ["Ada Lovelace", "Charles Babbage"]
    assert root["author"][0].id == "https://orcid.org/0000-0002-1825-0097"
    assert {item["name"] for item in root["about"]} == {"manta_ray_foraging", "random_search"}


def test_the_musts_of_the_specification_hold(crate: Path) -> None:
    """As RO-Crate 1.1 requires, one descriptor is about one root, every mentioned entity exists, and none is nested."""
    document = json.loads((crate / "ro-crate-metadata.json").read_text())
    assert document["@context"] == "https://w3id.org/ro/crate/1.1/context"
    entities = {item["@id"]: item for item in document["@graph"]}
    assert len(entities) == len(document["@graph"])
    descriptor = entities["ro-crate-metadata.json"]
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    root = entities["./"]
    assert root["@type"] == "Dataset"
    assert {"name", "description", "license", "datePublished"} <= root.keys()
    assert datetime.fromisoformat(root["datePublished"]).tzinfo is not None
    parts = {part["@id"] for part in root["hasPart"]}
    files = {path.relative_to(crate).as_posix() for path in crate.rglob("*") if path.is_file()}
    assert parts == files - {"ro-crate-metadata.json"}
    for entity in entities.values():
        assert "@type" in entity
        for value in (item for key in entity for item in as_list(entity[key])):
            if isinstance(value, dict):
                assert value.keys() == {"@id"}
                assert value["@id"] in entities or value["@id"].startswith("https://w3id.org/ro/crate")


def as_list(value: Any) -> list[Any]:
    """Return a value of JSON-LD as the list that it stands for."""
    return value if isinstance(value, list) else [value]


def test_the_runs_are_the_result_of_an_action(crate: Path) -> None:
    """As in a Process Run Crate, benchbook is the instrument, the plan the object, and runs and tables are results."""
    found = read(crate)
    [action] = found.get_by_type("CreateAction")
    assert action["instrument"]["softwareVersion"] == bb.__version__
    assert action["object"].id == "study/manifest.json.zst"
    assert {item.id.split("/")[0] for item in action["result"]} == {"study", "tables"}
    assert datetime.fromisoformat(action["startTime"]) <= datetime.fromisoformat(action["endTime"])
    assert any(text.startswith("numpy ") for text in action["instrument"]["softwareRequirements"])


def test_the_study_in_it_is_whole(crate: Path, study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exported store opens, passes its check and has the same runs; the table has a row for each."""
    assert main(["study", "status", str(crate / "study")]) == 0
    shutil.copytree(crate / "study", study.parent / "copy")
    assert main(["study", "check", str(study.parent / "copy")]) == 0
    digests = [run.content_digest for run in bb.open(study)]
    assert [run.content_digest for run in bb.open(study.parent / "copy")] == digests
    with (crate / "tables" / "runs.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 8


def test_a_notebook_that_was_executed_comes_with_its_verdicts(study: Path, tmp_path: Path) -> None:
    """The execution of the notebook is a separate action."""
    tiny = {**load("quick"), "dims": [2], "bbob_functions": [], "budget_per_dim": 60}
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(tiny), encoding="utf-8")
    assert main(["spec", "run", "random_search", "--params", str(tmp_path / "tiny.yaml")]) in (0, 1)
    assert export(study, tmp_path / "crate") == 0
    found = read(tmp_path / "crate")
    actions = {action["name"]: action for action in found.get_by_type("CreateAction")}
    [executed] = [action for name, action in actions.items() if name.startswith("Execution")]
    assert {item.id for item in executed["result"]} == {
        "notebooks/random_search.ipynb",
        "notebooks/random_search.outcome.json.zst",
    }
    assert (tmp_path / "crate" / "notebooks" / "manta_ray_foraging.ipynb").is_file()


def test_licence_and_authors_are_those_of_the_project(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Licence and authors come from the project by default; without a project the crate says that none was stated."""
    monkeypatch.chdir(ROOT)
    assert export(study, tmp_path / "inside") == 0
    root = read(tmp_path / "inside").root_dataset
    assert root["license"].id == "https://spdx.org/licenses/MIT"
    assert root["author"]["name"] == "benchbook contributors"
    monkeypatch.chdir(tmp_path)
    assert export(study, tmp_path / "outside") == 0
    root = read(tmp_path / "outside").root_dataset
    assert root["license"].startswith("No licence was stated")
    assert root.get("author") is None


def test_run_artifacts_make_a_crate_too(tmp_path: Path) -> None:
    """A single run without a plan makes a crate."""
    bb.save(bb.run("random_search", "sphere", dim=2, seed=1, budget=20), tmp_path / "one.json.zst")
    assert export(tmp_path / "one.json.zst", tmp_path / "crate") == 0
    [action] = read(tmp_path / "crate").get_by_type("CreateAction")
    assert action.get("object") is None
    assert (tmp_path / "crate" / "study" / "one.json.zst").is_file()


def test_a_crate_is_replaced_as_a_whole_and_nothing_else_is(study: Path, tmp_path: Path) -> None:
    """A second export leaves nothing of the first one; a folder with other files is refused."""
    folder = tmp_path / "crate"
    assert export(study, folder) == 0
    (folder / "study" / "old").write_text("of the first")
    assert export(study, folder) == 0
    assert not (folder / "study" / "old").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("keep me")
    assert export(study, tmp_path / "other") == 2
    assert (tmp_path / "other" / "mine.txt").is_file()
    assert {path.name for path in tmp_path.iterdir()} >= {"crate", "other"}
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--author", "Ada <1234>"], "is not an ORCID"),
        (["--author", "Ada <0000-0002-1825-0098>"], "is not an ORCID"),
        (["--author", "<0000-0002-1825-0097>"], "expected 'Name' or 'Name <ORCID>'"),
        (["--notebook", "nowhere.ipynb"], "no such file: nowhere.ipynb"),
    ],
)
def test_metadata_that_cannot_be_written_are_refused(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """Metadata that cannot be written are refused with a message before anything is written."""
    assert export(study, tmp_path / "crate", *arguments) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "crate").exists()


def test_a_crate_inside_its_study_is_refused(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A crate inside its study would contain itself."""
    assert export(study, study / "crate") == 2
    assert "are nested in each other" in capsys.readouterr().err


def test_options_of_crates_are_for_crates(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other formats refuse a licence, since they have no place for it."""
    assert main(["export", str(study), "--to", "csv", str(tmp_path / "out"), "--license", "MIT"]) == 2
    assert "--license is for --to ro-crate" in capsys.readouterr().err


def test_without_the_library_it_says_how_to_install_it(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the extra to install."""
    monkeypatch.setitem(sys.modules, "rocrate.rocrate", None)
    assert export(study, tmp_path / "crate") == 1
    assert "pip install 'benchbook[rocrate]'" in capsys.readouterr().err


def test_credits_of_a_project_may_be_missing(tmp_path: Path) -> None:
    """A project without the file has no credits; a damaged file is an error."""
    assert project_credits(None) == (None, ())
    assert project_credits(tmp_path) == (None, ())
    (tmp_path / "pyproject.toml").write_text("[project")
    with pytest.raises(UsageError, match="is not TOML"):
        project_credits(tmp_path)


def test_an_orcid_may_end_with_an_x() -> None:
    """The check digit ten is written X."""
    assert author("Somebody <https://orcid.org/0000-0002-9079-593X>").orcid == "https://orcid.org/0000-0002-9079-593X"
