"""The words that point into the book."""

from pathlib import Path

from checker.course import Course
from checker.progress import Help
from checker.report.words import hint

PAGE = "# hp functions: spaces and results\n\n(hp-sign)=\n## The sign of the `loss`\n"
ABOUT = Help(
    "A better configuration has a smaller loss.", ("Which is kept?", "Mind the sign.", "Negate it."), "hp-sign"
)


def with_page(root: Path, page: str) -> Course:
    """A course without exercises, whose book has this page alone."""
    (root / "book").mkdir(exist_ok=True)
    (root / "book" / "hp-functions.md").write_text(page)
    return Course(root, ())


def test_a_hint_names_the_chapter_and_the_section(tmp_path: Path) -> None:
    assert hint(2, ABOUT, with_page(tmp_path, PAGE)) == (
        "Hint 2 of 3: Mind the sign.\n"
        "Book: hp functions, section The sign of the `loss`\n"
        "book/hp-functions.html#hp-sign (`checker book` opens it)"
    )


def test_a_label_that_no_page_has_is_shown_as_it_is(tmp_path: Path) -> None:
    assert hint(3, ABOUT, with_page(tmp_path, "# hp functions\n")) == (
        "Hint 3 of 3: Negate it.\nBook: hp-sign\nhp-sign (`checker book` opens it)"
    )


def test_another_course_object_reads_the_book_anew(tmp_path: Path) -> None:
    before = with_page(tmp_path, PAGE)
    assert before.section_of("hp-sign").title == "The sign of the `loss`"
    after = with_page(tmp_path, PAGE.replace("The sign of", "Turning round"))
    assert after.section_of("hp-sign").title == "Turning round the `loss`"
    assert before.section_of("hp-sign").title == "The sign of the `loss`"
