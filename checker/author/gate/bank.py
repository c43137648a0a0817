"""Faults of a bank of mistakes that show without a kernel."""

import ast
import re
from collections.abc import Collection, Iterator

from nbformat import NotebookNode

from checker.author.bank import Bank, EditError, bank_file, edited, read_bank
from checker.author.gate.words import fault
from checker.course import Exercise
from checker.schema import FaultyData, line_of, meant
from checker.solution import solution_code

LEAST = {"mistake": 5, "correct": 3}
"""Entries of each kind: what one sitting with real learners brings, and as many styles as a course meets at once."""


def faults_of_bank(
    exercise: Exercise, solution: NotebookNode, starter: NotebookNode, checks: Collection[str] | None
) -> Iterator[str]:
    """What is wrong with the bank; `checks` are the ids of the exam's checks, None where they are not known."""
    file = bank_file(exercise)
    try:
        bank = read_bank(exercise)
    except FaultyData as faults:
        yield from faults.sentences
        return
    text = file.read_text(encoding="utf-8")
    for kind, least in LEAST.items():
        if len(getattr(bank, kind)) < least:
            yield fault(file, f"found {len(getattr(bank, kind))} of [[{kind}]], expected {least} at least")
    for kind, number, key, problem in _problems(bank, solution, _answers(solution, starter), checks):
        name = getattr(bank, kind)[number].name
        yield fault(file, f"{kind} {number + 1} ({name}): {key}: {problem}", line_of((kind, number, key), text))


def _problems(
    bank: Bank, solution: NotebookNode, answers: Collection[str], checks: Collection[str] | None
) -> Iterator[tuple[str, int, str, str]]:
    """The kind of an entry, its place from 0, a key of it, and what is wrong with the value."""
    names: set[str] = set()
    for kind in LEAST:
        for number, entry in enumerate(getattr(bank, kind)):
            if entry.name in names:
                yield kind, number, "name", "an entry before it has the same"
            names.add(entry.name)
            try:
                edited(solution, entry.edits)
            except EditError as problem:
                yield kind, number, "edits", str(problem)
    for number, mistake in enumerate(bank.mistake):
        if checks is not None and mistake.fails not in checks:
            yield "mistake", number, "fails", f"the exam has no check {mistake.fails}{meant(mistake.fails, checks)}"
        for key in ("found", "expected"):
            said = getattr(mistake, key)
            for answer in sorted(one for one in answers if _is_in(one, said)):
                yield "mistake", number, key, f"it holds `{answer}`, which is a part of the answer"


def _answers(solution: NotebookNode, starter: NotebookNode) -> set[str]:
    """What a message must not hold: lines, calls and values of the solution that the starter does not have.

    Of a cell that is no Python, for it holds a magic, the lines alone.
    """
    given = "\n".join(cell.source for cell in starter.cells)
    code = [cell.source for cell in solution.cells if cell.cell_type == "code"]
    found = {line.strip().rstrip(",") for source in code for line in solution_code(source) if len(line.strip()) > 3}
    for source in code:
        try:
            nodes = list(ast.walk(ast.parse(source)))
        except SyntaxError:
            continue
        found |= {ast.unparse(node) for node in nodes if isinstance(node, ast.Call)}
        found |= {_written(node.value) for node in nodes if isinstance(node, ast.Constant)}
    return {answer for answer in found if answer not in given}


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)  # 1.0 is the 1 of a text


def _is_in(answer: str, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(answer)}(?![\w.])", text) is not None
