"""What scripts write is in the repository as they write it."""

from scripts.vocabulary import TARGET, page


def test_the_list_of_words_is_what_the_docstrings_say() -> None:
    assert TARGET.read_text(encoding="utf-8") == page()
