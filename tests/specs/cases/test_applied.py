"""Specs of applied cases: their parts, how they are found, and what their notebooks show."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

import benchbook as bb
from benchbook.cli.main import main
from benchbook.errors import ClaimsFailedError, UnknownNameError, UsageError
from benchbook.problems.applied.imitation import ImitationClone
from benchbook.problems.applied.stereo import StereoProblem
from benchbook.specs.applied_spec import AppliedSpec, applied_spec
from benchbook.specs.cases.imitation import driver_table, episode_picture, evaluate, expert_table
from benchbook.specs.cases.stereo import depth_maps, depth_picture, qualities, quality_table, swept_depth
from benchbook.specs.notebooks.discover import find, specs
from benchbook.specs.noticing.faults import faults_of, planting
from benchbook.specs.outcome import read_outcome
from benchbook.specs.trials.planting import planted
from benchbook.specs.views.pipelines import advice_table, prediction_table, step_table, timeline
from benchbook.tracking import track

ROOT = Path(__file__).parents[3]


def tiny(name: str = "tiny", **changes: object) -> AppliedSpec:
    """Return a spec of two planes and two clones with few evaluations."""
    settings: dict[str, object] = {
        "title": "Tiny",
        "cases": [("stereo_plane", 3), ("imitation_clone", 5)],
        "preset": "quick",
        "instances": [1, 2],
        "budget_per_dim": 500,
        "most_per_dim": 20,
    }
    return applied_spec(name, **{**settings, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def stereo(tmp_path_factory: pytest.TempPathFactory) -> AppliedSpec:
    """Return a spec of one plane whose runs are done."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path_factory.mktemp("artifacts")))
        spec = tiny(cases=[("stereo_plane", 3)], instances=[3], most_per_dim=100)
        spec.when()
    return spec


def test_a_spec_plans_each_problem_with_solver_and_control() -> None:
    """Two functions, two instances, two optimizers and one seed are planned; the capped budget is a parameter."""
    spec = tiny()
    assert len(spec.plan) == 8
    assert {item.spec.budget for item in spec.plan} == {60, 100}
    assert spec.params == {"preset": "quick", "instances": [1, 2], "budget_per_dim": 20}
    text = repr(spec.given())
    for part in ("stereo_plane in 3 variables", "imitation_clone: 100", "cma_es, and random_search as control"):
        assert part in text


def test_a_quasi_newton_control_is_run_and_drawn_next_to_random_search() -> None:
    """L-BFGS-B gets the same number of evaluations, finite differences included; claims use random search only."""
    spec = tiny(cases=[("stereo_plane", 3)], quasi_newton="scipy:l_bfgs_b")
    spec.when()
    assert {(run.optimizer.name, run.evaluations) for run in spec.runs} == {
        ("cma_es", 60),
        ("random_search", 60),
        ("scipy:l_bfgs_b", 60),
    }
    assert "random_search and scipy:l_bfgs_b as controls" in repr(spec.given())
    assert "scipy:l_bfgs_b" in spec.convergence(unit="grey levels").alt
    assert {run.optimizer.name for _, run in spec.solved("stereo_plane", control=True)} == {"random_search"}


def test_a_problem_is_solved_by_the_optimizer_with_a_planted_fault() -> None:
    """The runs are found by the optimizer's name, because a fault replaces the optimizer of the planned runs."""
    (fault,) = (found for found in faults_of(bb.optimizer("cma_es"), ["noise"]) if found.severity == "mild")
    with planted(planting(fault, "cma_es"), {}):
        spec = tiny(cases=[("stereo_plane", 3)])
        spec.when()
        assert len(spec.solved("stereo_plane")) == len(spec.solved("stereo_plane", control=True)) == 2


