"""The reference curves that come with benchbook."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis.measures.references import from_coco, load_reference, reference_names
from benchbook.artifacts.io import load_document, save_document
from benchbook.errors import ArtifactError, UnknownNameError
from benchbook.problems import problem

ARCHIVES = {"best-2009": "best2009-bbob.tar.gz", "best-2009-16": "best09-16-bbob.tar.gz"}


@pytest.mark.parametrize(
    ("dim", "shares"), [(5, [16.5, 43, 77, 91, 97]), (20, [13.5, 27, 68, 83, 91])], ids=["5-D", "20-D"]
)
def test_the_portfolio_of_2009_reaches_the_known_shares(dim: int, shares: list[float]) -> None:
    """Within 1e1 to 1e5 evaluations per variable it reaches the shares of the 51 targets that are known of it."""
    found = 100 * bb.reference("best-2009").profile(dim, x=10.0 ** np.arange(1, 6)).share
    assert np.abs(found - shares).max() < 0.5


@pytest.mark.parametrize("name", ARCHIVES)
def test_what_is_stored_is_what_cocopp_has(name: str) -> None:
    """Every running time and algorithm of the stored reference stands in the archive that it was derived from."""
    spec = importlib.util.find_spec("cocopp")
    if spec is None or spec.origin is None:
        pytest.skip("cocopp is not installed")
    archive = Path(spec.origin).parent / "refalgs" / ARCHIVES[name]
    folder = Path(str(importlib.util.find_spec("benchbook.analysis.measures").origin)).parent  # type: ignore[union-attr]
    stored = load_document(folder / "reference_data" / f"{name}.json.zst")
    derived = from_coco(archive, name, source="")
    assert [stored[key] for key in ("algorithms", "cells")] == [derived[key] for key in ("algorithms", "cells")]
    assert np.allclose(stored["targets"], derived["targets"], rtol=1e-12)  # type: ignore[arg-type]  # lists of numbers


def test_all_functions_are_there_in_six_dimensions() -> None:
    """Each reference has the 24 functions in 2, 3, 5, 10, 20 and 40-D, with times that never fall."""
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
    """In one dimension, one function's profile ends with the share of targets it has reached."""
    found = bb.reference("best-2009").profile(5, ["bbob_f1"])
    assert (found.functions, found.targets, found.share[-1]) == (1, 51, 1.0)


def test_an_unknown_reference_or_dimension_is_told() -> None:
    """The messages name what there is."""
    with pytest.raises(UnknownNameError, match="best-2009"):
        bb.reference("best-2010")
    with pytest.raises(UnknownNameError, match="7-D"):
        bb.reference("best-2009").profile(7)


def test_an_invalid_reference_is_refused(tmp_path: Path) -> None:
    """A cell with more algorithms than times is no reference."""
    folder = Path(str(importlib.util.find_spec("benchbook.analysis.measures").origin)).parent  # type: ignore[union-attr]
    document: dict[str, object] = dict(load_document(folder / "reference_data" / "best-2009.json.zst"))
    cells: list[dict[str, list[int]]] = document["cells"]  # type: ignore[assignment]
    cells[0]["algorithms"] = cells[0]["algorithms"][:-1]
    path = save_document(document, tmp_path / "broken.json.zst")  # type: ignore[arg-type]
    with pytest.raises(ArtifactError, match="unequal lengths"):
        load_reference(path)
