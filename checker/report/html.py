"""The report as HTML that needs nothing else: no script, no network, no other file."""

import re
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from checker.course import Course
from checker.report.words import MARKS, WORDS, counts, moment, place_in_book, said
from checker.result import Report
from checker.text import printable

_CODE = re.compile(r"`([^`\n]+)`")


def to_html(report: Report, course: Course) -> str:
    """The report as an HTML page; `course` gives the exercises' titles and the book's pages."""
    return _rendered("report.html.jinja", report, course)


def verdict_html(report: Report, course: Course) -> str:
    """The same for a notebook's output: a section for each exercise, in the theme of the notebook."""
    return _rendered("cell.html.jinja", report, course)


def _rendered(template: str, report: Report, course: Course) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            report=report,
            counts=counts(report),
            titles={exercise.slug: exercise.title for exercise in course.exercises},
            page_of=cache(partial(place_in_book, course=course)),
            said=said,
            moment=moment,
            words=WORDS,
            marks=MARKS,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent, encoding="utf-8"),
        autoescape=True,
        finalize=_clean,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["split_code"] = _CODE.split
    return environment


def _clean(value: Any) -> Any:
    """Whatever the template prints comes through here, before it is escaped; Markup is the template's own."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
