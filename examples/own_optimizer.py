"""Your own optimizer: a hill climber that adapts its step, on shifted and textbook problems, with the control."""

from typing import Annotated

import numpy as np
from annotated_types import Gt

import benchbook as bb


class HillClimber:
    """Step from the best point found: wider after a success, narrower after a failure.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Random generator of the run.
        step: Length of the first step, as a share of the box.
    """

    name = "hill_climber"
    anytime = True  # a longer budget continues the trajectory of a shorter one

    def __init__(
        self, lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator, *, step: Annotated[float, Gt(0)] = 0.3
    ) -> None:
        """Start at a random point."""
        self.lower, self.upper, self.rng = lower, upper, rng
        self.widest = upper - lower
        self.sigma = step * self.widest
        self.best: np.ndarray | None = None
        self.best_value = np.inf

    def ask(self) -> np.ndarray:
        """Return the next point, shape `(1, dim)`."""
        first = self.best is None
        x = self.rng.uniform(self.lower, self.upper) if first else self.rng.normal(self.best, self.sigma)
        return np.clip(x, self.lower, self.upper)[np.newaxis]

    def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
        """Keep a better point, and adapt the step (the one-fifth rule)."""
        if self.best is None or fx[0] < self.best_value:
            self.best, self.best_value = x[0].copy(), fx[0]
            self.sigma = np.minimum(1.5 * self.sigma, self.widest)
        else:
            self.sigma = self.sigma * 1.5**-0.25


if __name__ == "__main__":
    print(f"{'function':<10} {'instance':>8} {'hill_climber':>14} {'random_search':>14}")
    for function in ("sphere", "rosenbrock", "rastrigin"):
        for instance in (0, 1):
            ends = [
                np.median(
                    [bb.run(which, function, dim=5, instance=instance, seed=s, budget=2500).precision for s in range(5)]
                )
                for which in (HillClimber, "random_search")
            ]
            print(f"{function:<10} {instance:>8} {ends[0]:>14.2g} {ends[1]:>14.2g}")
