"""What `classify` and `regress` return."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@dataclass(frozen=True)
class TrialInfo:
    """One trial, under the names of Databricks' TrialInfo.

    `metrics` are those of its MLflow run, `params` the model's hyperparameters, `duration` the time that training and
    scoring took. `notebook_path` and `notebook_url` are set for the best trial alone; the notebook of another is an
    artifact of its run, which `automl.import_notebook(trial.artifact_uri, path)` fetches.
    """

    evaluation_metric: str
    evaluation_metric_score: float
    model_description: str
    metrics: dict[str, float]
    params: dict[str, Any]
    duration: str
    preprocessors: str
    artifact_uri: str
    mlflow_run_id: str
    model_path: str
    notebook_path: str | None = None
    notebook_url: str | None = None

    def load_model(self) -> Any:
        """The fitted scikit-learn Pipeline, from MLflow."""
        import mlflow

        return mlflow.sklearn.load_model(self.model_path)

    def __str__(self) -> str:
        """A few lines of plain text."""
        lines = [
            f"Model: {self.model_description}",
            f"{self.evaluation_metric}: {self.evaluation_metric_score:.4g}",
            f"Duration: {self.duration}",
            f"MLflow run: {self.mlflow_run_id}",
            f"Model path: {self.model_path}",
            f"Notebook: {self.notebook_path or self.artifact_uri}",
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return _render(trials=[self], summary=None)


@dataclass(frozen=True)
class AutoMLSummary:
    """What a run of AutoML gave, under the names of Databricks' AutoMLSummary.

    `experiment` is the MLflow experiment; `trials` stand best first; `metric_distribution` describes the validation
    scores of all trials; `semantic_type_conversions` has, by kind, the columns that were not used as what their type
    says; `output_table_name` is for forecasts, and None. `notes` is this stand-in's own: what was done to the data.
    """

    experiment: Any
    trials: tuple[TrialInfo, ...]
    semantic_type_conversions: dict[str, list[str]]
    notes: tuple[str, ...] = ()
    output_table_name: str | None = None

    @property
    def best_trial(self) -> TrialInfo:
        """The trial with the best score on the validation part."""
        return self.trials[0]

    @property
    def metric_distribution(self) -> str:
        """Smallest, mean and largest validation score."""
        scores = [trial.evaluation_metric_score for trial in self.trials]
        return f"min: {min(scores):.4g}, mean: {sum(scores) / len(scores):.4g}, max: {max(scores):.4g}"

    def __str__(self) -> str:
        """A few lines of plain text."""
        lines = [
            f"AutoML (this course's stand-in), experiment {self.experiment.name!r}: {len(self.trials)} trials",
            f"{self.best_trial.evaluation_metric}: {self.metric_distribution}",
            "",
            "Best trial",
            str(self.best_trial),
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return _render(trials=self.trials, summary=self)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=True,
)


def _render(**facts: Any) -> str:
    return _ENVIRONMENT.get_template("summary.html.jinja").render(**facts)
