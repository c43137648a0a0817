"""`checker author new`: a whole exercise that works and passes the gate, to be changed part by part."""

import json
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbformat import NotebookNode, v4

from checker.author.bank import bank_file
from checker.author.gate.exam import exam_file
from checker.author.gate.words import FaultError
from checker.author.release import release
from checker.course import Course, Exercise, read_course, shown
from checker.files import write_whole
from checker.schema import line_of
from checker.solution import text_of

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # not HTML: what is filled in goes through `quoted`, or is made of a slug
)
_TEMPLATES.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)  # as TOML and Python quote


def new(course: Course, slug: str) -> list[Path]:
    """Add an exercise: its entry in the manifest and its files, all of them with TODOs; the paths written.

    It stands behind the others of its chapter, and begins with the objective and the section of the last of them.
    Raises FaultError where something of that name is there already, CourseError for a slug that is none, and OSError.
    """
    chapter, _, name = slug.rpartition("/")
    if not chapter:
        raise FaultError(f"Expected a slug such as chapter/name, found {slug}.")
    if course.find(slug) is not None:
        raise FaultError(f"The course has an exercise {slug}: nothing was written.")
    chapters = [one for one in course.exercises if one.slug.startswith(f"{chapter}/")]
    neighbour = (chapters or course.exercises)[-1]
    facts = {
        "slug": slug,
        "chapter": chapter,
        "title": name.replace("-", " ").capitalize(),
        "objective": neighbour.objectives[0],
        "book": neighbour.book,
    }
    manifest = course.root / "course.toml"
    entries = _with_entry(
        manifest.read_text(encoding="utf-8"), course.exercises.index(neighbour), _filled("entry", facts)
    )
    exercise = read_course(course.root, entries).find(slug)
    assert exercise is not None
    files = _files(exercise, facts)
    for path in (*files, exercise.notebook):
        if path.exists():
            raise FaultError(f"{shown(path)} is there already: nothing was written.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    write_whole(manifest, entries.encode())
    return [manifest, *files, *(one.path for one in release(course, [exercise]))]


def _with_entry(manifest: str, before: int, entry: str) -> str:
    """The manifest's text with the entry behind the exercise of that place."""
    lines = manifest.splitlines(keepends=True)
    following = line_of(("exercise", before + 1), manifest) - 1  # 0 behind the last one
    place = following or len(lines)
    while following and lines[place - 1].startswith("#"):
        place -= 1  # a comment belongs to what stands below it
    behind = ["\n"] if following else []
    return "".join([*lines[:place], *([] if following else ["\n"]), entry, *behind, *lines[place:]])


def _files(exercise: Exercise, facts: Mapping[str, str]) -> dict[Path, str]:
    files = {
        exercise.solution: text_of(_solution(facts)),
        exam_file(exercise): _filled("exam", facts),
        bank_file(exercise): _filled("bank", facts),
    }
    package = exam_file(exercise).parent / "__init__.py"
    return files if package.parent.exists() else {package: _filled("package", facts), **files}


def _solution(facts: Mapping[str, str]) -> NotebookNode:
    cells = [
        v4.new_markdown_cell(_filled("task", facts).strip(), id="task"),
        v4.new_code_cell(_filled("imports", facts).strip(), id="imports"),
        v4.new_code_cell(_filled("work", facts).strip(), id="work"),
    ]
    kernel = {"display_name": "Tuning course", "language": "python", "name": "tuning"}
    about = {"checker": {"exercise": facts["slug"]}, "kernelspec": kernel, "language_info": {"name": "python"}}
    return v4.new_notebook(cells=cells, metadata=about)


def _filled(template: str, facts: Mapping[str, str]) -> str:
    return _TEMPLATES.get_template(f"{template}.jinja").render(**facts)
