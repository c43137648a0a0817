"""A Spark cluster as an executor: a call is a job of one task, which hands it to a process that its worker keeps.

The workers need this very package, at the same path as here. A task whose worker ends is run again by Spark, which
counts its answer once.
"""

import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException

import checker
from checker.executors.calls import GraderLostError, answer_to, call_of, result_of
from checker.executors.local import LocalExecutor
from checker.runtime.archive import java_options
from checker.runtime.java import NoJavaError, find_java, java_for_spark

_TRIES = 4
"""How often a call is run whose worker ends each time: it could be the call that ends them."""

_JOBS = 128
"""That Spark knows of at a time; it hands them out as its slots come free."""

_SECONDS_TO_ANSWER = 120.0
"""For a first call, which must start a worker's Python: a few where the cluster is not busy."""

_LOCAL = re.compile(r"local(?:\[([1-9]\d*|\*)\])?")
_STANDALONE = re.compile(r"spark://[^/:,\s]+:\d+(?:,[^/:,\s]+:\d+)*")


class NoClusterError(Exception):
    """Spark cannot be used at the place that was named; the message is one sentence for the user."""


class SparkExecutor(Executor):
    """Runs each call in a process on a worker of `master`: `spark://HOST:PORT`, or `local[N]` on this machine.

    With `forks` each process has what kernels are forked from. The future of a call that ended each worker it ran on,
    or its process there, raises GraderLostError. Raises NoClusterError where there is no such Spark, or where its
    workers have no room or no checker.
    """

    def __init__(self, master: str, forks: bool = False) -> None:
        self._forks = forks
        self._context = _started(_checked(master))
        self._threads = ThreadPoolExecutor(_JOBS)
        try:
            self._try_out(master)
        except BaseException:
            self.shutdown(cancel_futures=True)
            raise

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call an importable function on a worker; arguments and result can be pickled."""
        return self._threads.submit(self._answered, call_of(_on_a_worker, (self._forks, function, args, kwargs), {}))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the session with all that it runs: after the last call, with `cancel_futures` in the midst of it.

        Without either of the two it ends with Python.
        """
        self._threads.shutdown(wait and not cancel_futures, cancel_futures=cancel_futures)
        if wait or cancel_futures:
            self._context.stop()
            self._threads.shutdown(wait)

    def _try_out(self, master: str) -> None:
        try:
            self._threads.submit(self._answered, call_of(os.getpid, (), {})).result(_SECONDS_TO_ANSWER)
        except TimeoutError as late:
            raise NoClusterError(f"{master} has no free core: start a worker, or wait until it is not busy.") from late
        except GraderLostError as lost:
            if self._context._jsc.sc().isStopped():
                raise _nobody_at(master) from lost  # something else does
            raise NoClusterError(
                f"The workers of {master} cannot run the checker: install it on each, at the same path as here."
            ) from lost

    def _answered(self, call: bytes) -> Any:
        try:
            (answer,) = self._context.parallelize([call], 1).map(answer_to).collect()
        except (Py4JError, OSError, EOFError) as fault:
            raise GraderLostError("no worker answered") from fault
        return result_of(answer)


def _on_a_worker(forks: bool, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    return _process_here(forks).submit(function, *args, **kwargs).result()


@cache
def _process_here(forks: bool) -> LocalExecutor:
    """One process for all tasks of this worker; it ends with it."""
    return LocalExecutor(1, forks)


def _checked(master: str) -> str:
    """The master as Spark wants it. Raises NoClusterError at once where Spark would try for minutes."""
    if local := _LOCAL.fullmatch(master):
        return f"local[{local[1] or 1},{_TRIES}]"
    if not _STANDALONE.fullmatch(master):
        raise NoClusterError(f"{master!r} is no Spark to grade on: give spark://HOST:PORT or local[2].")
    for host, port in _places(master):
        with suppress(OSError), socket.create_connection((host, port), timeout=5):
            return master
    raise _nobody_at(master)


def _nobody_at(master: str) -> NoClusterError:
    return NoClusterError(
        f"No Spark answers at {master}: start the cluster, or look up the address on its master's page."
    )


def _places(master: str) -> list[tuple[str, int]]:
    """The hosts and ports of a cluster's masters; none for a master on this machine."""
    places = [place.rpartition(":") for place in master.removeprefix("spark://").split(",")]
    return [(host, int(port)) for host, _, port in places if port.isdecimal()]


def _is_here(master: str) -> bool:
    """Whether nobody outside this machine needs to reach the session."""
    try:
        return all(ip_address(socket.gethostbyname(host)).is_loopback for host, _ in _places(master))
    except OSError:  # one of several masters has no address
        return False


def _started(master: str) -> SparkContext:
    try:
        java = find_java()
    except NoJavaError as missing:
        raise NoClusterError(str(missing)) from missing
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else the first python3 of the PATH
    log_settings = (Path(__file__).parent / "log4j2.properties").as_uri()
    conf = SparkConf().setMaster(master).setAppName("checker")
    conf.set(
        "spark.driver.extraJavaOptions", " ".join([f"-Dlog4j2.configurationFile={log_settings}", *java_options(java)])
    )
    conf.set("spark.executorEnv.PYTHONPATH", str(Path(checker.__file__).parent.parent))
    # A notebook computes with as many threads as it does here: Spark would set another number.
    conf.set("spark.executorEnv.OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
    conf.set("spark.task.maxFailures", str(_TRIES))
    conf.set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    if _is_here(master):
        conf.set("spark.driver.host", "127.0.0.1").set("spark.driver.bindAddress", "127.0.0.1")
    on_ctrl_c = signal.getsignal(signal.SIGINT)
    try:
        with java_for_spark(java):
            context = SparkContext(conf=conf)
    except PySparkException as fault:
        raise NoClusterError("Spark does not start on this machine: `checker doctor` looks for the cause.") from fault
    with suppress(ValueError):  # in another thread than the first Spark leaves it as it was
        signal.signal(signal.SIGINT, on_ctrl_c)
    return context
