"""Large baselines are split into several files."""

import shutil
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.analysis.comparison.baseline_parts import load_parts, part_count, part_path, save_parts
from benchbook.analysis.comparison.baselines import baseline_files, load_baseline, publish, to_document
from benchbook.artifacts.validate import checked
from benchbook.errors import ArtifactError, UsageError

LIMIT = 400


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the baseline `large`, in parts of at most about 400 bytes."""
    folder = tmp_path_factory.mktemp("parts")
    study = bb.study(
        optimizers=["random_search", "particle_swarm"], functions=["sphere", "rastrigin"], dims=[2], budget=300
    )
    made = publish(study.run(folder / "store"), "large", folder=folder)
    save_parts(to_document(made.summary, "large", made.created_at), made.path, LIMIT)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder that a test may change."""
    return shutil.copytree(written, tmp_path / "copy")


def test_a_baseline_in_parts_reads_as_one(folder: Path) -> None:
    """All cells are present in order, each file is valid on its own, and only the first one is listed."""
    path = folder / "large.json.zst"
    assert part_count(path) > 1
    made = load_baseline(path)
    assert [key[:2] for key in made.summary.cells] == [
        ("particle_swarm", "rastrigin"),
        ("random_search", "rastrigin"),
        ("particle_swarm", "sphere"),
        ("random_search", "sphere"),
    ]
    assert len(made.files) == part_count(path)
    assert list(baseline_files(folder)) == ["large"]
    assert not {"part", "parts"} & checked(load_parts(path), "whole").keys()


def test_a_missing_or_foreign_part_is_named(folder: Path) -> None:
    """A baseline that lacks cells is not shown as if it were complete, and a later part is not a baseline itself."""
    path, second = folder / "large.json.zst", part_path(folder / "large.json.zst", 2)
    with pytest.raises(UsageError, match="part 2 of the baseline 'large', expected its first file"):
        load_baseline(second)
    shutil.copy(path, second)
    with pytest.raises(ArtifactError, match="belongs to another publication: its part is 1"):
        load_baseline(path)
    second.unlink()
    with pytest.raises(ArtifactError, match="part 2 of the baseline 'large'"):
        load_baseline(path)


def test_a_smaller_baseline_leaves_no_parts_of_the_one_before(folder: Path) -> None:
    """A baseline in parts that is replaced by one that fits into a file has one file."""
    path = folder / "large.json.zst"
    save_parts(load_parts(path), path)
    assert [item.name for item in folder.glob("*.zst")] == ["large.json.zst"]


def test_a_name_of_a_part_is_refused(folder: Path) -> None:
    """A name that ends like a part is refused, since the file would be taken for a part of another baseline."""
    runs = [bb.run("random_search", "sphere", dim=2, budget=10, seed=1)]
    with pytest.raises(UsageError, match=r"no \.part2"):
        publish(runs, "large.part2", folder=folder)
