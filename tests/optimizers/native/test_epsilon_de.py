import numpy as np

import benchbook as bb
from benchbook.optimizers.native.epsilon_de import EpsilonDE

from ..drivers import box, generator, make, shifted_sphere


def _outside(x: np.ndarray) -> np.ndarray:
    lower, upper = box(x.shape[-1])
    return (x - (lower + 0.5 * (upper - lower)))[..., :1]


def test_points_are_replaced_by_the_rule_of_the_tolerance() -> None:
    """Within the tolerance the lower value wins, else the smaller violation; the tolerance falls as in the paper."""
    max_evaluations, N = 4000, 20
    optimizer = make(
        EpsilonDE, 3, generator(1), max_evaluations=max_evaluations, population=N, tolerated=0.3, closing=0.5, power=3.0
    )
    x = optimizer.ask()
    fx, gx = shifted_sphere(x), _outside(x)
    optimizer.tell(x, fx, gx)
    violation = np.maximum(gx[:, 0], 0.0)
    first, last = np.sort(violation)[6], 0.5 * max_evaluations / N
    for generation in range(1, 60):
        trial = optimizer.ask()
        ft, vt = shifted_sphere(trial), np.maximum(_outside(trial)[:, 0], 0.0)
        optimizer.tell(trial, ft, _outside(trial))
        epsilon = first * max(0.0, 1.0 - generation / last) ** 3
        for i in range(N):
            tolerated = max(vt[i], violation[i]) <= epsilon or vt[i] == violation[i]
            if ft[i] <= fx[i] if tolerated else vt[i] < violation[i]:
                x[i], fx[i], violation[i] = trial[i], ft[i], vt[i]
        np.testing.assert_array_equal(optimizer.x[0], x)


def test_another_budget_closes_the_tolerance_at_another_time() -> None:
    """With constraints, the same seed moves differently under a larger budget."""
    runs = []
    for max_evaluations in (400, 4000):
        optimizer = make(EpsilonDE, 3, generator(1), max_evaluations=max_evaluations, population=20, tolerated=0.9)
        for _ in range(15):
            x = optimizer.ask()
            optimizer.tell(x, shifted_sphere(x), _outside(x))
        runs.append(optimizer.x.tobytes())
    assert runs[0] != runs[1]


def test_it_finds_constrained_optima() -> None:
    """On constrained BBOB functions with one to nine constraints it comes far closer than random search."""
    for name in ("bbob_constrained_f1", "bbob_constrained_f2", "bbob_constrained_f14"):
        chance = bb.run("random_search", name, dim=3, seed=1, budget=5000).precision
        found = bb.run("epsilon_de", name, dim=3, seed=1, budget=5000).precision
        assert found is not None
        assert chance is not None
        assert found < 0.1 * chance
