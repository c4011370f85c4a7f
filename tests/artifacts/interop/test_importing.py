"""`benchbook import`: archives, repeated data, malformed input, conditions of a problem, names of folders."""

from __future__ import annotations

import io
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import benchbook as bb
from benchbook.artifacts.interop import opened, read, read_nevergrad, write_coco, write_ioh
from benchbook.artifacts.interop.imported import read_imported, refuse_below_optimum, with_optima
from benchbook.artifacts.interop.names import folder_names
from benchbook.cli.main import cli
from benchbook.errors import ArtifactError, BenchbookError, UsageError
from benchbook.records import History, OptimizerRecord
from benchbook.records.imported import ImportedProblem, ImportedRun

HEADER = "% f evaluations | g evaluations | best noise-free fitness - Fopt (1.0) | measured | best\n"
RUN = HEADER + "1 0 5.0 0 0\n9 0 1.0 0 0\n"
INDEX = "suite = 'bbob', funcId = 1, DIM = 2, algId = 'A', data_format = 'bbob-new2'\n% x\nd.dat, 1:9|1, 1:9|1\n"
FILES = {"f1.info": INDEX, "d.dat": RUN + RUN}


def importing(source: Path, store: Path, form: str = "coco", *more: str) -> str:
    """Import through the command and return its output; errors are raised."""
    done = CliRunner().invoke(cli, ["import", str(source), "--from", form, "--into", str(store), *more])
    if isinstance(done.exception, BenchbookError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_repeated_data_are_imported_once_and_reported(write, tmp_path: Path) -> None:
    """Repetitions within a file count; a second import, or a copy in another folder, adds nothing."""
    store = tmp_path / "store"
    folder = write(FILES)
    assert "2 runs imported" in importing(folder, store)
    assert "0 runs imported" in importing(folder, store)
    write({f"copy/{name}": text for name, text in FILES.items()})
    assert "0 runs imported into" in (said := importing(folder, store))
    assert "4 were there already" in said
    assert len(list(read_imported(store))) == 2


def test_of_a_malformed_file_nothing_is_imported(write, tmp_path: Path) -> None:
    """If the second of two files is malformed, not even the store is made."""
    folder = write({**FILES, "z.info": "funcId = x, DIM = 2, algId = 'A'\n"})
    with pytest.raises(ArtifactError, match=r"z\.info, line 1") as caught:
        importing(folder, tmp_path / "store")
    assert caught.value.exit_code == 3
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("kind", ["zip", "tgz", "nested"])
def test_archives_are_read_as_published(write, tmp_path: Path, kind: str) -> None:
    """Files are named by their place in the archive, and no temporary file is left behind."""
    folder = write(FILES)
    archive = tmp_path / ("all.zip" if kind == "nested" else f"all.{kind}")
    inner = tmp_path / "inner.tar.gz"
    with tarfile.open(inner if kind == "nested" else tmp_path / "all.tgz", "w:gz") as packed:
        packed.add(folder, "RS")
    if kind != "tgz":
        with zipfile.ZipFile(archive, "w") as packed_zip:
            for path in [inner] if kind == "nested" else folder.iterdir():
                packed_zip.write(path, f"RS/{path.name}")
    assert "2 runs imported" in importing(archive, tmp_path / "store")
    inside = {"zip": "RS/f1.info", "tgz": "RS/f1.info", "nested": "RS/inner.tar.gz/RS/f1.info"}[kind]
    assert {run.file for run in read_imported(tmp_path / "store")} == {f"{archive}/{inside}"}


def test_files_that_macos_adds_are_no_data(write, tmp_path: Path) -> None:
    """Archives made by macOS contain a hidden binary file for each file, which is ignored."""
    odd = "\0\5\26\7\0\2\0\0Mac OS X"
    folder = write(
        {**FILES, "__MACOSX/._f1.info": odd, "__MACOSX/._d.dat": odd, "._d.dat": odd, "._IOHprofiler_f1.json": odd}
    )
    assert len(list(read(folder, "coco"))) == 2
    with pytest.raises(UsageError, match="holds no IOHprofiler"):
        list(read(write({"ioh/._IOHprofiler_f1.json": odd}) / "ioh", "ioh"))


def test_no_path_leaves_an_archive(tmp_path: Path) -> None:
    """A name with `..`, an absolute one and a link write nothing outside of the temporary folder."""
    for number, name in enumerate(("../out.info", "/out.info", "..\\out.info", "C:/out.info")):
        path = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr(name, "x")
        with pytest.raises(ArtifactError, match="is outside the archive"), opened(path):
            pass
    linked = tmp_path / "linked.tar"
    with tarfile.open(linked, "w") as tar:
        item = tarfile.TarInfo("f1.info")
        item.type, item.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(item)
    with opened(linked) as folder:
        assert list(folder.iterdir()) == []


def test_archives_are_unpacked_within_limits_only(tmp_path: Path) -> None:
    """Archives with too many bytes or files, and torn archives, are errors that name the archive."""
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.dat", "0" * 100_000)
        packed.writestr("b.dat", "0")
    with (
        pytest.raises(ArtifactError, match=r"large\.zip: .* bytes .* \(1,000, the most of any"),
        opened(path, most_bytes=1000),
    ):
        pass
    with pytest.raises(ArtifactError, match=r"large\.zip: holds more files .* \(1\)"), opened(path, most_files=1):
        pass
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        item = tarfile.TarInfo("f1.info")
        item.size = 10_000
        tar.addfile(item, io.BytesIO(bytes(range(250)) * 40))
    torn = tmp_path / "torn.tgz"
    torn.write_bytes(stream.getvalue()[: len(stream.getvalue()) // 2])
    with pytest.raises(ArtifactError, match=r"torn\.tgz: the archive is damaged"), opened(torn):
        pass


@pytest.mark.parametrize(
    ("more", "said"),
    [(0, r"\(67,108,864, the most of a small archive\)"), (400_000, r"\([0-9,]+, 200 for each byte of the archive\)")],
)
def test_an_archive_that_unpacks_to_many_times_its_size_is_refused(tmp_path: Path, more: int, said: str) -> None:
    """An archive bomb would fill the disk and is refused; the message names the limit."""
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("noise.dat", np.random.default_rng(1).bytes(more))
        with packed.open("f1.info", "w") as member:
            for _ in range(70 if more == 0 else 110):
                member.write(bytes(1 << 20))
    with (
        pytest.raises(ArtifactError, match=rf"bomb\.zip: holds more bytes than may be unpacked {said}") as caught,
        opened(bomb),
    ):
        pass
    assert caught.value.exit_code == 3


def test_rows_of_nevergrad_that_differ_in_a_condition_are_different_problems(write) -> None:
    """Columns that are not measurements become part of the name, except at nevergrad's default values."""
    text = (
        "budget,function_name,noise_level,optimizer_name,rotation,loss,useful_dimensions,useless_variables,num_workers,seed\n"
        "200,sphere,0,A,none,0.1,2,0,1,1\n200,sphere,0.2,A,none,0.9,2,0,1,1\n200,sphere,0,A,none,3.0,8,0,1,1\n"
        "200,sphere,0,A,True,3.0,8,0,1,1\n200,sphere,0,A,none,3.0,8,2,1,1\n200,sphere,0,A,none,3.0,8,0,10,1\n"
    )
    assert [(run.problem.name, run.problem.dim) for run in read_nevergrad(write({"t.csv": text}))] == [
        ("nevergrad_sphere", 2),
        ("nevergrad_sphere[noise_level=0.2]", 2),
        ("nevergrad_sphere", 8),
        ("nevergrad_sphere[rotation=True]", 8),
        ("nevergrad_sphere[useless_variables=2]", 10),
        ("nevergrad_sphere[num_workers=10]", 8),
    ]


def test_what_nevergrads_own_experiments_write_is_read(write, caplog) -> None:
    """A table of nevergrad 1.0.12 has missing fields, whole numbers as floats, an own function and a failure."""
    text = (
        "loss,elapsed_budget,elapsed_time,error,pseudotime,num_objectives,seed,name,block_dimension,num_blocks,"
        "useless_variables,noise_level,noise_dissymmetry,rotation,translation_factor,hashing,aggregator,split,bounded,expo,"
        "zero_pen,function_class,useful_dimensions,discrete,parametrization,dimension,budget,num_workers,batch_mode,"
        "optimizer_name,a\n"
        "0.05230620529184862,40.0,0.02185988426208496,,40.0,1,1,sphere,2.0,1.0,0.0,0.0,False,False,1.0,False,max,False,"
        "False,1.0,False,ArtificialFunction,2.0,False,,2,40,1,True,OnePlusOne,\n"
        "438404.4989673389,40.0,0.0446782112121582,,40.0,1,-1,cigar,3.0,2.0,4.0,0.0,False,True,1.0,False,max,False,"
        "False,1.0,False,ArtificialFunction,6.0,False,,10,40,5,True,OnePlusOne,\n"
        "2.165028197338295,30.0,0.1693875789642334,,30.0,1,3,,,,,,,,,,,,,,,Own,,,inst,4,30,1,True,DE,2.0\n"
        ",,0.018346071243286133,ValueError,0.0,0,3,,,,,,,,,,,,,,,Own,,,inst,4,30,1,True,DE,3.0\n"
    )
    runs = list(read_nevergrad(write({"t.csv": text})))
    assert [(run.problem.name, run.problem.dim, run.optimizer.name, run.evaluations, run.seed) for run in runs] == [
        ("nevergrad_sphere", 2, "OnePlusOne", 40, 1),
        ("nevergrad_cigar[num_blocks=2,num_workers=5,rotation=True,useless_variables=4]", 10, "OnePlusOne", 40, None),
        ("nevergrad_Own[a=2,parametrization=inst]", 4, "DE", 30, 3),
    ]
    columns, failed = (record.getMessage() for record in caplog.records)
    assert "t.csv, line 1: a are not columns of nevergrad itself, but conditions" in columns
    assert "t.csv, line 5: left out, loss '' at budget '30'; the experiment failed: ValueError" in failed


def test_labels_with_the_same_name_keep_separate_folders(tmp_path: Path) -> None:
    """`DE+`, `DE*`, `de` and variants of one optimizer are neither overwritten nor pooled, in both formats."""
    import dataclasses

    def run(label: str, **settings: float) -> bb.RunRecord:
        made = bb.run("random_search", "bbob_f1", dim=2, instance=1, seed=1, budget=5)
        return dataclasses.replace(made, optimizer=dataclasses.replace(made.optimizer, name=label, settings=settings))

    runs = [run("DE+"), run("DE*"), run("de"), run("PSO", w=1.0), run("PSO", w=2.0)]
    for write_format in (write_coco, write_ioh):
        folders = write_format(runs, tmp_path / write_format.__name__)
        assert len({folder.name.casefold() for folder in folders}) == 5


@pytest.mark.parametrize("form", ["coco", "ioh", "csv"])
def test_imported_runs_can_be_exported_again(write, tmp_path: Path, form: str) -> None:
    """Exported runs have the lengths and first hits they came with, and unknown fields stay missing."""
    importing(write(FILES), tmp_path / "store")
    done = CliRunner().invoke(cli, ["export", str(tmp_path / "store"), "--to", form, str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    if form == "csv":
        text = (tmp_path / "out" / "runs.csv").read_text()
        assert text.splitlines()[1].startswith("imported-1,,A,{},bbob_f1,2,1,0.0,,,,9,,done,1.0,1.0")
    else:
        assert [(run.problem.name, run.evaluations, run.best_value) for run in read(tmp_path / "out", form)] == [
            ("bbob_f1", 9, 1.0)
        ] * 2


def test_values_below_the_optimum_are_refused(tmp_path: Path) -> None:
    """Values below the optimum would hit every target: the data are damaged, maximised or from another function."""
    run = imported_run(best=-77.5, f_opt=0.0)
    with pytest.raises(ArtifactError, match=r"the value of evaluation 1 is -77\.5, below the optimum 0"):
        refuse_below_optimum(run)
    refuse_below_optimum(replace(run, indicator="hyp"))  # an indicator may be better than its reference
    with pytest.raises(UsageError, match=r"optimum of own is 99, but f has a better value: -77\.5"):
        list(with_optima([replace(run, problem=replace(run.problem, f_opt=None))], {None: 99.0}))


def imported_run(*, best: float, f_opt: float | None) -> ImportedRun:
    """Return a run with one value."""
    return ImportedRun(
        format="ioh",
        file="f",
        tool="",
        problem=ImportedProblem(name="own", dim=2, instance=1, f_opt=f_opt),
        optimizer=OptimizerRecord(name="a"),
        evaluations=1,
        history=History(evaluations=np.array([1]), best_values=np.array([best])),
    )


def test_a_data_file_named_after_another_function_is_refused(write) -> None:
    """The index and the file name of the logger must have the same function and dimension."""
    index = INDEX.replace("d.dat", "bbobexp_f1_DIM2.dat")
    assert len(list(read(write({"f.info": index, "bbobexp_f1_DIM2.dat": RUN + RUN}), "coco"))) == 2
    for wrong in (index.replace("funcId = 1", "funcId = 12"), index.replace("DIM = 2", "DIM = 3")):
        with pytest.raises(ArtifactError, match=r"line 3: says f1.* its data file is bbobexp_f1_DIM2\.dat"):
            list(read(write({"f.info": wrong, "bbobexp_f1_DIM2.dat": RUN + RUN}), "coco"))


@pytest.mark.parametrize("label", ["..", ".", "../x", "/abs", ".hidden"])
def test_no_label_leads_out_of_the_folder(label: str) -> None:
    """Whatever an imported algorithm is called, its files stay inside the folder of the export."""
    (name,) = folder_names([label]).values()
    assert not name.startswith(".")
    assert "/" not in name
