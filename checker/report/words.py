"""The words that the forms for people share, and text made safe to show in them."""

import re

from checker.course import Course, CourseError
from checker.result import Outcome, Report, RunError

WORDS = {
    Outcome.PASSED: "passed",
    Outcome.NEEDS_WORK: "needs work",
    Outcome.NOT_ATTEMPTED: "not attempted",
    Outcome.NOT_JUDGED: "not judged",
    Outcome.SKIPPED: "skipped",
}
MARKS = {
    Outcome.PASSED: "✓",
    Outcome.NEEDS_WORK: "✗",
    Outcome.NOT_ATTEMPTED: "·",
    Outcome.NOT_JUDGED: "!",
    Outcome.SKIPPED: "-",
}
MAX_SHOWN = 2000
"""A longer text is cut: nobody reads more. The JSON report alone has it whole."""

_LINE_END = re.compile(r"\r\n?")
_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
_UNFIT = dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], 0xFFFD)


def printable(text: str) -> str:
    """The text without what moves a cursor, hides words or cannot be encoded, and no longer than MAX_SHOWN.

    Messages may quote a learner's output. A terminal would obey an escape sequence in it (and could
    be made to print a verdict of its own), XML 1.0 forbids most control characters, and UTF-8 has
    no surrogates. Colours and line ends are tidied; anything else is shown as a sign that stands for it.
    """
    start = text[: MAX_SHOWN + 1000]  # enough for escape sequences that fall away; the rest need not be looked at
    clean = _ESCAPE_SEQUENCE.sub("", _LINE_END.sub("\n", start)).translate(_PICTURES | _UNFIT)
    if len(text) == len(start) and len(clean) <= MAX_SHOWN:
        return clean
    return f"{clean[:MAX_SHOWN]}… (cut: the whole has {len(text):,} characters)"


def where(error: RunError) -> str:
    """`cell 4, line 2: ` as far as it is known."""
    if error.cell is None:
        return ""
    if error.line is None:
        return f"cell {error.cell} "
    return f"cell {error.cell}, line {error.line}: "


def counts(report: Report) -> str:
    """`2 passed, 1 needs work`."""
    said = [(sum(e.outcome is outcome for e in report.exercises), word) for outcome, word in WORDS.items()]
    return ", ".join(f"{count} {word}" for count, word in said if count) or "nothing to grade"


def place_in_book(label: str, course: Course) -> str:
    """The page that explains it, or the bare label: an author's slip must not cost a learner the verdict."""
    try:
        return course.page_of(label)
    except CourseError:
        return label
