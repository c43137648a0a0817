"""A submission: one notebook as it was handed in, with the files beside it, as a value that is read once.

Reading is bounded in bytes, cells and depth, whatever else the file holds: outputs, attachments and metadata are
skipped without being looked at. It is as lenient as JupyterLab and nbclient are together: what the one opens and the
other runs can be graded. What cannot be graded is a submission too, with a fault that says why and what to do.
"""

import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from checker.course import Course, Exercise, shown
from checker.text import escaped

MAX_NOTEBOOK_BYTES = 50_000_000
"""With its outputs, which are not kept."""

MAX_CODE_BYTES = 2_000_000
MAX_CELLS = 1000
MAX_TAGS_BYTES = 10_000
"""Of one cell: more are not looked at."""

MAX_FILE_BYTES = 5_000_000
"""Larger files beside a notebook are left out: exercises bring their data with scikit-learn."""

MAX_FILES_BYTES = 20_000_000
MAX_FILES = 500
MAX_FOLDERS = 4
"""In each other, below the notebook's own."""

_LENIENT_BYTES = 5_000_000
"""Up to here a file that is not quite JSON, as Python's own writer makes it, is read in a slower way."""

_CONFLICT = re.compile(rb"^(?:<{7}|={7}|>{7})(?: |\r?$)", re.MULTILINE)
_SCRIPT = re.compile(rb"\s*(?:#|import |from |\"\"\"|def |class )")


