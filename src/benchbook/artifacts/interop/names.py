"""Names of functions in other tools."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

# IOHprofiler's names of the BBOB functions, by number.
IOH_BBOB = (
    "Sphere",
    "Ellipsoid",
    "Rastrigin",
    "BuecheRastrigin",
    "LinearSlope",
    "AttractiveSector",
    "StepEllipsoid",
    "Rosenbrock",
    "RosenbrockRotated",
    "EllipsoidRotated",
    "Discus",
    "BentCigar",
    "SharpRidge",
    "DifferentPowers",
    "RastriginRotated",
    "Weierstrass",
    "Schaffers10",
    "Schaffers1000",
    "GriewankRosenbrock",
    "Schwefel",
    "Gallagher101",
    "Gallagher21",
    "Katsuura",
    "LunacekBiRastrigin",
)


def bbob_number(function: str) -> int | None:
    """Return the number of a BBOB function; None for others.

    Examples:
        >>> bbob_number("bbob_f15"), bbob_number("sphere")
        (15, None)
    """
    found = re.fullmatch(r"bbob_f(\d+)", function)
    return int(found.group(1)) if found else None


def suite_and_number(function: str) -> tuple[str, int | None]:
    """Return the suite of COCO that contains a function, and its number there; None if there is none.

    Examples:
        >>> suite_and_number("bbob_biobj_f3"), suite_and_number("sphere")
        (('bbob-biobj', 3), ('', None))
    """
    found = re.fullmatch(r"(bbob|bbob_constrained|bbob_biobj)_f(\d+)", function)
    return (found[1].replace("_", "-"), int(found[2])) if found else ("", None)


def safe_name(text: str) -> str:
    """Turn a text into a name for files and quoted fields: letters, digits, dots, hyphens and underscores.

    Examples:
        >>> safe_name("pso[population=20, k='x']")
        'pso_population_20_k_x'
        >>> safe_name("..")
        'unnamed'
    """
    # No leading dots: names made of dots are parent folders, and others are hidden files.
    return re.sub(r"[^A-Za-z0-9.-]+", "_", text).strip("_").lstrip("._") or "unnamed"


def folder_names(labels: Iterable[str]) -> dict[str, str]:
    """Return a file name for each label; all are different, even if case is ignored.

    Labels that would have the same name get a digest of the label as a suffix.

    Examples:
        >>> folder_names(["DE", "PSO"])
        {'DE': 'DE', 'PSO': 'PSO'}
        >>> folder_names(["DE+", "DE*"])
        {'DE+': 'DE-c04804f3', 'DE*': 'DE-cd68e2ee'}
    """
    plain = {label: safe_name(label) for label in labels}
    number: dict[str, int] = {}
    for name in plain.values():
        number[name.casefold()] = number.get(name.casefold(), 0) + 1
    return {
        label: name if number[name.casefold()] == 1 else f"{name}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"
        for label, name in plain.items()
    }
