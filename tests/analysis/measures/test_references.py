"""The reference curves that come with benchbook."""

import importlib.util
import tarfile
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.measures.coco_references import from_coco
from benchbook.analysis.measures.references import load_reference, reference_names, with_references
from benchbook.artifacts.io import load_document, save_document
from benchbook.cli.main import main
from benchbook.errors import ArtifactError, UnknownNameError
from benchbook.problems import problem

ARCHIVES = {"best-2009": "best2009-bbob.tar.gz", "best-2009-16": "best09-16-bbob.tar.gz"}


@pytest.mark.parametrize(
    ("dim", "shares"), [(5, [16.5, 43, 77, 91, 97]), (20, [13.5, 27, 68, 83, 91])], ids=["5-D", "20-D"]
)
def test_the_portfolio_of_2009_reaches_the_known_shares(dim: int, shares: list[float]) -> None:
    """Within 10 to 1e5 evaluations per variable it reaches the published shares of the 51 targets."""
    found = 100 * bb.reference("best-2009").profile(dim, x=10.0 ** np.arange(1, 6)).share
    assert np.abs(found - shares).max() < 0.5


@pytest.mark.parametrize("name", ARCHIVES)
def test_what_is_stored_is_what_cocopp_has(name: str, archives: Path) -> None:
    """Every running time and algorithm of the stored reference is found in the archive that it was derived from."""
    archive = archives / ARCHIVES[name]
    folder = Path(str(importlib.util.find_spec("benchbook.analysis.measures").origin)).parent  # type: ignore[union-attr]
    stored = load_document(folder / "reference_data" / f"{name}.json.zst")
    derived = from_coco(archive, name, source="")
    assert [stored[key] for key in ("algorithms", "cells")] == [derived[key] for key in ("algorithms", "cells")]
    assert np.allclose(stored["targets"], derived["targets"], rtol=1e-12)  # type: ignore[arg-type]  # lists of numbers


@pytest.fixture
def archives() -> Path:
    """Return the folder of cocopp's reference algorithms."""
    spec = importlib.util.find_spec("cocopp")
    if spec is None or spec.origin is None:
        pytest.skip("cocopp is not installed")
    return Path(spec.origin).parent / "refalgs"


def test_a_reference_algorithm_is_imported_as_a_curve(
    archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`import --from coco` writes the reference of another suite into the store, which has no runs of it."""
    source = archives / "best2019-bbob-largescale.tar.gz"
    assert main(["import", str(source), "--from", "coco", "--into", str(tmp_path)]) == 0
    path = tmp_path / "references" / "best2019-bbob-largescale.json.zst"
    assert str(path) in capsys.readouterr().out
    assert not (tmp_path / "imported").exists()
    found = bb.reference(path)
    assert {dim for _, dim in found.evaluations} == {20, 40, 80, 160, 320, 640}
    assert all(name.startswith("bbob_largescale_f") for name, _ in found.evaluations)
    reached = np.mean([np.isfinite(times).mean() for times in found.evaluations.values()])
    assert abs(reached - 0.59) < 0.005
    assert found.algorithms["bbob_largescale_f1", 20][0] == "m2DLBFGS_Varelas_largescale.tgz"


def test_runs_next_to_a_reference_algorithm_are_an_error(
    archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A data file without the mark of a reference algorithm is named, and nothing is written."""
    with tarfile.open(archives / "best2009-bbob.tar.gz") as files:
        files.extractall(tmp_path / "in", filter="data")
    other = next(iter(sorted((tmp_path / "in").rglob("*f02_d05.dat"))))
    other.write_text(other.read_text().replace("algorithm type = best", ""))
    assert main(["import", str(tmp_path / "in"), "--from", "coco", "--into", str(tmp_path / "store")]) == 3
    assert "f02_d05.dat, line 1" in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_all_functions_are_there_in_six_dimensions() -> None:
    """Each reference has the 24 functions in 2, 3, 5, 10, 20 and 40-D, and times that never decrease."""
    for name in reference_names():
        found = bb.reference(name)
        assert {dim for _, dim in found.evaluations} == {2, 3, 5, 10, 20, 40}
        assert len(found.evaluations) == 24 * 6
        assert all(np.all(times[1:] >= times[:-1]) for times in found.evaluations.values())
        assert all(problem(function, dim=2, instance=1) for function, dim in found.evaluations if dim == 2)


def test_later_years_only_improve() -> None:
    """The portfolio of 2009 to 2016 covers at least as much in 5-D as that of 2009."""
    x = np.geomspace(1, 1e6, 20)
    both = [bb.reference(name).profile(5, x=x).share for name in ("best-2009", "best-2009-16")]
    assert np.all(both[1] >= both[0] - 0.01)


def test_a_profile_of_some_functions_weighs_only_these() -> None:
    """The profile of one function in one dimension ends at the share of targets that was reached on it."""
    found = bb.reference("best-2009").profile(5, ["bbob_f1"])
    assert (found.functions, found.targets, found.share[-1]) == (1, 51, 1.0)


def test_an_unknown_reference_or_dimension_is_refused() -> None:
    """The messages list the names and dimensions that exist."""
    with pytest.raises(UnknownNameError, match="best-2009"):
        bb.reference("best-2010")
    with pytest.raises(UnknownNameError, match="7-D"):
        bb.reference("best-2009").profile(7)


def test_an_invalid_reference_is_refused(tmp_path: Path) -> None:
    """A cell with more algorithms than times is refused."""
    folder = Path(str(importlib.util.find_spec("benchbook.analysis.measures").origin)).parent  # type: ignore[union-attr]
    document: dict[str, object] = dict(load_document(folder / "reference_data" / "best-2009.json.zst"))
    cells: list[dict[str, list[int]]] = document["cells"]  # type: ignore[assignment]
    cells[0]["algorithms"] = cells[0]["algorithms"][:-1]
    path = save_document(document, tmp_path / "broken.json.zst")  # type: ignore[arg-type]
    with pytest.raises(ArtifactError, match="unequal lengths"):
        load_reference(path)


def test_the_reference_is_drawn_next_to_profiles_of_bbob() -> None:
    """Each panel gets the curve of its own functions on its own grid; textbook functions and other targets get none."""
    runs = RunTable(
        bb.run("random_search", function, dim=dim, instance=1, seed=1, budget=50)
        for function in ("bbob_f1", "bbob_f8")
        for dim in (2, 5)
    )
    drawn = with_references(runs.profile("dim"), runs.first_hits())
    own, best = drawn[:2], drawn[2:]
    assert [(p.optimizer, p.dim, p.is_reference) for p in best] == [
        (name, dim, True) for name in ("best-2009", "best-2009-16") for dim in (2, 5)
    ]
    assert np.array_equal(best[1].x, own[1].x)
    wanted = bb.reference("best-2009").profile(5, ["bbob_f1", "bbob_f8"], own[1].x).share
    assert np.array_equal(best[1].share, wanted)
    groups = with_references(runs.profile("group"), runs.first_hits())
    assert [(p.label, p.functions) for p in groups if p.optimizer == "best-2009" and p.dim == 5] == [
        ("separable", 1),
        ("moderate", 1),
    ]
    assert not any(p.is_reference for p in with_references(runs.profile(targets=[1.0]), runs.first_hits([1.0])))
    assert not any(p.is_reference for p in with_references(runs.profile("all"), runs.first_hits()))
