"""The MLflow sink against a real server with a SQLite database on loopback, read back by MLflow's own client."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import PATIENCE_S, Program, free_port

from benchbook.artifacts.io import load_document
from benchbook.cli.main import main
from benchbook.errors import MissingExtraError
from benchbook.experiments import MLflow, MultiBranch, Shadow, experiment, log_artifact, log_metrics
from benchbook.experiments.exit_report import flush_sinks

pytest.importorskip("mlflow", reason="the extra mlflow is not installed")
pytestmark = [
    pytest.mark.slow,
    # MLflow and its dependencies give deprecation warnings when imported or used, which benchbook cannot fix
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:mlflow"),
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20"),
]
POOL = [{"id": "a", "inner": {"size": 1}, "password": "swordfish"}, {"id": "b", "inner": {"size": 2}}]

# the command, which waits at its end as long as a busy machine needs to import MLflow
PATIENT = f"""
import runpy
from benchbook.experiments import exit_report
exit_report.SINKS_TIMEOUT_S = {PATIENCE_S}
runpy.run_module("benchbook", run_name="__main__", alter_sys=True)
"""


class Server:
    """A separate tracking server that a test may kill."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.uri = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
        self._command += ["--backend-store-uri", f"sqlite:///{folder}/runs.db", "--workers", "1"]
        self._command += ["--artifacts-destination", str(folder / "files")]
        self._folder = folder
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._program = Program(self._command, self._folder / "server.log", folder=self._folder)
        self._program.wait_for_answer(f"{self.uri}/health")

    def kill(self) -> None:
        """Kill it together with all of its workers."""
        self._program.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the tests that do not kill it."""
    made = Server(tmp_path_factory.mktemp("mlflow"))
    try:
        yield made
    finally:
        made.kill()


@pytest.fixture
def client(server: Server) -> Any:
    """MLflow's own client."""
    from mlflow import MlflowClient

    return MlflowClient(server.uri)


def decorated(sink: MLflow, name: str, act: Callable[[str], None] = lambda name: None) -> Any:
    """Return an experiment that reports numbers and a file, and fails for b."""

    @experiment(configs=POOL, strategy=MultiBranch(max_concurrency=1), sinks=[sink], name=name)
    async def tune(x, config):
        for step in range(3):
            log_metrics({"loss": 1 / (step + 1)}, step=step)
        act(config["id"])
        log_artifact("plots/curve.txt", f"curve of {config['id']}")
        if config["id"] == "b":
            raise ValueError("b does not work")
        return {"best": x}

    return tune


def runs_of(client: Any, name: str) -> tuple[list[Any], list[Any]]:
    """Return the runs without and with a parent."""
    found = client.get_experiment_by_name(name)
    runs = client.search_runs([found.experiment_id], order_by=["attributes.start_time ASC"])
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    return parents, sorted((run for run in runs if run not in parents), key=lambda run: run.info.run_name)


def test_a_call_is_a_run_with_a_child_for_each_branch(server, client, artifacts):
    """Parameters, metrics with steps, status, exception and files are recorded, and no local copy is written."""
    asyncio.run(decorated(MLflow(server.uri), "whole")(3))
    (parent,), (one, two) = runs_of(client, "whole")
    assert parent.info.status == "FINISHED"
    assert parent.data.tags["benchbook.strategy"] == "multi_branch"
    assert {run.data.tags["mlflow.parentRunId"] for run in (one, two)} == {parent.info.run_id}
    assert (one.info.run_name, one.info.status, two.info.status) == ("a", "FINISHED", "FAILED")
    assert one.data.params == {"id": "a", "inner.size": "1", "password": "[redacted]"}
    assert one.data.metrics["best"] == 3.0
    history = client.get_metric_history(one.info.run_id, "loss")
    assert [(metric.step, metric.value) for metric in history] == [(0, 1.0), (1, 0.5), (2, 1 / 3)]
    assert two.data.tags["benchbook.exception"] == "ValueError: b does not work"
    path = client.download_artifacts(two.info.run_id, "benchbook/branch.json")
    assert "b does not work" in json.loads(Path(path).read_text())["exception"]["traceback"]
    curve = client.download_artifacts(one.info.run_id, "plots/curve.txt")
    assert Path(curve).read_text() == "curve of a"
    document = json.loads(Path(client.download_artifacts(parent.info.run_id, "benchbook/call.json")).read_text())
    assert document["kind"] == "experiment"
    assert not artifacts.exists()


def test_a_run_that_the_user_has_open_stays_open(server, client):
    """The call's run becomes a child of the open run, in the same experiment, and the branches are its children."""
    import mlflow

    mlflow.set_tracking_uri(server.uri)
    mlflow.set_experiment("of the user")
    try:
        with mlflow.start_run(run_name="mine") as mine:
            asyncio.run(decorated(MLflow(), "not used as a name")(1))
            assert mlflow.active_run().info.run_id == mine.info.run_id
            assert client.get_run(mine.info.run_id).info.status == "RUNNING"
            mlflow.log_param("still", "open")
    finally:
        mlflow.set_tracking_uri(None)
    (parent,), others = runs_of(client, "of the user")
    assert parent.info.run_id == mine.info.run_id
    assert parent.data.params == {"still": "open"}
    (call,) = [run for run in others if run.data.tags["mlflow.parentRunId"] == mine.info.run_id]
    children = [run for run in others if run.data.tags["mlflow.parentRunId"] == call.info.run_id]
    assert len(children) == 2


