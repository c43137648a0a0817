"""How long a search takes: Hyperopt's own SparkTrials, and the checker's, on the same machine in the same run.

    python benchmarks/spark_trials.py [ROUNDS]

8 trials of a cross-validated random forest of 10 trees on the breast cancer data, parallelism 4, in
sessions of four task slots. Three ways take turns: Hyperopt's own in a session with Spark's
defaults, Hyperopt's own in the session of `spark()`, and the checker's there. Only `fmin` is
timed, after a first search of one trial in each session. The checker's time includes its MLflow runs.
"""

import os
import statistics
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


def same_results() -> bool:
    """Whether both classes try the same parameters, and find the same losses, one trial at a time."""
    session = spark()
    both = stock(session, 1), SparkTrials(1)
    for trials in both:
        search(trials)
    session.stop()
    return both[0].vals == both[1].vals and both[0].losses() == both[1].losses()


def main() -> None:
    """Print each round, then the medians and their ratios."""
    rounds = []
    for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        rounds.append(one_round())
        print(f"round {number + 1}: " + " · ".join(f"{name} {s:.1f} s" for name, s in rounds[-1].items()), flush=True)
    median = {name: statistics.median(seconds[name] for seconds in rounds) for name in rounds[0]}
    for name, seconds in median.items():
        print(f"{name}: {seconds:.1f} s, {seconds / median[OURS]:.1f} times the checker's")
    print(f"same trials and losses at parallelism 1: {'yes' if same_results() else 'NO'}")


if __name__ == "__main__":
    os.environ["PYSPARK_PYTHON"] = sys.executable  # Spark's default is the first python3 of the PATH
    with tempfile.TemporaryDirectory() as folder:
        mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        mlflow.set_experiment("benchmark")  # makes the store, which takes seconds
        main()
