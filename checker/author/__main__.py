"""`python -m checker.author`: write exercises/ from solutions/."""

from pathlib import Path

import click

from checker.author.release import release
from checker.course import find_course


@click.command()
def main() -> None:
    """Write exercises/ from solutions/.

    Overwrites the notebooks in exercises/: an author's command, never a learner's.
    """
    course = find_course(Path.cwd())
    written = release(course)
    for path in written:
        click.echo(f"wrote {path.relative_to(course.root)}")
    if not written:
        click.echo("exercises/ is what solutions/ gives")


if __name__ == "__main__":
    main()
