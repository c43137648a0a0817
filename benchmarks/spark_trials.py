"""How long a search takes: Hyperopt's own SparkTrials, and the checker's, on the same machine in the same run.

    python benchmarks/spark_trials.py [ROUNDS]

8 trials of a cross-validated random forest of 10 trees on the breast cancer data, parallelism 4, in
sessions of four task slots. Three ways take turns: Hyperopt's own in a session with Spark's
defaults, which is what a user has (target: 4 times the checker's), Hyperopt's own in the session of
`spark()`, and the checker's there. Only `fmin` is timed, after a first search of one trial in each
session. The checker's time includes its MLflow runs.

Then the start of `spark()` against that of a bare session, each in a fresh Python, taking turns
(target: no slower). Last, one trial at a time under one seed: whether the trials are Hyperopt's.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import hyperopt
import mlflow
import numpy as np
from hyperopt import fmin, hp, tpe
from pyspark.sql import SparkSession

from checker.runtime import SparkTrials, spark

SPACE = {"max_depth": hp.uniformint("max_depth", 1, 12), "max_features": hp.uniform("max_features", 0.1, 1)}
PARALLELISM = 4
BARE = "SparkSession.builder.master('local[4]').getOrCreate()"
STOCK, STOCK_WARM, OURS = "Hyperopt's, default session", "Hyperopt's, spark()", "the checker's, spark()"


def objective(params: dict[str, Any]) -> float:
    """The loss of one trial: minus the accuracy in 3-fold cross-validation."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score

    X, y = load_breast_cancer(return_X_y=True)
    forest = RandomForestClassifier(
        10, max_depth=int(params["max_depth"]), max_features=params["max_features"], random_state=0
    )
    return -float(cross_val_score(forest, X, y, cv=3).mean())


def default_session() -> SparkSession:
    """Spark as it comes, with as many task slots as `spark()` gives."""
    return (
        SparkSession.builder.master(f"local[{max(PARALLELISM, os.cpu_count() or 1)}]")
        .config("spark.python.daemon.module", "pyspark.daemon")
        .getOrCreate()
    )


def search(trials: hyperopt.Trials, max_evals: int = 8) -> float:
    """The seconds that `fmin` takes."""
    began = time.perf_counter()
    fmin(
        objective,
        SPACE,
        tpe.suggest,
        max_evals,
        trials=trials,
        rstate=np.random.default_rng(0),
        show_progressbar=False,
    )
    return time.perf_counter() - began


def stock(session: SparkSession, parallelism: int = PARALLELISM) -> hyperopt.SparkTrials:
    """Hyperopt's own class."""
    return hyperopt.SparkTrials(parallelism, spark_session=session)


def timed(session: SparkSession, ways: dict[str, Callable[[], hyperopt.Trials]]) -> dict[str, float]:
    """Each way's seconds in the session, which is stopped afterwards."""
    search(stock(session, 1), max_evals=1)
    seconds = {name: search(new_trials()) for name, new_trials in ways.items()}
    session.stop()
    return seconds


def one_round() -> dict[str, float]:
    """The seconds of all three ways."""
    session = default_session()
    seconds = timed(session, {STOCK: lambda: stock(session)})
    warm = spark()
    return seconds | timed(warm, {STOCK_WARM: lambda: stock(warm), OURS: lambda: SparkTrials(PARALLELISM)})


def start_seconds(code: str) -> float:
    """The seconds that the code takes to start a session in a fresh Python, imports not counted."""
    timing = "import time; began = time.perf_counter(); {}; print(time.perf_counter() - began)"
    imports = "from pyspark.sql import SparkSession; from checker.runtime import spark"
    program = f"{imports}; {timing.format(code)}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout)


def trials_of(trials: hyperopt.Trials, max_evals: int) -> Any:
    """The parameters that the search tried, and the losses."""
    search(trials, max_evals)
    return trials.vals, trials.losses()


def compare_trials(max_evals: int = 30) -> None:
    """Print which searches with one trial at a time are the same, while TPE draws at random and beyond."""
    session = spark()
    plain = trials_of(hyperopt.Trials(), max_evals)
    ours = trials_of(SparkTrials(1), max_evals)
    first, second = (trials_of(stock(session, 1), max_evals) for _ in range(2))
    few = trials_of(SparkTrials(1), 20) == trials_of(stock(session, 1), 20)
    session.stop()
    print(f"one trial at a time, {max_evals} trials, same seed; are they the same?")
    print(f"the checker's and Hyperopt's Trials: {ours == plain}")
    print(f"the checker's and Hyperopt's SparkTrials: {ours == first} and {ours == second}; with 20 trials: {few}")
    print(f"Hyperopt's SparkTrials, run twice: {first == second}")


def main() -> None:
    """Print each round, then the medians and their ratios."""
    rounds = []
    for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        rounds.append(one_round())
        print(f"round {number + 1}: " + " · ".join(f"{name} {s:.1f} s" for name, s in rounds[-1].items()), flush=True)
    median = {name: statistics.median(seconds[name] for seconds in rounds) for name in rounds[0]}
    for name, seconds in median.items():
        print(f"{name}: {seconds:.1f} s, {seconds / median[OURS]:.1f} times the checker's")
    print(f"target: at least 4.0 times; {STOCK}: {median[STOCK] / median[OURS]:.1f} times")
    starts = [(start_seconds(BARE), start_seconds("spark()")) for _ in range(len(rounds) + 2)]
    bare, own = (statistics.median(seconds) for seconds in zip(*starts, strict=True))
    print(f"start: bare {bare:.1f} s, spark() {own:.1f} s; target: at most 1.0 times; spark(): {own / bare:.2f} times")
    compare_trials()


if __name__ == "__main__":
    os.environ["PYSPARK_PYTHON"] = sys.executable  # Spark's default is the first python3 of the PATH
    with tempfile.TemporaryDirectory() as folder:
        mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        mlflow.set_experiment("benchmark")  # makes the store, which takes seconds
        main()
