"""The map says what is there: each path exists, and no module imports from a room that the map has further up."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAP = (ROOT / "MAP.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "checker"


def table(heading: str) -> list[list[str]]:
    """The cells of the rows of the table below a heading."""
    part = MAP.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


LAYERS = {room: place for place, row in enumerate(table("The rooms")) for room in re.findall(r"`(\w+)`", row[0])}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(module: str) -> str:
    return module.split(".")[1]


def imported(module: str) -> set[str]:
    """The modules of the checker that it imports, wherever in its code."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return {name for name in found if name in MODULES and name not in (module, "checker")}


# The package itself is only a door: `%load_ext checker` leads through it.
INSIDE = [module for module in MODULES if module != "checker"]


def test_every_room_is_on_the_map() -> None:
    assert {room_of(module) for module in INSIDE} == LAYERS.keys()


@pytest.mark.parametrize("module", INSIDE)
def test_a_module_imports_from_its_own_level_or_from_below(module: str) -> None:
    upward = [other for other in imported(module) if LAYERS[room_of(other)] > LAYERS[room_of(module)]]
    assert not upward
    if room_of(module) == "runtime":
        assert {room_of(other) for other in imported(module)} <= {"runtime"}


def test_there_is_no_circle_of_modules_and_none_of_rooms() -> None:
    TopologicalSorter({module: imported(module) for module in INSIDE}).prepare()
    rooms: dict[str, set[str]] = {}
    for module in INSIDE:
        rooms.setdefault(room_of(module), set()).update(room_of(other) for other in imported(module))
    TopologicalSorter({room: others - {room} for room, others in rooms.items()}).prepare()


def test_what_the_map_names_is_there() -> None:
    paths = re.findall(r"`([\w/]+(?:/|\.py|\.toml|\.md))`", MAP)
    bases = (ROOT, PACKAGE, ROOT / "tests", PACKAGE / "runtime")
    missing = [path for path in paths if not any((base / path).exists() for base in bases)]
    assert not missing


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {module: path for module, path in MODULES.items() if len(path.read_text("utf-8").splitlines()) > 400}
    assert not long
