"""A call and its answer, as bytes that go from one process to another.

Both sides of it are the checker's own: what a notebook says never comes this way.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from typing import Any


class GraderLostError(BrokenExecutor):
    """The process that a call ran in ended before its answer."""


def call_of(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
    """The call of an importable function with values that can be pickled."""
    return pickle.dumps((function, args, kwargs))


def answer_to(call: bytes) -> bytes:
    """What the call returns or raises; an exception is part of the answer, and no fault of whoever carries it."""
    try:
        function, args, kwargs = pickle.loads(call)
        return pickle.dumps(("returned", function(*args, **kwargs)))
    except Exception as raised:
        return pickle.dumps(("raised", raised))


def result_of(answer: bytes) -> Any:
    """What the call returned. Raises what it raised."""
    kind, result = pickle.loads(answer)
    if kind == "raised":
        raise result
    return result
