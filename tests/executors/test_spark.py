"""Spark as an executor, on this machine and on a standalone cluster: the rows that two local processes give."""

import json
import operator
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pyspark
import pytest

from checker.executors import spark
from checker.executors.calls import GraderLostError
from checker.executors.spark import NoClusterError, SparkExecutor
from checker.runtime.java import find_java, java_for_spark
from checker.solution import read_solution
from tests.conftest import COURSE

SlowBatch = Callable[..., tuple[subprocess.Popen[str], list[Path]]]
SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"


def found(look: Callable[[], Any], seconds: float = 240) -> Any:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (result := look()):
        assert time.monotonic() < deadline, "not found in time"
        time.sleep(0.1)
    return result


class Cluster:
    """A master and workers with a core each: processes on loopback, at free ports."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start("master", MASTER)
        self.url = found(lambda: re.search(r"Starting Spark master at (spark://\S+)", self._log("master")))[1]
        self.workers = [
            self._start(f"worker-{number}", WORKER, "--cores", "1", "--memory", "2g", self.url)
            for number in range(workers)
        ]
        for number in range(workers):
            found(lambda name=f"worker-{number}": "Successfully registered" in self._log(name))
        self._own = {process for worker in self.workers for process in below(worker.pid)}  # the starting script's

    def _start(self, name: str, of_class: str, *options: str) -> subprocess.Popen[bytes]:
        own = self._folder / name
        own.mkdir()
        places = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        if of_class == WORKER:
            places += ["--work-dir", str(own / "work")]
        with open(own / "log", "wb") as log, java_for_spark(find_java()):
            process = subprocess.Popen(
                [SPARK_CLASS, of_class, *places, *options], stdout=log, stderr=log, cwd=own, start_new_session=True
            )
        self._processes.append(process)
        return process

    def _log(self, name: str) -> str:
        return (self._folder / name / "log").read_text()

    def below_worker(self, number: int) -> list[psutil.Process]:
        """The worker's executor, and all that this started."""
        return [process for process in below(self.workers[number].pid) if process not in self._own]

    def below_workers(self) -> list[psutil.Process]:
        """The executors and all that they started."""
        return [process for number in range(len(self.workers)) for process in self.below_worker(number)]

    def end(self) -> None:
        left = self.below_workers()
        for process in self._processes:
            process.kill()
            process.wait()
        assert not psutil.wait_procs(left, timeout=30)[1]


