from __future__ import annotations

import asyncio
import json
import threading

import pytest
from programs import PATIENCE_S

from benchbook.artifacts import check_file
from benchbook.artifacts.io import load_document
from benchbook.cli.main import main
from benchbook.experiments import (
    FanOut,
    InMemory,
    JsonArtifacts,
    MultiBranch,
    Shadow,
    Sink,
    experiment,
    log_artifact,
    log_metrics,
)
from benchbook.experiments.exit_report import flush_sinks

POOL = [{"id": "a", "inner": {"size": 1}, "password": "swordfish"}, {"id": "b", "inner": {"size": 2}}]


def decorated(*sinks, **settings):
    """Return an experiment that reports numbers and a file, and fails for b."""

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=list(sinks), **settings)
    async def tune(x, config):
        log_metrics({"loss": 0.5}, step=1)
        log_artifact("plots/curve.txt", f"curve of {config['id']}")
        if config["id"] == "b":
            raise ValueError("b does not work")
        return {"best": x, "said": "swordfish"}

    return tune


def test_memory_keeps_calls_and_branches(memory):
    """Parameters, numbers with steps, files, endings and parents are kept; secrets are masked."""
    asyncio.run(decorated(memory)(3))
    (call,) = memory.calls
    one, two = memory.branches
    assert (call.span.parent_id, one.span.parent_id, one.span.call_id) == (None, call.span.id, call.span.id)
    assert one.params == {"id": "a", "inner.size": 1, "password": "[redacted]"}
    assert [(metric.name, metric.value, metric.step) for metric in one.metrics][:2] == [
        ("loss", 0.5, 1),
        ("best", 3.0, None),
    ]
    assert one.artifacts == {"plots/curve.txt": b"curve of a"}
    assert two.ending.document()["exception"]["message"] == "b does not work"
    assert one.ending.document()["output"] == {"best": 3, "said": "[redacted]"}
    assert call.ending.status.value == "success"
    assert isinstance(memory, Sink)


def test_memory_is_bounded():
    """The oldest records are dropped first, and what arrives for them later is ignored."""
    memory = InMemory(most=4)
    tune = decorated(memory)
    for x in range(5):
        asyncio.run(tune(x))
    assert len(memory.records) == 4
    tiny = InMemory(most=1)
    asyncio.run(decorated(tiny)(1))
    assert len(tiny.records) == 1


def test_by_default_each_call_is_an_artifact(artifacts):
    """The artifact is valid by its schema and written when the call returns, with the reported files next to it."""

    @experiment(configs=POOL, strategy=MultiBranch(), redact=["size"])
    def tune(x, config):
        log_artifact("notes.txt", "note")
        return x

    tune(float("nan"))
    tune(2)
    paths = sorted(artifacts.glob("experiments/tune/*.json.zst"))
    assert len(paths) == 2
    assert [check_file(path) for path in paths] == [[], []]
    document = next(document for document in map(load_document, paths) if document["branches"][0]["output"] == 2)
    assert document["branches"][0]["config"] == {"id": "a", "inner": {"size": "[redacted]"}, "password": "[redacted]"}
    notes = artifacts.glob(f"experiments/tune/*{document['call_id']}/*/notes.txt")
    assert [path.read_text() for path in notes] == ["note", "note"]


def test_a_shadows_record_is_in_the_artifact_of_its_call(tmp_path):
    """The artifact is written when the last shadow has ended."""
    release = threading.Event()

    @experiment(configs=POOL, strategy=Shadow(), sinks=JsonArtifacts(tmp_path, suffix=".json"), name="../odd name")
    def tune(config):
        if config["id"] == "b":
            release.wait(PATIENCE_S)
        return config["id"]

    outcome = tune.call()
    assert list(tmp_path.rglob("*.json")) == []
    release.set()
    outcome.wait_shadows(10)
    assert flush_sinks(10)
    (path,) = tmp_path.glob("experiments/odd_name/*.json")
    document = json.loads(path.read_text())
    assert [branch["role"] for branch in document["branches"]] == ["primary", "shadow"]
    assert check_file(path) == []


def test_an_artifact_can_be_shown(tmp_path, capsys):
    """`benchbook show` prints the artifact."""
    asyncio.run(decorated(JsonArtifacts(tmp_path))(1))
    (path,) = tmp_path.rglob("*.json.zst")
    assert main(["show", str(path)]) == 0
    shown = capsys.readouterr().out
    for text in ("multi_branch", "success", "ValueError: b does not work"):
        assert text in shown


