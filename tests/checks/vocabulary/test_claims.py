"""What runs claim, held against what training gives. What each word accepts, and what it says otherwise, verbatim."""

from collections.abc import Callable
from typing import Any

from checker.checks import vocabulary as the
from checker.evidence import RunRecord
from tests.checks.vocabulary.made_up import CHILDREN, NAN, PARENT, run, said, trial


def score_of(params: dict[str, Any]) -> float:
    return -0.7 - float(params["max_depth"]) / 10


LOGGED_DEPTH = {"max_depth": the.whole}


def best(parent: RunRecord, *, lower: bool = True, name: str | None = None) -> Callable[[], None]:
    return lambda: the.best_is_best_child(parent, CHILDREN, "loss", lower=lower, best=name)


def test_metrics_that_follow() -> None:
    the.metrics_follow([*CHILDREN, trial(3, None, max_depth="3")], "loss", LOGGED_DEPTH, score_of)
    the.metrics_follow(CHILDREN, "loss", LOGGED_DEPTH, lambda params: -score_of(params), agrees=lambda a, b: a == -b)


def test_an_invented_metric() -> None:
    assert said(lambda: the.metrics_follow([trial(4, -0.99, max_depth="4")], "loss", LOGGED_DEPTH, score_of)) == (
        "the child run `trial 4` has `loss` = -0.99 for max_depth=4",
        "the `loss` that follows from training with these parameters, which gives -1.1",
    )


def test_of_a_sample_only_so_many_are_computed_and_the_seed_says_which() -> None:
    children = [trial(depth, score_of({"max_depth": depth}), max_depth=str(depth)) for depth in range(20)]
    looked_at: list[list[int]] = []
    for seed in (1, 1, 2):
        seen: list[int] = []
        the.metrics_follow(
            children,
            "loss",
            LOGGED_DEPTH,
            lambda params, seen=seen: (seen.append(params["max_depth"]), score_of(params))[1],
            sample=3,
            seed=seed,
        )
        looked_at.append(seen)
    assert [len(seen) for seen in looked_at] == [3, 3, 3]
    assert looked_at[0] == looked_at[1] != looked_at[2]


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
    assert said(lambda: the.best_is_best_child(PARENT, [run("a"), trial(1, NAN)], "loss", lower=True)) == (
        "of 2 child runs none has `loss`",
        expected,
    )


def test_the_best_run() -> None:
    def check(run_id: Any, lower: bool = True) -> Callable[[], None]:
        children = [*CHILDREN, trial(3, -0.85, max_depth="3")]
        return lambda: the.is_best_run(run_id, children, "loss", "best_run", lower=lower)

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
        return lambda: the.best_params_are_best_childs(parent, CHILDREN, "loss", ["max_depth"], lower=True)

    expected = "the parameters of the child run with the best `loss`"
    check(max_depth="2.0", more="1")()
    assert said(check(max_depth="1")) == (
        "the parent run has max_depth=1, and no child run with the best `loss` has these. "
        "Are they options, or positions?",
        expected,
    )
    assert said(check()) == ("the parent run has no parameter `max_depth`", expected)
