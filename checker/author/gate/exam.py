"""Faults of an exam, most of which nobody would notice before a learner is graded."""

import ast
import re
import traceback
from collections.abc import Collection, Iterator
from importlib import import_module
from inspect import getdoc
from pathlib import Path

from checker.author.bank import SEED
from checker.author.gate.words import FaultError, fault, line_with
from checker.checks.exam import RUNS, Check, Exam
from checker.course import Exercise
from checker.schema import meant

_HINTS = 3
_BY_HAND = re.compile(r"\bBook:|\b[Ss]ections? [A-Z]")


def exam_file(exercise: Exercise) -> Path:
    """Where the exam of an exercise lies."""
    return exercise.root / "checker" / "checks" / f"{exercise.slug.replace('-', '_')}.py"


def has_exam(path: Path) -> bool:
    """Whether a module of checker/checks defines an exam, and is not what exams share."""
    return re.search(r"^exam = Exam\(", path.read_text(encoding="utf-8"), re.MULTILINE) is not None


def load(exercise: Exercise) -> Exam:
    """The exam of an exercise. Raises FaultError."""
    file = exam_file(exercise)
    name = f"checker.checks.{exercise.slug.replace('-', '_').replace('/', '.')}"
    try:
        module = import_module(name)
    except SyntaxError as error:
        where = Path(error.filename or file)  # which may be a module that it imports
        raise FaultError(fault(where, f"this is no Python ({error.msg})", error.lineno)) from error
    except Exception as error:  # whatever an author's module raises
        raise FaultError(_raised(error, file, "it cannot be imported")) from error
    if module.__file__ is None or not Path(module.__file__).samefile(file):
        problem = f"this Python imports {module.__file__} in its place; activate the environment of this course"
        raise FaultError(fault(file, problem))
    exam = getattr(module, "exam", None)
    if not isinstance(exam, Exam):
        raise FaultError(fault(file, "it defines no `exam`"))
    return exam


def faults_of_source(exercise: Exercise) -> Iterator[str]:
    """Each function that takes the name of an earlier one: a question or a check would be gone without a word."""
    file = exam_file(exercise)
    first: dict[str, int] = {}
    for node in _functions(file):
        if node.name in first:
            yield fault(file, f"`{node.name}` is there twice, first in line {first[node.name]}", node.lineno)
        first.setdefault(node.name, node.lineno)


def faults_of_exam(exercise: Exercise, exam: Exam, labels: Collection[str]) -> Iterator[str]:
    """What is wrong with the exam's slug, and with each of its checks; `labels` are those of the book."""
    file = exam_file(exercise)
    if exam.slug != exercise.slug:
        problem = f'the exam says that it is "{exam.slug}", expected "{exercise.slug}"'
        yield fault(file, problem, line_with("exam = Exam(", file))
    try:
        questions = list(exam.questions(SEED))
    except Exception as error:
        yield _raised(error, file, "a question cannot be asked")
        return
    if not exam.checks:
        yield fault(file, "the exam has no check")
    lines_of = {node.name: node.lineno for node in _functions(file)}
    before: list[str] = []
    for check in exam.checks:
        for problem in _problems(check, questions, before, labels):
            yield fault(file, f"{check.id}: {problem}", lines_of.get(check.id))
        before.append(check.id)


def _problems(check: Check, questions: list[str], before: list[str], labels: Collection[str]) -> Iterator[str]:
    if not getdoc(check.function):
        yield "it has no docstring, which is the line that the learner reads"
    for want in check.wants:
        if want != RUNS and want not in questions:
            yield f"there is no question `{want}`{meant(want, questions)}"
    for other in check.after:
        if other not in before:
            yield f"`after` names {other}, which is no check before it{meant(other, before)}"
    if check.book not in labels:
        yield f"no page of the book has the label ({check.book})={meant(check.book, labels)}"
    if not isinstance(check.hints, tuple) or len(check.hints) != _HINTS or not all(check.hints):
        yield f"expected {_HINTS} hints, a nudge, the idea and almost the code"
        return
    for number, hint in enumerate(check.hints, 1):
        if _BY_HAND.search(hint):
            yield f"hint {number} names a place in the book; the section of the check's label is shown with it anyway"


def _raised(error: Exception, file: Path, problem: str) -> str:
    """The sentence about what the file's own code raised, with the last line of it that took part."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return fault(file, f"{problem} ({type(error).__name__}: {error})", lines[-1] if lines else None)


def _functions(file: Path) -> list[ast.FunctionDef]:
    """The functions of a module, in their order; none where the module is no Python, which `load` says."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError):
        return []
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]
