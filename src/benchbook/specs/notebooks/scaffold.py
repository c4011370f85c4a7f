"""A new spec notebook: whole, true for any optimizer, and passing at once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.files import write_atomic
from benchbook.optimizers import CONTROL, describe, optimizer
from benchbook.specs.names import spec_name
from benchbook.specs.notebooks.discover import PARAMETERS_TAG
from benchbook.specs.notebooks.parameter_cell import parameter_source
from benchbook.specs.notebooks.rules import CONTRACT_TAGS, IGNORE_TAG
from benchbook.studies.runs.run import run
from benchbook.typing import JsonObject

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_HEADINGS = {
    "parameters-text": "## Parameters",
    "idea-text": "## The idea in one picture",
    "given-text": "## Given",
    "when-text": "## When",
    "convergence-text": "### Convergence",
    "profile-text": "### Runtime profile",
    "targets-text": "### Evaluations to targets",
    "control-text": "### Compared with random search",
    "reference-text": "### Compared with another implementation",
    "bias-text": "### Centre bias",
    "then-text": "## Then",
    "limits": "## Where it fails",
    "reproduce-text": "## Reproduce",
    "references": "## References",
}
_PARAMETERS = (
    "The parameter set: `quick`, `balanced` or `full`. A parameter that is assigned in the next cell, such as "
    "`seeds = 10`, replaces that of the set."
)
_SHOWN = {
    "idea": 'spec.stages("rastrigin", instance=1, seed=1, budget=1000)',
    "settings": "spec.settings()",
    "given": "spec.given()",
    "when": "runs = spec.when()\nspec.ledger()",
    "convergence": "spec.convergence()",
    "profile": "spec.profile()",
    "targets": "spec.targets()",
    "control": "spec.beside_control()",
    "reference": "spec.beside_reference()",
    "bias": "spec.twin_comparison()",
    "claims": "spec.claim_sound()\nspec.claims()",
    "weaknesses": "spec.weaknesses()",
    "reproduce": "spec.reproduce()",
}
_ORDER = (
    *("title", "parameters-text", "parameters", "setup", "idea-text", "idea", "given-text", "settings", "given"),
    *("when-text", "when", "convergence-text", "convergence", "profile-text", "profile", "targets-text", "targets"),
    *("control-text", "control", "reference-text", "reference", "bias-text", "bias"),
    *("then-text", "claims", "verdicts", "limits", "weaknesses", "reproduce-text", "reproduce", "references"),
)


def new_notebook(name: str, folder: Path, quick: JsonObject) -> Path:
    """Write a spec notebook for an optimizer of the catalog.

    Raises:
        UnknownNameError: The optimizer is not in the catalog.
        MissingExtraError: Its library is not installed.
        UsageError: It has a spec already.
    """
    name = optimizer(name).name
    path = folder / f"{spec_name(name)}.ipynb"
    if path.exists():
        raise UsageError(f"{name} has a spec already: {path}")
    title = _title(name)
    particular = _story(name, title)
    if _ignores_its_seed(name):
        particular["claims"] = "spec.claim_sound(deterministic=True)\nspec.claims()"
    notebook = spec_notebook(name, title, quick, particular)
    write_atomic(path, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())
    return path


def spec_notebook(
    name: str, title: str, quick: JsonObject, particular: Mapping[str, str], *, reference: str | None = None
) -> dict[str, Any]:
    """Return a spec notebook, whose parts all specs share.

    Args:
        name: The optimizer, by its name in the catalog.
        title: Heading of the notebook.
        quick: The parameters of the quick set.
        particular: By cell id: the text below a heading, or the source of a code cell in the place of the usual one.
        reference: Another implementation of the same method, by its name in the catalog.
    """
    arguments = [f'"{name}"', f'title="{title}"', *([f'reference="{reference}"'] if reference else [])]
    lines = "".join(f"    {line},\n" for line in [*arguments, "**bb.parameters(globals())"])
    particular = {"parameters-text": _PARAMETERS, **particular}
    sources = {**_SHOWN, "setup": f"import benchbook as bb\n\nspec = bb.spec(\n{lines})", **particular}
    left_out = {*(("control", "control-text") if name == CONTROL else ())}
    left_out |= {"reference", "reference-text"} if reference is None else set()
    cells = []
    for cell in _ORDER:
        if cell in left_out:
            continue
        if cell == "parameters":
            cells.append(_code(cell, parameter_source({"preset": quick["preset"]}), PARAMETERS_TAG, IGNORE_TAG))
        elif cell == "verdicts":
            cells.append(_code(cell, "spec.then()", *CONTRACT_TAGS))
        elif cell == "title":
            cells.append(_text(cell, f"# {title}\n\n{particular.get(cell, '')}"))
        elif cell in _HEADINGS:
            cells.append(_text(cell, f"{_HEADINGS[cell]}\n\n{particular.get(cell, '')}"))
        else:
            cells.append(_code(cell, sources[cell], IGNORE_TAG))
    metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _ignores_its_seed(name: str) -> bool:
    """Try whether two seeds give the same run: the optimizer draws nothing at random."""
    one, two = (run(name, "sphere", dim=2, instance=1, seed=seed, budget=20) for seed in (1, 2))
    return one.history == two.history


def _title(name: str) -> str:
    library, _, inner = name.rpartition(":")
    words = inner.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}{f' ({library})' if library else ''}"


def _story(name: str, title: str) -> dict[str, str]:
    """Return what the optimizer's docstring tells, and what its author should."""
    about = describe(name)
    paragraphs = about.text.partition("\n\n")[2].split("\n\n")
    more = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    return {
        "title": f"{about.summary}\n\n{more}",
        "idea-text": f"Describe what the points do, and what is typical of {title}.",
        "limits": "Describe on which problems it should not be used, and why. Measured on the problems above:",
        "references": _references(about.references) or "Cite the publication of the method.",
    }


def _references(text: str) -> str:
    """Return the references as a list; their addresses become links."""
    items = [" ".join(item.split()) for item in text.split("\n\n") if item.strip()]
    linked = [re.sub(r"(https?://\S+)", r"<\1>", item) for item in items]
    return "\n".join(f"- {item}" for item in linked)


def _text(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.strip()}


def _code(name: str, source: str, *tags: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {"tags": list(tags)},
        "outputs": [],
        "source": source,
    }
