"""Made-up runs and records that the tests of several subjects share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from checker.checks.exam import NeedsWork
from checker.evidence import RunRecord

NAN, INFINITY = float("nan"), float("inf")


def even(low: float, high: float, log: bool = False, n: int = 400) -> list[float]:
    """`n` draws as even as can be."""
    return (np.geomspace(low, high, n) if log else np.linspace(low, high, n)).tolist()


def run(name: str, parent: str | None = "search", **changes: Any) -> RunRecord:
    """A run whose id is its name; by default a finished child of `search`."""
    values = {"experiment": "tuning", "status": "FINISHED", **changes}
    return RunRecord(run_id=name, parent_id=parent, name=name, **values)


def trial(number: int, loss: float | None, **params: str) -> RunRecord:
    """A child run with its parameters and, unless it failed, its loss."""
    if loss is None:
        return run(f"trial {number}", params=params, status="FAILED")
    return run(f"trial {number}", params=params, metrics={"loss": loss})


PARENT = run("search", None, metrics={"loss": -0.9}, params={"max_depth": "2"})


CHILDREN = [trial(depth, -0.7 - depth / 10, max_depth=str(depth)) for depth in (1, 2)]


def said(word: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(NeedsWork) as caught:
        word()
    return caught.value.found, caught.value.expected
