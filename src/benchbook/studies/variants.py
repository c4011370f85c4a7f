"""`bb.variants`: a study of one optimizer under several settings."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchbook.errors import UsageError
from benchbook.optimizers import optimizer as choose
from benchbook.protocols import Optimizer
from benchbook.studies.study import Study, study

FUNCTIONS = ("sphere", "rosenbrock", "rastrigin", "ackley")


def variants(
    which: str | Callable[..., Optimizer],
    *,
    functions: str | Iterable[str] = FUNCTIONS,
    dims: int | Iterable[int] = (2, 5, 10),
    instances: int | Iterable[int] = (1, 2, 3),
    seeds: int | Iterable[int] = 5,
    budget_per_dim: int = 500,
    target: float | None = 1e-8,
    **settings: Any,
) -> Study:
    """Describe a study of every combination of settings of one optimizer, by default on shifted problems.

    All variants use the same random numbers (their seeds depend on the optimizer's name, not on settings), so they can
    be compared in pairs. The control, random search, is included.

    Args:
        which: Name in the catalog, or your own class.
        functions: Names of functions, and of groups such as `textbook`, `bbob` and `bbob_noisy`.
        dims: Dimensions.
        instances: Instances of the functions.
        seeds: A count (then 1, 2, ...) or the seeds themselves.
        budget_per_dim: Evaluations per variable.
        target: Runs stop when their value is at most `f_opt + target`; None: never.
        **settings: A value or a list of values for each setting.

    Raises:
        UsageError: A setting is unknown, or has a wrong value or an empty list of values.

    Examples:
        >>> import benchbook as bb
        >>> made = bb.variants("manta_ray_foraging", population=[20, 50, 100], somersault=[1, 2])
        >>> sum(choice.name == "manta_ray_foraging" for choice in made.optimizers)
        6
    """
    choices = [choose(which, **combination) for combination in _combinations(settings)]
    return study(
        optimizers=choices,
        functions=functions,
        dims=dims,
        instances=instances,
        seeds=seeds,
        budget_per_dim=budget_per_dim,
        target=target,
    )


def _combinations(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the cartesian product of the values, the last setting changing fastest."""
    values = {name: _values(name, value) for name, value in settings.items()}
    return [dict(zip(values, combination, strict=True)) for combination in itertools.product(*values.values())]


def _values(name: str, value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple | range):
        return [value]
    if not value:
        raise UsageError(f"setting {name!r} has no values, expected at least one")
    return list(value)
