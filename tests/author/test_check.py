"""The gate: one sentence for each fault, word for word, in a course that has no other."""

import shutil
from pathlib import Path

import pytest

from checker.author.check import check
from checker.author.new import new
from checker.course import load_course

MANIFEST, EXAM, BANK = "course.toml", "checker/checks/demo/first.py", "tests/mistakes/demo/first.toml"
SOLUTION, EXERCISE, OBJECTIVES = "solutions/demo/first.ipynb", "exercises/demo/first.ipynb", "book/objectives.toml"


def faults(root: Path) -> list[str]:
    course = load_course(root)
    return list(check(course, course.exercises, static=True, tell=lambda what: None))


def change(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_new_exercise_has_no_fault(small: Path) -> None:
    assert faults(small) == []


EXAM_FAULTS = [
    (
        "one_trial: Asked",
        "one_trail: Asked",
        "31: returns_loss_and_status: there is no question `one_trail`; did you mean one_trial?",
    ),
    (
        '    """TODO: The line that the learner reads, such as: The loss is the squared distance."""\n',
        "",
        "45: loss_is_the_squared_distance: it has no docstring, which is the line that the learner reads.",
    ),
    (
        '        "TODO: Almost the code.",\n',
        "",
        "30: returns_loss_and_status: expected 3 hints, a nudge, the idea and almost the code.",
    ),
    (
        '"TODO: Almost the code."',
        '""',
        "31: returns_loss_and_status: expected 3 hints, a nudge, the idea and almost the code.",
    ),
    (
        "The idea, which the section of that label explains.",
        "The idea. Book: Demo, section First.",
        "31: returns_loss_and_status: hint 2 names a place in the book; "
        "the section of the check's label is shown with it anyway.",
    ),
    (
        'book="demo-first"',
        'book="demo-furst"',
        "31: returns_loss_and_status: no page of the book has the label (demo-furst)=; did you mean demo-first?",
    ),
    (
        "after=(returns_loss_and_status,)",
        "after=(one_trial,)",
        "45: loss_is_the_squared_distance: `after` names one_trial, which is no check before it.",
    ),
    (
        "def one_trial(",
        "def one_trial(rng):\n    ...\n\n\n@exam.question\ndef one_trial(",
        "22: `one_trial` is there twice, first in line 17.",
    ),
    (
        'Exam("demo/first")',
        'Exam("demo/frist")',
        '11: the exam says that it is "demo/frist", expected "demo/first".',
    ),
    (
        "rng.uniform(5.5, 9)",
        "rng.unifrom(5.5, 9)",
        "18: a question cannot be asked "
        "(AttributeError: 'numpy.random._generator.Generator' object has no attribute 'unifrom').",
    ),
    ("import math", "import maths", "3: it cannot be imported (ModuleNotFoundError: No module named 'maths')."),
    ("import math", "import math)", "3: this is no Python (unmatched ')')."),
]
BANK_FAULTS = [
    (
        'fails = "returns_loss_and_status"',
        'fails = "returns_loss"',
        "7: mistake 1 (status-forgotten): fails: the exam has no check returns_loss; "
        "did you mean returns_loss_and_status?",
    ),
    (
        "[[' ** 2', '']]",
        "[[' ** 3', '']]",
        "22: mistake 3 (not-squared): edits: ' ** 3' stands 0 times in the code, expected once.",
    ),
    (
        "STATUS_OK}",
        "STATUS",
        "54: correct 3 (status-as-a-word): edits: 'STATUS' stands 2 times in the code, expected once.",
    ),
    (
        "[[' ** 2', '']]",
        "' ** 2'",
        '22: mistake 3 (not-squared): edits: expected pairs of an old and a new text, found the text " ** 2".',
    ),
    (
        '"turned-round"',
        '"status-forgotten"',
        "12: mistake 2 (status-forgotten): name: an entry before it has the same.",
    ),
    (
        "how far away is that?",
        "is it 2?",
        "16: mistake 2 (turned-round): found: it holds `2`, which is a part of the answer.",
    ),
]
MANIFEST_FAULTS = [
    (
        '"demo-first"',
        '"demo-frst"',
        "9: exercise 1 (demo/first): book: no page of the book has the label (demo-frst)=; did you mean demo-first?",
    ),
    (
        "tune a model",
        "tune a mdl",
        "8: exercise 1 (demo/first): objectives: book/objectives.toml has no objective 'Associate: tune a mdl'; "
        "did you mean Associate: tune a model?",
    ),
    (
        "minutes = 10",
        "minutes = 10\nruns = true",
        "7: exercise 1 (demo/first): runs: it is true, and no check has the parameter `runs`.",
    ),
]
NOTEBOOK_FAULTS = [
    (SOLUTION, "### end", "### ende", f"{SOLUTION}, cell 2, line 5: `### starter` has no `### end`."),
    (
        EXERCISE,
        "from 3, squared",
        "from 4, squared",
        f"{EXERCISE}: it is not what {SOLUTION} gives; `checker author release demo/first` writes it.",
    ),
]
FAULTS = [
    *((EXAM, old, new, f"{EXAM}:{said}") for old, new, said in EXAM_FAULTS),
    *((BANK, old, new, f"{BANK}:{said}") for old, new, said in BANK_FAULTS),
    *((MANIFEST, old, new, f"{MANIFEST}:{said}") for old, new, said in MANIFEST_FAULTS),
    *NOTEBOOK_FAULTS,
]


@pytest.mark.parametrize(("file", "old", "new", "sentence"), FAULTS)
def test_a_fault_is_one_sentence(small: Path, file: str, old: str, new: str, sentence: str) -> None:
    change(small, file, old, new)
    assert faults(small) == [sentence]


def test_a_check_of_a_name_that_is_taken(small: Path) -> None:
    change(small, EXAM, "def loss_is_the_squared_distance", "def returns_loss_and_status")
    assert faults(small)[0] == f"{EXAM}:45: `returns_loss_and_status` is there twice, first in line 31."


def test_a_check_that_reads_runs_without_a_word_in_the_manifest(small: Path) -> None:
    change(small, EXAM, "one_trial: Asked", "one_trial: Asked, runs: object")
    said = f"{MANIFEST}:3: exercise 1 (demo/first): runs: it is not true, and a check has the parameter `runs`."
    assert faults(small) == [said]


def test_an_exam_that_is_none(small: Path) -> None:
    (small / EXAM).write_text("exam = 3\n")
    assert faults(small) == [f"{EXAM}: it defines no `exam`."]
    (small / EXAM).unlink()
    assert faults(small) == [f"{MANIFEST}:4: exercise 1 (demo/first): slug: there is no {EXAM}."]


def test_an_exam_without_checks(small: Path) -> None:
    text = (small / EXAM).read_text()
    (small / EXAM).write_text(text[: text.index("# TODO: Write a function")])
    assert faults(small)[0] == f"{EXAM}: the exam has no check."


def test_an_exam_of_another_course(small: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert faults(small) == []
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "course"
    shutil.copytree(small, elsewhere)
    [said] = faults(elsewhere)
    assert said == (
        f"{elsewhere / EXAM}: this Python imports {small / EXAM} in its place; activate the environment of this course."
    )


def test_a_bank_with_unknown_keys(small: Path) -> None:
    change(small, BANK, "fails =", "fail =")
    assert faults(small) == [
        f"{BANK}:3: mistake 1 (status-forgotten): the key fails is missing.",
        f"{BANK}:7: mistake 1 (status-forgotten): fail: this key is unknown; did you mean fails?",
    ]


def test_a_bank_that_is_too_small(small: Path) -> None:
    text = (small / BANK).read_text()
    (small / BANK).write_text(text[: text.index("[[mistake]]", text.index("turned-round"))])
    assert faults(small) == [
        f"{BANK}: found 2 of [[mistake]], expected 5 at least.",
        f"{BANK}: found 0 of [[correct]], expected 3 at least.",
    ]
    (small / BANK).unlink()
    assert faults(small) == [f"{MANIFEST}:4: exercise 1 (demo/first): slug: there is no {BANK}."]


def test_a_solution_of_another_name(small: Path) -> None:
    change(small, SOLUTION, '"exercise": "demo/first"', '"exercise": "demo/frist"')
    assert faults(small)[0] == f'{SOLUTION}:45: its metadata has the exercise "demo/frist", expected "demo/first".'
    change(small, SOLUTION, '"exercise": "demo/frist"', '"exercice": "demo/first"')
    assert faults(small)[0] == f'{SOLUTION}: its metadata has no "checker": {{"exercise": "demo/first"}}.'


def test_a_solution_that_leaves_nothing_to_write(small: Path) -> None:
    for mark in ("### solution", "### starter", "### end"):
        change(small, SOLUTION, mark, "# nothing")
    assert f"{SOLUTION}: no cell has the mark `### solution`: nothing is left to write." in faults(small)


def test_a_solution_that_is_no_notebook(small: Path) -> None:
    (small / SOLUTION).write_text("{")
    [said] = faults(small)
    assert said.startswith(f"{SOLUTION}: this is no notebook (")


def test_an_exercise_that_was_not_released(small: Path) -> None:
    (small / EXERCISE).unlink()
    said = f"{EXERCISE}: it is not what {SOLUTION} gives; `checker author release demo/first` writes it."
    assert faults(small) == [said]


@pytest.mark.parametrize(
    ("slug", "missing"),
    [
        ("demo/frist", "no {folder}/demo/frist{end}; did you mean {folder}/demo/first{end}?"),
        ("dem/first", "no folder {folder}/dem; did you mean {folder}/demo?"),
    ],
)
def test_a_slug_that_is_misspelt(small: Path, slug: str, missing: str) -> None:
    change(small, MANIFEST, "demo/first", slug)
    places = (("solutions", ".ipynb"), ("checker/checks", ".py"), ("tests/mistakes", ".toml"))
    assert faults(small) == [
        *(f"{file}: belongs to no exercise of course.toml." for file in (EXAM, EXERCISE, SOLUTION, BANK)),
        *(
            f"{MANIFEST}:4: exercise 1 ({slug}): slug: there is {missing.format(folder=folder, end=end)}"
            for folder, end in places
        ),
    ]


def test_files_that_belong_to_nothing(small: Path) -> None:
    second = (small / EXAM).read_text().replace("demo/first", "demo/second")
    (small / "checker/checks/demo/second.py").write_text(second)
    (small / "checker/checks/demo/trees.py").write_text("DEPTH = 3\n")  # what exams share
    (small / "exercises/demo/first-Copy1.ipynb").write_text("{}")
    (small / "tests/mistakes/demo/old.toml").write_text("")
    (small / "solutions/.ipynb_checkpoints").mkdir()
    (small / "solutions/.ipynb_checkpoints/first.ipynb").write_text("{}")
    assert faults(small) == [
        "checker/checks/demo/second.py: belongs to no exercise of course.toml.",
        "exercises/demo/first-Copy1.ipynb: belongs to no exercise of course.toml.",
        "tests/mistakes/demo/old.toml: belongs to no exercise of course.toml.",
    ]


def test_objectives_that_cannot_be_read(small: Path) -> None:
    change(small, OBJECTIVES, "weight = 50", 'weight = "50"')
    assert faults(small) == [
        f'{OBJECTIVES}:6: part 1 (Tuning): weight: expected an integer from 1 to 99, found the text "50".'
    ]


def test_one_exercise_alone(small: Path) -> None:
    new(load_course(small), "demo/second")
    (small / EXAM).write_text("exam = 3\n")
    course = load_course(small)
    assert list(check(course, [course.exercises[1]], static=True, tell=lambda what: None)) == []
