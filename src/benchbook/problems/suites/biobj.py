"""bbob-biobj: 92 functions with two objectives, each of which is a BBOB function.

Where COCO distinguishes the suites bbob-biobj (55 functions) and bbob-biobj-ext (92), the first 55 of the second are
those of the first.
"""

from __future__ import annotations

import numpy as np

from benchbook.digests import module_digest, text_digest
from benchbook.errors import unknown_name
from benchbook.problems.bbob import BbobProblem
from benchbook.problems.bbob.table import BBOB
from benchbook.problems.info import ProblemInfo, check_dim, check_instance, check_points, continuous, read_only
from benchbook.problems.suites import pairs
from benchbook.problems.suites.tables import DIMS, INSTANCES, known_value
from benchbook.typing import FloatArray

FAMILY = "bbob_biobj"
_SOURCE = "Brockhoff, Auger, Hansen & Tušar 2022, https://arxiv.org/abs/1604.00359"


def _info(number: int, first: int, second: int) -> ProblemInfo:
    one, two = BBOB[f"bbob_f{first}"], BBOB[f"bbob_f{second}"]
    groups = dict.fromkeys(str(item.group) for item in (one, two))
    return ProblemInfo(
        name=f"{FAMILY}_f{number}",
        family=FAMILY,
        title=f"{one.title} and {two.title[:1].lower()}{two.title[1:]}",
        formula=f"objectives bbob_f{first} and bbob_f{second}, each in an instance of its own",
        lower=-100.0,
        upper=100.0,
        optimum="minus the largest hypervolume known, of the box from the ideal to the nadir point",
        separable=one.separable and two.separable,
        multimodal=one.multimodal or two.multimodal,
        conditioning=None,
        source=f"{_SOURCE}, f{number}",
        first_instance=1,
        min_dim=DIMS[0],
        dims=DIMS,
        last_instance=INSTANCES,
        group=" and ".join(groups),
    )


BIOBJ = {f"{FAMILY}_f{number}": _info(number, *pair) for number, pair in enumerate(pairs.PAIRS, start=1)}


class BiobjProblem:
    """A function with two objectives in one dimension and instance.

    Attributes:
        objectives: 2.
        attained: True: ideal and nadir point are values at the optima.
        parts: The BBOB function of each objective.
        ideal: The best values of both objectives, shape `(2,)`.
        nadir: The values at the other objective's optimum, shape `(2,)`: the hypervolume is measured to here.
        f_opt: Minus the largest hypervolume known, as a share of the box from ideal to nadir. A run may find a little
            more: COCO has targets down to a precision of -1e-4.

    Raises:
        UnknownNameError: There is no function `name` in this suite.
        UsageError: `dim` or `instance` is not one of the suite's.

    Examples:
        >>> problem = BiobjProblem("bbob_biobj_f1", 2, 1)
        >>> problem(np.zeros((1, 2))).shape, problem.objectives
        ((1, 2), 2)
    """

    objectives = 2
    attained = True

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        if name not in BIOBJ:
            raise unknown_name("function with two objectives", name, BIOBJ)
        info = BIOBJ[name]
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        self.lower = read_only(np.full(self.dim, info.lower))
        self.upper = read_only(np.full(self.dim, info.upper))
        self.integer = continuous(self.dim)
        self.x_opt: FloatArray | None = None  # the optimum is a set
        number = int(name.rpartition("_f")[2])
        functions, instances = pairs.PAIRS[number - 1], pairs.INSTANCES[self.instance - 1]
        one, two = (BbobProblem(f"bbob_f{f}", self.dim, i) for f, i in zip(functions, instances, strict=True))
        self.parts = (one, two)
        self.ideal = read_only(np.array([one.f_opt, two.f_opt]))
        self.nadir = read_only(np.array([one(two.x_opt[None, :])[0], two(one.x_opt[None, :])[0]]))
        self.f_opt = -known_value("bbob_biobj_hypervolume", number, self.dim, self.instance)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return the values of both objectives, shape `(n, 2)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        x = check_points(x, self.dim)
        values = np.empty((len(x), 2))
        values[:, 0], values[:, 1] = self.parts[0](x), self.parts[1](x)
        return values

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        here = module_digest([__name__, pairs.__name__, known_value.__module__])
        return text_digest(here, self.parts[0].digest(), repr(self.f_opt))

    def __reduce__(self) -> tuple[type[BiobjProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"BiobjProblem({self.name!r}, dim={self.dim}, instance={self.instance})"
