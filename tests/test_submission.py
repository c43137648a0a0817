"""Reading what was handed in: bounded whatever it holds, lenient where JupyterLab is, and a reason for all else."""

import json
import os
import pickle
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from checker.course import load_course
from checker.submission import MAX_CELLS, MAX_FILES_BYTES, Cell, Submission, read_submission
from checker.text import escaped
from tests.conftest import COURSE

WELCOME = {"checker": {"exercise": "welcome"}}


def handed_in(folder: Path, content: Any, name: str = "a.ipynb") -> Submission:
    """What is read of a notebook with this content: bytes, or a tree to be written as JSON."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return read_submission(path, COURSE)


def code(source: Any = "x = 1", **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, **more}


LENIENT: dict[str, Any] = {
    "no outputs": {"cells": [code()], "metadata": WELCOME, "nbformat": 4, "nbformat_minor": 5},
    "ids under 4.4": {"cells": [code(id="a b")], "metadata": WELCOME, "nbformat": 4, "nbformat_minor": 2},
    "unknown keys": {"cells": [code(color="red")], "metadata": WELCOME, "nbformat": 4, "more": [1]},
    "lines": {"cells": [code(["x = ", "1"])], "metadata": WELCOME, "nbformat": 4},
    "no nbformat": {"cells": [code()], "metadata": WELCOME},
    "version 3": {
        "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1", "language": "python"}]}],
        "metadata": WELCOME,
        "nbformat": 3,
    },
    "odd metadata": {"cells": [code(metadata=3)], "metadata": {**WELCOME, "kernelspec": [1]}, "nbformat": 4},
    "byte order mark": b"\xef\xbb\xbf" + json.dumps({"cells": [code()], "metadata": WELCOME}).encode(),
    "NaN in an output": json.dumps(
        {"cells": [code(outputs=[{"data": {"application/json": float("nan")}}])], "metadata": WELCOME}
    ).encode(),
    "deep metadata": json.dumps({"cells": [code()], "metadata": WELCOME})[:-1].encode()
    + b', "x": '
    + b"[" * 500
    + b"]" * 500
    + b"}",
}


@pytest.mark.parametrize("what", LENIENT)
def test_what_jupyterlab_opens_can_be_graded(tmp_path: Path, what: str) -> None:
    submission = handed_in(tmp_path, LENIENT[what])
    assert submission.fault is None
    assert submission.exercise is COURSE.exercises[0]
    assert submission.cells == (Cell("code", "x = 1"),)


def padded(padding: bytes) -> bytes:
    return b'{"cells": [], "metadata": {"checker": {"exercise": "welcome"}, "padding": ' + padding + b"}}"


HUGE: dict[str, bytes] = {
    "many tags": json.dumps({"cells": [code(metadata={"tags": ["x"] * 50_000})], "metadata": WELCOME}).encode(),
    "20 MB of {}": padded(b"[" + b"{}," * 6_600_000 + b"{}]"),
    "many keys": padded(b"{" + b",".join(b'"%d":0' % n for n in range(1_000_000)) + b"}"),
    "attachments": json.dumps(
        {"cells": [code(attachments={str(n): {"image/png": "x" * 1000} for n in range(9000)})], "metadata": WELCOME}
    ).encode(),
    "many outputs": json.dumps({"cells": [code(outputs=[{}] * 1_000_000)], "metadata": WELCOME}).encode(),
}


@pytest.mark.parametrize("what", HUGE)
def test_what_is_not_needed_takes_no_memory(tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(HUGE[what])
    tracemalloc.start()
    try:
        submission = read_submission(path, COURSE)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert submission.fault is None
    assert peak < 2 * len(HUGE[what]) + 1_000_000


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ({"cells": [code()] * (MAX_CELLS + 1)}, "a.ipynb has more than 1,000 cells: delete those that are not needed."),
        (
            {"cells": [code("x" * 2_000_001)], "metadata": WELCOME},
            "a.ipynb has more than 2 MB of text in its cells: put data into a file beside it.",
        ),
        ({"cells": []}, "a.ipynb does not say which exercise it is: name it with `--as SLUG`."),
        (
            {"cells": [], "metadata": {"checker": {"exercise": "an\x1b[0mna"}}},
            "a.ipynb says that it is the exercise an\\x1b[0mna, which this course does not have: name the right one "
            "with `--as SLUG`.",
        ),
        (
            b'{"cells": [], "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            "a.ipynb nests data deeper than any notebook does: take the copy from before.",
        ),
    ],
)
def test_what_cannot_be_graded_says_why(tmp_path: Path, content: Any, fault: str) -> None:
    if isinstance(content, dict) and len(content["cells"]) > MAX_CELLS:
        content = {**content, "metadata": WELCOME}
    submission = handed_in(tmp_path, content)
    assert (submission.exercise, submission.fault) == (None, fault)


def test_it_goes_through_a_pickle(tmp_path: Path) -> None:
    submission = handed_in(tmp_path, {"cells": [code()], "metadata": WELCOME})
    assert pickle.loads(pickle.dumps(submission)) == submission


def test_half_a_character_becomes_a_question_mark(tmp_path: Path) -> None:
    content = (
        b'{"cells": [{"cell_type": "code", "source": "a\\ud800"}], "metadata": {"checker": {"exercise": "welcome"}}}'
    )
    assert handed_in(tmp_path, content).code == ["a?"]


def test_files_and_packages_beside_it_come_along_and_other_peoples_work_does_not(tmp_path: Path) -> None:
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").write_text("x = 1")
    (tmp_path / "data.csv").write_text("a,b")
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "B.IPYNB").write_text("{}")
    (tmp_path / "ben" / "secret.txt").write_text("ben's")
    (tmp_path / "other.ipynb").write_text("{}")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "ben" / "secret.txt")
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(2_800_000_000)
    submission = handed_in(tmp_path, {"cells": [code()], "metadata": WELCOME})
    assert dict(submission.files) == {"data.csv": b"a,b", "helpers/__init__.py": b"x = 1"}


def test_files_beside_it_are_taken_while_they_fit(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.bin").write_bytes(b"x" * 4_000_000)
    submission = handed_in(tmp_path, {"cells": [code()], "metadata": WELCOME})
    assert [name for name, _ in submission.files] == [f"{number}.bin" for number in range(MAX_FILES_BYTES // 4_000_000)]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("anna", "anna"),
        ("an\x1b[0mna", r"an\x1b[0mna"),
        (r"an\x1b[0mna", r"an\\x1b[0mna"),
        ("two\nlines", r"two\nlines"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("filler\u3164", r"filler\u3164"),
        ("right\u202eleft", r"right\u202eleft"),
        ("no\u00a0break", r"no\xa0break"),
        ("bytes\udcff", r"bytes\udcff"),
        ("Jürgen 名前 [bold]", "Jürgen 名前 [bold]"),
    ],
)
def test_names_that_differ_look_different(name: str, shown: str) -> None:
    assert escaped(name) == shown


def test_a_torn_notebook_of_the_course_is_still_known_as_the_exercise_of_its_place(folder: Path) -> None:
    course = load_course(folder)
    course.exercises[0].notebook.write_text("{")
    submission = read_submission(course.exercises[0].notebook, course)
    assert submission.exercise is course.exercises[0]
    assert not submission.is_gradable
