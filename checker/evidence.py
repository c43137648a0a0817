"""What a notebook left behind, as plain data: the answers to questions, MLflow runs, and the error that ended it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from checker.faults import RunError
from checker.runtime.kernel.records import LARGEST, MAX_DEPTH, MAX_PARTS, RECORDS
from checker.shapes import Shape
from checker.text import printable

MAX_ANSWER_BYTES = 2_000_000
"""An answer larger than this is not read: no exercise needs a tenth of it."""


@dataclass(frozen=True)
class Question:
    """An expression that the learner's kernel evaluates, on inputs that the grader chose.

    `expression` may use the learner's names, the names in `inputs` (JSON data; lists of numbers
    arrive as they are) and the helpers of `checker.runtime.kernel.helpers`. `data` names inputs that arrive as
    numpy arrays. `shape` is what the expression makes of any notebook's work (see `checker.shapes`).
    """

    expression: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    shape: Shape = Any


class Kind(StrEnum):
    """How a question was answered."""

    VALUE = "value"
    MISSING = "missing"  # the notebook does not define the name in `text`
    STUB = "stub"  # the answer is `...`, which the starter leaves for the learner to fill
    RAISED = "raised"  # the learner's code raised; `text` is the error
    LOST = "lost"  # no answer came: `fault` says why where a limit or the kernel's end was the cause, else `text`


@dataclass(frozen=True)
class Answer:
    """The answer to one question; `text` is a name or an error message.

    `value` is made of None, truth values, numbers, texts, lists, dicts and the records of
    `checker.runtime.kernel.records`, at most `MAX_DEPTH` in each other.
    """

    kind: Kind
    value: Any = None
    text: str = ""
    fault: RunError | None = None


@dataclass(frozen=True)
class ModelVersion:
    """A version of a registered model, with the aliases that point at it."""

    name: str
    version: int
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunRecord:
    """One MLflow run as it stood when the notebook had ended.

    `status` is MLflow's word, such as FINISHED; a metric has its last value; `tags` are those that
    MLflow did not set itself; `start` and `end` are milliseconds since 1970; `registered` are the
    versions in the Model Registry whose model was logged in this run.
    """

    run_id: str
    parent_id: str | None
    experiment: str
    name: str
    status: str
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    start: int | None = None
    end: int | None = None
    registered: tuple[ModelVersion, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Everything that the checks may know about one notebook.

    `runs` are those of its MLflow store, the oldest first, for an exam that asks for them; where
    they could not be read, `runs_fault` says why in one sentence.
    """

    error: RunError | None
    answers: Mapping[str, Answer]
    runs: tuple[RunRecord, ...] = ()
    runs_fault: str | None = None


def decode(raw: bytes) -> Answer:
    """Read an answer that came out of the learner's process; whatever is malformed counts as lost."""
    if len(raw) > MAX_ANSWER_BYTES:
        return Answer(Kind.LOST, text=f"an answer of more than {MAX_ANSWER_BYTES:,} bytes")
    try:
        message = json.loads(raw, parse_int=_number)
        kind, text = Kind(message["kind"]), _text(message.get("text", ""))
        value = _read(message["value"], iter(range(MAX_PARTS)), MAX_DEPTH) if kind is Kind.VALUE else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, msgspec.ValidationError):
        return Answer(Kind.LOST, text="an answer that is not what the checker sends")
    return Answer(kind, value, printable(text))


def _read(part: Any, parts: Iterator[int], depth: int) -> Any:
    """A part of an answer from the form that `records.write` gave it. Raises ValueError where it has another one."""
    if depth < 0 or next(parts, None) is None:
        raise ValueError("too deep or too large")
    if isinstance(part, str):
        return _text(part)
    if isinstance(part, list):
        return [_read(item, parts, depth - 1) for item in part]
    if not isinstance(part, dict):
        return part
    [(kind, content)] = part.items()
    if kind == "dict":
        read = {_key(key): _read(item, parts, depth - 1) for key, item in content}
        if len(read) < len(content):
            raise ValueError("a key stands there twice")
        return read
    return msgspec.convert({name: _read(item, parts, depth - 1) for name, item in content.items()}, RECORDS[kind])


def _key(key: Any) -> Any:
    return _text(key) if isinstance(key, str) else key  # a list or a dict as a key raises TypeError by itself


def _text(text: str) -> str:
    """Without the halves of characters, which no file can hold. Raises AttributeError where it is no text."""
    return text.encode(errors="replace").decode()


def _number(digits: str) -> int | float:
    """An integer, or a float where arrays have no room for the integer."""
    return int(digits) if len(digits) <= 20 and abs(int(digits)) < LARGEST else float(digits)
