"""The command line: maps options to verbs, nothing else. Heavy modules are imported where a verb needs them."""

import os
import secrets
import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checker.author.commands import author
from checker.course import Course, CourseError, Exercise, find_course
from checker.report.forms import FORMS, STDOUT, FormError, destinations, write_all
from checker.slugs import SLUG, PathOrSlugType

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rich.console import Console

    from checker.result import ExerciseResult
    from checker.run.isolation import Isolation
    from checker.submission import Submission


def _report_options(command: Any) -> Any:
    """`--json FILE` and its like, one option for each form of report."""
    for name, form in reversed(FORMS.items()):
        path = click.Path(dir_okay=False, allow_dash=True)
        text = f"Write the report {form.purpose}; - for standard output."
        command = click.option(f"--{name}", name, type=path, metavar="FILE", help=text)(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tuning-checker", message="checker %(version)s")
def cli() -> None:
    """Grades the tuning exercises by what your notebook computes.

    \b
    Begin with:  checker grade welcome
    Complete slugs in bash:  eval "$(_CHECKER_COMPLETE=bash_source checker)"
    (zsh_source and fish_source for those shells)
    """


cli.add_command(author)


@cli.command()
@click.argument("names", nargs=-1, type=PathOrSlugType(), metavar="[PATH or SLUG]...")
@_report_options
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Grade with the data and parameters of an earlier report."
)
@click.option("--as", "slug", type=SLUG, help="Grade as this exercise what does not say which one it is.")
@click.option(
    "--isolation",
    type=click.Choice(["process", "sandbox"]),
    help="How far the notebooks are kept apart from this machine; the sandbox (bubblewrap) where it works.",
)
@click.option("--fresh", is_flag=True, help="Grade what has not changed since its last verdict, too.")
@click.option("--container", metavar="COMMAND", help="Start each kernel behind this command; {scratch} is its folder.")
@click.option(
    "--limit", "limits", multiple=True, metavar="NAME=NUMBER", help="For example cell_seconds=120; repeatable."
)
@click.option("--spark", metavar="MASTER", help="Grade on Spark: spark://HOST:PORT for a cluster, or local[2].")
@click.option("--debug", is_flag=True, help="Show the traceback where the checker itself failed.")
def grade(
    names: tuple[str, ...],
    seed: int | None,
    slug: Exercise | None,
    isolation: str | None,
    fresh: bool,
    container: str | None,
    limits: tuple[str, ...],
    spark: str | None,
    debug: bool,
    **files: str | None,
) -> None:
    """Run notebooks and judge them: all exercises, or those you name.

    Where nothing has changed since the last verdict, that one is shown.

    Ends with 0 if all passed, 1 if something needs work, 2 for a usage error, 3 if something could not be judged.

    Example:  checker grade hp-functions/objective
    """
    from rich.markup import escape

    from checker.collect import UnknownNameError, find_submissions, with_limits
    from checker.report.terminal import new_console, show_end, show_exercise, show_traceback
    from checker.result import Report
    from checker.run.isolation import choose_isolation
    from checker.study import log
    from checker.verdict_cache import keep, recall

    course = _course()
    try:
        reports = destinations(files)
        apart = choose_isolation(isolation, container, [course.root])
        found = find_submissions(course, names, slug.slug if slug else None)
        found = [with_limits(submission, limits) for submission in found]
    except (FormError, UnknownNameError, ValueError) as problem:
        raise click.UsageError(str(problem)) from problem
    console = new_console(stderr=STDOUT in reports.values())
    known = [None if fresh else recall(submission, apart, seed) for submission in found]
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    results = []
    unknown = [submission for submission, result in zip(found, known, strict=True) if result is None]
    with log.opened(course, seed, apart.level) as note, closing(_graded(unknown, spark, seed, apart)) as verdicts:
        for number, (submission, result) in enumerate(zip(found, known, strict=True), 1):
            if result is None:
                with console.status(f"{number} of {len(found)}: running {escape(submission.name)}"):
                    result = next(verdicts)
                keep(submission, apart, seed, result)
            note(result)
            show_exercise(result, course, console)
            if debug:
                show_traceback(result, console)
            _remember(submission, result, course, console)
            results.append(result)
    report = Report(tuple(results), seed, apart.level)
    show_end(report, course, console)
    try:
        write_all(report, course, reports)
    except FormError as problem:
        raise click.UsageError(str(problem)) from problem
    sys.exit(report.exit_code)


