"""Faults of the manifest's entries, and of the folders that the exercises lie in."""

from collections.abc import Collection, Iterator
from pathlib import Path

from checker.author.bank import bank_file
from checker.author.gate.exam import exam_file, has_exam
from checker.author.gate.words import fault
from checker.course import Course, Exercise, shown
from checker.schema import line_of, meant


def faults_of_folders(course: Course) -> Iterator[str]:
    """Every notebook, exam and bank that belongs to no exercise."""
    for path in _strays(course):
        yield fault(path, "belongs to no exercise of course.toml")


def faults_of_entry(
    course: Course, exercise: Exercise, labels: Collection[str], objectives: Collection[str]
) -> Iterator[str]:
    """What the exercise's entry names and the course does not have: files, a label of the book, objectives."""
    for path in _sources(exercise):
        if not path.is_file():
            yield _fault(course, exercise, "slug", _missing(path, course))
    if exercise.book not in labels:
        problem = f"no page of the book has the label ({exercise.book})={meant(exercise.book, labels)}"
        yield _fault(course, exercise, "book", problem)
    for name in exercise.objectives:
        if name not in objectives:
            problem = f"book/objectives.toml has no objective {name!r}{meant(name, objectives)}"
            yield _fault(course, exercise, "objectives", problem)


def fault_of_runs(course: Course, exercise: Exercise, wants_runs: bool) -> Iterator[str]:
    """Whether the entry says truly if the checks read MLflow runs, for which the notebook gets a store of its own."""
    if exercise.runs and not wants_runs:
        yield _fault(course, exercise, "runs", "it is true, and no check has the parameter `runs`")
    if wants_runs and not exercise.runs:
        yield _fault(course, exercise, "runs", "it is not true, and a check has the parameter `runs`")


def _fault(course: Course, exercise: Exercise, key: str, problem: str) -> str:
    manifest = course.root / "course.toml"
    number = course.exercises.index(exercise)
    line = line_of(("exercise", number, key), manifest.read_text(encoding="utf-8"))
    return fault(manifest, f"exercise {number + 1} ({exercise.slug}): {key}: {problem}", line)


def _missing(path: Path, course: Course) -> str:
    """That a file is not there, or its chapter's folder; and what may be meant, of that which belongs to nothing."""
    if not path.parent.is_dir():
        folders = map(shown, path.parent.parent.glob("*/"))
        return f"there is no folder {shown(path.parent)}{meant(shown(path.parent), list(folders))}"
    others = [shown(other) for other in _strays(course) if other.parent == path.parent]
    return f"there is no {shown(path)}{meant(shown(path), others)}"


def _sources(exercise: Exercise) -> tuple[Path, ...]:
    return exercise.solution, exam_file(exercise), bank_file(exercise)


def _strays(course: Course) -> list[Path]:
    root = course.root
    found = [
        *(root / "solutions").rglob("*.ipynb"),
        *(root / "exercises").rglob("*.ipynb"),
        *(root / "tests" / "mistakes").rglob("*.toml"),
        *filter(has_exam, (root / "checker" / "checks").rglob("*.py")),
    ]
    known = {path for exercise in course.exercises for path in (*_sources(exercise), exercise.notebook)}
    return sorted(
        path for path in set(found) - known if not any(part.startswith(".") for part in path.relative_to(root).parts)
    )
