"""What Databricks adds to the open-source packages, on a laptop: for learners' notebooks.

    from checker.runtime import spark, SparkTrials

On Databricks each part steps aside for the platform's own. `kernel` is the checker's own part in a learner's process.

Nothing here uses the rest of the checker: the sandbox shows this folder alone. The checker uses some of it: the checks
on AutoML repeat a trial with `automl`, and `checker doctor` looks for Java.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from checker.runtime.java import NoJavaError

if TYPE_CHECKING:
    from checker.runtime import automl, datasets
    from checker.runtime.session import ConnectSessionError, spark
    from checker.runtime.spark_trials import SparkTrials

__all__ = ["ConnectSessionError", "NoJavaError", "SparkTrials", "automl", "datasets", "spark"]

# Imported at first use: `checker doctor` needs no Spark to look for Java.
_WITH_SPARK = {"ConnectSessionError": "session", "SparkTrials": "spark_trials", "spark": "session"}


def __getattr__(name: str) -> Any:
    if name not in _WITH_SPARK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        import pyspark  # noqa: F401
    except ImportError as missing:
        raise ImportError(
            "checker.runtime needs PySpark, which is not installed: run `make grade` in the course's folder."
        ) from missing
    return getattr(import_module(f"{__name__}.{_WITH_SPARK[name]}"), name)
