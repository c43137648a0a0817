"""What a question asks of MLflow's store."""

from pathlib import Path

import mlflow

from checker.runtime.kernel.helpers.mlflow import run_with


def test_a_run_with_parameters(tmp_path: Path) -> None:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    try:
        found = mlflow.get_run(run_with({"depth": 3.0, "kind": 1}))
        assert (found.data.params, found.info.status) == ({"depth": "3.0", "kind": "1"}, "FINISHED")
    finally:
        mlflow.set_tracking_uri(before)
