"""A record is described once: documents, schemas and readers derive from its dataclass."""

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import orjson
import pytest

from benchbook.analysis.comparison.baselines import load_baseline
from benchbook.analysis.comparison.baselines import to_document as baseline_document
from benchbook.artifacts.codec import decode, encode
from benchbook.artifacts.models.derive import model_of
from benchbook.artifacts.models.registry import FILE_NAMES, RECORDS, json_schema, record_schema
from benchbook.artifacts.run_document import from_document, to_document
from benchbook.artifacts.store.deduplicated import to_run_document, to_stored
from benchbook.files import shipped
from benchbook.numerics import Fingerprint
from benchbook.records import (
    Environment,
    ErrorRecord,
    History,
    Host,
    Memory,
    OptimizerRecord,
    ProblemRecord,
    RunRecord,
    Status,
    Stop,
    Timing,
    TraceRecord,
    as_plain,
    from_plain,
)
from benchbook.records.benchmark import Check
from benchbook.records.fields import MAY_BE_ABSENT, Items, Limits, Seconds, missing_as
from benchbook.records.published import CellSummary
from benchbook.typing import FloatArray

CELL = {
    "optimizer": "o", "settings": {}, "function": "f", "dim": 2, "budget": 9, "target": None, "instances": [1, 2],
    "seeds": [None, 1], "evaluations": [9, 9], "aocc": None, "us_per_evaluation": [None, 1.0],
}  # fmt: skip
SCHEMAS = Path(__file__).parents[2] / "schemas"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the record below."""

    length_s: Seconds
    """How long it is."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A record that exists only in this test."""

    parts: tuple[Part, ...]
    """Its parts."""
    named: dict[str, Part]
    """The same by name."""
    share: Annotated[float, Limits(ge=0, le=1)]
    """Share of them
    that counts."""
    stop: Stop
    note: str | None = dataclasses.field(default=None, metadata=MAY_BE_ABSENT)
    """Anything else."""


def run_record(**changes: Any) -> RunRecord:
    """Return a record with every part, made by hand and equal on every machine."""
    arithmetic = Fingerprint(
        pinned=True, numpy="2.0", cpu_dispatch=("AVX2",), blas="b", blas_threads=1, libm="m", fma=True, machine="x"
    )
    record = RunRecord(
        run_id="r1",
        run_key="0" * 64,
        content_digest="1" * 64,
        code_digest="2" * 64,
        created_at="2026-01-02T03:04:05Z",
        commit=None,
        dirty=None,
        version="1",
        host=Host(name="h", machine="x", cpu_count=2, memory_bytes=None),
        problem=ProblemRecord(
            name="sphere", dim=2, instance=1, lower=np.array([-5.0, -5.0]), upper=np.array([5.0, 5.0]), f_opt=0.0
        ),
        optimizer=OptimizerRecord(name="o", settings={"k": [1, "two", None]}),
        seed=3,
        budget=10,
        target=1e-8,
        stagnation=None,
        evaluations=9,
        invalid_evaluations=0,
        stop=Stop.ERROR,
        status=Status.FAILED,
        error=ErrorRecord(where="objective", type="ValueError", message="no", traceback="t", evaluations=9),
        best_value=0.1,
        best_solution=np.array([0.1, -0.3]),
        history=History(evaluations=np.array([1, 4]), best_values=np.array([0.7, 0.1])),
        environment=Environment(python="3.11", packages={"numpy": "2.0"}, platform="p", cpu="c", arithmetic=arithmetic),
        timing=Timing(total_s=0.5, objective_s=0.1, optimizer_s=0.2, observer_s=0.1),
        memory=Memory(peak_rss_bytes=None),
        target_hits=(1, 4),
        trace=TraceRecord(
            level="all", points=False, file="f", offset=0, size=5, digest="3" * 64, rows=9, lost_from=None
        ),
    )
    return dataclasses.replace(record, **changes)


@pytest.mark.parametrize("kind", FILE_NAMES)
def test_the_schemas_are_those_that_were_published(kind: str) -> None:
    """Schemas derived from the records equal the files in `schemas/`, byte for byte."""
    made = orjson.dumps(json_schema(kind), option=orjson.OPT_INDENT_2)
    assert made + b"\n" == (SCHEMAS / FILE_NAMES[kind]).read_bytes()


@pytest.mark.parametrize("name", RECORDS)
def test_the_schemas_of_parts_are_those_that_were_published(name: str) -> None:
    """Schemas of records that are only parts of documents are the published ones, too."""
    assert orjson.dumps(record_schema(name), option=orjson.OPT_INDENT_2) + b"\n" == (SCHEMAS / name).read_bytes()


