"""Exercises as arguments of the command line: read by their slug, and completed by the shell."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checker.course import Exercise, find_course

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class SlugType(click.ParamType[Exercise]):
    """The slug of an exercise, completed by the shell."""

    name = "slug"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Exercise:
        """The exercise of that slug; a usage error names those that exist."""
        course = find_course(Path.cwd())
        exercise = course.find(str(value))
        if exercise is None:
            slugs = ", ".join(e.slug for e in course.exercises)
            self.fail(f"There is no exercise {value!r}; the exercises are {slugs}.", param, ctx)
        return exercise

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """The slugs that begin with what has been typed."""
        from click.shell_completion import CompletionItem

        exercises = find_course(Path.cwd()).exercises
        return [CompletionItem(e.slug) for e in exercises if e.slug.startswith(incomplete)]


class PathOrSlugType(click.ParamType[str]):
    """A notebook, a folder or a slug; the shell completes slugs and then files."""

    name = "path or slug"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Slugs first; where none fits, what the shell knows about files."""
        from click.shell_completion import CompletionItem

        return SlugType().shell_complete(ctx, param, incomplete) or [CompletionItem(incomplete, type="file")]


SLUG = SlugType()
