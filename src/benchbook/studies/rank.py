"""`bb.rank`: one optimizer run on the plan of a baseline, and where it stands among the optimizers published there."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.errors import UsageError
from benchbook.files import artifact_root
from benchbook.limits import check_workers
from benchbook.optimizers import OptimizerChoice
from benchbook.optimizers import optimizer as choose
from benchbook.problems import expand
from benchbook.problems import names as function_names
from benchbook.problems import problem as make_problem
from benchbook.protocols import Optimizer
from benchbook.seeds import run_generator
from benchbook.studies.expected_time import DAY_S, duration_text, expected_s
from benchbook.studies.runs import provenance
from benchbook.studies.study import Study
from benchbook.whole_numbers import check_whole, is_whole, whole

if TYPE_CHECKING:
    from benchbook.analysis.comparison.baselines import Baseline
    from benchbook.analysis.plots.drawing.picture import Picture
    from benchbook.records.ranking import Ranking

log = logging.getLogger(__name__)
FIELD, NATIVE = "field-bbob", "native-bbob"
ARTIFACT = "ranking.json.zst"
_YOURS = "(yours)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedOptimizer:
    """An optimizer that has been ranked; made by `bb.rank`. Its text is the summary.

    Attributes:
        ranking: All numbers.
        folder: Where runs, artifact and report are.
    """

    ranking: Ranking
    folder: Path

    def __str__(self) -> str:
        """Return the ranking in a dozen lines."""
        from benchbook.analysis.ranking.summary import summary_lines

        return "\n".join(summary_lines(self.ranking))

    def __repr__(self) -> str:
        """Return the same: it is what a notebook shows."""
        return str(self)

    @property
    def artifact(self) -> Path:
        """Path of the artifact, of kind `ranking`."""
        return self.folder / ARTIFACT

    @property
    def page(self) -> Path:
        """Path of the report, one HTML page."""
        return self.folder / "index.html"

    def mean_ranks(self) -> Picture:
        """Return the mean ranks of the field with their intervals."""
        from benchbook.analysis.ranking.pictures import mean_rank_picture

        return mean_rank_picture(self.ranking)

    def profiles(self) -> Picture:
        """Return the runtime profiles of the field, with the virtual best and the reference curve."""
        from benchbook.analysis.ranking.pictures import field_profile_picture

        return field_profile_picture(self.ranking)


def rank(
    optimizer: str | Callable[..., Optimizer] | OptimizerChoice,
    *,
    baseline: str | Path | None = None,
    dims: int | Iterable[int] | None = None,
    functions: str | Iterable[str] | None = None,
    budget_per_dim: int | None = None,
    workers: int | None = 1,
    timeout_per_run: float | None = None,
    out: str | Path | None = None,
    label: str | None = None,
    settings: Mapping[str, Any] | None = None,
    progress: bool | Callable[[int, int], None] = False,
    announce: Callable[[str], None] | None = None,
    track: bool | str = False,
    tensorboard: str | Path | None = None,
) -> RankedOptimizer:
    """Run an optimizer on the problems of a published baseline, and say where it stands among the optimizers there.

    Only this optimizer is run, with the instances, seeds and budgets of the baseline. Its runs are stored: a second
    call does what is missing. A run that fails counts as having reached nothing.

    Args:
        optimizer: Name in the catalog, `package.module:Name`, your own class, or the result of `bb.optimizer`.
        baseline: Name of a published baseline, or the folder of a study; default: `field-bbob` if available,
            otherwise `native-bbob`.
        dims: Dimensions; default: those in which the baseline has the most optimizers.
        functions: Names of functions or groups; default: all of the baseline.
        budget_per_dim: Evaluations per variable; default: the largest of the baseline.
        workers: Processes; None: one for each processor.
        timeout_per_run: Seconds after which a run is ended; it counts as failed.
        out: Folder for runs, artifact and report; default: `rank/NAME` in the folder of artifacts.
        label: What the optimizer is called in the ranking; default: its name, marked as yours where that is taken.
        settings: Settings that differ from the defaults.
        progress: True shows a bar; a function is called with (done, planned).
        announce: Called with what is going to be done and how long that is expected to take.
        track: Whether to follow the runs as a pipeline (`benchbook track`); a text is its name, by default `rank` and
            what the optimizer is called.
        tensorboard: Folder that the tracked pipeline is mirrored into, for TensorBoard.

    Raises:
        UnknownNameError: The optimizer, the baseline or a function is not known.
        UsageError: The optimizer has no `ask` or `tell`, the baseline has no runs to compare with, the label is taken,
            or a number is out of its range, or `tensorboard` is given without `track`.
        MissingExtraError: TensorBoard is asked for and not installed.
        StorageError: The folder cannot be written to.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> problems = {"baseline": "native-bbob", "functions": "bbob_f1", "dims": 2}
        >>> found = bb.rank("whale", **problems, budget_per_dim=100, out=tempfile.mkdtemp())
        >>> found.ranking.candidate, len(found.ranking.standings)
        ('whale (yours)', 2)
    """
    from benchbook.analysis.ranking.document import write_ranking
    from benchbook.analysis.ranking.ranked import ranked
    from benchbook.analysis.ranking.report import ranking_report
    from benchbook.analysis.report.pages import write_report

    chosen = choose(optimizer, **(settings or {}))
    found, note = _baseline(baseline)
    called = _label(label, chosen.name, found)
    study = _study(chosen, found, functions, dims, budget_per_dim)
    _check_protocol(chosen, study)
    workers = (os.cpu_count() or 1) if workers is None else check_workers("workers", workers)
    folder = Path(out) if out is not None else artifact_root() / "rank" / _file_name(chosen.name)
    say = announce or log.info
    if note:
        say(note)
    _tell_expected_time(study, workers, say)
    runs = study.run(
        folder / "runs",
        workers=workers,
        timeout_per_run=timeout_per_run,
        progress=progress,
        track=f"rank {called}" if track is True else track,
        tensorboard=tensorboard,
    )
    with runs.store:
        records = list(runs)
    made = ranked(
        found,
        records,
        label=called,
        version=provenance.library_version(),
        commit=provenance.commit()[0],
        hardest=study.target or 0.0,
    )
    made = replace(made, notes=(note, *made.notes) if note else made.notes)
    write_ranking(made, folder / ARTIFACT)
    write_report(ranking_report(made), folder)
    return RankedOptimizer(ranking=made, folder=folder)


def _baseline(which: str | Path | None) -> tuple[Baseline, str]:
    """Return the baseline, and what to say of the choice."""
    from benchbook.analysis.comparison.baselines import baseline_path, load_baseline
    from benchbook.analysis.comparison.study_or_baseline import find_baseline_or_study

    if which is not None:
        return find_baseline_or_study(str(which)), ""
    path = baseline_path(FIELD)
    if path is not None:
        return load_baseline(path), ""
    return find_baseline_or_study(NATIVE), f"the baseline {FIELD} is not installed: ranked in {NATIVE}"


def _label(label: str | None, name: str, baseline: Baseline) -> str:
    """Return what the candidate is called; no optimizer of the baseline is called the same."""
    taken = {cell.optimizer for cell in baseline.summary.cells.values()}
    if label is None:
        return f"{name} {_YOURS}" if name in taken else name
    if not label.strip():
        raise UsageError(f"label is {label!r}, expected a text")
    if label in taken:
        raise UsageError(f"label is {label!r}, which an optimizer of {baseline.name} has; choose another one")
    return label


def _study(
    chosen: OptimizerChoice,
    baseline: Baseline,
    functions: str | Iterable[str] | None,
    dims: int | Iterable[int] | None,
    budget_per_dim: int | None,
) -> Study:
    """Return the study of the candidate alone, on the plan of the baseline."""
    from benchbook.analysis.ranking.plan import candidate_plan

    if budget_per_dim is not None:
        budget_per_dim = check_whole("budget_per_dim", whole(budget_per_dim), 1)
    plan = candidate_plan(
        baseline.summary,
        functions=None if functions is None else _functions(functions, baseline),
        dims=None if dims is None else _dims(dims),
        budget_per_dim=budget_per_dim,
    )
    return Study(
        optimizers=(chosen,),
        functions=plan.functions,
        dims=plan.dims,
        instances=plan.instances,
        seeds=plan.seeds,
        budget_per_dim=plan.budget_per_dim,
        budget=plan.budget,
        target=plan.target,
    )


def _dims(wanted: int | Iterable[int]) -> list[int]:
    given: list[Any] = [wanted] if isinstance(wanted, int | str) else list(wanted)
    if not given or not all(is_whole(dim) for dim in given):
        raise UsageError(f"dims is {wanted!r}, expected at least one whole number")
    return given


def _functions(wanted: str | Iterable[str], baseline: Baseline) -> list[str]:
    """Return names and members of groups; of a group those that the baseline has."""
    there = {cell.function for cell in baseline.summary.cells.values()}
    named = [wanted] if isinstance(wanted, str) else list(wanted)
    found: dict[str, None] = {}
    for name in named:
        members = [name] if name in there else expand([name])
        is_group = name not in there and name not in function_names()
        found.update(dict.fromkeys(member for member in members if member in there or not is_group))
    if not found:
        raise UsageError(f"functions is {wanted!r}, of which {baseline.name} has none")
    return list(found)


def _check_protocol(chosen: OptimizerChoice, study: Study) -> None:
    """See that the candidate has what a run calls; a class whose objects cannot be made fails in its runs instead.

    Raises:
        UsageError: It lacks `ask` or `tell`.
    """
    function, dim = study.functions[0], study.dims[0]
    problem = make_problem(function, dim, study.instances[function][0])
    rng = run_generator(seed=0, function=function, instance=problem.instance, dim=dim, optimizer=chosen.name)
    try:
        made: object = chosen.make(problem.lower, problem.upper, rng, max_evaluations=100)
    except Exception:  # noqa: BLE001  # arbitrary code, whose error belongs to the runs that it ends
        made = chosen.factory
    for name in ("ask", "tell"):
        if not callable(getattr(made, name, None)):
            raise UsageError(f"optimizer {chosen.name} has no {name!r}, expected ask() -> points and tell(x, fx)")


def _tell_expected_time(study: Study, workers: int, say: Callable[[str], None]) -> None:
    seconds = expected_s(study, workers=workers)
    what = f"{len(study):,} runs with {workers} {'process' if workers == 1 else 'processes'}"
    if seconds is None:
        say(f"{what}; how long they take is unknown, because the first one failed")
        return
    say(f"{what}, expected to take {duration_text(seconds)} where none is stored yet")
    if seconds > DAY_S:
        log.warning(
            "%s are expected to take %s; Ctrl-C ends them, finished runs are kept, and the same call goes on. Fewer "
            "dimensions, functions or evaluations (dims, functions, budget_per_dim) take less",
            what,
            duration_text(seconds),
        )


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "optimizer"
