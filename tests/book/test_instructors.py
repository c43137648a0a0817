"""The instructors' page says what is true: about the limits, and about each attack."""

import re
import tomllib
from dataclasses import asdict

from checker.limits import Limits
from tests.conftest import ROOT

PAGE = (ROOT / "book" / "instructors.md").read_text(encoding="utf-8")
ATTACKS = tomllib.loads((ROOT / "tests" / "attacks.toml").read_text(encoding="utf-8"))["attack"]
LEVELS = ("process", "sandbox")


def table(head: str) -> list[list[str]]:
    """The rows of the table whose head begins with that."""
    lines = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_limits_are_the_defaults() -> None:
    assert {row[0].strip("`"): float(row[1]) for row in table("Limit")} == asdict(Limits())


def test_each_attack_is_named_once_and_with_its_levels() -> None:
    said = [
        (name, dict(zip(LEVELS, levels, strict=True)))
        for _, *levels, names in table("What a notebook may try")
        for name in re.findall(r"`([^`]+)`", names)
    ]
    tried = [
        (attack["name"], {level: "yes" if level in attack.get("levels", LEVELS) else "no" for level in LEVELS})
        for attack in ATTACKS
    ]
    assert sorted(said, key=str) == sorted(tried, key=str)
