"""Values, names and numbers as a message shows them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checker.evidence import RunRecord
from checker.runtime.kernel.records import Opaque

_LONGEST = 40  # characters of a name or a value that a message repeats


def show(value: Any) -> str:
    """A value as a learner would write it, with at most four digits; 13 and 13.0 stay apart."""
    match value:
        case bool() | None | str() | int():
            return repr(value)
        case float():
            return repr(value) if value.is_integer() and abs(value) < 1e6 else f"{value:.4g}"
        case Opaque(name):
            return f"an object of type {name.rpartition('.')[2]}"
        case dict():
            return "{" + ", ".join(f"{key!r}: {show(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(show(item) for item in value) + "]"
    return f"an object of type {type(value).__name__}"


def configuration(params: Mapping[str, Any]) -> str:
    """Hyperparameters in one line: `max_depth=3.0, bootstrap=True`."""
    return ", ".join(f"{name}={show(value)}" for name, value in params.items())


def is_number(value: Any) -> bool:
    """Whether a value is an int or a float, NaN and infinity included; True and False are not numbers here."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_object(value: Any, name: str) -> bool:
    """Whether a value arrived as an object of a class of this name."""
    return isinstance(value, Opaque) and value.type_name.rpartition(".")[2] == name


def listed(values: Iterable[Any]) -> str:
    """Some values in one line, a few of them where there are many."""
    shown = [show(value) for value in values]
    return ", ".join(shown) if len(shown) <= 8 else f"{', '.join(shown[:3])}, ... (different values: {len(shown)})"


def ending(ask: str) -> str:
    """A question at the end of a sentence."""
    return f". {ask}" if ask else ""


def keys_of(result: Mapping[str, Any]) -> str:
    """The keys of a dict in one line."""
    return ", ".join(f"`{key}`" for key in result) or "no keys"


def cut(text: str) -> str:
    """A name or value, cut where it is long."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def quoted(names: Sequence[str]) -> str:
    """Names in backticks, the first five of many."""
    shown = ", ".join(f"`{cut(name)}`" for name in names[:5]) or "none"
    return shown if len(names) <= 5 else f"{shown}, ..."


def are(count: int) -> str:
    """The verb for so many."""
    return "is" if count == 1 else "are"


def counted(count: int, thing: str) -> str:
    """`1 trial`, `2 trials`."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def child(run: RunRecord) -> str:
    """A child run by its name."""
    return f"the child run `{cut(run.name or run.run_id)}`"
