"""Check the files in dist/ before a release.

There must be wheels and one source distribution of the same version, which is also that of a given tag; a section of
the changelog for it; metadata that an index accepts; every file of the package in the wheel; and the wheel must work by
itself: it runs an optimizer from an empty folder, with the package imported from the unpacked wheel only.
"""

import argparse
import email.parser
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from packaging.metadata import Metadata
from packaging.tags import sys_tags
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
LARGEST_BYTES = 2_000_000
# what a wheel must contain in addition to the code
NEEDED_IN_SDIST = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "src/benchbook/__init__.py",
    "CMakeLists.txt",
)
# an editable installation is found before PYTHONPATH is searched
ALONE = "import sys; sys.meta_path[:] = [item for item in sys.meta_path if 'ScikitBuild' not in type(item).__name__]\n"
RUN = "import benchbook as bb; print(bb.__file__); bb.run('random_search', 'sphere', dim=2, seed=1, budget=20)"


def main() -> int:
    """Print every finding, and return 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tag", nargs="?", help="the tag of the release, such as v1.2.3")
    parser.add_argument("--notes", type=Path, help="only write the version's part of the changelog to this file")
    arguments = parser.parse_args()
    wheels, sdists = sorted(DIST.glob("*.whl")), sorted(DIST.glob("*.tar.gz"))
    if not wheels or len(sdists) != 1:
        print(
            f"dist/ holds {len(wheels)} wheels and {len(sdists)} source distributions, expected at least one wheel "
            "and one source distribution: make release-build makes them",
            file=sys.stderr,
        )
        return 1
    version = parse_wheel_filename(wheels[0].name)[1]
    notes = changes_of(version)
    if arguments.notes:
        arguments.notes.parent.mkdir(parents=True, exist_ok=True)
        arguments.notes.write_text(notes or "", encoding="utf-8")
        return 0 if notes else 1
    problems = [*names(version, sdists[0], arguments.tag), *sdist_problems(sdists[0])]
    for wheel in wheels:
        if (other := parse_wheel_filename(wheel.name)[1]) != version:
            problems.append(f"{wheel.name} has version {other}, {wheels[0].name} {version}")
        problems += wheel_problems(wheel)
    if arguments.tag and notes is None:
        problems.append(f"CHANGELOG.md has no part '## {version}'")
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"{', '.join(item.name for item in wheels)} and {sdists[0].name} can be released")
    return 1 if problems else 0


def names(version: Version, sdist: Path, tag: str | None) -> list[str]:
    """Return how the versions of wheel, source distribution and tag differ."""
    problems = []
    if (other := parse_sdist_filename(sdist.name)[1]) != version:
        problems.append(f"{sdist.name} has version {other}, the wheel {version}")
    if tag:
        try:
            tagged = Version(tag)
        except InvalidVersion:
            return [*problems, f"the tag {tag!r} is no version, expected v{version}"]
        if tagged != version:
            problems.append(f"the tag is {tag}, the wheel has version {version}")
    return problems


def changes_of(version: Version) -> str | None:
    """Return the section of the changelog about a version, or None."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## \[?{re.escape(str(version))}\]?[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found.group(1).strip() if found else None


def wheel_problems(wheel: Path) -> list[str]:
    """Return what is wrong with the wheel: metadata, missing files, or that it does not work by itself."""
    problems = []
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        [metadata] = [name for name in inside if name.endswith(".dist-info/METADATA")]
        try:
            Metadata.from_email(archive.read(metadata))
        except ExceptionGroup as group:
            problems += [f"{wheel.name}: {error}" for error in group.exceptions]
        description = email.parser.BytesParser().parsebytes(archive.read(metadata)).get_payload()
        if not str(description).strip():
            problems.append(f"{wheel.name} has no description")
        for path in sorted((ROOT / "src" / "benchbook").rglob("*")):
            name = path.relative_to(ROOT / "src").as_posix()
            if path.is_file() and not {"__pycache__", "native"} & set(path.parts) and name not in inside:
                problems.append(f"{wheel.name} lacks {name}")
        if not any(name.startswith("benchbook/problems/kernel/_kernel.") for name in inside):
            problems.append(f"{wheel.name} lacks the compiled kernel")
        if wheel.stat().st_size > LARGEST_BYTES:
            problems.append(f"{wheel.name} has {wheel.stat().st_size} bytes, expected at most {LARGEST_BYTES}")
        if runs_here(wheel.name):
            with tempfile.TemporaryDirectory() as folder:
                archive.extractall(folder)  # noqa: S202  # a zip file, and our own
                problems += works(Path(folder), wheel.name)
    return problems


def runs_here(name: str) -> bool:
    """Return whether a wheel is for this platform."""
    return bool(parse_wheel_filename(name)[3] & set(sys_tags()))


def works(unpacked: Path, name: str) -> list[str]:
    """Use the unpacked wheel from an empty folder, and return what went wrong."""
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, "PYTHONPATH": str(unpacked), "BENCHBOOK_ARTIFACTS": empty}
        for code in (
            RUN,
            "import runpy; sys.argv[1:] = ['--version']; runpy.run_module('benchbook', run_name='__main__')",
        ):
            done = subprocess.run(
                [sys.executable, "-c", ALONE + code],
                cwd=empty,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                return [f"{name} does not work: {done.stderr.strip().splitlines()[-1]}"]
            if code is RUN and not done.stdout.startswith(str(unpacked)):
                return [f"{name}: the package was not read from the wheel but from {done.stdout.strip()}"]
    return []


def sdist_problems(sdist: Path) -> list[str]:
    """Return what is missing from the source distribution."""
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    return [f"{sdist.name} lacks {name}" for name in NEEDED_IN_SDIST if name not in inside]


if __name__ == "__main__":
    sys.exit(main())
