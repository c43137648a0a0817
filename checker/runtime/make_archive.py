"""Makes the archive of Spark's Java classes (see `checker.runtime.archive`), which the set-up does once.

Start it with `python -m checker.runtime.make_archive`.
"""

import atexit
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from pyspark import SparkContext

from checker.runtime.archive import COLLECTOR, QUICK_START, archive_of
from checker.runtime.java import Java, find_java
from checker.runtime.session import start, try_out


def make(java: Java) -> None:
    """Record which classes a short session loads, and archive them; half a minute. Raises OSError or RuntimeError."""
    file = archive_of(java)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        classes, archive = Path(folder) / "classes", Path(folder) / file.name
        session = start(java, (*QUICK_START, f"-XX:DumpLoadedClassList={classes}"))
        try_out(session)
        session.createDataFrame([(1, 2.0)], "a int, b double").toPandas()
        class_path = session.sparkContext._jvm.System.getProperty("java.class.path")  # type: ignore[union-attr]
        _end(session)
        command = [str(java.program), "-Xshare:dump", COLLECTOR, f"-XX:SharedClassListFile={classes}"]
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


def main() -> None:
    """Make the archive unless there is one; a sentence where that fails, since without it everything works."""
    try:
        java = find_java()
        if not archive_of(java).is_file():
            make(java)
    except Exception as fault:  # of Spark's, some have no other parent
        print(f"Spark will start more slowly than it could: {fault}")


if __name__ == "__main__":
    main()
