"""Reads plain data as a type, and says everything that is wrong with it, not only the first fault.

    class Entry(msgspec.Struct):
        slug: str
        minutes: Annotated[int, msgspec.Meta(ge=1, description="a whole number of minutes")]

    read({"slug": "welcome", "minutes": "10"}, Entry, "entry.json")

raises `FaultyData: entry.json: minutes: expected a whole number of minutes, found the text "10".` Whether a value
fits is msgspec's to say; the sentences are made here, from the type's description or its name. A type is a msgspec
Struct, a dataclass, or made of these; a key that it does not have is a fault.
"""

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from checker.text import printable

T = TypeVar("T")

Place = tuple[str | int, ...]
"""The way from the whole to a part of it: keys, and places in lists from 0."""

Text = Annotated[str, msgspec.Meta(min_length=1, description="a text")]
"""One that is not empty."""

_WORDS = {int: "an integer", float: "a number", str: "a text", bool: "true or false", list: "a list", dict: "a table"}
_LONGEST_SHOWN = 60
_NAMES = ("slug", "id", "name")
"""Keys whose value says which entry of a list it is."""


class FaultyData(ValueError):
    """Data that does not fit its type: a sentence for each fault, one a line."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place; `problem` is the end of a sentence, without its full stop."""

    place: Place
    problem: str


def read(data: Any, as_type: type[T], source: str) -> T:
    """The data as that type. Raises FaultyData, whose sentences begin with `source` and name the place."""
    faults = list(_faults(data, as_type, ()))
    if faults:
        raise FaultyData([_sentence(fault, data, source) for fault in faults])
    return msgspec.convert(data, as_type)


def read_toml(text: str, as_type: type[T], name: str) -> T:
    """The text of a TOML file as that type. Raises FaultyData, whose sentences begin with `name` and the line."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultyData([f"{name}: not TOML: {error}."]) from error
    faults = list(_faults(data, as_type, ()))
    if faults:
        raise FaultyData([_sentence(fault, data, f"{name}:{line_of(fault.place, text)}") for fault in faults])
    return msgspec.convert(data, as_type)


def line_of(place: Place, text: str) -> int:
    """The line of a TOML text, from 1, where the place is or, for a key that is missing, its table begins."""
    lines = text.splitlines()
    start, key = 0, place[0] if place else None
    if len(place) > 1 and isinstance(place[1], int):
        headers = [number for number, line in enumerate(lines) if line.startswith(f"[[{place[0]}]]")]
        start, key = headers[place[1]] if place[1] < len(headers) else 0, place[2] if len(place) > 2 else None
    for number, line in enumerate(lines[start + 1 :] if key else (), start + 1):
        if line.startswith("[["):
            break
        if re.match(rf"{re.escape(str(key))}\s*[.=]", line):
            return number + 1
    return start + 1


def meant(word: str, words: Collection[str]) -> str:
    """`; did you mean WORD?` with the one that is most like it; nothing where none is."""
    from difflib import get_close_matches  # slow to import, and what is right needs none

    close = get_close_matches(word, words, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def ended(sentence: str) -> str:
    """The sentence with its full stop, unless it is a question."""
    return sentence if sentence.endswith("?") else f"{sentence}."


def _faults(value: Any, as_type: Any, place: Place) -> Iterator[Fault]:
    """The faults of the parts, or of the whole where its parts are right."""
    inside = list(_faults_inside(value, as_type, place))
    yield from inside
    if not inside:
        try:
            msgspec.convert(value, as_type)
        except msgspec.ValidationError as error:
            if isinstance(value, Mapping) and _members(_plain(as_type)):
                said = str(error).removesuffix(".")  # its parts are right: it says so itself
                yield Fault(place, said[:1].lower() + said[1:])
            else:
                yield Fault(place, f"expected {_expected(as_type)}, found {_found(value)}{_meant(value, as_type)}")


def _faults_inside(value: Any, as_type: Any, place: Place) -> Iterator[Fault]:
    form = _plain(as_type)
    members = _members(form)
    if members and isinstance(value, Mapping):
        for name, (member, required) in members.items():
            if name in value:
                yield from _faults(value[name], member, (*place, name))
            elif required:
                yield Fault(place, f"the key {name} is missing")
        for key in value:
            if key not in members:
                others = meant(key, members) or f"; there are {', '.join(members)}"
                yield Fault((*place, key), f"this key is unknown{others}")
    elif get_origin(form) in (list, tuple) and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _faults(item, get_args(form)[0], (*place, number))
    elif get_origin(form) is dict and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _faults(item, get_args(form)[1], (*place, key))


@cache
def _members(form: Any) -> dict[str, tuple[Any, bool]]:
    """The keys of a Struct or a dataclass with their types, and whether they must be there; none for other types."""
    if not isinstance(form, type):
        return {}
    if issubclass(form, msgspec.Struct):
        required = {field.name: field.required for field in msgspec.structs.fields(form)}
    elif is_dataclass(form):
        required = {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(form)}
    else:
        return {}
    hints = get_type_hints(form, include_extras=True)
    return {name: (hints[name], must) for name, must in required.items()}


def _plain(as_type: Any) -> Any:
    """The type without its description, and without None."""
    given = _given(as_type)
    return _plain(get_args(given)[0]) if get_origin(given) is Annotated else given


def _given(as_type: Any) -> Any:
    """The type of a value that is not None."""
    if get_origin(as_type) in (Union, UnionType):
        [as_type] = [one for one in get_args(as_type) if one is not NoneType]
    return as_type


def _expected(as_type: Any) -> str:
    as_type = _given(as_type)
    if get_origin(as_type) is Annotated:
        described = [one.description for one in get_args(as_type)[1:] if getattr(one, "description", None)]
        return described[0] if described else _expected(get_args(as_type)[0])
    form = _plain(as_type)
    words = _choices(form)
    if words:
        return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
    if _members(form):
        return "a table"
    if get_origin(form) is tuple:
        return "a list" if Ellipsis in get_args(form) else f"a list of {len(get_args(form))}"
    return _WORDS[get_origin(form) or form]


def _choices(form: Any) -> list[str]:
    if get_origin(form) is Literal:
        return [str(one) for one in get_args(form)]
    return [str(one.value) for one in form] if isinstance(form, type) and issubclass(form, Enum) else []


def _meant(value: Any, as_type: Any) -> str:
    return meant(value, _choices(_plain(as_type))) if isinstance(value, str) else ""


def _found(value: Any) -> str:
    match value:
        case str():
            return f'the text "{_in_line(value)}"'
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case None:
            return "nothing"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "a table"
    return f"a {type(value).__name__}"


def _sentence(fault: Fault, data: Any, source: str) -> str:
    return ": ".join([source, *_steps(fault.place, data), ended(fault.problem)])


def _steps(place: Place, data: Any) -> Iterator[str]:
    """Each step of the way: a key, or `exercise 3 (welcome)` for the third entry of the list `exercise`."""
    for step, following in zip(place, [*place, None][1:], strict=True):
        data = data[step]
        if isinstance(following, int):
            yield _entry(step, following, data[following])
        elif isinstance(step, str):
            yield _in_line(step)


def _entry(key: str | int, number: int, value: Any) -> str:
    names = [value[name] for name in _NAMES if isinstance(value.get(name), str)] if isinstance(value, dict) else []
    words = [key] if isinstance(key, str) else []
    return " ".join([*words, str(number + 1), *(f"({_in_line(name)})" for name in names[:1])])


def _in_line(text: str) -> str:
    return json.dumps(printable(text, _LONGEST_SHOWN), ensure_ascii=False)[1:-1]
