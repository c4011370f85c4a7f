"""A user's own function: a spring with two hooks, whose rest position minimises its energy."""

import numpy as np

import benchbook as bb

HOOKS = np.array([[0.0, 0.0], [4.0, 0.0]])
STIFFNESS = np.array([1.0, 3.0])
LENGTH = 1.0
WEIGHT = 0.5


def energy(x: np.ndarray) -> np.ndarray:
    """Return the energy at positions of shape `(n, 2)`; shape `(n,)`."""
    stretch = np.linalg.norm(x[:, np.newaxis] - HOOKS, axis=-1) - LENGTH
    return 0.5 * (STIFFNESS * stretch**2).sum(axis=-1) + WEIGHT * x[:, 1]


record = bb.run("manta_ray_foraging", energy, bounds=([-1, -5], [5, 1]), vectorized=True, seed=1, budget=2000)
control = bb.run("random_search", energy, bounds=([-1, -5], [5, 1]), vectorized=True, seed=1, budget=2000)
print(f"rest position: {record.best_solution.round(3)}, energy {record.best_value:.4f}")
print(f"random search: {control.best_solution.round(3)}, energy {control.best_value:.4f}")
