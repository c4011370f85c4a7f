"""Shadow: the old implementation answers, the new one runs in the background and is compared with it."""

import math

from benchbook.experiments import Shadow, experiment

CONFIGS = [{"id": "old"}, {"id": "new"}]


@experiment(configs=CONFIGS, strategy=Shadow(primary="old"), sinks=[])
def norm(values, config):
    """Return the Euclidean length."""
    if config["id"] == "old":
        return math.sqrt(sum(value * value for value in values))
    return math.hypot(*values)


for values in ([3.0, 4.0], [1e200, 1e200], [0.1] * 10):
    outcome = norm.call(values)
    (shadow,) = outcome.wait_shadows(10)
    same = math.isclose(outcome.result, shadow.output)
    print(f"old {outcome.result:.6g}, new {shadow.output:.6g}: {'the same' if same else 'they differ'}")
