"""Engineering designs with constraints, over the rows of variables, one number for each point.

References:
    Coello Coello 2000, Use of a self-adaptive penalty approach for engineering optimization problems, Computers in
    Industry 41(2), 113-127 (pressure vessel, welded beam, tension spring)
    Golinski 1973, An adaptive optimization system applied to machine synthesis, Mechanism and Machine Theory 8(4),
    419-436 (speed reducer)
    Mezura-Montes & Coello Coello 2005, Useful infeasible solutions in engineering optimization with evolutionary
    algorithms, MICAI 2005, 652-662 (all four, with their best values)
    Yang, Huyck, Karamanoglu & Khan 2013, True global optimality of the pressure vessel design problem,
    Int. J. Bio-Inspired Computation 5(6), 329-335
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.problems.classics.rows import Rows
from benchbook.typing import FloatArray

PLATE = 0.0625  # inches; steel plates come in multiples of it


def vessel_cost(x: Rows) -> FloatArray:
    """Cost of a cylinder with two half spheres: material, forming, welding."""
    shell, head, radius, length = PLATE * x[0], PLATE * x[1], x[2], x[3]
    plates = 0.6224 * shell * radius * length + 1.7781 * head * (radius * radius)
    return plates + 3.1661 * (shell * shell) * length + 19.84 * (shell * shell) * radius


def vessel_limits(x: Rows) -> Sequence[FloatArray]:
    """Thickness of shell and heads, volume, length."""
    shell, head, radius, length = PLATE * x[0], PLATE * x[1], x[2], x[3]
    square = radius * radius
    return (
        0.0193 * radius - shell,
        0.00954 * radius - head,
        1296000.0 - np.pi * square * length - (4.0 / 3.0) * np.pi * square * radius,
        length - 240.0,
    )


_LOAD, _OVERHANG, _YOUNG, _SHEAR = 6000.0, 14.0, 30e6, 12e6  # lb, in, psi, psi


def beam_cost(x: Rows) -> FloatArray:
    """Cost of weld and bar."""
    weld, length, height, width = x
    return 1.10471 * (weld * weld) * length + 0.04811 * height * width * (14.0 + length)


def beam_limits(x: Rows) -> Sequence[FloatArray]:
    """Stress in the weld and in the bar, sizes, deflection, buckling."""
    weld, length, height, width = x
    arm = _LOAD * (_OVERHANG + length / 2.0)
    half = (weld + height) / 2.0
    radius = np.sqrt(length * length / 4.0 + half * half)
    inertia = 2.0 * (np.sqrt(2.0) * weld * length * (length * length / 12.0 + half * half))
    direct, torsion = _LOAD / (np.sqrt(2.0) * weld * length), arm * radius / inertia
    stress = np.sqrt(direct * direct + direct * torsion * length / radius + torsion * torsion)
    cube = width * width * width
    buckling = 4.013 * _YOUNG * height * cube / 6.0 / (_OVERHANG * _OVERHANG)
    return (
        stress - 13600.0,
        6.0 * _LOAD * _OVERHANG / (width * (height * height)) - 30000.0,
        weld - width,
        0.10471 * (weld * weld) + 0.04811 * height * width * (14.0 + length) - 5.0,
        0.125 - weld,
        4.0 * _LOAD * _OVERHANG**3 / (_YOUNG * (height * height * height) * width) - 0.25,
        _LOAD - buckling * (1.0 - height / (2.0 * _OVERHANG) * np.sqrt(_YOUNG / (4.0 * _SHEAR))),
    )


def reducer_weight(x: Rows) -> FloatArray:
    """Weight of gears and shafts."""
    face, module, teeth, first, second, thin, thick = x
    gears = 0.7854 * face * (module * module) * (3.3333 * (teeth * teeth) + 14.9334 * teeth - 43.0934)
    bores = -1.508 * face * (thin * thin + thick * thick)
    ends = 7.4777 * (thin * thin * thin + thick * thick * thick)
    return gears + bores + ends + 0.7854 * (first * (thin * thin) + second * (thick * thick))


def reducer_limits(x: Rows) -> Sequence[FloatArray]:
    """Stress of teeth and shafts, deflection of shafts, sizes."""
    face, module, teeth, first, second, thin, thick = x
    wide = face * (module * module) * teeth
    pitch = module * teeth
    return (
        27.0 / wide - 1.0,
        397.5 / (wide * teeth) - 1.0,
        1.93 * (first * first * first) / (pitch * (thin * thin) ** 2) - 1.0,
        1.93 * (second * second * second) / (pitch * (thick * thick) ** 2) - 1.0,
        np.sqrt((745.0 * first / pitch) ** 2 + 16.9e6) / (110.0 * (thin * thin * thin)) - 1.0,
        np.sqrt((745.0 * second / pitch) ** 2 + 157.5e6) / (85.0 * (thick * thick * thick)) - 1.0,
        pitch / 40.0 - 1.0,
        5.0 * module / face - 1.0,
        face / (12.0 * module) - 1.0,
        (1.5 * thin + 1.9) / first - 1.0,
        (1.1 * thick + 1.9) / second - 1.0,
    )


def spring_weight(x: Rows) -> FloatArray:
    """Volume of the wire, up to a constant."""
    wire, coil, turns = x
    return (turns + 2.0) * coil * (wire * wire)


def spring_limits(x: Rows) -> Sequence[FloatArray]:
    """Deflection, shear stress, surge frequency, outer diameter."""
    wire, coil, turns = x
    cube = wire * wire * wire
    return (
        1.0 - coil * coil * coil * turns / (71785.0 * (cube * wire)),
        (4.0 * (coil * coil) - wire * coil) / (12566.0 * (coil * cube - cube * wire))
        + 1.0 / (5108.0 * (wire * wire))
        - 1.0,
        1.0 - 140.45 * wire / (coil * coil * turns),
        (wire + coil) / 1.5 - 1.0,
    )
