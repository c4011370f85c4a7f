"""What the fork server imports and warms up, once for all kernels."""

from __future__ import annotations

import gc
import importlib
from typing import Any

import numpy as np

_MODULES = (
    # the kernel, with its imports at the start and at the first cell
    "ipykernel.kernelapp",
    "benchbook.specs.engine.kernel_app",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "sqlite3",
    "tornado.platform.asyncio",
    # what a spec uses
    "benchbook.artifacts.store.store",
    "benchbook.optimizers.catalog",
    "benchbook.problems.catalog",
    "benchbook.specs.optimizer_spec",
    "benchbook.studies.runs.cells",
    "matplotlib.backends.backend_svg",
    "psutil",
)


def preload() -> None:
    """Import and warm up; modules stay as they were after their import.

    Raises:
        ImportError: A library cannot be imported.
    """
    for name in _MODULES:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            # Another version has moved it; kernels then import what they need.
    _warm_models()
    _warm_figures()
    gc.collect()
    gc.freeze()  # otherwise the garbage collector would touch, and so copy, the shared memory in every kernel


def _warm_models() -> None:
    """Build what is built at the first use: models, schemas and validators, catalogs."""
    import benchbook as bb

    problems = {"functions": ["sphere"], "dims": [2], "instances": [0], "bbob_functions": [1], "bbob_instances": [1]}
    params: dict[str, Any] = {**problems, "preset": "quick", "seeds": 1, "budget_per_dim": 10, "target": None}
    spec = bb.spec("random_search", quasi_newton=None, **params)  # SciPy would leave filters of warnings
    spec.settings()
    spec.given()


def _warm_figures() -> None:
    """Draw once, so that fonts and the formula parser are loaded."""
    from benchbook.analysis.control import Convergence
    from benchbook.analysis.plots import OPTIMIZER_STYLE, Picture, convergence_grid

    best = np.logspace(-8, 2, 20)
    curve = Convergence(evaluations=np.arange(1, 21), median=best, low=best, high=best, runs=1)
    figure = convergence_grid([("sphere", [("random_search", curve, OPTIMIZER_STYLE)])])
    Picture(figure, "Nobody sees it.").svg()
