"""What the book claims, and on what each claim rests."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from checker.book.entries import Day, Id, Version, both_or_none, one_of, read_entries
from checker.schema import Text

Evidence = Literal["executed", "sourced", "open"]


class _Entry(Struct, frozen=True, kw_only=True):
    id: Id
    topic: Text
    truth: Text
    section: Text
    exam: Text | None = None
    said: Text | None = None
    cell: bool = False
    test: (
        Annotated[str, Meta(pattern=r"^tests/\S+[.]py::test_\w+\Z", description="tests/FILE.py::test_NAME")] | None
    ) = None
    source: Text | None = None
    read: Day | None = None
    open: Text | None = None

    def __post_init__(self) -> None:
        one_of(self, "cell", "test", "source", "open")
        both_or_none(self, "source", "read")


class Claim(_Entry, frozen=True, kw_only=True):
    """One claim of a chapter, in Markdown.

    `topic` is a few words, `section` the label of the section that teaches it. `exam` is what the exam expects and
    `said` what study sites say, where that differs from `truth`. It rests on a `cell` of the book with the tag
    `claim-ID` that asserts it, on a `test` that executes it, or on a `source` with an address, last read on `read`
    (YYYY-MM-DD). With none of them it is open, and `open` says why.
    """

    chapter: str

    @property
    def evidence(self) -> Evidence:
        """How sure it is."""
        if self.cell or self.test:
            return "executed"
        return "sourced" if self.source else "open"


class _File(Struct):
    format_version: Version
    claim: Annotated[tuple[_Entry, ...], Meta(min_length=1, description="one claim or more")]


def load_claims(folder: Path) -> tuple[Claim, ...]:
    """The claims of all TOML files of a folder. Raises ValueError that says which file is wrong, and where."""
    claims = [
        Claim(chapter=path.stem, **structs.asdict(entry))
        for path in sorted(folder.glob("*.toml"))
        for entry in read_entries(path, _File).claim
    ]
    twice = [name for name, count in Counter(claim.id for claim in claims).items() if count > 1]
    if twice:
        raise ValueError(f"{folder}: the claim {twice[0]} is there twice.")
    return tuple(claims)


def count(claims: Iterable[Claim]) -> dict[Evidence, int]:
    """How many claims are executed, sourced only, and open."""
    counted = Counter(claim.evidence for claim in claims)
    return {"executed": counted["executed"], "sourced": counted["sourced"], "open": counted["open"]}
