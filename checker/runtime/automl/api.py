"""The functions of `automl`: the arguments go in, runs and notebooks come out."""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlflow
import nbformat
import pandas as pd
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from pyspark import SparkContext
from pyspark.sql import DataFrame as ClassicOrConnect
from pyspark.sql import SparkSession
from pyspark.sql.classic.dataframe import DataFrame as ClassicDataFrame

from checker.runtime.automl.arguments import AutoMLError, check_arguments, says_what_it_takes, to_pandas
from checker.runtime.automl.models import CLASSIFIERS, REGRESSORS, choose_models
from checker.runtime.automl.notebooks import SEED, Source, exploration_notebook, free_path
from checker.runtime.automl.prepare import Prepared, prepare
from checker.runtime.automl.search import Task, search
from checker.runtime.automl.summary import AutoMLSummary
from checker.runtime.session import on_databricks

DATA = "data/training.parquet"
"""Where the AutoML run holds its data."""


@says_what_it_takes
def classify(
    dataset: Any,
    *,
    target_col: str,
    primary_metric: str = "f1",
    data_dir: str | None = None,
    experiment_dir: str | None = None,
    experiment_name: str | None = None,
    exclude_cols: list[str] | None = None,
    exclude_frameworks: list[str] | None = None,
    feature_store_lookups: list[dict[str, Any]] | None = None,
    imputers: dict[str, str | dict[str, Any]] | None = None,
    pos_label: int | bool | str | None = None,
    time_col: str | None = None,
    split_col: str | None = None,
    sample_weight_col: str | None = None,
    timeout_minutes: float | None = None,
) -> AutoMLSummary:
    """Tune models that predict the classes in `target_col`: this project's stand-in for `databricks.automl.classify`.

    - `dataset`: a pandas or Spark frame. It is brought to the driver as a whole, so keep it small.
    - `primary_metric`: "f1", "log_loss", "precision", "accuracy" or "roc_auc", on the validation part. With
      two classes `pos_label` is the positive one, by default the last in order; with more, classes are averaged
      by their rows.
    - `data_dir`: a folder to save the data in; by default it is an artifact of the AutoML run.
    - `experiment_name`: the MLflow experiment, which may exist; by default a new one, named after target and time.
    - `experiment_dir`: the folder for the best trial's notebook and the data exploration; by default one in the
      current folder, named after the experiment. No file is overwritten.
    - `exclude_cols`: columns that are no features. `exclude_frameworks`: of "sklearn", "xgboost" and "lightgbm".
    - `imputers`: for a column "mean", "median", "most_frequent" or {"strategy": "constant", "fill_value": ...}.
    - `time_col`: split by this time, the latest rows for testing. `split_col`: a column with "train", "validate" and
      "test". Without either 60 % of the rows are for training, 20 % each for validation and test, drawn at random.
    - `sample_weight_col`: what a row weighs in training.
    - `timeout_minutes`: no trial begins after it; by default 120, though the budget of trials is used up before.
    - `feature_store_lookups` is refused: there is no feature store.

    Where a Spark session is active, trials run on SparkTrials. Raises AutoMLError, with one sentence that says what to
    do, and TypeError for an unknown argument. On Databricks it is the platform's own.
    """
    return _run("classify", dataset, locals())


@says_what_it_takes
def regress(
    dataset: Any,
    *,
    target_col: str,
    primary_metric: str = "r2",
    data_dir: str | None = None,
    experiment_dir: str | None = None,
    experiment_name: str | None = None,
    exclude_cols: list[str] | None = None,
    exclude_frameworks: list[str] | None = None,
    feature_store_lookups: list[dict[str, Any]] | None = None,
    imputers: dict[str, str | dict[str, Any]] | None = None,
    time_col: str | None = None,
    split_col: str | None = None,
    sample_weight_col: str | None = None,
    timeout_minutes: float | None = None,
) -> AutoMLSummary:
    """Tune models that predict the number in `target_col`: this project's stand-in for `databricks.automl.regress`.

    `primary_metric` is "r2", "mae", "rmse" or "mse". The other arguments are those of `classify`.
    """
    return _run("regress", dataset, locals())


def import_notebook(artifact_uri: str, path: str, overwrite: bool = False) -> str:
    """Fetch a trial's notebook: `import_notebook(trial.artifact_uri, "folder/name.ipynb")`; returns the path.

    Raises AutoMLError if the file exists and is not to be overwritten, or there is no notebook at `artifact_uri`.
    """
    if on_databricks():
        return str(_platform().import_notebook(artifact_uri, path, overwrite=overwrite))
    target = Path(path)
    if target.suffix != ".ipynb":
        target = target.with_name(target.name + ".ipynb")
    if target.exists() and not overwrite:
        raise AutoMLError(f"{target} exists: choose another path, or give overwrite=True.")
    try:
        with _without_progress_bar():
            text = mlflow.artifacts.load_text(artifact_uri)
    except Exception as fault:
        raise AutoMLError(f"There is no notebook at {artifact_uri!r}: give the artifact_uri of a trial.") from fault
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return str(target)


