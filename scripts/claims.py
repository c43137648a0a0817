"""Counts the book's claims: executed, sourced only, and open."""

from pathlib import Path

from checker.book.claims import count, load_claims

for evidence, number in count(load_claims(Path(__file__).parent.parent / "book/claims")).items():
    print(f"{evidence:9} {number:4}")
