"""Check that the lock files fit pyproject.toml, without a network.

Every direct dependency must be locked at a version it allows, on every Python that the classifiers name; every locked
package must have hashes; the small lock must be a part of the full one; the compiler for machines without one has its
own lock; and no file may contain an index address.
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
SMALL, FULL, COMPILER = "requirements.lock", "requirements-all.lock", "requirements-compiler.lock"
SMALL_EXTRAS, FULL_EXTRAS = ("docs", "light"), ("all",)
BUILD_GROUP, COMPILER_GROUP = "build", "compiler"
CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")
FORBIDDEN = re.compile(r"^\s*-|\w+://|\s@\s")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")

Lock = dict[str, list[Requirement]]


def main() -> int:
    """Print every finding, and return 1 if there is one."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pythons = supported_pythons(pyproject["project"]["classifiers"])
    problems: list[str] = []
    small, full = (read_lock(name, problems) for name in (SMALL, FULL))
    for name, lock, extras in ((SMALL, small, SMALL_EXTRAS), (FULL, full, FULL_EXTRAS)):
        for requirement in direct_requirements(pyproject, extras):
            problems += [f"{name}: {text}" for text in unmet(requirement, lock, pythons)]
    problems += inconsistent(small, full, pythons)
    compiler = read_lock(COMPILER, problems)
    for text in pyproject["dependency-groups"][COMPILER_GROUP]:
        problems += [f"{COMPILER}: {found}" for found in unmet(Requirement(text), compiler, pythons)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print("Run `make lock` to bring the locks up to date.", file=sys.stderr)
        return 1
    print(f"{SMALL} ({len(small)} packages) and {FULL} ({len(full)}) fit pyproject.toml")
    return 0


def supported_pythons(classifiers: list[str]) -> list[str]:
    """Return the minor versions of Python that the classifiers name, such as 3.11."""
    return [found[1] for text in classifiers if (found := CLASSIFIER.fullmatch(text))]


def read_lock(name: str, problems: list[str]) -> Lock:
    """Return the locked requirements by package name; append what a lock must not contain to the findings."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lock: Lock = {}
    for line in text.splitlines():
        entry = line.split("#", 1)[0].strip()
        if FORBIDDEN.search(line):
            problems.append(f"{name}: an address or an option stands in it: {line.strip()[:80]}")
        if not entry or FORBIDDEN.search(entry):
            continue
        if not HASH.search(entry):
            problems.append(f"{name}: no hash for {entry}")
        try:
            requirement = Requirement(entry.split("--hash", 1)[0].strip())
        except InvalidRequirement as error:
            problems.append(f"{name}: unreadable line: {error}")
            continue
        if pinned(requirement) is None:
            problems.append(f"{name}: {requirement} is not pinned to one version")
            continue
        lock.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return lock


def pinned(requirement: Requirement) -> Version | None:
    """Return the one version that the requirement allows, or None."""
    specifiers = list(requirement.specifier)
    if len(specifiers) == 1 and specifiers[0].operator == "==" and "*" not in specifiers[0].version:
        return Version(specifiers[0].version)
    return None


def direct_requirements(pyproject: dict, extras: tuple[str, ...]) -> list[Requirement]:
    """Return what pyproject asks for: dependencies, the named extras (self references followed), the build group."""
    project = pyproject["project"]
    optional = project["optional-dependencies"]
    found = [Requirement(text) for text in [*project["dependencies"], *pyproject["dependency-groups"][BUILD_GROUP]]]
    waiting, seen = list(extras), set(extras)
    while waiting:
        for text in optional[waiting.pop()]:
            requirement = Requirement(text)
            if canonicalize_name(requirement.name) != canonicalize_name(project["name"]):
                found.append(requirement)
                continue
            new = requirement.extras - seen
            seen |= new
            waiting += sorted(new)
    return found


def versions_on(python: str, name: str, lock: Lock) -> set[Version]:
    """Return the versions of a package that the lock gives to one Python on the platform that runs this check."""
    environment = {"python_version": python, "python_full_version": f"{python}.99"}
    applicable = (entry for entry in lock.get(name, []) if not entry.marker or entry.marker.evaluate(environment))
    return {version for entry in applicable if (version := pinned(entry)) is not None}


def unmet(requirement: Requirement, lock: Lock, pythons: list[str]) -> list[str]:
    """Return a sentence for every Python on which the lock does not satisfy the requirement."""
    name = canonicalize_name(requirement.name)
    problems = []
    for python in pythons:
        environment = {"python_version": python, "python_full_version": f"{python}.99"}
        if requirement.marker and not requirement.marker.evaluate(environment):
            continue
        versions = versions_on(python, name, lock)
        if len(versions) != 1:
            problems.append(f"{requirement} has {len(versions)} locked versions on Python {python}, expected 1")
        elif not requirement.specifier.contains(version := versions.pop(), prereleases=True):
            problems.append(f"{requirement} does not allow the locked {version} on Python {python}")
    return problems


def inconsistent(small: Lock, full: Lock, pythons: list[str]) -> list[str]:
    """Return a sentence for every package that has another version in the small lock on some Python."""
    problems = []
    for name in sorted(small):
        for python in pythons:
            here, there = versions_on(python, name, small), versions_on(python, name, full)
            if here - there:
                problems.append(f"{name} on Python {python}: {SMALL} has {listed(here)}, {FULL} has {listed(there)}")
    return problems


def listed(versions: set[Version]) -> str:
    """Return the versions as one readable text."""
    return ", ".join(map(str, sorted(versions))) or "none"


if __name__ == "__main__":
    sys.exit(main())
