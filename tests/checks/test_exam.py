"""Judging: what each kind of answer and each kind of failing check leads to."""

import sys
from collections import Counter

import numpy as np
import pytest

from checker.checks.exam import Asked, Exam, NeedsWork, judge, load_exam
from checker.evidence import MAX_ANSWER_BYTES, Answer, Evidence, Kind, Question, RunRecord, decode
from checker.faults import FaultKind, RunError
from checker.result import CheckResult, Outcome, overall
from checker.shapes import Each
from tests.conftest import COURSE

HINTS = ("nudge", "idea", "almost")


def exam_of_two() -> Exam:
    exam = Exam("demo")

    @exam.question
    def number(rng: np.random.Generator) -> Question:
        return Question("f(n)", {"n": int(rng.integers(10))})

    @exam.check(book="a", hints=HINTS)
    def is_positive(number: Asked) -> None:
        """The number is positive."""
        if number.value <= 0:
            raise NeedsWork(found=f"{number.value}", expected="more than 0")

    @exam.check(book="b", hints=HINTS, after=(is_positive,))
    def is_small(number: Asked) -> None:
        """The number is small."""
        if number.value > 10:
            raise NeedsWork(found=f"{number.value}", expected="at most 10")

    return exam


def judged(answer: Answer, error: RunError | None = None) -> tuple[CheckResult, ...]:
    exam = exam_of_two()
    return judge(exam, exam.questions(0), Evidence(error, {"number": answer}))


def test_both_pass() -> None:
    assert [c.outcome for c in judged(Answer(Kind.VALUE, 3))] == [Outcome.PASSED, Outcome.PASSED]


def test_an_answer_of_another_shape_needs_work_before_any_check_sees_it() -> None:
    exam = Exam("demo")

    @exam.question
    def numbers(rng: np.random.Generator) -> Question:
        return Question("[f(n) for n in ns]", {"ns": [1, 2]}, shape=Each("ns"))

    @exam.check(book="a", hints=HINTS)
    def are_equal(numbers: Asked) -> None:
        """The numbers are equal."""
        first, second = numbers.value
        assert first == second

    [result] = judge(exam, exam.questions(0), Evidence(None, {"numbers": Answer(Kind.VALUE, [1])}))
    assert (result.outcome, result.found, result.expected) == (
        Outcome.NEEDS_WORK,
        "`[f(n) for n in ns]` gave an answer of another shape. Who has answered?",
        "a list with a value for each of 2 `ns`",
    )


def test_what_depends_on_a_failing_check_is_skipped() -> None:
    first, second = judged(Answer(Kind.VALUE, -1))
    assert first == CheckResult(
        "is_positive", "The number is positive.", Outcome.NEEDS_WORK, "-1", "more than 0", "a", HINTS
    )
    assert second == CheckResult("is_small", "The number is small.", Outcome.SKIPPED)


def test_a_stub_is_not_attempted_and_so_is_what_depends_on_it() -> None:
    assert [c.outcome for c in judged(Answer(Kind.STUB))] == [Outcome.NOT_ATTEMPTED, Outcome.NOT_ATTEMPTED]


def test_what_an_ended_run_did_not_reach_is_skipped() -> None:
    results = judged(Answer(Kind.MISSING, text="f"), RunError(FaultKind.EXCEPTION, "ValueError: no", 1))
    assert [c.outcome for c in results] == [Outcome.SKIPPED, Outcome.SKIPPED]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Answer(Kind.MISSING, text="f"), "the notebook does not define `f`"),
        (Answer(Kind.RAISED, text="KeyError: 'x'"), "`f(n)` raised KeyError: 'x'"),
        (
            Answer(Kind.LOST, fault=RunError(FaultKind.TIME, limit=4, used=4)),
            "`f(n)` ran for 4 s; the limit is 4 s",
        ),
        (Answer(Kind.LOST, text="no answer"), "`f(n)` gave no answer"),
    ],
)
def test_an_answer_without_a_value_needs_work(answer: Answer, found: str) -> None:
    first, _ = judged(answer)
    assert (first.outcome, first.found) == (Outcome.NEEDS_WORK, found)


def test_a_failing_check_function_is_the_graders_fault() -> None:
    first, _ = judged(Answer(Kind.VALUE, "three"))
    assert first.outcome is Outcome.NOT_JUDGED
    assert first.found == (
        "the check itself failed (TypeError: '<=' not supported between instances of 'str' and 'int')"
    )


def test_the_same_seed_asks_the_same_and_a_new_question_moves_no_other() -> None:
    exam = exam_of_two()
    before = exam.questions(7)
    exam.question(lambda rng: Question("g()"))
    assert exam.questions(7)["number"] == before["number"]
    assert len({exam.questions(seed)["number"].inputs["n"] for seed in range(20)}) > 1


