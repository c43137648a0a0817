"""Hyperopt's SparkTrials with what Databricks adds: an MLflow run for each trial.

The work stays Hyperopt's own. Its `fmin` runs here with a few names of its module bound to the
classes below (see `_rebound`); Hyperopt's modules themselves are never changed.
"""

import os
import re
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import hyperopt
from hyperopt.base import JOB_STATE_CANCEL, JOB_STATE_DONE, JOB_STATE_NEW, JOB_STATE_RUNNING, STATUS_OK
from hyperopt.fmin import FMinIter
from hyperopt.spark import _SparkFMinState
from pyspark.sql import SparkSession

from checker.runtime.session import ConnectSessionError, spark

if TYPE_CHECKING:
    from mlflow.entities import Run

POLL_SECONDS = 0.01
"""How often the search looks for proposed and finished trials; Hyperopt waits a second, in two places.

A short trial must not be over before the next one has begun.
"""

LAST_WITH_HYPEROPT = (16, 4)
"""The last Databricks Runtime ML that ships Hyperopt, changed to log each trial (docs.databricks.com, "Hyperopt")."""

Trial = dict[str, Any]
"""A trial's document as Hyperopt keeps it: `tid`, `state`, `result`, `misc` and times."""


class SparkTrials(hyperopt.SparkTrials):
    """Use it as Hyperopt's own: `fmin(..., trials=SparkTrials(parallelism=4))`.

    - Each trial becomes a child of the active MLflow run, or of a run that `fmin` starts and ends.
      Its parameters are the values that TPE chose, for `hp.choice` the index, as on Databricks; its
      metric is `loss`. FINISHED is a trial with a loss, FAILED one that raised or returned
      STATUS_FAIL, KILLED one that was cancelled.
    - Trials begin and are noticed at once, not at the next full second.
    - A trial is proposed when a slot is free. So `parallelism=1` gives the same trials as Hyperopt's
      `Trials` under the same seed. Hyperopt's SparkTrials proposes one trial ahead: beyond the
      first 20, which are drawn at random, it may differ from that, and from itself, run by run.
    - `early_stop_fn` sees the trials that have a loss, in the order in which they finished. If it
      raises, `fmin` raises the same (Hyperopt's own waits for ever: hyperopt issue 808).
    - Ctrl-C cancels the running trials; Hyperopt's own waits for them to finish.
    - A `parallelism` that cannot be used is told in a warning (compare hyperopt issue 858).

    Without `spark_session` it runs in the session of `checker.runtime.spark()`. On Databricks up to
    Runtime 16.4, calling it gives the platform's own SparkTrials, which logs trials by itself.
    MLflow calls in the objective are not led to the trial's run, as they are there.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """The platform's own object where that logs trials."""
        if _platform_logs_trials():
            print("On Databricks Runtime 16.4 and older, SparkTrials is the platform's own.")
            return hyperopt.SparkTrials(*args, **kwargs)
        return super().__new__(cls)

    def __init__(
        self,
        parallelism: int | None = None,
        timeout: float | None = None,
        loss_threshold: float | None = None,
        spark_session: SparkSession | None = None,
        resource_profile: Any = None,
    ) -> None:
        session = spark() if spark_session is None else spark_session
        if not isinstance(session, SparkSession):
            raise ConnectSessionError
        super().__init__(parallelism, timeout, loss_threshold, session, resource_profile)
        self.child_runs: dict[int, Run] = {}
        """The MLflow run of each trial that has begun, by `tid`, as the run was when it was made."""
        slots = session.sparkContext.defaultParallelism
        if self.parallelism > slots:
            warnings.warn(
                f"parallelism={self.parallelism} is more than the {slots} task slots of this Spark session: "
                f"{slots} trials run at a time, and the others wait.",
                stacklevel=2,
            )

    def fmin(self, fn: Callable[..., Any], space: Any, **options: Any) -> Any:
        """Called by `hyperopt.fmin` with all of its options; returns and raises what that does."""
        if self.parallelism > options["max_evals"]:
            warnings.warn(
                f"parallelism={self.parallelism} is more than max_evals={options['max_evals']}: "
                "all trials begin before the first loss is known, so this is random search.",
                stacklevel=3,
            )
        faults: list[Exception] = []
        with _child_runs(self.child_runs) as runs:
            state = partial(_State, runs, faults)
            search = _rebound(hyperopt.SparkTrials.fmin, fmin=_prompt_fmin, _SparkFMinState=state)
            try:
                best = search(self, fn, space, **options)
            except Exception as fault:
                faults.append(fault)
        if faults:
            raise faults[0]
        return best


