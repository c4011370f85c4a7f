"""Commands that `killed_commands` kills: what they need, and what must hold after each kill."""

# ruff: noqa: D102  # the methods are described once, in `Scenario`

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import benchbook as bb
from benchbook.artifacts.io import load_document
from benchbook.artifacts.store.repair import inspect, repair
from benchbook.artifacts.store.store import Store
from benchbook.cli.main import main as command
from benchbook.tracking import track
from benchbook.tracking.files.reader import list_runs, read_run

STUDY = {
    "optimizers": ["manta_ray_foraging", "differential_evolution"],
    "functions": ["sphere", "bbob_f8"],
    "dims": [2, 5],
    "instances": [1, 2],
    "seeds": 5,
    "budget_per_dim": 200,
}
RUNS = 3 * 2 * 2 * 2 * 5  # with those of random search, the control
SMALL = {"functions": "[sphere]", "dims": "[2]", "instances": "[0]", "seeds": "2", "bbob_functions": "[1]"}
SMALL |= {"budget_per_dim": "20"}


class WrongError(Exception):
    """Something was lost, or cannot be opened."""


class Scenario:
    """A command to kill, and what must hold after each kill and at the end."""

    is_quick = True

    def __init__(self, folder: Path) -> None:
        """Prepare what the command needs in a new folder, which becomes the working directory."""
        self.folder = folder

    def work(self, dice: random.Random) -> None:
        """Do the work that is killed."""
        raise NotImplementedError

    def look(self) -> None:
        """Raise `WrongError`, or one of benchbook's errors, if a kill has cost more than the unfinished work."""
        raise NotImplementedError

    def begin_again(self) -> None:
        """Remove finished results, so that there is work to do."""

    def finish(self) -> None:
        """Check once more, after the work was done without a kill."""
        self.look()


def run(*arguments: str) -> None:
    """Run a command of benchbook."""
    code = command([*arguments])
    if code != 0:
        raise WrongError(f"{' '.join(arguments)} ended with exit code {code}")


def study_file(folder: Path) -> str:
    """Write the study and return its path."""
    path = folder / "study.yaml"
    path.write_text(json.dumps(STUDY))
    return str(path)


def digest_of(folder: Path) -> tuple[int, str]:
    """Return the number of readable runs and the content digest of a store."""
    with Store(folder) as store:
        return sum(1 for _ in store.records()), store.content_digest()


def made_store(folder: Path, **changes: object) -> Path:
    """Make a complete store of the study."""
    bb.study(**{**STUDY, **changes}).run(folder).close()
    return folder


class Study(Scenario):
    """`study run`: every run that was reported as done is in the store."""

    options: tuple[str, ...] = ()

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.file, self.store = study_file(folder), folder / "store"
        self.before = 0

    def work(self, dice: random.Random) -> None:
        run("study", "run", self.file, "--store", str(self.store), "--quiet", *self.options)

    def look(self) -> None:
        begun = (self.store / "manifest.json.zst").is_file()  # the folder alone is not a store yet
        there = digest_of(self.store)[0] if begun else 0
        if there < self.before:
            raise WrongError(f"{there} runs, {self.before} before")
        self.before = there
        if begun and (bad := [finding for finding in inspect(self.store) if not finding.repairable]):
            raise WrongError(f"{bad[0]}")

    def begin_again(self) -> None:
        if self.before == RUNS:
            shutil.rmtree(self.store)
            self.before = 0

    def finish(self) -> None:
        self.look()
        repair(self.store)
        if digest_of(self.store) != digest_of(made_store(self.folder / "undisturbed")):
            raise WrongError("the finished store differs from an undisturbed one")


class Processes(Study):
    """`study run` with worker processes."""

    options = ("--executor", "processes", "--workers", "2")


class Dask(Study):
    """`study run` with a Dask cluster on this machine."""

    options = ("--executor", "dask", "--workers", "1")


