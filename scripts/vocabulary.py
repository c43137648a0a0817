"""Writes checker/checks/README.md: the words that checks are made of, from their docstrings."""

import inspect
import re
from pathlib import Path
from types import ModuleType

from checker.checks import run_vocabulary, vocabulary

TARGET = Path(__file__).parent.parent / "checker" / "checks" / "README.md"

HEAD = """# The words of a check

Each word looks at one property. It returns where the property holds, and raises `NeedsWork` where it does not, with
what was found and what was expected; only the words that begin with "Whether", or that give a value, answer instead. A
chapter's module puts them together. The details, and the sentences that a learner reads, are in the two files.
This page is written by `make vocabulary`.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_words(vocabulary), *_words(run_vocabulary)])


def _words(module: ModuleType) -> list[str]:
    lines = [f"## {(inspect.getdoc(module) or '').splitlines()[0]}", ""]
    for line in inspect.getsource(module).splitlines():
        if section := re.match(r"# -- (.*?) -+$", line):
            lines += ["", f"**{section[1].capitalize()}**", ""]
        elif word := re.match(r"def ([a-z]\w*)\(", line):
            doc = inspect.getdoc(getattr(module, word[1])) or ""
            lines.append(f"- `{word[1]}`: {doc.splitlines()[0]}")
    return [*re.sub(r"\n\n\n+", "\n\n", "\n".join(lines)).splitlines(), ""]


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
