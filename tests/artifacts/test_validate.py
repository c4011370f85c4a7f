import copy
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import benchbook as bb
from benchbook.artifacts import check_document, load, save
from benchbook.artifacts.codec import decode, encode
from benchbook.artifacts.io import load_document, read_documents, save_document
from benchbook.artifacts.models.registry import FILE_NAMES, json_schema
from benchbook.artifacts.run_document import content_digest_of, from_document, run_key, spec_of, to_document
from benchbook.artifacts.validate import check_file
from benchbook.errors import ArtifactError, UsageError
from benchbook.problems import from_callable
from benchbook.records import RunRecord
from benchbook.testing import FaultyProblem

Document = dict[str, Any]


def problems(document: Document) -> list[str]:
    """Return the findings about a document, as text."""
    return [str(problem) for problem in check_document(document)]


def odd_runs() -> list[RunRecord]:
    """Return runs that end in each possible way."""
    ackley = bb.problem("ackley", dim=2, instance=1)
    box = {"bounds": ([-1, -2], [3, 5]), "seed": 1, "budget": 30}
    return [
        bb.run("manta_ray_foraging", "rastrigin", dim=3, instance=2, seed=1, budget=400),
        bb.run("random_search", "sphere", dim=2, instance=1, seed=1, budget=300, target=5.0, stagnation=50),
        bb.run("random_search", FaultyProblem(ackley, raise_at=7), seed=1, budget=30),
        bb.run("random_search", lambda x: float("nan"), **box),
        bb.run("random_search", lambda x: x[0] - 1e200, **box),
        bb.run(
            "random_search", from_callable(lambda x: x.sum(axis=1), bounds=(2, 3), dim=9, vectorized=True), budget=5
        ),
    ]


@pytest.mark.parametrize("record", odd_runs(), ids=lambda record: f"{record.problem.name}-{record.stop}")
@pytest.mark.parametrize("suffix", [".json.zst", ".json.gz", ".json"])
def test_every_artifact_is_valid_and_comes_back(record: RunRecord, suffix: str, tmp_path: Any) -> None:
    """However a run ended, both validators accept its artifact, and loading it gives the record."""
    path = save(record, tmp_path / f"r{suffix}")
    assert check_file(path) == []
    assert load(path) == record
    document = load_document(path)
    jsonschema.Draft202012Validator(json_schema("run")).validate(document)
    assert list(read_documents(path)) == [document]


@pytest.mark.parametrize("kind", FILE_NAMES)
def test_schemas_are_schemas(kind: str) -> None:
    """The generated schemas are valid in the draft that they name."""
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


def change(path: str, value: Any) -> Callable[[Document], None]:
    """Return a function that sets a value at a dotted path."""

    def apply(document: Document) -> None:
        *above, last = path.split(".")
        for key in above:
            document = document[key]
        document[last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("kind", "walk", "$.kind: is walk, expected one of run, spec-outcome"),
        ("kind", None, "$.kind: is None, expected one of"),
        ("kind", [], "$.kind: is [], expected one of"),
        (
            "schema_version",
            2,
            "$.schema_version: is 2, this benchbook reads up to 1; a newer benchbook wrote it: upgrade",
        ),
        ("schema_version", "1", "$.schema_version: "),
        ("schema_version", 0, "$.schema_version: "),
        ("seed", "4", '$.seed: "4" is not of type "integer"'),
        ("seed", -1, "$.seed: -1 is less than the minimum of 0"),
        ("budget", 0, "$.budget: 0 is less than the minimum of 1"),
        ("problem.dim", None, "$.problem.dim: "),
        ("problem.lower", [], "$.problem.lower: [] has less than 1 item"),
        ("history.best_values", [1.0, "x"], "$.history.best_values[1]: "),
        ("history.evaluations", [1e300], "$.history.evaluations[0]: "),
        ("history.evaluations", [0], "$.history.evaluations[0]: 0 is less than the minimum of 1"),
        ("optimizer.settings", [], "$.optimizer.settings: "),
        ("stop", "tired", "$.stop: "),
        ("run_key", "abc", "$.run_key: "),
        ("created_at", "yesterday", "$.created_at: "),
        ("extra", 1, "$: Additional properties are not allowed ('extra' was unexpected)"),
        ("timing.total_s", -0.5, "$.timing.total_s: "),
        ("environment.arithmetic.pinned", "yes", "$.environment.arithmetic.pinned: "),
    ],
)
def test_a_wrong_field_is_named_with_its_path(document: Document, path: str, value: Any, reason: str) -> None:
    """The JSON path and the reason point to the wrong field."""
    change(path, value)(document)
    assert problems(document)[0].startswith(reason)


