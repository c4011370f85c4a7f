"""Multi-branch: all configurations run together; a failure is a branch, and the best is one line away."""

import asyncio

from benchbook.experiments import Configs, MultiBranch, expand, experiment

CONFIGS = Configs(expand({"rate": [0.0, 0.1, 0.5, 1.5], "steps": [10]}))


@experiment(configs=CONFIGS, strategy=MultiBranch(), sinks=[])
async def descend(start, config):
    """Go down x squared by gradient steps and return the value at the end."""
    if config["rate"] <= 0:
        raise ValueError("a rate of 0 leads nowhere")
    x = start
    for _ in range(config["steps"]):
        x -= config["rate"] * 2 * x
        await asyncio.sleep(0)
    return x * x


branches = asyncio.run(descend(1.0))
for branch in branches:
    print(branch.config, branch.status.value, branch.exception.message if branch.exception else f"{branch.output:.3g}")
print("best:", branches.best().config)
