"""What an answer is made of, and the one form in which it leaves the kernel: `write` here, `checker.evidence` reads.

The form is JSON. None, truth values, numbers and texts stand for themselves, and a list for a list, a tuple or an
array. Everything else is an object with one key, which says what it is: `{"dict": [[key, value], ...]}` is a dict,
`{"Study": {"directions": [...], "trials": [...]}}` a record with its fields. So whatever keys a learner's own dict
has, it is never taken for a record.
"""

import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

MAX_PARTS = 100_000
"""The values in an answer, in all its lists and dicts together; no exercise needs a tenth of it."""

MAX_DEPTH = 40
"""Lists, dicts and records in each other."""

LARGEST = 2**63
"""An integer that is not smaller becomes a float: arrays have no room for it."""

Scalar = bool | int | float | str | None


class UnwritableError(ValueError):
    """An answer that is too large; the message says how, as the object of `gave`."""


@dataclass(frozen=True)
class Opaque:
    """An object of no other kind: its class with the module, as `sklearn.svm._classes.SVC`."""

    type_name: str


@dataclass(frozen=True)
class HyperoptDistribution:
    """What a label of a Hyperopt search space is drawn from, as `choice` or `loguniform`; with its literal numbers."""

    name: str
    arguments: list[int | float]


@dataclass(frozen=True)
class HyperoptTrial:
    """One trial of a Hyperopt `Trials`: what was drawn under each label, the loss (None without one), the status."""

    values: dict[str, int | float]
    loss: float | None
    status: str


@dataclass(frozen=True)
class ScoredPoint:
    """One configuration of scikit-learn's search, with its mean score over the folds (NaN where it failed)."""

    values: dict[str, Any]
    score: float


@dataclass(frozen=True)
class Search:
    """A fitted search of scikit-learn: what it tried, which configuration it took for best, and that one's score."""

    trials: list[ScoredPoint]
    best: dict[str, Any]
    best_score: float


@dataclass(frozen=True)
class OptunaDistribution:
    """What an Optuna trial was asked for under one name: a `float` or `int` between two bounds, or a `categorical`."""

    kind: str
    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    step: int | float | None = None
    choices: list[Any] | None = None


@dataclass(frozen=True)
class OptunaTrial:
    """A trial that the grader gave to an Optuna objective: what it was asked for, and how it ended.

    `value` is what the objective returned, of any kind; `raised` the error as `ValueError: ...`, or None; `reports` are
    the pairs of step and value, by step.
    """

    params: dict[str, Any]
    distributions: dict[str, OptunaDistribution]
    value: Any
    raised: str | None = None
    reports: list[tuple[int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Raises ValueError where a parameter has no distribution, or the other way round."""
        if self.params.keys() != self.distributions.keys():
            raise ValueError("each parameter has a distribution")


@dataclass(frozen=True)
class StudyTrial:
    """A trial in an Optuna study: its state (COMPLETE, ...), its value (None without one), parameters and reports."""

    state: str
    value: float | None
    params: dict[str, Any]
    reports: list[tuple[int, float]]


@dataclass(frozen=True)
class Study:
    """An Optuna study: its directions (MINIMIZE or MAXIMIZE), of which most have one, and its trials in order."""

    directions: list[str]
    trials: list[StudyTrial]


RECORDS = {
    record.__name__: record
    for record in (
        *(Opaque, HyperoptDistribution, HyperoptTrial, ScoredPoint, Search),
        *(OptunaDistribution, OptunaTrial, StudyTrial, Study),
    )
}
"""The records that an answer may hold, by the key that they have in it."""


def write(value: Any) -> Any:
    """`value` as JSON data, in the form above. Raises UnwritableError where it is too large or too deep."""
    return _write(value, [MAX_PARTS], MAX_DEPTH)


def _write(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < (value.size if isinstance(value, np.ndarray) else 0):
        raise UnwritableError(f"an answer of more than {MAX_PARTS:,} elements")
    if depth < 0:
        raise UnwritableError(f"an answer nested more than {MAX_DEPTH} deep")
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, bool | int | float | str):
        return _scalar(value)
    if isinstance(value, list | tuple):
        return [_write(part, left, depth - 1) for part in value]
    if isinstance(value, dict):
        return {"dict": [[_key(key), _write(part, left, depth - 1)] for key, part in value.items()]}
    kind = type(value)
    if RECORDS.get(kind.__name__) is kind:
        return {kind.__name__: {f.name: _write(getattr(value, f.name), left, depth - 1) for f in fields(value)}}
    return _write(Opaque(f"{kind.__module__}.{kind.__qualname__}"), left, depth)


def _key(key: Any) -> Scalar:
    """A key as it is where JSON can hold it, else as text."""
    key = key.item() if isinstance(key, np.generic) else key
    return _scalar(key) if key is None or isinstance(key, bool | int | float | str) else str(key)


def _scalar(value: Scalar) -> Scalar:
    if not isinstance(value, int) or abs(value) < LARGEST:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
