"""The report as JSON, format_version 1; `schema.json` beside this file describes it."""

import json
from dataclasses import asdict
from typing import Any

from checker.result import CheckResult, Report

FORMAT_VERSION = 1


def to_json(report: Report) -> str:
    """The report as a JSON text that validates against `schema.json`."""
    exercises = [{**asdict(exercise), "checks": list(map(_check, exercise.checks))} for exercise in report.exercises]
    data = {
        "format_version": FORMAT_VERSION,
        "exercises": exercises,
        "seed": report.seed,
        "isolation": report.isolation,
    }
    return json.dumps(data, indent=2)


def _check(check: CheckResult) -> dict[str, Any]:
    """Only the first hint is part of a report: a learner asks for the others."""
    fields = asdict(check)
    del fields["hints"]
    return fields | {"hint": check.hint}