@pytest.mark.parametrize(
    ("error", "outcomes", "expected"),
    [
        (None, ["passed", "passed"], "passed"),
        (None, [], "needs_work"),
        (None, ["passed", "not_attempted"], "needs_work"),
        (None, ["not_attempted", "skipped"], "not_attempted"),
        (None, ["needs_work", "not_judged"], "not_judged"),
        (RunError(FaultKind.EXCEPTION, "x"), ["passed"], "needs_work"),
        (RunError(FaultKind.EXCEPTION, "x"), ["not_attempted"], "needs_work"),
    ],
)
def test_the_outcome_of_an_exercise(error: RunError | None, outcomes: list[str], expected: str) -> None:
    checks = [CheckResult("id", "title", Outcome(outcome)) for outcome in outcomes]
    assert overall(error, checks) == expected


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b'{"kind": "passed"}',
        b'{"kind": ["value"]}',
        b'{"kind": "value", "text": 3}',
        b"\xff",
        b"[" * 100_000,
        b'{"kind": "value", "value": "' + b"x" * MAX_ANSWER_BYTES + b'"}',
    ],
)
def test_a_malformed_answer_counts_as_lost(raw: bytes) -> None:
    assert decode(raw).kind is Kind.LOST


def exam_of_a_run() -> Exam:
    exam = Exam("demo")

    @exam.check(book="a", hints=HINTS)
    def has_a_run(runs: tuple[RunRecord, ...]) -> None:
        """There is a run."""
        if not runs:
            raise NeedsWork(found="no run", expected="a run")

    return exam


A_RUN = RunRecord("1", None, "Default", "search", "FINISHED")


@pytest.mark.parametrize(
    ("evidence", "outcome", "found"),
    [
        (Evidence(None, {}, (A_RUN,)), Outcome.PASSED, None),
        (Evidence(None, {}), Outcome.NEEDS_WORK, "no run"),
        (Evidence(None, {}, runs_fault="the store is gone"), Outcome.NEEDS_WORK, "the store is gone"),
        (Evidence(RunError(FaultKind.EXCEPTION, "ValueError: no", 1), {}), Outcome.SKIPPED, None),
        (
            Evidence(RunError(FaultKind.EXCEPTION, "ValueError: no", 1), {}, runs_fault="the store is gone"),
            Outcome.SKIPPED,
            None,
        ),
        (Evidence(RunError(FaultKind.EXCEPTION, "ValueError: no", 2), {}, (A_RUN,)), Outcome.PASSED, None),
    ],
)
def test_a_check_of_runs(evidence: Evidence, outcome: Outcome, found: str | None) -> None:
    (result,) = judge(exam_of_a_run(), {}, evidence)
    assert (result.outcome, result.found) == (outcome, found)


def test_an_exam_knows_whether_its_checks_ask_for_runs() -> None:
    assert exam_of_a_run().wants_runs
    assert not exam_of_two().wants_runs


def test_no_question_is_called_runs() -> None:
    def runs(rng: np.random.Generator) -> Question:
        return Question("1")

    with pytest.raises(ValueError, match="`runs` names the notebook's MLflow runs"):
        Exam("demo").question(runs)


def test_an_exam_is_found_by_its_slug_alone() -> None:
    assert load_exam("hp-functions/best-params").slug == "hp-functions/best-params"
    assert load_exam("welcome").slug == "welcome"


@pytest.mark.parametrize(
    ("slug", "file"),
    [
        ("hp-functions/nobody", "hp_functions/nobody.py"),
        ("no-chapter/nobody", "no_chapter/nobody.py"),
        ("welcome/nobody", "welcome/nobody.py"),
        ("optuna/trial-values", "optuna/trial_values.py"),
        ("hp_functions/best-params", "hp_functions/best_params.py"),
    ],
)
def test_a_slug_without_an_exam(slug: str, file: str) -> None:
    with pytest.raises(LookupError) as nothing:
        load_exam(slug)
    assert str(nothing.value) == f"checker/checks/{file} has no exam for {slug}"


def test_a_module_that_an_exam_misses_is_another_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "checker.checks.welcome", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    with pytest.raises(ModuleNotFoundError, match=r"sklearn\.tree"):
        load_exam("welcome")


def test_the_last_question_is_asked_after_those_that_are_written_below_it() -> None:
    exam = Exam("demo")

    @exam.last_question
    def gone(rng: np.random.Generator) -> Question:
        return Question("f()")

    @exam.question
    def there(rng: np.random.Generator) -> Question:
        return Question("f()")

    assert list(exam.questions(0)) == ["there", "gone"]
    with pytest.raises(ValueError, match=r"^`gone` is the last question already: no other can come after it$"):
        exam.last_question(there)


def test_no_two_checks_have_a_hint_in_common() -> None:
    hints = Counter(
        hint for exercise in COURSE.exercises for check in load_exam(exercise.slug).checks for hint in check.hints
    )
    assert [hint for hint, count in hints.items() if count > 1] == []
