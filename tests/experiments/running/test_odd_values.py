"""Whatever a function returns or raises, its branch ends, the caller gets the value, and sinks record the ending."""

from __future__ import annotations

import functools
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from benchbook.artifacts.io import load_document
from benchbook.errors import UsageError
from benchbook.experiments import Configs, InMemory, JsonArtifacts, MultiBranch, Shadow, Strategy, experiment

ODD_TEXT = os.fsdecode(b"\xe9.csv")
CONFIGS = [{"a": 1}, {"a": 2}]


class MuteError(Exception):
    """An exception without a text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Fit(BaseModel):
    """A model with a field that has no JSON form."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    loss: float
    handle: object


class Solver(BaseModel):
    """A base class."""

    name: str


class Cma(Solver):
    """A class with an additional field."""

    sigma: float


class Setting(BaseModel):
    """A configuration that names the base class."""

    solver: Solver


class Access(BaseModel):
    """A configuration with a secret."""

    key: SecretStr


class _BadMapping(dict[str, float]):
    def items(self) -> Any:
        raise RuntimeError("not today")


def _holds_itself() -> list[Any]:
    value: list[Any] = []
    value += [value, value]
    return value


@experiment(configs=CONFIGS, sinks=[])
def by_name(config: dict[str, int]) -> int:
    """Defined at the top of the module, so that it can be pickled."""
    return config["a"]


@pytest.mark.parametrize("strategy", [None, MultiBranch(), Shadow(drain_timeout_s=0.1)], ids=["one", "all", "shadow"])
@pytest.mark.parametrize(
    "value",
    [
        10**400, 10**5000, {"when": np.datetime64("2026-01-01")}, np.array("abc"), np.array(None), ODD_TEXT,
        Fit(loss=1.0, handle=object()), {object(): 1, 1: 2, "1": 3}, _BadMapping(a=1.0), _holds_itself(),
    ],
    ids=["large", "huge", "date", "text", "none", "odd", "model", "keys", "mapping", "itself"],
)  # fmt: skip
def test_any_value_reaches_the_caller_and_ends_its_branch(
    value: Any, strategy: Strategy | None, tmp_path: Path
) -> None:
    """The caller gets the same object, every span ends, and the record can be written and read."""
    kept = InMemory()
    sinks = [kept, JsonArtifacts(tmp_path)]
    outcome = experiment(configs=CONFIGS, sinks=sinks, strategy=strategy, name="odd")(lambda config: value).call()
    outcome.wait_shadows(10.0)
    assert all(branch.output is value for branch in outcome.branches)
    for sink in outcome.branches[0]._listener.flush():  # type: ignore[union-attr]  # the recorder
        sink.result(10.0)
    assert [record.span.id for record in kept.records if record.ending is None] == []
    (written,) = tmp_path.rglob("*.json.zst")
    assert {branch["status"] for branch in load_document(written)["branches"]} == {"success"}  # type: ignore[index,union-attr,call-overload]  # JSON


@pytest.mark.parametrize("error", [MuteError(), ValueError(ODD_TEXT)], ids=["mute", "odd"])
def test_an_error_without_a_proper_text_fails_its_branch(error: Exception, tmp_path: Path) -> None:
    """The branch fails, the call ends, and the record exists; with a single branch the caller gets the error."""

    def fail(config: dict[str, int]) -> None:
        raise error

    kept = InMemory()
    sinks = [kept, JsonArtifacts(tmp_path)]
    branches = experiment(configs=CONFIGS, sinks=sinks, strategy=MultiBranch())(fail)()
    assert len(branches.failed()) == 2
    assert all(record.ending is not None for record in kept.records)
    assert len(list(tmp_path.rglob("*.json.zst"))) == 1
    with pytest.raises(type(error)) as caught:
        experiment(configs=CONFIGS, sinks=[])(fail)()
    assert caught.value is error


def test_a_plain_wrapper_around_an_async_function_is_refused() -> None:
    """Nothing has run, so it is not a success; the message says what to write instead."""

    async def tune(config: dict[str, int]) -> float:
        return 1.0

    @functools.wraps(tune)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return tune(*args, **kwargs)

    decorated = experiment(configs=CONFIGS, sinks=[], strategy=MultiBranch())(wrapped)
    with pytest.raises(UsageError, match="async def"):
        decorated()
    assert len(decorated.last_branches.failed()) == 2


def test_what_is_returned_under_our_name_stays_the_functions_own() -> None:
    """A returned value keeps its name, even if it is the one that benchbook gives to the branch's duration."""
    for name in ("duration_s", "benchbook.duration_s"):
        kept = InMemory()
        experiment(configs=[{"a": 1}], sinks=[kept])(lambda config, name=name: {name: 42.0})()
        values = {metric.name: metric.value for metric in kept.branches[0].metrics}
        assert values[name] == 42.0
        assert "benchbook.duration_s" in values


def test_a_decorated_function_pickles_by_name() -> None:
    """Process pools can send the decorated function like a plain one."""
    assert pickle.loads(pickle.dumps(by_name)) is by_name  # noqa: S301  # what was written just before


def test_fields_of_subclasses_are_part_of_id_and_record() -> None:
    """Two configurations that differ in such a field have two ids, and the record shows the field."""
    kept = InMemory()
    settings = [Setting(solver=Cma(name="cma", sigma=sigma)) for sigma in (0.1, 0.2)]
    experiment(configs=settings, sinks=[kept], strategy=MultiBranch())(lambda config: config.solver.sigma)()
    assert {record.params["solver.sigma"] for record in kept.branches} == {0.1, 0.2}


def test_secrets_distinguish_configurations_but_are_never_shown() -> None:
    """Configurations that differ in a secret have different ids; neither parameters nor texts show the secret."""
    pool = Configs([Access(key=SecretStr(text)) for text in ("open sesame", "abracadabra")])
    kept = InMemory()

    def leak(config: Access) -> str:
        return f"used {config.key.get_secret_value()}"

    experiment(configs=pool, sinks=[kept], strategy=MultiBranch())(leak)()
    shown = [str(record.params) + str(record.ending and record.ending.document()) for record in kept.branches]
    assert len(set(pool.ids)) == 2
    assert not [text for text in shown if "sesame" in text or "abracadabra" in text]
