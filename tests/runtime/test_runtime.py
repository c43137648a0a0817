"""The runtime on real Spark: a run for each trial, none left RUNNING, and the same search as Hyperopt's own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import hyperopt
import mlflow
import numpy as np
import psutil
import pytest
from hyperopt import STATUS_FAIL, fmin, hp, rand, tpe
from hyperopt.base import JOB_STATE_NEW, JOB_STATE_RUNNING
from hyperopt.early_stop import no_progress_loss
from mlflow.entities import Run
from pyspark.cloudpickle import register_pickle_by_value
from pyspark.sql import SparkSession

from checker.runtime import SparkTrials, spark

pytestmark = pytest.mark.long

# As in a notebook, the objectives travel to the workers by value: nobody there imports this module and all it needs.
register_pickle_by_value(sys.modules[__name__])

SPACE = {"x": hp.uniform("x", -5, 5), "kernel": hp.choice("kernel", ["linear", "rbf"])}


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    session = spark()
    yield session
    session.stop()


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path_factory.mktemp('store')}/mlflow.db")
    yield
    mlflow.set_tracking_uri(before)


@pytest.fixture(autouse=True)
def experiment(request: pytest.FixtureRequest) -> str:
    """An experiment of the test's own, so that all of its runs are the test's."""
    return mlflow.set_experiment(request.node.name).experiment_id


def objective(params: dict[str, Any]) -> float:
    return float((params["x"] - 1) ** 2)


def breaks_below_zero(params: dict[str, Any]) -> float:
    if params["x"] < 0:
        raise ValueError("x is negative")
    return objective(params)


def fails_below_zero(params: dict[str, Any]) -> Any:
    return {"status": STATUS_FAIL} if params["x"] < 0 else objective(params)


def sleeps_long_below_zero(params: dict[str, Any]) -> float:
    if params["x"] < 0:
        time.sleep(120)
    return objective(params)


def search(trials: hyperopt.Trials, fn: Callable[..., Any] = objective, max_evals: int = 8, **options: Any) -> Any:
    rstate = np.random.default_rng(0)
    return fmin(fn, SPACE, rand.suggest, max_evals, trials=trials, rstate=rstate, show_progressbar=False, **options)


def children(parent: Run) -> list[Run]:
    found = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", output_format="list")
    return sorted(found, key=lambda run: int(run.info.run_name.removeprefix("trial ")))


def statuses() -> set[str]:
    """Of all runs of the test's experiment."""
    return {run.info.status for run in mlflow.search_runs(output_format="list")}


def test_there_is_one_session(session: SparkSession) -> None:
    assert spark() is session
    assert session.sparkContext.defaultParallelism >= 4
    assert session.sparkContext.uiWebUrl is None


KNOWS_MLFLOW = """session.sparkContext.parallelize([0], 1).map(
    lambda _: {"mlflow.store.tracking.sqlalchemy_store", "alembic.command"} <= __import__("sys").modules.keys()
).first()"""


