"""`bb.study`: the description of a study, checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.artifacts.store.study_plan import CellPlan, StudyPlan
from benchbook.errors import UsageError, unknown_name
from benchbook.files import artifact_root
from benchbook.optimizers import CONTROL, OptimizerChoice
from benchbook.optimizers import optimizer as choose
from benchbook.problems import describe, expand
from benchbook.problems import problem as make_problem
from benchbook.problems.info import check_instance
from benchbook.protocols import Optimizer, Problem
from benchbook.records.study import HISTORY_LEVELS, FunctionPlan, OptimizerPlan
from benchbook.seeds import check_seed
from benchbook.studies.runs import provenance
from benchbook.studies.runs.execute import loop_digest, problem_code
from benchbook.studies.runs.planned_run import PlannedRun, planned_run
from benchbook.studies.runs.traces import TRACE_BYTES, WITH_POINTS
from benchbook.whole_numbers import check_whole, is_whole, whole

if TYPE_CHECKING:
    from benchbook.analysis import StoredRuns

# Families with the same code for all dimensions and instances.
_ONE_CODE = ("textbook", "bbob", "bbob_noisy", "applied")
_WITH_POINTS = " or ".join(f"history={level!r}" for level in WITH_POINTS)
_MOST_SEEDS = 1_000_000  # each is a run of every cell


def study(
    *,
    optimizers: Sequence[str | Callable[..., Optimizer] | OptimizerChoice] | str,
    functions: str | Iterable[str],
    dims: int | Iterable[int],
    instances: int | Iterable[int] | None = None,
    seeds: int | Iterable[int] = 1,
    budget_per_dim: int | None = None,
    budget: int | None = None,
    target: float | None = None,
    stagnation: int | None = None,
    history: str = "improvements",
    points: bool = False,
    trace_bytes: int = TRACE_BYTES,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Study:
    """Describe a study: optimizers x functions x dimensions x instances x seeds.

    The control, random search, is part of every study: it is added unless it is among the optimizers.

    Args:
        optimizers: Names in the catalog, your own classes, or results of `bb.optimizer`.
        functions: Names of functions, and of groups such as `textbook`, `bbob` and `bbob_noisy`.
        dims: Dimensions.
        instances: Instances of the functions, such as `range(1, 16)`; default: the first of each.
        seeds: A count (then 1, 2, ...) or the seeds themselves.
        budget_per_dim: Evaluations per variable; 1,000 unless this or `budget` is given.
        budget: Evaluations of each run, the same in all dimensions.
        target: Runs stop when their value is at most `f_opt + target`.
        stagnation: Runs stop after this many evaluations without improvement.
        history: What to keep of each run: `improvements`, and additionally `triggers` (the evaluations at which COCO's
            loggers write), `population` (statistics of each generation) or `all` (every value).
        points: Whether `triggers` and `all` keep the points as well as their values.
        trace_bytes: Limit for `triggers`, `population` and `all` per run; the record says from where on rows are
            missing.
        settings: Settings that differ from the defaults, by the optimizer's name.

    Raises:
        UnknownNameError: A name is unknown; the message suggests similar ones.
        UsageError: A value is out of range, or a name is given twice.

    Examples:
        >>> import benchbook as bb
        >>> made = bb.study(optimizers=["manta_ray_foraging"], functions="sphere", dims=[2, 5], seeds=3)
        >>> len(made), [choice.name for choice in made.optimizers]
        (12, ['manta_ray_foraging', 'random_search'])
    """
    if budget is not None and budget_per_dim is not None:
        raise UsageError(f"budget is {budget!r} and budget_per_dim is {budget_per_dim!r}, expected one of them")
    if history not in HISTORY_LEVELS:
        raise unknown_name("history level", str(history), HISTORY_LEVELS)
    if points and history not in WITH_POINTS:
        raise UsageError(f"points is {points!r} and history is {history!r}, which keeps none; expected {_WITH_POINTS}")
    names = expand(functions)
    if not names:
        raise UsageError(f"functions is {functions!r}, expected at least one name")
    return Study(
        optimizers=_choices(optimizers, settings or {}),
        functions=tuple(names),
        dims=_numbers("dims", [dims] if isinstance(dims, int | float) else dims),
        instances=_instances(names, instances),
        seeds=_seeds(seeds),
        budget_per_dim=1000 if budget is None and budget_per_dim is None else whole(budget_per_dim),
        budget=whole(budget),
        target=target,
        stagnation=whole(stagnation),
        history=history,
        points=points,
        trace_bytes=check_whole("trace_bytes", whole(trace_bytes), 0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study, described and checked; made by `bb.study`."""

    optimizers: tuple[OptimizerChoice, ...]
    functions: tuple[str, ...]
    dims: tuple[int, ...]
    instances: Mapping[str, tuple[int, ...]]
    seeds: tuple[int, ...]
    budget_per_dim: int | None
    budget: int | None
    target: float | None = None
    stagnation: int | None = None
    history: str = "improvements"
    points: bool = False
    trace_bytes: int = TRACE_BYTES
    plan: StudyPlan = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the plan; each function is made once in each dimension, which checks both."""
        object.__setattr__(self, "plan", self._plan())

    def __len__(self) -> int:
        """Return the number of planned runs."""
        return len(self.plan)

    def run(
        self,
        store: str | Path | None = None,
        *,
        executor: str | Executor | None = None,
        workers: int | None = None,
        scheduler: str | None = None,
        shard: str | None = None,
        timeout_per_run: float | None = None,
        reuse_stale: bool = False,
        retry_failed: bool = False,
        progress: bool | Callable[[int, int], None] = False,
        track: bool | str = False,
        tensorboard: str | Path | None = None,
    ) -> StoredRuns:
        """Do the runs that the store does not have yet, and return all of the store.

        Args:
            store: Folder of the store; default: `artifacts/study`.
            executor: `serial`, `processes`, `dask`, or your own executor like those of `concurrent.futures`; default:
                `processes` if there are several workers, otherwise `serial`.
            workers: How many processes; default: one for each processor, with `processes` and `dask`.
            scheduler: Address of a Dask scheduler, such as `tcp://host:8786`; default: a local cluster.
            shard: `k/n`: do only the k-th of n parts, each of about the same expected cost.
            timeout_per_run: Seconds after which a run is ended, and recorded with its results so far.
            reuse_stale: Take runs done by other code, or another version of benchbook, for those of this one.
            retry_failed: Do runs again that failed or ran out of time.
            progress: True shows a bar; a function is called with (done, planned).
            track: Whether to follow it as a pipeline (`benchbook track`); a text is its name, which is that of the
                store's folder unless given. Results are the same either way, and a tracker that fails costs a warning.
            tensorboard: Folder that the tracked pipeline is mirrored into, for TensorBoard.

        Raises:
            UsageError: An argument is out of its range, or `tensorboard` is given without `track`.
            MissingExtraError: TensorBoard is asked for and not installed.
            StorageError: The store cannot be written to.
            ExecutionError: The executor failed; finished work is kept, and running again continues from there.
        """
        from benchbook.studies.run_study import Options, campaign
        from benchbook.studies.workers.executors import chosen_executor

        if tensorboard is not None and not track:
            raise UsageError("tensorboard is given, but track is not: only a tracked study is mirrored")
        folder = Path(store) if store is not None else artifact_root() / "study"
        options = Options(
            executor=chosen_executor(executor, workers),
            workers=workers,
            scheduler=scheduler,
            shard=shard,
            timeout_s=timeout_per_run,
            reuse_stale=reuse_stale,
            retry_failed=retry_failed,
            progress=progress,
            track=f"study {folder.absolute().name}" if track is True else track or None,
            tensorboard=tensorboard,
        )
        return campaign(self, folder, options)

    def planned(self, cell: CellPlan, wanted: frozenset[str] | None = None) -> list[PlannedRun]:
        """Return the runs of a cell, ready to be done; default: `wanted` names the keys, all."""
        choice = next(
            item
            for item in self.optimizers
            if item.name == cell.optimizer.name and item.settings == cell.optimizer.settings
        )
        problems: dict[int, Problem] = {}
        made = []
        for key, spec in cell.runs:
            if wanted is not None and key not in wanted:
                continue
            problem = problems.setdefault(spec.instance, make_problem(spec.function, spec.dim, spec.instance))
            made.append(
                planned_run(
                    choice,
                    problem,
                    seed=spec.seed,
                    budget=spec.budget,
                    target=spec.target,
                    stagnation=spec.stagnation,
                )
            )
        return made

    def _plan(self) -> StudyPlan:
        functions = [self._function(name) for name in self.functions]
        return StudyPlan(
            optimizers=tuple(
                OptimizerPlan(name=choice.name, settings=choice.settings, code=choice.digest())
                for choice in self.optimizers
            ),
            functions=tuple(functions),
            dims=self.dims,
            seeds=self.seeds,
            budget_per_dim=self.budget_per_dim,
            budget=self.budget,
            target=None if self.target is None else float(self.target),
            stagnation=self.stagnation,
            history=self.history,
            loop_code=loop_digest(),
            version=provenance.library_version(),
        )

    def _function(self, name: str) -> FunctionPlan:
        instances = self.instances[name]
        if describe(name).family in _ONE_CODE:
            first, *_ = [problem_code(problem) for problem in self._checked(name, instances[:1])]
            codes = {"*": first}
        else:
            codes = {f"{p.dim}/{p.instance}": problem_code(p) for p in self._checked(name, instances)}
        return FunctionPlan(name=name, instances=instances, code=codes)

    def _checked(self, name: str, instances: Iterable[int]) -> Iterator[Problem]:
        """Yield the problems in each dimension, with the numbers of their runs checked."""
        for instance in self.instances[name]:
            check_instance(describe(name), instance)
        for dim in self.dims:
            budget = self.budget if self.budget is not None else (self.budget_per_dim or 0) * dim
            for instance in instances:
                problem = make_problem(name, dim, instance)
                planned_run(
                    self.optimizers[0],
                    problem,
                    seed=self.seeds[0],
                    budget=budget,
                    target=self.target,
                    stagnation=self.stagnation,
                )
                yield problem


def _choices(
    which: Sequence[str | Callable[..., Optimizer] | OptimizerChoice] | str,
    settings: Mapping[str, Mapping[str, Any]],
) -> tuple[OptimizerChoice, ...]:
    if not isinstance(settings, Mapping):
        raise UsageError(f"settings is {settings!r}, expected a mapping of optimizers' names to their settings")
    for name, own in settings.items():
        if not isinstance(own, Mapping):
            raise UsageError(f"settings of {name} is {own!r}, expected a mapping of names to values")
    if not isinstance(which, Iterable):
        raise UsageError(f"optimizers is {which!r}, expected a list of names, classes or choices")
    made: list[OptimizerChoice] = []
    for item in [which] if isinstance(which, str) else list(which):
        choice = choose(item)
        made.append(choose(choice, **settings.get(choice.name, {})))
    if all(choice.name != CONTROL for choice in made):
        made.append(choose(CONTROL, **settings.get(CONTROL, {})))
    for name in settings:
        if all(choice.name != name for choice in made):
            raise unknown_name("optimizer in settings", name, [choice.name for choice in made])
    if any(a.name == b.name and a.settings == b.settings for k, a in enumerate(made) for b in made[:k]):
        raise UsageError("optimizers lists one twice with the same settings")
    return tuple(made)


def _instances(names: Sequence[str], wanted: int | Iterable[int] | None) -> dict[str, tuple[int, ...]]:
    if wanted is None:
        return {name: (describe(name).first_instance,) for name in names}
    numbers = _numbers("instances", [wanted] if isinstance(wanted, int) else wanted)
    return dict.fromkeys(names, numbers)


def _seeds(seeds: int | Iterable[int]) -> tuple[int, ...]:
    seeds = whole(seeds)
    if is_whole(seeds):
        if seeds < 1:
            raise UsageError(f"seeds is {seeds}, expected a count >= 1 or a list of seeds")
        if seeds > _MOST_SEEDS:
            raise UsageError(f"seeds is {seeds}, expected a count of at most {_MOST_SEEDS:,}")
        return tuple(range(1, seeds + 1))
    return tuple(check_seed(seed) for seed in _numbers("seeds", seeds))  # type: ignore[arg-type]  # a bool is rejected


def _numbers(name: str, values: Iterable[int]) -> tuple[int, ...]:
    given: Any = values
    if isinstance(given, str):  # it is iterable too
        raise UsageError(f"{name} is {given!r}, expected whole numbers")
    try:
        numbers = tuple(map(whole, given))
    except TypeError as error:
        raise UsageError(f"{name} is {values!r}, expected whole numbers") from error
    if not numbers or not all(map(is_whole, numbers)):
        raise UsageError(f"{name} is {numbers!r}, expected at least one whole number")
    if len(set(numbers)) < len(numbers):
        raise UsageError(f"{name} is {numbers!r}, which contains a number twice")
    return numbers
