"""moocore, which computes measures of fronts and empirical attainment; it comes with `benchbook[analysis]`."""

from __future__ import annotations

import importlib
from types import ModuleType

from benchbook.errors import MissingExtraError


def load_moocore(purpose: str) -> ModuleType:
    """Return moocore.

    Args:
        purpose: What needs it, for the message.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return importlib.import_module("moocore")
    except ImportError as error:
        raise MissingExtraError(f"{purpose}: moocore is missing: pip install 'benchbook[analysis]'") from error