def _graded(
    submissions: "Sequence[Submission]", spark: str | None, seed: int, apart: "Isolation"
) -> "Generator[ExerciseResult]":
    """The verdicts, one after the other; nothing is imported for none."""
    if submissions:
        from checker.batch import grade_all

        yield from grade_all(submissions, _executor(len(submissions), spark, apart), seed, apart)


def _executor(submissions: int, spark: str | None, apart: "Isolation") -> "Executor":
    if spark is None:
        from checker.executors.local import graders_for

        return graders_for(submissions, apart)

    from checker.executors.spark import NoClusterError, SparkExecutor

    try:
        return SparkExecutor(spark, apart.can_fork)
    except NoClusterError as problem:
        raise click.UsageError(str(problem)) from problem


def _remember(submission: "Submission", result: "ExerciseResult", course: Course, console: "Console") -> None:
    from checker import progress
    from checker.collect import is_own
    from checker.report.words import unsaved

    if is_own(submission):
        try:
            progress.record(course, result)
        except OSError as error:
            console.print(unsaved(error), style="yellow")


@cli.command()
@click.argument("exercise", type=SLUG, metavar="[SLUG]", required=False)
def watch(exercise: Exercise | None) -> None:
    """Grade an exercise each time you save it; without a name, the next one that you have not passed.

    Example:  checker watch welcome
    """
    import asyncio

    from checker import progress
    from checker.report.terminal import new_console, next_step, show_exercise

    course, console = _course(), new_console()
    if not (console.is_terminal and sys.stdin.isatty()):
        raise click.UsageError("watch draws in a terminal, and this is none: `checker grade` prints a verdict.")
    exercise = exercise or progress.ahead(course) or course.exercises[0]
    _must_exist(exercise)

    from prompt_toolkit.input import create_input

    from checker.result import Report
    from checker.run.isolation import choose_isolation
    from checker.study.watch import watch as watch_exercise

    apart = choose_isolation(None, None, [course.root])
    result = asyncio.run(watch_exercise(course, exercise, apart, console, create_input()))
    if result is not None:
        show_exercise(result, course, console)
        console.print(f"[bold]Next:[/] {next_step(Report((result,), 0, apart.level), course)}")


@cli.command()
def status() -> None:
    """Show how far you are.

    Example:  checker status
    """
    from rich.table import Table

    from checker import progress
    from checker.report.terminal import STYLES, command, mark, new_console
    from checker.report.words import WORDS
    from checker.result import Outcome

    course, console = _course(), new_console()
    if fault := progress.unreadable(course):
        click.echo(f"{fault}\nIt counts as no progress: the next verdict puts it aside, in .checker.", err=True)
    known = progress.load(course)
    table = Table.grid(padding=(0, 2))
    for exercise in course.exercises:
        seen = known.get(exercise.slug)
        outcome = seen.outcome if seen else Outcome.NOT_ATTEMPTED
        word = WORDS[outcome] if seen else "not graded yet"
        table.add_row(
            f"[{STYLES[outcome]}]{mark(outcome, console)} {word}[/]",
            exercise.slug,
            exercise.title,
            f"{exercise.minutes} min",
        )
    console.print(table)
    passed = sum(known[e.slug].outcome is Outcome.PASSED for e in course.exercises if e.slug in known)
    console.print(f"{passed} of {len(course.exercises)} passed")
    ahead = progress.ahead(course)
    if ahead:
        console.print(f"[bold]Next:[/] `{command()} open {ahead.slug}`")


@cli.command()
@click.argument("exercise", type=SLUG, metavar="SLUG")
def hint(exercise: Exercise) -> None:
    """Show the next hint for the first check that needs work.

    Example:  checker hint welcome
    """
    from checker import progress
    from checker.report import words
    from checker.result import Outcome

    course = _course()
    seen = progress.load(course).get(exercise.slug)
    if seen is not None and seen.outcome is Outcome.PASSED:
        click.echo(f"{exercise.slug} passes: no hint needed.")
        return
    found = _or_usage_error(lambda: progress.next_hint(course, exercise.slug), "Your progress could not be saved")
    if found is None:
        click.echo(f"There is no failing check to give a hint for: run `checker grade {exercise.slug}` first.")
        return
    number, about = found
    click.echo(about.title)
    click.echo(words.hint(number, about, course))


