"""benchbook's names of functions in the suites of other tools.

A function that benchbook does not have gets a new name, which contains the suite.
"""

from __future__ import annotations

import re

from benchbook.artifacts.interop.names import IOH_BBOB, safe_name
from benchbook.problems import catalog

BBOB_FUNCTIONS = range(1, 25)
NOISY_FUNCTIONS = range(101, 131)
# COCO's suites: the family here, and the function numbers. The first 55 functions of bbob-biobj-ext are those of
# bbob-biobj; bbob-boxed used to be called sbox-cost, and IOHexperimenter's SBOX has the same functions.
_COCO = {
    "bbob": ("bbob", BBOB_FUNCTIONS),
    "bbob-noisy": ("bbob_noisy", NOISY_FUNCTIONS),
    "bbob-largescale": ("bbob_largescale", BBOB_FUNCTIONS),
    "bbob-mixint": ("bbob_mixint", BBOB_FUNCTIONS),
    "bbob-constrained": ("bbob_constrained", range(1, 55)),
    "bbob-biobj": ("bbob_biobj", range(1, 56)),
    "bbob-biobj-ext": ("bbob_biobj", range(1, 93)),
    "bbob-biobj-mixint": ("bbob_biobj_mixint", range(1, 93)),
    "bbob-boxed": ("sbox", BBOB_FUNCTIONS),
    "sbox-cost": ("sbox", BBOB_FUNCTIONS),
}
# IOHexperimenter's names of the PBO functions, by number.
_PBO = (
    "OneMax", "LeadingOnes", "Linear", "OneMaxDummy1", "OneMaxDummy2", "OneMaxNeutrality", "OneMaxEpistasis",
    "OneMaxRuggedness1", "OneMaxRuggedness2", "OneMaxRuggedness3", "LeadingOnesDummy1", "LeadingOnesDummy2",
    "LeadingOnesNeutrality", "LeadingOnesEpistasis", "LeadingOnesRuggedness1", "LeadingOnesRuggedness2",
    "LeadingOnesRuggedness3", "LABS", "IsingRing", "IsingTorus", "IsingTriangular", "MIS", "NQueens",
    "ConcatenatedTrap", "NKLandscapes",
)  # fmt: skip
UNKNOWN_SUITE = "unknown_suite"
_MANY_AFFINE = re.compile(r"many_?affine|ma-?_?bbob", re.IGNORECASE)


def coco_function(suite: str, number: int, indicator: str = "") -> str:
    """Return the name of a function that COCO logged.

    Old logs name no suite. As in cocopp, numbers 101 to 130 are taken for bbob-noisy, and logs with an indicator for
    bbob-biobj. An indicator other than the hypervolume (`hyp`) becomes part of the name.

    Examples:
        >>> coco_function("", 3), coco_function("", 101), coco_function("sbox-cost", 3), coco_function("toy", 3)
        ('bbob_f3', 'bbob_noisy_f101', 'sbox_f3', 'coco_toy_f3')
    """
    known = suite.strip().lower().replace("_", "-")
    if not known:
        known = "bbob-biobj" if indicator else "bbob"
    if known == "bbob" and number in NOISY_FUNCTIONS:
        known = "bbob-noisy"
    family, numbers = _COCO.get(known, ("", range(0)))
    name = f"{family}_f{number}" if number in numbers else f"coco_{safe_name(known)}_f{number}"
    return name if indicator in ("", "hyp") else f"{name}_{safe_name(indicator)}"


def is_coco(suite: str) -> bool:
    """Return whether a suite is one of COCO's; old logs name none.

    Examples:
        >>> is_coco("bbob-mixint"), is_coco(""), is_coco("toy")
        (True, True, False)
    """
    known = suite.strip().lower().replace("_", "-")
    return not known or known in _COCO


def is_bbob(number: int, name: str) -> bool:
    """Return whether IOHprofiler's number and name belong to the same BBOB function.

    Examples:
        >>> is_bbob(1, "sphere"), is_bbob(1, "OneMax"), is_bbob(2, "Sphere")
        (True, False, False)
    """
    return number in BBOB_FUNCTIONS and IOH_BBOB[number - 1].lower() == name.lower()


def is_pbo(number: int, name: str) -> bool:
    """Return whether IOHprofiler's number and name belong to the same PBO function; these are all maximised.

    Examples:
        >>> is_pbo(1, "OneMax"), is_pbo(2, "OneMax")
        (True, False)
    """
    return 1 <= number <= len(_PBO) and _PBO[number - 1].lower() == name.lower()


def pbo_name(number: int) -> str | None:
    """Return IOHexperimenter's name of a PBO function; None if there is no such number.

    Examples:
        >>> pbo_name(1), pbo_name(26)
        ('OneMax', None)
    """
    return _PBO[number - 1] if 1 <= number <= len(_PBO) else None


def suite_key(suite: str) -> str:
    """Return the name of a suite in one spelling; empty if the log names none.

    Examples:
        >>> suite_key("SBOX-COST"), suite_key("bbob-boxed"), suite_key("BBOB"), suite_key("unknown_suite")
        ('sbox', 'sbox', 'bbob', '')
    """
    plain = re.sub(r"[^a-z0-9]", "", suite.lower())
    return {"sboxcost": "sbox", "bbobboxed": "sbox", "manyaffine": "mabbob", "unknownsuite": "", "none": ""}.get(
        plain, plain
    )


def ioh_function(suite: str, number: int, name: str) -> tuple[str, float | None]:
    """Return the name of a function that IOHprofiler logged, and what to subtract from its values.

    Values of BBOB, of SBOX and of benchbook's own exported functions are precisions. A log without a suite may belong
    to BBOB or SBOX, which have the same names: `ioh_unknown_suite_Sphere` is kept apart from both.

    Examples:
        >>> ioh_function("BBOB", 1, "Sphere"), ioh_function("SBOX", 1, "Sphere")
        (('bbob_f1', 0.0), ('sbox_f1', 0.0))
        >>> ioh_function("PBO", 1, "OneMax"), ioh_function("unknown_suite", 1, "Sphere")
        (('pbo_f1_OneMax', None), ('ioh_unknown_suite_Sphere', None))
        >>> ioh_function("benchbook", 10_001, "rastrigin"), ioh_function("benchbook", 10_001, "mine")
        (('rastrigin', 0.0), ('ioh_benchbook_mine', None))
    """
    plain = suite_key(suite)
    if plain == "benchbook" and name in catalog.shipped_names() and catalog.describe(name).family != "applied":
        return name, 0.0
    if is_bbob(number, name) or (number in BBOB_FUNCTIONS and name == f"f{number}"):
        if plain == "bbob":
            return f"bbob_f{number}", 0.0
        if plain == "sbox":
            return f"sbox_f{number}", 0.0
    if _MANY_AFFINE.fullmatch(name) or plain == "mabbob":
        return f"ma_bbob_f{number}", None
    known = plain != ""
    if plain == "pbo" or (is_pbo(number, name) and not known):
        return f"pbo_f{number}_{safe_name(name)}", None
    if known or is_bbob(number, name):
        return f"ioh_{safe_name(suite) if known else UNKNOWN_SUITE}_{safe_name(name)}", None
    return f"ioh_{safe_name(name)}", None
