"""The report as JUnit XML, which CI systems read: a suite for each exercise, a test case for each check."""

from collections import Counter
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from checker.report.words import WORDS, said
from checker.result import CheckResult, ExerciseResult, Outcome, Report
from checker.text import printable

_TAGS = {
    Outcome.NEEDS_WORK: "failure",
    Outcome.NOT_JUDGED: "error",
    Outcome.NOT_ATTEMPTED: "skipped",
    Outcome.SKIPPED: "skipped",
}


def to_junit(report: Report) -> str:
    """The report as JUnit XML. A run error is a test case of its own, for CI systems count nothing else."""
    root = Element("testsuites", name="checker grade")
    times_graded = Counter(exercise.id for exercise in report.exercises)
    for exercise in report.exercises:
        # A CI system takes two test cases of the same name for one, so a batch also names the notebook.
        alone = exercise.id and times_graded[exercise.id] == 1
        name = exercise.id if alone else f"{exercise.id} ({exercise.notebook})".strip()
        _add_suite(root, exercise, printable(name), report)
    _count(root, sum(exercise.seconds for exercise in report.exercises))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _add_suite(root: Element, exercise: ExerciseResult, name: str, report: Report) -> None:
    notebook = printable(exercise.notebook)
    suite = SubElement(root, "testsuite", name=name)
    properties = SubElement(suite, "properties")
    about = {
        "outcome": exercise.outcome.value,
        "notebook": notebook,
        "seed": str(report.seed_of(exercise)),
        "isolation": report.isolation,
    }
    for key, value in about.items():
        SubElement(properties, "property", name=key, value=value)
    if exercise.error is not None:
        text = printable(said(exercise.error))
        case = SubElement(
            suite, "testcase", classname=name, name="The notebook runs from its first cell to its last.", file=notebook
        )
        SubElement(case, "error", type="run_error", message=text).text = f"{notebook}: {text}"
    for check in exercise.checks:
        case = SubElement(suite, "testcase", classname=name, name=printable(check.title), file=notebook)
        _add_outcome(case, check)
    _count(suite, exercise.seconds)


def _add_outcome(case: Element, check: CheckResult) -> None:
    tag = _TAGS.get(check.outcome)
    if tag is None:
        return
    lines = [("found", check.found), ("expected", check.expected), ("hint", check.hint)]
    message = WORDS[check.outcome] if check.found is None else printable(check.found)
    outcome = SubElement(case, tag, type=check.outcome.value, message=message)
    outcome.text = "\n".join(f"{label}: {printable(text)}" for label, text in lines if text) or None


def _count(element: Element, seconds: float) -> None:
    element.set("tests", str(len(list(element.iter("testcase")))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(len(list(element.iter(tag)))))
    element.set("time", f"{seconds:.2f}")
