"""What Databricks adds to the open-source packages, on a laptop: for learners' notebooks.

    from checker.runtime import spark, SparkTrials

The rest of the checker does not use it. On Databricks each part steps aside for the platform's own.
"""

try:
    import pyspark  # noqa: F401
except ImportError as missing:
    raise ImportError(
        "checker.runtime needs PySpark, which is not installed: run `pip install 'pyspark>=4,<5'` in this environment."
    ) from missing

from checker.runtime import datasets
from checker.runtime.session import ConnectSessionError, NoJavaError, spark
from checker.runtime.spark_trials import SparkTrials

__all__ = ["ConnectSessionError", "NoJavaError", "SparkTrials", "datasets", "spark"]
