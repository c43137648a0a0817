"""What the runtime says where Spark cannot start, and that it steps aside on Databricks; no session is started."""

import subprocess
import sys
from pathlib import Path

import hyperopt
import pytest

import checker
from checker.runtime import ConnectSessionError, SparkTrials, spark, spark_trials

NO_PYSPARK = "checker.runtime needs PySpark, which is not installed: run `make grade` in the course's folder."


def last_line_of(code: str, **environment: str) -> str:
    """What a fresh Python without a PATH writes last when it runs the code."""
    environment |= {"PATH": "", "PYTHONPATH": str(Path(checker.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    return done.stderr.splitlines()[-1]


def test_no_pyspark() -> None:
    line = last_line_of("import sys; sys.modules['pyspark'] = None; from checker.runtime import spark")
    assert line == f"ImportError: {NO_PYSPARK}"


def test_sparks_daemon_does_not_load_mlflow() -> None:
    line = last_line_of("import sys, checker.runtime.daemon; print('mlflow' in sys.modules, file=sys.stderr)")
    assert line == "False"


def test_a_session_of_spark_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")  # what PySpark sets when such a session starts
    with pytest.raises(ConnectSessionError) as raised:
        spark()
    assert str(raised.value) == (
        "This is a Spark Connect session, and SparkTrials needs a classic one: "
        "restart the kernel and call spark() before anything else starts Spark."
    )


@pytest.mark.parametrize(
    ("version", "steps_aside"), [("15.4", True), ("16.4", True), ("17.0", False), ("client.2", False)]
)
def test_on_databricks_up_to_16_4_spark_trials_is_the_platforms_own(
    version: str, steps_aside: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Platforms:
        def __init__(self, parallelism: int) -> None:
            self.parallelism = parallelism

    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", version)
    monkeypatch.setattr(hyperopt, "SparkTrials", Platforms)
    assert spark_trials._platform_logs_trials() is steps_aside
    if steps_aside:
        trials = SparkTrials(parallelism=3)
        assert type(trials) is Platforms and trials.parallelism == 3
        assert capsys.readouterr().out == "On Databricks Runtime 16.4 and older, SparkTrials is the platform's own.\n"


def test_on_databricks_spark_is_the_platforms_session(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Builder:
        def getOrCreate(self) -> str:
            return "the platform's session"

    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    monkeypatch.setattr("checker.runtime.session.SparkSession.builder", Builder())
    assert str(spark()) == "the platform's session"
    assert capsys.readouterr().out == "On Databricks, spark() returns the platform's own session.\n"