@cli.command()
@click.argument("exercise", type=SLUG, metavar="SLUG")
def reset(exercise: Exercise) -> None:
    """Start an exercise afresh; your notebook is kept as a backup.

    Example:  checker reset hp-functions/objective
    """
    from checker import progress
    from checker.report import words
    from checker.study.reset import reset as reset_exercise

    course = _course()
    backup = _or_usage_error(lambda: reset_exercise(course, exercise), "Nothing was changed: no copy could be written")
    _or_usage_error(lambda: progress.forget(course, exercise.slug), "Your progress could not be saved")
    click.echo(words.fresh_again(exercise, backup))


@cli.command(name="open")
@click.argument("exercise", type=SLUG, metavar="SLUG")
def open_exercise(exercise: Exercise) -> None:
    """Open an exercise in JupyterLab, with the course's kernel.

    Example:  checker open welcome
    """
    _must_exist(exercise)
    click.echo(f"Opening {exercise.notebook} (Ctrl-C ends JupyterLab)")
    path = exercise.notebook.relative_to(exercise.root)
    options = ["--log-level=WARN"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a development container everybody is root
    os.chdir(exercise.root)
    # In the place of this process, so that whatever ends it ends JupyterLab.
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(path), *options])


@cli.command()
def doctor() -> None:
    """Check Python, packages, kernel, Java, write access and disk.

    Example:  checker doctor
    """
    from checker.doctor import examine
    from checker.report.terminal import new_console

    console = new_console()
    ill = False
    for finding in examine(_course()):
        ill = ill or finding.remedy is not None
        sign, style = ("x", "bold red") if finding.remedy else ("ok", "green")
        console.print(f"[{style}]{sign:<2}[/] {finding.subject}: {finding.found}", soft_wrap=True)
        if finding.remedy:
            console.print(f"   remedy: {finding.remedy}", markup=False, soft_wrap=True)
    sys.exit(3 if ill else 0)


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Serve there instead of at a free port.")
@click.option("--no-browser", is_flag=True, help="Serve only.")
def book(port: int, no_browser: bool) -> None:
    """Serve the built book on this machine and open it.

    Example:  checker book
    """
    from checker.book.serve import serve

    try:
        serve(_course().root / "_build" / "html", port, open_browser=not no_browser)
    except FileNotFoundError as problem:
        raise click.UsageError(str(problem)) from problem


@cli.command()
@click.argument("target", default=".", type=PathOrSlugType(), metavar="[SLUG or FOLDER]")
@click.option("--no-browser", is_flag=True, help="Serve only.")
def ui(target: str, no_browser: bool) -> None:
    """Show logged runs in MLflow's own UI: an exercise's, or those of this folder.

    Example:  checker ui hp-functions/objective
    """
    from checker.mlflow_ui import NoUIError, show

    if "DATABRICKS_RUNTIME_VERSION" in os.environ:  # set by all of its runtimes
        click.echo("On Databricks the workspace shows your runs: click Experiments in its sidebar.")
        return
    exercise = _course().find(target)
    folder = exercise.notebook.parent if exercise else Path(target)
    if not folder.is_dir():
        raise click.UsageError(f"There is no exercise and no folder {target!r}: `checker status` lists the exercises.")
    try:
        show(folder.resolve(), open_browser=not no_browser)
    except NoUIError as problem:
        raise click.UsageError(str(problem)) from problem


def main() -> None:
    """The `checker` command."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except CourseError as problem:
        click.echo(f"Error: {problem}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nStopped. Your files are as you left them.", err=True)
        sys.exit(130)


def _must_exist(exercise: Exercise) -> None:
    if not exercise.notebook.exists():
        raise click.UsageError(f"{exercise.notebook} is missing: `checker reset {exercise.slug}` brings it back.")


def _course() -> Course:
    return find_course(Path.cwd())


def _or_usage_error(action: Any, complaint: str) -> Any:
    try:
        return action()
    except OSError as error:
        raise click.UsageError(f"{complaint} ({error.strerror}: {error.filename}).") from error


if __name__ == "__main__":
    main()
