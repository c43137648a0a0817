"""What the book claims, and on what each claim rests; `claims.schema.json` says what a file of claims holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from checker.book.data_file import read_data_file

SCHEMA = Path(__file__).with_name("claims.schema.json")

Evidence = Literal["executed", "sourced", "open"]


@dataclass(frozen=True)
class Claim:
    """One claim of a chapter, in Markdown.

    `exam` is what the exam expects and `said` what study sites say, where that differs from `truth`.
    It rests on a `cell` of the book with the tag `claim-ID`, on a `test`, or on a `source` last read
    on `read` (YYYY-MM-DD). With none of them it is open, and `open` says why.
    """

    chapter: str
    id: str
    topic: str
    truth: str
    section: str
    exam: str | None = None
    said: str | None = None
    cell: bool = False
    test: str | None = None
    source: str | None = None
    read: str | None = None
    open: str | None = None

    @property
    def evidence(self) -> Evidence:
        """How sure it is."""
        if self.cell or self.test:
            return "executed"
        return "sourced" if self.source else "open"


def load_claims(folder: Path) -> tuple[Claim, ...]:
    """The claims of all TOML files of a folder. Raises ValueError that says which file is wrong, and where."""
    claims = [
        Claim(path.stem, **entry)
        for path in sorted(folder.glob("*.toml"))
        for entry in read_data_file(path, SCHEMA)["claim"]
    ]
    twice = [name for name, count in Counter(claim.id for claim in claims).items() if count > 1]
    if twice:
        raise ValueError(f"{folder}: the claim {twice[0]} is there twice.")
    return tuple(claims)


def count(claims: Iterable[Claim]) -> dict[Evidence, int]:
    """How many claims are executed, sourced only, and open."""
    counted = Counter(claim.evidence for claim in claims)
    return {"executed": counted["executed"], "sourced": counted["sourced"], "open": counted["open"]}
