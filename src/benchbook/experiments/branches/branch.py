"""One branch: a function called once with one configuration, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from benchbook.errors import UsageError
from benchbook.experiments.branches.state import BranchState, failure_of
from benchbook.experiments.configs.ids import as_float
from benchbook.records.experiment import BranchException, BranchStatus, Metric, Role

if TYPE_CHECKING:
    from benchbook.experiments.branches.redaction import Redact
    from benchbook.typing import JsonObject

__all__ = ["Branch", "BranchException", "BranchFinishedError", "BranchStatus", "Metric", "Role"]


class BranchFinishedError(UsageError):
    """A branch has ended already; it can be neither finished again nor changed."""


class Branch(BranchState):
    """A function called once with one configuration.

    A branch begins `pending` and is finished once, as success, failed or skipped; after that nothing about it changes.
    Finishing is atomic: of two threads that try, one gets `BranchFinishedError`.

    Args:
        config: The configuration: a mapping or a pydantic model.
        config_id: Name of the configuration; by default its `id`, else a digest of its content.
        experiment: Name of the experiment.
        call_id: The call to which the branch belongs.
        branch_id: Unique name of the branch.
        parent_id: The branch within which the call was made; None at the top level.
        role: Its part in the call.
        clock: Source of its times.

    Examples:
        >>> branch = Branch(config={"population": 20})
        >>> branch.mark_success(1.5)
        >>> branch.status.value, branch.output
        ('success', 1.5)
        >>> branch.finished
        True
    """

    __slots__ = ()

    def start(self) -> None:
        """Record the time of the start.

        Raises:
            BranchFinishedError: It has ended already.
        """
        with self._lock:
            self._check_open()
            self._started = self._moment()

    def begin_attempt(self) -> None:
        """Count one more call of the function.

        Raises:
            BranchFinishedError: It has ended already.
        """
        with self._lock:
            self._check_open()
            self._attempts += 1

    def mark_success(self, output: Any = None) -> None:
        """Finish as a success.

        Raises:
            BranchFinishedError: It has ended already.
        """
        self._finish(BranchStatus.SUCCESS, output=output)

    def mark_failure(self, error: BaseException) -> None:
        """Finish as failed, keeping the exception with its traceback.

        Raises:
            BranchFinishedError: It has ended already.
        """
        self._finish(BranchStatus.FAILED, exception=failure_of(error))

    def mark_skipped(self, reason: str) -> None:
        """Finish as skipped: it did not run, or not to its end, for an external reason.

        Raises:
            BranchFinishedError: It has ended already.
        """
        self._finish(BranchStatus.SKIPPED, reason=reason)

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Report numbers while running.

        Raises:
            BranchFinishedError: It has ended already.
        """
        values = {name: as_float(value) for name, value in metrics.items()}
        with self._lock:
            self._check_open()
            self._metrics += [Metric(name, value, step) for name, value in values.items()]
        if self._listener is not None:
            self._listener.metrics(self, values, step)

    def log_artifact(self, name: str, data: bytes | str) -> None:
        """Report a file while running; `name` may have folders, as in `plots/curve.svg`.

        Raises:
            BranchFinishedError: It has ended already.
            UsageError: The name is not a relative path, or leads out of its folder.
        """
        parts = name.split("/")
        if not name or name.startswith(("/", "\\")) or any(part in {"", ".", ".."} for part in parts) or "\\" in name:
            raise UsageError(f"the artifact name {name!r} is not a relative path of plain names")
        with self._lock:
            self._check_open()
            if name not in self._files:
                self._files.append(name)
        if self._listener is not None:
            self._listener.artifact(self, name, data.encode() if isinstance(data, str) else bytes(data))

    def to_dict(self, redact: Redact = True) -> JsonObject:
        """Return the branch as JSON values, with secrets masked.

        Args:
            redact: True: values under the usual names (`password`, `token`, `api_key` ...) are masked, also inside
                texts; names: these, too; False or an empty list: nothing is masked.

        Raises:
            UsageError: `redact` is something else.

        Examples:
            >>> branch = Branch(config={"host": "h1", "token": "hunter2"})
            >>> branch.to_dict()["config"], branch.to_dict(redact=False)["config"]
            ({'host': 'h1', 'token': '[redacted]'}, {'host': 'h1', 'token': 'hunter2'})
            >>> branch.to_dict(redact=["host"])["config"]
            {'host': '[redacted]', 'token': '[redacted]'}
        """
        from benchbook.experiments.branches.branch_document import branch_document

        return branch_document(self, redact)

    def when_ended(self, callback: Callable[[Branch], object]) -> None:
        """Call a function, which must not raise, once the branch has ended: at once, or in the thread that ends it."""
        with self._lock:
            if self._status is BranchStatus.PENDING:
                self._watchers = (*self._watchers, callback)
                return
        callback(self)

    def cancel(self, reason: str = "the branch was cancelled") -> bool:
        """Cancel the branch, which is then skipped. False if it had already ended.

        An async function is cancelled; a thread cannot be, and is abandoned. A plain function that runs in the caller's
        own thread continues to its end, but its result is discarded.
        """
        if self._cancel is not None:
            return self._cancel(reason)
        try:
            self.mark_skipped(reason)
        except BranchFinishedError:
            return False
        return True

    def _moment(self) -> tuple[float, float]:
        return self._clock.now().timestamp(), self._clock.monotonic_s()

    def _check_open(self) -> None:
        if self._status is not BranchStatus.PENDING:
            raise BranchFinishedError(
                f"branch {self.config_id} is finished ({self._status.value}): it cannot be changed"
            )

    def _finish(
        self,
        status: BranchStatus,
        *,
        output: Any = None,
        exception: BranchException | None = None,
        reason: str | None = None,
    ) -> None:
        with self._lock:
            self._check_open()
            self._output, self._exception, self._reason = output, exception, reason
            self._ended = self._moment()
            self._status = status
            watchers, self._watchers = self._watchers, ()
        for callback in watchers:
            callback(self)
