"""Grids in words."""

from typing import Any


def sizes_of(grid: Any) -> str:
    """`4 x 3` for a dict with four and three options, `4 x 3 and 2` for a list of dicts."""
    grids = grid if isinstance(grid, list) else [grid]
    return " and ".join(" x ".join(str(len(options)) for options in one.values()) for one in grids)
