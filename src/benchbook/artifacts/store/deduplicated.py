"""The form of a run inside a store: shared parts of its cell and its circumstances are separate documents."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, cast

from benchbook.artifacts.kinds import VERSIONS, Kind, as_document
from benchbook.digests import digest
from benchbook.records import Environment, Host, RunRecord, as_plain
from benchbook.records.stored import CIRCUMSTANCES, OF_THE_CELL, OWN, OWN_IF_THERE
from benchbook.typing import JsonObject

_SHORT = 16


class StoredForm(NamedTuple):
    """A run in the form of a store.

    Attributes:
        cell: What its cell shares, with the short digest that refers to it.
        circumstances: Its circumstances, likewise.
        run: The rest.
    """

    cell: tuple[str, JsonObject]
    circumstances: tuple[str, JsonObject]
    run: JsonObject


def to_stored(record: RunRecord) -> StoredForm:
    """Return a record in the form of a store; arrays stay NumPy arrays, which the codec can write."""
    problem = record.problem
    cell = _said_once(
        Kind.STORE_CELL,
        problem={"name": problem.name, "dim": problem.dim, "lower": problem.lower, "upper": problem.upper},
        optimizer={"name": record.optimizer.name, "settings": dict(record.optimizer.settings)},
        code_digest=record.code_digest,
        budget=record.budget,
        target=record.target,
        stagnation=record.stagnation,
    )
    circumstances = _circumstances(
        record.commit, record.dirty, record.version, _ByIdentity(record.host), _ByIdentity(record.environment)
    )
    run = {
        "kind": Kind.STORED_RUN.value,
        "schema_version": VERSIONS[Kind.STORED_RUN],
        "cell": cell[0],
        "circumstances": circumstances[0],
        **{name: as_plain(getattr(record, name)) for name in OWN},
        "instance": problem.instance,
        "f_opt": problem.f_opt,
        "peak_rss_bytes": record.memory.peak_rss_bytes,
        "grown_bytes": record.memory.grown_bytes,
        **{name: as_plain(value) for name in OWN_IF_THERE if (value := getattr(record, name)) is not None},
    }
    return StoredForm(cell, circumstances, cast("JsonObject", run))


def to_run_document(run: JsonObject, cell: JsonObject, circumstances: JsonObject) -> JsonObject:
    """Return the self-contained run document that a stored run and its shared documents stand for."""
    own: dict[str, Any] = dict(run)
    shared: dict[str, Any] = dict(cell)
    around: dict[str, Any] = dict(circumstances)
    document = {
        "kind": Kind.RUN.value,
        "schema_version": VERSIONS[Kind.RUN],
        **{name: own[name] for name in OWN},
        "problem": {**shared["problem"], "instance": own["instance"], "f_opt": own["f_opt"]},
        **{name: shared[name] for name in OF_THE_CELL},
        **{name: around[name] for name in CIRCUMSTANCES},
        "memory": {"peak_rss_bytes": own["peak_rss_bytes"], "grown_bytes": own.get("grown_bytes")},
        **{name: own[name] for name in OWN_IF_THERE if name in own},
    }
    return cast("JsonObject", document)


def short_digest(document: JsonObject) -> str:
    """Return the digits by which a shared document is referred to."""
    return digest(document)[:_SHORT]


def _said_once(kind: Kind, **fields: Any) -> tuple[str, JsonObject]:
    document = as_document(kind, fields)
    return short_digest(document), document


class _ByIdentity:
    """Makes an object a key by identity instead of equality: records of environments cannot be hashed."""

    __slots__ = ("item",)

    def __init__(self, item: Host | Environment) -> None:
        self.item = item

    def __hash__(self) -> int:
        return id(self.item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.item is other.item


@lru_cache(maxsize=64)
def _circumstances(
    commit: str | None, dirty: bool | None, version: str, host: _ByIdentity, environment: _ByIdentity
) -> tuple[str, JsonObject]:
    return _said_once(
        Kind.STORE_CIRCUMSTANCES,
        commit=commit,
        dirty=dirty,
        version=version,
        host=as_plain(host.item),
        environment=as_plain(environment.item),
    )
