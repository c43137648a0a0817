"""What the solution of each exercise leaves behind, recorded once, so that all checks can be tried at once.

    python -m tests.checks.recordings [SLUG]...

runs the solutions and records anew what they answer, and the runs that they log. An exercise without a recording, or
with one of other questions, is run when it is asked for.
"""

import asyncio
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from checker.checks.exam import load_exam
from checker.course import Exercise
from checker.evidence import Evidence, Kind, Question, RunRecord, decode
from checker.grade import run_and_judge
from checker.run.isolation import best_isolation
from checker.run.kernels import Kernels
from checker.runtime.kernel.records import write
from tests.conftest import COURSE, ROOT, SEED, submission_of


@cache
def evidence_of(exercise: Exercise) -> Evidence:
    """What the solution answers to the questions of the seed, and its runs."""
    questions = load_exam(exercise.slug).questions(SEED)
    file = _file(exercise)
    found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if found.get("questions") == _digest(questions):
        answers = {name: decode(json.dumps(answer).encode()) for name, answer in found["answers"].items()}
        return Evidence(None, answers, msgspec.convert(found["runs"], tuple[RunRecord, ...]))
    return evidence_anew(exercise)


def evidence_anew(exercise: Exercise) -> Evidence:
    """The same from a kernel that runs the solution now."""
    submission = submission_of(exercise.solution, exercise)
    evidence, _ = asyncio.run(run_and_judge(submission, SEED, Kernels(best_isolation([COURSE.root]))))
    assert evidence.error is None, evidence.error
    return evidence


def record(exercise: Exercise) -> None:
    """Run the solution and keep its evidence."""
    evidence = evidence_anew(exercise)
    answers = {
        name: {"kind": answer.kind, "text": answer.text, "value": write(answer.value)}
        if answer.kind is Kind.VALUE
        else {"kind": answer.kind, "text": answer.text}
        for name, answer in evidence.answers.items()
    }
    kept = {
        "questions": _digest(load_exam(exercise.slug).questions(SEED)),
        "answers": answers,
        "runs": [asdict(run) for run in evidence.runs],
    }
    file = _file(exercise)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept) + "\n", encoding="utf-8")


def _file(exercise: Exercise) -> Path:
    return ROOT / "tests" / "checks" / "recorded" / f"{exercise.slug}.json"


def _digest(questions: Mapping[str, Question]) -> str:
    asked: dict[str, Any] = {name: (q.expression, q.inputs, q.data) for name, q in questions.items()}
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


if __name__ == "__main__":
    for one in COURSE.exercises:
        if not sys.argv[1:] or one.slug in sys.argv[1:]:
            record(one)
            print(one.slug)
