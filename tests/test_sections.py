"""The book's labels and the sections that they stand before."""

from pathlib import Path

from checker.sections import Section, sections_of

PAGE = """---
title: (in-the-front-matter)=
---
# hp functions: spaces and results

(first)=
(second)=
## What `fmin` does with {term}`trials <trial>`

```{code-cell}
(in-code)=
## no heading
```

(a-figure)=
![A picture](picture.svg)

~~~
```
(in-tildes)=
~~~
(third)=

### Seeds
"""


def test_a_label_knows_its_page_its_chapter_and_its_section(tmp_path: Path) -> None:
    (tmp_path / "hp.md").write_text(PAGE)
    about = "What `fmin` does with trials"
    assert sections_of(tmp_path) == {
        "first": Section("hp", "hp functions", about),
        "second": Section("hp", "hp functions", about),
        "a-figure": Section("hp", "hp functions", about),
        "third": Section("hp", "hp functions", "Seeds"),
    }


def test_a_page_that_is_not_as_it_should_be_costs_only_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nnever closed\n(label)=\n# A title\n")
    (tmp_path / "b.md").write_bytes(b"(other)=\n# \xff title\n")
    assert sections_of(tmp_path) == {
        "label": Section("a", "A title", "A title"),
        "other": Section("b", "\N{REPLACEMENT CHARACTER} title", "\N{REPLACEMENT CHARACTER} title"),
    }
