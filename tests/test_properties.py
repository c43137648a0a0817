"""What must hold for whatever a notebook, an answer or a report may contain."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.console import Console

from checker.evidence import Answer, Kind, decode
from checker.faults import FaultKind, RunError
from checker.report.csv_report import to_csv
from checker.report.html import to_html
from checker.report.json_report import to_json
from checker.report.junit import to_junit
from checker.report.terminal import show_end, show_exercise
from checker.result import CheckResult, ExerciseResult, Outcome, Report
from checker.run.isolation import Level
from checker.runtime.kernel.records import RECORDS, write
from checker.submission import read_submission
from checker.text import MAX_SHOWN
from tests.conftest import COURSE, ROOT

# No deadline: the machine may be busy. Derandomized: the same tests today and tomorrow.
settings.register_profile(
    "tests", deadline=None, max_examples=50, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")

VALIDATOR = Draft202012Validator(json.loads((ROOT / "checker/report/schema.json").read_text(encoding="utf-8")))

any_text = st.text(st.characters(), max_size=20)  # surrogates and control characters too
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)


def objects(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with the keys of a real one, each of them missing or holding anything now and then."""
    return st.fixed_dictionaries({}, optional={key: value | any_json for key, value in values.items()})


metadata = objects(
    kernelspec=objects(name=any_text, display_name=any_text, language=any_text),
    language_info=objects(name=st.sampled_from(["python", "Python", "R", "\ud800"])),
    checker=objects(exercise=any_text),
)
cells = objects(
    cell_type=st.sampled_from(["code", "markdown", "raw"]),
    source=any_text | st.lists(any_text, max_size=3),
    metadata=metadata,
    outputs=st.lists(
        objects(output_type=st.sampled_from(["stream", "error", "display_data"]), text=any_text), max_size=2
    ),
    execution_count=st.none() | st.integers(),
    id=any_text,
    input=any_text,
    language=any_text,
    level=st.integers(),
)
nearly_notebooks = objects(
    nbformat=st.sampled_from([2, 3, 4, 5]),
    nbformat_minor=st.integers(0, 6),
    metadata=metadata,
    cells=st.lists(cells, max_size=3),
    worksheets=st.lists(objects(cells=st.lists(cells, max_size=3), metadata=metadata), max_size=2),
)
notebooks = st.fixed_dictionaries(
    {
        "nbformat": st.just(4),
        "nbformat_minor": st.integers(0, 5),
        "metadata": st.fixed_dictionaries({}, optional={"checker": any_json, "name": any_json}),
        "cells": st.lists(
            st.fixed_dictionaries(
                {
                    "cell_type": st.just("code"),
                    "source": any_text | st.lists(any_text, max_size=3),
                    "metadata": st.just({}),
                    "outputs": st.just([]),
                    "execution_count": st.none(),
                }
            ),
            max_size=3,
        ),
    }
)
CODE_CELL = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}


@contextmanager
def written(raw: bytes) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.ipynb"
        path.write_bytes(raw)
        yield path


def reads_or_says_why(raw: bytes) -> None:
    with written(raw) as path:
        submission = read_submission(path, COURSE)
        if submission.exercise is None:
            assert submission.fault is not None
            assert re.fullmatch(r"a\.ipynb .*\.", submission.fault)
            assert submission.fault.isprintable()
            assert len(submission.fault) < 250
        else:
            assert all(submission.code)
            "".join(submission.code).encode("utf-8")  # what running it needs
        assert path.read_bytes() == raw


@given(st.binary())
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"1" * 5000)
def test_reading_any_bytes(raw: bytes) -> None:
    reads_or_says_why(raw)


