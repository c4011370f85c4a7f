"""Single: one configuration is used and the others are on standby; the decorator selects it by name."""

import benchbook as bb
from benchbook.experiments import Single, experiment

CONFIGS = [{"id": "small", "population": 20}, {"id": "large", "population": 50}]


@experiment(configs=CONFIGS, strategy=Single("large"), sinks=[])
def tune(function, config):
    """Return the precision of one run."""
    settings = {"population": config["population"]}
    record = bb.run("manta_ray_foraging", function, dim=2, seed=1, budget=400, settings=settings)
    return record.precision


precision = tune("sphere")
(branch,) = tune.last_branches
print(f"{branch.config_id}: {precision:.1e} above the optimum, status {branch.status.value}")
