"""The archive of Spark's Java classes, as far as it needs no Spark; tests/test_java.py has one that is torn."""

from pathlib import Path

import pytest

from checker.runtime import archive, make_archive
from checker.runtime.archive import QUICK_START, java_options
from checker.runtime.java import Java, NoJavaError

JAVA = Java(Path("/usr/bin/java"), "17.0.15", bundled=False)


def test_it_is_used_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert java_options(JAVA) == QUICK_START
    file = archive.archive_of(JAVA)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"classes")
    assert java_options(JAVA) == (*QUICK_START, "-Xlog:disable", f"-XX:SharedArchiveFile={file}")
    newer = Java(JAVA.program, "21.0.1", bundled=False)
    assert java_options(newer) == QUICK_START


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (NoJavaError("none is bundled"), "Spark will start more slowly than it could: Spark has no Java 17 or newer"),
        (OSError(30, "Read-only file system"), "Spark will start more slowly than it could: [Errno 30] Read-only"),
        (RuntimeError("no space"), "Spark will start more slowly than it could: no space"),
    ],
)
def test_where_it_cannot_be_made_the_set_up_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: Exception, said: str
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setattr(make_archive, "find_java", fail if isinstance(fault, NoJavaError) else lambda: JAVA)
    monkeypatch.setattr(make_archive, "make", fail)
    make_archive.main()
    assert capsys.readouterr().out.startswith(said)