@pytest.mark.parametrize("path", ["seed", "problem", "history.evaluations", "environment.arithmetic.fma"])
def test_a_missing_field_is_named(document: Document, path: str) -> None:
    """The message names the field and the place where it is missing."""
    *above, last = path.split(".")
    inner = document
    for key in above:
        inner = inner[key]
    del inner[last]
    assert problems(document) == [f'{".".join(["$", *above])}: "{last}" is a required property']


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("problem.lower", [-10.0], "$.problem.lower: has 1 values, expected dim = 2"),
        ("problem.upper", [10.0, 10.0, 10.0], "$.problem.upper: has 3 values, expected dim = 2"),
        ("history.best_values", [1.0], "$.history: has"),
        ("best_value", 0.5, "$.best_value: is 0.5, the history ends with"),
        ("best_value", None, "$.best_value: is None"),
        ("best_solution", None, "$.best_solution: and best_value must both be there or both be null"),
        ("best_solution", [1.0], "$.best_solution: has 1 values, expected dim = 2"),
        ("best_solution", [1.0, 99.0], "$.best_solution: is outside the bounds"),
        ("evaluations", 41, "$.evaluations: is 41, over the budget of 40"),
        ("evaluations", 1, "$.history.evaluations: ends at"),
        ("seed", 5, "$.content_digest: does not match the content: the artifact was changed after the run"),
        ("optimizer.settings", {"batch": 3}, "$.content_digest: does not match"),
        ("stagnation", 7, "$.run_key: does not match what determines the run"),
        ("code_digest", "0" * 64, "$.run_key: does not match what determines the run"),
        ("content_digest", "0" * 64, "$.content_digest: does not match"),
    ],
)
def test_what_a_schema_cannot_say_is_checked(document: Document, path: str, value: Any, reason: str) -> None:
    """Lengths, order, bounds and digests are compared with each other."""
    change(path, value)(document)
    assert any(problem.startswith(reason) for problem in problems(document)), problems(document)


def test_a_history_that_does_not_improve_is_found(document: Document) -> None:
    """Values must decrease and evaluations increase, strictly."""
    document["history"] = {"evaluations": [1, 1], "best_values": [3.0, 2.0]}
    assert "$.history: is not strictly improving at rising evaluations" in problems(document)
    document["history"] = {"evaluations": [1, 2], "best_values": [3.0, 3.0]}
    assert "$.history: is not strictly improving at rising evaluations" in problems(document)


def test_times_host_and_memory_may_be_edited(document: Document) -> None:
    """Data that need not be reproduced are in no digest, so a host name can be removed before publication."""
    document["host"]["name"] = "withheld"
    document["timing"]["total_s"] = 0.0
    document["memory"]["peak_rss_bytes"] = None
    document["commit"] = None
    assert problems(document) == []


def test_anything_at_any_place_is_an_answer_and_no_crash(document: Document) -> None:
    """Each value of the document replaced by each kind of JSON value gives findings or none, never an exception."""

    def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
        return [path, *(place for key, item in inner for place in places(item, (*path, key)))]

    odd = [None, True, -1, 0, 2**63, 1e300, 1.0, "", "text", [], [None], {}, {"a": []}]
    for *above, last in (place for place in places(document) if place):
        for value in odd:
            changed = copy.deepcopy(document)
            inner = changed
            for key in above:
                inner = inner[key]
            inner[last] = value
            check_document(changed)


def test_many_problems_are_cut() -> None:
    """The list of findings is cut, so that a file of another kind does not fill the screen."""
    assert len(check_document({"kind": "run", "schema_version": 1, "history": {"evaluations": ["x"] * 500}})) <= 20


