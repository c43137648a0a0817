"""The report as CSV, for a spreadsheet: one row for each check, and one for each run error."""

import csv
import io
from collections.abc import Iterator

from checker.report.words import said
from checker.result import ExerciseResult, Report
from checker.text import printable

COLUMNS = (
    "exercise",
    "notebook",
    "outcome",
    "seconds",
    "check",
    "check_outcome",
    "found",
    "expected",
    "seed",
    "isolation",
)

# A spreadsheet runs a cell that begins like this as a formula, which may send the sheet elsewhere or
# start a program. What learners' notebooks say must never get that far; an apostrophe makes it text.
# The last four are full-width forms, which some spreadsheets read as the plain ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def to_csv(report: Report) -> str:
    """The report as CSV. A row without a check is a run error, or an exercise that has nothing else to say."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for exercise in report.exercises:
        head = (exercise.id, exercise.notebook, exercise.outcome.value, f"{exercise.seconds:.2f}")
        tail = (str(report.seed_of(exercise)), report.isolation)
        writer.writerows([_cell(text) for text in (*head, *row, *tail)] for row in _rows(exercise))
    return table.getvalue()


def _rows(exercise: ExerciseResult) -> Iterator[tuple[str, str, str, str]]:
    error = exercise.error
    if error is not None or not exercise.checks:
        yield ("", "", said(error) if error else "", "")
    for check in exercise.checks:
        yield (check.id, check.outcome.value, check.found or "", check.expected or "")


def _cell(text: str) -> str:
    # Judged before and after cleaning: cleaning changes a carriage return, and may bare a sign behind an escape.
    clean = printable(text)
    return f"'{clean}" if text.startswith(_FORMULA) or clean.startswith(_FORMULA) else clean
