import re
from pathlib import Path

import numpy as np
import pytest

from benchbook.errors import UsageError
from benchbook.problems import problem
from benchbook.problems.suites.biobj import BIOBJ, BiobjProblem
from benchbook.problems.suites.pairs import INSTANCES, PAIRS
from benchbook.runs.quality import Hypervolume

cocoex = pytest.importorskip("cocoex")


def test_all_92_pairs_in_15_instances_are_cocos() -> None:
    """Each function and instance consists of the same two functions and instances as in coco-experiment."""
    assert len(BIOBJ) == len(PAIRS) == 92
    wrong = []
    for theirs in cocoex.Suite("bbob-biobj-ext", "", "dimensions: 2 instance_indices: 1-15"):
        number, _, instance = theirs.id_triple
        parts = re.findall(r"f(\d+)_i(\d+)", theirs.name)
        ours = list(zip(PAIRS[number - 1], INSTANCES[instance - 1], strict=True))
        if [(int(f), int(i)) for f, i in parts] != ours:
            wrong.append(theirs.id)
    assert wrong == []


@pytest.mark.parametrize("dim", [2, 10])
def test_values_and_indicator_are_cocos(
    dim: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """On the same points, far from the optima and near them, values and logged indicator agree within 1e-9."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(5)
    observer = cocoex.Observer("bbob-biobj", "result_folder: logs log_nondominated: none")
    compared = 0
    for theirs in cocoex.Suite("bbob-biobj-ext", "", f"dimensions: {dim} instance_indices: 9"):
        number, _, instance = theirs.id_triple
        ours = problem(f"bbob_biobj_f{number}", dim, instance)
        assert isinstance(ours, BiobjProblem)
        one, two = (part.x_opt for part in ours.parts)
        near = (
            one + (two - one) * rng.random((60, 1)) + 10.0 ** rng.uniform(-6, 1, (60, 1)) * rng.normal(size=(60, dim))
        )
        x = np.clip(np.concatenate([rng.uniform(-100, 100, (10, dim)), near]), -100, 100)
        values = ours(x)
        theirs.observe_with(observer)
        reference = np.array([theirs(row) for row in x])
        theirs.free()
        assert np.all(np.abs(values - reference) <= 1e-9 * np.maximum(1.0, np.abs(reference - ours.ideal)))
        found = np.minimum.accumulate(Hypervolume(ours.ideal, ours.nadir, attained=True)(values, None)) - ours.f_opt
        log = next(tmp_path.rglob(f"bbob-biobj_f{number:02d}_d{dim:02d}_hyp.tdat")).read_text()
        for line in log.splitlines():
            if line[:1].isdigit():
                evaluations, logged = int(line.split()[0]), float(line.split()[1])
                assert found[evaluations - 1] == pytest.approx(logged, rel=1e-9, abs=1e-9)
                compared += 1
    assert compared > 92 * 10
    capfd.readouterr()  # coco-experiment says where it writes


def test_the_box_is_that_between_both_optima() -> None:
    """The ideal point has both optimum values, the nadir point each value at the other's optimum."""
    made = BiobjProblem("bbob_biobj_f1", 5, 2)
    one, two = made.parts
    assert made(np.array([one.x_opt, two.x_opt])).tolist() == [
        [made.ideal[0], made.nadir[1]],
        [made.nadir[0], made.ideal[1]],
    ]


@pytest.mark.parametrize(("dim", "instance", "message"), [(4, 1, "dim is 4"), (2, 16, "instance is 16"), (2, 0, "0")])
def test_other_dimensions_and_instances_are_refused(dim: int, instance: int, message: str) -> None:
    """The largest hypervolume is known only for the suite's dimensions and 15 instances."""
    with pytest.raises(UsageError, match=message):
        BiobjProblem("bbob_biobj_f1", dim, instance)
