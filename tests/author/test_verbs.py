"""The authors' verbs as they are typed."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checker.author.new import new
from checker.cli import cli
from checker.course import load_course
from checker.solution import read_solution, starter_of, text_of
from tests.author.conftest import OTHER, Author
from tests.author.test_check import BANK, EXAM, EXERCISE, SOLUTION, change
from tests.conftest import ROOT


def author(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["author", *arguments])


def released(root: Path) -> str:
    return text_of(starter_of(read_solution(root / SOLUTION)))


# -- release -------------------------------------------------------------------------------------------------------


def test_nothing_to_release(small: Path) -> None:
    assert author("release").output == "exercises/ is what solutions/ gives\n"


def test_a_release_over_a_release_needs_no_backup(small: Path) -> None:
    for number in ("4", "5"):
        change(small, SOLUTION, "squared", f"squared, {number}")
        assert author("release", "demo/first").output == f"wrote {EXERCISE}\n"
        assert (small / EXERCISE).read_text() == released(small)
    assert not (small / ".checker" / "backups").exists()


def test_work_is_kept(small: Path) -> None:
    (small / EXERCISE).write_text("mine")
    done = author("release")
    backup = next((small / ".checker" / "backups" / "demo").iterdir())
    assert done.output == (
        f"wrote {EXERCISE}\n  somebody had worked on it: that is kept in .checker/backups/demo/{backup.name}\n"
    )
    assert backup.read_text() == "mine"
    assert (small / EXERCISE).read_text() == released(small)


def test_what_is_not_known_to_be_a_release_is_kept(small: Path) -> None:
    """As in a fresh clone, or where the file that knows is torn."""
    before = (small / EXERCISE).read_text()
    (small / ".checker" / "released.json").write_text('{"format_version": 1, "digests": 3}')
    change(small, SOLUTION, "squared", "doubled")
    author("release")
    assert next((small / ".checker" / "backups" / "demo").iterdir()).read_text() == before


def test_one_exercise_alone_is_released(small: Path) -> None:
    new(load_course(small), "demo/second")
    for name in ("first", "second"):
        change(small, f"solutions/demo/{name}.ipynb", "squared", "doubled")
    assert author("release", "demo/second").output == "wrote exercises/demo/second.ipynb\n"
    assert author("release").output == f"wrote {EXERCISE}\n"


def test_nothing_is_written_where_a_solution_cannot_be_released(small: Path) -> None:
    new(load_course(small), "demo/second")
    change(small, SOLUTION, "squared", "doubled")
    change(small, "solutions/demo/second.ipynb", "### end", "### ende")
    before = (small / EXERCISE).read_text()
    done = author("release")
    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == (
        "Error: solutions/demo/second.ipynb, cell 2, line 5: `### starter` has no `### end`."
    )
    assert (small / EXERCISE).read_text() == before


def test_a_backup_that_cannot_be_written(small: Path) -> None:
    (small / EXERCISE).write_text("mine")
    (small / ".checker" / "backups").write_text("a file where the folder should be")
    done = author("release")
    assert done.exit_code == 2
    assert "Not a directory" in done.output or "File exists" in done.output
    assert (small / EXERCISE).read_text() == "mine"


# -- new -----------------------------------------------------------------------------------------------------------


def test_a_new_exercise_stands_behind_its_chapter(small: Path) -> None:
    manifest = small / "course.toml"
    manifest.write_text(manifest.read_text() + "\n# The last chapter.\n" + OTHER.replace("other", "last/one"))
    done = author("new", "demo/learning-rate")
    assert done.output.splitlines() == [
        "wrote course.toml",
        "wrote solutions/demo/learning-rate.ipynb",
        "wrote checker/checks/demo/learning_rate.py",
        "wrote tests/mistakes/demo/learning-rate.toml",
        "wrote exercises/demo/learning-rate.ipynb",
        "Next: change each TODO in them; `checker author check demo/learning-rate` says what is wrong then.",
    ]
    first, second, last = load_course(small).exercises
    assert (second.slug, second.title) == ("demo/learning-rate", "Learning rate")
    assert (second.objectives, second.book) == (first.objectives, first.book)
    assert last.slug == "last/one"
    assert manifest.read_text().endswith("\n\n# The last chapter.\n" + OTHER.replace("other", "last/one"))


def test_a_new_chapter_gets_its_folders(small: Path) -> None:
    assert author("new", "more-demo/first").output.splitlines()[1] == "wrote checker/checks/more_demo/__init__.py"
    text = (small / "checker" / "checks" / "more_demo" / "__init__.py").read_text()
    assert text == '"""The exams of the chapter more-demo, one a file, and what they share."""\n'
    assert [exercise.slug for exercise in load_course(small).exercises] == ["demo/first", "more-demo/first"]
    assert author("check", "--static").output == "No fault found.\n"


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("demo/first", "The course has an exercise demo/first: nothing was written."),
        ("first", "Expected a slug such as chapter/name, found first."),
        (
            "demo/First",
            "course.toml:12: exercise 2 (demo/First): slug: expected chapter/name in lower case, "
            'found the text "demo/First".',
        ),
        ("demo/old", "tests/mistakes/demo/old.toml is there already: nothing was written."),
    ],
)
def test_nothing_is_overwritten(small: Path, slug: str, said: str) -> None:
    (small / "tests/mistakes/demo/old.toml").write_text("old")
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}
    done = author("new", slug)
    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == f"Error: {said}"
    assert {path: path.read_bytes() for path in small.rglob("*") if path.is_file()} == before


def test_a_new_exercise_says_what_is_to_be_filled_in(small: Path) -> None:
    for file in ("course.toml", SOLUTION, EXAM, BANK):
        assert "TODO" in (small / file).read_text(), file


def test_a_new_exam_is_tidy(small: Path, author: Author) -> None:
    for arguments in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *arguments, "--config", str(ROOT / "pyproject.toml"), EXAM]
        done = subprocess.run(command, cwd=small, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


# -- check ---------------------------------------------------------------------------------------------------------


def test_the_gate_counts_its_faults(small: Path) -> None:
    done = author("check", "--static")
    assert (done.exit_code, done.output) == (0, "No fault found.\n")
    change(small, BANK, '"turned-round"', '"status-forgotten"')
    done = author("check", "demo/first", "--static")
    assert (done.exit_code, done.output.splitlines()[-1]) == (1, "1 fault found.")


def test_the_gate_of_a_manifest_with_faults(small: Path) -> None:
    change(small, "course.toml", "minutes = 10", "minuets = 10\nspark = 3")
    for arguments in (["check"], ["check", "demo/first"]):
        done = author(*arguments)
        assert done.exit_code == 1
        assert done.output.splitlines() == [
            "course.toml:3: exercise 1 (demo/first): the key minutes is missing.",
            "course.toml:7: exercise 1 (demo/first): spark: expected true or false, found the number 3.",
            "course.toml:6: exercise 1 (demo/first): minuets: this key is unknown; did you mean minutes?",
            "3 faults found.",
        ]


# -- try -----------------------------------------------------------------------------------------------------------


def test_a_message_as_a_learner_reads_it(small: Path, author: Author) -> None:
    change(small, BANK, "how far away is that?", "how far is that?")
    done = author("try", "demo/first", "turned-round")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == [
        "✗ needs work     demo/first  turned-round",
        "    ✓ TODO: The line that the learner reads, such as: `objective` returns a dict with a loss and a",
        "    status.",
        "    ✗ TODO: The line that the learner reads, such as: The loss is the squared distance.",
        "        found        the loss for `x` = 7.77 is -22.75; how far away is that?",
        "        expected     the loss 22.75, which the checker has computed",
        "        hint 1 of 3  TODO: A nudge: where should the learner look?",
        "        book         book/demo.html#demo-first (`checker book` opens it)",
        "",
        f'{BANK}:11: turned-round says found = "the loss for `x` = 7.77 is -22.75; how far away is that?", and the '
        'bank has "the loss for `x` = 7.77 is -22.75; how far is that?".',
    ]


@pytest.mark.long
def test_the_solution_and_every_mistake(small: Path, author: Author) -> None:
    done = author("try", "demo/first")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("✓ passed         demo/first  solution  (2 checks, ")
    assert [line.split()[-1] for line in lines if line.startswith("✗ needs work")] == [
        "status-forgotten",
        "turned-round",
        "not-squared",
        "other-place",
        "x-ignored",
    ]


def test_a_mistake_that_the_bank_does_not_have(small: Path) -> None:
    done = author("try", "demo/first", "turned-rund")
    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == "Error: There is no turned-rund; did you mean turned-round?"
    assert author("try", "demo/first", "nothing").output.splitlines()[-1] == (
        "Error: There is no nothing; there are starter, solution, status-forgotten, turned-round, not-squared, "
        "other-place, x-ignored, own-variable, from-the-other-side, status-as-a-word."
    )


def test_an_entry_that_cannot_be_made(small: Path) -> None:
    change(small, BANK, "[[' ** 2', '']]", "[[' ** 3', '']]")
    assert author("try", "demo/first").output.splitlines()[-1] == (
        f"Error: {BANK}:19: not-squared: ' ** 3' stands 0 times in the code, expected once."
    )
