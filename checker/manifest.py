"""The form of the manifest `course.toml`: its keys, and what each of them may be."""

import tomllib
from typing import Annotated, Literal

from msgspec import Meta, Struct

from checker.limits import DEFAULT_LIMITS, Limits
from checker.schema import FaultyData, Text, line_of, read_toml

FORMAT_VERSION = 1

_NAME = "[a-z0-9]+(-[a-z0-9]+)*"
Slug = Annotated[str, Meta(pattern=rf"^({_NAME}/)?{_NAME}\Z", description="chapter/name in lower case")]


class Entry(Struct, frozen=True):
    """One exercise; `checker.course.Exercise` says what its keys mean."""

    slug: Slug
    title: Text
    minutes: Annotated[int, Meta(ge=1, description="an integer, one or more")]
    objectives: Annotated[tuple[Text, ...], Meta(min_length=1, description="a list of one or more")]
    book: Text
    starts_as: Literal["not_attempted", "needs_work"] = "not_attempted"
    spark: bool = False
    runs: bool = False
    limits: Limits = DEFAULT_LIMITS


class _Manifest(Struct):
    format_version: Literal[1]
    exercise: Annotated[tuple[Entry, ...], Meta(min_length=1, description="one exercise or more")]


def read_manifest(text: str, name: str) -> tuple[Entry, ...]:
    """The exercises of the manifest's text. Raises FaultyData, whose sentences call the file `name`."""
    try:
        entries = read_toml(text, _Manifest, name).exercise
    except FaultyData as faults:
        version = _version(text)
        if version == FORMAT_VERSION:
            raise
        # Then its keys may mean other things: nothing else is said of them.
        raise FaultyData([f"{name} has format_version {version}; this checker reads {FORMAT_VERSION}."]) from faults
    slugs = [entry.slug for entry in entries]
    twice = [
        f"{name}:{line_of(('exercise', place, 'slug'), text)}: exercise {place + 1} ({slug}): "
        f"slug: exercise {slugs.index(slug) + 1} has the same."
        for place, slug in enumerate(slugs)
        if slugs.index(slug) < place
    ]
    if twice:
        raise FaultyData(twice)
    return entries


def _version(text: str) -> object:
    """The version that the text says it has; ours where it says nothing, or nothing that can be read."""
    try:
        return tomllib.loads(text).get("format_version", FORMAT_VERSION)
    except tomllib.TOMLDecodeError:
        return FORMAT_VERSION
