"""Random strategies: weighted random and epsilon-greedy; examples of strategies with memory."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from benchbook.errors import UsageError
from benchbook.experiments.branches.branch import Branch, BranchStatus
from benchbook.experiments.branches.container import score_of
from benchbook.experiments.configs.pool import Config, Configs
from benchbook.experiments.strategies.protocol import Plan


class WeightedRandom:
    """Run one configuration per call, drawn with given weights.

    Args:
        weights: One per configuration, in order or by name; None: equal weights. Not negative, and not all zero.
        seed: Seed of the draws: the same seed gives the same sequence of configurations.
    """

    name = "weighted_random"

    def __init__(self, weights: Sequence[float] | Mapping[str, float] | None = None, *, seed: int = 0) -> None:
        self.weights = weights
        self.seed = seed
        self._streams: WeakKeyDictionary[Configs, random.Random] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def plan(self, pool: Configs) -> Plan:
        """Draw one configuration.

        Raises:
            UsageError: The weights do not fit the pool.
        """
        weights = self._weights(pool)
        with self._lock:
            stream = self._streams.setdefault(pool, _stream(self.seed))
            return Plan(foreground=(stream.choices(list(pool), weights)[0],))

    def observe(self, pool: Configs, branch: Branch) -> None:
        """Do nothing."""

    def _weights(self, pool: Configs) -> list[float]:
        if self.weights is None:
            return [1.0] * len(pool)
        if isinstance(self.weights, Mapping):
            for name in self.weights:
                pool.by_id(name)
            weights = [float(self.weights.get(name, 0.0)) for name in pool.ids]
        else:
            weights = [float(weight) for weight in self.weights]
        if len(weights) != len(pool):
            raise UsageError(f"there are {len(weights)} weights, expected {len(pool)} (one per configuration)")
        if not all(0 <= weight < math.inf for weight in weights) or not any(weights):
            raise UsageError(f"the weights are {weights}, expected finite numbers >= 0 that are not all 0")
        return weights


@dataclass(slots=True)
class _Tally:
    stream: random.Random
    tried: dict[str, int] = field(default_factory=dict)
    scored: dict[str, tuple[int, float]] = field(default_factory=dict)


class EpsilonGreedy:
    """Run the best configuration so far, or with probability epsilon a random one.

    Each configuration is tried once first. The best has the smallest mean score of its successful branches; a
    configuration that has only failed is chosen only at random.

    Args:
        epsilon: Probability of a draw from all configurations, 0 to 1.
        score: What is minimised: a function of the branch, the name of an entry of the output, or None for the
            output itself. NaN counts as no score.
        seed: Seed of the draws.
    """

    name = "epsilon_greedy"

    def __init__(
        self, epsilon: float = 0.1, *, score: Callable[[Branch], float] | str | None = None, seed: int = 0
    ) -> None:
        if not 0 <= epsilon <= 1:
            raise UsageError(f"epsilon is {epsilon!r}, expected a number from 0 to 1")
        self.epsilon = epsilon
        self.score = score
        self.seed = seed
        self._tallies: WeakKeyDictionary[Configs, _Tally] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def plan(self, pool: Configs) -> Plan:
        """Choose one configuration."""
        with self._lock:
            tally = self._tally(pool)
            chosen = self._choose(pool, tally)
            tally.tried[chosen.id] = tally.tried.get(chosen.id, 0) + 1
        return Plan(foreground=(chosen,))

    def observe(self, pool: Configs, branch: Branch) -> None:
        """Add a successful branch to its configuration's mean.

        Raises:
            UsageError: The score is not a number.
        """
        if branch.status is not BranchStatus.SUCCESS:
            return
        score = score_of(branch, self.score)
        if math.isnan(score):
            return
        with self._lock:
            tally = self._tally(pool)
            count, mean = tally.scored.get(branch.config_id, (0, 0.0))
            tally.scored[branch.config_id] = (count + 1, mean + (score - mean) / (count + 1))

    def _tally(self, pool: Configs) -> _Tally:
        return self._tallies.setdefault(pool, _Tally(_stream(self.seed)))

    def _choose(self, pool: Configs, tally: _Tally) -> Config:
        for config in pool:
            if config.id not in tally.tried:
                return config
        if tally.stream.random() < self.epsilon or not tally.scored:
            return tally.stream.choice(list(pool))
        # ties are decided by the order of the pool
        return min((config for config in pool if config.id in tally.scored), key=lambda c: tally.scored[c.id][1])


def _stream(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # drawing a configuration is not a secret
