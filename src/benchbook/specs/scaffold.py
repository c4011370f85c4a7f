"""A new spec notebook: whole, true for any optimizer, and passing at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.files import write_atomic
from benchbook.optimizers import describe, optimizer
from benchbook.specs.check import CONTRACT_TAGS, IGNORE_TAG, PARAMETERS_TAG, parameter_source
from benchbook.typing import JsonObject

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def new_notebook(name: str, folder: Path, quick: JsonObject) -> Path:
    """Write a spec notebook for an optimizer of the catalog.

    Raises:
        UnknownNameError: The optimizer is not in the catalog.
        UsageError: It has a spec already.
    """
    optimizer(name)
    path = folder / f"{name}.ipynb"
    if path.exists():
        raise UsageError(f"{name} has a spec already: {path}")
    notebook = {
        "cells": _cells(name, quick),
        "metadata": {"kernelspec": _KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    write_atomic(path, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())
    return path


def _cells(name: str, quick: JsonObject) -> list[dict[str, Any]]:
    title = name.replace("_", " ").capitalize()
    about = describe(name)
    names = ",\n    ".join(f"{key}={key}" for key in quick)
    return [
        _text(
            "title",
            f"# {title}\n\n{about.summary} This page is its specification: what is *given*, what happens "
            "*when* it runs, and which claims *then* hold.\n\n" + _story(about.text),
        ),
        _text(
            "parameters-text",
            "## Parameters\n\nThe committed values are those of `params/quick.yaml`; papermill "
            "replaces them by those of another parameter set.",
        ),
        _code("parameters", parameter_source(quick), PARAMETERS_TAG, IGNORE_TAG),
        _code(
            "setup", f'import benchbook as bb\n\nspec = bb.spec(\n    "{name}",\n    title="{title}",\n    {names},\n)'
        ),
        _text(
            "idea-text",
            "## The idea in one picture\n\nOne run on a shifted and rotated Rastrigin function in two "
            "dimensions: where it looks early, halfway and late.",
        ),
        _code("idea", 'spec.stages("rastrigin", instance=1, seed=1, budget=1000)'),
        _text("given-text", "## Given\n\nThese settings:"),
        _code("settings", "spec.settings()"),
        _text("given-problems-text", "and these problems, repetitions and budgets:"),
        _code("given", "spec.given()"),
        _text(
            "when-text",
            "## When\n\nThe optimizer and the control run on every problem with every seed. Budgets are "
            "hard caps in function evaluations. Runs that are in the store already are replayed.",
        ),
        _code("when", "runs = spec.when()\nspec.ledger()"),
        _text(
            "convergence-text",
            "### Convergence\n\nMedian and quartiles over the repetitions, on the shifted "
            "problems, in the largest dimension.",
        ),
        _code("convergence", "spec.convergence()"),
        _text(
            "targets-text",
            "### Evaluations to targets\n\nExpected running time: all evaluations spent, those of "
            "unsuccessful runs included, divided by the number of successes. A dash: no run reached the target.",
        ),
        _code("targets", "spec.targets()"),
        _text(
            "bias-text",
            "### The textbook functions and their twins\n\nAn optimizer without centre bias does about "
            "as well on a function as on its shifted twin.",
        ),
        _code("bias", "spec.twin_comparison()"),
        _text("then-text", "## Then\n\nEach claim has a measured value, a requirement and a verdict."),
        _code("claims", "spec.claim_sound()\nspec.claims()"),
        _code("verdicts", "spec.then()", *CONTRACT_TAGS),
        _text("limits", "## Where it fails\n\nSay here on which problems it should not be used, and why."),
        _text("reproduce-text", "## Reproduce\n\nFrom the root of the repository:"),
        _code("reproduce", "spec.reproduce()"),
        _text("references", _references(about.references)),
    ]


def _story(text: str) -> str:
    """Return a docstring's text behind its first sentence, a paragraph a line."""
    paragraphs = text.partition("\n\n")[2].split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _references(text: str) -> str:
    """Return the references as a list; their addresses become links."""
    items = [" ".join(item.split()) for item in text.split("\n\n") if item.strip()]
    linked = [re.sub(r"(https?://\S+)", r"<\1>", item) for item in items]
    listed = "\n".join(f"- {item}" for item in linked)
    return f"## References\n\n{listed or 'Name here where the method was published.'}"


def _text(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.strip()}


def _code(name: str, source: str, *tags: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {"tags": list(tags) or [IGNORE_TAG]},
        "outputs": [],
        "source": source,
    }
