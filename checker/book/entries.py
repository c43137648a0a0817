"""What the entries of the book's TOML files have in common."""

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

from checker.course import shown
from checker.schema import read_toml

T = TypeVar("T")

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", description="words in lower case, joined by -")]
"""It never changes, and is unique in the book."""

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d\Z", description="a day as the text YYYY-MM-DD")]
ExamName = Literal["Associate", "Professional"]
Version = Literal[1]


def read_entries(path: Path, as_type: type[T]) -> T:
    """The file as that type. Raises FaultyData, which names every fault with its line, and OSError."""
    return read_toml(path.read_text(encoding="utf-8"), as_type, shown(path))


def one_of(entry: Struct, *names: str) -> None:
    """Raises ValueError unless exactly one of these is given."""
    given = [name for name in names if getattr(entry, name)]
    if len(given) != 1:
        raise ValueError(f"expected one of {', '.join(names)}, found {' and '.join(given) or 'none'}")


def both_or_none(entry: Struct, first: str, second: str) -> None:
    """Raises ValueError where one is given without the other."""
    if (getattr(entry, first) is None) != (getattr(entry, second) is None):
        raise ValueError(f"expected both or neither of {first} and {second}")