@given(any_json | nearly_notebooks | notebooks)
@settings(max_examples=200)
@example({"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "a\nb" * 1000}}, "cells": []})
@example({"nbformat": 4, "nbformat_minor": 5, "metadata": {"checker": {"exercise": "\x1b[2J"}}, "cells": []})
@example({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{**CODE_CELL, "source": "x = '\ud800'"}]})
def test_reading_any_json(data: Any) -> None:
    reads_or_says_why(json.dumps(data).encode())


def is_an_answer(answer: Answer) -> bool:
    return (
        isinstance(answer.kind, Kind) and isinstance(answer.text, str) and len(answer.text) <= MAX_SHOWN + 1
    )  # and the sign that it was cut


@given(st.binary())
@example(b"\xef\xbb\xbf{}")
@example(b"\x00\x00\x00{")
@example(b'{"kind": "value", "value": ' + b"9" * 5000 + b"}")
def test_decoding_any_bytes(raw: bytes) -> None:
    assert is_an_answer(decode(raw))


nearly_written = st.recursive(
    any_json,
    lambda parts: st.builds(
        lambda kind, part, name, other: {kind: part if isinstance(part, list) else {name: part, "trials": other}},
        st.sampled_from(["dict", *RECORDS]),
        parts | st.lists(st.tuples(any_json, parts).map(list)),
        st.sampled_from(["values", "params", "type_name", "directions", "low"]),
        parts,
    ),
)


@given(objects(kind=st.just("value"), value=nearly_written))
@settings(max_examples=300)
def test_decoding_what_is_nearly_an_answer(data: Any) -> None:
    assert is_an_answer(decode(json.dumps(data).encode()))


scalars = st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False) | st.text()


@given(st.recursive(scalars, lambda parts: st.lists(parts) | st.dictionaries(st.text() | st.integers(0, 9), parts)))
def test_what_a_notebook_answers_arrives(value: Any) -> None:
    answer = decode(json.dumps({"kind": "value", "value": write(value)}).encode())
    assert answer.kind is Kind.VALUE and answer.value == value


@given(any_json | objects(kind=st.sampled_from(list(Kind)), value=any_json, text=any_text))
@example({"kind": "raised", "text": "x" * 5000})
@example({"kind": "raised", "text": "\ud800"})
def test_decoding_any_json(data: Any) -> None:
    assert is_an_answer(decode(json.dumps(data).encode()))


@pytest.mark.parametrize("depth", [10, 100, 500, 900, 990, 5000])
def test_decoding_nested_values(depth: int) -> None:
    answer = decode(b'{"kind": "value", "value": ' + b"[" * depth + b"]" * depth + b"}")
    assert is_an_answer(answer)
    repr(answer)  # a check may show it


maybe_text = st.none() | any_text
place = st.none() | st.integers(1, 10**6)
checks = st.builds(
    CheckResult, any_text, any_text, st.sampled_from(Outcome), maybe_text, maybe_text, maybe_text, maybe_text
)
exercises = st.builds(
    ExerciseResult,
    id=any_text | st.sampled_from([exercise.slug for exercise in COURSE.exercises]),
    notebook=any_text,
    outcome=st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.SKIPPED]),
    seconds=st.floats(0, 1e6),
    error=st.none() | st.builds(RunError, st.sampled_from(FaultKind), any_text, place, place),
    checks=st.lists(checks, max_size=4).map(tuple),
)
reports = st.builds(
    Report, st.lists(exercises, max_size=3).map(tuple), st.integers(0, 2**32 - 1), st.sampled_from(Level)
)


@given(reports)
def test_json_of_any_report_validates(report: Report) -> None:
    VALIDATOR.validate(json.loads(to_json(report)))


@given(reports)
def test_junit_of_any_report_parses_back(report: Report) -> None:
    root = ElementTree.fromstring(to_junit(report).encode("utf-8"))
    assert len(list(root.iter("testcase"))) == sum(len(e.checks) + (e.error is not None) for e in report.exercises)


@given(reports)
def test_csv_of_any_report_parses_back_without_a_formula(report: Report) -> None:
    rows = list(csv.reader(io.StringIO(to_csv(report).encode("utf-8").decode("utf-8"), newline="")))
    assert len(rows) == 1 + sum(max(1, len(e.checks) + (e.error is not None)) for e in report.exercises)
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r\n"))]


@given(reports)
def test_html_of_any_report_has_all_its_sections(report: Report) -> None:
    page = to_html(report, COURSE).encode("utf-8")
    assert page.count(b"<section") == len(report.exercises)
    assert page.count(b"<script") == 0


@given(reports)
def test_the_terminal_shows_any_report(report: Report) -> None:
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding="utf-8", write_through=True), width=80)
    for exercise in report.exercises:
        show_exercise(exercise, COURSE, console)
    show_end(report, COURSE, console)
    assert b"\x1b" not in raw.getvalue()
