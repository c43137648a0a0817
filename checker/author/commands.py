"""`checker author`: maps options to the authors' verbs, nothing else; each is imported where it is called."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from checker.course import CourseError, Exercise, find_course, shown
from checker.slugs import SLUG


@click.group()
def author() -> None:
    """For authors of exercises: CONTRIBUTING.md takes you through them."""


@author.command()
@click.argument("slug", required=False, metavar="[SLUG]", shell_complete=SLUG.shell_complete)
@click.option("--static", is_flag=True, help="Only what shows without running anything.")
def check(slug: str | None, static: bool) -> None:
    """Name every fault of an exercise, or of all: one sentence each, with its file and line.

    Ends with 0 if there is none, else with 1.

    Example:  checker author check hp-functions/objective --static
    """
    from checker.author.check import check as faults_of

    found = 0
    try:
        course = find_course(Path.cwd())
    except CourseError as faults:
        click.echo(str(faults))
        found = len(str(faults).splitlines())
    else:
        exercises = course.exercises if slug is None else [SLUG.convert(slug, None, None)]
        for sentence in faults_of(course, exercises, static, _tell):
            click.echo(sentence)
            found += 1
    click.echo("No fault found." if not found else f"{found} fault{'s' if found > 1 else ''} found.")
    sys.exit(1 if found else 0)


@author.command()
@click.argument("slug")
def new(slug: str) -> None:
    """Add an exercise that works and passes the gate, to be changed where it says TODO. Overwrites nothing.

    Example:  checker author new hp-functions/learning-rate
    """
    from checker.author.new import new as add

    course = find_course(Path.cwd())
    with _usage_errors():
        written = add(course, slug)
    for path in written:
        click.echo(f"wrote {shown(path)}")
    click.echo(f"Next: change each TODO in them; `checker author check {slug}` says what is wrong then.")


@author.command(name="try")
@click.argument("exercise", type=SLUG, metavar="SLUG")
@click.argument("name", required=False, metavar="[MISTAKE]")
def try_(exercise: Exercise, name: str | None) -> None:
    """Show the message of a mistake as a learner would read it; without a name, the solution and every mistake.

    The name is one of the exercise's bank, or starter, or solution.

    Example:  checker author try welcome accuracy-as-loss
    """
    from checker.author.preview import chosen, show
    from checker.author.trials import trials_of
    from checker.report.terminal import new_console

    course = find_course(Path.cwd())
    with _usage_errors():
        trials = chosen(trials_of(course, exercise), name)
    show(trials, course, new_console())


@author.command()
@click.argument("exercise", type=SLUG, metavar="[SLUG]", required=False)
def release(exercise: Exercise | None) -> None:
    """Write exercises/ from solutions/: one exercise, or all.

    What somebody has worked on is copied to .checker/backups first.

    Example:  checker author release hp-functions/objective
    """
    from checker.author.release import release as release_all

    course = find_course(Path.cwd())
    with _usage_errors():
        written = release_all(course, [exercise] if exercise else course.exercises)
    for one in written:
        click.echo(f"wrote {shown(one.path)}")
        if one.backup is not None:
            click.echo(f"  somebody had worked on it: that is kept in {shown(one.backup)}")
    if not written:
        click.echo("exercises/ is what solutions/ gives")


@contextmanager
def _usage_errors() -> Iterator[None]:
    """What an author has to mend first is a sentence and no traceback."""
    from checker.author.gate.words import FaultError

    try:
        yield
    except (CourseError, FaultError, ValueError) as fault:
        raise click.UsageError(str(fault)) from fault
    except OSError as error:
        raise click.UsageError(f"{shown(Path(error.filename))}: {error.strerror}.") from error


def _tell(what: str) -> None:
    """Progress goes beside the sentences."""
    click.echo(what, err=True)
