from __future__ import annotations

import json

import pytest

from benchbook.cli.main import main
from benchbook.experiments import list_strategies

MODULE = """
import asyncio
from pydantic import BaseModel
from benchbook.experiments import experiment

def plain(config, x=1):
    if config.get("fail"):
        raise ValueError("it was to fail")
    return x * config["n"]

async def coroutine(config, x=1):
    await asyncio.sleep(0)
    return x * config["n"]

decorated = experiment(configs=[{"n": 100}])(plain)
number = 5

class Model(BaseModel):
    n: int

def modelled(config: Model):
    return config.n
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a folder with a module and configurations, as working directory."""
    (tmp_path / "functions_of_the_test.py").write_text(MODULE)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "one.yaml").write_text("id: one\nn: 1\n")
    (tmp_path / "configs" / "two.yaml").write_text("id: two\nn: 2\n")
    (tmp_path / "failing.yaml").write_text("- {id: good, n: 1}\n- {id: bad, n: 1, fail: true}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("function", ["plain", "coroutine", "decorated"])
@pytest.mark.parametrize("module", ["functions_of_the_test", "functions_of_the_test.py"])
def test_a_function_is_run_under_all_configurations(place, module, function, capsys, artifacts):
    """A function of a module or a file is run with arguments, and the record is an artifact."""
    code = main(["experiment", "run", f"{module}:{function}", "--configs", "configs", "--arg", "x=10", "--json"])
    assert code == 0
    assert [branch["output"] for branch in json.loads(capsys.readouterr().out)] == [10, 20]
    assert len(list(artifacts.rglob("*.json.zst"))) == 1


def test_the_table_is_readable(place, capsys):
    """The table has the failures, and the exit code reports them."""
    target = "functions_of_the_test:plain"
    assert main(["experiment", "run", target, "--configs", "failing.yaml", "--sink", "memory"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "good" in lines[1]
    assert "success" in lines[1]
    assert "ValueError: it was to fail" in lines[2]


def test_strategies_and_limits_can_be_chosen(place, capsys):
    """Several calls take turns; a failing shadow does not fail the call."""
    common = ["functions_of_the_test:plain", "--configs", "configs", "--sink", "memory", "--json"]
    more = ["--strategy", "round_robin", "--set", "start=1", "--calls", "3", "--retries", "1", "--timeout", "30"]
    assert main(["experiment", "run", *common, *more]) == 0
    assert [branch["output"] for branch in json.loads(capsys.readouterr().out)] == [2, 1, 2]
    common[2] = "failing.yaml"
    assert main(["experiment", "run", *common, "--strategy", "shadow"]) == 0
    assert [branch["status"] for branch in json.loads(capsys.readouterr().out)] == ["success", "failed"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nothing", "not of the form"),
        ("no_such_module:f", "no module 'no_such_module'"),
        ("none.py:f", "no such file"),
        ("functions_of_the_test:plainx", "did you mean 'plain'"),
        ("functions_of_the_test:number", "is of type int"),
    ],
)
def test_wrong_targets_are_refused(place, target, message, capsys):
    """A wrong target gives exit code 2."""
    assert main(["experiment", "run", target, "--configs", "configs"]) == 2
    assert message in capsys.readouterr().err


def test_wrong_configurations_are_reported_with_their_line(place, capsys):
    """The keys are checked if the function declares a model."""
    (place / "configs" / "two.yaml").write_text("id: two\n\nm: 2\n")
    assert main(["experiment", "run", "functions_of_the_test:modelled", "--configs", "configs"]) == 2
    assert "two.yaml:3: unknown key 'm'" in capsys.readouterr().err


def test_a_tracking_server_needs_its_sink(place, capsys):
    """Without the sink, nothing would be sent, so the option is refused."""
    options = ["--configs", "configs", "--tracking-uri", "http://127.0.0.1:9"]
    assert main(["experiment", "run", "functions_of_the_test:plain", *options]) == 2
    assert "which is for --sink mlflow" in capsys.readouterr().err


def test_an_unknown_strategy_is_refused_with_the_known_ones_once(place, capsys):
    """The known strategies are listed once, whether or not a similar one exists."""
    for name in ("shadwo", "zzz"):
        assert main(["experiment", "run", "functions_of_the_test:plain", "--configs", "c", "--strategy", name]) == 2
        assert capsys.readouterr().err.count("known are") == 1


def test_strategies_are_listed(capsys):
    """Strategies are listed as a table and as JSON."""
    assert main(["experiment", "strategies"]) == 0
    assert "multi_branch" in capsys.readouterr().out
    assert main(["experiment", "strategies", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == list_strategies()