def test_loading_names_the_first_finding(document: Document, tmp_path: Any) -> None:
    """`bb.load` raises an error with file, path and reason, and counts the other findings."""
    document["seed"], document["budget"] = "4", 0
    (tmp_path / "r.json").write_bytes(encode(document, ".json"))
    with pytest.raises(ArtifactError, match=r"r\.json is not valid: \$\.\w+: .* \(and 1 more\)"):
        load(tmp_path / "r.json")


def test_an_artifact_of_another_kind_is_not_a_run(tmp_path: Any) -> None:
    """`bb.load` returns only runs, and an invalid document is not even written."""
    with pytest.raises(ArtifactError, match="not valid"):
        save_document({"kind": "spec-outcome", "schema_version": 1}, tmp_path / "o.json")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UsageError, match="no such file"):
        load(tmp_path / "none.json")


def test_a_record_goes_through_a_document_unchanged(record: RunRecord) -> None:
    """Types and bits of every field equal those of the record."""
    again = from_document(decode(encode(to_document(record))))
    assert again == record
    assert again.best_solution is not None
    assert again.best_solution.dtype == np.float64
    assert type(again.best_value) is float
    assert type(again.stop) is type(record.stop)


KEY_FIELDS = {
    "optimizer": "other",
    "settings": {"batch": 7},
    "function": "other",
    "dim": 3,
    "instance": 9,
    "seed": 9,
    "budget": 41,
    "target": 1.0,
    "stagnation": 5,
}
CONTENT_FIELDS = {"function", "instance", "dim", "settings", "seed", "budget"}


@pytest.mark.parametrize("field", KEY_FIELDS)
def test_the_run_key_depends_on_all_that_determines_a_run(record: RunRecord, field: str) -> None:
    """Each field of the run's specification changes the key, and so does the code."""
    spec = spec_of(record)
    changed = dataclasses.replace(spec, **{field: KEY_FIELDS[field]})
    assert run_key(changed, record.code_digest) != run_key(spec, record.code_digest) == record.run_key
    assert run_key(spec, "0" * 64) != record.run_key
    assert set(KEY_FIELDS) == {item.name for item in dataclasses.fields(spec)}


CHANGES: dict[str, Callable[[RunRecord], Any]] = {
    "seed": lambda r: r.seed + 1,
    "budget": lambda r: r.budget + 1,
    "stop": lambda r: "target",
    "evaluations": lambda r: r.evaluations - 1,
    "best_solution": lambda r: np.nextafter(r.best_solution, 0.0),
    "history": lambda r: dataclasses.replace(r.history, best_values=np.nextafter(r.history.best_values, 99.0)),
    "problem": lambda r: dataclasses.replace(r.problem, instance=7),
}
NO_CHANGES: dict[str, Callable[[RunRecord], Any]] = {
    "run_id": lambda r: "other",
    "created_at": lambda r: "2001-01-01T00:00:00Z",
    "commit": lambda r: "other",
    "dirty": lambda r: None,
    "version": lambda r: "9.9",
    "code_digest": lambda r: "0" * 64,
    "timing": lambda r: dataclasses.replace(r.timing, total_s=9.0),
    "memory": lambda r: dataclasses.replace(r.memory, peak_rss_bytes=None),
    "host": lambda r: dataclasses.replace(r.host, name="other"),
    "environment": lambda r: dataclasses.replace(r.environment, python="9"),
}


@pytest.mark.parametrize("field", [*CHANGES, *NO_CHANGES])
def test_the_content_digest_depends_on_what_must_be_reproduced(record: RunRecord, field: str) -> None:
    """One bit of history or solution changes the digest; code, environment, times and memory do not."""
    made = CHANGES | NO_CHANGES
    value = made[field](record)
    changed = dataclasses.replace(record, **{field: bb.Stop(value) if field == "stop" else value})
    assert (content_digest_of(changed) != record.content_digest) is (field in CHANGES)


def test_only_records_of_runs_are_saved(tmp_path: Path) -> None:
    """Other objects are refused with their type, and no file is made."""
    with pytest.raises(UsageError, match="record is int, expected the record of a run"):
        bb.save(3, tmp_path / "r.json")  # type: ignore[arg-type]  # a mistake
    assert list(tmp_path.iterdir()) == []
