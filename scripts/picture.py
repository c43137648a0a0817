"""Draws docs/verdict.svg: what `checker grade welcome` says to someone who has not changed a line yet.

The starter is graded for real, with a fixed seed, so that the picture shows what a learner sees.
"""

import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI

from checker.course import Course, load_course
from checker.grade import grade
from checker.report.terminal import show_end, show_exercise
from checker.result import Report
from checker.run.isolation import best_isolation
from checker.solution import read_solution, starter_of, text_of

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "verdict.svg"
SLUG = "welcome"
SEED = 7

# Rich's template without its web fonts: a picture in a repository must not fetch anything.
TEMPLATE = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
TEMPLATE = TEMPLATE.replace("Fira Code, monospace", "monospace").replace("arial", "sans-serif")


def graded_starter(course: Course) -> Report:
    """The verdict on the starter as it is released, whatever lies in exercises/."""
    exercise = course.find(SLUG)
    if exercise is None:
        raise SystemExit(f"course.toml has no exercise {SLUG}: the picture shows that one.")
    with TemporaryDirectory() as folder:
        notebook = Path(folder) / exercise.notebook.name
        notebook.write_text(text_of(starter_of(read_solution(exercise.solution))), encoding="utf-8")
        isolation = best_isolation([course.root])
        return Report((grade(notebook, exercise, SEED, isolation),), SEED, isolation.level)


def draw(report: Report, course: Course) -> str:
    """The report as the terminal shows it, as SVG."""
    console = Console(
        record=True, width=88, force_terminal=True, color_system="truecolor", highlight=False, file=io.StringIO()
    )
    console.print(f"[dim]$[/] [bold]checker grade {SLUG}[/]")
    for result in report.exercises:
        show_exercise(result, course, console)
    show_end(report, course, console)
    return console.export_svg(title="The first verdict", code_format=TEMPLATE, theme=MONOKAI)


def main() -> None:
    """Grade and draw."""
    course = load_course(ROOT)
    picture = draw(graded_starter(course), course)
    if "@font-face" in picture:
        raise SystemExit("Rich's SVG template has changed: the picture would load web fonts. Adapt TEMPLATE.")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture, encoding="utf-8")
    print(f"wrote {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
