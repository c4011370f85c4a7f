"""References for BBOB functions of more than 40 variables, where the suite of coco-experiment ends.

Beyond 40 variables coco-experiment evaluates only functions without a rotation; with one, it would end the process.
The others are compared with ioh, a second implementation, whose values agree with coco-experiment's up to 40
variables. f7 and f13 have no reference: near the optimum ioh's f7 is 0, and in large dimensions its f13 has several
linear variables, as in bbob-largescale, while the definition has one.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from benchbook.errors import MissingExtraError, UsageError
from benchbook.problems.bbob.table import BBOB
from benchbook.problems.coco import LARGE_DIMS, REFERENCE_DIMS, ReferenceProblem, reference_dims
from benchbook.problems.info import check_dim, check_instance, check_points, read_only
from benchbook.typing import FloatArray

_OTHERS_IN_IOH = (7, 13)


class IohReference:
    """A rotated BBOB function of many variables, evaluated by ioh.

    Attributes:
        x_opt: The optimum that ioh states; for f19 its values are not smallest there.

    Raises:
        UsageError: `dim` or `instance` is not a whole number or is too small, or ioh has a different function.
        MissingExtraError: ioh is not installed.
    """

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        number = int(name.removeprefix("bbob_f"))
        if number in _OTHERS_IN_IOH:
            raise UsageError(f"dim is {dim}, expected at most {REFERENCE_DIMS[-1]}: no reference has {name} beyond")
        self.name = name
        self.dim = check_dim(BBOB[name], dim)
        self.instance = check_instance(BBOB[name], instance)
        self._function = _load_ioh().get_problem(number, instance=self.instance, dimension=self.dim)
        self.x_opt = read_only(np.array(self._function.optimum.x, dtype=np.float64))
        self.f_opt = float(self._function.optimum.y)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`."""
        x = check_points(x, self.dim)
        return np.array([self._function(row) for row in x], dtype=np.float64)


def reference_of(name: str, dim: int, instance: int) -> ReferenceProblem | IohReference:
    """Return the reference for one of our BBOB functions.

    Raises:
        UnknownNameError: There is no BBOB function `name`.
        UsageError: No reference has `dim` or `instance`.
        MissingExtraError: The reference is not installed.
    """
    if name in BBOB and dim in LARGE_DIMS and dim not in reference_dims(name):
        return IohReference(name, dim, instance)
    return ReferenceProblem(name, dim, instance)


def _load_ioh() -> Any:
    try:
        return importlib.import_module("ioh")
    except ImportError as error:
        raise MissingExtraError(
            f"rotated functions of more than {REFERENCE_DIMS[-1]} variables need ioh, which cannot be imported "
            f"({error}); install it with: pip install ioh"
        ) from error
