"""Files of measured strengths, and whether they still belong to the present notebook and optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchbook.artifacts.io import load_document, save_document
from benchbook.digests import digest, text_digest
from benchbook.errors import BenchbookError
from benchbook.files import artifact_root, project_name
from benchbook.optimizers import optimizer
from benchbook.optimizers.catalog import NATIVE
from benchbook.params.load import load
from benchbook.specs.names import spec_name
from benchbook.specs.notebooks.discover import SpecFile, read_notebook
from benchbook.specs.notebooks.rules import Finding
from benchbook.specs.noticing.summary import Strength
from benchbook.specs.noticing.trial import measured_lines
from benchbook.specs.spec_plan import givens, library_of
from benchbook.typing import JsonObject

QUICK = "quick"  # the strength that is committed and shown


def strength_path(name: str, preset: str = QUICK, *, artifacts: Path | None = None) -> Path:
    """Return the file of a spec's strength; it is not among the outcomes, because it is committed and they are not."""
    return (artifacts or artifact_root()) / "strength" / preset / f"{name}.json.zst"


def read_strength(name: str, preset: str = QUICK, *, artifacts: Path | None = None) -> Strength | None:
    """Return the last measured strength of a spec; None if there is none or it cannot be read."""
    path = strength_path(name, preset, artifacts=artifacts)
    try:
        return Strength(load_document(path)) if path.is_file() else None
    except BenchbookError:
        return None


def subject_digest(file: SpecFile, params: JsonObject, optimizer_name: str) -> str:
    """Return the digest (hex) of what is measured: code of runs and claims, parameters, and the optimizer's code.

    Parameters of other libraries' optimizers do not count, nor does a number of published runs that is the default.
    Text, figures and other parts of the package may change without making a measured strength out of date.
    """
    notebook = read_notebook(file.path)
    choice = optimizer(optimizer_name)
    given = asdict(givens(params, library_of(choice)))
    # The parameter is younger than the others: strengths that were measured before it stay valid.
    if given["published_runs"] == 1:
        del given["published_runs"]
    return text_digest(*measured_lines(notebook), digest(given), choice.digest())


def keep_false_alarms(file: SpecFile, params: JsonObject, *, reseeded: int, failed: int) -> bool:
    """Keep how often the intact spec fails with the spec's strength, and tell whether there is one of the same subject.

    Args:
        file: The spec.
        params: The parameters that it was calibrated with.
        reseeded: How many specs had other seeds.
        failed: How many of them failed.
    """
    preset = str(params.get("preset") or "none")
    measured = read_strength(file.name, preset)
    if measured is None:
        return False
    if measured.document["subject"] != subject_digest(file, params, str(measured.document["optimizer"])):
        return False
    found: JsonObject = {"reseeded": reseeded, "failed": failed}
    save_document({**measured.document, "false_alarms": found}, strength_path(file.name, preset))
    return True


def check_strength(folder: Path, files: Sequence[SpecFile]) -> list[Finding]:
    """Return the specs whose committed strength is out of date or, of native optimizers, missing.

    Args:
        folder: The folder of notebooks; projects other than benchbook need not measure any.
        files: Its specs.
    """
    if project_name(folder.parent) != "benchbook":
        return []
    native = {spec_name(factory.name) for factory in NATIVE}
    told = [(file.name, _fault(file, folder.parent / "artifacts")) for file in files if file.name in native]
    return [
        Finding(spec=name, where="", what=f"{fault}; measure it: benchbook spec strength {name}")
        for name, fault in told
        if fault is not None
    ]


def _fault(file: SpecFile, artifacts: Path) -> str | None:
    measured = read_strength(file.name, artifacts=artifacts)
    if measured is None:
        return "the strength of its claims was never measured, or cannot be read"
    if measured.document["subject"] != subject_digest(file, load(QUICK), str(measured.document["optimizer"])):
        return "its claims, its parameters or its optimizer have changed since its strength was measured"
    return None if measured.whole else "its strength was measured with some of the faults"
