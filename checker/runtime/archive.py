"""Where the archive of Spark's Java classes lies, with which its JVM starts with a fraction of the work.

Java calls this class-data sharing: it loads and checks the ten thousand classes of a session once, and a JVM
that is given the archive maps them into memory (https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html).
`checker.runtime.make_archive` makes it; without it, or with that of another Java, Spark starts as always. It lies
beside the installed packages, which no sandboxed notebook can write to.
"""

import sys
from pathlib import Path

import pyspark

from checker.runtime.java import Java

COLLECTOR = "-XX:+UseSerialGC"
"""Only where who makes the archive and who uses it say the same can it be used."""

QUICK_START = ("-XX:TieredStopAtLevel=1", COLLECTOR)
"""Options for a JVM that lives for minutes and only hands out tasks: it compiles quickly, not thoroughly."""


def java_options(java: Java) -> tuple[str, ...]:
    """What a session's JVM is started with: `QUICK_START`, and the archive where there is one."""
    file = archive_of(java)
    # Without the first option a JVM that cannot use the archive would say so in the notebook.
    return (*QUICK_START, "-Xlog:disable", f"-XX:SharedArchiveFile={file}") if file.is_file() else QUICK_START


def archive_of(java: Java) -> Path:
    """The archive's file for this Java and this Spark."""
    return Path(sys.prefix) / "share" / "tuning-checker" / f"spark-{pyspark.__version__}-java-{java.version}.jsa"