def test_runs_are_done_together_or_problem_by_problem() -> None:
    """Both ways give the same runs in the same order, and finished runs are replayed."""
    whole, parts = tiny(), tiny("parts")
    digests = [run.content_digest for run in whole.when()]
    for problem in reversed(parts.problems):
        assert len(parts.when(problem)) == 2
    assert [run.content_digest for run in parts.runs] == digests
    assert whole.computed_evaluations == 8 * 60 // 2 + 8 * 100 // 2
    again = tiny()
    assert [run.run_id for run in again.when()] == [run.run_id for run in whole.runs]
    assert again.computed_evaluations == 0
    for control, name in ((False, "cma_es"), (True, "random_search")):
        pairs = whole.solved("imitation_clone", control=control)
        assert [(p.instance, run.optimizer.name) for p, run in pairs] == [(1, name), (2, name)]
        assert all(run.problem.instance == p.instance for p, run in pairs)
    assert "8" not in repr(whole.ledger()).split()  # 4 of each
    assert whole.of("stereo_plane") == whole.problems[:2]


def test_claims_are_judged_together_and_written(capsys: pytest.CaptureFixture[str]) -> None:
    """The outcome is a valid artifact with runs and claims, and a failed claim raises after it is written."""
    spec = tiny()
    spec.when()
    spec.claim("always", "One is one.", 1, "==", 1)
    spec.claim("never", "One is two.", 1, "==", 2)
    with pytest.raises(UsageError, match="'never' appears twice"):
        spec.claim("never", "Again.", 1, "==", 1)
    with pytest.raises(ClaimsFailedError, match="1 of 2 quality claims do not hold: never"):
        spec.then()
    assert capsys.readouterr().out.splitlines()[-1].startswith("failed    One is two.")
    outcome = dict(read_outcome(spec.folder))
    assert (outcome["status"], outcome["runs"]) == ("failed", {"planned": 8, "done": 8, "failed": 0, "missing": 0})
    assert [claim.verdict for claim in spec.judged] == ["held", "failed"]
    assert "One is two." in repr(spec.claims())
    assert main(["validate", "-q", str(spec.folder)]) == 0


def test_runs_are_the_same_in_another_process(python: Callable[..., str]) -> None:
    """Under pinned arithmetic, as in notebooks, each case is repeated to the last bit."""
    code = (
        "from benchbook.specs.applied_spec import applied_spec\n"
        "cases = [('stereo_plane', 3), ('stereo_undulating', 9), ('imitation_clone', 5)]\n"
        "spec = applied_spec('t', title='t', cases=cases, preset='p', instances=[1], budget_per_dim=10)\n"
        "spec.when()\n"
        "spec.claim_sound()\n"
        "print(*[(claim.id, claim.verdict.value) for claim in spec.judged])"
    )
    assert python(code) == "('complete', 'held') ('budget', 'held') ('same-seed', 'held')"


def test_beating_the_control_is_counted_pair_by_pair() -> None:
    """The measure is the share of problems on which the solver ends strictly lower; for the control itself it is 0."""
    spec = tiny(cases=[("stereo_plane", 3)], solver="random_search", control="random_search")
    spec.when()
    assert spec.claim_beats_control(at_least=0.5).measured == 0.0
    better = tiny(cases=[("imitation_clone", 5)], most_per_dim=100)
    better.when()
    assert better.claim_beats_control(at_least=1.0).measured == 1.0


def test_a_picture_of_convergence_describes_the_medians(stereo: AppliedSpec) -> None:
    """The alternative text has function, optimizer, value and unit."""
    alt = repr(stereo.convergence(unit="grey levels"))
    assert "stereo_plane, cma_es: 2." in alt
    assert "grey levels" in alt


def test_commands_to_reproduce_can_be_called(stereo: AppliedSpec) -> None:
    """The notebook's path is that of applied cases, and the first run works on the command line."""
    text = repr(stereo.reproduce())
    assert "papermill notebooks/applied/tiny.ipynb out.ipynb -f params/quick.yaml" in text
    (command,) = (line for line in text.splitlines() if line.startswith("its first run"))
    words = command.partition("benchbook ")[2].split()[:-2]
    assert main([*words, "--out", str(stereo.folder / "r.json.zst")]) == 0
    assert bb.load(stereo.folder / "r.json.zst").content_digest == stereo.runs[0].content_digest


