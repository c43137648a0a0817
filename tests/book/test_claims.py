"""Each claim of the book rests on something that exists."""

import re
from pathlib import Path

import pytest

from checker.book.claims import Claim, count, load_claims

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "book"
CLAIMS = {claim.id: claim for claim in load_claims(BOOK / "claims")}
PAGES = {page: page.read_text(encoding="utf-8") for page in BOOK.glob("*.md")}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_section_is_in_the_book(claim: Claim) -> None:
    assert any(f"({claim.section})=\n" in text for text in PAGES.values())


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS.values() if claim.cell], ids=lambda claim: claim.id)
def test_cell_asserts_the_claim(claim: Claim) -> None:
    page = next(text for text in PAGES.values() if f"({claim.section})=\n" in text)
    cells = re.findall(r"^```\{code-cell\}.*?^```$", page, re.MULTILINE | re.DOTALL)
    tagged = [cell for cell in cells if re.search(rf"tags:.*\bclaim-{claim.id}\b(?!-)", cell)]
    assert len(tagged) == 1
    assert re.search(r"^ *assert ", tagged[0], re.MULTILINE)


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS.values() if claim.test], ids=lambda claim: claim.id)
def test_test_exists(claim: Claim) -> None:
    assert claim.test is not None
    path, name = claim.test.split("::")
    assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_each_mark_in_a_page_names_a_claim() -> None:
    marks = {mark for text in PAGES.values() for mark in re.findall(r"\{claim\}`([\w-]+)`", text)}
    assert marks <= CLAIMS.keys()


def test_count_is_of_all_claims() -> None:
    counted = count(CLAIMS.values())
    assert sum(counted.values()) == len(CLAIMS)
    assert counted["executed"] == sum(bool(claim.cell or claim.test) for claim in CLAIMS.values()) > counted["open"]


def test_claim_that_rests_on_two_things(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text(
        'format_version = 1\n[[claim]]\nid = "a"\ntopic = "b"\ntruth = "c"\nsection = "d"\ncell = true\nopen = "e"\n'
    )
    with pytest.raises(ValueError) as fault:
        load_claims(tmp_path)
    assert str(fault.value) == (
        f"{tmp_path}/broken.toml:2: claim 1 (a): expected one of cell, test, source, open, found cell and open."
    )


def test_claim_that_is_there_twice(tmp_path: Path) -> None:
    entry = '[[claim]]\nid = "a"\ntopic = "b"\ntruth = "c"\nsection = "d"\nopen = "e"\n'
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(f"format_version = 1\n{entry}")
    with pytest.raises(ValueError, match="the claim a is there twice"):
        load_claims(tmp_path)
