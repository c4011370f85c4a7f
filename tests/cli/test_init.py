from pathlib import Path

import pytest
import yaml

from benchbook.cli.main import main
from benchbook.errors import UsageError
from benchbook.files import project_root
from benchbook.importing.objects import load_object
from benchbook.optimizers import optimizer
from benchbook.params import load

HILL = '''
class Hill:
    """Walk downhill by small steps."""

    def __init__(self, lower, upper, rng, *, step: float = 0.1):
        self.lower, self.upper, self.rng, self.step, self.x, self.fx = lower, upper, rng, step, None, None

    def ask(self):
        if self.x is None:
            return self.rng.uniform(self.lower, self.upper)[None]
        move = self.rng.normal(0, self.step, self.x.shape) * (self.upper - self.lower)
        return (self.x + move).clip(self.lower, self.upper)[None]

    def tell(self, x, fx):
        if self.fx is None or fx[0] < self.fx:
            self.x, self.fx = x[0].copy(), float(fx[0])
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder with a user's own optimizer, as working directory."""
    (tmp_path / "hills_of_init.py").write_text(HILL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", __import__("sys").path[:])
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "artifacts"))
    return tmp_path


def test_a_project_is_made_without_a_question(project: Path) -> None:
    """An empty folder becomes a project with a README."""
    assert main(["init", "mine"]) == 0
    assert project_root(project / "mine") == project / "mine"
    assert "# mine" in (project / "mine" / "README.md").read_text()


def test_nothing_is_overwritten(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files that exist are left as they are, and named."""
    (project / "README.md").write_text("my own")
    assert main(["init"]) == 0
    assert (project / "README.md").read_text() == "my own"
    assert "left as they are: README.md" in capsys.readouterr().out


def test_an_optimizer_gets_its_first_spec_and_its_gate(project: Path) -> None:
    """The spec, the gate's study and the README name the optimizer by its import path."""
    assert main(["init", "--optimizer", "hills_of_init:Hill", "--workflow", "github"]) == 0
    assert (project / "notebooks" / "hills_of_init-Hill.ipynb").is_file()
    gate = yaml.safe_load((project / "params" / "studies" / "gate.yaml").read_text())
    assert gate["optimizers"] == ["hills_of_init:Hill"]
    workflow = yaml.safe_load((project / ".github" / "workflows" / "benchbook.yml").read_text())
    assert "compare --strict" in str(workflow["jobs"]["gate"])


def test_an_unknown_optimizer_makes_nothing(project: Path) -> None:
    """A wrong import path is refused before anything is written."""
    assert main(["init", "--optimizer", "hills_of_init:Hell"]) == 2
    assert not (project / "notebooks").exists()


def test_presets_come_with_the_package(project: Path) -> None:
    """Without a project the presets are those of the package; a project's own file replaces them."""
    assert load("quick")["preset"] == "quick"
    (project / "notebooks").mkdir()
    (project / "params").mkdir()
    (project / "params" / "quick.yaml").write_text("preset: quick\nfunctions: [sphere]\ndims: [3]\n")
    with pytest.raises(Exception, match="missing"):
        load("quick")


def test_a_class_is_found_by_its_place(project: Path) -> None:
    """An optimizer class is named by its import path, also after its settings were changed."""
    found = optimizer("hills_of_init:Hill", step=0.2)
    assert (found.name, found.settings) == ("hills_of_init:Hill", {"step": 0.2})
    assert optimizer(found, step=0.3).name == "hills_of_init:Hill"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("hills_of_init:Hil", "did you mean 'Hill'"),
        ("no_such_module_here:X", "cannot be imported"),
        ("hills", "expected package.module:Name"),
    ],
)
def test_a_wrong_place_is_refused(project: Path, place: str, message: str) -> None:
    """The message says which part of the import path is wrong."""
    with pytest.raises(UsageError, match=message):
        load_object(place, "optimizer")
