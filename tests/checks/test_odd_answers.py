"""Whatever a learner's code answers or logs, each check judges it: an odd answer is never the grader's failure."""

import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from checker.checks import data
from checker.checks.exam import RUNS, Exam, judge, load_exam
from checker.course import Exercise
from checker.evidence import Answer, Evidence, Kind, Question, RunRecord, decode
from checker.result import CheckResult, Outcome
from checker.runtime.kernel.records import Opaque, write
from tests.checks.recordings import evidence_anew, evidence_of
from tests.conftest import COURSE, SEED

NAN, INFINITY = float("nan"), float("inf")
DEEP: Any = 0.5
for _ in range(30):
    DEEP = [DEEP]
TRIAL = {"loss": -0.9, "status": "ok"}
PARTS: list[Any] = [
    *(None, True, 0, -1, 2.5, NAN, INFINITY, 2**62, -(2**62), 1e300, "", "x", "half \ud800", [], {}, DEEP, [3, 4]),
    *({1: "a", None: "b"}, {"object": "a.b"}, Opaque("builtins.function")),
]
"""What can stand anywhere in an answer."""

WHOLES: list[Any] = [
    *(PARTS + [[part] for part in PARTS] + [[part] * 3 for part in PARTS] + [["x"] * 100, [{}] * 300, [[]] * 5]),
    *({"loss": None}, {"loss": "x", "status": "ok"}, {"loss": NAN, "status": "ok"}, {"loss": [1], "status": ["ok"]}),
    *([TRIAL], [TRIAL] * 2, [TRIAL] * 3, [{"loss": NAN, "status": "ok"}] * 3),
]
"""What can stand in the place of an answer."""

TEXTS = ("", "x", "nan", "-1", "1000000000000", "1e999", "9" * 400, "None")
NUMBERS = (NAN, INFINITY, -1.0, 0.0, 1e300)