def below(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return list(psutil.Process(pid).children(recursive=True))
    return []


def is_a_graders(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return "checker.executors.process" in process.cmdline()
    return False


@pytest.fixture
def clusters(tmp_path: Path) -> Iterator[Callable[[int], Cluster]]:
    """Starts a cluster with so many workers."""
    started: list[Cluster] = []

    def start(workers: int) -> Cluster:
        started.append(Cluster(tmp_path, workers))
        return started[-1]

    yield start
    for cluster in started:
        cluster.end()


@pytest.fixture(params=["local[2]", pytest.param("cluster", marks=pytest.mark.long)])
def master(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("clusters")(2).url if request.param == "cluster" else request.param)


@pytest.fixture
def executor(master: str) -> Iterator[SparkExecutor]:
    executor = SparkExecutor(master)
    yield executor
    executor.shutdown(cancel_futures=True)


# -- calls ---------------------------------------------------------------------------------------------------------


def end_the_worker(file: Path, times: int) -> int:
    """The number of this try; the worker that it runs on is ended so many times."""
    with open(file, "a") as log:
        log.write("x")
    tries = len(file.read_text())
    if tries <= times:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    return tries


def test_calls_are_answered_and_those_of_a_killed_worker_are_called_again(
    executor: SparkExecutor, tmp_path: Path
) -> None:
    quotient, fault = executor.submit(operator.truediv, 6, 3), executor.submit(operator.truediv, 1, 0)
    again = executor.submit(end_the_worker, tmp_path / "once", 1)
    never = executor.submit(end_the_worker, tmp_path / "always", 99)
    own_process = executor.submit(os._exit, 0)
    assert quotient.result() == 2.0
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        fault.result()
    assert again.result() == 2
    for lost in (never, own_process):
        with pytest.raises(GraderLostError):
            lost.result()
    assert (tmp_path / "always").read_text() == "xxxx"
    assert executor.submit(operator.add, 1, 1).result() == 2


# -- gradings ------------------------------------------------------------------------------------------------------


GRADE = [sys.executable, "-m", "checker.cli", "grade", "handed-in", "--seed", "0", "--json", "-"]


def hand_in(path: Path, slug: str, last_cell: str) -> None:
    """The solution, with that cell at its end."""
    exercise = COURSE.find(slug)
    assert exercise is not None
    notebook = read_solution(exercise.solution)
    notebook.cells.append(nbformat.v4.new_code_cell(last_cell, id="last"))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def rows(report: str) -> list[dict[str, Any]]:
    return [{**row, "seconds": 0} for row in json.loads(report)["exercises"]]


@pytest.mark.long
def test_the_rows_are_those_of_two_local_processes(folder: Path, master: str) -> None:
    hand_in(folder / "handed-in" / "anna" / "welcome.ipynb", "welcome", "1")
    hand_in(folder / "handed-in" / "berta" / "welcome.ipynb", "welcome", "objective = lambda params, X, y: 1.0")
    hand_in(folder / "handed-in" / "carla" / "welcome.ipynb", "welcome", "1 / 0")
    hand_in(folder / "handed-in" / "dora" / "nested.ipynb", "spark-trials/nested-runs", "1")
    shutil.copytree(folder / "exercises" / "hp-functions", folder / "handed-in" / "elsa")
    (folder / "handed-in" / "elsa" / "empty.ipynb").touch()

    def graded(*options: str) -> list[dict[str, Any]]:
        command = [*GRADE, "--fresh", *options]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 3, done.stderr
        return rows(done.stdout)

    here = graded()
    assert [row["outcome"] for row in here].count("passed") == 2
    assert {row["outcome"] for row in here} == {"passed", "needs_work", "not_attempted", "not_judged"}
    assert graded("--spark", master) == here


@pytest.fixture
def slow_batch(folder: Path) -> Iterator[SlowBatch]:
    """Starts a batch of four notebooks that each take a while, and waits until two of them run.

    It comes with a file for each notebook, which grows when that runs.
    """
    notes = [folder / f"{number}-ran" for number in range(4)]
    started: list[subprocess.Popen[str]] = []

    def start(master: str, seconds: float) -> tuple[subprocess.Popen[str], list[Path]]:
        for number, note in enumerate(notes):
            wait = f"open({str(note)!r}, 'a').write('x'); import time; time.sleep({seconds})"
            hand_in(folder / "handed-in" / f"{number}.ipynb", "welcome", wait)
        command = [*GRADE, "--isolation", "process", "--spark", master]
        batch = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(batch)
        found(lambda: batch.poll() is not None or sum(note.exists() for note in notes) == 2)
        return batch, notes

    yield start
    for batch in started:
        batch.kill()
        batch.communicate()


@pytest.mark.long
def test_the_submission_of_a_killed_worker_is_graded_again_and_counted_once(
    clusters: Callable[[int], Cluster], slow_batch: SlowBatch
) -> None:
    cluster = clusters(2)
    batch, notes = slow_batch(cluster.url, seconds=10)
    worker = cluster.workers[0]
    executor, *others = cluster.below_worker(0)
    assert "CoarseGrainedExecutorBackend" in " ".join(executor.cmdline())
    worker.kill()
    executor.kill()
    report, stderr = batch.communicate()
    assert batch.returncode == 0, stderr
    graded = [(Path(row["notebook"]).name, row["outcome"]) for row in rows(report)]
    assert graded == [(f"{number}.ipynb", "passed") for number in range(4)]
    assert sorted(len(note.read_text()) for note in notes) == [1, 1, 1, 2]
    assert not psutil.wait_procs([executor, *others], timeout=30)[1]


@pytest.mark.long
@pytest.mark.parametrize("where", ["local[2]", "cluster"])
def test_ctrl_c_leaves_nothing_running_here_nor_on_the_workers(
    clusters: Callable[[int], Cluster],
    slow_batch: SlowBatch,
    where: str,
) -> None:
    cluster = clusters(2) if where == "cluster" else None
    batch, _ = slow_batch(cluster.url if cluster else where, seconds=50)
    running = below(batch.pid) + (cluster.below_workers() if cluster else [])
    # On each of two workers a grader, what it has forked, and a kernel.
    assert sum(map(is_a_graders, running)) == 6
    batch.send_signal(signal.SIGINT)
    _, stderr = batch.communicate(timeout=60)
    assert batch.returncode == 130
    assert stderr.strip() == "Stopped. Your files are as you left them."
    assert not psutil.wait_procs(running, timeout=30)[1]


# -- where there is no Spark ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("master", "said"),
    [
        ("nonsense", "'nonsense' is no Spark to grade on: give spark://HOST:PORT or local[2]."),
        ("local[0]", "'local[0]' is no Spark to grade on: give spark://HOST:PORT or local[2]."),
        ("spark://127.0.0.1", "'spark://127.0.0.1' is no Spark to grade on: give spark://HOST:PORT or local[2]."),
        (
            "spark://127.0.0.1:1",
            "No Spark answers at spark://127.0.0.1:1: start the cluster, or look up the address on its master's page.",
        ),
        (
            "spark://no-such-host.invalid:7077",
            "No Spark answers at spark://no-such-host.invalid:7077: "
            "start the cluster, or look up the address on its master's page.",
        ),
    ],
)
def test_a_master_that_is_none_gets_a_sentence_at_once(master: str, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(NoClusterError) as problem:
        SparkExecutor(master)
    assert str(problem.value) == said
    assert time.monotonic() - began < 10


def test_the_command_says_so_as_a_usage_error(folder: Path) -> None:
    hand_in(folder / "handed-in" / "0.ipynb", "welcome", "1")
    done = subprocess.run([*GRADE, "--spark", "nonsense"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: 'nonsense' is no Spark to grade on: give spark://HOST:PORT or local[2]."
    )


@pytest.mark.long
def test_a_cluster_without_a_free_core_is_not_waited_for(
    clusters: Callable[[int], Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "_SECONDS_TO_ANSWER", 5.0)
    url = clusters(0).url
    with pytest.raises(NoClusterError) as problem:
        SparkExecutor(url)
    assert str(problem.value) == f"{url} has no free core: start a worker, or wait until it is not busy."