def test_what_does_not_fit_is_refused() -> None:
    """Cases, instances, problems and the order of calls are checked."""
    with pytest.raises(UsageError, match="one or more of each"):
        tiny(cases=[])
    with pytest.raises(UsageError, match="one or more of each"):
        tiny(instances=[])
    with pytest.raises(UnknownNameError, match="unknown optimizer"):
        tiny(solver="no_such")
    spec = tiny()
    with pytest.raises(UsageError, match=r"call when\(\) first"):
        spec.ledger()
    with pytest.raises(UsageError, match="one of the spec's own problems"):
        spec.when(bb.problem("stereo_plane", dim=3))
    with pytest.raises(UsageError, match="expected one of stereo_plane, imitation_clone"):
        spec.of("sphere")


def test_depth_maps_of_all_methods_are_measured(stereo: AppliedSpec) -> None:
    """Sweep, solver and control each have a depth map with completeness, precision, error and a picture."""
    maps = depth_maps(stereo, {"sweep": swept_depth, "blind": lambda p: np.full_like(p.truth_mm, np.nan)})
    assert list(maps) == [("stereo_plane", 3)]
    assert list(maps["stereo_plane", 3]) == ["sweep", "blind", "cma_es", "random_search"]
    measured = qualities(stereo, maps, tolerance_mm=10.0)["stereo_plane", 3]
    assert measured["cma_es"].error_mm is not None
    assert measured["random_search"].error_mm is not None
    assert measured["cma_es"].error_mm < 10 < measured["random_search"].error_mm
    assert measured["sweep"].completeness > 0.9
    assert (measured["blind"].completeness, measured["blind"].precision, measured["blind"].error_mm) == (
        0.0,
        None,
        None,
    )
    table = repr(quality_table({("stereo_plane", 3): measured}))
    assert "stereo_plane, instance 3" in table
    assert "–" in table
    picture = depth_picture(cast("StereoProblem", stereo.problems[0]), maps["stereo_plane", 3])
    assert "blind – mm" in repr(picture)
    assert picture.svg().startswith("<?xml")


def test_drivers_are_compared_on_the_same_starts() -> None:
    """Expert, policies and random networks have the same starts; the table has one row each."""
    problem = ImitationClone("imitation_clone", 5, 2)
    drivers = evaluate(problem, {"idle": [0.0] * 5})
    assert list(drivers) == ["expert", "idle", "untrained"]
    for done in drivers.values():
        np.testing.assert_array_equal(done.states[0, 0], drivers["expert"].states[0, 0])
    assert drivers["untrained"].balanced_share.shape == (20,)
    demonstrated = problem.demonstrations.rollouts.states[0, 0]
    assert not (demonstrated[:, None] == drivers["expert"].states[0, 0]).all(axis=2).any()
    rows = repr(driver_table({2: drivers})).splitlines()
    assert rows[2].split() == ["2", "expert", "100", "%", "10.0"]
    assert rows[3].split()[:4] == ["2", "idle", "0", "%"]
    assert "expert 40 of 40, idle 0 of 40" in repr(episode_picture(problem, drivers))
    assert f"{problem.expert.gain[0]:.1f}" in repr(expert_table([problem]))


def test_demonstrations_are_collected_again_to_the_last_bit() -> None:
    """The pipeline collects the same demonstrations that the problem uses."""
    problem = ImitationClone("imitation_clone", 5, 4)
    again = problem.collect()
    np.testing.assert_array_equal(again.states, problem.demonstrations.states)
    np.testing.assert_array_equal(again.forces_n, problem.demonstrations.forces_n)


