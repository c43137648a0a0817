"""A local Spark session for many short trials."""

import atexit
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

from pyspark import SparkContext
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

MIN_JAVA = 17
"""The oldest Java that Spark 4 starts on (its documentation, "Downloading")."""

MIN_SLOTS = 4
"""Task slots even on a machine with fewer cores, so that `parallelism=4` means the same everywhere."""

_DAEMON = "checker.runtime.daemon"


class NoJavaError(RuntimeError):
    """There is no Java that Spark could start on."""

    def __init__(self) -> None:
        super().__init__(
            f"Spark needs Java {MIN_JAVA} or newer, and there is none on the PATH or in JAVA_HOME: install one, "
            "for example from https://adoptium.net, and open a new terminal."
        )


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

    Java is the one of JAVA_HOME or else of the PATH, version 17 or newer. This version of the
    checker brings none along: NoJavaError says so. Raises ConnectSessionError where a Spark
    Connect session is active.
    """
    if on_databricks():
        print("On Databricks, spark() returns the platform's own session.")
        return SparkSession.builder.getOrCreate()
    if is_remote():
        raise ConnectSessionError
    if SparkContext._active_spark_context is None:
        return _start()
    session: SparkSession = SparkSession.builder.getOrCreate()
    if session.sparkContext.getConf().get("spark.python.daemon.module") != _DAEMON:
        warnings.warn(
            "A Spark session is running already and is used as it is; trials start faster in one that spark() started.",
            stacklevel=2,
        )
    return session


def _start() -> SparkSession:
    _choose_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else the first python3 of the PATH
    log_settings = (Path(__file__).parent / "log4j2.properties").as_uri()
    session: SparkSession = (
        SparkSession.builder.master(f"local[{max(MIN_SLOTS, os.cpu_count() or 1)}]")
        .appName("tuning")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={log_settings}")
        .config("spark.python.daemon.module", _DAEMON)
        .config("spark.ui.enabled", False)
        .config("spark.ui.showConsoleProgress", False)
        .getOrCreate()
    )
    atexit.register(session.stop)
    return session


def _choose_java() -> None:
    """Let Spark find a Java that is new enough. Raises NoJavaError."""
    home = os.environ.get("JAVA_HOME")
    if home and _is_new_enough(str(Path(home) / "bin" / "java")):
        return
    java = shutil.which("java")
    if java is None or not _is_new_enough(java):
        raise NoJavaError
    os.environ.pop("JAVA_HOME", None)  # Spark would prefer it


def _is_new_enough(java: str) -> bool:
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    version = re.search(r'version "(\d+)', answer.stderr)  # Java 8 calls itself 1.8
    return answer.returncode == 0 and version is not None and int(version[1]) >= MIN_JAVA
