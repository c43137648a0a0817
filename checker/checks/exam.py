"""What an author writes checks with: an exam has questions for the learner's kernel and checks of the answers.

    exam = Exam("hp-functions/objective")

    @exam.question
    def one_trial(rng):
        return Question("objective(params, X=X, y=y)", {"params": ...}, data={"X": ..., "y": ...})

    @exam.check(book="hp-objective", hints=("a nudge", "the idea", "almost the code"))
    def returns_loss_and_status(one_trial):
        '''The objective returns a dict with `loss` and `status`.'''
        if "loss" not in one_trial.value:
            raise NeedsWork(found="...", expected="...")

The parameter names of a check name the questions that it judges; the name `runs` stands for the MLflow
runs that the notebook logged, a tuple of RunRecord. A check's docstring is the line that the learner
reads. A check is a pure function: what it raises other than NeedsWork is the grader's fault.
"""

import inspect
import traceback
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from checker import shapes
from checker.evidence import Answer, Evidence, Kind, Question, RunRecord
from checker.faults import FaultKind, in_words
from checker.result import CheckResult, Outcome
from checker.text import printable

_LONGEST_FOUND = 600
"""Characters of a learner's own values that help anybody."""

RUNS = "runs"
"""The parameter by which a check asks for the notebook's MLflow runs; no question can have this name."""


class NeedsWork(Exception):
    """The learner's work is not right yet: what was found and what was expected, one sentence each."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.found = found
        self.expected = expected


class _NoAnswer(NeedsWork):
    """The question was asked, and a limit or the kernel's end came before the answer."""

    def __init__(self, found: str, expected: str, fault: FaultKind | None) -> None:
        super().__init__(found, expected)
        self.fault = fault


class _Unanswered(Exception):
    """There is nothing to judge: the part is still a stub, or the run never reached it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True)
class Asked:
    """A question with its answer, as a check receives it."""

    question: Question
    answer: Answer

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What the grader chose, data included."""
        return {**self.question.inputs, **self.question.data}

    @property
    def raised(self) -> str | None:
        """The error of the learner's code, as `ValueError: ...`, if it raised."""
        return self.answer.text if self.answer.kind is Kind.RAISED else None

    @property
    def value(self) -> Any:
        """The answer. Raises NeedsWork where the learner's code raised instead of answering."""
        if self.raised is not None:
            raise NeedsWork(
                found=f"`{self.question.expression}` raised {self.raised}",
                expected="a value: the checker calls it with arguments of its own choice",
            )
        return self.answer.value


@dataclass(frozen=True)
class Check:
    """One check of an exam; `after` are the ids of the checks that must have passed first."""

    id: str
    title: str
    function: Callable[..., None]
    wants: tuple[str, ...]
    after: tuple[str, ...]
    hints: tuple[str, str, str]
    book: str