@pytest.mark.parametrize(
    ("part", "digest"),
    [
        ("run", "ccb71028664fa0e9f93eec77dec8f0e0aa96f029e8efe98afa82bfeea7bc643e"),
        ("stored", "ae7a5a6d5b39ae6861d06c9e4d22043671ead3d170924bb59c8991f9f6998ac7"),
        ("cell", "1a94a932d1aff3760859792fab606c93d610f383a5cd099cc20f249b85b2d00d"),
        ("circumstances", "7cec9edaf74a894a42565f0cbea33d35d8979fe241e276014f5b708ded8f26ae"),
    ],
)
def test_the_bytes_of_artifacts_stay(part: str, digest: str) -> None:
    """The document of a record keeps its fields, their order and their numbers."""
    record = run_record()
    stored = to_stored(record)
    documents = {
        "run": to_document(record), "stored": stored.run, "cell": stored.cell[1],
        "circumstances": stored.circumstances[1],
    }  # fmt: skip
    assert hashlib.sha256(encode(documents[part], ".json")).hexdigest() == digest


def test_a_record_comes_back_from_its_document() -> None:
    """A record comes back from its document and from the form in a store, with every part or with none."""
    bare = {"error": None, "best_value": None, "best_solution": None, "target_hits": None, "trace": None}
    for record in (run_record(), run_record(**bare)):
        document = decode(encode(to_document(record)))
        assert from_document(document) == record
        assert encode(to_document(from_document(document))) == encode(document)
        stored, cell, around = (decode(encode(item)) for item in _three(record))
        assert from_document(to_run_document(stored, cell, around)) == record


def _three(record: RunRecord) -> tuple[Any, Any, Any]:
    stored = to_stored(record)
    return stored.run, stored.cell[1], stored.circumstances[1]


def test_what_a_record_declares_is_in_its_schema() -> None:
    """Names, limits, descriptions and required fields come from the dataclass and those of its parts."""
    schema = model_of(Whole).model_json_schema(mode="serialization")
    assert list(schema["properties"]) == [field.name for field in dataclasses.fields(Whole)]
    assert schema["required"] == ["parts", "named", "share", "stop"]
    assert schema["properties"]["share"]["maximum"] == 1
    assert schema["properties"]["share"]["description"] == "Share of them\nthat counts."
    assert schema["properties"]["stop"]["enum"] == [stop.value for stop in Stop]
    assert schema["$defs"]["Part"]["properties"]["length_s"]["minimum"] == 0
    assert schema["description"] == "A record that exists only in this test."


def test_what_a_record_holds_is_in_its_document() -> None:
    """Each field is written and read by the same definition; an absent one gets its default."""
    part = Part(length_s=1.5)
    whole = Whole(parts=(part, part), named={"a": part}, share=0.5, stop=Stop.BUDGET, note="n")
    document = as_plain(whole)
    assert set(document) == {field.name for field in dataclasses.fields(Whole)}
    assert isinstance(document["parts"][0], Mapping)
    assert type(document["stop"]) is str
    assert from_plain(Whole, document) == whole
    del document["note"]
    assert from_plain(Whole, {**document, "kind": "whole"}) == dataclasses.replace(whole, note=None)
    del document["share"]
    with pytest.raises(KeyError, match="share"):
        from_plain(Whole, document)


@pytest.mark.parametrize("name", ["native-bbob", "native-optimizers"])
def test_the_bytes_of_baselines_stay(name: str) -> None:
    """A published baseline is read into arrays with missing items, and written as the same file."""
    path = shipped("baselines") / f"{name}.json.zst"
    found = load_baseline(path)
    assert encode(baseline_document(found.summary, found.name, found.created_at)) == path.read_bytes()


def test_items_that_are_missing_are_null_in_documents() -> None:
    """The number that stands for a missing item is declared once, for schema, writer and reader."""

    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Hits:
        at: Annotated[FloatArray, Items(Limits(ge=1))] = dataclasses.field(
            metadata=missing_as(float("inf"), whole=True)
        )

    document = as_plain(Hits(at=np.array([3.0, np.inf])))
    assert document == {"at": [3, None]}
    assert type(document["at"][0]) is int
    assert from_plain(CellSummary, CELL | {"hits": [3, None]}).hits.tolist() == [3.0, np.inf]
    items = model_of(CellSummary).model_json_schema(mode="serialization")["properties"]["hits"]["items"]
    assert items == {"anyOf": [{"minimum": 0, "type": "integer"}, {"type": "null"}]}


def test_a_number_that_is_not_finite_is_null_in_documents() -> None:
    """A field of one number is declared the same way as an array."""
    check = Check(name="a", text="", measured=np.inf, limit=1.0)
    document = as_plain(check)
    assert document["measured"] is None
    assert from_plain(Check, document) == check
    assert as_plain(dataclasses.replace(check, measured=0.5))["measured"] == 0.5
    found = model_of(Check).model_json_schema(mode="serialization")["properties"]["measured"]["anyOf"]
    assert found == [{"type": "number"}, {"type": "null"}]
