"""The checks of automl/widen on made-up evidence, and that grader and notebook have the same data."""

from typing import Any

import numpy as np
import pytest

from checker.checks.automl import widen
from checker.checks.exam import Asked, NeedsWork
from checker.evidence import Answer, Kind, Question, RunRecord
from checker.runtime.kernel.records import HyperoptTrial, Opaque
from checker.submission import read_submission
from tests.conftest import COURSE, ROOT

TRIED = [{"max_depth": 5, "min_samples_leaf": leaf, "max_features": 0.5} for leaf in range(10, 45)]


def cells() -> list[str]:
    return read_submission(ROOT / "solutions" / "automl" / "widen.ipynb", COURSE).code


def error_of(params: dict[str, Any]) -> float:
    return widen.errors_of(params)["validation"]


def search_of(tried: list[dict[str, Any]], logged: list[float]) -> tuple[RunRecord, ...]:
    """The runs of a search that tried these parameters and logged these validation errors."""
    parent = RunRecord("parent", None, "widen", "widened", "FINISHED")
    children = [
        RunRecord(
            f"child {number}",
            "parent",
            "widen",
            f"trial {number}",
            "FINISHED",
            params={name: str(value) for name, value in params.items()},
            metrics={"val_rmse": error},
        )
        for number, (params, error) in enumerate(zip(tried, logged, strict=True))
    ]
    return (parent, *children)


def record_of(losses: list[float]) -> Asked:
    trials = [HyperoptTrial({}, loss, "ok") for loss in losses]
    return Asked(Question("record_of(trials)", {"seed": 1}), Answer(Kind.VALUE, trials))


def test_the_grader_has_the_parts_of_the_notebook() -> None:
    learner: dict[str, Any] = {}
    imports, split, train = cells()[:3]
    exec(imports.replace('mlflow.set_experiment("widen");', ""), learner)
    exec(split, learner)
    exec(train, learner)
    assert widen.parts()["test"][0] == pytest.approx(learner["X_test"])
    _, metrics = learner["train"](widen.BASELINE)
    errors = widen.errors_of(widen.BASELINE)
    assert [metrics[f"{part}_rmse"] for part in ("training", "val", "test")] == pytest.approx(list(errors.values()))


def test_an_honest_search_beats_the_baseline() -> None:
    errors = [error_of(params) for params in TRIED]
    runs = search_of(TRIED, errors)
    widen.evaluations_are_child_runs(record_of(errors), runs)
    widen.losses_are_validation_errors(record_of(errors), runs)
    widen.beats_the_baseline(runs)


def test_a_metric_that_was_made_up() -> None:
    errors = [error_of(params) for params in TRIED]
    errors[7] = 10.0
    with pytest.raises(NeedsWork) as found:
        widen.evaluations_are_child_runs(record_of(errors), search_of(TRIED, errors))
    assert found.value.found.startswith("the child run `trial 7` has `val_rmse` = 10.0 for max_depth=5")


def test_losses_that_were_made_up() -> None:
    errors = [error_of(params) for params in TRIED]
    with pytest.raises(NeedsWork) as found:
        widen.losses_are_validation_errors(record_of([10.0, *errors[1:]]), search_of(TRIED, errors))
    assert found.value.found.startswith("the smallest loss in `trials` is 10.0, and the smallest validation error")


@pytest.mark.parametrize("odd", [None, 3, "x", [], {}, {"max_depth": "a"}, float("nan"), [None], Opaque("a.b")])
def test_an_odd_answer_is_judged(odd: Any) -> None:
    errors = [error_of(params) for params in TRIED]
    runs = search_of(TRIED, errors)
    asked = Asked(Question("best_params"), Answer(Kind.VALUE, odd))
    for check in (
        widen.best_params_are_the_best_trials,
        widen.comparison_is_fair,
        widen.final_is_the_winners_test_error,
    ):
        with pytest.raises(NeedsWork):
            check(asked, runs)
    with pytest.raises(NeedsWork):
        widen.evaluations_are_enough(asked)


@pytest.mark.parametrize(
    "odd", [{"max_depth": 10**50, "min_samples_leaf": -1, "max_features": np.inf}, dict.fromkeys(widen.WIDE, 2.5)]
)
def test_parameters_that_no_tree_takes(odd: dict[str, Any]) -> None:
    runs = search_of(TRIED, [error_of(params) for params in TRIED])
    with pytest.raises(NeedsWork, match="scikit-learn refuses"):
        widen.best_params_are_the_best_trials(Asked(Question("best_params"), Answer(Kind.VALUE, odd)), runs)
