"""The tree of MLflow runs, and how each run ended. What each word accepts, and what it says otherwise, verbatim."""

import pytest

from checker.checks import vocabulary as the
from checker.evidence import RunRecord
from tests.checks.vocabulary.made_up import CHILDREN, PARENT, run, said, trial

ONE_PARENT = "one parent run at the top level, and a child run of it for each trial"


def at_a_time(together: int, of: int = 6) -> list[RunRecord]:
    """Runs of which so many begin together, and then again so many, when those have ended."""
    return [run(f"trial {at}", start=at // together * 100, end=at // together * 100 + 100) for at in range(of)]


def test_a_tree_is_taken_apart() -> None:
    others = [run("mine", None, experiment="other"), run("deep", "trial 1")]
    assert the.run_tree([PARENT, *CHILDREN, *others], "tuning", 2) == (PARENT, CHILDREN)
    assert the.run_tree([PARENT, *CHILDREN], "tuning", 6, at_least=1) == (PARENT, CHILDREN)


def test_beside_a_named_parent_other_runs_do_not_matter() -> None:
    others = [run("refit", None), run("first try", None), run("a", "first try")]
    assert the.run_tree([PARENT, *CHILDREN, *others], "tuning", 2, parent="search") == (PARENT, CHILDREN)


@pytest.mark.parametrize(
    ("runs", "found", "expected"),
    [
        (
            [],
            "the checker's MLflow store has no runs. Does the notebook set a tracking URI?",
            "the runs of the search in the experiment `tuning`",
        ),
        (
            [run("a", None, experiment="Default"), run("b", None, experiment="mine")],
            "the experiment `tuning` has no runs; there are 2 runs in `Default`, `mine`",
            "the runs of the search in the experiment `tuning`",
        ),
        (
            [run("a", None), run("b", None)],
            "2 runs in `tuning` are at the top level, and there are 0 child runs. "
            "Which argument of `start_run` makes a run a child?",
            ONE_PARENT,
        ),
        (
            [run("a"), run("b")],
            "each of the 2 runs in `tuning` is a child, but of no run in this experiment. "
            "Which experiment was active when the parent began?",
            ONE_PARENT,
        ),
        (
            [PARENT, *CHILDREN, run("again", None), run("a", "again")],
            "`tuning` has 2 parent runs, with 2 and 1 child runs. How many searches does the notebook run?",
            ONE_PARENT,
        ),
        (
            [PARENT, *CHILDREN, run("lost", None)],
            "the parent run has 2 child runs, and 1 run more beside it at the top level. Which of them is a trial?",
            ONE_PARENT,
        ),
        ([PARENT], "the parent run has 0 child runs", "2 child runs, one for each trial"),
        ([PARENT, CHILDREN[0]], "the parent run has 1 child run", "2 child runs, one for each trial"),
        ([PARENT, *CHILDREN, run("c")], "the parent run has 3 child runs", "2 child runs, one for each trial"),
        (
            [PARENT, CHILDREN[0], run("deep", "trial 1")],
            "the parent run has 1 child run, and 1 run more below these. Which run was active when they began?",
            "2 child runs, one for each trial",
        ),
        (
            [PARENT, run("a", experiment="Default"), run("b", experiment="Default")],
            "the parent run has 0 child runs in its experiment, and 2 in `Default`. "
            "Which experiment was set when they began?",
            "2 child runs, one for each trial",
        ),
    ],
)
def test_a_wrong_tree(runs: list[RunRecord], found: str, expected: str) -> None:
    assert said(lambda: the.run_tree(runs, "tuning", 2)) == (found, expected)


def test_a_named_parent_that_is_missing_or_there_twice() -> None:
    expected = "one parent run named `tpe` in `tuning`"
    assert said(lambda: the.run_tree([PARENT, *CHILDREN], "tuning", 2, parent="tpe")) == (
        "no run at the top level of `tuning` is named `tpe`; the names there are `search`",
        expected,
    )
    nameless = [RunRecord(str(n), None, "tuning", f"learned-mouse-{n}", "FINISHED") for n in range(2)]
    assert said(lambda: the.run_tree([PARENT, *nameless], "tuning", 2, parent="tpe")) == (
        "no run at the top level of `tuning` is named `tpe`; the names there are `search` and 2 made up by MLflow",
        expected,
    )
    twice = [RunRecord(str(n), None, "tuning", "tpe", "FINISHED") for n in range(2)]
    assert said(lambda: the.run_tree([*twice, run("a", "1")], "tuning", 2, parent="tpe")) == (
        "2 runs in `tuning` are named `tpe`, with 0 and 1 child runs",
        expected,
    )


def test_runs_of_other_searches_are_not_taken_for_lost_trials() -> None:
    others = [run("first try", None), run("a", "first try"), run("lost", None)]
    assert said(lambda: the.run_tree([PARENT, CHILDREN[0], *others], "tuning", 2, parent="search"))[0] == (
        "the parent run has 1 child run, and 1 run more beside it at the top level. Which of them is a trial?"
    )
    assert said(lambda: the.run_tree([PARENT, CHILDREN[0], *others[:2]], "tuning", 2, parent="search"))[0] == (
        "the parent run has 1 child run"
    )


def test_a_search_that_may_stop_early_and_ran_too_short() -> None:
    assert said(lambda: the.run_tree([PARENT, *CHILDREN], "tuning", 9, at_least=3)) == (
        "the parent run has 2 child runs",
        "between 3 and 9 child runs, one for each trial",
    )


def test_open_runs() -> None:
    the.all_ended([PARENT, *CHILDREN, run("a", status="KILLED"), run("b", status="FAILED")])
    assert said(lambda: the.all_ended([*CHILDREN, run("a", status="RUNNING"), run("b", status="RUNNING")])) == (
        "2 of 4 runs are still RUNNING: `a`, `b`. What ends a run that `start_run` opened without `with`?",
        "each run ended, also where its trial failed",
    )


def test_failed_trials() -> None:
    failed = trial(3, None)
    the.failed_trials_failed([*CHILDREN, failed], "loss", 1)
    assert said(lambda: the.failed_trials_failed([*CHILDREN, failed], "loss", 2)) == (
        "1 of 3 child runs is FAILED",
        "2: a run for each trial, and FAILED where the trial failed",
    )
    assert said(lambda: the.failed_trials_failed([run("a")], "loss", 1)) == (
        "the child run `a` has no `loss`, and its status is FINISHED. Who could later tell that its trial failed?",
        "the status FAILED for the run of a trial that failed",
    )
    assert said(lambda: the.failed_trials_failed([run("a", status="FAILED", metrics={"loss": 1.0})], "loss", 1)) == (
        "the child run `a` is FAILED, and it has `loss` = 1.0. Did its trial fail before or after that?",
        "no `loss` in the run of a trial that failed",
    )
    assert said(lambda: the.finished([failed])) == (
        "of 1 child run none is FINISHED",
        "a FINISHED run for each good trial",
    )


@pytest.mark.parametrize(
    ("runs", "found", "expected"),
    [
        (at_a_time(1), "no more than 1 trial ran at a time. What did the other workers do?", "3 trials at a time"),
        (
            at_a_time(4),
            "more than 3 trials ran at a time. What could the search learn from them?",
            "3 trials at a time",
        ),
        ([run("open")], "of 1 child run none has ended", "child runs that ended"),
    ],
)
def test_trials_at_a_time(runs: list[RunRecord], found: str, expected: str) -> None:
    assert said(lambda: the.ran_at_a_time(runs, 3)) == (found, expected)


@pytest.mark.parametrize("together", [2, 3])
def test_trials_at_a_time_that_are_about_right(together: int) -> None:
    the.ran_at_a_time(at_a_time(together), 3)