def _platform_logs_trials() -> bool:
    version = re.match(r"(\d+)\.(\d+)", os.environ.get("DATABRICKS_RUNTIME_VERSION", ""))
    return version is not None and (int(version[1]), int(version[2])) <= LAST_WITH_HYPEROPT


# -- Hyperopt's loop and its dispatcher ---------------------------------------------------------------------------


def _rebound(function: FunctionType, **names: Any) -> FunctionType:
    """A copy of the function that finds `names` where its module has others; everyone else still finds those."""
    assert names.keys() <= function.__globals__.keys(), "this version of Hyperopt has other names"
    module = function.__globals__ | names
    copy = FunctionType(function.__code__, module, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


class _PromptIter(FMinIter):
    """The loop that proposes trials: it looks more often, and proposes where a slot is free.

    Hyperopt's own proposes one trial ahead, while others still run, and so without their losses;
    how many it then knows depends on the moment.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, poll_interval_secs=POLL_SECONDS, **kwargs)

    @property
    def max_queue_len(self) -> int:
        """How many proposals may wait: none while `parallelism` trials are unfinished."""
        # Only this loop adds to the unfinished, so from one look to the next there can only be fewer of them.
        unfinished = self.trials.count_by_state_unsynced([JOB_STATE_NEW, JOB_STATE_RUNNING])
        return self._max_queue_len if unfinished < self.trials.parallelism else 0

    @max_queue_len.setter
    def max_queue_len(self, length: int) -> None:
        self._max_queue_len = length


# hyperopt/spark.py does not hand PySpark the session when it starts a trial's thread; nothing here needs its tags.
warnings.filterwarnings("ignore", message="Spark session is not provided. Tags will not be inherited.")

_prompt_fmin = _rebound(hyperopt.fmin, FMinIter=_PromptIter)
_prompt_time = SimpleNamespace(sleep=lambda seconds: time.sleep(POLL_SECONDS))


class _State(_SparkFMinState):
    """The dispatcher and its threads, one for each trial.

    An exception in the dispatcher's thread would end it without a word, and `fmin` would wait for
    ever. So whatever is not Hyperopt's own is caught, kept in `faults`, and ends the search.
    """

    launch_dispatcher = _rebound(_SparkFMinState.launch_dispatcher, time=_prompt_time)

    def __init__(
        self,
        runs: "_ChildRuns",
        faults: list[Exception],
        *args: Any,
        early_stop_fn: Callable[..., Any] | None,
    ) -> None:
        super().__init__(*args, early_stop_fn=early_stop_fn and partial(self._should_stop, early_stop_fn))
        self._runs = runs
        self._faults = faults

    def _poll_new_tasks(self) -> list[Trial]:
        if self.trials._fmin_cancelled:
            self._cancel_running_trials()  # a trial may have been queued while the search was cancelled
            return []
        begun: list[Trial] = super()._poll_new_tasks()
        try:
            for trial in begun:
                self._runs.start(trial)
        except Exception as fault:
            self._end_search(fault)
            return []
        return begun

    def _finish_trial_run(self, is_success: bool, is_cancelled: bool, trial: Trial, data: Any) -> None:
        ended = time.time_ns() // 1_000_000  # before its slot is free, so that no run overlaps with the next one's
        # PySpark cancels all jobs on Ctrl-C, before Hyperopt knows of it (pyspark/core/context.py, `signal_handler`).
        is_cancelled = is_cancelled or (not is_success and "SPARK_JOB_CANCELLED" in str(data))
        super()._finish_trial_run(is_success, is_cancelled, trial, data)
        try:
            self._runs.end(trial, ended)
        except Exception as fault:
            self._end_search(fault)

    def _should_stop(self, ask: Callable[..., Any], trials: hyperopt.Trials, *args: Any) -> tuple[bool, Any]:
        try:
            stop, args = ask(_with_loss(trials), *args)
        except Exception as fault:
            self._end_search(fault)
            return True, args
        return stop, args

    def _end_search(self, fault: Exception) -> None:
        self._faults.append(fault)
        self.trials._fmin_cancelled = True
        self.trials._fmin_cancelled_reason = str(fault)
        self._cancel_running_trials()

    def wait_for_all_threads(self) -> None:
        """Wait for the dispatcher and the trials; of a cancelled search, cancel also jobs that Spark began late."""
        while self.trials._fmin_cancelled and any(thread.is_alive() for thread in self._task_threads):
            self._cancel_running_trials()
            time.sleep(POLL_SECONDS)
        super().wait_for_all_threads()


def _with_loss(trials: hyperopt.Trials) -> hyperopt.Trials:
    """The trials that have a loss, in the order in which they finished, as plain Trials."""
    finished = hyperopt.Trials()
    done = [one for one in trials.trials if one["state"] == JOB_STATE_DONE and one["result"]["status"] == STATUS_OK]
    finished._dynamic_trials = sorted(done, key=lambda trial: trial["refresh_time"])
    finished.refresh()
    return finished


# -- MLflow -------------------------------------------------------------------------------------------------------


@contextmanager
def _child_runs(made: dict[int, "Run"]) -> Iterator["_ChildRuns"]:
    """Child runs for the trials of one search, kept in `made`; none is RUNNING afterwards, however the search ends."""
    import mlflow  # here, because Spark's daemon imports this package and must not import MLflow

    parent = mlflow.active_run()
    if parent is None:
        with mlflow.start_run(), _child_runs(made) as runs:
            yield runs
        return
    runs = _ChildRuns(parent, made)
    try:
        yield runs
    finally:
        runs.kill_open()


class _ChildRuns:
    """Makes and ends the trials' runs, all on the driver; safe to use from several threads."""

    def __init__(self, parent: "Run", made: dict[int, "Run"]) -> None:
        from mlflow import MlflowClient
        from mlflow.tracking.context.registry import resolve_tags
        from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

        self._client = MlflowClient()
        self._experiment = parent.info.experiment_id
        self._tags = resolve_tags({MLFLOW_PARENT_RUN_ID: parent.info.run_id})
        self._made = made
        self._open: set[int] = set()
        self._lock = Lock()  # SQLite lets one thread write at a time, and the others fail if they wait too long

    def start(self, trial: Trial) -> None:
        """Make the run of a trial that begins, with its active parameters."""
        from mlflow.entities import Param

        chosen = [Param(label, str(values[0])) for label, values in trial["misc"]["vals"].items() if values]
        with self._lock:
            run = self._client.create_run(self._experiment, tags=self._tags, run_name=f"trial {trial['tid']}")
            self._made[trial["tid"]] = run
            self._open.add(trial["tid"])
            self._client.log_batch(run.info.run_id, params=chosen)

    def end(self, trial: Trial, at: int) -> None:
        """End the run of a trial that was over `at` that time (ms since 1970), with its loss if it has one."""
        status = _run_status(trial)
        with self._lock:
            run_id = self._made[trial["tid"]].info.run_id
            if status == "FINISHED":
                self._client.log_metric(run_id, "loss", trial["result"]["loss"])
            self._client.set_terminated(run_id, status, end_time=at)
            self._open.remove(trial["tid"])

    def kill_open(self) -> None:
        """End the runs of trials that never came to an end."""
        with self._lock:
            while self._open:
                self._client.set_terminated(self._made[self._open.pop()].info.run_id, "KILLED")


def _run_status(trial: Trial) -> str:
    """MLflow's word for how a trial ended."""
    if trial["state"] == JOB_STATE_CANCEL:
        return "KILLED"
    has_loss = trial["state"] == JOB_STATE_DONE and trial["result"]["status"] == STATUS_OK
    return "FINISHED" if has_loss else "FAILED"
