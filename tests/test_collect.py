"""What a command line names becomes submissions: each file has its row in every form of report, whatever its name."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.collect import MAX_DEPTH, UnknownNameError, find_submissions, own_submission
from tests.conftest import COURSE, ROOT

ODD_NAMES = {
    "[": "bold].ipynb",
    "anna": "a.ipynb",
    "an\x1b[0mna": "a.ipynb",
    "two\nlines": "a.ipynb",
    "zero\u200bwidth": "a.ipynb",
    "=SUM(A1)": "a.IPYNB",
    "<b>": "&.ipynb",
    "x" * 200: "y" * 200 + ".ipynb",
}


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """A folder of files of odd names, none of which can be graded."""
    for folder, name in ODD_NAMES.items():
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / name).write_text("")
    return tmp_path


def test_every_file_has_its_row_in_every_form_and_no_two_look_the_same(handed_in: Path) -> None:
    forms = ("json", "junit", "html", "csv")
    options = [word for form in forms for word in (f"--{form}", f"report.{form}")]
    done = subprocess.run(
        [sys.executable, "-m", "checker.cli", "grade", "in", *options],
        cwd=handed_in, env={**os.environ, "COLUMNS": "1000"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (3, "")
    names = {f"in/{folder}/{name}" for folder, name in ODD_NAMES.items()}
    shown = {json.dumps(name, ensure_ascii=True)[1:-1].replace(r"\u001b", r"\x1b") for name in names}
    rows = json.loads((handed_in / "report.json").read_text())["exercises"]
    assert {row["notebook"] for row in rows} == shown
    assert {row["outcome"] for row in rows} == {"not_judged"}
    assert {row["learner"] for row in rows} == {name.split("/")[1] for name in shown}
    suites = ElementTree.parse(handed_in / "report.junit").getroot().iter("testsuite")
    assert {suite.get("name") for suite in suites} == {f"({name})" for name in shown}
    with (handed_in / "report.csv").open(newline="") as table:
        assert {row["notebook"] for row in csv.DictReader(table)} == shown
    page = (handed_in / "report.html").read_text()
    for name in shown:
        escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert escaped in page
        assert name in done.stdout
    assert "\x1b" not in done.stdout
    verdicts = [line for line in done.stdout.splitlines() if line.startswith("! not judged")]
    assert len(verdicts) == len(names)


def test_folders_are_searched_to_a_bound_and_what_lies_deeper_is_said(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (MAX_DEPTH + 2))
    deep.mkdir(parents=True)
    (deep / "a.ipynb").write_text("")
    (found,) = find_submissions(COURSE, [str(tmp_path)])
    assert found.fault is not None
    assert found.fault.endswith(f"could not be looked into (it lies more than {MAX_DEPTH} folders deep).")


def test_hidden_copies_do_not_count(tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "a-checkpoint.ipynb").write_text("")
    with pytest.raises(UnknownNameError, match="holds no notebook"):
        find_submissions(COURSE, [str(tmp_path)])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("objective", "did you mean hp-functions/objective?"),
        ("welcom", "did you mean welcome?"),
        ("nothing at all", f"the exercises are {', '.join(exercise.slug for exercise in COURSE.exercises)}."),
    ],
)
def test_a_name_that_nothing_has(name: str, meant: str) -> None:
    with pytest.raises(UnknownNameError) as problem:
        find_submissions(COURSE, [name])
    assert str(problem.value) == f"There is no file, folder or exercise named {name}; {meant}"


def test_submissions_come_in_the_order_of_the_course_and_the_ungradable_last(tmp_path: Path) -> None:
    second, first = (COURSE.exercises[place] for place in (3, 0))
    for name, exercise in (("a", second), ("b", first)):
        (tmp_path / f"{name}.ipynb").write_bytes(exercise.notebook.read_bytes())
    (tmp_path / "0.ipynb").write_text("")
    found = find_submissions(COURSE, [str(tmp_path)])
    assert [one.exercise and one.exercise.slug for one in found] == [first.slug, second.slug, None]


def test_as_gives_a_notebook_another_exercise(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(COURSE.exercises[0].notebook.read_bytes())
    (found,) = find_submissions(COURSE, [str(tmp_path / "a.ipynb")], COURSE.exercises[1].slug)
    assert found.exercise is COURSE.exercises[1]


def test_all_exercises_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = find_submissions(COURSE, [])
    assert found == [own_submission(COURSE, exercise) for exercise in COURSE.exercises]
    assert found[0].name == "exercises/welcome.ipynb"
