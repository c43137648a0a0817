"""Data that does not fit its type: a sentence for each fault, with the place and, in TOML, the line."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest

from checker.schema import FaultyData, line_of, read, read_toml


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True)
class Limits:
    seconds: float = 60
    megabytes: int = 500

    def __post_init__(self) -> None:
        if self.seconds <= 0:
            raise ValueError("the seconds must be more than none")


class Entry(msgspec.Struct, frozen=True):
    slug: str
    minutes: Annotated[int, msgspec.Meta(ge=1, description="a whole number of minutes")]
    colour: Colour = Colour.RED
    pairs: tuple[tuple[str, str], ...] = ()
    limits: Limits = Limits()
    note: str | None = None
    day: Annotated[str, msgspec.Meta(pattern=r"^\d{4}$", description="a year")] | None = None
    fine: bool = False


class File(msgspec.Struct):
    format_version: Literal[1]
    entry: list[Entry]
    by_name: dict[str, int] = {}


RIGHT: dict[str, Any] = {"slug": "welcome", "minutes": 5}


def faults(**changes: Any) -> list[str]:
    """What is said of a file with one entry more that has these changes; None takes a key away."""
    entry = {key: value for key, value in {**RIGHT, **changes}.items() if value is not None}
    with pytest.raises(FaultyData) as raised:
        read({"format_version": 1, "entry": [RIGHT, entry]}, File, "file.json")
    return str(raised.value).split("\n")


def test_data_that_fits() -> None:
    data = {**RIGHT, "pairs": [["a", "b"]], "limits": {"seconds": 5}, "note": None}
    assert read(data, Entry, "x") == Entry("welcome", 5, pairs=(("a", "b"),), limits=Limits(5))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"minutes": "10"}, 'minutes: expected a whole number of minutes, found the text "10".'),
        ({"minutes": 0}, "minutes: expected a whole number of minutes, found the number 0."),
        ({"minutes": True}, "minutes: expected a whole number of minutes, found true."),
        ({"minutes": None}, "the key minutes is missing."),
        ({"minuets": 3}, "minuets: this key is unknown; did you mean minutes?"),
        (
            {"x": 3},
            "x: this key is unknown; there are slug, minutes, colour, pairs, limits, note, day, fine.",
        ),
        ({"colour": "gren"}, 'colour: expected one of red, green, found the text "gren"; did you mean green?'),
        ({"colour": 3}, "colour: expected one of red, green, found the number 3."),
        ({"note": 3}, "note: expected a text, found the number 3."),
        ({"day": "today"}, 'day: expected a year, found the text "today".'),
        ({"fine": 1}, "fine: expected true or false, found the number 1."),
        ({"pairs": {}}, "pairs: expected a list, found a table."),
        ({"pairs": [["a", "b"], ["c", 1]]}, "pairs 2: 2: expected a text, found the number 1."),
        ({"pairs": [["a"]]}, "pairs 1: expected a list of 2, found a list of 1."),
        ({"limits": 3}, "limits: expected a table, found the number 3."),
        ({"limits": {"secs": 3}}, "limits: secs: this key is unknown; did you mean seconds?"),
        ({"limits": {"megabytes": 0.5}}, "limits: megabytes: expected an integer, found the number 0.5."),
        ({"limits": {"seconds": -1}}, "limits: the seconds must be more than none."),
        ({"slug": "a\x1b[2Jb", "fine": []}, "fine: expected true or false, found a list of 0."),
    ],
)
def test_a_fault_names_place_and_type(changes: dict[str, Any], said: str) -> None:
    name = changes.get("slug", "welcome").replace("\x1b[2J", "")
    assert faults(**changes) == [f"file.json: entry 2 ({name}): {said}"]


def test_every_fault_is_named() -> None:
    assert faults(minutes="10", fine="no", minuets=3) == [
        'file.json: entry 2 (welcome): minutes: expected a whole number of minutes, found the text "10".',
        'file.json: entry 2 (welcome): fine: expected true or false, found the text "no".',
        "file.json: entry 2 (welcome): minuets: this key is unknown; did you mean minutes?",
    ]


def test_a_fault_of_the_whole() -> None:
    with pytest.raises(FaultyData, match=r"^file.json: expected a table, found a list of 0.$"):
        read([], File, "file.json")


def test_a_fault_in_a_table_of_names() -> None:
    with pytest.raises(FaultyData, match=r"^file.json: by_name: a: expected an integer, found nothing.$"):
        read({"format_version": 1, "entry": [], "by_name": {"a": None}}, File, "file.json")


TOML = """\
format_version = 1

[[entry]]
slug = "one"
minutes = 5

[[entry]]
# minutes = 5
slug = "two"
pairs = [
    ["a", 3],
]
limits.seconds = "5"
"""


def test_a_fault_in_a_toml_file_has_its_line() -> None:
    with pytest.raises(FaultyData) as raised:
        read_toml(TOML, File, "file.toml")
    assert raised.value.sentences == (
        "file.toml:7: entry 2 (two): the key minutes is missing.",
        "file.toml:10: entry 2 (two): pairs 1: 2: expected a text, found the number 3.",
        'file.toml:13: entry 2 (two): limits: seconds: expected a number, found the text "5".',
    )


def test_a_file_that_is_no_toml() -> None:
    with pytest.raises(FaultyData, match=r"^file.toml: not TOML: Invalid value \(at line 2, column 5\).$"):
        read_toml("a = 1\nb = c", File, "file.toml")


def test_the_line_of_a_key_at_the_top() -> None:
    assert line_of(("format_version",), "# a\nformat_version = 2") == 2
