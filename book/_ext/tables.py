"""What the book's directives share: a table in MyST, and showing MyST in a directive's place."""

from collections.abc import Iterable, Sequence

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective


def table(header: Sequence[str], rows: Iterable[Sequence[str | None]], widths: str = "auto") -> str:
    """A table with a header row; each cell is Markdown of one line. `widths` are those of a list-table."""
    cells = ["\n".join(f"{'* -' if n == 0 else '  -'} {cell}" for n, cell in enumerate(row)) for row in (header, *rows)]
    return "\n".join([":::{list-table}", ":header-rows: 1", f":widths: {widths}", "", *cells, ":::"])


def shown(directive: SphinxDirective, text: str, name: str) -> nodes.container:
    """The MyST in `text` as nodes, in a container of the class `name`."""
    container = nodes.container(classes=[name])
    directive.state.nested_parse(StringList(text.splitlines(), source=name), 0, container)
    return container
