"""The cost of profiling: stages, sampled functions, and a loop without a profile.

Each is measured in turns with the plain work, in processor time, so that other programs disturb all equally. Run as
`python -m benchmarks.profiling [--quick]`; with `--docs` it writes the picture and the table of the how-to guide from a
new profile.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def main(quick: bool) -> None:
    """Measure and print the table."""
    rounds = 3 if quick else 15
    print(f"entering and leaving a stage     {1e6 * stage_cost():8.2f} us")
    print(f"a named stage without a profile  {1e6 * idle_cost():8.2f} us")
    for what, work in works().items():
        stages, functions = overhead(work, rounds)
        print(f"{what:32} {100 * stages:+8.1f} % with stages, {100 * functions:+.1f} % with functions sampled")


def works() -> dict[str, Callable[[], object]]:
    """Return the work to profile: many small batches, few large ones, an objective in Python."""
    import benchbook as bb

    def slow(x: object) -> float:
        return sum(v * v for v in x.tolist())  # type: ignore[attr-defined]

    def run(name: str, dim: int, budget: int) -> Callable[[], object]:
        return lambda: bb.run(name, "rastrigin", dim=dim, instance=1, seed=1, budget=budget)

    return {
        "cma_es, dim 10, 20,000": run("cma_es", 10, 20_000),
        "random_search, dim 10, 100,000": run("random_search", 10, 100_000),
        "particle_swarm, dim 40, 40,000": run("particle_swarm", 40, 40_000),
        "an objective in Python, 5,000": lambda: bb.run(
            "particle_swarm", slow, bounds=(-5, 5), dim=10, seed=1, budget=5_000
        ),
    }


def overhead(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return how much longer the work takes with stages, and with sampled functions as well (medians of ratios)."""
    from benchbook.profiling import profile

    def measured(functions: bool | None) -> float:
        if functions is None:
            begin = time.process_time()
            work()
            return time.process_time() - begin
        observed = profile("overhead", functions=functions).start()
        begin = time.process_time()
        work()
        end = time.process_time()
        observed.stop()
        return end - begin

    ways = (None, False, True)
    measured(True)
    ratios = []
    for turn in range(rounds):
        seconds = {way: measured(way) for way in (*ways[turn % 3 :], *ways[: turn % 3])}
        ratios.append((seconds[False] / seconds[None] - 1, seconds[True] / seconds[None] - 1))
    return statistics.median(r[0] for r in ratios), statistics.median(r[1] for r in ratios)


def stage_cost(count: int = 20_000) -> float:
    """Return the seconds to enter and leave a stage, as the loop does."""
    from benchbook.profiling.stages import StageRecorder

    recorder = StageRecorder()
    recorder.start()
    begin = time.perf_counter()
    for _ in range(count):
        recorder.leave_to(recorder.enter("ask"))
    seconds = time.perf_counter() - begin
    recorder.stop()
    return seconds / count


def idle_cost(count: int = 20_000) -> float:
    """Return the seconds that `with stage(...)` takes without a profile."""
    from benchbook.profiling import stage

    begin = time.perf_counter()
    for _ in range(count):
        with stage("ask"):
            pass
    return (time.perf_counter() - begin) / count


def write_docs() -> None:
    """Write the flame graph and the table of the how-to guide."""
    from benchbook.analysis.plots import plot_flame_graph
    from benchbook.profiling.tables import text
    from benchbook.studies.profiling import profile_run

    found = profile_run("cma_es", "rastrigin", dim=10, instance=1, seed=1, budget=20_000)
    (DOCS / "_static" / "flame-graph.svg").write_text(plot_flame_graph(found, width=760).svg(), encoding="utf-8")
    (DOCS / "_data" / "profile.txt").write_text(f"{text(found, width=92)}\n", encoding="utf-8")
    print(text(found))


if __name__ == "__main__":
    if "--docs" in sys.argv[1:]:
        write_docs()
    else:
        main("--quick" in sys.argv[1:])