def test_a_notebook_shows_its_pipelines(tmp_path: Path) -> None:
    """The page has steps with their reports, a timeline, and the errors of predictions, and no rule found anything."""
    pipelines = []
    for _ in range(2):
        with track("shown", total=2, telemetry=False, root=tmp_path) as pipeline:
            with pipeline.step("first") as step:
                step.metric("loss", 0.25)
                step.count(1234)
            assert len(prediction_table([pipeline]).rows) == 0
            with pipeline.step("second"):
                pass
        pipelines.append(pipeline)
    steps = repr(step_table(pipelines[0]))
    assert "1 of 2  first   completed" in steps
    assert "1,234" in steps
    assert "loss 0.25" in steps
    predictions = [[cell.text for cell in row] for row in prediction_table(pipelines).rows]
    assert [row[:3] for row in predictions] == [
        ["1", "1", "its own steps"],
        ["1", "2", "its own steps"],
        ["2", "0", "1 earlier run"],
        ["2", "1", "1 earlier run"],
        ["2", "2", "1 earlier run"],
    ]
    assert all(row[4].endswith(" %") for row in predictions)
    assert "its 2 steps shaded" in repr(timeline(pipelines[1]))
    assert "there are no recommendations" in repr(advice_table(pipelines))


def test_recommendations_are_shown_with_their_evidence() -> None:
    """A rule's finding is shown with the run, its evidence and possible actions."""
    from benchbook.records.pipeline import Advice

    with track("advised", total=1, telemetry=False) as pipeline, pipeline.step("only"):
        pass
    found = Advice(rule="r", severity="warning", message="It waits.", actions=("a", "b"), evidence={"cpu": 3}, t=0.0)
    pipeline.state.advice.append(found)
    rows = [[cell.text for cell in row] for row in advice_table([pipeline]).rows]
    assert rows == [["1", "warning", "It waits.", "cpu = 3", "a; b"]]


def test_applied_specs_are_found_with_the_others() -> None:
    """Applied specs are listed after the specs of optimizers, and found by name."""
    names = [file.name for file in specs(ROOT / "notebooks")]
    assert names[-2:] == ["imitation", "stereo"]
    (file,) = find(["stereo"], ROOT / "notebooks")
    assert (file.path.parent.name, file.title) == ("applied", "Stereo from five pictures")


def test_two_specs_of_one_name_are_refused(tmp_path: Path) -> None:
    """Two specs with the same name would overwrite each other's results."""
    (tmp_path / "applied").mkdir()
    for folder in (tmp_path, tmp_path / "applied"):
        shutil.copy(ROOT / "notebooks" / "applied" / "stereo.ipynb", folder)
    with pytest.raises(UsageError, match="are specs with the same name"):
        specs(tmp_path)


def test_the_command_line_serves_applied_specs(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Applied specs are listed, checked, fixed, run with other parameters, and write their outcome as usual."""
    (project / "notebooks" / "applied").mkdir()
    path = Path(shutil.copy(ROOT / "notebooks" / "applied" / "imitation.ipynb", project / "notebooks" / "applied"))
    assert main(["spec", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == ["imitation"]
    assert main(["spec", "check", "imitation"]) == 0
    path.write_text(path.read_text().replace('"preset = \\"quick\\""', '"preset = \\"quick\\"\\nbbob_instances = [7]"'))
    assert "bbob_instances = [7]" in path.read_text()
    assert main(["spec", "check", "imitation"]) == 6
    assert main(["spec", "check", "imitation", "--fix"]) == 0
    assert main(["spec", "run", "imitation", "-p", "bbob_instances=[2]"]) == 0
    assert "held 5 of 5 hold 4 of 4 pass" in " ".join(capsys.readouterr().out.split())
    outcome = dict(read_outcome(project / "artifacts" / "scratch" / "specs" / "imitation"))
    assert outcome["params"] == {"preset": "quick", "instances": [2], "budget_per_dim": 300}
    assert main(["validate", "-q", str(project / "artifacts")]) == 0
    assert main(["track", "list"]) == 0
    assert "-imitation-" not in capsys.readouterr().out  # one pipeline per run
    assert main(["track", "list", "--nested"]) == 0
    assert "-imitation-" in capsys.readouterr().out
