"""papermill's engine `benchbook`, as its entry point finds it.

papermill loads every installed engine, whichever it uses. Importing `benchbook` pins the arithmetic of this process and
of the kernels that it starts, so this module is outside the package and imports it only when the engine is used:
`papermill --engine benchbook notebook.ipynb out.ipynb`.
"""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine


class BenchbookEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """Executes notebooks with kernels that are forked from a process with the libraries imported."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Execute a notebook."""
        from benchbook.specs.engine.execution import execute_managed

        execute_managed(nb_man, kernel_name, **options)
