"""The cost of tracking: a step, the telemetry, and a list of ten thousand runs.

The overhead of telemetry is measured by the processor time of the same work with and without it, in turns, so that
other programs disturb both equally. Run as `python -m benchmarks.tracking [--quick]`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchbook.selfcheck.predictions import prediction_checks

RUNS = 10_000


def main(quick: bool) -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for count in (10, 100, 1000):
            print(f"tracker, {count:5} steps     {1e3 * step_cost(root, count):8.3f} ms per step (goal 1)")
        rounds = 3 if quick else 11
        cpu, half = telemetry_overhead(root, rounds if quick else 60)
        print(f"telemetry at 1 s           {100 * cpu:+8.2f} % CPU, +- {100 * half:.2f} (95 %; goal 1, limit 5)")
        wall, cpu = study_overhead(root, rounds)
        print(f"a study, tracked or not    {100 * wall:+8.2f} % wall, {100 * cpu:+.2f} % CPU (goal 1, limit 5)")
        for check in prediction_checks():
            print(f"{check.text}: {100 * check.measured:.0f} % (limit 20); {check.detail}")
        for what, seconds in list_cost(root, 1000 if quick else RUNS).items():
            print(f"{what:26} {seconds:8.3f} s (goal 0.5)")


def step_cost(root: Path, count: int) -> float:
    """Return seconds per step with one metric, over a pipeline of `count` steps."""
    from benchbook.tracking import track

    costs = []
    for _ in range(5):
        with track(f"cost-{count}", total=count, telemetry=False, root=root) as pipeline:
            start = time.perf_counter()
            for k in range(count):
                with pipeline.step(f"step {k}") as step:
                    step.metric("loss", 1.0)
            costs.append((time.perf_counter() - start) / count)
    return statistics.median(costs)


def telemetry_overhead(root: Path, rounds: int) -> tuple[float, float]:
    """Return the overhead of telemetry at its default of one sample per second, and half of its 95 % interval.

    It is the processor time of a pipeline of runs, with and without telemetry in turns. Ten samples per second make the
    cost stand out from the noise, and a tenth of it is the overhead of one.
    """
    import benchbook as bb
    from benchbook.tracking import track

    def campaign(telemetry: float | bool) -> float:
        with track("overhead", total=1, telemetry=telemetry, root=root) as pipeline, pipeline.step("runs"):
            cpu = time.process_time()
            for seed in range(8):
                bb.run("manta_ray_foraging", "rastrigin", dim=10, instance=1, seed=seed, budget=100_000)
                pipeline.count(100_000)
            return time.process_time() - cpu

    campaign(0.1)
    ratios = []
    for turn in range(rounds):
        order = (0.1, False) if turn % 2 else (False, 0.1)
        measured = {telemetry: campaign(telemetry) for telemetry in order}
        ratios.append((measured[0.1] / measured[False] - 1) / 10)
    half = 1.96 * statistics.stdev(ratios) / len(ratios) ** 0.5
    return statistics.mean(ratios), half


def study_overhead(root: Path, rounds: int) -> tuple[float, float]:
    """Return the relative overhead of tracking a whole study, smoke test and reports included, in turns."""
    import benchbook as bb

    study = bb.study(
        optimizers=["manta_ray_foraging", "cma_es"],
        functions=["sphere", "rastrigin", "ackley", "rosenbrock"],
        dims=[5, 10],
        instances=[0, 1, 2],
        seeds=5,
        budget_per_dim=1000,
    )

    def campaign(followed: bool) -> tuple[float, float]:
        store = Path(tempfile.mkdtemp(dir=root))
        wall, cpu = time.perf_counter(), time.process_time()
        study.run(store, track="overhead" if followed else False).close()
        return time.perf_counter() - wall, time.process_time() - cpu

    os.environ["BENCHBOOK_ARTIFACTS"] = str(root)
    campaign(True)
    ratios = []
    for turn in range(rounds):
        order = (True, False) if turn % 2 else (False, True)
        measured = {followed: campaign(followed) for followed in order}
        ratios.append([measured[True][k] / measured[False][k] - 1 for k in range(2)])
    return statistics.median(r[0] for r in ratios), statistics.median(r[1] for r in ratios)


def list_cost(root: Path, runs: int) -> dict[str, float]:
    """Return the seconds to list many runs, in one call and by the command with its start-up."""
    from benchbook.tracking import list_runs, track
    from benchbook.tracking.files.folders import tracking_root

    base = root / "many"
    with track("campaign", total=4, telemetry=0.1, root=base) as pipeline:
        for k in range(4):
            with pipeline.step(f"step {k}") as step:
                step.metric("loss", 1.0)
    for k in range(runs - 1):
        run_id = f"20260101T{k:012d}Z-campaign-{k:08x}"
        shutil.copytree(pipeline.folder, tracking_root(base) / run_id)
        text = (pipeline.folder / "pipeline.json").read_text().replace(pipeline.run_id, run_id)
        (tracking_root(base) / run_id / "pipeline.json").write_text(text)
    start = time.perf_counter()
    lines, _ = list_runs(base)
    cold = time.perf_counter() - start
    start = time.perf_counter()
    assert list_runs(base)[0] == lines  # noqa: S101  # a measurement of a wrong list would be worthless
    warm = time.perf_counter() - start
    command = [sys.executable, "-m", "benchbook", "track", "list", "--limit", "0"]
    start = time.perf_counter()
    done = subprocess.run(
        command, env={**os.environ, "BENCHBOOK_ARTIFACTS": str(base)}, capture_output=True, check=True
    )
    command_s = time.perf_counter() - start
    count = len(done.stdout.splitlines()) - 1
    return {
        f"list {len(lines)}, no index": cold,
        f"list {len(lines)}, index": warm,
        f"track list, {count} lines": command_s,
    }


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
