from __future__ import annotations

import dataclasses
import enum
import json
import math
import threading
from pathlib import PurePosixPath

import numpy as np
import pytest
from pydantic import BaseModel, SecretStr

from benchbook.clock import ManualClock
from benchbook.errors import UsageError
from benchbook.experiments import Branch, BranchFinishedError, BranchStatus

FINISHES = [
    lambda branch: branch.mark_success(1),
    lambda branch: branch.mark_failure(ValueError("no")),
    lambda branch: branch.mark_skipped("no need"),
]


def test_a_new_branch_is_pending():
    """A new branch is pending, without times or output."""
    branch = Branch(config={"a": 1})
    assert branch.status is BranchStatus.PENDING
    assert (branch.started_at_s, branch.ended_at_s, branch.duration_s, branch.output) == (None, None, None, None)


@pytest.mark.parametrize("second", FINISHES)
@pytest.mark.parametrize("first", FINISHES)
def test_finishing_twice_raises_and_changes_nothing(first, second):
    """The first ending is kept."""
    branch = Branch(config={"a": 1})
    first(branch)
    before = branch.to_dict()
    with pytest.raises(BranchFinishedError, match="is finished"):
        second(branch)
    assert branch.to_dict() == before


@pytest.mark.parametrize(
    "act",
    [
        lambda branch: branch.start(),
        lambda branch: branch.begin_attempt(),
        lambda branch: branch.log_metrics({"x": 1}),
        lambda branch: branch.log_artifact("a.txt", b""),
    ],
)
def test_a_finished_branch_takes_nothing_more(act):
    """A finished branch accepts no start, numbers or files."""
    branch = Branch(config={"a": 1})
    branch.mark_success()
    with pytest.raises(BranchFinishedError):
        act(branch)


@pytest.mark.parametrize("name", ["status", "output", "config_id", "exception", "config", "role"])
def test_attributes_cannot_be_set(name):
    """A branch changes only through its mark_ methods."""
    with pytest.raises(AttributeError):
        setattr(Branch(config={"a": 1}), name, None)


def test_of_many_threads_one_finishes_the_branch():
    """Of many threads that finish a branch one succeeds, and the others get the error."""
    branch, gate, errors = Branch(config={}), threading.Barrier(16), []

    def finish(value):
        gate.wait()
        try:
            branch.mark_success(value)
        except BranchFinishedError as error:
            errors.append(error)

    threads = [threading.Thread(target=finish, args=(value,)) for value in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 15
    assert branch.status is BranchStatus.SUCCESS


def test_times_come_from_both_clocks():
    """Start and end have an epoch and a monotonic time; the duration is monotonic."""
    clock = ManualClock()
    branch = Branch(config={}, clock=clock)
    clock.advance(1)
    branch.start()
    clock.advance(2.5)
    branch.mark_success()
    assert branch.ended_at_s - branch.started_at_s == 2.5
    assert branch.ended_monotonic_s - branch.started_monotonic_s == 2.5
    assert branch.duration_s == 2.5


def test_a_branch_that_never_started_took_no_time():
    """A branch that never started has a duration of 0."""
    branch = Branch(config={})
    branch.mark_skipped("not needed")
    assert branch.duration_s == 0.0
    assert branch.reason == "not needed"


def test_an_exception_is_kept_whole():
    """The type, the text, the traceback with its cause, and the exception itself are kept."""
    branch = Branch(config={})
    try:
        try:
            {}["inner"]
        except KeyError as cause:
            raise ValueError("outer") from cause
    except ValueError as error:
        branch.mark_failure(error)
        original = error
    assert branch.exception.original is original
    assert (branch.exception.type, branch.exception.message) == ("ValueError", "outer")
    assert "KeyError: 'inner'" in branch.exception.traceback
    assert "test_branch.py" in branch.exception.traceback


def test_the_configuration_is_given_out_as_a_copy():
    """Changing the copy does not change the branch."""
    branch = Branch(config={"a": [1]})
    branch.config["a"].append(2)
    assert branch.config == {"a": [1]}


class Color(enum.Enum):
    RED = "red"


class Model(BaseModel):
    password: SecretStr
    size: int


@dataclasses.dataclass
class Point:
    x: int


class Odd:
    def __repr__(self):
        raise RuntimeError


class Long:
    def __repr__(self):
        return "x" * 5000


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (np.float64(1.5), 1.5),
        (np.array([[1, 2]]), [[1, 2]]),
        (Color.RED, "red"),
        (Point(3), {"x": 3}),
        (PurePosixPath("a/b"), "a/b"),
        ({1: (2, {3})}, {"1": [2, [3]]}),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (2**70, str(2**70)),
        (Odd(), "<Odd whose repr raises RuntimeError>"),
        (Long(), "x" * 2000 + "..."),
        (type("Text", (str,), {})("t"), "t"),
    ],
)
def test_any_output_becomes_json(output, expected):
    """An output without a JSON form becomes its repr."""
    branch = Branch(config={})
    branch.mark_success(output)
    document = branch.to_dict()
    assert document["output"] == expected
    json.dumps(document, allow_nan=False)


