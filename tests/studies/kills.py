"""Run a study repeatedly in children that are killed at random moments, and print the observations as JSON.

Usage: python kills.py STORE EXECUTOR KILLS SEED. The children are forked from this process, which has imported
everything already, so that a round costs little; each kill is a real SIGKILL of the process that runs the study.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import benchbook as bb
from benchbook.artifacts.store.store import Store

STUDY = {
    "optimizers": ["manta_ray_foraging", "differential_evolution"],
    "functions": ["sphere", "rastrigin", "bbob_f8"],
    "dims": [2, 5],
    "instances": [1, 2, 3],
    "seeds": 5,
    "budget_per_dim": 400,
}


def main() -> None:
    """Kill, look, continue; at the end let the study finish."""
    folder, executor, kills, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    dice = random.Random(seed)  # noqa: S311  # moments of kills
    options = {"executor": executor, **({"workers": 2} if executor == "processes" else {})}
    longest_s = 0.12 if executor == "serial" else 2.0
    counts = []
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            try:
                bb.study(**STUDY).run(folder, **options)
            finally:
                os._exit(0)
        time.sleep(dice.uniform(0.0, longest_s))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if dice.random() < 0.3:
            tear(folder, dice)
        with Store(folder) as store:
            counts.append(len(store))
    bb.study(**STUDY).run(folder, **options).close()
    with Store(folder) as store:
        print(json.dumps({"counts": counts, "runs": len(store), "digest": store.content_digest()}))  # noqa: T201  # its output


def tear(folder: Path, dice: random.Random) -> None:
    """Cut off the end of the newest shard, as a kill in the middle of a write does."""
    shards = sorted(folder.glob("shards/*.runs.zst"), key=lambda path: path.stat().st_mtime_ns)
    if shards:
        size = shards[-1].stat().st_size
        os.truncate(shards[-1], max(size - dice.randrange(1, 400), 0))


if __name__ == "__main__":
    main()
