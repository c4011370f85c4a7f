"""What is known about the applied problems; the code behind them is loaded when one is made."""

from __future__ import annotations

from dataclasses import replace

from benchbook.problems.info import ProblemInfo

NEAR_MM, FAR_MM = 700.0, 1700.0
_SIDES = (2, 3, 4, 5, 6)
WIDEST = 4.0
_WEIGHTS_A_UNIT = 5

_PLANE = ProblemInfo(
    name="stereo_plane",
    family="applied",
    group="stereo",
    title="Stereo: a plane",
    formula="mean |I_k(u - f b_k / z(u)) - I_0(u)| in grey levels over pixels u and cameras k; 1/z is affine, given by "
    "x: the depth in mm at three pixels",
    lower=NEAR_MM,
    upper=FAR_MM,
    bounds=f"{NEAR_MM:g} to {FAR_MM:g} mm at each pixel",
    optimum="unknown; the true depths are known, but noise and the pixels' grid move the minimum away from them",
    separable=False,
    multimodal=True,
    conditioning=None,
    source="benchbook: synthetic scenes; photo-consistency as in Collins (1996)",
    first_instance=1,
    min_dim=3,
    dims=(3,),
)
_UNDULATING = replace(
    _PLANE,
    name="stereo_undulating",
    title="Stereo: an undulating surface",
    formula="mean |I_k(u - f b_k / z(u)) - I_0(u)| in grey levels over pixels u and cameras k; 1/z is a cubic spline, "
    "given by x: the depth in mm at a grid of pixels",
    optimum="unknown; the true depths are known, but the spline does not fit the surface exactly",
    min_dim=_SIDES[0] ** 2,
    dims=tuple(side**2 for side in _SIDES),
)
STEREO: dict[str, ProblemInfo] = {info.name: info for info in (_PLANE, _UNDULATING)}

IMITATION: dict[str, ProblemInfo] = {
    "imitation_clone": ProblemInfo(
        name="imitation_clone",
        family="applied",
        group="imitation",
        title="Imitation: clone a cart-pole expert",
        formula="root mean square of F tanh(sum_j v_j tanh(w_j . s)) - expert(s) in newtons over the states s of "
        "demonstrations; x holds w and v of each hidden unit",
        lower=-WIDEST,
        upper=WIDEST,
        optimum="unknown; the network does not hold the expert's law exactly; hidden units may be swapped and mirrored",
        separable=False,
        multimodal=True,
        conditioning=None,
        source="benchbook: cart-pole of Barto, Sutton and Anderson (1983); behavioural cloning as in Pomerleau (1989)",
        first_instance=1,
        min_dim=_WEIGHTS_A_UNIT,
        dims=tuple(_WEIGHTS_A_UNIT * units for units in range(1, 7)),
    )
}

APPLIED: dict[str, ProblemInfo] = STEREO | IMITATION
