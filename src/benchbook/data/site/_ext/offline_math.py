"""Sphinx extension: MathJax from the package sphinx-mathjax-offline, of which only the used part is copied."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

PACKAGE = "sphinx-mathjax-offline"
PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2")


def setup(app: Any) -> dict[str, bool]:
    """Name the script in the pages' own folder, and put it there."""
    app.setup_extension("sphinx.ext.mathjax")
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    # Its menu would load parts that are not copied.
    app.config.mathjax3_config = {"options": {"enableMenu": False, "menuOptions": {"settings": {"explorer": False}}}}
    app.connect("build-finished", _copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _copy(app: Any, failure: Exception | None) -> None:
    spec = importlib.util.find_spec(PACKAGE)
    if failure is not None or spec is None or spec.origin is None:
        return
    source = Path(spec.origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / part, target / part)
