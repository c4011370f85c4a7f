"""The workflows are valid, use only make targets, and those targets do what the workflows expect."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
COMMAND = re.compile(r"make ([a-z-]+)((?: [A-Z]+=\S+)*)")
# Already installed: the targets use the Python that runs the tests, and nothing is installed.
INSTALLED = ["-o", ".venv/.stamp-quick", "-o", ".venv/.stamp-all", f"PY={sys.executable}"]
STUDY = """
optimizers: [manta_ray_foraging]
functions: [bbob_f1, bbob_f8]
dims: [2, 3]
instances: [1, 2]
budget_per_dim: 20
"""


def read(file: Path) -> dict[Any, Any]:
    """Return a workflow; YAML 1.1 reads its key `on` as true."""
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def steps(file: Path) -> list[dict[str, Any]]:
    """Return the steps of all jobs of a workflow."""
    return [step for job in read(file)["jobs"].values() for step in job["steps"]]


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call make in a folder."""
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    # make passes its own flags to a make that it runs, as when `make test` runs these tests
    clean = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(
        ["make", *INSTALLED, *arguments],
        cwd=folder,
        env={**clean, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_four_workflows_are_there() -> None:
    """The workflows are for pull requests, nights, the site and releases."""
    assert [file.name for file in FILES] == ["docs.yml", "nightly.yml", "pull-request.yml", "release.yml"]


def test_the_workflows_fit_their_schema() -> None:
    """check-jsonschema contains the schema, so no network is needed."""
    done = make(ROOT, "lint-workflows")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_command_of_a_workflow_is_a_make_target(file: Path) -> None:
    """Whatever a workflow runs can also be run by hand."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = [step["run"] for step in steps(file) if "run" in step]
    assert commands
    for command in commands:
        match = COMMAND.fullmatch(re.sub(r"\$\{\{[^}]*\}\}", "1", command))
        assert match is not None, command
        assert match.group(1) in targets, command


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_make_accepts_the_targets_of_a_workflow_without_a_warning(file: Path) -> None:
    """No target is defined twice, and none depends on a missing target."""
    for command in (step["run"] for step in steps(file) if "run" in step):
        words = re.sub(r"\$\{\{[^}]*\}\}", "1", command).split()[1:]
        done = make(ROOT, "-n", *words)
        assert (done.returncode, done.stderr) == (0, ""), command


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_jobs_end_and_uploads_expire(file: Path) -> None:
    """Each job has a time limit and each upload a retention; tokens can only read unless a job says otherwise."""
    workflow = read(file)
    assert workflow["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())
    uploads = [step for step in steps(file) if re.search("upload-(pages-)?artifact", step.get("uses", ""))]
    assert uploads
    assert all(step["with"]["retention-days"] <= 90 for step in uploads)


def test_pull_requests_run_on_every_supported_python() -> None:
    """The tests and the quick specs run on the Pythons that the package declares."""
    declared = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text())
    jobs = read(ROOT / ".github" / "workflows" / "pull-request.yml")["jobs"]
    assert jobs["test"]["strategy"]["matrix"]["python"] == declared
    assert jobs["quick"]["strategy"]["matrix"]["python"] == declared


def test_the_parts_of_a_night_make_a_whole() -> None:
    """The matrix has as many parts as its commands divide the work into."""
    jobs = read(ROOT / ".github" / "workflows" / "nightly.yml")["jobs"]
    for name in ("study", "specs"):
        parts = jobs[name]["strategy"]["matrix"]["part"]
        commands = [step["run"] for step in jobs[name]["steps"] if "SHARD" in step.get("run", "")]
        assert commands
        assert all(command.endswith(f"SHARD=${{{{ matrix.part }}}}/{len(parts)}") for command in commands)
        assert parts == list(range(1, len(parts) + 1))


def test_a_night_has_a_budget() -> None:
    """The longest chain of jobs ends within 8 hours, and all jobs together within 72 machine hours."""
    jobs = read(ROOT / ".github" / "workflows" / "nightly.yml")["jobs"]
    limits = {name: job["timeout-minutes"] / 60 for name, job in jobs.items()}
    parts = {name: len(job.get("strategy", {}).get("matrix", {}).get("part", [0])) for name, job in jobs.items()}
    assert max(limits["study"], limits["specs"]) + limits["merge"] + limits["notice"] <= 8
    assert sum(limits[name] * parts[name] for name in jobs) <= 72


class TestPublishing:
    """The site is published by one job of one workflow, and only after opting in."""

    def test_one_step_alone_sets_the_switch(self) -> None:
        """No other workflow, job or step can publish."""
        setting = [
            (file.name, step.get("run"))
            for file in FILES
            for step in steps(file)
            if "BENCHBOOK_PUBLISH" in step.get("env", {})
        ]
        assert setting == [("docs.yml", "make docs-publish")]
        texts = {file.name: file.read_text(encoding="utf-8").count("BENCHBOOK_PUBLISH") for file in FILES}
        assert texts == {"docs.yml": 1, "nightly.yml": 0, "pull-request.yml": 0, "release.yml": 0}

    def test_it_is_opted_into_and_follows_a_night_that_passed(self) -> None:
        """Publishing needs an opt-in and a passed night, or a manual start with a night number, as in a roll-back."""
        docs = read(ROOT / ".github" / "workflows" / "docs.yml")
        condition = docs["jobs"]["build"]["if"]
        assert "vars.PUBLISH_DOCS == 'true'" in condition
        assert "workflow_run.conclusion == 'success'" in condition
        assert docs[True]["workflow_run"]["workflows"] == [read(ROOT / ".github" / "workflows" / "nightly.yml")["name"]]
        assert docs[True]["workflow_dispatch"]["inputs"]["night"]["required"] is True
        assert docs["jobs"]["deploy"]["needs"] == ["build"]

    def test_it_shows_what_the_night_uploaded(self) -> None:
        """The upload names of the night are those that are fetched, from that night's run."""
        docs, nightly = (ROOT / ".github" / "workflows" / name for name in ("docs.yml", "nightly.yml"))
        [fetch] = [step["with"] for step in steps(docs) if "download-artifact" in step.get("uses", "")]
        names = [step["with"]["name"] for step in steps(nightly) if "upload-artifact" in step.get("uses", "")]
        assert any(name.startswith(fetch["pattern"].rstrip("*")) for name in names)
        assert fetch["run-id"] == "${{ env.NIGHT }}"

    def test_the_commit_of_the_night_is_taken(self, tmp_path: Path) -> None:
        """Code, notebooks and results come from the same commit; without a night nothing is done."""
        for name, answer in (("gh", 'echo "run $3" >> "$CALLS"; echo abc123'), ("git", 'echo "git $@" >> "$CALLS"')):
            (tmp_path / name).write_text(f"#!/bin/sh\n{answer}\n")
            (tmp_path / name).chmod(0o755)
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        done = make(ROOT, "docs-commit", NIGHT="77", PATH=path, CALLS=str(tmp_path / "calls"))
        assert done.returncode == 0, done.stderr
        said = (tmp_path / "calls").read_text().splitlines()
        assert said == [
            "run 77",
            "git fetch --quiet --depth 1 origin abc123",
            "git checkout --quiet --detach FETCH_HEAD",
        ]
        assert "usage" in make(ROOT, "docs-commit", PATH=path, CALLS=str(tmp_path / "calls")).stderr

    def test_without_the_switch_nothing_is_published(self, tmp_path: Path) -> None:
        """The target leaves the decision to the gate."""
        (tmp_path / "notebooks").mkdir()
        shutil.copy(ROOT / "Makefile", tmp_path)
        done = make(tmp_path, "docs-publish", "COMPILE=true")
        assert "Error 2" in done.stderr
        assert not (tmp_path / "public").exists()


class TestNight:
    """The chain of the nightly workflow, with a tiny study and one spec."""

    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        """Return a small project with the real Makefile and parameters; tests/site builds the documentation."""
        project = tmp_path / "project"
        shutil.copytree(ROOT / "params", project / "params")
        (project / "notebooks").mkdir()
        shutil.copy(ROOT / "notebooks" / "random_search.ipynb", project / "notebooks")
        shutil.copy(ROOT / "Makefile", project)
        (project / "study.yaml").write_text(STUDY)
        return project

    def run(self, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call a nightly target at a small scale."""
        small = ("STUDY=study.yaml", "PARAMS=quick", "COMPILE=true")
        return make(project, *arguments, *small, BENCHBOOK_ARTIFACTS=str(project / "artifacts"))

    def test_parts_are_done_merged_checked_and_reported(self, project: Path) -> None:
        """The parts become one complete study, a report and a site."""
        for target in ("nightly-shard SHARD=1/2", "nightly-shard SHARD=2/2", "nightly-specs SHARD=1/1"):
            done = self.run(project, *target.split())
            assert done.returncode == 0, done.stdout + done.stderr
        for target in ("nightly-merge", "nightly-report", "nightly-check"):
            done = self.run(project, target)
            assert done.returncode == 0, done.stdout + done.stderr
        assert "16 runs bit-identical, 0 differ" in done.stdout
        assert (project / "artifacts" / "nightly" / "report" / "index.html").is_file()
        assert "held" in (project / "docs" / "_build" / "html" / "specs" / "random_search.html").read_text()

    def test_a_part_goes_on_from_what_it_has(self, project: Path) -> None:
        """A second attempt at a part repeats nothing."""
        shards = project / "artifacts" / "nightly" / "part-1" / "shards"
        assert self.run(project, "nightly-shard", "SHARD=1/2").returncode == 0
        before = {file.name: file.read_bytes() for file in shards.iterdir()}
        done = self.run(project, "nightly-shard", "SHARD=1/2")
        assert done.returncode == 0
        assert {file.name: file.read_bytes() for file in shards.iterdir()} == before

    def test_a_night_with_a_lost_part_fails(self, project: Path) -> None:
        """The check says that runs are missing, so that the notice is opened."""
        assert self.run(project, "nightly-shard", "SHARD=1/2").returncode == 0
        assert self.run(project, "nightly-merge").returncode == 0
        (project / "artifacts" / "specs").mkdir()
        shutil.copy(ROOT / "artifacts" / "baselines" / "native-optimizers.json.zst", project / "artifacts" / "specs")
        done = self.run(project, "nightly-check")
        assert done.returncode != 0
        assert "Error 7" in done.stderr

    def test_a_damaged_part_fails_immediately(self, project: Path) -> None:
        """A part checks what it wrote before it is merged."""
        assert self.run(project, "nightly-shard", "SHARD=1/1").returncode == 0
        [shard] = (project / "artifacts" / "nightly" / "part-1" / "shards").iterdir()
        data = bytearray(shard.read_bytes())
        data[len(data) // 2] ^= 0xFF
        shard.write_bytes(bytes(data))
        done = self.run(project, "nightly-shard", "SHARD=1/1")
        assert done.returncode != 0
        assert "Error 3" in done.stderr


def test_the_baseline_is_compared_with_its_own_study(tmp_path: Path) -> None:
    """The study of pull requests has the cells of the baseline, run by run, and nothing is worse."""
    shutil.copytree(ROOT / "artifacts" / "baselines", tmp_path / "baselines")
    done = make(ROOT, "compare-baseline", "COMPILE=true", BENCHBOOK_ARTIFACTS=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "960 done, 0 failed" in done.stdout
    assert "not in the" not in done.stdout


GH = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1 $2" in "issue list") echo "$OPEN" ;; esac
"""


@pytest.mark.parametrize(("open_notice", "expected"), [("", "issue create"), ("12", "issue comment 12")])
def test_a_failed_night_is_reported_once(tmp_path: Path, open_notice: str, expected: str) -> None:
    """The first failure opens a notice, later ones add to it."""
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    calls = tmp_path / "calls"
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = make(ROOT, "notice", WHAT="Nightly run", PATH=path, CALLS=str(calls), OPEN=open_notice, GITHUB_SHA="abc")
    assert done.returncode == 0, done.stderr
    said = calls.read_text()
    assert expected in said
    assert "Nightly run failed at commit abc" in said
    assert said.count("issue c") == 1


def test_a_notice_says_what_it_is_about(tmp_path: Path) -> None:
    """Without WHAT no notice is made."""
    done = make(ROOT, "notice")
    assert done.returncode != 0
    assert "usage" in done.stderr
