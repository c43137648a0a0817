"""Reads a notebook file, or says in one sentence why it cannot be graded."""

import json
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode

MAX_NOTEBOOK_BYTES = 50_000_000
MAX_CELLS = 1000


class NotebookError(Exception):
    """A file that is no Python notebook; the message is the sentence for the learner."""


def read(path: Path) -> NotebookNode:
    """The notebook in `path`, as nbformat 4 without outputs. Raises NotebookError; never changes the file."""
    try:
        if path.exists() and not path.is_file():
            raise NotebookError(f"{path.name} is no regular file.")  # to open a pipe would wait for ever
        if path.stat().st_size > MAX_NOTEBOOK_BYTES:
            raise NotebookError(
                f"{path.name} is larger than {MAX_NOTEBOOK_BYTES // 1_000_000} MB: "
                "clear its outputs (Edit, Clear All Outputs) and save it."
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotebookError(f"{path.name} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise NotebookError(f"{path.name} is not a notebook: it does not hold UTF-8 text.") from error
    if not text.strip():
        raise NotebookError(f"{path.name} is empty: `checker reset` gives you a fresh exercise.")
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"{path.name} is not a notebook: it does not hold valid JSON.") from error
    cells = tree.get("cells") if isinstance(tree, dict) else None
    if isinstance(cells, list):
        if len(cells) > MAX_CELLS:
            raise NotebookError(f"{path.name} has more than {MAX_CELLS:,} cells.")
        for cell in cells:
            if isinstance(cell, dict) and "outputs" in cell:
                cell["outputs"] = []  # nobody reads them, and to validate a million takes an hour
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # missing cell ids are added; the learner need not care
            notebook = nbformat.reads(json.dumps(tree), as_version=4)
            nbformat.validate(notebook)
    except Exception as error:  # nbformat raises whatever a malformed tree makes it stumble on
        raise NotebookError(f"{path.name} is not a notebook: it is JSON of another kind.") from error
    language = language_of(notebook)
    if language != "python":
        named = language if _is_short_line(language) else "another language"
        raise NotebookError(f"{path.name} is a notebook for {named}; the exercises are in Python.")
    try:
        "".join(code_of(notebook)).encode("utf-8")
    except UnicodeEncodeError as error:  # JSON can hold half of a surrogate pair, which no kernel can be sent
        raise NotebookError(f"{path.name} has code with half a character in it: type that line again.") from error
    return notebook


def language_of(notebook: NotebookNode) -> str:
    """The notebook's language in lower case; Python where the notebook does not say."""
    metadata = notebook.metadata
    for section, key in (("kernelspec", "language"), ("language_info", "name")):
        entry = metadata.get(section)
        if isinstance(entry, dict) and isinstance(entry.get(key), str) and entry[key]:
            return str(entry[key].lower())
    return "python"


def slug_of(notebook: NotebookNode) -> str | None:
    """The exercise that the notebook says it is, in its metadata: a copy or a new file name keeps it."""
    entry = notebook.metadata.get("checker")
    slug = entry.get("exercise") if isinstance(entry, dict) else None
    return slug if isinstance(slug, str) and _is_short_line(slug) else None


def code_of(notebook: NotebookNode) -> list[str]:
    """The sources of the code cells that hold code, without surrounding blank lines."""
    sources = (cell.source.strip() for cell in notebook.cells if cell.cell_type == "code")
    return [source for source in sources if source]


def _is_short_line(text: str) -> bool:
    """Whether a name from somebody's notebook can be quoted in a sentence: no line end, no escape sequence."""
    return text.isprintable() and len(text) <= 100
