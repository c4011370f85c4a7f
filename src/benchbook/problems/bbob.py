"""The 24 noiseless BBOB functions, evaluated by coco-experiment, the official reference.

Only the dimensions of the suite are offered; instances are any whole number from 1 on (the suite uses 1 to 15).
No value lies below `f_opt`, but that right beside the optimum of f20 rounding may give one 4e-15 below. A batch is
one call into coco-experiment, which evaluates its rows one after another; this is the interim until the functions
are written in NumPy. No file is written and no observer is attached.

References:
    Hansen, Finck, Ros & Auger 2009, Real-parameter black-box optimization benchmarking 2009: noiseless functions
    definitions, INRIA RR-6829, https://inria.hal.science/inria-00362633
    Hansen et al. 2021, COCO: a platform for comparing continuous optimizers in a black-box setting, Optimization
    Methods and Software 36(1), 114-144
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from benchbook.digests import module_digest, text_digest
from benchbook.errors import MissingExtraError, UsageError, unknown_name
from benchbook.problems.bbob_table import BBOB
from benchbook.problems.info import check_dim, check_instance, check_points, read_only
from benchbook.typing import FloatArray

_LAST_INSTANCE = 2**31 - 1  # coco-experiment keeps it in a C int


class BbobProblem:
    """A BBOB function in one dimension and instance.

    Raises:
        UnknownNameError: There is no BBOB function `name`.
        UsageError: `dim` is not one of the suite's, or `instance` is not a whole number from 1 to 2147483647.
        MissingExtraError: coco-experiment is not installed.

    Examples:
        >>> problem = BbobProblem("bbob_f1", 2, 1)
        >>> problem.f_opt, problem(problem.x_opt[None, :])
        (79.48, array([79.48]))
    """

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        # Everything is checked before: what coco-experiment does not know, it answers by ending the process.
        if name not in BBOB:
            raise unknown_name("BBOB function", name, BBOB)
        info = BBOB[name]
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        if self.instance > _LAST_INSTANCE:
            raise UsageError(f"instance is {self.instance}, expected at most {_LAST_INSTANCE} for {name}")
        self._function = load_cocoex().BareProblem("bbob", int(name.removeprefix("bbob_f")), self.dim, self.instance)
        self.lower = read_only(np.full(self.dim, info.lower))
        self.upper = read_only(np.full(self.dim, info.upper))
        self.x_opt = read_only(np.array(self._function.best_parameter(), dtype=np.float64))
        # For f20 the stated best value is up to 4e-15 above the value at the optimum; the lower one is taken.
        self.f_opt = min(float(self._function.best_value()), float(self._function(self.x_opt.copy())))

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        x = check_points(x, self.dim)
        if len(x) == 0:
            return np.empty(0)
        # coco-experiment asks for a writable buffer, although it does not write.
        return np.asarray(self._function(np.require(x, requirements="W")), dtype=np.float64)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values: this file and coco-experiment's version."""
        return text_digest(module_digest([__name__]), f"coco-experiment {load_cocoex().__version__}")

    def __reduce__(self) -> tuple[type[BbobProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"BbobProblem({self.name!r}, dim={self.dim}, instance={self.instance})"


def load_cocoex() -> Any:
    """Return the module of coco-experiment.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return importlib.import_module("cocoex")
    except ImportError as error:
        raise MissingExtraError(
            f"the BBOB functions need coco-experiment, which cannot be imported ({error}); "
            "install it with: pip install coco-experiment"
        ) from error
