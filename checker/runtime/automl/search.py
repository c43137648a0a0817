"""The search: one `fmin` over all models, and what each finished trial leaves in MLflow."""

import logging
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

import mlflow
import nbformat
import numpy as np
from hyperopt import STATUS_FAIL, STATUS_OK, Trials, fmin, hp, rand, space_eval, tpe
from hyperopt.exceptions import AllTrialsFailed
from mlflow import MlflowClient
from mlflow.entities import Metric as LoggedMetric
from mlflow.entities import Param, Run, RunTag
from mlflow.models import Model as LoggedModel
from mlflow.models import infer_signature
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID
from pyspark.sql import SparkSession

from checker.runtime.automl.arguments import Arguments, AutoMLError
from checker.runtime.automl.metrics import Metric
from checker.runtime.automl.models import Model
from checker.runtime.automl.notebooks import SEED, Source, requirements, training_code, trial_notebook
from checker.runtime.automl.prepare import Prepared
from checker.runtime.automl.summary import TrialInfo

TRIALS_PER_MODEL = 6
"""The budget: with five kinds of models 30 trials, less where the time is over before."""

RANDOM_ROUNDS = 2
"""How often each kind of model is tried with random hyperparameters before TPE takes over."""

NOTEBOOK = "notebooks/trial.ipynb"
"""Where a trial's run holds its notebook."""

_version = cache(version)  # it reads a package's metadata each time

Train = Callable[[dict[str, Any]], tuple[Any, dict[str, float]]]


@dataclass(frozen=True)
class Task:
    """All that a search needs to know."""

    arguments: Arguments
    prepared: Prepared
    models: tuple[Model, ...]
    source: Source


def search(task: Task, deadline: float, session: SparkSession | None) -> list[TrialInfo]:
    """Tune the models until the budget or the time is used up; the trials, best first.

    `deadline` is a value of `time.time()`; no trial begins after it. With a Spark session the trials run on
    SparkTrials, otherwise one after the other. The active MLflow run becomes the parent of the trials' runs. Raises
    AutoMLError if no trial ended in time, or all failed.
    """
    space = _space(task.models)
    trials, runs = Trials(), None
    if session is not None:
        from checker.runtime.spark_trials import SparkTrials

        trials = SparkTrials(session.sparkContext.defaultParallelism, spark_session=session)
        runs = trials.child_runs
    recorder = _Recorder(task, space, len(task.models) * TRIALS_PER_MODEL, runs)
    remaining = deadline - time.time()
    try:
        if remaining > 0:
            fmin(
                _objective(
                    {model.name: trainer(model, task.arguments, task.prepared) for model in task.models},
                    task.arguments.metric,
                ),
                space,
                algo=_suggest(len(task.models)),
                max_evals=recorder.budget,
                timeout=remaining,
                trials=trials,
                rstate=np.random.default_rng(SEED),
                early_stop_fn=recorder,
                show_progressbar=False,
                verbose=False,
            )
    except AllTrialsFailed:
        pass
    recorder(trials)
    if not recorder.infos:
        raise AutoMLError(_why_none(trials, task.arguments))
    sign = -1 if task.arguments.metric.larger_is_better else 1
    return sorted(recorder.infos, key=lambda info: sign * info.evaluation_metric_score)


def _space(models: tuple[Model, ...]) -> Any:
    """A choice of a model, and for each the hyperparameters that are its own."""
    options = [
        {
            "model": model.name,
            "params": {one.name: one.expression(f"{model.name}_{one.name}") for one in model.parameters},
        }
        for model in models
    ]
    return hp.choice("model", options)


def _suggest(models: int) -> Callable[..., Any]:
    """Hyperopt's TPE, after rounds of random search in which each model has its turn."""

    def suggest(new_ids: list[int], domain: Any, trials: Trials, seed: int) -> Any:
        (tid,) = new_ids
        if tid >= RANDOM_ROUNDS * models:
            return tpe.suggest(new_ids, domain, trials, seed, n_startup_jobs=0)
        while True:  # draw until it is that model's turn: `models` draws on average
            docs = rand.suggest(new_ids, domain, trials, seed)
            if docs[0]["misc"]["vals"]["model"] == [tid % models]:
                return docs
            seed += 1

    return suggest


def trainer(model: Model, arguments: Arguments, prepared: Prepared) -> Train:
    """The `train` of the trial's notebook.

    Its module has a name that nobody can import, so it travels to a Spark worker by value, and the worker imports
    nothing of the checker.
    """
    namespace: dict[str, Any] = {"__name__": "automl_notebook", "frame": prepared.frame}
    exec(compile(training_code(model, arguments, prepared), f"<AutoML, {model.title}>", "exec"), namespace)
    return namespace["train"]  # type: ignore[no-any-return]


def _objective(trainers: dict[str, Train], metric: Metric) -> Callable[[dict[str, Any]], dict[str, Any]]:
    scored, sign = metric.validation, -1 if metric.larger_is_better else 1

    def objective(point: dict[str, Any]) -> dict[str, Any]:
        begin = time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about the data of one trial; the notebook shows them
                model, metrics = trainers[point["model"]](point["params"])
            loss = sign * metrics[scored]
        except Exception as fault:
            seconds = time.perf_counter() - begin
            return {"status": STATUS_FAIL, "why": f"{type(fault).__name__}: {fault}", "seconds": seconds}
        seconds = time.perf_counter() - begin
        return {"status": STATUS_OK, "loss": loss, "fitted": model, "metrics": metrics, "seconds": seconds}

    return objective


