"""nbformat, imported in a fraction of its time: whoever needs it takes it from here, or imports this module first.

jsonschema, which nbformat imports, would compile the grammar of a format that no notebook has, for over a second. It
does without where the grammar's module cannot be imported; everyone else can import that afterwards.
"""

import sys

_GRAMMAR = "rfc3987_syntax"

sys.modules.setdefault(_GRAMMAR, None)  # type: ignore[arg-type]

import nbformat  # noqa: E402
from nbformat import NotebookNode  # noqa: E402

if sys.modules[_GRAMMAR] is None:
    del sys.modules[_GRAMMAR]

__all__ = ["NotebookNode", "nbformat"]
