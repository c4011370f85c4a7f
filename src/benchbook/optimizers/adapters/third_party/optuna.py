"""Adapter to optuna's samplers, by its own ask and tell."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

import numpy as np

from benchbook.errors import UsageError, unknown_name
from benchbook.optimizers.adapters.base import Adapter, seed_from
from benchbook.optimizers.adapters.factory import Adapted
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.optimizers.adapters.keyword_settings import settings_of
from benchbook.optimizers.adapters.libraries import LIBRARIES
from benchbook.typing import FloatArray
from benchbook.variables import Variable

# Samplers that need a grid, another sampler or several objectives.
_NOT_ALONE = {"BaseGASampler", "BaseSampler", "BruteForceSampler", "GridSampler", "PartialFixedSampler"}
_QUIET = ("warn_independent_sampling", "warn_asynchronous_seeding")


def adapt(name: str) -> Adapted:
    """Return the adapter with this name."""
    import optuna

    known = sorted(item for item in optuna.samplers.__all__ if item.endswith("Sampler") and item not in _NOT_ALONE)
    if name not in known:
        raise unknown_name("optimizer of optuna", name, known)
    listed = LIBRARIES["optuna"].optimizers.get(name)
    summary = listed.summary if listed else f"The sampler {name} of optuna."
    skip = ("seed", "x0", "group", "consider_pruned_trials", "constraints_func", *_QUIET)
    return Adapted(
        make=partial(Optuna, name),
        settings=settings_of(getattr(optuna.samplers, name), skip=skip),
        text=f"{summary}\n\n`optuna.samplers.{name}` in a study in memory, one point per batch.",
        anytime=True,
        picklable=True,
        can=listed.can if listed else frozenset(),
    )


def _distribution(kind: str, low: float, high: float) -> Any:
    from optuna import distributions

    if kind == "real":
        return distributions.FloatDistribution(low, high)
    if kind == "integer":
        return distributions.IntDistribution(int(low), int(high))
    return distributions.CategoricalDistribution(range(int(high) + 1))


class Optuna(Adapter):
    """A sampler of optuna with its study; it carries its own generator."""

    def __init__(
        self,
        inner: str,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator,
        *,
        max_evaluations: int | None,
        repair: str,
        objectives: int = 1,
        constraints: int = 0,
        variables: tuple[Variable, ...] = (),
        **options: Any,
    ) -> None:
        """Make the study."""
        import optuna

        noise = (("", optuna.exceptions.ExperimentalWarning),)  # users choose experimental samplers by name
        super().__init__(f"optuna:{inner}", lower, upper, Boundary(rng, swaps=False, noise=noise), repair)
        sampler = getattr(optuna.samplers, inner)
        taken = inspect.signature(sampler).parameters
        quiet = {key: False for key in _QUIET if key in taken and taken[key].default is True}
        # None means optuna's default, but causes a warning if it is passed.
        given = {key: value for key, value in options.items() if value is not None}
        ends = zip(self.lower.tolist(), self.upper.tolist(), strict=True)
        kinds = [item.kind for item in variables] or ["real"] * self.dim
        self._space = {
            f"x{j:05d}": _distribution(kind, low, high)
            for j, (kind, (low, high)) in enumerate(zip(kinds, ends, strict=True))
        }
        if constraints and not hasattr(optuna.trial.Trial, "set_constraint"):
            raise UsageError(f"optuna:{inner} needs optuna 5 for constraints, {optuna.__version__} is installed")
        verbosity = optuna.logging.get_verbosity()
        try:
            optuna.logging.set_verbosity(optuna.logging.WARNING)  # it announces every study
            with self._boundary.crossed():
                made = sampler(seed=seed_from(rng), **quiet, **given)
                goal = {"directions": ["minimize"] * objectives} if objectives > 1 else {"direction": "minimize"}
                self._study: Any = optuna.create_study(sampler=made, study_name="run", **goal)
        except ImportError as error:
            raise UsageError(f"optuna:{inner} needs a further library: {error}") from error
        finally:
            optuna.logging.set_verbosity(verbosity)
        self._asked: Any = None

    def proposed(self) -> FloatArray | None:
        """Ask for a trial."""
        self._asked = self._study.ask(self._space)
        return np.array([[self._asked.params[key] for key in self._space]])

    def learnt(self, fx: FloatArray) -> None:
        """Tell the trial's value or values, and its constraints."""
        for key, value in enumerate([] if self.gx is None else self.gx[0].tolist()):
            self._asked.set_constraint(f"g{key:05d}", value)
        self._study.tell(self._asked, fx[0].tolist())
