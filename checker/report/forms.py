"""The forms in which a report can be written, and writing them. Each form's module is imported when it is asked for."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import click

from checker.course import Course
from checker.result import Report

STDOUT = "-"


class FormError(Exception):
    """A report cannot be written; the message is one sentence for the user."""


def _json(report: Report, course: Course) -> str:
    from checker.report.json_report import to_json

    return to_json(report) + "\n"


def _junit(report: Report, course: Course) -> str:
    from checker.report.junit import to_junit

    return to_junit(report)


def _html(report: Report, course: Course) -> str:
    from checker.report.html import to_html

    return to_html(report, course)


def _csv(report: Report, course: Course) -> str:
    from checker.report.csv_report import to_csv

    return to_csv(report)


class Form(NamedTuple):
    """How a report is rendered, and what it is for, as `--help` says it."""

    render: Callable[[Report, Course], str]
    purpose: str


FORMS: dict[str, Form] = {
    "json": Form(_json, "as JSON, for programs"),
    "junit": Form(_junit, "as JUnit XML, for CI systems"),
    "html": Form(_html, "as one HTML page, for people"),
    "csv": Form(_csv, "as CSV, for spreadsheets"),
}


def destinations(files: Mapping[str, str | None]) -> dict[str, str]:
    """The form and file of each report asked for. Raises FormError, before minutes of grading, if that cannot work."""
    asked = {form: file for form in FORMS if (file := files.get(form))}
    form_of: dict[str, str] = {}
    for form, file in asked.items():
        place = file if file == STDOUT else str(Path(file).resolve())
        if place in form_of:
            shared = "standard output" if file == STDOUT else file
            raise FormError(f"--{form_of[place]} and --{form} cannot both go to {shared}: name a file for each report.")
        form_of[place] = form
        if file == STDOUT:
            continue
        if file.endswith(".ipynb"):
            raise FormError(f"The report would overwrite the notebook {file}: give --{form} another file name.")
        if not Path(file).parent.is_dir():
            raise FormError(f"There is no folder {Path(file).parent} to write the report {file} into.")
    return asked


def write_all(report: Report, course: Course, files: Mapping[str, str]) -> None:
    """Write each report to its file. Raises FormError if one could not be written, once the others are."""
    complaints = []
    for form, file in files.items():
        data = FORMS[form].render(report, course).encode("utf-8")
        try:
            if file == STDOUT:
                click.echo(data, nl=False)  # bytes: UTF-8 and unchanged line ends on every system
            else:
                Path(file).write_bytes(data)
        except OSError as error:
            complaints.append(f"The report {file} could not be written ({error.strerror}).")
    if complaints:
        raise FormError(" ".join(complaints))