def test_workers_know_mlflow_where_a_study_is_to_run(session: SparkSession) -> None:
    assert eval(KNOWS_MLFLOW, {"session": session}) is False
    code = "import mlflow.pyspark.optuna.study\nfrom checker.runtime import spark\nsession = spark()\n"
    done = subprocess.run([sys.executable, "-c", f"{code}print({KNOWS_MLFLOW})"], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "True", done.stderr


def test_a_new_worker_looks_through_no_archive_and_imports_nothing_for_a_data_frame(session: SparkSession) -> None:
    def finders_and_imports(left_unread: Any) -> Any:  # Spark uses no worker twice that leaves its input unread
        import sys

        import pandas
        from sklearn.utils import check_array

        finders = {type(finder).__name__ for finder in sys.path_importer_cache.values()}
        before = set(sys.modules)
        check_array(pandas.DataFrame({"x": [0.0]}))
        return iter([(finders, set(sys.modules) - before)])

    finders, imported = session.sparkContext.parallelize([0], 1).mapPartitions(finders_and_imports).first()
    assert "FileFinder" in finders and "zipimporter" not in finders
    assert not imported


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which files a process has mapped")
def test_its_java_has_mapped_the_archive_that_the_set_up_made(session: SparkSession) -> None:
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    assert gateway is not None
    family = [psutil.Process(gateway.proc.pid), *psutil.Process(gateway.proc.pid).children(recursive=True)]
    mapped = {region.path for process in family if "java" in process.name() for region in process.memory_maps()}
    assert any(path.endswith(".jsa") and "tuning-checker" in path for path in mapped)


def test_each_trial_is_a_child_run(session: SparkSession) -> None:
    trials = SparkTrials(parallelism=4)
    with mlflow.start_run() as parent:
        search(trials, max_evals=16)
    runs = children(parent)
    assert [run.info.status for run in runs] == ["FINISHED"] * 16
    assert [trials.child_runs[trial["tid"]].info.run_id for trial in trials.trials] == [run.info.run_id for run in runs]
    for run, trial in zip(runs, trials.trials, strict=True):
        values = trial["misc"]["vals"]
        assert run.data.params == {"x": str(values["x"][0]), "kernel": str(values["kernel"][0])}
        assert run.data.metrics == {"loss": trial["result"]["loss"]}
    assert {run.data.params["kernel"] for run in runs} == {"0", "1"}  # the index, as on Databricks


def test_without_an_active_run_fmin_makes_the_parent(session: SparkSession) -> None:
    search(SparkTrials(parallelism=2), max_evals=2)
    assert mlflow.active_run() is None
    (parent,) = [run for run in mlflow.search_runs(output_format="list") if "mlflow.parentRunId" not in run.data.tags]
    assert parent.info.status == "FINISHED"
    assert len(children(parent)) == 2


@pytest.mark.parametrize("fn", [breaks_below_zero, fails_below_zero])
def test_a_failing_trial_is_a_failed_run_and_the_search_goes_on(session: SparkSession, fn: Callable[..., Any]) -> None:
    with mlflow.start_run() as parent:
        best = search(SparkTrials(parallelism=4), fn)
    assert best["x"] >= 0
    ends = [(float(run.data.params["x"]) < 0, run.info.status, "loss" in run.data.metrics) for run in children(parent)]
    assert len(ends) == 8
    assert set(ends) == {(True, "FAILED", False), (False, "FINISHED", True)}


def test_after_a_timeout_nothing_is_running(session: SparkSession) -> None:
    trials = SparkTrials(parallelism=4, timeout=12)
    began = time.monotonic()
    search(trials, sleeps_long_below_zero, max_evals=50)
    assert time.monotonic() - began < 60
    assert trials.fmin_cancelled_reason == "fmin run timeout"
    assert statuses() == {"FINISHED", "KILLED"}


def test_after_ctrl_c_nothing_is_running(session: SparkSession) -> None:
    trials = SparkTrials(parallelism=4)
    interrupt = threading.Timer(12, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), mlflow.start_run() as parent:
        search(trials, sleeps_long_below_zero, max_evals=50)
    assert time.monotonic() - began < 60
    assert {run.info.status for run in children(parent)} == {"FINISHED", "KILLED"}


def test_an_early_stop_function_never_meets_a_running_trial(session: SparkSession) -> None:
    trials = SparkTrials(parallelism=4)
    search(trials, fails_below_zero, max_evals=100, early_stop_fn=no_progress_loss(3))
    assert trials.fmin_cancelled_reason == "early stopping condition"
    assert len(trials) < 100
    assert "RUNNING" not in statuses()


def test_an_early_stop_function_that_raises_ends_the_search(session: SparkSession) -> None:
    with pytest.raises(ZeroDivisionError):
        search(SparkTrials(parallelism=2), max_evals=100, early_stop_fn=lambda trials: (1 / 0, []))
    assert "RUNNING" not in statuses()


def test_an_mlflow_that_refuses_a_parameter_ends_the_search(session: SparkSession) -> None:
    with pytest.raises(mlflow.MlflowException, match="Invalid value"):
        fmin(lambda x: x, hp.uniform("x?", 0, 1), rand.suggest, 4, trials=SparkTrials(2), show_progressbar=False)
    assert "RUNNING" not in statuses()


def test_parallelism_above_the_task_slots_is_told(session: SparkSession) -> None:
    slots = session.sparkContext.defaultParallelism
    with pytest.warns(UserWarning) as told:
        SparkTrials(parallelism=slots + 1)
    assert [str(one.message) for one in told] == [
        f"parallelism={slots + 1} is more than the {slots} task slots of this Spark session: "
        f"{slots} trials run at a time, and the others wait."
    ]
    assert told[0].filename == __file__


def test_parallelism_above_max_evals_is_told(session: SparkSession) -> None:
    with pytest.warns(UserWarning) as told:
        search(SparkTrials(parallelism=4), max_evals=3)
    assert [str(one.message) for one in told if "parallelism" in str(one.message)] == [
        "parallelism=4 is more than max_evals=3: "
        "all trials begin before the first loss is known, so this is random search."
    ]


def test_one_trial_at_a_time_the_search_is_hyperopts_own(session: SparkSession) -> None:
    """With Trials also after the first 20, which are drawn at random; SparkTrials proposes ahead then."""

    def outcome(trials: hyperopt.Trials, max_evals: int) -> Any:
        rstate = np.random.default_rng(7)
        best = fmin(objective, SPACE, tpe.suggest, max_evals, trials=trials, rstate=rstate, show_progressbar=False)
        return best, trials.vals, trials.losses(), trials.statuses()

    assert outcome(SparkTrials(parallelism=1), 30) == outcome(hyperopt.Trials(), 30)
    assert outcome(SparkTrials(parallelism=1), 4) == outcome(hyperopt.SparkTrials(1, spark_session=session), 4)


def test_with_all_slots_taken_no_trial_is_proposed(session: SparkSession) -> None:
    unfinished: list[int] = []

    def algo(new_ids: list[int], domain: Any, trials: hyperopt.Trials, seed: int) -> Any:
        unfinished.append(trials.count_by_state_unsynced([JOB_STATE_NEW, JOB_STATE_RUNNING]))
        return rand.suggest(new_ids, domain, trials, seed)

    fmin(objective, SPACE, algo, 8, trials=SparkTrials(parallelism=3), max_queue_len=2, show_progressbar=False)
    assert max(unfinished) < 3
