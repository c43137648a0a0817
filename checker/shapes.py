"""The shape that a question's expression gives its answer, whatever the notebook does: an exam need not look for it.

`[search(seed) for seed in seeds]` is a list with one part for each of the `seeds`: `Each("seeds")`. What the parts are
is up to the notebook, and a matter for the checks, unless a helper of the kernel has made a record of each:
`Each("configurations", OptunaTrial)`. An answer of another shape comes from a kernel that has been tampered with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

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
    whole: Any = get_origin(shape)
    parts = get_args(shape)
    if isinstance(shape, tuple) or whole is tuple:
        shapes = shape if isinstance(shape, tuple) else parts
        same = isinstance(value, list) and len(value) == len(shapes)
        return same and all(fits(part, of, inputs) for part, of in zip(value, shapes, strict=True))
    if whole is list:
        return isinstance(value, list) and all(fits(part, parts[0], inputs) for part in value)
    if whole is dict:
        return isinstance(value, dict) and all(fits([*item], parts, inputs) for item in value.items())
    if shape in (int, float):
        return isinstance(value, int | shape) and not isinstance(value, bool)
    return shape is Any or isinstance(value, shape)


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
