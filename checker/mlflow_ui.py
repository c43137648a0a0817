"""Shows the runs of a notebook's MLflow store in MLflow's own UI."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import click
import psutil

STORE = "mlflow.db"
"""MLflow's default store lies under this name in the working directory, which is the notebook's folder."""

_QUIET = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # eight processes more, for evaluations of language models
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


class NoUIError(Exception):
    """The UI cannot be shown; the message says why and what to do."""


def show(folder: Path, open_browser: bool = True) -> None:
    """Serve the store in `folder` and open its newest runs in a browser, until Ctrl-C. Raises NoUIError."""
    signal.signal(signal.SIGTERM, _interrupt)  # else this process would end and leave MLflow's behind
    try:
        with served(folder) as (server, address):
            click.echo(f"The runs in {folder / STORE} are at {address} (Ctrl-C ends it)")
            if open_browser:
                webbrowser.open(address)
            server.wait()
    except KeyboardInterrupt:
        click.echo()


@contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """MLflow's server on the store in `folder`, for this machine alone, and the address of the newest runs.

    With the context ends the server, with all of its processes. Raises NoUIError.
    """
    experiment = _newest_experiment(folder / STORE)
    port = _free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    # As MLflow in a notebook there has it: an experiment made in the UI can be logged to from the notebook.
    command += ["--backend-store-uri", f"sqlite:///{STORE}", "--default-artifact-root", "./mlruns"]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=folder, env=os.environ | _QUIET, stdout=log, stderr=log)
        try:
            while not _answers(port):
                if server.poll() is not None:
                    log.seek(0)
                    raise NoUIError(_complaint(folder / STORE, log.read().decode(errors="replace")))
                time.sleep(0.1)
            yield server, f"http://127.0.0.1:{port}/#/experiments/{experiment}/runs?workflowType=machine_learning"
        finally:
            _end(server)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _newest_experiment(store: Path) -> str:
    """The experiment with the newest run, else MLflow's Default."""
    if not store.is_file():
        raise NoUIError(
            f"There is no MLflow store ({STORE}) in {store.parent} yet: run a notebook there that logs a run, "
            "or name the exercise that you have run, as in `checker ui SLUG`."
        )
    newest = "SELECT experiment_id FROM runs WHERE lifecycle_stage = 'active' ORDER BY start_time DESC LIMIT 1"
    try:
        with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute(newest).fetchone()
    except sqlite3.Error as error:
        raise NoUIError(
            f"{store} is not a store that MLflow made ({error}): rename it, and run your notebook again."
        ) from error
    return str(found[0]) if found else "0"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _complaint(store: Path, log: str) -> str:
    """What to say of a server that ended before it answered: its own word for the error, where it has one."""
    errors = [line for line in log.splitlines() if "Error" in line or "Exception" in line]
    return f"MLflow's server did not start on {store}; it says: {(errors or log.splitlines() or ['nothing'])[-1]}"


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ask the server and its children to end; kill what is left after some seconds."""
    try:
        family = psutil.Process(server.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    server.terminate()  # MLflow's command hands the signal on to its web server
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    for process in psutil.wait_procs(family, timeout=5)[1]:
        process.kill()
