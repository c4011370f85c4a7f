"""The 30 noisy BBOB functions, f101 to f130: eight noiseless ones under three noise models, two of them also mildly.

A problem itself gives noise-free values, as any other: the same for all runs. What an optimizer sees instead comes from
`noise_of_run(rng)`, which a run calls once, with a generator that depends on its seed. So the noise of a run is its
own, whatever else runs, and other seeds have other noise. Records, targets and all measures hold noise-free values, as
COCO's do; the optimizer alone sees the noisy ones.

The noise is drawn independently, as the report says. (coco-experiment draws the two numbers of uniform noise with
neighbouring seeds of its legacy generator, which ties them to each other: the distributions of what comes out are 0.03
to 0.05 apart by Kolmogorov's distance. Given its draws, our models give its values; see `benchbook.problems.certify`.)

As in COCO, all have the noise-free penalty `100 f_pen` outside the box, 1.01e-8 is added to every noisy value, and
noise is also added below a precision of 1e-8, where the report ends it.

References:
    Hansen, Finck, Ros & Auger 2009, Real-parameter black-box optimization benchmarking 2009: noisy functions
    definitions, INRIA RR-6869, https://inria.hal.science/inria-00369466
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from benchbook.digests import module_digest, text_digest
from benchbook.errors import unknown_name
from benchbook.problems import kernel
from benchbook.problems.bbob import ill_conditioned, legacy, multimodal, noise, problem
from benchbook.problems.bbob.definition import Definition
from benchbook.problems.bbob.noise import Cauchy, Gaussian, NoiseModel, RunStreams, Streams, Uniform
from benchbook.problems.bbob.problem import DEFINITIONS
from benchbook.problems.bbob.table import BBOB
from benchbook.problems.info import ProblemInfo, check_dim, check_instance, continuous, read_only
from benchbook.problems.lockstep import LockstepKernel
from benchbook.typing import FloatArray

FAMILY = "bbob_noisy"
# The noiseless function of each group of three noisy ones, by the first of them.
_BASES = {101: 1, 104: 8, 107: 1, 110: 8, 113: 7, 116: 10, 119: 14, 122: 17, 125: 19, 128: 21}
_LAST_MODERATE, _LAST_UNIMODAL = 106, 121
_SOURCE = "Hansen, Finck, Ros & Auger 2009, INRIA RR-6869"
_MODELS = ("Gaussian", "uniform", "Cauchy")
PENALTY = 100.0
_ADDED = 1.01e-8
# Two functions differ in their noisy form: f10 has the condition number 1e4, and f19 is divided by 10.
_ELLIPSOID = ("sum 10^(4 (i-1)/(D-1)) z_i^2", 1e4)
_GRIEWANK = "1/(D-1) sum_{i<D} (s_i/4000 - cos s_i) + 1, s_i = 100 (z_i^2 - z_{i+1})^2 + (z_i - 1)^2"
_DRAWS = {10: ill_conditioned.draw_mild_ellipsoid, 19: multimodal.draw_small_griewank_rosenbrock}


def base_of(number: int) -> int:
    """Return the number of the noiseless function that f101 to f130 are based on."""
    return _BASES[number - (number - 101) % 3]


def model_of(number: int, dim: int) -> NoiseModel:
    """Return the noise model of f101 to f130 in one dimension."""
    moderate = number <= _LAST_MODERATE
    alpha = 0.01 if moderate else 1.0
    kind = (number - 101) % 3
    if kind == 0:
        return Gaussian(beta=alpha)
    if kind == 1:
        return Uniform(alpha=alpha * (0.49 + 1.0 / dim), beta=alpha)
    return Cauchy(alpha=alpha, p=0.05 if moderate else 0.2)


def _definition(number: int) -> Definition:
    base = base_of(number)
    plain = DEFINITIONS[base]
    return replace(plain, draw=_DRAWS.get(base, plain.draw), penalty=PENALTY, shared=False)


class NoisyBbobProblem:
    """A noisy BBOB function in one dimension and instance; called, it gives noise-free values.

    Raises:
        UnknownNameError: There is no noisy BBOB function `name`.
        UsageError: `dim` is not a whole number >= 2, or `instance` is not a whole number >= 1.

    Examples:
        >>> problem = NoisyBbobProblem("bbob_noisy_f107", 2, 1)
        >>> x = problem.x_opt[None, :] + 1.0
        >>> problem(x) - problem.f_opt
        array([2.])
        >>> noise = problem.noise_of_run(np.random.default_rng(1))
        >>> bool(noise(x, problem(x))[0] == problem(x)[0])
        False
    """

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        if name not in NOISY:
            raise unknown_name("noisy BBOB function", name, NOISY)
        info = NOISY[name]
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        self.lower = read_only(np.full(self.dim, info.lower))
        self.upper = read_only(np.full(self.dim, info.upper))
        self.integer = continuous(self.dim)
        number = int(name.rpartition("_f")[2])
        self.model = model_of(number, self.dim)
        self.definition = _definition(number)
        seed = legacy.seed_of(base_of(number), self.instance)
        drawn = self.definition.draw(seed, self.dim)
        self.x_opt = read_only(drawn.x_opt)
        self.compiled = self.definition.compiled(drawn, legacy.offset(seed))
        self._evaluate = self.compiled.evaluate  # a look-up takes nearly as long as evaluating a point
        self.f_opt = float(self._evaluate(self.x_opt[None, :])[0])

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)` without noise; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        return self._evaluate(x)

    def noise_of_run(self, rng: np.random.Generator, /) -> Callable[[FloatArray, FloatArray], FloatArray]:
        """Return the noise of one run; see `benchbook.protocols.Noisy`."""
        return partial(self.seen, RunStreams(rng))

    def seen(self, streams: Streams, x: FloatArray, values: FloatArray, /) -> FloatArray:
        """Return what the optimizer sees of points `(n, dim)` and their noise-free values `(n,)`."""
        excess = np.maximum(np.abs(x) - self.upper, 0.0)
        fixed = self.f_opt + PENALTY * np.add.reduce(excess * excess, axis=-1)
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):  # of values that were not finite
            noisy = self.model(np.maximum(values - fixed, 0.0), streams)
        noisy += _ADDED
        noisy += fixed
        return noisy

    @staticmethod
    def lockstep(problems: Sequence[NoisyBbobProblem]) -> LockstepKernel:
        """Combine problems of one function and dimension for lockstep evaluation, without noise."""
        return LockstepKernel(problems)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values, with and without noise."""
        return text_digest(
            module_digest([__name__, noise.__name__, problem.__name__, *problem.MODULES]), kernel.code_digest()
        )

    def __reduce__(self) -> tuple[type[NoisyBbobProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"NoisyBbobProblem({self.name!r}, dim={self.dim}, instance={self.instance})"


def _info(number: int) -> ProblemInfo:
    plain = BBOB[f"bbob_f{base_of(number)}"]
    conditioning = plain.conditioning
    formula = plain.formula.replace(" + 10 f_pen", "").replace(" + f_pen", "").replace(" + f_opt", "")
    if base_of(number) == 10:
        formula, conditioning = _ELLIPSOID
    if base_of(number) == 19:
        formula = _GRIEWANK
    moderate, kind = number <= _LAST_MODERATE, _MODELS[(number - 101) % 3]
    of_dim = " (alpha in 2-D)" if kind == "uniform" else ""
    return replace(
        plain,
        name=f"{FAMILY}_f{number}",
        family=FAMILY,
        title=f"{plain.title}, {'moderate ' if moderate else ''}{kind} noise",
        formula=f"{model_of(number, 2).formula()} + 100 f_pen + f_opt{of_dim}, f = {formula}",
        conditioning=conditioning,
        source=f"{_SOURCE}, f{number}",
        group="moderate noise"
        if moderate
        else "severe noise"
        if number <= _LAST_UNIMODAL
        else "severe noise, multimodal",
    )


NOISY = {f"{FAMILY}_f{number}": _info(number) for number in range(101, 131)}