def _why_none(trials: Trials, arguments: Arguments) -> str:
    faults = [trial["result"]["why"] for trial in trials.trials if "why" in trial["result"]]
    if faults:
        return f"All {len(faults)} trials failed, the first with {faults[0].splitlines()[0]}"
    return (
        f"No trial ended within timeout_minutes={arguments.timeout_minutes:g}: give more time, "
        "or fewer rows or columns."
    )


@dataclass
class _Recorder:
    """Logs each trial as it finishes and prints a line; Hyperopt calls it as the search's `early_stop_fn`.

    SparkTrials makes and ends the runs of its trials itself: `runs`, by `tid`. Where it is None, that is done here. All
    writing goes by run id, as SparkTrials calls this from a thread that has no active run.
    """

    task: Task
    space: Any
    budget: int
    runs: Mapping[int, Run] | None
    infos: list[TrialInfo] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def __call__(self, trials: Trials, *_: Any) -> tuple[bool, list[Any]]:
        """Record what has finished since; the search never stops because of it."""
        for trial in trials.trials:
            status = trial["result"].get("status")
            if trial["tid"] not in self._seen and status in (STATUS_OK, STATUS_FAIL):
                self._seen.add(trial["tid"])
                self._record(trial)
        return False, []

    def _record(self, trial: dict[str, Any]) -> None:
        point = space_eval(self.space, {label: value[0] for label, value in trial["misc"]["vals"].items() if value})
        model = next(one for one in self.task.models if one.name == point["model"])
        params = {name: _plain(value) for name, value in point["params"].items()}
        result = trial["result"]
        client = MlflowClient()
        run = self._run(client, trial)
        run_id = run.info.run_id
        logged_params = [Param(name, str(value)) for name, value in params.items()]
        tags = [RunTag("automl.model", model.title)]
        line = f"Trial {len(self._seen)} of {self.budget}: {model.title}"
        if result["status"] == STATUS_FAIL:
            client.log_batch(run_id, params=logged_params, tags=tags)
            self._end(client, run_id, "FAILED")
            print(f"{line} failed: {result['why'].splitlines()[0]}", flush=True)
            return
        metric = self.task.arguments.metric
        score = result["metrics"][metric.validation]
        notebook = trial_notebook(
            model, params, score, run_id, self.task.arguments, self.task.prepared, self.task.source
        )
        client.log_text(run_id, nbformat.writes(notebook), NOTEBOOK)
        # Made here, for MLflow would make it in the experiment that is active, which need not be that of the run.
        logged = client.create_logged_model(self.task.source.experiment_id, name="model", source_run_id=run_id)
        model_path = _log_model(run_id, logged.model_id, result["fitted"], model, self.task.prepared)
        # After the model, with its id: MLflow reads the history of each metric that is there when it logs a model.
        now, values = int(time.time() * 1000), result["metrics"].items()
        metrics = [LoggedMetric(name, value, now, 0, model_id=logged.model_id) for name, value in values]
        client.log_batch(run_id, metrics, logged_params, tags)
        self._end(client, run_id, "FINISHED")
        self.infos.append(
            TrialInfo(
                evaluation_metric=metric.validation,
                evaluation_metric_score=score,
                model_description=model.title,
                metrics=result["metrics"],
                params=params,
                duration=f"{result['seconds']:.2f} s",
                preprocessors=repr(result["fitted"]["preprocess"].transformers),
                artifact_uri=f"{run.info.artifact_uri}/{NOTEBOOK}",
                mlflow_run_id=run_id,
                model_path=model_path,
            )
        )
        print(f"{line}, {metric.validation} {score:.4f}", flush=True)

    def _run(self, client: MlflowClient, trial: dict[str, Any]) -> Run:
        if self.runs is not None:
            return self.runs[trial["tid"]]
        begin = int((time.time() - trial["result"]["seconds"]) * 1000)
        tags = {MLFLOW_PARENT_RUN_ID: self.task.source.parent_run_id}
        return client.create_run(self.task.source.experiment_id, begin, tags, f"trial {trial['tid']}")

    def _end(self, client: MlflowClient, run_id: str, status: str) -> None:
        if self.runs is None:
            client.set_terminated(run_id, status)


def _log_model(run_id: str, model_id: str, fitted: Any, model: Model, prepared: Prepared) -> str:
    rows = prepared.frame[prepared.columns.features]
    logger = logging.getLogger("mlflow.sklearn")
    level = logger.level
    logger.setLevel(logging.ERROR)  # it warns of cloudpickle each time; the model was made here
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whole numbers may be missing in other data; the pipeline takes that
            info = LoggedModel.log(
                artifact_path=None,
                flavor=mlflow.sklearn,
                name="model",
                run_id=run_id,
                model_id=model_id,
                sk_model=fitted,
                serialization_format="cloudpickle",
                signature=infer_signature(rows, fitted.predict(rows.head())),
                pip_requirements=[f"{name}=={_version(name)}" for name in requirements(model)],
            )
    finally:
        logger.setLevel(level)
    return str(info.model_uri)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
