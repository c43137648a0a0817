"""The sections of the book by their labels, from the Markdown of its pages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LABEL = re.compile(r"\((.+)\)=\s*$")
_HEADING = re.compile(r"#+ +(.+)$")
_ROLE = re.compile(r"\{\w+\}`([^`<]+?)(?: *<[^`]*>)?`")


@dataclass(frozen=True)
class Section:
    """A place in the book: its page's file without the ending, the page's title up to a colon, the section's title."""

    page: str
    chapter: str
    title: str


def sections_of(book: Path) -> Mapping[str, Section]:
    """The section that each label of the pages in a folder stands before."""
    return {
        label: section
        for path in sorted(book.glob("*.md"))
        for label, section in _labelled(path.stem, path.read_text(encoding="utf-8", errors="replace"))
    }


def _labelled(page: str, text: str) -> Iterator[tuple[str, Section]]:
    """A label before anything else than a heading belongs to the section that it lies in."""
    chapter, title = page, page
    labels: list[str] = []
    for line in _prose(text):
        if label := _LABEL.match(line):
            labels.append(label[1])
            continue
        if heading := _HEADING.match(line):
            title = _ROLE.sub(r"\1", heading[1]).strip()
            chapter = title.partition(":")[0] if chapter == page else chapter
        if line.strip():
            yield from ((name, Section(page, chapter, title)) for name in labels)
            labels = []


def _prose(text: str) -> Iterator[str]:
    """The lines outside the front matter and outside of fenced code."""
    lines = text.splitlines()
    if lines[:1] == ["---"] and "---" in lines[1:]:
        lines = lines[lines.index("---", 1) + 1 :]
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and line.strip().startswith(fence) and not line.strip(" `~") else fence
        elif mark:
            fence = mark[1]
        else:
            yield line