class Merge(Scenario):
    """`study merge`: the sources are unchanged, and the target only grows."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        whole = bb.study(**STUDY)
        self.sources = [folder / "one", folder / "two"]
        for number, source in enumerate(self.sources, 1):
            whole.run(source, shard=f"{number}/2").close()
        self.digests = [digest_of(source) for source in self.sources]
        self.into, self.before = folder / "into", 0

    def work(self, dice: random.Random) -> None:
        run("study", "merge", *map(str, self.sources), "--into", str(self.into))

    def look(self) -> None:
        if [digest_of(source) for source in self.sources] != self.digests:
            raise WrongError("a source has changed")
        there = digest_of(self.into)[0] if (self.into / "shards").is_dir() else 0
        if there < self.before:
            raise WrongError(f"{there} runs, {self.before} before")
        self.before = there

    def begin_again(self) -> None:
        if self.before == RUNS:
            shutil.rmtree(self.into)
            self.before = 0

    def finish(self) -> None:
        self.look()
        if self.before != sum(count for count, _ in self.digests):
            raise WrongError(f"{self.before} runs are merged of {self.digests}")


class Export(Scenario):
    """`export`: the study is unchanged, and leftovers of an interrupted export do not stop the next one."""

    formats = ("coco", "ioh", "csv", "parquet", "ro-crate")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.store = made_store(folder / "store", functions=["bbob_f1", "bbob_f8"])
        self.digest = digest_of(self.store)
        (folder / "expected").mkdir()
        for form in self.formats:
            self.export(form, folder / "expected" / form)

    def export(self, form: str, place: Path) -> None:
        who = ("--license", "CC0-1.0", "--author", "A. Tester") if form == "ro-crate" else ()
        run("export", str(self.store), str(place), "--to", form, *who)

    def work(self, dice: random.Random) -> None:
        form = dice.choice(self.formats)
        self.export(form, self.folder / "exported" / form)

    def look(self) -> None:
        if digest_of(self.store) != self.digest:
            raise WrongError("the study has changed")

    def finish(self) -> None:
        self.look()
        for form in self.formats:
            self.export(form, self.folder / "exported" / form)
            there, expected = (
                {path.relative_to(place / form): path.stat().st_size for path in (place / form).rglob("*")}
                for place in (self.folder / "exported", self.folder / "expected")
            )
            if set(there) != set(expected):
                raise WrongError(f"{form}: {sorted(map(str, set(there) ^ set(expected)))[:5]}")


class Publish(Scenario):
    """`baseline publish`: the published baseline is the old one or the new one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.stores = [made_store(folder / "one"), made_store(folder / "two", seeds=6)]
        self.publish(0)

    def publish(self, which: int) -> None:
        run("baseline", "publish", str(self.stores[which]), "--name", "killed", "--replace")

    def work(self, dice: random.Random) -> None:
        self.publish(dice.randrange(2))

    def look(self) -> None:
        found = sorted((self.folder / "artifacts" / "baselines").glob("killed*"))
        if len(found) != 1:
            raise WrongError(f"the baseline is not there: {found}")
        load_document(found[0])


class Track(Scenario):
    """`track`: every step that ended is recorded, and a killed run is listed as dead."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.told = folder / "told"

    def work(self, dice: random.Random) -> None:
        self.told.write_bytes(b"")
        with track("killed", total=60, telemetry=0.1, root=self.folder) as pipeline, self.told.open("ab", 0) as told:
            told.write(f"{pipeline.state.run_id}\n".encode())
            for number in range(60):
                with pipeline.step(f"step {number}") as step:
                    step.metric("number", number)
                    step.artifact(self.told)
                told.write(b"done\n")

    def look(self) -> None:
        if not self.told.is_file() or not (said := self.told.read_text().split()):
            return
        done = said.count("done")
        state = read_run(self.folder / "tracking" / said[0]).state
        if len([step for step in state.steps if step.status.value == "completed"]) < done:
            raise WrongError(f"{said[0]} has fewer than {done} steps")
        statuses = Counter(line.status for line in list_runs(self.folder)[0])
        if set(statuses) - {"completed", "died"}:
            raise WrongError(f"the pipelines are {dict(statuses)}")


class Project(Scenario):
    """A project with one spec."""

    is_quick = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        run("init", ".", "--optimizer", "random_search")


class Spec(Project):
    """`spec run`: all results can be opened, and finished runs are reused."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.place = folder / "artifacts" / "scratch" / "specs" / "random_search"
        self.before = 0

    def work(self, dice: random.Random) -> None:
        changes = [word for name, value in SMALL.items() for word in ("-p", f"{name}={value}")]
        run("spec", "run", *changes)

    def look(self) -> None:
        runs = self.place / "runs"
        there = digest_of(runs)[0] if (runs / "shards").is_dir() else 0
        if there < self.before:
            raise WrongError(f"{there} runs, {self.before} before")
        self.before = there
        for path in self.place.glob("*.ipynb"):
            json.loads(path.read_bytes())
        for path in self.place.glob("outcome*"):
            load_document(path)
        if lost := {line.status for line in list_runs(self.folder / "artifacts")[0]} - {"completed", "died"}:
            raise WrongError(f"pipelines are {lost}")


class Site(Project):
    """`site build`: the last good site stays complete until the next one is ready."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        run("spec", "run")
        run("site", "build")
        self.pages = folder / "docs" / "_build" / "html"
        self.names = self.list_pages()
        self.notebook = folder / "artifacts" / "specs" / "random_search" / "random_search.ipynb"

    def list_pages(self) -> set[str]:
        return {str(path.relative_to(self.pages)) for path in self.pages.rglob("*.html")}

    def work(self, dice: random.Random) -> None:
        (self.folder / "docs" / "note.md").write_text(f"# Note {dice.random()}\n")  # something has changed
        run("site", "build")

    def look(self) -> None:
        if lost := self.names - self.list_pages():
            raise WrongError(f"{len(lost)} pages are not there: {sorted(lost)[:3]}")
        if any(not path.read_text().rstrip().endswith("</html>") for path in self.pages.glob("*.html")):
            raise WrongError("a page is cut")


SCENARIOS: dict[str, Callable[[Path], Scenario]] = {
    "study": Study,
    "processes": Processes,
    "dask": Dask,
    "merge": Merge,
    "export": Export,
    "publish": Publish,
    "track": Track,
    "spec": Spec,
    "site": Site,
}
