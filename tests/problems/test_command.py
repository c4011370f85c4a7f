import json
from pathlib import Path

import pytest

from benchbook.cli.main import main
from benchbook.problems import names
from benchbook.problems.certify import Certificate


def test_list_shows_what_a_user_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every function has one line with dimensions, instances and properties; JSON gives the names."""
    assert main(["problems", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(names()) + 1
    row = next(line for line in lines if line.startswith("bbob_mixint_f8 "))
    assert "5, 10, 20, 40, 80, 160" in row
    assert "1 to 15" in row
    assert main(["problems", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == names()


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith(("bbob_biobj", "bbob_constr"))])
def test_every_function_is_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The formula, bounds, optimum and properties of every function can be shown without options."""
    assert main(["problems", "show", name]) == 0
    text = capsys.readouterr().out
    for fact in ("formula", "bounds", "f_opt", "x_opt", "separable", "multimodal", "condition", "group"):
        assert fact in text


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("bbob_constrained_f15", ["constraints 9", "with 9 constraints g_i(x) <= 0"]),
        ("bbob_biobj_f2", ["objectives 2", "objectives bbob_f1 and bbob_f2"]),
    ],
)
def test_constraints_and_objectives_are_shown(name: str, facts: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The numbers of constraints and objectives are shown."""
    assert main(["problems", "show", name]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert [fact for fact in facts if fact not in text] == []


def test_two_objectives_have_no_contours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Contours of two objectives are refused, and nothing is written."""
    assert main(["problems", "show", "bbob_biobj_f2", "--picture", str(tmp_path / "picture.svg")]) == 2
    assert "bbob_biobj_f2 has two" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_integer_variables_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """The text says which variables are integer."""
    main(["problems", "show", "bbob_mixint_f1", "--dim", "10"])
    assert "the first 8 of 10 variables" in capsys.readouterr().out


def test_a_picture_is_written(tmp_path: Path) -> None:
    """The contours with the optimum become a reproducible SVG file with a description."""
    files = [tmp_path / "a.svg", tmp_path / "b.svg"]
    for file in files:
        assert main(["problems", "show", "bbob_f15", "--instance", "3", "--picture", str(file)]) == 0
    text = files[0].read_text()
    assert "Contours of bbob_f15, instance 3" in text
    assert text == files[1].read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["bbob_f1", "--picture", "a.png"], "ends in .svg"),
        (["bbob_f1", "--dim", "3", "--picture", "a.svg"], "has 3"),
        (["bbob_mixint_f1", "--picture", "a.svg"], "has 5"),
        (["bbob_noisy_f131"], "did you mean"),
        (["bbob_f99"], "did you mean"),
        (["bbob_largescale_f1", "--dim", "3"], "expected one of 20, 40, 80, 160, 320, 640"),
    ],
)
def test_what_cannot_be_shown_is_a_usage_error(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong files, dimensions and names give exit code 2 with a reason."""
    assert main(["problems", "show", *options]) == 2
    assert message in capsys.readouterr().err


def test_certify_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """The requested functions are compared, and their verdict is printed."""
    assert main(["problems", "certify", "--functions", "1-2,5", "--dims", "2,5", "--instances", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["bbob_f1", "bbob_f2", "bbob_f5"]
    assert all("passed" in line for line in lines[1:])


def test_certify_names_the_nearest_noisy_functions(capsys: pytest.CaptureFixture[str]) -> None:
    """The message for a number above the last noisy function names noisy ones."""
    assert main(["problems", "certify", "--functions", "101,131"]) == 2
    assert "unknown noisy BBOB function 'bbob_noisy_f131'; did you mean 'bbob_noisy_f130'" in capsys.readouterr().err


def test_certify_writes_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The findings are available as JSON."""
    assert main(["problems", "certify", "--functions", "bbob_f7", "--dims", "3", "--instances", "1", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["function"] == "bbob_f7"
    assert found["passed"] is True


def test_a_failed_certification_ends_with_exit_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict and the fault are printed, and the exit code is 1."""
    failed = Certificate(
        function="bbob_f1", problems=1, points=26, worst=1e-3, dim=2, instance=1, where="random", faults=("a fault",)
    )
    monkeypatch.setattr("benchbook.problems.certify.certify", lambda *_: failed)
    assert main(["problems", "certify", "--functions", "1"]) == 1
    out = capsys.readouterr().out
    assert "failed" in out
    assert "bbob_f1: a fault" in out


@pytest.mark.parametrize("options", [["--functions", "x"], ["--dims", ""], ["--instances", "5-1"], ["--dims", "4"]])
def test_wrong_numbers_are_a_usage_error(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers and ranges are accepted, and anything else is refused."""
    assert main(["problems", "certify", *options]) == 2
    assert "expected" in capsys.readouterr().err