def _run(problem: str, dataset: Any, options: dict[str, Any]) -> AutoMLSummary:
    begin = time.time()
    if on_databricks():
        given = {name: value for name, value in options.items() if name != "dataset" and value is not None}
        return getattr(_platform(), problem)(dataset, **given)  # type: ignore[no-any-return]
    options = {name: value for name, value in options.items() if name != "dataset"}
    places = {name: options.pop(name) for name in ("data_dir", "experiment_dir", "experiment_name")}
    frame = to_pandas(dataset)
    arguments = check_arguments(frame, problem, **options)
    prepared = prepare(frame, arguments, SEED)
    models = choose_models(CLASSIFIERS if problem == "classify" else REGRESSORS, arguments.exclude_frameworks)
    if not models:
        raise AutoMLError("exclude_frameworks leaves no framework that is installed: exclude fewer.")
    deadline = begin + 60 * arguments.timeout_minutes

    for note in prepared.notes:
        print(note)
    name = places["experiment_name"] or f"{arguments.target_col}-{problem}-{time.strftime('%Y-%m-%d-%H-%M-%S')}"
    experiment = mlflow.get_experiment_by_name(name) or mlflow.get_experiment(mlflow.create_experiment(name))
    with mlflow.start_run(experiment_id=experiment.experiment_id, run_name="AutoML", nested=True) as run:
        data_path, frame = _save_data(prepared, run.info.run_id, places["data_dir"])
        prepared = replace(prepared, frame=frame)
        source = Source(
            tracking_uri=mlflow.get_tracking_uri(),
            experiment_id=experiment.experiment_id,
            experiment_name=experiment.name,
            parent_run_id=run.info.run_id,
            data_artifact=DATA,
            data_path=data_path,
        )
        mlflow.log_params(
            {"problem": problem, "target_col": arguments.target_col, "primary_metric": arguments.metric.name}
        )
        exploration = exploration_notebook(arguments, prepared, source)
        mlflow.log_text(nbformat.writes(exploration), "notebooks/data_exploration.ipynb")
        trials = search(Task(arguments, prepared, models, source), deadline, _session(dataset))
        best = trials[0]
        mlflow.log_metric(f"best_{best.evaluation_metric}", best.evaluation_metric_score)

    folder = Path(places["experiment_dir"] or re.sub(r"[^\w.-]+", "_", name.rsplit("/", 1)[-1])).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    explored = free_path(folder, "data_exploration")
    explored.write_text(nbformat.writes(exploration), encoding="utf-8")
    path = import_notebook(best.artifact_uri, str(free_path(folder, "best_trial")))
    print(f"The best trial's notebook is {path}, the data exploration {explored}.")
    best = replace(best, notebook_path=path, notebook_url=Path(path).as_uri())
    return AutoMLSummary(experiment, (best, *trials[1:]), prepared.columns.conversions, prepared.notes)


@contextmanager
def _without_progress_bar() -> Iterator[None]:
    """MLflow shows one even for a single small file."""
    before = MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.get_raw()
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
    try:
        yield
    finally:
        if before is None:
            MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.unset()
        else:
            MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(before)


def _platform() -> Any:
    print("On Databricks, automl is the platform's own databricks.automl.")
    from databricks import automl

    return automl


def _save_data(prepared: Prepared, run_id: str, data_dir: str | None) -> tuple[str | None, pd.DataFrame]:
    """Save the data in `data_dir` or else as an artifact of the active run.

    Returns its path, None for an artifact, and the data as it reads from there: what the notebooks will see.
    """
    if data_dir is not None:
        path = Path(data_dir).absolute() / f"{run_id}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        prepared.frame.to_parquet(path, index=False)
        return str(path), pd.read_parquet(path)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(DATA).name
        prepared.frame.to_parquet(path, index=False)
        mlflow.log_artifact(str(path), str(Path(DATA).parent))
        return None, pd.read_parquet(path)


def _session(dataset: Any) -> SparkSession | None:
    """The session for SparkTrials: the frame's own, or the active one; None where neither is there, or is Connect's."""
    if isinstance(dataset, ClassicDataFrame):
        return dataset.sparkSession
    if isinstance(dataset, ClassicOrConnect) or SparkContext._active_spark_context is None:
        return None
    return SparkSession.getActiveSession()
