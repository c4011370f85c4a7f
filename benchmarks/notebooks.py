"""Eight figure notebooks and the specs: the engine compared with papermill's own command.

Each of the eight notebooks draws one optimizer's convergence. They are executed one by one with papermill's command and
its own engine, and in parallel with forked kernels, as by `benchbook spec run`; the two alternate, with all bytecode
compiled. Wall time is the time to a result; the processor time of all processes is reported as well, because it depends
less on other load. Run as `python -m benchmarks.notebooks [--quick]`.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OPTIMIZERS = (
    "cma_es",
    "differential_evolution",
    "grey_wolf",
    "manta_ray_foraging",
    "particle_swarm",
    "simulated_annealing",
    "success_history_de",
    "whale",
)
GOAL_S, GOAL_SPECS, GOAL_SPECS_S = 5.0, 20, 30.0
PARAMS: dict[str, Any] = {
    "preset": "figure",
    "functions": ["sphere"],
    "dims": [2],
    "instances": [0, 1],
    "seeds": 3,
    "bbob_functions": [],
    "bbob_instances": [1],
    "budget_per_dim": 100,
    "target": None,
}
Seconds = tuple[float, float]


def main(quick: bool) -> None:
    """Measure and print the table."""
    subprocess.run([sys.executable, "-m", "compileall", "-qq", str(ROOT / "src")], check=True)
    rounds = 1 if quick else 3
    optimizers = OPTIMIZERS[:2] if quick else OPTIMIZERS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for optimizer in optimizers:
            _figure_notebook(folder / f"{optimizer}.ipynb", optimizer)
        ours: list[Seconds] = []
        theirs: list[Seconds] = []
        for turn in range(rounds):
            measures = [(ours, _engine), (theirs, _papermill)]
            for kept, execute in measures if turn % 2 else reversed(measures):
                kept.append(_timed(lambda run=execute: run(folder, optimizers)))  # type: ignore[misc]
        count = len(optimizers)
        _line(f"{count} figure notebooks, papermill's command", theirs, "")
        _line(f"{count} figure notebooks, forked kernels", ours, f"(goal {GOAL_S * count / len(OPTIMIZERS):g} s)")
        ratio = statistics.median(t[1] / o[1] for t, o in zip(theirs, ours, strict=True))
        print(f"processor time, papermill's command over forked kernels: {ratio:.1f}")
    _specs(rounds)


def _specs(rounds: int) -> None:
    """Measure the specs of this repository with quick parameters: first with an empty store, then again."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        for part in ("notebooks", "params"):
            shutil.copytree(ROOT / part, project / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        count = len(list((project / "notebooks").glob("*.ipynb")))
        goal = f"(goal {GOAL_SPECS_S * count / GOAL_SPECS:g} s on two processors)"
        _line(f"{count} specs, quick, first time", [_timed(lambda: _spec_run(project))], goal)
        _line(f"{count} specs, quick, again", [_timed(lambda: _spec_run(project)) for _ in range(rounds)], "")


def _spec_run(project: Path) -> None:
    environment = {**os.environ, "BENCHBOOK_ARTIFACTS": str(project / "artifacts")}
    command = [sys.executable, "-m", "benchbook", "spec", "run", "--params", "quick"]
    subprocess.run(command, cwd=project, env=environment, check=True, stdout=subprocess.DEVNULL)


def _engine(folder: Path, optimizers: tuple[str, ...]) -> None:
    """Execute all notebooks with the engine, in another process, as the command does."""
    code = (
        "import pathlib, sys\n"
        "from benchbook.specs.notebooks.discover import SpecFile\n"
        "from benchbook.specs.notebooks.execution.execute import execute_specs\n"
        "paths = [pathlib.Path(path) for path in sys.argv[1:]]\n"
        "results = execute_specs([SpecFile(name=p.stem, path=p, title='') for p in paths], {})\n"
        "sys.exit(not all(result.kept and result.failure is None for result in results))\n"
    )
    paths = [str(folder / f"{optimizer}.ipynb") for optimizer in optimizers]
    environment = {**os.environ, "BENCHBOOK_ARTIFACTS": str(folder / "ours")}
    subprocess.run([sys.executable, "-c", code, *paths], env=environment, check=True)
    for optimizer in optimizers:
        _check(folder / "ours" / "specs" / optimizer / f"{optimizer}.ipynb")


def _papermill(folder: Path, optimizers: tuple[str, ...]) -> None:
    """Execute all notebooks with papermill's command, one by one."""
    environment = {**os.environ, "BENCHBOOK_ARTIFACTS": str(folder / "theirs")}
    for optimizer in optimizers:
        out = folder / f"{optimizer}.out"
        command = [sys.executable, "-m", "papermill", str(folder / f"{optimizer}.ipynb"), str(out)]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        _check(out)


def _check(copy: Path) -> None:
    """Make sure that a figure was drawn, since measuring notebooks that did nothing would be worthless."""
    outputs = [output for cell in json.loads(copy.read_text())["cells"] for output in cell["outputs"]]
    if not any("image/svg+xml" in output.get("data", {}) for output in outputs):
        raise AssertionError(f"{copy} holds no figure")


def _timed(work: Callable[[], None]) -> Seconds:
    """Return wall seconds, and processor seconds of the processes that were started and have ended."""
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _line(what: str, seconds: list[Seconds], goal: str) -> None:
    wall, processor = (statistics.median(column) for column in zip(*seconds, strict=True))
    print(f"{what:45} {wall:6.1f} s wall, {processor:6.1f} s of processors {goal}", flush=True)


def _figure_notebook(path: Path, optimizer: str) -> None:
    sources = (
        f"import benchbook as bb\nspec = bb.spec({optimizer!r}, **{PARAMS!r})\nruns = spec.when()",
        "spec.convergence()",
    )
    cells = [
        {"cell_type": "code", "id": f"c{k}", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        for k, source in enumerate(sources)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
