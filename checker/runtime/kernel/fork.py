"""A process with the libraries of a tuning notebook loaded, which kernels are forked from.

Start it with `python -P -m checker.runtime.kernel.fork` and one end of a SOCK_SEQPACKET pair as standard input, or let
a grader's process fork it before that knows anything (`fork_from_here`). Each message that arrives is a request for a
kernel (JSON, see `_become_kernel`); the answer is the number of its process. It ends with its socket.

It knows nothing that a notebook may not see: it starts with the environment of a kernel, and of the
checker it holds what a kernel holds. Like `kernel.py` it is among the files that a notebook can read.
"""

import ctypes
import gc
import json
import os
import random
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import numpy as np

import checker.runtime.kernel.answer  # noqa: F401
from checker.runtime.kernel.start import start

_LIBRARIES = (
    *("ipykernel.ipkernel", "ipykernel.kernelapp", "hyperopt", "optuna", "pandas"),
    *("sklearn.datasets", "sklearn.ensemble", "sklearn.linear_model", "sklearn.model_selection", "sklearn.tree"),
    *("mlflow.pyfunc", "mlflow.sklearn", "mlflow.store.tracking.sqlalchemy_store"),
    # What is imported in the midst of the work: MLflow's for a store, a run's tags, a figure, a model; then Optuna's
    # for CmaEsSampler, and AutoML's for its notebooks and data.
    *("alembic.command", "alembic.config", "mlflow.store.artifact.local_artifact_repo", "sqlalchemy.dialects.sqlite"),
    *("mlflow.store.model_registry.sqlalchemy_store", "git", "matplotlib.pyplot", "skops.io"),
    *("cmaes", "checker.runtime.quick_nbformat", "pyarrow.parquet"),
)

_NEW_CGROUP, _NEW_UTS, _NEW_IPC, _NEW_USER, _NEW_PID, _NEW_NET, _NEW_NS = (
    0x02000000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
    0x00020000,
)  # linux/sched.h
_PDEATHSIG, _CAPBSET_DROP, _NO_NEW_PRIVS = 1, 24, 38  # linux/prctl.h
_LAST_CAPABILITY = 63
_LONGEST_REQUEST = 1_000_000  # bytes
_CAPABILITY_VERSION = 0x20080522  # linux/capability.h, version 3: two sets of 32


def main() -> None:
    """Load what is slow to load, and answer requests until the socket is closed."""
    _load()
    _serve(socket.socket(fileno=os.dup(0)))


def fork_from_here() -> tuple[int, socket.socket]:
    """Load the libraries, which this process needs too, and fork one that answers requests: its number, and the socket.

    To be called first of all: what this process has heard by then, a notebook could find in its memory.
    """
    _load()
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        pid = os.fork()
        if pid == 0:
            _be_apart(keep=its.fileno())
            _serve(its)
            os._exit(0)
    return pid, ours


def _load() -> None:
    gc.disable()  # little of this becomes garbage, and looking for it takes time
    for name in _LIBRARIES:
        with suppress(ImportError):  # the notebook that needs it will hear of it
            import_module(name)
    _ask_in_advance()
    gc.freeze()  # a kernel need not copy what was imported here by looking through it
    gc.enable()


def _ask_in_advance() -> None:
    """Let scikit-learn and MLflow find out what they look for once in a process, and remember."""
    from sklearn.utils import all_estimators

    all_estimators()  # MLflow asks for it, and it imports all of scikit-learn
    with suppress(ImportError):  # of all packages, when the first model is loaded; there is no public way to it
        from mlflow.utils.requirements_utils import warn_dependency_requirement_mismatches

        warn_dependency_requirement_mismatches(["mlflow"])


def _serve(channel: socket.socket) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a kernel
    while True:
        request = channel.recv(_LONGEST_REQUEST)
        if not request:
            return
        pid = os.fork()
        if pid == 0:
            _become_kernel(json.loads(request))
        channel.send(str(pid).encode())


def _become_kernel(request: dict[str, Any]) -> NoReturn:
    """Run a kernel as `request` says: connection_file, cwd, env, and the process whose sandbox it enters, or None."""
    code = 1
    try:
        _be_apart()
        if request["sandbox"] is not None:
            _enter(request["sandbox"])
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        _forget_chance()
        sys.argv = ["kernel", "-f", request["connection_file"]]
        start()
        code = 0
    finally:
        os._exit(code)


def _be_apart(keep: int = 2) -> None:
    """Be a process of its own. The only way to the outside that stays open is `keep`: no file, no folder, no socket."""
    os.setsid()
    _prctl(_PDEATHSIG, signal.SIGKILL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.closerange(3, keep)
    os.closerange(keep + 1, os.sysconf("SC_OPEN_MAX"))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _forget_chance() -> None:
    """Kernels from one process must not draw the same numbers: nobody may take that for a seed."""
    random.seed()
    np.random.seed()
    tempfile.tempdir = None


def _enter(pid: int) -> None:
    """Move into the sandbox of the process `pid`, and drop what entering took. The parent waits outside, and ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    sandbox = os.pidfd_open(pid)
    everything = _NEW_CGROUP | _NEW_UTS | _NEW_IPC | _NEW_USER | _NEW_PID | _NEW_NET | _NEW_NS
    if libc.setns(sandbox, everything) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox cannot be entered")
    os.close(sandbox)
    inside = os.fork()  # only a new process is in the sandbox's process tree
    if inside != 0:
        _, status = os.waitpid(inside, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    os.setsid()
    for capability in range(_LAST_CAPABILITY + 1):
        _prctl(_CAPBSET_DROP, capability)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    if libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox's capabilities cannot be dropped")
    _prctl(_NO_NEW_PRIVS, 1)
    _prctl(_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
