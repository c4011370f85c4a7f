"""Random search: the control in every study."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from benchbook.optimizers.native.parts.base import NativeOptimizer
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray
from benchbook.variables import Variable


class RandomSearch(NativeOptimizer):
    """Draw all points uniformly in the box, without learning.

    Integers and categorical variables are drawn uniformly, too. An optimizer that is not clearly better than this has
    learnt nothing from the values.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        variables: The problem's variables, if some are not real.
        batch: Points per batch; affects speed only, never a result.

    References:
        Brooks, S. H. (1958). A discussion of random methods for seeking maxima. Operations Research 6(2), 244-251.

    Examples:
        >>> import benchbook as bb
        >>> bb.run("random_search", "sphere", dim=2, instance=1, seed=1, budget=100).evaluations
        100
    """

    name: ClassVar[str] = "random_search"
    anytime: ClassVar[bool] = True
    can: ClassVar[frozenset[str]] = frozenset({"constraints", "objectives", "integers", "categories"})

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        variables: tuple[Variable, ...] = (),
        batch: Annotated[int, Ge(1)] = 100,
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        self.batch = batch
        self._whole = np.array([item.whole for item in variables], dtype=np.bool_)

    def propose(self) -> FloatArray:
        """Draw a batch."""
        if not len(self._whole):
            return self.uniform(self.batch)
        u = self.streams.random(self.batch, self.dim)
        whole = np.minimum(self.lower + np.floor(u * (self.upper - self.lower + 1.0)), self.upper)
        return np.where(self._whole, whole, self.lower + u * (self.upper - self.lower))

    def tell(self, x: FloatArray, fx: FloatArray, gx: FloatArray | None = None, /) -> None:
        """Ignore the values, with constraints or without."""

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Ignore the values."""
