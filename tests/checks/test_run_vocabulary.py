"""What each word about runs accepts, and what it says, verbatim, where it does not."""

from collections.abc import Callable
from typing import Any

import pytest

from checker.checks import run_vocabulary as words
from checker.checks.exam import NeedsWork
from checker.evidence import ModelVersion, RunRecord

NAN = float("nan")


def run(name: str, parent: str | None = "search", **changes: Any) -> RunRecord:
    """A run whose id is its name; by default a finished child of `search`."""
    values = {"experiment": "tuning", "status": "FINISHED", **changes}
    return RunRecord(run_id=name, parent_id=parent, name=name, **values)


def trial(number: int, loss: float | None, **params: str) -> RunRecord:
    """A child run with its parameters and, unless it failed, its loss."""
    if loss is None:
        return run(f"trial {number}", params=params, status="FAILED")
    return run(f"trial {number}", params=params, metrics={"loss": loss})


PARENT = run("search", None, metrics={"loss": -0.9}, params={"max_depth": "2"})
CHILDREN = [trial(depth, -0.7 - depth / 10, max_depth=str(depth)) for depth in (1, 2)]
LONG = "x" * 50


def said(word: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(NeedsWork) as caught:
        word()
    return caught.value.found, caught.value.expected


# -- the tree ----------------------------------------------------------------------------------------------------


def test_a_tree_is_taken_apart() -> None:
    others = [run("mine", None, experiment="other"), run("deep", "trial 1")]
    assert words.run_tree([PARENT, *CHILDREN, *others], "tuning", 2) == (PARENT, CHILDREN)
    assert words.run_tree([PARENT, *CHILDREN], "tuning", 6, at_least=1) == (PARENT, CHILDREN)


def test_beside_a_named_parent_other_runs_do_not_matter() -> None:
    others = [run("refit", None), run("first try", None), run("a", "first try")]
    assert words.run_tree([PARENT, *CHILDREN, *others], "tuning", 2, parent="search") == (PARENT, CHILDREN)


ONE_PARENT = "one parent run at the top level, and a child run of it for each trial"


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
    assert said(lambda: words.run_tree(runs, "tuning", 2)) == (found, expected)


def test_a_named_parent_that_is_missing_or_there_twice() -> None:
    expected = "one parent run named `tpe` in `tuning`"
    assert said(lambda: words.run_tree([PARENT, *CHILDREN], "tuning", 2, parent="tpe")) == (
        "no run at the top level of `tuning` is named `tpe`; the names there are `search`",
        expected,
    )
    nameless = [RunRecord(str(n), None, "tuning", f"learned-mouse-{n}", "FINISHED") for n in range(2)]
    assert said(lambda: words.run_tree([PARENT, *nameless], "tuning", 2, parent="tpe")) == (
        "no run at the top level of `tuning` is named `tpe`; the names there are `search` and 2 made up by MLflow",
        expected,
    )
    twice = [RunRecord(str(n), None, "tuning", "tpe", "FINISHED") for n in range(2)]
    assert said(lambda: words.run_tree([*twice, run("a", "1")], "tuning", 2, parent="tpe")) == (
        "2 runs in `tuning` are named `tpe`, with 0 and 1 child runs",
        expected,
    )


def test_runs_of_other_searches_are_not_taken_for_lost_trials() -> None:
    others = [run("first try", None), run("a", "first try"), run("lost", None)]
    assert said(lambda: words.run_tree([PARENT, CHILDREN[0], *others], "tuning", 2, parent="search"))[0] == (
        "the parent run has 1 child run, and 1 run more beside it at the top level. Which of them is a trial?"
    )
    assert said(lambda: words.run_tree([PARENT, CHILDREN[0], *others[:2]], "tuning", 2, parent="search"))[0] == (
        "the parent run has 1 child run"
    )


def test_a_search_that_may_stop_early_and_ran_too_short() -> None:
    assert said(lambda: words.run_tree([PARENT, *CHILDREN], "tuning", 9, at_least=3)) == (
        "the parent run has 2 child runs",
        "between 3 and 9 child runs, one for each trial",
    )


# -- how runs ended ----------------------------------------------------------------------------------------------


def test_open_runs() -> None:
    words.all_ended([PARENT, *CHILDREN, run("a", status="KILLED"), run("b", status="FAILED")])
    assert said(lambda: words.all_ended([*CHILDREN, run("a", status="RUNNING"), run("b", status="RUNNING")])) == (
        "2 of 4 runs are still RUNNING: `a`, `b`. What ends a run that `start_run` opened without `with`?",
        "each run ended, also where its trial failed",
    )


def test_failed_trials() -> None:
    failed = trial(3, None)
    words.failed_trials_failed([*CHILDREN, failed], "loss", 1)
    assert said(lambda: words.failed_trials_failed([*CHILDREN, failed], "loss", 2)) == (
        "1 of 3 child runs is FAILED",
        "2: a run for each trial, and FAILED where the trial failed",
    )
    assert said(lambda: words.failed_trials_failed([run("a")], "loss", 1)) == (
        "the child run `a` has no `loss`, and its status is FINISHED. Who could later tell that its trial failed?",
        "the status FAILED for the run of a trial that failed",
    )
    assert said(lambda: words.failed_trials_failed([run("a", status="FAILED", metrics={"loss": 1.0})], "loss", 1)) == (
        "the child run `a` is FAILED, and it has `loss` = 1.0. Did its trial fail before or after that?",
        "no `loss` in the run of a trial that failed",
    )
    assert said(lambda: words.finished([failed])) == (
        "of 1 child run none is FINISHED",
        "a FINISHED run for each good trial",
    )


# -- what runs hold ----------------------------------------------------------------------------------------------


def test_missing_parameters_and_metrics() -> None:
    words.logs_params([*CHILDREN, trial(3, None, max_depth="3")], ["max_depth"])
    assert said(lambda: words.logs_params(CHILDREN, ["max_depth", "criterion"])) == (
        "the child run `trial 1` has no parameter `criterion`; it has `max_depth`",
        "the parameters of the trial in each child run, under the names of the search space",
    )
    words.logs_metric([*CHILDREN, trial(3, None)], "loss")
    assert said(lambda: words.logs_metric([run(LONG, metrics={"accuracy": 0.9})], "loss")) == (
        f"the child run `{'x' * 40}...` has no metric `loss`; it has `accuracy`",
        "`loss` in the child run of each trial that gave one",
    )
    assert said(lambda: words.logs_metric([trial(1, NAN)], "loss")) == (
        "the child run `trial 1` has `loss` = nan",
        "a finite number",
    )


TYPES = {"max_depth": words.whole, "alpha": words.real, "criterion": words.one_of("gini", None, 2)}


def test_parameters_as_the_model_takes_them() -> None:
    values = words.params_of(trial(1, 0.0, max_depth="5.0", alpha="1e-3", criterion="None"), TYPES)
    assert values == {"max_depth": 5, "alpha": 0.001, "criterion": None}
    assert type(values["max_depth"]) is int
    assert words.params_of(trial(1, 0.0, criterion="2"), {"criterion": TYPES["criterion"]}) == {"criterion": 2}


@pytest.mark.parametrize(
    ("name", "text", "ask"),
    [
        ("max_depth", "5.5", ""),
        ("max_depth", "inf", ""),
        ("max_depth", "deep", ""),
        ("alpha", "nan", ""),
        ("criterion", "1", ". Is that the option, or its position?"),
    ],
)
def test_parameters_that_no_model_takes(name: str, text: str, ask: str) -> None:
    assert said(lambda: words.params_of(trial(1, 0.0, **{name: text}), {name: TYPES[name]})) == (
        f"the child run `trial 1` has `{name}` = {text}{ask}",
        "the value that the trial's model was trained with",
    )


def test_bounds_and_differences() -> None:
    words.params_within(CHILDREN, "max_depth", 1, 2)
    assert said(lambda: words.params_within(CHILDREN, "max_depth", 2, 8)) == (
        "the child run `trial 1` has `max_depth` = 1",
        "a value of the search space, between 2 and 8",
    )
    words.are_different(CHILDREN, ["max_depth"], 2)
    assert said(lambda: words.are_different([CHILDREN[0]] * 3, ["max_depth"], 2)) == (
        "3 child runs with 1 different configuration. Where do the logged parameters come from?",
        "in each child run the parameters of its own trial",
    )


# -- what runs claim ---------------------------------------------------------------------------------------------


def score_of(params: dict[str, Any]) -> float:
    return -0.7 - float(params["max_depth"]) / 10


DEPTH = {"max_depth": words.whole}


def test_metrics_that_follow() -> None:
    words.metrics_follow([*CHILDREN, trial(3, None, max_depth="3")], "loss", DEPTH, score_of)
    words.metrics_follow(CHILDREN, "loss", DEPTH, lambda params: -score_of(params), agrees=lambda a, b: a == -b)


def test_an_invented_metric() -> None:
    assert said(lambda: words.metrics_follow([trial(4, -0.99, max_depth="4")], "loss", DEPTH, score_of)) == (
        "the child run `trial 4` has `loss` = -0.99 for max_depth=4",
        "the `loss` that follows from training with these parameters, which gives -1.1",
    )


def test_of_a_sample_only_so_many_are_computed_and_the_seed_says_which() -> None:
    children = [trial(depth, score_of({"max_depth": depth}), max_depth=str(depth)) for depth in range(20)]
    looked_at: list[list[int]] = []
    for seed in (1, 1, 2):
        seen: list[int] = []
        words.metrics_follow(
            children,
            "loss",
            DEPTH,
            lambda params, seen=seen: (seen.append(params["max_depth"]), score_of(params))[1],
            sample=3,
            seed=seed,
        )
        looked_at.append(seen)
    assert [len(seen) for seen in looked_at] == [3, 3, 3]
    assert looked_at[0] == looked_at[1] != looked_at[2]


def best(parent: RunRecord, *, lower: bool = True, name: str | None = None) -> Callable[[], None]:
    return lambda: words.best_is_best_child(parent, CHILDREN, "loss", lower=lower, best=name)


def test_the_best_value() -> None:
    expected = "`loss` of the parent run: the best `loss` of its child runs"
    best(PARENT)()
    best(run("search", None, metrics={"best": -0.8}), lower=False, name="best")()
    assert said(best(PARENT, lower=False)) == (
        "the parent run has `loss` = -0.9, and `loss` of its 2 child runs goes from -0.9 to -0.8. "
        "Which end of the list is the best?",
        expected,
    )
    assert said(best(run("search", None, metrics={"loss": 0.5}))) == (
        "the parent run has `loss` = 0.5, and `loss` of its 2 child runs goes from -0.9 to -0.8",
        expected,
    )
    assert said(best(run("search", None))) == ("the parent run has no metric `loss`; it has none", expected)
    assert said(lambda: words.best_is_best_child(PARENT, [run("a"), trial(1, NAN)], "loss", lower=True)) == (
        "of 2 child runs none has `loss`",
        expected,
    )


def test_the_best_run() -> None:
    def check(run_id: Any, lower: bool = True) -> Callable[[], None]:
        children = [*CHILDREN, trial(3, -0.85, max_depth="3")]
        return lambda: words.is_best_run(run_id, children, "loss", "best_run", lower=lower)

    expected = "the run id of the child with the best `loss`"
    check("trial 2")()
    check("trial 1", lower=False)()
    assert said(check("trial 1")) == (
        "`best_run` is a run with `loss` = -0.8, and 2 of 3 child runs are better. Which end of the order is the best?",
        expected,
    )
    assert said(check("trial 3")) == (
        "`best_run` is a run with `loss` = -0.85, and 1 of 3 child runs is better. In which order do runs come back?",
        expected,
    )
    assert said(check("search")) == (
        "`best_run` is an id that no child run of the study has",
        expected,
    )
    assert said(check(None))[0] == "`best_run` is None"


def test_the_best_parameters() -> None:
    def check(**params: str) -> Callable[[], None]:
        parent = run("search", None, params=params)
        return lambda: words.best_params_are_best_childs(parent, CHILDREN, "loss", ["max_depth"], lower=True)

    expected = "the parameters of the child run with the best `loss`"
    check(max_depth="2.0", more="1")()
    assert said(check(max_depth="1")) == (
        "the parent run has max_depth=1, and no child run with the best `loss` has these. "
        "Are they options, or positions?",
        expected,
    )
    assert said(check()) == ("the parent run has no parameter `max_depth`", expected)


# -- Optuna ------------------------------------------------------------------------------------------------------


def test_the_direction_of_a_study() -> None:
    for right in ("maximize", "MAXIMIZE", "StudyDirection.MAXIMIZE"):
        words.study_direction(right, "maximize", "accuracy")
    assert said(lambda: words.study_direction("minimize", "maximize", "accuracy")) == (
        "the direction of the study is 'minimize'. Is a larger accuracy better, or a smaller one?",
        "the direction in which accuracy becomes better",
    )


@pytest.mark.parametrize(
    ("states", "found", "expected"),
    [
        ([], "0 trials", "3 trials"),
        (["COMPLETE"] * 2, "2 trials: 2 COMPLETE", "3 trials"),
        (
            ["COMPLETE", "RUNNING", "PRUNED"],
            "3 trials: 1 COMPLETE, 1 PRUNED, 1 RUNNING",
            "no trial that is still RUNNING or WAITING",
        ),
        (
            ["FAIL"] * 3,
            "3 trials: 3 FAIL. What does the study know about good parameters?",
            "trials that are COMPLETE",
        ),
        (
            ["COMPLETE"] * 3,
            "3 trials: 3 COMPLETE. Who asks `should_prune`, and what happens then?",
            "PRUNED trials: bad ones that ended early",
        ),
    ],
)
def test_the_states_of_trials(states: list[str], found: str, expected: str) -> None:
    assert said(lambda: words.trial_states(states, 3, pruned=True)) == (found, expected)


def test_states_that_are_right_and_states_as_logged() -> None:
    words.trial_states(["COMPLETE", "PRUNED", "FAIL"], 3, pruned=True)
    words.trial_states(["COMPLETE"] * 3, 3)
    logged = [run("a"), run("b", status="KILLED"), run("c", status="FAILED"), run("d", status="RUNNING")]
    assert words.states_of(logged) == ["COMPLETE", "PRUNED", "FAIL", "RUNNING"]


# -- trials at a time, tags, registered models -------------------------------------------------------------------


def at_a_time(together: int, of: int = 6) -> list[RunRecord]:
    """Runs of which so many begin together, and then again so many, when those have ended."""
    return [run(f"trial {at}", start=at // together * 100, end=at // together * 100 + 100) for at in range(of)]


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
    assert said(lambda: words.ran_at_a_time(runs, 3)) == (found, expected)


@pytest.mark.parametrize("together", [2, 3])
def test_trials_at_a_time_that_are_about_right(together: int) -> None:
    words.ran_at_a_time(at_a_time(together), 3)


def test_tags() -> None:
    words.logs_tag([run("a", tags={"search": "by hand"})], "search", "by hand")
    expected = "`by hand` in each child run"
    assert said(lambda: words.logs_tag([run("a", status="FAILED")], "search", "by hand")) == (
        "the child run `a` is FAILED, and its tag `search` has no value",
        expected,
    )
    assert said(lambda: words.logs_tag([run("a", tags={"search": "mine"})], "search", "by hand")) == (
        "the child run `a` is FINISHED, and its tag `search` has `mine`",
        expected,
    )


def test_the_run_of_an_alias() -> None:
    old = run("a", registered=(ModelVersion("wine", 1, ("challenger",)), ModelVersion("tea", 1, ("champion",))))
    new = run("b", registered=(ModelVersion("wine", 2, ("champion", "latest")),))
    assert words.holds_alias([run("c"), old, new], "wine", "champion") is new
    expected = "a version of the registered model `wine` with the alias `champion`"
    assert said(lambda: words.holds_alias([old], "wine", "champion")) == (
        "`wine` has 1 version, and the aliases there are `challenger`",
        expected,
    )
    assert said(lambda: words.holds_alias([old], "beer", "champion"))[0] == (
        "no model of a run is registered as `beer`; the registered models are `tea`, `wine`"
    )
    assert said(lambda: words.holds_alias([run("c")], "wine", "champion"))[0] == (
        "no model of a run is registered as `wine`; the registered models are none"
    )
