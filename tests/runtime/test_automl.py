"""AutoML on real data: the runs and notebooks that it leaves, and that each notebook gives the score of its trial."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import mlflow
import nbformat
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from nbclient import NotebookClient
from nbformat import NotebookNode
from sklearn.datasets import load_diabetes, load_iris

from checker.runtime import automl, spark
from checker.runtime.automl import search
from checker.runtime.automl.models import CLASSIFIERS, REGRESSORS

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path_factory.mktemp('store')}/mlflow.db")
    mlflow.search_experiments()  # makes the tables, which takes seconds, before any time is measured
    yield
    mlflow.set_tracking_uri(before)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, where AutoML writes its own, and artifacts are kept."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def iris() -> pd.DataFrame:
    """Three classes by name, with a date, categories and missing values."""
    frame = load_iris(as_frame=True).frame
    frame["species"] = frame.pop("target").map({0: "setosa", 1: "versicolor", 2: "virginica"})
    frame["day"] = [f"2024-05-{1 + row % 30:02d}" for row in range(len(frame))]
    frame["garden"] = ["north", None, "south"] * 50
    return frame


def diabetes() -> pd.DataFrame:
    return load_diabetes(as_frame=True).frame.head(200)


def execute(path: str | Path) -> NotebookNode:
    """The notebook, run from top to bottom in its folder."""
    notebook = nbformat.read(path, as_version=4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(Path(path).parent)}}).execute()
    return notebook


def assert_the_notebook_gives_the_same_score(path: str | Path, trial: automl.TrialInfo) -> None:
    begun = {run.info.run_id for run in every_run()}
    execute(path)
    new = [run for run in every_run() if run.info.run_id not in begun]
    (search_run,) = [run for run in new if run.info.run_name.endswith(", from its notebook")]
    assert search_run.data.metrics == pytest.approx(trial.metrics, rel=1e-9)
    (child,) = children(search_run.info.run_id)
    assert child.data.metrics[trial.evaluation_metric] == pytest.approx(trial.evaluation_metric_score, rel=1e-9)
    assert mlflow.sklearn.load_model(f"runs:/{search_run.info.run_id}/model") is not None


def every_run() -> list[Run]:
    experiments = [one.experiment_id for one in mlflow.search_experiments()]
    return list(MlflowClient().search_runs(experiments, max_results=1000))


def children(run_id: str) -> list[Run]:
    return [run for run in every_run() if run.data.tags.get("mlflow.parentRunId") == run_id]


def parent_of(summary: automl.AutoMLSummary) -> Run:
    best = mlflow.get_run(summary.best_trial.mlflow_run_id)
    return mlflow.get_run(best.data.tags["mlflow.parentRunId"])


def check_runs(summary: automl.AutoMLSummary) -> None:
    """Each trial is a FINISHED child of the AutoML run, with its parameters, metrics, model and notebook.

    All of it is in the experiment of that run, whichever is active.
    """
    parent = parent_of(summary)
    assert parent.info.status == "FINISHED"
    runs = {run.info.run_id: run for run in children(parent.info.run_id)}
    assert set(runs) == {trial.mlflow_run_id for trial in summary.trials}
    for trial in summary.trials:
        run = runs[trial.mlflow_run_id]
        assert run.info.status == "FINISHED"
        assert run.data.metrics[trial.evaluation_metric] == trial.evaluation_metric_score
        assert {name: str(value) for name, value in trial.params.items()}.items() <= run.data.params.items()
        assert [file.path for file in MlflowClient().list_artifacts(run.info.run_id, "notebooks")] == [search.NOTEBOOK]
        (model,) = run.outputs.model_outputs
        logged = mlflow.get_logged_model(model.model_id)
        assert logged.experiment_id == parent.info.experiment_id
        assert {metric.key: metric.value for metric in logged.metrics or []} == run.data.metrics


def check_notebooks(summary: automl.AutoMLSummary, folder: Path) -> None:
    """Each notebook runs: the best trial's, every other's from its run, and the data exploration."""
    best = summary.best_trial
    assert best.notebook_path is not None and best.notebook_url == Path(best.notebook_path).as_uri()
    written = {path.name for path in Path(best.notebook_path).parent.iterdir()}
    assert written == {"best_trial.ipynb", "data_exploration.ipynb"}
    execute(Path(best.notebook_path).with_name("data_exploration.ipynb"))
    assert_the_notebook_gives_the_same_score(best.notebook_path, best)
    for number, trial in enumerate(summary.trials[1:]):
        assert trial.notebook_path is None
        path = automl.import_notebook(trial.artifact_uri, str(folder / "imported" / f"{number}"))
        assert_the_notebook_gives_the_same_score(path, trial)


def test_classify(monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(search, "TRIALS_PER_MODEL", 1)
    experiment_before = mlflow.set_experiment("the learner's own").experiment_id
    frame = iris()
    given = frame.copy()
    summary = automl.classify(frame, target_col="species", timeout_minutes=5, imputers={"garden": "most_frequent"})
    pd.testing.assert_frame_equal(frame, given)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Trial ")]
    assert [line.split(":")[0] for line in lines] == [f"Trial {n} of 5" for n in range(1, 6)]
    assert {trial.model_description for trial in summary.trials} == {model.title for model in CLASSIFIERS}
    scores = [trial.evaluation_metric_score for trial in summary.trials]
    assert scores == sorted(scores, reverse=True) and scores[0] > 0.9
    assert summary.experiment.name.startswith("species-classify-")
    assert summary.semantic_type_conversions == {"datetime": ["day"]}
    check_runs(summary)
    predicted = summary.best_trial.load_model().predict(frame)
    assert (predicted == frame["species"]).mean() > 0.9
    check_notebooks(summary, folder)
    with mlflow.start_run() as run:
        assert run.info.experiment_id == experiment_before


def test_regress_on_spark(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(search, "TRIALS_PER_MODEL", 1)
    mlflow.set_experiment("another")
    session = spark()
    try:
        frame = session.createDataFrame(diabetes())
        summary = automl.regress(
            frame, target_col="target", primary_metric="rmse", experiment_name="on spark", timeout_minutes=5
        )
    finally:
        session.stop()
    assert {trial.model_description for trial in summary.trials} == {model.title for model in REGRESSORS}
    scores = [trial.evaluation_metric_score for trial in summary.trials]
    assert scores == sorted(scores)  # a smaller error is better
    check_runs(summary)
    check_notebooks(summary, folder)


def test_a_second_run_overwrites_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(search, "TRIALS_PER_MODEL", 1)
    options = {"exclude_frameworks": ["xgboost", "lightgbm"], "experiment_name": "twice", "data_dir": "data"}
    paths = []
    for _ in range(2):
        summary = automl.classify(iris(), target_col="species", experiment_dir="here", timeout_minutes=5, **options)
        paths.append(Path(summary.best_trial.notebook_path or ""))
    assert [path.name for path in paths] == ["best_trial.ipynb", "best_trial-2.ipynb"]
    assert {path.name for path in (folder / "here").iterdir()} == {
        "best_trial.ipynb",
        "best_trial-2.ipynb",
        "data_exploration.ipynb",
        "data_exploration-2.ipynb",
    }
    assert len(list((folder / "data").glob("*.parquet"))) == 2
    assert_the_notebook_gives_the_same_score(paths[1], summary.best_trial)  # it loads from data_dir
    with pytest.raises(automl.AutoMLError) as error:
        automl.import_notebook(summary.best_trial.artifact_uri, "here/best_trial")
    assert str(error.value) == "here/best_trial.ipynb exists: choose another path, or give overwrite=True."
    assert automl.import_notebook(summary.best_trial.artifact_uri, "here/best_trial", overwrite=True)
    with pytest.raises(automl.AutoMLError) as error:
        automl.import_notebook("nowhere/trial.ipynb", "here/new")
    assert str(error.value) == "There is no notebook at 'nowhere/trial.ipynb': give the artifact_uri of a trial."


def test_no_trial_begins_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "TRIALS_PER_MODEL", 1000)
    summary = automl.regress(
        diabetes(), target_col="target", exclude_frameworks=["xgboost", "lightgbm"], timeout_minutes=0.3
    )
    assert 1 < len(summary.trials) < 500
    deadline = parent_of(summary).info.start_time + 0.3 * 60_000
    assert max(mlflow.get_run(trial.mlflow_run_id).info.start_time for trial in summary.trials) <= deadline


def test_a_budget_too_small_for_one_trial() -> None:
    with pytest.raises(automl.AutoMLError) as error:
        automl.classify(iris(), target_col="species", timeout_minutes=0.0001)
    assert str(error.value) == (
        "No trial ended within timeout_minutes=0.0001: give more time, or fewer rows or columns."
    )


def test_all_trials_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(search, "TRIALS_PER_MODEL", 1)
    frame = iris()[["petal width (cm)", "species"]]
    frame["petal width (cm)"] = float("inf")  # scikit-learn takes no infinite numbers
    frame.loc[0, "petal width (cm)"] = 1.0
    with pytest.raises(automl.AutoMLError) as error:
        automl.classify(
            frame, target_col="species", experiment_name="failures", exclude_frameworks=["xgboost", "lightgbm"]
        )
    assert str(error.value) == (
        "All 3 trials failed, the first with ValueError: Input X contains infinity or a value too large for "
        "dtype('float64')."
    )
    assert "Trial 1 of 3: Decision tree failed: ValueError: Input X contains infinity" in capsys.readouterr().out
    experiment = mlflow.get_experiment_by_name("failures")
    assert {run.info.status for run in MlflowClient().search_runs([experiment.experiment_id])} == {"FAILED"}


def test_nothing_is_installed_that_is_wanted() -> None:
    with pytest.raises(automl.AutoMLError) as error:
        automl.classify(iris(), target_col="species", exclude_frameworks=["sklearn", "xgboost", "lightgbm"])
    assert str(error.value) == "exclude_frameworks leaves no framework that is installed: exclude fewer."
