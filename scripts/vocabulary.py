"""Writes checker/checks/README.md: the words that checks are made of, from their modules and docstrings."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from checker.checks import vocabulary

TARGET = Path(__file__).parent.parent / "checker" / "checks" / "README.md"

HEAD = """# The words of a check

Each word looks at one property. It returns where the property holds, and raises `NeedsWork` where it does not, with
what was found and what was expected; only the words that begin with "Whether", or that give a value, answer instead.
A check puts them together: `from checker.checks import vocabulary as the`, then `the.is_within(...)`. The details, and
the sentences that a learner reads, are in `vocabulary/`, a file for each subject. This page is written by
`make vocabulary`.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for module in _modules() for line in _words(module))]).rstrip() + "\n"


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(vocabulary.__path__):
        yield import_module(f"{vocabulary.__name__}.{found.name}")


def _words(module: ModuleType) -> Iterator[str]:
    yield f"## {(inspect.getdoc(module) or '').rstrip('.')} (`{module.__name__.rpartition('.')[2]}`)"
    yield ""
    for name, word in vars(module).items():
        if name in vocabulary.__all__ and inspect.isfunction(word) and word.__module__ == module.__name__:
            yield f"- `{name}`: {(inspect.getdoc(word) or '').splitlines()[0]}"
    yield ""


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
