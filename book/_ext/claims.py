"""The book's claims: a mark beside a sentence, and the tables on the page that lists them all.

    The objective may return a plain float {claim}`objective-returns-float`.

    ```{claims} exam
    ```

The directive shows `count`, the tables `exam` and `said`, or `all`; a second word chooses one chapter.
"""

from functools import cache
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from checker.study.claims import Claim, count, load_claims

FOLDER = Path(__file__).parent.parent / "claims"
PAGE = "book/claims"
TITLES = {
    "executed": "Executed when the book is built or tested",
    "sourced": "Taken from a source, not executed",
    "open": "Open",
}


@cache
def claims() -> tuple[Claim, ...]:
    """All claims, read once for a build."""
    return load_claims(FOLDER)


class ClaimMark(SphinxRole):
    """A small link to the claim's evidence; takes the id of a claim."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """What Sphinx puts in the role's place."""
        found = [claim for claim in claims() if claim.id == self.text]
        if not found:
            message = self.inliner.reporter.error(f"There is no claim {self.text!r} in {FOLDER}.", line=self.lineno)
            return [], [message]
        address = f"{self.env.app.builder.get_relative_uri(self.env.docname, PAGE)}#claim-{self.text}"
        link = nodes.reference("", found[0].evidence, refuri=address, internal=True, classes=["claim-mark"])
        return [link], []


class ClaimsDirective(SphinxDirective):
    """Takes what to show (count, exam, said or all), and of which chapter if not of all."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """What Sphinx puts in the directive's place."""
        for path in FOLDER.glob("*.toml"):
            self.env.note_dependency(str(path))
        show = {"count": _count, "exam": _exam, "said": _said, "all": _all}[self.arguments[0]]
        shown = nodes.container(classes=["claims"])
        chosen = [claim for claim in claims() if self.arguments[1:] in ([], [claim.chapter])]
        self.state.nested_parse(StringList(show(chosen).splitlines(), source=str(FOLDER)), 0, shown)
        return [shown]


def _count(chosen: list[Claim]) -> str:
    counted = count(chosen)
    rows = [(TITLES[evidence], str(number)) for evidence, number in counted.items()]
    return _table(("What the claims rest on", "Claims"), [*rows, ("All", str(sum(counted.values())))])


def _exam(chosen: list[Claim]) -> str:
    rows = [(claim.topic, claim.exam, _truth(claim)) for claim in chosen if claim.exam]
    return _table(("Topic", "Exam answer", "Today's truth"), rows)


def _said(chosen: list[Claim]) -> str:
    rows = [(claim.topic, claim.said, _truth(claim)) for claim in chosen if claim.said]
    return _table(("Topic", "Often said", "Today's truth"), rows)


def _truth(claim: Claim) -> str:
    return f"{claim.truth} {{ref}}`Read more <{claim.section}>` · {{claim}}`{claim.id}`"


def _all(chosen: list[Claim]) -> str:
    parts = []
    for evidence, title in TITLES.items():
        entries = [_entry(claim) for claim in chosen if claim.evidence == evidence]
        if entries:
            parts += [f":::{{rubric}} {title}\n:::", *entries]
    return "\n\n".join(parts)


def _entry(claim: Claim) -> str:
    if claim.cell:
        evidence = "a cell of that section"
    elif claim.test:
        evidence = f"`{claim.test}`"
    elif claim.source:
        evidence = f"{claim.source}, read on {claim.read}"
    else:
        evidence = f"open: {claim.open}"
    return f"(claim-{claim.id})=\n{claim.topic}. {claim.truth} {{ref}}`Section <{claim.section}>`; {evidence}."


def _table(header: tuple[str, ...], rows: list[tuple[str | None, ...]]) -> str:
    cells = ["\n".join(f"{'* -' if n == 0 else '  -'} {cell}" for n, cell in enumerate(row)) for row in (header, *rows)]
    return "\n".join([":::{list-table}", ":header-rows: 1", "", *cells, ":::"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_role("claim", ClaimMark())
    app.add_directive("claims", ClaimsDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
