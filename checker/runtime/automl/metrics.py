"""The metrics that AutoML may optimise, by problem: Databricks' names for them, and MLflow's.

(docs.databricks.com, "AutoML Python API reference".)
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """`name` is the argument, `logged` the name in a run, after a prefix such as `val_`."""

    name: str
    logged: str
    larger_is_better: bool = True

    @property
    def validation(self) -> str:
        """The name of the validation score in a run."""
        return f"val_{self.logged}"


METRICS = {
    "classify": (
        Metric("f1", "f1_score"),
        Metric("log_loss", "log_loss", larger_is_better=False),
        Metric("precision", "precision_score"),
        Metric("accuracy", "accuracy_score"),
        Metric("roc_auc", "roc_auc"),
    ),
    "regress": (
        Metric("r2", "r2_score"),
        Metric("mae", "mean_absolute_error", larger_is_better=False),
        Metric("rmse", "root_mean_squared_error", larger_is_better=False),
        Metric("mse", "mean_squared_error", larger_is_better=False),
    ),
}