def test_shadows_and_nested_calls_are_recorded(server, client):
    """A cancelled shadow is a killed run with its reason; a nested call is a child of its branch."""
    sink, release = MLflow(server.uri, experiment="nested"), threading.Event()

    @experiment(configs=[{"id": "inner"}], sinks=[sink])
    def inner(config):
        return 1

    @experiment(configs=[{"id": "outer"}, {"id": "shadow"}], strategy=Shadow(), sinks=[sink])
    def outer(config):
        return inner() if config["id"] == "outer" else release.wait(PATIENCE_S)

    outcome = outer.call()
    outcome.handles[0].cancel("not needed")
    release.set()
    assert flush_sinks(PATIENCE_S)
    runs = [run for part in runs_of(client, "nested") for run in part]
    named = {run.data.tags["benchbook.config_id"]: run for run in runs if "benchbook.config_id" in run.data.tags}
    call = client.get_run(named["inner"].data.tags["mlflow.parentRunId"])
    assert call.data.tags["mlflow.parentRunId"] == named["outer"].info.run_id
    assert named["outer"].data.tags["benchbook.role"] == "primary"
    assert named["shadow"].info.status == "KILLED"
    assert named["shadow"].data.tags["benchbook.reason"] == "not needed"


def test_a_dead_server_costs_a_warning_and_a_local_copy(artifacts, caplog):
    """The experiment continues; the server is asked once and then not for a while."""
    uri = f"http://127.0.0.1:{free_port()}"
    tune = decorated(MLflow(uri, timeout_s=1), "dead")
    for x in range(2):
        assert len(asyncio.run(tune(x)).successful()) == 1
    copies = [load_document(path) for path in artifacts.glob("experiments/dead/*.json.zst")]
    assert [len(copy["branches"]) for copy in copies] == [2, 2]
    assert len(list(artifacts.rglob("curve.txt"))) == 4
    assert caplog.text.count("does not answer") == 1
    assert "MLFLOW_HTTP_REQUEST_TIMEOUT" not in os.environ


def test_a_server_killed_halfway_costs_a_local_copy(server, client, artifacts, caplog):
    """The experiment continues; once the server is back, unfinished runs on it are closed."""
    sink = MLflow(server.uri, timeout_s=60, retry_after_s=0)

    def act(name):
        if name == "b":
            assert flush_sinks(PATIENCE_S)
            server.kill()

    try:
        branches = asyncio.run(decorated(sink, "halfway", act)(1))
    finally:
        server.start()
    assert [branch.status.value for branch in branches] == ["success", "failed"]
    (path,) = artifacts.glob("experiments/halfway/*.json.zst")
    assert len(load_document(path)["branches"]) == 2
    assert "does not answer" in caplog.text
    asyncio.run(decorated(sink, "after")(2))
    (parent,), (one, two) = runs_of(client, "halfway")
    assert (parent.info.status, one.info.status, two.info.status) == ("FINISHED", "FINISHED", "FAILED")
    assert len(runs_of(client, "after")[1]) == 2


def test_what_the_server_refuses_costs_a_local_copy(server, artifacts, caplog):
    """A refused record, here of a deleted experiment, is written locally; other records are still sent."""
    from mlflow import MlflowClient

    client = MlflowClient(server.uri)
    client.delete_experiment(client.create_experiment("deleted"))
    asyncio.run(decorated(MLflow(server.uri), "deleted")(1))
    assert len(list(artifacts.glob("experiments/deleted/*.json.zst"))) == 1
    assert "refuses a record" in caplog.text


def test_the_command_line_writes_to_the_server(server, client, tmp_path):
    """The options are --sink mlflow and --tracking-uri."""
    (tmp_path / "module_for_mlflow.py").write_text("def from_cli(config):\n    return config['n']\n")
    (tmp_path / "pool.yaml").write_text("- {id: one, n: 1}\n- {id: two, n: 2}\n")
    target = f"{tmp_path / 'module_for_mlflow.py'}:from_cli"
    options = ["--configs", str(tmp_path / "pool.yaml"), "--sink", "mlflow", "--tracking-uri", server.uri]
    assert main(["experiment", "run", target, *options]) == 0
    assert [run.data.metrics["output"] for run in runs_of(client, "from_cli")[1]] == [1.0, 2.0]


def test_a_program_that_ends_immediately_is_recorded(server, client, tmp_path, artifacts):
    """At exit no module can be imported that registers an exit handler, as MLflow's own imports do."""
    (tmp_path / "brief.py").write_text("async def brief(config):\n    return config['n']\n")
    (tmp_path / "pool.yaml").write_text("- {id: one, n: 1}\n- {id: two, n: 2}\n")
    command = [sys.executable, "-c", PATIENT, "experiment", "run", "brief.py:brief", "--configs", "pool.yaml"]
    options = ["--strategy", "shadow", "--sink", "mlflow", "--tracking-uri", server.uri]
    ended = subprocess.run(
        [*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    assert "WARNING" not in ended.stderr
    assert [run.data.metrics["output"] for run in runs_of(client, "brief")[1]] == [1.0, 2.0]


def test_without_mlflow_the_message_says_how_to_install_it(monkeypatch):
    """The error is raised when the sink is made, not during an experiment."""
    import importlib.util

    monkeypatch.delitem(sys.modules, "mlflow", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'benchbook\[mlflow\]'"):
        MLflow()
