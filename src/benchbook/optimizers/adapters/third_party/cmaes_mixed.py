"""The strategies of the package `cmaes` for integers and categorical variables.

Each strategy samples real, integer and categorical variables apart, and all real variables, and integers with them,
are scaled to the unit box.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from benchbook.errors import UsageError
from benchbook.typing import FloatArray
from benchbook.variables import Variable


class Strategy(Protocol):
    """A strategy in the unit box, whose samples are points of the problem and what the library wants to be told."""

    @property
    def population_size(self) -> int:
        """Points per generation."""

    def ask(self) -> tuple[FloatArray, Any]:
        """Return a point of shape `(dim,)`, and the sample that it stands for."""

    def tell(self, told: list[tuple[Any, float]]) -> None:
        """Adapt to the values of samples."""

    def should_stop(self) -> bool:
        """Tell whether the search has ended."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Where the real, integer and categorical variables of a problem are.

    Attributes:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        variables: Where some variables are not real, all of them.
    """

    lower: FloatArray
    upper: FloatArray
    variables: tuple[Variable, ...]

    def places(self, *kinds: str) -> list[int]:
        """Return the places of variables of some kinds, in the order of the kinds."""
        found = [item.kind for item in self.variables] or ["real"] * len(self.lower)
        return [place for kind in kinds for place, item in enumerate(found) if item == kind]

    def choices(self) -> list[int]:
        """Return how many choices each categorical variable has."""
        return [len(self.variables[place].choices) for place in self.places("categorical")]


class Margin:
    """`cmaes.CMAwM`: integers keep a margin of probability to change."""

    def __init__(self, parts: Parts, rng: np.random.Generator, sigma: float, **options: Any) -> None:
        """Begin at a random point."""
        import cmaes

        self._parts = parts
        width = parts.upper - parts.lower
        steps, self._whole = np.zeros(len(width)), parts.places("integer")
        steps[self._whole] = 1.0 / width[self._whole]
        box = np.tile([0.0, 1.0], (len(width), 1))
        self._inner = cmaes.CMAwM(mean=rng.random(len(width)), sigma=sigma, bounds=box, steps=steps, **options)
        self.population_size = self._inner.population_size
        self.tell, self.should_stop = self._inner.tell, self._inner.should_stop

    def ask(self) -> tuple[FloatArray, Any]:
        """Return a point and the sample behind it."""
        encoded, sample = self._inner.ask()
        point = self._parts.lower + encoded * (self._parts.upper - self._parts.lower)
        point[self._whole] = np.rint(point[self._whole])
        return point, sample


class Categories:
    """`cmaes.CatCMA`: a distribution of choices beside the one of real variables, integers among them."""

    def __init__(self, parts: Parts, rng: np.random.Generator, sigma: float, **options: Any) -> None:
        """Begin at a random point, with all choices alike."""
        import cmaes

        self._real, self._chosen = parts.places("real", "integer"), parts.places("categorical")
        if len(self._real) < 2 or not self._chosen:
            raise UsageError(
                "cmaes:CatCMA needs 2 variables that are real or integers and a categorical one, "
                f"the problem has {len(self._real)} and {len(self._chosen)}"
            )
        self._parts = parts
        self._inner = cmaes.CatCMA(
            mean=rng.random(len(self._real)),
            sigma=sigma,
            cat_num=np.array(parts.choices()),
            bounds=np.tile([0.0, 1.0], (len(self._real), 1)),
            **options,
        )
        self.population_size = self._inner.population_size
        self.tell, self.should_stop = self._inner.tell, self._inner.should_stop

    def ask(self) -> tuple[FloatArray, Any]:
        """Return a point and the sample behind it."""
        numbers, choices = self._inner.ask()
        lower, upper = self._parts.lower, self._parts.upper
        point = np.empty(len(lower))
        point[self._real] = lower[self._real] + numbers * (upper - lower)[self._real]
        point[self._chosen] = choices.argmax(axis=1)
        return point, (numbers, choices)


class CategoriesMargin:
    """`cmaes.CatCMAwM`: a distribution of choices, and a margin of integers."""

    def __init__(
        self,
        parts: Parts,
        rng: np.random.Generator,
        sigma: float,
        n_max_resampling: int,  # it clips at once
        **options: Any,
    ) -> None:
        """Begin at a random point, with all choices alike."""
        import cmaes

        self._parts = parts
        self._real, self._whole, self._chosen = (parts.places(kind) for kind in ("real", "integer", "categorical"))
        numbers = len(self._real) + len(self._whole)
        counts = np.rint(parts.upper - parts.lower).astype(int)[self._whole].tolist()
        self._inner = cmaes.CatCMAwM(
            x_space=[[0.0, 1.0]] * len(self._real) or None,
            z_space=[[k / count for k in range(count + 1)] for count in counts] or None,
            c_space=parts.choices() or None,
            mean=rng.random(numbers) if numbers else None,
            sigma=sigma if numbers else None,
            cov=np.eye(numbers) if numbers else None,  # its own is narrow where the start is near a bound
            **options,
        )
        self.population_size = self._inner.population_size
        self.tell = self._inner.tell

    def ask(self) -> tuple[FloatArray, Any]:
        """Return a point and the sample behind it."""
        sample = self._inner.ask()
        lower, width = self._parts.lower, self._parts.upper - self._parts.lower
        point = np.empty(len(lower))
        if self._real:
            point[self._real] = lower[self._real] + sample.x * width[self._real]
        if self._whole:
            point[self._whole] = np.rint(lower[self._whole] + sample.z * width[self._whole])
        if self._chosen:
            point[self._chosen] = sample.c.argmax(axis=1)
        return point, sample

    def should_stop(self) -> bool:
        """Tell whether the search has ended; the library has a rule for numbers only."""
        return bool(self._real or self._whole) and bool(self._inner.should_stop())


STRATEGIES: dict[str, Any] = {"CMAwM": Margin, "CatCMA": Categories, "CatCMAwM": CategoriesMargin}
