"""The manifest: what it may say, and a sentence for each fault."""

import re
from pathlib import Path

import pytest

from checker.course import CourseError, load_course
from checker.limits import Limits
from checker.result import Outcome
from tests.conftest import COURSE

ENTRY = {
    "slug": '"hp-functions/objective"',
    "title": '"An objective"',
    "minutes": "15",
    "objectives": '["Associate: tune"]',
    "book": '"hp-objective"',
}
FIRST = """\
format_version = 1

[[exercise]]
slug = "welcome"
title = "Welcome"
minutes = 5
objectives = ["Associate: tune"]
book = "hp-sign"
"""


def manifest(tmp_path: Path, **changes: str | None) -> Path:
    """A course of two exercises; the second has these changes, and None takes a key away."""
    entry = {key: value for key, value in {**ENTRY, **changes}.items() if value is not None}
    lines = "\n".join(f"{key} = {value}" for key, value in entry.items())
    (tmp_path / "course.toml").write_text(f"{FIRST}\n[[exercise]]\n{lines}\n", encoding="utf-8")
    return tmp_path


def faults(root: Path) -> list[str]:
    with pytest.raises(CourseError) as raised:
        load_course(root)
    return str(raised.value).replace(f"{root}/", "").split("\n")


def test_an_exercise_with_everything(tmp_path: Path) -> None:
    root = manifest(tmp_path, starts_as='"needs_work"', spark="true", limits="{ cell_seconds = 120 }")
    first, second = load_course(root).exercises
    assert (first.starts_as, first.spark, first.limits) == (Outcome.NOT_ATTEMPTED, False, Limits())
    assert (second.slug, second.minutes, second.starts_as) == ("hp-functions/objective", 15, Outcome.NEEDS_WORK)
    assert (second.spark, second.runs, second.limits) == (True, False, Limits(cell_seconds=120))
    assert second.objectives == ("Associate: tune",)
    assert second.notebook == root / "exercises" / "hp-functions" / "objective.ipynb"


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"minutes": '"10"'}, 13, 'minutes: expected an integer, one or more, found the text "10".'),
        ({"minutes": "0"}, 13, "minutes: expected an integer, one or more, found the number 0."),
        ({"title": None}, 10, "the key title is missing."),
        ({"objectives": '"Associate: tune"'}, 14, 'objectives: expected a list of one or more, found the text "Assoc'),
        ({"objectives": "[]"}, 14, "objectives: expected a list of one or more, found a list of 0."),
        ({"objectives": "[3]"}, 14, "objectives 1: expected a text, found the number 3."),
        ({"minuets": "3"}, 16, "minuets: this key is unknown; did you mean minutes?"),
        (
            {"starts_as": '"needswork"'},
            16,
            'starts_as: expected one of not_attempted, needs_work, found the text "needswork"; '
            "did you mean needs_work?",
        ),
        ({"spark": '"yes"'}, 16, 'spark: expected true or false, found the text "yes".'),
        (
            {"limits": "{ cell_second = 5 }"},
            16,
            "limits: cell_second: this key is unknown; did you mean cell_seconds?",
        ),
        ({"limits": "{ memory_mb = 0.5 }"}, 16, "limits: memory_mb: expected an integer, found the number 0.5."),
        ({"limits": "{ cell_seconds = -5 }"}, 16, "limits: the limit cell_seconds needs a positive number, not -5."),
        ({"limits": "{ cell_seconds = inf }"}, 16, "limits: the limit cell_seconds needs a positive number, not inf."),
    ],
)
def test_a_fault_has_its_place_and_its_type(
    tmp_path: Path, changes: dict[str, str | None], line: int, said: str
) -> None:
    [found] = faults(manifest(tmp_path, **changes))
    assert found.startswith(f"course.toml:{line}: exercise 2 (hp-functions/objective): {said}")


@pytest.mark.parametrize("slug", ["HP/objective", "a/b/c", "hp_functions/objective", "a b", "", "a/", "-a", "a\\n"])
def test_a_slug_that_is_none(tmp_path: Path, slug: str) -> None:
    [found] = faults(manifest(tmp_path, slug=f'"{slug}"'))
    assert re.match(r"course.toml:11: exercise 2.*: slug: expected chapter/name in lower case, found the text ", found)


def test_a_slug_that_is_there_twice(tmp_path: Path) -> None:
    assert faults(manifest(tmp_path, slug='"welcome"')) == [
        "course.toml:11: exercise 2 (welcome): slug: exercise 1 has the same."
    ]


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    assert len(faults(manifest(tmp_path, minutes='"x"', title="3", slug="[]", book=None))) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format_version = 2\nexercise = 5", "course.toml has format_version 2; this checker reads 1."),
        ("format_version = 1", "course.toml:1: the key exercise is missing."),
        ("exercise = []", "course.toml:1: the key format_version is missing."),
        ("format_version = 1\nexercise = []", "course.toml:2: exercise: expected one exercise or more, found a list"),
        ("[[exercise", "course.toml: not TOML: "),
    ],
)
def test_a_manifest_that_is_none(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "course.toml").write_text(text)
    assert faults(tmp_path)[0].startswith(said)


def test_a_manifest_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_bytes(b"\xff")
    assert faults(tmp_path)[0].startswith("course.toml cannot be read: 'utf-8' codec can't decode")


def test_find_and_the_book() -> None:
    assert COURSE.find("welcome") is COURSE.exercises[0]
    assert COURSE.find("welcom") is None
    assert COURSE.page_of("hp-sign") == "book/hp-functions.html#hp-sign"