class Exam:
    """The questions and checks of one exercise."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.checks: list[Check] = []
        self._questions: dict[str, Callable[[np.random.Generator], Question]] = {}
        self._last: str | None = None

    def question(self, function: Callable[[np.random.Generator], Question]) -> Callable[..., Question]:
        """Register a question; the function's name is what checks ask for. Raises ValueError for `runs`."""
        if function.__name__ == RUNS:
            raise ValueError("`runs` names the notebook's MLflow runs: call the question something else")
        self._questions[function.__name__] = function
        return function

    def last_question(self, function: Callable[[np.random.Generator], Question]) -> Callable[..., Question]:
        """Register a question that takes away what others need: it is asked after all of them.

        Raises ValueError for `runs`, and for a second last question.
        """
        if self._last is not None:
            raise ValueError(f"`{self._last}` is the last question already: no other can come after it")
        self._last = function.__name__
        return self.question(function)

    def check(
        self, *, book: str, hints: tuple[str, str, str], after: tuple[Callable[..., None], ...] = ()
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Register a check, with its three hints and the label of the section that teaches it."""

        def register(function: Callable[..., None]) -> Callable[..., None]:
            self.checks.append(
                Check(
                    id=function.__name__,
                    title=inspect.getdoc(function) or function.__name__,
                    function=function,
                    wants=tuple(inspect.signature(function).parameters),
                    after=tuple(other.__name__ for other in after),
                    hints=hints,
                    book=book,
                )
            )
            return function

        return register

    @property
    def wants_runs(self) -> bool:
        """Whether a check asks for the notebook's MLflow runs, so that it needs a store of its own."""
        return any(RUNS in check.wants for check in self.checks)

    def questions(self, seed: int) -> dict[str, Question]:
        """The questions of one grading, in the order in which they are asked.

        Each has a generator of its own, so that a new one moves no other.
        """
        return {
            name: self._questions[name](np.random.default_rng([seed, zlib.crc32(name.encode())]))
            for name in sorted(self._questions, key=lambda name: name == self._last)
        }


def load_exam(slug: str) -> Exam:
    """The variable `exam` of the module with the exercise's name. Raises LookupError where there is none."""
    path = slug.replace("-", "_")
    name = f"checker.checks.{path.replace('/', '.')}"
    try:
        exam = getattr(import_module(name), "exam", None)
    except ModuleNotFoundError as missing:
        if not f"{name}.".startswith(f"{missing.name}."):
            raise  # the module is there, and one that it imports is not
        exam = None
    if isinstance(exam, Exam) and exam.slug == slug:
        return exam
    raise LookupError(f"checker/checks/{path}.py has no exam for {slug}")


def judge(exam: Exam, questions: Mapping[str, Question], evidence: Evidence) -> tuple[CheckResult, ...]:
    """Every check of the exam, in order."""
    results: dict[str, CheckResult] = {}
    for check in exam.checks:
        if all(results[other].outcome is Outcome.PASSED for other in check.after):
            results[check.id] = _judge_one(check, questions, evidence)
        else:
            unattempted = any(results[other].outcome is Outcome.NOT_ATTEMPTED for other in check.after)
            outcome = Outcome.NOT_ATTEMPTED if unattempted else Outcome.SKIPPED
            results[check.id] = CheckResult(check.id, check.title, outcome)
    return tuple(results.values())


def unattempted(exam: Exam) -> tuple[CheckResult, ...]:
    """The results of a notebook in which nothing has been written yet."""
    return tuple(CheckResult(check.id, check.title, Outcome.NOT_ATTEMPTED) for check in exam.checks)


def _judge_one(check: Check, questions: Mapping[str, Question], evidence: Evidence) -> CheckResult:
    try:
        check.function(*(_wanted(want, questions, evidence) for want in check.wants))
    except _Unanswered as nothing:
        return CheckResult(check.id, check.title, nothing.outcome)
    except NeedsWork as work:
        return CheckResult(
            check.id,
            check.title,
            Outcome.NEEDS_WORK,
            found=printable(work.found, _LONGEST_FOUND),
            expected=work.expected,
            book=check.book,
            hints=check.hints,
            fault=work.fault if isinstance(work, _NoAnswer) else None,
        )
    except Exception as fault:
        return CheckResult(
            check.id,
            check.title,
            Outcome.NOT_JUDGED,
            found=f"the check itself failed ({type(fault).__name__}: {fault})",
            expected="nothing of you: please report this with your notebook",
            traceback=traceback.format_exc(),
        )
    return CheckResult(check.id, check.title, Outcome.PASSED)


def _wanted(name: str, questions: Mapping[str, Question], evidence: Evidence) -> Asked | tuple[RunRecord, ...]:
    return _runs(evidence) if name == RUNS else _asked(questions[name], evidence.answers[name], evidence)


def _runs(evidence: Evidence) -> tuple[RunRecord, ...]:
    if evidence.error is not None and not evidence.runs:
        raise _Unanswered(Outcome.SKIPPED)  # the run error explains it
    if evidence.runs_fault is not None:
        raise NeedsWork(
            found=evidence.runs_fault,
            expected="the store that the variable MLFLOW_TRACKING_URI names, written by MLflow alone",
        )
    return evidence.runs


def _asked(question: Question, answer: Answer, evidence: Evidence) -> Asked:
    match answer.kind:
        case Kind.STUB:
            raise _Unanswered(Outcome.NOT_ATTEMPTED)
        case Kind.MISSING | Kind.LOST if evidence.error is not None:
            raise _Unanswered(Outcome.SKIPPED)  # the run error explains it
        case Kind.MISSING:
            raise NeedsWork(
                found=f"the notebook does not define `{answer.text}`",
                expected=f"a cell that defines `{answer.text}`, as the starter has: "
                "`checker reset` gives you a fresh copy and keeps yours",
            )
        case Kind.LOST if answer.fault is not None and answer.fault.kind is not FaultKind.ENDED:
            raise _NoAnswer(
                f"`{question.expression}` {in_words(answer.fault)}",
                "an answer within the limit on the checker's small data set",
                answer.fault.kind,
            )
        case Kind.LOST:
            raise _NoAnswer(
                f"`{question.expression}` gave {answer.text}",
                "a plain value: numbers, strings, dicts or lists of them",
                answer.fault.kind if answer.fault else None,
            )
    asked = Asked(question, answer)
    if answer.kind is Kind.VALUE and not shapes.fits(answer.value, question.shape, asked.inputs):
        raise NeedsWork(
            f"`{question.expression}` gave an answer of another shape. Who has answered?",
            shapes.in_words(question.shape, asked.inputs),
        )
    return asked
