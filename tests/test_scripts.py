"""What scripts write is in the repository as they write it."""

import csv

import pytest

from scripts.data import parallelism
from scripts.vocabulary import TARGET, page


def test_the_list_of_words_is_what_the_docstrings_say() -> None:
    assert TARGET.read_text(encoding="utf-8") == page()


@pytest.mark.long
def test_the_searches_with_simulated_workers_are_what_the_script_computes() -> None:
    with parallelism.TARGET.open(encoding="utf-8", newline="") as file:
        kept = {(row["algorithm"], int(row["parallelism"]), int(row["seed"])): row for row in csv.DictReader(file)}
    assert len(kept) == parallelism.SEEDS * (len(parallelism.PARALLELISM) + 1)
    for case in (("tpe", 10, 0), ("tpe", 100, 1), ("random", 100, 2)):
        computed = parallelism.search(*case)._asdict()
        assert {name: str(value) for name, value in computed.items()} == kept[case]
