"""Names of specs: those of their optimizers, with a hyphen instead of the colon in names of library optimizers.

Not every system allows a colon in file names, so `scipy:nelder_mead` has the notebook `scipy-nelder_mead.ipynb`.
"""

from __future__ import annotations

from collections.abc import Sequence


def spec_name(optimizer: str) -> str:
    """Return the name of an optimizer's spec, which is also that of its notebook and its artifact folder.

    Examples:
        >>> spec_name("scipy:nelder_mead"), spec_name("cma_es")
        ('scipy-nelder_mead', 'cma_es')
    """
    return optimizer.replace(":", "-", 1)


def optimizer_name(spec: str) -> str:
    """Return the name of a spec's optimizer in the catalog.

    Examples:
        >>> optimizer_name("scipy-nelder_mead"), optimizer_name("hill-climber")
        ('scipy:nelder_mead', 'hill-climber')
    """
    prefix, hyphen, inner = spec.partition("-")
    if not hyphen:
        return spec
    from benchbook.importing.objects import is_place
    from benchbook.optimizers.adapters.libraries import LIBRARIES

    place = f"{prefix}:{inner}"
    return place if prefix in LIBRARIES or (is_place(place) and _is_module(prefix)) else spec


def _is_module(name: str) -> bool:
    """Return whether a module can be found; dotted names can only be modules."""
    from importlib.util import find_spec

    from benchbook.importing.objects import look_in_project

    look_in_project()
    return "." in name or find_spec(name) is not None


def what_is_missing(spec: str) -> str | None:
    """Return why a spec cannot run here because its optimizer's library is not installed; None if it can.

    Examples:
        >>> what_is_missing("cma_es") is None
        True
    """
    from benchbook.optimizers.catalog import is_own_place

    name = optimizer_name(spec)
    if ":" not in name or is_own_place(name):
        return None
    from benchbook.errors import MissingExtraError
    from benchbook.optimizers.adapters.factory import require, split

    library, _ = split(name)
    try:
        require(library, name)
    except MissingExtraError as error:
        return str(error)
    return None


def left_out(specs: Sequence[str]) -> tuple[str, str]:
    """Return a sentence about specs whose libraries are not installed, and the command that installs them.

    Examples:
        >>> left_out(["pymoo-GA"])[0]
        'Not run, as the libraries of their optimizers are not installed: pymoo-GA'
    """
    from benchbook.files import how_to_install

    listed = ", ".join(specs)
    return f"Not run, as the libraries of their optimizers are not installed: {listed}", how_to_install("adapters")
