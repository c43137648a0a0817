"""Faults of a solution, and of the exercise that is released from it."""

from collections.abc import Iterator

from nbformat import NotebookNode

from checker.author.gate.words import FaultError, fault, line_with
from checker.course import Exercise, shown
from checker.solution import SOLUTION, MarkError, read_solution, starter_of, text_of


def load(exercise: Exercise) -> tuple[NotebookNode, NotebookNode]:
    """The solution, and the starter that it gives. Raises FaultError."""
    path = exercise.solution
    try:
        solution = read_solution(path)
    except FileNotFoundError as error:
        raise FaultError(fault(path, "there is no such file")) from error
    except Exception as error:  # nbformat raises whatever a malformed tree makes it stumble on
        raise FaultError(fault(path, f"this is no notebook ({str(error).splitlines()[0]})")) from error
    try:
        return solution, starter_of(solution)
    except MarkError as error:
        raise FaultError(f"{shown(path)}, {error}.") from error


def faults_of_notebooks(exercise: Exercise, solution: NotebookNode, starter: NotebookNode) -> Iterator[str]:
    """Whether the solution says what it is, leaves something to write, and gives the exercise that is there."""
    path = exercise.solution
    slug = solution.metadata.get("checker", {}).get("exercise")
    if slug is None:
        yield fault(path, f'its metadata has no "checker": {{"exercise": "{exercise.slug}"}}')
    elif slug != exercise.slug:
        line = line_with(f'"exercise": "{slug}"', path)
        yield fault(path, f'its metadata has the exercise "{slug}", expected "{exercise.slug}"', line)
    if not any(SOLUTION in cell.source for cell in solution.cells if cell.cell_type == "code"):
        yield fault(path, f"no cell has the mark `{SOLUTION}`: nothing is left to write")
    if not exercise.notebook.is_file() or exercise.notebook.read_text(encoding="utf-8") != text_of(starter):
        problem = f"it is not what {shown(path)} gives; `checker author release {exercise.slug}` writes it"
        yield fault(exercise.notebook, problem)
