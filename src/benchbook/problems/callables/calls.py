"""Calls of a user's function, point by point or in batches, with checks of what it returns."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchbook.errors import ObjectiveError, TimeUp, text_of
from benchbook.typing import FloatArray
from benchbook.variables import Variable, decoded

log = logging.getLogger(__name__)


class Calls:
    """Evaluates a user's callable at checked points.

    Args:
        function: Takes a copy of one point, shape `(dim,)`; if `vectorized`, of a batch, shape `(n, dim)`.
        width: How many numbers it returns for a point; None: one, without an axis of its own.
        vectorized: Whether it takes batches.
        on_error: `stop`: its exceptions are raised as `ObjectiveError`; `nan`: the point's values are NaN.
        what: What messages call the callable.
        name: Name of the problem, for messages.
    """

    def __init__(
        self,
        function: Callable[[FloatArray], Any],
        *,
        width: int | None,
        vectorized: bool,
        on_error: str,
        what: str,
        name: str,
    ) -> None:
        self._function = function
        self._width = width
        self._vectorized = vectorized
        self._on_error = on_error
        self._what, self._name = what, name
        self._told = False

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Return the values at points `(n, dim)`: `(n,)`, or `(n, width)`."""
        return self._batch(x) if self._vectorized else self._rows(x)

    def _rows(self, x: FloatArray) -> FloatArray:
        values: list[Any] = []
        try:
            for row in x:
                try:
                    value = self._function(row.copy())
                except Exception as error:  # arbitrary code, which may raise anything
                    if self._on_error == "nan":
                        self._tell(error)
                        values.append(math.nan if self._width is None else [math.nan] * self._width)
                        continue
                    raise ObjectiveError(self._raised(error), values) from error
                values.append(
                    value if type(value) is float and self._width is None else self._checked(value, row, values)
                )
        except TimeUp as up:
            up.partial = values
            raise
        return np.array(values, dtype=np.float64).reshape((len(x), *self._shape))

    @property
    def _shape(self) -> tuple[int, ...]:
        return () if self._width is None else (self._width,)

    def _checked(self, value: Any, row: FloatArray, before: list[Any]) -> Any:
        array = numbers(value)
        if array is not None and array.shape == () and self._width == 1:
            array = array.reshape(1)
        if array is None or array.shape != self._shape:
            wanted = "one number" if self._width is None else f"{self._width} number{'s' * (self._width > 1)}"
            message = f"the {self._what} returned {_shown(value)}, expected {wanted} for a point of shape {row.shape}"
            raise ObjectiveError(message, before)
        return array.tolist()

    def _batch(self, x: FloatArray) -> FloatArray:
        expected = (len(x), *self._shape)
        try:
            value = self._function(x.copy())
        except Exception as error:  # arbitrary code, which may raise anything
            if self._on_error == "nan":
                self._tell(error)
                return np.full(expected, math.nan)
            raise ObjectiveError(self._raised(error)) from error
        array = numbers(value)
        if array is not None and array.shape == (len(x),) and self._width == 1:
            array = array.reshape(expected)
        if array is None or array.shape != expected:
            raise ObjectiveError(
                f"the vectorized {self._what} returned {_shown(value)}, expected an array of shape {_text(expected)} "
                f"for points of shape {x.shape}"
            )
        return array.copy()

    def _tell(self, error: Exception) -> None:
        """Log the first error of a problem; the record counts all of them as invalid evaluations."""
        log.log(logging.DEBUG if self._told else logging.WARNING, "%s: %s", self._name, self._raised(error))
        self._told = True

    def _raised(self, error: Exception) -> str:
        name, text = type(error).__name__, text_of(error)
        said = f"the {self._what} raised {name}"
        return said if text == name else f"{said}: {text}".rstrip(": ")


class Together:
    """Combines several callables that return one number each into one that returns several numbers.

    Args:
        functions: Each takes one point and returns a number or, if `vectorized`, takes a batch and returns `(n,)`.
        vectorized: Whether they take batches.
    """

    def __init__(self, functions: Sequence[Callable[[FloatArray], Any]], *, vectorized: bool) -> None:
        self.functions = tuple(functions)
        self._vectorized = vectorized

    def __call__(self, x: FloatArray, /) -> Any:
        """Return the numbers of all callables, in order."""
        values = [function(x.copy()) for function in self.functions]
        return np.column_stack(values) if self._vectorized else values


def by_name(
    function: Callable[..., Any], variables: tuple[Variable, ...], *, vectorized: bool
) -> Callable[[FloatArray], Any]:
    """Return a callable of points for one that takes values by the names of variables, where there are some."""
    return function if vectorized or not variables else lambda point: function(decoded(variables, point))


def numbers(value: Any) -> FloatArray | None:
    """Return real numbers as a float array of the same shape; None for anything else."""
    try:
        array = np.asarray(value)
        if array.dtype.kind in "fiub":
            return array.astype(np.float64)
        if array.dtype.kind == "O" and all(hasattr(item, "__float__") for item in array.flat):
            return array.astype(np.float64)  # fractions, decimals, integers beyond 64 bits
    except (TypeError, ValueError, OverflowError):
        pass
    return None


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def _text(shape: tuple[int, ...]) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else str(shape)
