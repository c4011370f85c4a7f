"""The 24 noiseless BBOB functions and the 30 noisy ones, for every dimension from 2 on and every instance.

The compiled kernel evaluates them; here their instances are drawn. They are written from the published definition,
with the legacy generator of 2009, and certified against coco-experiment, the official reference, by
`benchbook problems certify`. Where the same number can be had with less cancellation (`1 - cos`, `10 - 10 exp`), it
is; so `f_opt` is reached exactly, and no value lies below it.

References:
    Hansen, Finck, Ros & Auger 2009, Real-parameter black-box optimization benchmarking 2009: noiseless functions
    definitions, INRIA RR-6829, https://inria.hal.science/inria-00362633
    Hansen et al. 2021, COCO: a platform for comparing continuous optimizers in a black-box setting, Optimization
    Methods and Software 36(1), 114-144
"""

from benchbook.problems.bbob.noisy import NOISY, NoisyBbobProblem
from benchbook.problems.bbob.problem import BbobProblem
from benchbook.problems.bbob.table import BBOB

__all__ = ["BBOB", "NOISY", "BbobProblem", "NoisyBbobProblem"]
