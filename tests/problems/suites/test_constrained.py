import pickle
from pathlib import Path

import numpy as np
import pytest

from benchbook.problems.suites.constrained import CONSTRAINED, ConstrainedProblem
from benchbook.runs.quality import FeasibleValue

cocoex = pytest.importorskip("cocoex")
_POINT = "._bbob_problem_best_parameter.txt"  # where coco-experiment writes the location of an optimum


@pytest.mark.parametrize("dim", [2, 5])
def test_values_before_and_after_feasibility_are_cocos(
    dim: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """On the same points, feasible or not, the best value so far equals the ten digits that coco-experiment logs."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(7)
    observer = cocoex.Observer("bbob", "result_folder: logs")
    compared = feasible = 0
    for theirs in cocoex.Suite("bbob-constrained", "", f"dimensions: {dim} instance_indices: 3"):
        number, _, instance = theirs.id_triple
        ours = ConstrainedProblem(f"bbob_constrained_f{number}", dim, instance)
        assert ours.constraints == theirs.number_of_constraints
        theirs._best_parameter("print")
        x_opt = np.array([float(item) for item in Path(_POINT).read_text().split()])
        x = x_opt + np.repeat(10.0 ** -np.arange(10.0), 6)[:, None] * rng.normal(size=(60, dim))
        x = np.clip(np.concatenate([rng.uniform(-5, 5, (8, dim)), x, x_opt[None, :]]), -5, 5)
        theirs.observe_with(observer)
        for row in x:
            theirs(row)
        theirs.free()
        gx = ours.constraint(x)
        found = np.minimum.accumulate(FeasibleValue(ours.f_opt)(ours(x), gx)) - ours.f_opt
        assert found[-1] <= 1e-6 * max(1.0, abs(ours.f_opt))  # the optimum itself
        log = next(tmp_path.rglob(f"*_f{number}_DIM{dim}.tdat")).read_text()
        for line in log.splitlines():
            if line[:1].isdigit():
                evaluations, logged = int(line.split()[0]), float(line.split()[2])
                assert found[evaluations - 1] == pytest.approx(logged, rel=1e-9, abs=1e-9 * max(1.0, abs(ours.f_opt)))
                compared += 1
        feasible += int((gx <= 0.0).all(axis=1).sum())
    assert len(CONSTRAINED) == 54
    assert compared > 54 * 10
    assert 54 < feasible < 54 * 69
    capfd.readouterr()  # coco-experiment says where it writes


def test_numbers_of_constraints_follow_the_title() -> None:
    """Each objective comes with six numbers of constraints: 1, 3, 9, and three that grow with the dimension."""
    counts = [ConstrainedProblem(f"bbob_constrained_f{number}", 10).constraints for number in range(1, 7)]
    assert counts == [1, 3, 9, 9 + 7, 9 + 15, 9 + 45]


def test_a_copy_in_another_process_is_the_same() -> None:
    """A problem is pickled by name, and the copy has the same values and constraints."""
    made = ConstrainedProblem("bbob_constrained_f20", 3, 2)
    again = pickle.loads(pickle.dumps(made))  # noqa: S301  # our own bytes
    x = np.random.default_rng(1).uniform(-5, 5, (4, 3))
    assert made(x).tolist() == again(x).tolist()
    assert made.constraint(x).tolist() == again.constraint(x).tolist()
