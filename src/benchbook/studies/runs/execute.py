"""Executing planned runs: the only place where optimizers, problems, loop and observers meet."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cache

import numpy as np

from benchbook.artifacts.run_document import combined_code, content_digest, run_key
from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.digests import module_digest, text_digest
from benchbook.observers import ImprovementHistory
from benchbook.observers.targets import target_hits
from benchbook.problems import digest as problem_digest
from benchbook.profiling.stages import stage
from benchbook.protocols import Noisy, Observer, Optimizer, Problem, constraints_of, evaluations_of_point, objectives_of
from benchbook.records import (
    ArchiveRecord,
    History,
    Memory,
    OptimizerRecord,
    ProblemRecord,
    RunRecord,
    RunSpec,
    Status,
    Stop,
    Timing,
    as_plain,
)
from benchbook.runs import CountsBoth, JudgedProblem, Outcome, ToldAll, quality_of, run_loop
from benchbook.runs.quality import FeasibleValue, Quality
from benchbook.seeds import noise_generator, run_generator
from benchbook.studies.runs import provenance
from benchbook.studies.runs.instrumented import profiled_parts
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.studies.runs.process_state import state_put_back
from benchbook.typing import FloatArray
from benchbook.variables import typed_variables

log = logging.getLogger(__name__)
_NATIVE = "benchbook.optimizers.native."
_JUDGEMENT = ("judged", "judged_lockstep", "quality", "hypervolume", "front_history")
_COMPILED = {"benchbook.problems.bbob.problem", "benchbook.problems.bbob.noisy", "benchbook.problems.instance"}


def execute(
    planned: PlannedRun,
    *,
    observers: Sequence[Observer] = (),
    timeout_s: float | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> RunRecord:
    """Do one run; exceptions of objective or optimizer are recorded, and logged as a warning.

    Args:
        planned: The run.
        observers: Further observers, in addition to the history.
        timeout_s: Seconds after which it is ended, and recorded with its results so far.
        clock: Measures the durations.
    """
    spec, problem = planned.spec, planned.problem
    created_at = timestamp(clock.now())
    history = ImprovementHistory()
    watch = provenance.MemoryWatch()

    quality, cost = quality_of(problem), evaluations_of_point(problem)
    evaluated = problem if quality is None else JudgedProblem(problem, quality)

    def make() -> Optimizer:
        made = planned.optimizer.make(
            problem.lower,
            problem.upper,
            generator_of(spec),
            max_evaluations=spec.budget // cost,
            variables=typed_variables(problem),
            objectives=objectives_of(problem),
            constraints=constraints_of(problem),
        )
        return ToldAll(made, evaluated) if isinstance(evaluated, JudgedProblem) else made

    guard = nullcontext() if not observers and leaves_process_alone(planned) else state_put_back()
    watching = (history, *observers) if cost == 1 else tuple(CountsBoth(item) for item in (history, *observers))
    with guard, profiled_parts(make, evaluated, watching) as parts:
        outcome = run_loop(
            parts.make_optimizer,
            parts.problem,
            budget=spec.budget // cost,
            target_value=target_value_of(planned),
            stagnation=None if spec.stagnation is None else -(-spec.stagnation // cost),
            timeout_s=timeout_s,
            observers=parts.observers,
            noise=noise_of(planned),
            clock=clock,
        )
    outcome = judged_outcome(outcome, quality, cost, problem.name)
    with stage("observe"):
        improvements = history.history
        archive = None if quality is None else quality.archive_record()
    return record_of(planned, outcome, improvements, created_at, watch.memory(), archive)


def judged_outcome(outcome: Outcome, quality: Quality | None, cost: int, name: str) -> Outcome:
    """Return what a loop that counted points has done in evaluations, and without valid points among the invalid.

    Warns if none of the points was feasible.

    Args:
        outcome: What the loop returned.
        quality: What judged the run; None: the objective's value.
        cost: Evaluations of a point.
        name: Name of the problem.
    """
    if quality is None:
        return outcome
    if isinstance(quality, FeasibleValue) and not quality.feasible and outcome.error is None:
        log.info("none of %d points of %s was feasible", outcome.evaluations, name)
    return replace(
        outcome,
        evaluations=cost * outcome.evaluations,
        invalid_evaluations=outcome.invalid_evaluations - quality.without_value,
        error=outcome.error and replace(outcome.error, evaluations=cost * outcome.error.evaluations),
    )


def leaves_process_alone(planned: PlannedRun) -> bool:
    """Tell whether a run is benchbook's own code throughout: a native optimizer on a function of the kernel.

    Such a run changes nothing that all threads of the process share, and restoring that takes longer than some runs.
    """
    factory, problem = planned.optimizer.factory, planned.problem
    return str(getattr(factory, "__module__", "")).startswith(_NATIVE) and type(problem).__module__ in _COMPILED


def generator_of(spec: RunSpec) -> np.random.Generator:
    """Return the random generator of a run."""
    return run_generator(
        seed=spec.seed, function=spec.function, instance=spec.instance, dim=spec.dim, optimizer=spec.optimizer
    )


def noise_of(planned: PlannedRun) -> Callable[[FloatArray, FloatArray], FloatArray] | None:
    """Return the noise of a run, from its beginning; None if its problem has none."""
    spec = planned.spec
    if not isinstance(planned.problem, Noisy):
        return None
    return planned.problem.noise_of_run(
        noise_generator(
            seed=spec.seed, function=spec.function, instance=spec.instance, dim=spec.dim, optimizer=spec.optimizer
        )
    )


def target_value_of(planned: PlannedRun) -> float | None:
    """Return the value at which a run stops; None: none."""
    target, f_opt = planned.spec.target, planned.problem.f_opt
    return None if target is None or f_opt is None else f_opt + target


def record_of(
    planned: PlannedRun,
    outcome: Outcome,
    history: History,
    created_at: str,
    memory: Memory,
    archive: ArchiveRecord | None = None,
) -> RunRecord:
    """Make the record of a finished run, and log what went wrong in it."""
    with stage("encode"):
        record = _record_of(planned, outcome, history, created_at, memory, archive)
    _warn(record)
    return record


def _record_of(
    planned: PlannedRun,
    outcome: Outcome,
    history: History,
    created_at: str,
    memory: Memory,
    archive: ArchiveRecord | None,
) -> RunRecord:
    spec, problem = planned.spec, planned.problem
    best = outcome.best_value
    if outcome.error is not None:  # such as a better value that does not count, as its point is outside the bounds
        best = float(history.best_values[-1]) if len(history.best_values) else None
    failed = outcome.error is not None or best is None or outcome.stop is Stop.TIMEOUT
    code = code_digest(planned)
    commit, dirty = provenance.commit()
    return RunRecord(
        run_id=uuid.uuid4().hex,
        run_key=run_key(spec, code),
        content_digest=content_digest(
            spec,
            stop=outcome.stop.value,
            evaluations=outcome.evaluations,
            history=history,
            solution=outcome.best_solution,
            archive=archive,
        ),
        code_digest=code,
        created_at=created_at,
        commit=commit,
        dirty=dirty,
        version=provenance.library_version(),
        host=provenance.host(),
        problem=ProblemRecord(
            name=problem.name,
            dim=problem.dim,
            instance=problem.instance,
            lower=problem.lower,
            upper=problem.upper,
            f_opt=problem.f_opt,
        ),
        optimizer=OptimizerRecord(name=spec.optimizer, settings=spec.settings),
        seed=spec.seed,
        budget=spec.budget,
        target=spec.target,
        stagnation=spec.stagnation,
        evaluations=outcome.evaluations,
        invalid_evaluations=outcome.invalid_evaluations,
        stop=outcome.stop,
        status=Status.FAILED if failed else Status.DONE,
        error=outcome.error,
        best_value=best,
        best_solution=outcome.best_solution,
        history=history,
        environment=provenance.environment(planned.optimizer.packages),
        timing=_rounded(outcome.timing),
        memory=memory,
        target_hits=target_hits(history, problem.f_opt),
        archive=archive,
    )


def code_digest(planned: PlannedRun) -> str:
    """Return the digest of the code of optimizer, problem and loop, and of benchbook's version."""
    return combined_code(
        planned.optimizer.digest(), problem_code(planned.problem), loop_digest(), provenance.library_version()
    )


