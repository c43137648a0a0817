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
