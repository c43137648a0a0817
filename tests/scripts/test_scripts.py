"""What scripts write is in the repository as they write it."""

import csv

import pytest

from benchmarks import table
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


def test_the_tables_of_the_benchmark_compare_medians_and_say_which_targets_are_met() -> None:
    figures = table.Figures("a machine", exercises=["one", "two", "spark"], spark=["spark"])
    seconds = {  # of three rounds, one of which was disturbed
        table.PLAIN: {"one": [10, 10, 90], "two": [20, 20, 20], "spark": [30, 40, 50]},
        table.SCRIPT: {"one": [5, 5, 5], "two": [10, 10, 10], "spark": [30, 30, 30]},
        table.ONE: {"one": [11, 11, 11], "two": [22, 22, 22], "spark": [60, 60, 60]},
        table.WATCH: {"one": [2, 2.5, 9], "two": [6, 6, 6], "spark": [8, 8, 8]},
        table.ALL: {table.ALL: [28, 28, 28]},
        table.UNCHANGED: {table.UNCHANGED: [0.4, 0.6, 0.3]},
        table.HELP: {table.HELP: [0.2, 0.2, 0.2]},
    }
    for way, known in seconds.items():
        for what, rounds in known.items():
            for figure in rounds:
                figures.add(way, what, figure)
    assert list(table.verdicts(figures))[2:] == [
        "| Watch mode, from save to verdict, without Spark (2 exercises) | 4.2 | 0.28 (0.25 to 0.30)"
        " | 0.55 (0.50 to 0.60) | at most 0.25 of a plain run: met by 1 of 2 exercises |",
        "| Watch mode, from save to verdict, with Spark (1 exercise) | 8.0 | 0.20 | 0.27"
        " | at most 0.50 of a plain run: met |",
        "| One exercise, one command (3 exercises) | 22.0 | 1.10 (1.10 to 1.50) | 2.20 (2.00 to 2.20)"
        " | at most 1.00 of a plain run: not met |",
        "| All 3 in one command | 28.0 | 0.40 | 0.62 | at most 0.40 of the plain runs together: met |",
        "| An exercise that has not changed | 0.40 | | | under 0.5 s: met |",
        "| `checker --help` | 0.20 | | | under 0.2 s: not met |",
    ]


def test_the_tables_of_the_benchmark_compare_graders_and_name_one_that_is_missing() -> None:
    figures = table.Figures("a machine", exercises=[], spark=[], without_spark=[1600, 1400, 1500])
    figures.graders = {"one": {table.CHECKER: [10, 20, 30], "nbgrader 1.2": [110, 115, 150]}}
    figures.megabytes = {"one": {table.CHECKER: [500, 501, 502], "nbgrader 1.2": [300, 300, 300]}}
    figures.missing = {"otter-grader": "it could not be installed or run here"}
    assert list(table.ten_submissions(figures))[2:] == [
        "| `one` | the checker | 20.0 | 1.0 | 501 MB |",
        "| `one` | nbgrader 1.2 | 115.0 | 5.8 | 300 MB |",
        "| | otter-grader | not measured: it could not be installed or run here | | |",
        "",
        "Target: 6 times faster than nbgrader at least; not met for `one`: 5.8.",
        "All exercises without Spark, in one command, take the checker 1.50 GB at the peak;"
        " target: under 1.5 GB; not met.",
    ]


def test_the_tables_of_the_benchmark_go_between_their_marks_in_the_readme() -> None:
    text = table.README.read_text(encoding="utf-8")
    new = table.into(text, "\nnew\n")
    assert f"{table.BEGIN}\n\nnew\n{table.END}" in new
    assert new.replace("\nnew\n", "") == table.into(text, "")
