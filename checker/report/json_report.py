"""The report as JSON, format_version 1; `schema.json` beside this file describes it."""

import json
from typing import Literal

import msgspec

from checker.faults import FaultKind, RunError, in_words
from checker.result import CheckResult, ExerciseResult, Kept, Outcome, Report
from checker.schema import FaultyData, read


class _Error(msgspec.Struct):
    """The fault's own numbers are in its words."""

    kind: FaultKind
    cell: int | None
    line: int | None
    message: str


class _Check(msgspec.Struct):
    """Only the first hint is part of a report: a learner asks for the others."""

    id: str
    title: str
    outcome: Outcome
    found: str | None
    expected: str | None
    book: str | None
    hint: str | None


class _Exercise(msgspec.Struct):
    id: str
    notebook: str
    outcome: Outcome
    seconds: float
    error: _Error | None
    checks: tuple[_Check, ...]
    kept: Kept | None
    learner: str


class _Report(msgspec.Struct):
    format_version: Literal[1]
    exercises: tuple[_Exercise, ...]
    seed: int
    isolation: str


def to_json(report: Report) -> str:
    """The report as a JSON text that validates against `schema.json`."""
    data = _Report(1, tuple(map(_exercise, report.exercises)), report.seed, report.isolation)
    return json.dumps(msgspec.to_builtins(data), indent=2)


def from_json(text: str) -> Report:
    """The report that `to_json` has written; of the hints it has the first, of an error its words.

    Raises FaultyData, which says what is wrong with any other text.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FaultyData([f"the report: not JSON: {error}."]) from error
    report = read(data, _Report, "the report")
    return Report(tuple(map(_result, report.exercises)), report.seed, report.isolation)


def _exercise(result: ExerciseResult) -> _Exercise:
    error = result.error and _Error(result.error.kind, result.error.cell, result.error.line, in_words(result.error))
    fields = {name: getattr(result, name) for name in _Exercise.__struct_fields__}
    return _Exercise(**fields | {"error": error, "checks": tuple(map(_check, result.checks))})


def _check(result: CheckResult) -> _Check:
    return _Check(**{name: getattr(result, name) for name in _Check.__struct_fields__})


def _result(exercise: _Exercise) -> ExerciseResult:
    checks = tuple(
        CheckResult(one.id, one.title, one.outcome, one.found, one.expected, one.book, _hints(one))
        for one in exercise.checks
    )
    fields = {name: getattr(exercise, name) for name in _Exercise.__struct_fields__}
    return ExerciseResult(**fields | {"error": _run_error(exercise.error), "checks": checks})


def _hints(check: _Check) -> tuple[str, ...]:
    return () if check.hint is None else (check.hint,)


def _run_error(error: _Error | None) -> RunError | None:
    if error is None:
        return None
    said = error.message.removeprefix("raised ") if error.kind is FaultKind.EXCEPTION else error.message
    return RunError(error.kind, said, error.cell, error.line)
