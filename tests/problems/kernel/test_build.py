"""Which compiler a build uses."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / ".ci" / "build_kernel"
# A fake Python that records its arguments and fails where a test wants it to.
PYTHON = """#!/bin/sh
echo "CC=$CC $*" >> "$CALLS"
case "$*" in *requirements-compiler.lock*) exit ${ZIG:-0};; esac
"""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the script is written for bash")


def build(folder: Path, *, compiler: bool, **environment: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the script with or without a compiler; return what happened and how Python was called."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("bash", "dirname", "sh"):
        (tools / name).symlink_to(str(shutil.which(name)))
    if compiler:
        (tools / "cc").symlink_to(str(shutil.which("true")))
    python = folder / "python"
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    calls = folder / "calls"
    environment |= {"PATH": str(tools), "CALLS": str(calls)}
    kept = {name: value for name, value in os.environ.items() if name not in ("CC", "PATH")}
    done = subprocess.run(
        [tools / "bash", BUILD, python], env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    return done, calls.read_text(encoding="utf-8").splitlines()


def test_the_systems_compiler_is_taken_where_there_is_one(tmp_path: Path) -> None:
    """Only the package is installed, and CC is not changed."""
    done, calls = build(tmp_path, compiler=True)
    assert (done.returncode, done.stderr) == (0, "")
    (call,) = calls
    assert call.startswith("CC= -m pip install")
    assert call.endswith("--no-deps --no-build-isolation --editable .")


def test_a_compiler_that_cc_names_is_taken(tmp_path: Path) -> None:
    """CC takes precedence, also if no compiler is on the path."""
    done, calls = build(tmp_path, compiler=False, CC="/opt/cc")
    assert done.returncode == 0
    assert [call.split()[0] for call in calls] == ["CC=/opt/cc"]


def test_without_a_compiler_that_of_a_wheel_is_installed(tmp_path: Path) -> None:
    """The locked ziglang wheel is installed first and then compiles."""
    done, calls = build(tmp_path, compiler=False)
    assert done.returncode == 0
    first, second = calls
    assert first.endswith("--require-hashes -r requirements-compiler.lock")
    assert second.startswith(f"CC={tmp_path}/python -m ziglang cc -m pip install")


def test_without_any_compiler_one_sentence_names_both_ways_out(tmp_path: Path) -> None:
    """If the wheel cannot be installed either, the message names both ways to get a compiler."""
    done, calls = build(tmp_path, compiler=False, ZIG="1")
    assert done.returncode == 1
    assert len(calls) == 1
    (line,) = done.stderr.splitlines()
    assert "install one (such as 'apt-get install gcc')" in line
    assert "pip install -r requirements-compiler.lock" in line