def test_an_output_that_holds_itself_becomes_json():
    """The inner reference to the output becomes text."""
    output: list[object] = []
    output.append(output)
    branch = Branch(config={})
    branch.mark_success(output)
    json.dumps(branch.to_dict())


def test_secrets_are_masked_under_their_names_and_in_texts():
    """Secrets are masked in the configuration, its nested entries, the output, the message and the traceback only."""
    config = {"apiKey": "hunter2secret", "db": [{"password": "swordfish", "host": "intern.example"}], "max_tokens": 5}
    branch = Branch(config=config)
    branch.mark_failure(ValueError("cannot log in with swordfish at intern.example"))
    document = branch.to_dict(redact=["host"])
    text = json.dumps(document)
    for secret in ("hunter2secret", "swordfish", "intern.example"):
        assert secret not in text
    assert document["config"]["max_tokens"] == 5
    assert branch.config == config
    assert "swordfish" in json.dumps(branch.to_dict(redact=[]))


def test_a_single_name_to_redact_may_be_given_as_text():
    """A single name is not split into its letters."""
    assert Branch(config={"host": "somewhere"}).to_dict(redact="host")["config"] == {"host": "[redacted]"}


def test_an_id_that_is_a_secret_is_masked():
    """An id that equals the secret is masked."""
    assert Branch(config={"id": "swordfish", "token": "swordfish"}).to_dict()["config_id"] == "[redacted]"


def test_secret_types_of_pydantic_stay_secret():
    """Secret types have no other JSON form than the mask."""
    branch = Branch(config=Model.model_validate({"password": "swordfish", "size": 1}))
    assert "swordfish" not in json.dumps(branch.to_dict(redact=[]))


def test_reported_numbers_and_files_stand_in_the_record():
    """Numbers and files are recorded in order, with their steps."""
    branch = Branch(config={})
    branch.log_metrics({"loss": 2, "accuracy": 0.5}, step=1)
    branch.log_artifact("plots/a.svg", "<svg/>")
    branch.log_artifact("plots/a.svg", b"<svg></svg>")
    document = branch.to_dict()
    assert document["metrics"] == [
        {"name": "loss", "value": 2.0, "step": 1},
        {"name": "accuracy", "value": 0.5, "step": 1},
    ]
    assert document["artifacts"] == ["plots/a.svg"]


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a\\b", "./a"])
def test_file_names_stay_in_their_folder(name):
    """A name that leaves the folder is an error."""
    with pytest.raises(UsageError, match="not a relative path"):
        Branch(config={}).log_artifact(name, b"")


def test_the_repr_is_short():
    """The repr has the configuration, role and status."""
    branch = Branch(config={"id": "small"})
    assert repr(branch) == "Branch(small, branch, pending)"
    branch.mark_success()
    assert repr(branch) == "Branch(small, branch, success, 0 s)"
