"""The report for people at a terminal: legible without colour too."""

import io
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker.course import Course, shown
from checker.faults import FaultKind, is_learners
from checker.report.words import MARKS, WORDS, counts, moment, place_in_book, said
from checker.result import CheckResult, ExerciseResult, Outcome, Report
from checker.text import printable

STYLES = {
    Outcome.PASSED: "green",
    Outcome.NEEDS_WORK: "bold red",
    Outcome.NOT_ATTEMPTED: "dim",
    Outcome.NOT_JUDGED: "bold yellow",
    Outcome.SKIPPED: "dim",
}
_PLAIN_MARKS = {Outcome.PASSED: "ok", Outcome.NEEDS_WORK: "x", Outcome.NOT_ATTEMPTED: "."}


def new_console(stderr: bool = False) -> Console:
    """The terminal, or wherever the output goes; a terminal that lacks a character shows ? and not a traceback."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def mark(outcome: Outcome, console: Console) -> str:
    """A sign for the outcome that the terminal's encoding has."""
    return MARKS[outcome] if "utf" in console.encoding else _PLAIN_MARKS.get(outcome, MARKS[outcome])


def show_exercise(result: ExerciseResult, course: Course, console: Console) -> None:
    """One exercise: a line if there is nothing to do, else every check and what to do."""
    # Said again here, for printing drops the text's own.
    console.print(headline(result, course, console), no_wrap=True, overflow="ellipsis")
    if result.outcome in (Outcome.PASSED, Outcome.NOT_ATTEMPTED):
        return
    for part in details(result, course, console, explained=result.checks):
        console.print(part)
    console.print()


def headline(result: ExerciseResult, course: Course, console: Console) -> Text:
    """The outcome of an exercise in one line."""
    exercise = course.find(result.id)
    about = f"  {printable(result.notebook)}"  # of many that are handed in: whose it is
    if exercise is not None and result.notebook in (shown(exercise.notebook), shown(exercise.solution)):
        about = f"  {exercise.title}"
    head = Text.assemble(
        (f"{mark(result.outcome, console)} {WORDS[result.outcome]:<13}", STYLES[result.outcome]),
        (f"  {printable(result.id)}" if result.id else "", "bold"),
        about,
        no_wrap=True,
        overflow="ellipsis",
    )
    if result.kept is not None and result.outcome is not Outcome.NOT_ATTEMPTED:
        head.append(f"  (unchanged since {moment(result.kept)})", "dim")
    elif result.outcome is Outcome.PASSED:
        head.append(f"  ({len(result.checks)} checks, {result.seconds:.1f} s)", "dim")
    return head


def details(
    result: ExerciseResult, course: Course, console: Console, explained: Collection[CheckResult]
) -> Iterator[RenderableType]:
    """What ended the run, and a line for each check; with what to do for those `explained`."""
    if result.error is not None:
        about = said(result.error)
        if is_learners(result.error.kind):
            about = f"{result.notebook}: {about}"
        yield Padding(Text(printable(about), "red"), (0, 0, 0, 4), expand=False)
    for check in result.checks:
        yield _line(check, console)
        if check in explained and check.found is not None:
            yield _explanation(check, course)


def show_traceback(result: ExerciseResult, console: Console) -> None:
    """What the checker's own failures left behind, for whoever asked."""
    for trace in result.tracebacks:
        console.print(Text(trace), style="dim")


def show_end(report: Report, course: Course, console: Console) -> None:
    """The counts, the seed, and in the last line what to do next."""
    kept = [result.kept is not None for result in report.exercises]
    about = [f"isolation: {report.isolation}"]
    if not all(kept):
        about.append(f"--seed {report.seed} repeats it")
    if any(kept):
        about.append("--fresh grades what has not changed, too")
    console.print(f"{counts(report)}  [dim]({'; '.join(about)})[/]")
    console.print(f"[bold]Next:[/] {escape(printable(next_step(report, course)))}")


def next_step(report: Report, course: Course) -> str:
    """What a learner should do after this report."""
    checker = command()
    for result in report.exercises:
        if result.outcome is Outcome.NOT_JUDGED:
            if result.error is not None and result.error.kind is FaultKind.UNREADABLE:
                return f"repair {result.notebook}, or ask for it once more."
            return f"`{checker} doctor` looks for the reason why {result.id} could not be judged."
    for result in report.exercises:
        if result.outcome is Outcome.NEEDS_WORK:
            if result.first_failing is None:
                return f"repair {result.notebook} and grade it again."
            return f"`{checker} open {result.id}` to change it, `{checker} hint {result.id}` for the next hint."
    graded = {result.id: result.outcome for result in report.exercises}
    left = [exercise for exercise in course.exercises if graded.get(exercise.slug) is not Outcome.PASSED]
    for exercise in sorted(left, key=lambda exercise: exercise.slug not in graded):
        return f"`{checker} open {exercise.slug}` (about {exercise.minutes} minutes)."
    return "nothing: every exercise passes."


def command() -> str:
    """How this shell calls the checker: by its path where .venv is not activated."""
    if shutil.which("checker"):
        return "checker"
    path = Path(sys.executable).parent / "checker"
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _line(check: CheckResult, console: Console) -> RenderableType:
    note = "" if check.outcome in (Outcome.PASSED, Outcome.NEEDS_WORK) else f"  ({WORDS[check.outcome]})"
    sign = (mark(check.outcome, console), STYLES[check.outcome])
    return Padding(Text.assemble(sign, f" {printable(check.title)}", (note, "dim")), (0, 0, 0, 4), expand=False)


def _explanation(check: CheckResult, course: Course) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("found", Text(printable(check.found or "")))
    table.add_row("expected", Text(printable(check.expected or "")))
    if check.hint:
        table.add_row("hint 1 of 3", Text(printable(check.hint)))
    if check.book:
        table.add_row("book", Text(printable(f"{place_in_book(check.book, course)} (`checker book` opens it)")))
    return Padding(table, (0, 0, 0, 8), expand=False)
