"""The policy that is to become like the expert: a small network without biases."""

from __future__ import annotations

import numpy as np

from benchbook.typing import FloatArray

WEIGHTS_A_UNIT = 5  # four that come in, one that goes out
# A metre, a metre per second, 0.2 rad and a radian per second count as one each.
_SCALE = (1.0, 1.0, 0.2, 1.0)


def forces(parameters: FloatArray, states: FloatArray, most_force_n: float) -> FloatArray:
    """Return the forces in newtons of `n` policies, shape `(n, m)`.

    A policy pushes with `F tanh(sum_j v_j tanh(w_j . s))`: odd in the state, as a law must be that treats left and
    right alike, and never beyond the greatest force `F`. Terms are added one after another, so that a policy has the
    same bytes alone and in any batch.

    Args:
        parameters: Shape `(n, 5 h)` for `h` hidden units: of each unit `w`, then `v`.
        states: Shape `(m, 4)`, the same for all policies, or `(n, m, 4)`.
        most_force_n: `F`.
    """
    scaled = [states[..., entry] / scale for entry, scale in enumerate(_SCALE)]
    wanted = np.zeros((len(parameters), states.shape[-2]))
    for first in range(0, parameters.shape[1], WEIGHTS_A_UNIT):
        w = parameters[:, first : first + WEIGHTS_A_UNIT, None]
        inner = w[:, 0] * scaled[0]
        for entry in range(1, 4):
            inner += w[:, entry] * scaled[entry]
        wanted += w[:, 4] * np.tanh(inner)
    force: FloatArray = most_force_n * np.tanh(wanted)
    return force
