"""The report for people at a terminal: legible without colour too."""

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker.course import Course
from checker.result import CheckResult, ExerciseResult, Outcome, Report, RunError

WORDS = {
    Outcome.PASSED: "passed",
    Outcome.NEEDS_WORK: "needs work",
    Outcome.NOT_ATTEMPTED: "not attempted",
    Outcome.NOT_JUDGED: "not judged",
    Outcome.SKIPPED: "skipped",
}
STYLES = {
    Outcome.PASSED: "green",
    Outcome.NEEDS_WORK: "bold red",
    Outcome.NOT_ATTEMPTED: "dim",
    Outcome.NOT_JUDGED: "bold yellow",
    Outcome.SKIPPED: "dim",
}
_MARKS = {
    Outcome.PASSED: "✓",
    Outcome.NEEDS_WORK: "✗",
    Outcome.NOT_ATTEMPTED: "·",
    Outcome.NOT_JUDGED: "!",
    Outcome.SKIPPED: "-",
}
_PLAIN_MARKS = {Outcome.PASSED: "ok", Outcome.NEEDS_WORK: "x", Outcome.NOT_ATTEMPTED: "."}


def mark(outcome: Outcome, console: Console) -> str:
    """A sign for the outcome that the terminal's encoding has."""
    return _MARKS[outcome] if "utf" in console.encoding else _PLAIN_MARKS.get(outcome, _MARKS[outcome])


def show_exercise(result: ExerciseResult, course: Course, console: Console) -> None:
    """One exercise: a line if there is nothing to do, else every check and what to do."""
    exercise = course.find(result.id)
    title = f"  {exercise.title}" if exercise else ""
    head = Text.assemble(
        (f"{mark(result.outcome, console)} {WORDS[result.outcome]:<13}", STYLES[result.outcome]),
        (f"  {result.id}", "bold"),
        title,
    )
    if result.outcome is Outcome.PASSED:
        head.append(f"  ({len(result.checks)} checks, {result.seconds:.1f} s)", "dim")
    console.print(head, no_wrap=True, overflow="ellipsis")
    if result.outcome in (Outcome.PASSED, Outcome.NOT_ATTEMPTED):
        return
    if result.error is not None:
        console.print(
            Padding(Text(f"{result.notebook}: {where(result.error)}{result.error.message}", "red"), (0, 0, 0, 4))
        )
    for check in result.checks:
        _show_check(check, course, console)
    console.print()


def where(error: RunError) -> str:
    """`cell 4, line 2: ` as far as it is known."""
    if error.cell is None:
        return ""
    if error.line is None:
        return f"cell {error.cell} "
    return f"cell {error.cell}, line {error.line}: "


def show_end(report: Report, course: Course, console: Console) -> None:
    """The counts, the seed, and in the last line what to do next."""
    counts = {outcome: sum(e.outcome is outcome for e in report.exercises) for outcome in WORDS}
    said = ", ".join(f"{count} {WORDS[outcome]}" for outcome, count in counts.items() if count)
    console.print(f"{said}  [dim](isolation: {report.isolation}; --seed {report.seed} repeats it)[/]")
    console.print(f"[bold]Next:[/] {escape(next_step(report, course))}")


def next_step(report: Report, course: Course) -> str:
    """What a learner should do after this report."""
    for result in report.exercises:
        if result.outcome is Outcome.NOT_JUDGED:
            return f"run `checker doctor`: {result.id} could not be judged."
    for result in report.exercises:
        if result.outcome is Outcome.NEEDS_WORK:
            if result.first_failing is None:
                return f"repair {result.notebook} and grade it again."
            return (
                f"`checker open {result.id}`, change it, grade it again; `checker hint {result.id}` for the next hint."
            )
    done = {result.id for result in report.exercises if result.outcome is Outcome.PASSED}
    for exercise in course.exercises:
        if exercise.slug not in done:
            return f"`checker open {exercise.slug}` ({exercise.title}, about {exercise.minutes} minutes)."
    return "nothing: every exercise passes."


def _show_check(check: CheckResult, course: Course, console: Console) -> None:
    style = STYLES[check.outcome]
    note = "" if check.outcome in (Outcome.PASSED, Outcome.NEEDS_WORK) else f"  ({WORDS[check.outcome]})"
    line = Text.assemble((mark(check.outcome, console), style), f" {check.title}", (note, "dim"))
    console.print(Padding(line, (0, 0, 0, 4)))
    if check.found is None:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("found", Text(check.found))
    table.add_row("expected", Text(check.expected or ""))
    if check.hint:
        table.add_row("hint 1 of 3", Text(check.hint))
    if check.book:
        table.add_row("book", Text(f"{course.page_of(check.book)} (`checker book` opens it)"))
    console.print(Padding(table, (0, 0, 0, 8)))