@pytest.fixture(autouse=True)
def trained_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearly all variants have the same parameters: what the grader has trained for one need not be trained again."""
    for module in [sys.modules[name] for name in sys.modules if name.startswith("checker.checks.")]:
        for name in ("accuracy_of", "training_accuracy_of"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, remembered(getattr(data, name)))


def remembered(score: Callable[..., float]) -> Callable[..., float]:
    known: dict[Any, float] = {}

    def scored(model: Any, rows: Mapping[str, Any], seed: int | None = None) -> float:
        asked = (repr(model), seed, *(np.asarray(rows[name]).tobytes() for name in ("X", "y")))
        if asked not in known:
            known[asked] = score(model, rows) if seed is None else score(model, rows, seed)
        return known[asked]

    return scored


def variants(right: Any) -> Iterator[Any]:
    """The answer with one part lost, doubled, renamed or replaced, at each depth; of a list the first and the last."""
    if isinstance(right, list):
        yield from (right[:-1], right[1:], [*right, *right], [*right, None], right[::-1])
        for at in {0, len(right) - 1} if right else ():
            yield from ([*right[:at], other, *right[at + 1 :]] for other in others(right[at]))
    elif isinstance(right, dict):
        yield {**right, "more": 1}
        for key in right:
            yield {name: part for name, part in right.items() if name != key}
            yield {f"{name}s" if name == key else name: part for name, part in right.items()}
            yield from ({**right, key: other} for other in others(right[key]))
    elif is_dataclass(right) and not isinstance(right, type):
        for name in (field.name for field in fields(right)):
            yield from (changed(right, name, other) for other in others(getattr(right, name)))


def others(right: Any) -> Iterator[Any]:
    yield from PARTS
    yield from variants(right)


def changed(record: Any, name: str, value: Any) -> Any:
    """The record with another field, whether or not it has that type: the reader must see it."""
    other = object.__new__(type(record))
    other.__dict__.update({**vars(record), name: value})
    return other


def as_read(value: Any) -> Answer:
    """An answer on its way through the writer and the reader."""
    return decode(json.dumps({"kind": "value", "value": write(value)}).encode())


NO_VALUES = [
    Answer(Kind.STUB),
    *(Answer(kind, text=text) for kind in (Kind.RAISED, Kind.LOST, Kind.MISSING) for text in ("", "a: b", "x")),
]


def odd_answers(right: Answer, count: int | None) -> list[Answer]:
    """Other answers than the right one: so many that are drawn, or all."""
    return [*NO_VALUES, *map(as_read, drawn([*WHOLES, *variants(right.value)], count))]


def drawn(odd: list[Any], count: int | None) -> list[Any]:
    return odd if count is None else random.Random(0).sample(odd, min(count, len(odd)))


def odd_runs(runs: tuple[RunRecord, ...]) -> Iterator[tuple[RunRecord, ...]]:
    """The runs with one lost, doubled or changed: the first, one in the middle and the last."""
    yield from ((), runs[:1], runs[1:], runs[:-1], runs + runs[-1:], runs[::-1])
    for at in sorted({0, len(runs) // 2, len(runs) - 1}):
        for run in odd_versions(runs[at]):
            yield (*runs[:at], run, *runs[at + 1 :])
    for run in runs[:1]:  # the same in all of them
        for name, value in (("params", {}), ("metrics", {}), ("tags", {}), ("start", None), ("end", None)):
            yield tuple(replace(run, **{name: value}) for run in runs)


def odd_versions(run: RunRecord) -> Iterator[RunRecord]:
    for name in ("status", "name", "experiment", "parent_id", "run_id"):
        yield from (replace(run, **{name: text}) for text in TEXTS)
    yield from (replace(run, parent_id=None), replace(run, registered=()))
    yield from (replace(run, start=start, end=end) for start, end in ((None, None), (5, 3), (0, 2**62), (None, 3)))
    for name, odd in (("params", TEXTS), ("tags", TEXTS), ("metrics", NUMBERS)):
        own = getattr(run, name)
        yield replace(run, **{name: {}})
        for key in own:
            yield replace(run, **{name: {other: own[other] for other in own if other != key}})
            yield from (replace(run, **{name: {**own, key: value}}) for value in odd)


def that_want(exam: Exam, want: str) -> Exam:
    """The exam with only those checks; the others, which see nothing odd, have passed."""
    chosen = [check for check in exam.checks if want in check.wants]
    names = {check.id for check in chosen}
    only = Exam(exam.slug)
    only.checks = [replace(check, after=tuple(names.intersection(check.after))) for check in chosen]
    return only


def crashes(exam: Exam, questions: Mapping[str, Question], evidence: Evidence) -> list[CheckResult]:
    """The checks that fail by themselves, where each should pass or say what it found and expected."""
    results = judge(exam, questions, evidence)
    assert all(result.found and result.expected for result in results if result.outcome is Outcome.NEEDS_WORK)
    return [result for result in results if result.outcome is Outcome.NOT_JUDGED]


exercises = pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.slug)
some_or_all = pytest.mark.parametrize("count", [50, pytest.param(None, marks=pytest.mark.long)], ids=["some", "all"])


@exercises
@some_or_all
def test_odd_answers_and_runs_are_judged(exercise: Exercise, count: int | None) -> None:
    exam, right = load_exam(exercise.slug), evidence_of(exercise)
    questions = exam.questions(SEED)
    assert [result.outcome for result in judge(exam, questions, right)] == [Outcome.PASSED] * len(exam.checks)
    for want, answer in right.answers.items():
        judging = that_want(exam, want)
        for odd in odd_answers(answer, count):
            crashed = crashes(judging, questions, replace(right, answers={**right.answers, want: odd}))
            assert not crashed, (want, odd, crashed)
    judging = that_want(exam, RUNS)
    for runs in drawn([*odd_runs(right.runs)], count) if judging.checks else ():
        crashed = crashes(judging, questions, replace(right, runs=runs))
        assert not crashed, crashed


def skeleton(value: Any) -> Any:
    """What kinds of parts it has, whatever their values and numbers are."""
    if isinstance(value, list | tuple):
        return {repr(skeleton(part)) for part in value}
    if isinstance(value, Mapping):
        return {key: skeleton(part) for key, part in sorted(value.items(), key=str)}
    if is_dataclass(value):
        return {field.name: skeleton(getattr(value, field.name)) for field in fields(value)}
    return type(value).__name__


@pytest.mark.long
@exercises
def test_what_is_recorded_is_what_a_kernel_answers(exercise: Exercise) -> None:
    recorded, real = evidence_of(exercise), evidence_anew(exercise)
    again = f"python -m tests.checks.recordings {exercise.slug}"
    assert recorded.answers.keys() == real.answers.keys(), again
    for name, answer in real.answers.items():
        assert skeleton(recorded.answers[name]) == skeleton(answer), (name, again)
    assert skeleton(recorded.runs) == skeleton(real.runs), again
