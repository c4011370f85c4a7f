"""Round robin: each call uses the next configuration, so that all are used equally often."""

from collections import Counter

from benchbook.experiments import RoundRobin, experiment

CONFIGS = [{"id": "a", "step": 1}, {"id": "b", "step": 2}, {"id": "c", "step": 3}]


@experiment(configs=CONFIGS, strategy=RoundRobin(), sinks=[])
def walk(start, config):
    """Return the result of one step."""
    return start + config["step"]


print([walk(10) for _ in range(7)])
print(dict(Counter(outcome.branches[0].config_id for outcome in walk.history)))
