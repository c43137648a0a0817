"""`checker ui` with MLflow's real server: what it serves, to whom, and that nothing of it is left."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from mlflow import MlflowClient

from checker.mlflow_ui import NoUIError, served
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook's folder with a store in it: experiment 1 has an old run, experiment 2 the newest, with a file."""
    folder = tmp_path_factory.mktemp("notebook's folder")  # with a space and a quote, as people name theirs
    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    for number, name in enumerate(("first", "second"), 1):
        place = (folder / "mlruns" / str(number)).as_uri()
        run = client.create_run(client.create_experiment(name, place), start_time=number, run_name=f"{name} run")
        client.set_terminated(run.info.run_id)
    client.log_text(run.info.run_id, "hello", "note.txt")
    return folder


@contextmanager
def checker_ui(*arguments: str | Path, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "checker.cli", "ui", *arguments]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environment or {})}, **output)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said(*arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    with checker_ui(*arguments, environment=environment) as process:
        stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr.split("\n\n", 1)[-1]  # without click's lines on the usage


def post(address: str, data: dict[str, Any]) -> Any:
    request = urllib.request.Request(address, json.dumps(data).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_it_shows_the_newest_runs_and_ctrl_c_ends_it(folder: Path, tmp_path: Path) -> None:
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o755)
    with checker_ui(folder, environment={"BROWSER": str(browser)}) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(
            r"The runs in (.+) are at "
            r"((http://127\.0\.0\.1:\d+)/#/experiments/2/runs\?workflowType=machine_learning) \(Ctrl-C ends it\)\n",
            line,
        )
        assert found is not None, line
        assert found[1] == str(folder / "mlflow.db")
        for _ in range(100):
            if opened.exists():
                break
            time.sleep(0.1)
        assert opened.read_text().strip() == found[2]

        runs = post(f"{found[3]}/api/2.0/mlflow/runs/search", {"experiment_ids": ["1", "2"]})["runs"]
        assert {run["info"]["run_name"] for run in runs} == {"first run", "second run"}
        artifact = f"get-artifact?path=note.txt&run_uuid={runs[0]['info']['run_id']}"
        with urllib.request.urlopen(f"{found[3]}/{artifact}", timeout=30) as answer:
            assert answer.read() == b"hello"

        # An experiment that is made in the UI can be logged to from the notebook.
        made = post(f"{found[3]}/api/2.0/mlflow/experiments/create", {"name": "made in the UI"})["experiment_id"]
        client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
        client.log_text(client.create_run(made).info.run_id, "hello", "note.txt")
        assert list((folder / "mlruns" / made).rglob("note.txt"))

        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) == 2  # MLflow's command and its web server, and no workers for jobs
        listening = [c.laddr.ip for one in family for c in one.net_connections() if c.status == psutil.CONN_LISTEN]
        assert listening == ["127.0.0.1"]

        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=30)
        assert (process.returncode, stdout, stderr) == (0, "\n", "")
        assert not psutil.wait_procs(family, timeout=5)[1]


# Each start of the server costs some seconds of work, so two tests wait for `make test-all`.
@pytest.mark.long
def test_its_end_by_another_signal_leaves_nothing_running(folder: Path) -> None:
    with checker_ui("--no-browser", folder) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        process.communicate(timeout=30)
        assert family
        assert not psutil.wait_procs(family, timeout=5)[1]


def test_no_store() -> None:
    nowhere = ROOT / "book"
    assert said(nowhere) == (
        2,
        "",
        f"Error: There is no MLflow store (mlflow.db) in {nowhere} yet: run a notebook there that logs a run, "
        "or name the exercise that you have run, as in `checker ui SLUG`.\n",
    )


def test_an_exercise_means_its_notebooks_folder() -> None:
    if (ROOT / "exercises" / "hp-functions" / "mlflow.db").exists():
        pytest.skip("somebody has run this exercise here")
    assert f"(mlflow.db) in {ROOT / 'exercises' / 'hp-functions'} yet" in said("hp-functions/objective")[2]


def test_neither_an_exercise_nor_a_folder() -> None:
    assert said("nothing") == (
        2,
        "",
        "Error: There is no exercise and no folder 'nothing': `checker status` lists the exercises.\n",
    )


def test_a_file_that_is_not_a_store(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("something else")
    with pytest.raises(NoUIError) as raised, served(tmp_path):
        pass
    assert str(raised.value) == (
        f"{tmp_path / 'mlflow.db'} is not a store that MLflow made (file is not a database): "
        "rename it, and run your notebook again."
    )


@pytest.mark.long
def test_a_store_of_another_version_of_mlflow(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "mlflow.db", tmp_path)
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0a8213491aaa'")
    with pytest.raises(NoUIError) as raised, served(tmp_path):
        pass
    assert str(raised.value).startswith(
        f"MLflow's server did not start on {tmp_path / 'mlflow.db'}; it says: "
        "mlflow.exceptions.MlflowException: Detected out-of-date database schema (found version 0a8213491aaa,"
    )


def test_on_databricks_the_workspace_has_its_own() -> None:
    assert said(DATABRICKS_RUNTIME_VERSION="16.4")[:2] == (
        0,
        "On Databricks the workspace shows your runs: click Experiments in its sidebar.\n",
    )


def test_the_command_line_does_not_wait_for_mlflow() -> None:
    code = "import sys, checker.cli, checker.mlflow_ui; print('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