def problem_code(problem: Problem) -> str:
    """Return the digest of a problem's code, and of what judges its runs if it has constraints or two objectives."""
    own = problem_digest(problem)
    judged = evaluations_of_point(problem) > 1 or objectives_of(problem) > 1
    return text_digest(own, _judgement_digest()) if judged else own


@cache
def _judgement_digest() -> str:
    return module_digest([f"benchbook.runs.{name}" for name in _JUDGEMENT])


@cache
def loop_digest() -> str:
    """Return the digest of the code of loop, seeds and history, and of the environment that runs it.

    A run of another Python, NumPy or arithmetic may have other bytes: it is stale, as one of other code is.
    """
    code = module_digest(["benchbook.runs.loop", "benchbook.seeds", "benchbook.observers.improvements"])
    return text_digest(code, provenance.environment_key(provenance.environment()))


def _rounded(timing: Timing) -> Timing:
    """Return the seconds rounded to microseconds; more digits would be noise and take three times the space."""
    return Timing(**{name: round(seconds, 6) for name, seconds in as_plain(timing).items()})


def _warn(record: RunRecord) -> None:
    if record.error is not None:
        error = record.error
        log.warning(
            "run failed after %d evaluations, in the %s: %s: %s",
            error.evaluations,
            error.where,
            error.type,
            error.message,
        )
    elif record.invalid_evaluations:
        log.warning(
            "%d of %d evaluations of %s returned no finite number",
            record.invalid_evaluations,
            record.evaluations,
            record.problem.name,
        )
    if record.stop is Stop.EXHAUSTED:
        log.info("%s had no more points after %d evaluations", record.optimizer.name, record.evaluations)