class Broken:
    def __init__(self, blocking):
        self.blocking = blocking

    def start(self, *told):
        """Raise an error for every span."""
        raise OSError("disk full")

    params = metrics = artifact = finish = prepare = start


@pytest.mark.parametrize("blocking", [True, False])
def test_a_broken_sink_costs_nothing(memory, blocking, caplog):
    """The error is logged, the result is kept, and the other sinks get their records."""
    tune = decorated(Broken(blocking), memory)
    assert len(asyncio.run(tune(1)).successful()) == 1
    assert len(memory.branches) == 2
    assert "the sink Broken failed to start" in caplog.text


def test_fan_out_serves_all(memory, tmp_path, caplog):
    """Other sinks get their records even after one fails; the group is blocking if one of them is."""
    other = InMemory()
    assert FanOut([memory, other]).blocking is False
    fan = FanOut([memory, Broken(blocking=True), other])
    assert fan.blocking is True
    asyncio.run(decorated(fan)(1))
    for sink in (memory, other):
        assert [record.ending.status.value for record in sink.branches] == ["success", "failed"]
        assert sink.branches[0].artifacts
    assert "Broken" in caplog.text


def test_a_slow_sink_does_not_hold_back_a_primary():
    """The call returns, and the sink gets everything in order."""
    release, heard = threading.Event(), []

    class Slow:
        def start(self, span):
            release.wait(PATIENCE_S)
            heard.append(("start", span.kind))

        def params(self, span, params):
            heard.append("params")

        def metrics(self, span, metrics, step):
            heard.append("metrics")

        def artifact(self, span, name, data): ...

        def finish(self, span, ending):
            heard.append(("finish", span.kind))

    tune = experiment(configs=[{"n": 0}, {"n": 1}], strategy=Shadow(), sinks=[Slow()])(lambda config: config["n"])
    assert tune() == 0
    assert heard == []
    release.set()
    tune.history[-1].wait_shadows(10)
    assert flush_sinks(10)
    assert heard[0] == ("start", "call")
    assert heard[-1] == ("finish", "call")
    assert heard.count("params") == 2


def test_branches_that_never_ran_are_recorded_too(memory):
    """Skipped branches are recorded."""

    @experiment(configs=POOL, strategy=MultiBranch(first_success=True, max_concurrency=1), sinks=[memory])
    async def tune(config):
        return 1

    asyncio.run(tune())
    assert [record.ending.status.value for record in memory.branches] == ["success", "skipped"]
    assert memory.branches[1].params["id"] == "b"


def test_a_call_without_success_has_failed(memory):
    """A call without a success has failed, or was skipped."""
    asyncio.run(experiment(configs=POOL, strategy=MultiBranch(), sinks=[memory])(fails)())
    assert memory.calls[0].ending.status.value == "failed"

    async def main():
        tune = experiment(configs=POOL, strategy=MultiBranch(), sinks=[memory])(endless)
        task = asyncio.create_task(tune())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert memory.calls[1].ending.status.value == "skipped"


async def fails(config):
    """Raise an error."""
    raise ValueError


async def endless(config):
    """Wait for ever."""
    await asyncio.Event().wait()


def test_without_threads_a_sink_is_served_at_the_end(monkeypatch):
    """At the end of the interpreter no thread can be started."""
    from benchbook.experiments.sinks import background_queue as sink_lane

    memory = InMemory()
    memory.blocking = True
    lane = sink_lane.SinkLane(memory)

    def none(task):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(sink_lane.threads, "submit", none)
    lane.put("forget", ())
    lane.flush()
    assert lane.drain(1)


def test_unknown_attributes_of_the_package_raise():
    """Although some attributes are loaded late, unknown ones raise an error."""
    from benchbook import experiments

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = experiments.nothing
    for name in experiments.__all__:
        assert getattr(experiments, name) is not None


def test_importing_is_light(python):
    """NumPy, pandas, pydantic, YAML and MLflow are not loaded."""
    heavy = "{'numpy', 'pandas', 'pydantic', 'yaml', 'mlflow', 'zstandard', 'jsonschema'}"
    assert python(f"import sys, benchbook.experiments; print({heavy} & set(sys.modules))") == "set()"
