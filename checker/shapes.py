"""The shape that a question's expression gives its answer, whatever the notebook does: an exam need not look for it.

`[search(seed) for seed in seeds]` is a list with one part for each of the `seeds`: `Each("seeds")`. What the parts are
is up to the notebook, and a matter for the checks, unless a helper of the kernel has made a record of each:
`Each("configurations", OptunaTrial)`. An answer of another shape comes from a kernel that has been tampered with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_origin

import msgspec

Shape = Any
"""A type, as `Study` or `dict[str, float]`; an `Each`; or a tuple: the shapes of a list's parts. `Any` fits all."""


@dataclass(frozen=True)
class Each:
    """A list with a part of this shape for each element of the input `of`, or as many as that input says."""

    of: str
    part: Shape = Any


def fits(value: Any, shape: Shape, inputs: Mapping[str, Any]) -> bool:
    """Whether an answer has the shape; `inputs` are those of the question."""
    if isinstance(shape, Each):
        shape = (shape.part,) * _count(inputs[shape.of])
    if isinstance(shape, tuple):
        same = isinstance(value, list) and len(value) == len(shape)
        return same and all(fits(part, of, inputs) for part, of in zip(value, shape, strict=True))
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError:
        return False
    return True


def in_words(shape: Shape, inputs: Mapping[str, Any]) -> str:
    """The shape as the end of a sentence."""
    match shape:
        case Each(of, part):
            return f"a list with {in_words(part, inputs)} for each of {_count(inputs[of])} `{of}`"
        case tuple():
            return f"a list of {len(shape)} parts"
    return "a value" if shape is Any else f"a value of the type {(get_origin(shape) or shape).__name__}"


def _count(of: Any) -> int:
    return of if isinstance(of, int) else len(of)
