"""Release: marks become stubs, everything else stays, and each unbalanced mark is named."""

import nbformat
import pytest

from checker.solution import MarkError, solution_code, starter_of


def released(source: str) -> str:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id="space")])
    return str(starter_of(notebook).cells[0].source)


def test_a_marked_part_becomes_its_starter() -> None:
    source = "a = 1\n### solution\nspace = {}\n### starter\n# space = ...\n### end\nb = 2"
    assert released(source) == "a = 1\nspace = ...\nb = 2"


def test_without_a_starter_part_the_block_becomes_an_ellipsis_at_its_depth() -> None:
    assert released("def f():\n    ### solution\n    return 1\n    ### end") == "def f():\n    ..."


def test_starter_lines_keep_their_own_depth() -> None:
    source = "### solution\nx = 1\n### starter\n# def f():\n#     return ...\n### end"
    assert released(source) == "def f():\n    return ..."


def test_outputs_and_counts_are_dropped_and_the_solution_is_not_changed() -> None:
    cell = nbformat.v4.new_code_cell("1", id="one", execution_count=3)
    cell.outputs = [nbformat.v4.new_output("stream", text="1")]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    starter = starter_of(notebook).cells[0]
    assert (starter.outputs, starter.execution_count) == ([], None)
    assert (len(cell.outputs), cell.execution_count) == (1, 3)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("### solution\nx = 1", "cell 1, line 1: `### solution` has no `### end`"),
        ("### solution\n### starter\n# x = ...", "cell 1, line 2: `### starter` has no `### end`"),
        ("### end", "cell 1, line 1: `### end` stands where no such mark can; the order is solution, starter, end"),
        (
            "### starter",
            "cell 1, line 1: `### starter` stands where no such mark can; the order is solution, starter, end",
        ),
        (
            "### solution\n### solution",
            "cell 1, line 2: `### solution` stands where no such mark can; the order is solution, starter, end",
        ),
        (
            "### solution\n### starter\nx = 1\n### end",
            "cell 1, line 3: a starter line must begin with `# `, found `x = 1`",
        ),
    ],
)
def test_an_unbalanced_mark_is_named(source: str, message: str) -> None:
    with pytest.raises(MarkError) as raised:
        released(source)
    assert str(raised.value) == message


def test_the_solutions_own_lines() -> None:
    assert solution_code("a\n### solution\n  b\n\n### starter\n# c\n### end\nd") == ["  b"]
