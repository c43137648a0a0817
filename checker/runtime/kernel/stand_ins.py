"""What the grader puts in the place of a notebook's own objective, where a question is about the search around it.

A stand-in answers at once, so that a search of thirty trials costs what Hyperopt costs, and the grader knows each
loss without a single fit. The notebook's own objective has questions of its own.
"""

import inspect
import zlib
from collections.abc import Callable, Mapping, Sequence
from math import log10
from typing import Any

import numpy as np


def standing_in(function: Any, name: str, stand_in: Any) -> Callable[..., Any]:
    """`function`, which finds `stand_in` where the notebook has `name`, for as long as a call of it lasts.

    A function that does not look the name up when it is called has its own way, and finds what it always finds.
    """
    names = getattr(inspect.unwrap(function), "__globals__", {})
    if name not in names:
        return function  # type: ignore[no-any-return]

    def called(*args: Any, **kwargs: Any) -> Any:
        own = names[name]
        names[name] = stand_in
        try:
            return function(*args, **kwargs)
        finally:
            names[name] = own

    return called


def quick_loss(params: Mapping[str, Any], seed: Any, X: Any = 0.0, y: Any = 0) -> float:
    """A loss between 0 and 1 for the `C` and `gamma` of an `SVC`, which hangs on the seed and the data as a real one.

    It is lowest near `C` = 3 and the `gamma` that scikit-learn calls `scale` (one over columns times variance), and
    rises with each order of magnitude. Seed and labels move that point by up to a quarter of one each way.
    """
    columns = np.atleast_2d(X)
    scale = 1 / (columns.shape[1] * columns.var() + 1e-9)
    across, along = divmod(zlib.crc32(f"{seed} {np.asarray(y).tolist()}".encode()), 2**16)
    in_c = abs(log10(params["C"] / 3) + across / 2**17 - 0.25)
    in_gamma = abs(log10(params["gamma"] / scale) + along / 2**17 - 0.25)
    return float(0.05 + 0.9 * min(in_c / 6 + in_gamma / 10, 1))


def scripted(losses: Sequence[float]) -> Callable[[Any], dict[str, Any]]:
    """An objective of Hyperopt that gives these losses, one after the other, and then the last one again and again."""
    left = list(losses)

    def objective(params: Any) -> dict[str, Any]:
        return {"loss": left.pop(0) if len(left) > 1 else left[0], "status": "ok"}

    return objective
