"""Spark's Java classes in an archive, so that its JVM starts with a fraction of the work.

Java calls this class-data sharing: it loads and checks the ten thousand classes of a session once, and a JVM
that is given the archive maps them into memory (https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html).
`python -m checker.runtime.archive` makes it, which the set-up does; without it, or with that of another Java,
Spark starts as always. It lies beside the installed packages, which no sandboxed notebook can write to.
"""

import atexit
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyspark
from pyspark import SparkContext

from checker.runtime.java import Java, find_java

# Only where both say the same can the archive be used.
_COLLECTOR = "-XX:+UseSerialGC"

QUICK_START = ("-XX:TieredStopAtLevel=1", _COLLECTOR)
"""Options for a JVM that lives for minutes and only hands out tasks: it compiles quickly, not thoroughly."""


def java_options(java: Java) -> tuple[str, ...]:
    """What a session's JVM is started with: `QUICK_START`, and the archive where there is one."""
    file = _archive(java)
    # Without the first option a JVM that cannot use the archive would say so in the notebook.
    return (*QUICK_START, "-Xlog:disable", f"-XX:SharedArchiveFile={file}") if file.is_file() else QUICK_START


def make(java: Java) -> None:
    """Record which classes a short session loads, and archive them; half a minute. Raises OSError or RuntimeError."""
    from checker.runtime.session import start, try_out

    file = _archive(java)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        classes, archive = Path(folder) / "classes", Path(folder) / file.name
        session = start(java, (*QUICK_START, f"-XX:DumpLoadedClassList={classes}"))
        try_out(session)
        session.createDataFrame([(1, 2.0)], "a int, b double").toPandas()
        class_path = session.sparkContext._jvm.System.getProperty("java.class.path")  # type: ignore[union-attr]
        _end(session)
        command = [str(java.program), "-Xshare:dump", _COLLECTOR, f"-XX:SharedClassListFile={classes}"]
        command += [f"-XX:SharedArchiveFile={archive}", "-cp", class_path]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"Java ended with exit code {done.returncode}")
        os.replace(archive, file)


def _end(session: Any) -> None:
    """Stop the session, and wait for its JVM, which completes the list as it ends."""
    atexit.unregister(session.stop)
    session.stop()
    gateway: Any = SparkContext._gateway
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


def _archive(java: Java) -> Path:
    return Path(sys.prefix) / "share" / "tuning-checker" / f"spark-{pyspark.__version__}-java-{java.version}.jsa"


def main() -> None:
    """Make the archive unless there is one; a sentence where that fails, since without it everything works."""
    try:
        java = find_java()
        if not _archive(java).is_file():
            make(java)
    except Exception as fault:  # of Spark's, some have no other parent
        print(f"Spark will start more slowly than it could: {fault}")


if __name__ == "__main__":
    main()