class UnreadableError(Exception):
    """A file that cannot be graded; the message is one sentence that says why and what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook; `kind` is code, markdown or raw, `tags` are those that nbclient may obey."""

    kind: str
    source: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """One notebook as handed in: all that grading it needs, so that it can be sent to another machine.

    `name` is the path as the user would type it, with every character escaped that does not show; `learner` is the
    folder that it was found in, in a folder of many, escaped too. `files` are those beside it, by their relative path.
    Where it cannot be graded, `fault` says why and what to do, and `exercise` is None unless the name or the place of
    the file says which one was meant.
    """

    name: str
    exercise: Exercise | None = None
    cells: tuple[Cell, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    learner: str = ""
    fault: str | None = None

    @property
    def is_gradable(self) -> bool:
        """Whether there is something to grade."""
        return self.exercise is not None and self.fault is None

    @property
    def code(self) -> list[str]:
        """The sources of the code cells that hold code, without surrounding blank lines."""
        return [source for cell in self.cells if cell.kind == "code" and (source := cell.source.strip())]


def read_submission(path: Path, course: Course, learner: str = "", slug: str | None = None) -> Submission:
    """The notebook in `path` with the files beside it, graded as the exercise `slug` or as the one that it names.

    Never raises for what is in the file; never changes it.
    """
    name = shown(path)
    try:
        document = _document(path)
        exercise = _exercise(document, path, course, slug)
        cells = _cells(document, path)
        files = tuple(_files_beside(path.parent))
    except UnreadableError as problem:
        return Submission(name, _meant(path, course, slug), learner=learner, fault=str(problem))
    return Submission(name, exercise, cells, files, learner)


# What of nbformat is looked at: 4 has cells, 2 and 3 have worksheets of them. The rest is skipped.


class _CellEntry(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""
    input: str | list[str] = ""  # the source of a code cell before version 4
    metadata: msgspec.Raw = msgspec.Raw(b"{}")


class _Worksheet(msgspec.Struct):
    cells: list[_CellEntry] = []


class _Document(msgspec.Struct):
    cells: list[_CellEntry] | None = None
    worksheets: list[_Worksheet] | None = None
    metadata: msgspec.Raw = msgspec.Raw(b"{}")
    nbformat: Any = 4


def _document(path: Path) -> _Document:
    content = _content(path)
    name = escaped(path.name)
    if not content.strip():
        raise UnreadableError(f"{name} is empty: `checker reset` gives you a fresh exercise.")
    try:
        document = msgspec.json.decode(content, type=_Document)
    except msgspec.ValidationError as fault:
        raise UnreadableError(f"{name} is JSON, but no notebook: {_place(fault)}.") from fault
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        document = _nearly_json(content, name, fault)
    if document.cells is None and document.worksheets is None:
        raise UnreadableError(f"{name} is JSON, but no notebook: it has no cells.")
    return document


def _content(path: Path) -> bytes:
    name = escaped(path.name)
    try:
        if path.exists() and not path.is_file():
            raise UnreadableError(f"{name} is no regular file: hand in the notebook itself.")  # a pipe would never end
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read(min(size, MAX_NOTEBOOK_BYTES) + 1)
    except OSError as error:
        raise UnreadableError(f"{name} cannot be read ({error.strerror}).") from error
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise UnreadableError(
            f"{name} is larger than {MAX_NOTEBOOK_BYTES // 1_000_000} MB: "
            "clear its outputs (Edit, Clear All Outputs) and save it."
        )
    return content.removeprefix(b"\xef\xbb\xbf")


def _nearly_json(content: bytes, name: str, fault: Exception) -> _Document:
    """What Python's own reader makes of it, which takes NaN and halves of characters. Raises UnreadableError."""
    if (conflict := _CONFLICT.search(content)) is not None:
        line = content.count(b"\n", 0, conflict.start()) + 1
        raise UnreadableError(
            f"{name} holds a merge conflict at line {line}: keep one of the two versions there, and save it."
        ) from fault
    if isinstance(fault, RecursionError):
        raise UnreadableError(f"{name} nests data deeper than any notebook does: take the copy from before.") from fault
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as bad:
        raise UnreadableError(f"{name} is no notebook: it does not hold UTF-8 text.") from bad
    if not text.lstrip().startswith("{"):
        if _SCRIPT.match(content):
            raise UnreadableError(f"{name} is a script: hand in the notebook that it was made from.") from fault
        raise UnreadableError(f"{name} is no notebook: it does not hold JSON.") from fault
    if len(content) <= _LENIENT_BYTES:
        try:
            return _of_tree(json.loads(text))
        except json.JSONDecodeError as bad:
            if not text[bad.pos :].strip() or bad.msg.startswith("Unterminated string"):
                raise UnreadableError(
                    f"{name} is cut off at line {text.count(chr(10)) + 1}: "
                    "take the copy that you saved before, or `checker reset`, which keeps this one."
                ) from bad
            raise UnreadableError(f"{name} is no valid JSON at line {bad.lineno} ({bad.msg}).") from bad
        except (RecursionError, ValueError, TypeError, AttributeError):
            pass
    raise UnreadableError(f"{name} is no valid JSON ({fault}): open and save it in JupyterLab.") from fault


def _of_tree(tree: Any) -> _Document:
    """The document of a tree that Python's reader has read. Raises TypeError, ValueError or AttributeError."""
    sheets = [{"cells": tree["cells"]}] if "cells" in tree else tree.get("worksheets", [])
    kept = [
        {
            **{key: cell[key] for key in ("cell_type", "source", "input") if key in cell},
            "metadata": {"tags": cell.get("metadata", {}).get("tags", [])},
        }
        for sheet in sheets
        for cell in sheet["cells"]
    ]
    about = {key: tree.get("metadata", {}).get(key) for key in ("kernelspec", "language_info", "checker")}
    # Halves of characters become question marks, which the kernel can be sent.
    plain = json.dumps({"cells": kept, "metadata": about}, ensure_ascii=False).encode("utf-8", "replace")
    return msgspec.json.decode(plain, type=_Document)


def _place(fault: msgspec.ValidationError) -> str:
    cell = re.search(r"cells\[(\d+)\]", str(fault))
    return f"cell {int(cell[1]) + 1} is not what Jupyter writes" if cell else "it has no list of cells"


# What is looked at in the metadata; a value of another type counts as missing.


class _About(msgspec.Struct):
    kernelspec: msgspec.Raw = msgspec.Raw(b"null")
    language_info: msgspec.Raw = msgspec.Raw(b"null")
    checker: msgspec.Raw = msgspec.Raw(b"null")
    tags: msgspec.Raw = msgspec.Raw(b"null")


class _Names(msgspec.Struct):
    language: msgspec.Raw = msgspec.Raw(b"null")
    name: msgspec.Raw = msgspec.Raw(b"null")
    exercise: msgspec.Raw = msgspec.Raw(b"null")


def _decoded(raw: msgspec.Raw, form: Any, otherwise: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return otherwise


def _language(document: _Document) -> str:
    """In lower case; Python where the notebook does not say."""
    about = _decoded(document.metadata, _About, _About())
    kernel, language = (_decoded(part, _Names, _Names()) for part in (about.kernelspec, about.language_info))
    return (_decoded(kernel.language, str, "") or _decoded(language.name, str, "") or "python").lower()


def _exercise(document: _Document, path: Path, course: Course, slug: str | None) -> Exercise:
    """The exercise of that slug, else that of the notebook's metadata, else that of its place in the course."""
    name = escaped(path.name)
    about = _decoded(document.metadata, _About, _About())
    said = slug or _decoded(_decoded(about.checker, _Names, _Names()).exercise, str, "")
    if said:
        exercise = course.find(said)
        if exercise is None:
            raise UnreadableError(
                f"{name} says that it is the exercise {escaped(said[:100])}, which this course does not have: "
                "name the right one with `--as SLUG`."
            )
        return exercise
    if (exercise := _meant(path, course, None)) is not None:
        return exercise
    raise UnreadableError(f"{name} does not say which exercise it is: name it with `--as SLUG`.")


def _meant(path: Path, course: Course, slug: str | None) -> Exercise | None:
    """The exercise of that slug, else the one whose notebook or solution has this place."""
    if slug is not None:
        return course.find(slug)
    places = {place.resolve(): one for one in course.exercises for place in (one.notebook, one.solution)}
    return places.get(path.resolve())


def _cells(document: _Document, path: Path) -> tuple[Cell, ...]:
    name = escaped(path.name)
    entries = document.cells
    if entries is None:
        entries = [cell for sheet in document.worksheets or [] for cell in sheet.cells]
    if len(entries) > MAX_CELLS:
        raise UnreadableError(f"{name} has more than {MAX_CELLS:,} cells: delete those that are not needed.")
    language = _language(document)
    if not language.startswith("python"):
        raise UnreadableError(f"{name} is a notebook for {escaped(language[:100])}; the exercises are in Python.")
    cells = tuple(_cell(entry) for entry in entries)
    if sum(len(cell.source) for cell in cells) > MAX_CODE_BYTES:
        much = f"{MAX_CODE_BYTES // 1_000_000} MB of text in its cells"
        raise UnreadableError(f"{name} has more than {much}: put data into a file beside it.")
    return cells


def _cell(entry: _CellEntry) -> Cell:
    written = entry.source or entry.input
    tags = _decoded(entry.metadata, _About, _About()).tags
    return Cell(
        entry.cell_type,
        written if isinstance(written, str) else "".join(written),
        tuple(_decoded(tags, list[str], []) if len(bytes(tags)) <= MAX_TAGS_BYTES else ()),
    )


def _files_beside(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The small regular files of the folder and of those below it, in the order of their paths, while they fit.

    No notebook is among them, nothing hidden, no link, and no folder that has a notebook of its own: that is somebody
    else's.
    """
    left = MAX_FILES_BYTES
    for relative in sorted(_paths_beside(folder))[:MAX_FILES]:
        content = _small_file(folder / relative)
        if content is not None and len(content) <= left:
            left -= len(content)
            yield relative, content


def _paths_beside(folder: Path) -> Iterator[str]:
    folders = [""]
    while folders:
        below = folders.pop()
        with suppress(OSError), os.scandir(folder / below) as entries:
            found = [entry for entry in entries if not entry.name.startswith((".", "__pycache__", "mlruns"))]
            if below and any(is_notebook(entry.name) for entry in found):
                continue
            for entry in found:
                path = f"{below}{entry.name}"
                if entry.is_dir(follow_symlinks=False) and below.count("/") < MAX_FOLDERS:
                    folders.append(f"{path}/")
                elif entry.is_file(follow_symlinks=False) and not is_notebook(entry.name):
                    yield path


def is_notebook(name: str) -> bool:
    """Whether a file of this name is one, whichever system has written it."""
    return name.lower().endswith(".ipynb")


def _small_file(path: Path) -> bytes | None:
    """Its content; None for what cannot be read, is large, or is no regular file any more."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_FILE_BYTES:
                return None
            return file.read(MAX_FILE_BYTES)
    except OSError:
        return None
