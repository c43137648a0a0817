"""The book's claims: a mark beside a sentence, and the tables on the page that lists them all.

    The objective may return a plain float {claim}`objective-returns-float`.

    ```{claims} exam
    ```

The directive shows `count`, the tables `exam`, `said` and `sources`, or `all`; a second word chooses one chapter.
"""

from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole
from tables import shown, table

from checker.book.claims import Claim, Evidence, count, load_claims

FOLDER = Path(__file__).parent.parent / "claims"
PAGE = "book/claims"
TITLES: dict[Evidence, str] = {"executed": "Executed", "sourced": "From a source", "open": "Open"}
WIDTHS = "20 30 50"


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
    """Takes what to show (count, exam, said, sources or all), and of which chapter if not of all."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """What Sphinx puts in the directive's place."""
        for path in FOLDER.glob("*.toml"):
            self.env.note_dependency(str(path))
        show = {"count": _count, "exam": _exam, "said": _said, "sources": _sources, "all": _all}[self.arguments[0]]
        chosen = [claim for claim in claims() if self.arguments[1:] in ([], [claim.chapter])]
        return [shown(self, show(chosen), "claims")]


def _count(chosen: list[Claim]) -> str:
    rows = [(_page(chapter), *_numbers(claims)) for chapter, claims in _by_chapter(chosen).items()]
    return table(("Chapter", *TITLES.values(), "All"), [*rows, ("All", *_numbers(chosen))])


def _numbers(chosen: list[Claim]) -> tuple[str, ...]:
    counted = count(chosen)
    return (*(str(counted[evidence]) for evidence in TITLES), str(len(chosen)))


def _by_chapter(chosen: list[Claim]) -> dict[str, list[Claim]]:
    grouped: dict[str, list[Claim]] = {}
    for claim in chosen:
        grouped.setdefault(claim.chapter, []).append(claim)
    return grouped


def _page(chapter: str) -> str:
    return f"{{doc}}`{chapter}`"


def _exam(chosen: list[Claim]) -> str:
    rows = [(claim.topic, claim.exam, _truth(claim)) for claim in chosen if claim.exam]
    return table(("Topic", "Exam answer", "Today's truth"), rows, WIDTHS)


def _said(chosen: list[Claim]) -> str:
    rows = [(claim.topic, claim.said, _truth(claim)) for claim in chosen if claim.said]
    return table(("Topic", "Often said", "Today's truth"), rows, WIDTHS)


def _sources(chosen: list[Claim]) -> str:
    backed: dict[str, list[Claim]] = {}
    for claim in chosen:
        if claim.source:
            backed.setdefault(claim.source, []).append(claim)
    rows = [
        (source, max(claim.read or "" for claim in backed[source]), ", ".join(claim.topic for claim in backed[source]))
        for source in sorted(backed)
    ]
    return table(("Source", "Read on", "For"), rows, "45 15 40")


def _truth(claim: Claim) -> str:
    return f"{claim.truth} {{ref}}`Read more <{claim.section}>` · {{claim}}`{claim.id}`"


def _all(chosen: list[Claim]) -> str:
    parts = []
    for chapter, claims in _by_chapter(chosen).items():
        parts += [f":::{{rubric}} {_page(chapter)}\n:::", *map(_entry, claims)]
    return "\n\n".join(parts)


def _entry(claim: Claim) -> str:
    if claim.cell:
        evidence = f"Executed in {{ref}}`this section <{claim.section}>`."
    elif claim.test:
        evidence = f"Executed by `{claim.test}`, for {{ref}}`this section <{claim.section}>`."
    elif claim.source:
        evidence = f"From {claim.source}, read on {claim.read}, for {{ref}}`this section <{claim.section}>`."
    else:
        evidence = f"Open: {claim.open}. For {{ref}}`this section <{claim.section}>`."
    return f"(claim-{claim.id})=\n**{claim.topic}.** {claim.truth}\n\n:::{{class}} claim-evidence\n{evidence}\n:::"


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_role("claim", ClaimMark())
    app.add_directive("claims", ClaimsDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
