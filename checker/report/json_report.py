"""The report as JSON, format_version 1; `schema.json` beside this file describes it."""

import json
from dataclasses import asdict
from typing import Any

from checker.faults import FaultKind, RunError, in_words
from checker.result import CheckResult, Report, exercise_from

FORMAT_VERSION = 1


def to_json(report: Report) -> str:
    """The report as a JSON text that validates against `schema.json`."""
    exercises = [
        {
            **asdict(exercise),
            "error": exercise.error and _error(exercise.error),
            "checks": list(map(_check, exercise.checks)),
        }
        for exercise in report.exercises
    ]
    data = {
        "format_version": FORMAT_VERSION,
        "exercises": exercises,
        "seed": report.seed,
        "isolation": report.isolation,
    }
    return json.dumps(data, indent=2)


def from_json(text: str) -> Report:
    """The report that `to_json` has written; of the hints it has the first, of an error its words."""
    data = json.loads(text)
    exercises = [
        {
            **exercise,
            "error": exercise["error"] and _with_words(exercise["error"]),
            "checks": [_with_hints(check) for check in exercise["checks"]],
        }
        for exercise in data["exercises"]
    ]
    return Report(tuple(map(exercise_from, exercises)), data["seed"], data["isolation"])


def _error(error: RunError) -> dict[str, Any]:
    return {"kind": error.kind, "cell": error.cell, "line": error.line, "message": in_words(error)}


def _with_words(error: dict[str, Any]) -> dict[str, Any]:
    fields = dict(error)
    said = fields.pop("message")
    return fields | {"said": said.removeprefix("raised ") if fields["kind"] == FaultKind.EXCEPTION else said}


def _with_hints(check: dict[str, Any]) -> dict[str, Any]:
    fields = dict(check)
    hint = fields.pop("hint")
    return fields | {"hints": () if hint is None else (hint,)}


def _check(check: CheckResult) -> dict[str, Any]:
    """Only the first hint is part of a report: a learner asks for the others."""
    fields = asdict(check)
    for inside in ("hints", "fault", "traceback"):
        del fields[inside]
    return fields | {"hint": check.hint}
