"""Grades tuning notebooks by evidence: what they compute, not what they claim."""

import sys
from typing import Any

# jsonschema, which nbformat imports, would compile the grammar of a format that no notebook has, for over a second. It
# does without where this module cannot be imported.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def load_ipython_extension(shell: Any) -> None:
    """Give a notebook `%grade`: what `%load_ext checker` calls."""
    from checker.study.magic import register

    register(shell)
