"""Four engineering designs: their variables with bounds, and where each is defined."""

from __future__ import annotations

from benchbook.problems.classics import engineering
from benchbook.problems.classics.definition import Definition, Objective, Values
from benchbook.variables import Variable, integer, real

FAMILY = "engineering"


def _design(
    name: str,
    title: str,
    formula: str,
    variables: tuple[Variable, ...],
    objective: Objective,
    limits: tuple[int, Values],
    source: str,
) -> Definition:
    return Definition(
        name=name,
        family=FAMILY,
        title=title,
        formula=formula,
        lower=tuple(item.lower for item in variables),
        upper=tuple(item.upper for item in variables),
        objective=objective,
        inequalities=limits[1],
        counts=(limits[0], 0),
        variables=variables,
        source=source,
    )


DESIGNS = (
    _design(
        "pressure_vessel",
        "Pressure vessel",
        "cost of material, forming and welding; plates come in sixteenths of an inch",
        (integer("shell", 1, 99), integer("head", 1, 99), real("radius", 10.0, 200.0), real("length", 10.0, 200.0)),
        engineering.vessel_cost,
        (4, engineering.vessel_limits),
        "Coello Coello 2000, Computers in Industry 41(2); optimum: Yang et al. 2013, IJBIC 5(6)",
    ),
    _design(
        "welded_beam",
        "Welded beam",
        "1.10471 h^2 l + 0.04811 t b (14 + l)",
        (
            real("weld", 0.1, 2.0),
            real("length", 0.1, 10.0),
            real("height", 0.1, 10.0),
            real("width", 0.1, 2.0),
        ),
        engineering.beam_cost,
        (7, engineering.beam_limits),
        "Coello Coello 2000, Computers in Industry 41(2)",
    ),
    _design(
        "speed_reducer",
        "Speed reducer",
        "weight of gears and shafts",
        (
            real("face", 2.6, 3.6),
            real("module", 0.7, 0.8),
            integer("teeth", 17, 28),
            real("first", 7.3, 8.3),
            real("second", 7.3, 8.3),
            real("thin", 2.9, 3.9),
            real("thick", 5.0, 5.5),
        ),
        engineering.reducer_weight,
        (11, engineering.reducer_limits),
        "Golinski 1973, Mechanism and Machine Theory 8(4)",
    ),
    _design(
        "tension_spring",
        "Tension spring",
        "(N + 2) D d^2",
        (real("wire", 0.05, 2.0), real("coil", 0.25, 1.3), real("turns", 2.0, 15.0)),
        engineering.spring_weight,
        (4, engineering.spring_limits),
        "Coello Coello 2000, Computers in Industry 41(2)",
    ),
)
