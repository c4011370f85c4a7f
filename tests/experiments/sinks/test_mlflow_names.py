"""Names and numbers that MLflow refuses or displays differently, tested with its store in a SQLite file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchbook.experiments import MLflow, MultiBranch, experiment, log_metrics
from benchbook.experiments.sinks.mlflow_client import is_refusal

mlflow = pytest.importorskip("mlflow", reason="the extra mlflow is not installed")
pytestmark = [
    # MLflow and its dependencies give deprecation warnings when imported or used, which benchbook cannot fix
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20"),
]


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return a store that all tests here share, since making one takes seconds."""
    folder = tmp_path_factory.mktemp("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_SQLALCHEMYSTORE_POOLCLASS", "NullPool")  # no connection stays open
        yield f"sqlite:///{folder}/store.db"


def runs_of(uri: str, name: str, config: dict[str, Any], metrics: list[dict[str, float]], result: Any) -> list[Any]:
    """Let a function report metrics, and return the runs of its call: the branch first."""

    def function(config: dict[str, Any]) -> Any:
        for step, values in enumerate(metrics, start=1):
            log_metrics(values, step=step)
        return result

    folder = Path(uri.removeprefix("sqlite:///")).parent
    sink = MLflow(uri, root=folder / "copies", timeout_s=60)
    experiment(configs=[config], sinks=[sink], name=name, strategy=MultiBranch())(function)()
    client = mlflow.MlflowClient(uri)
    runs = client.search_runs([client.get_experiment_by_name(name).experiment_id])
    assert {run.info.status for run in runs} == {"FINISHED"}
    return sorted(runs, key=lambda run: "benchbook.config_id" not in run.data.tags)


def test_refused_names_are_made_valid_and_unique(uri: str) -> None:
    """Every parameter and metric arrives under a valid name, and the tag `benchbook.names` keeps the original."""
    config = {
        "source": {"https://host/data": 1}, "../data": 2, "": 3, "step [m]": 4, "step _m_": 5, "a.b": 6, "a": {"b": 7},
    }  # fmt: skip
    branch, _ = runs_of(uri, "names", config, [{"loss//train": 0.5}], 1.0)
    assert sorted(branch.data.params.values()) == list("1234567")
    assert (branch.data.metrics["loss/_/train"], branch.data.metrics["output"]) == (0.5, 1.0)
    assert "loss//train" in branch.data.tags["benchbook.names"]


def test_a_returned_number_is_the_last_that_is_shown(uri: str) -> None:
    """The returned number comes after those that were logged under the same name, whatever their steps."""
    branch, _ = runs_of(uri, "last", {"a": 1}, [{"loss": 1.0}, {"loss": 0.5}, {"loss": 0.3}], {"loss": 0.1})
    assert branch.data.metrics["loss"] == 0.1


def test_an_infinite_metric_is_warned_of(uri: str, caplog: pytest.LogCaptureFixture) -> None:
    """A warning says that MLflow's database stores a finite number instead."""
    with caplog.at_level(logging.WARNING, "benchbook"):
        runs_of(uri, "infinite", {"a": 1}, [], float("inf"))
    assert [record.getMessage() for record in caplog.records if "finite" in record.getMessage()]


def test_a_refusal_costs_only_what_is_refused(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused items are left out, the rest of the batch arrives, and the run is closed."""
    import benchbook.experiments.sinks.valid_names as names

    monkeypatch.setattr(names, "plain_name", lambda name: name)
    branch, _ = runs_of(uri, "refused", {"a//b": 1, "seed": 2}, [{"c//d": 0.5, "loss": 0.25}], 1.0)
    assert branch.data.params == {"seed": "2"}
    assert (branch.data.metrics["loss"], branch.data.metrics["output"]) == (0.25, 1.0)


def test_a_refusal_is_not_an_outage() -> None:
    """A server that does not answer is not asked for a while; one that refuses something is."""
    from mlflow.exceptions import MlflowException

    assert is_refusal(MlflowException.invalid_parameter_value("no"))
    assert not is_refusal(MlflowException("API request failed"))
    assert not is_refusal(ConnectionError())
