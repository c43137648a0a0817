"""What a question asks of Optuna's objectives, studies, samplers and pruners."""

from typing import Any

import optuna
import pytest

from checker.runtime.kernel.helpers.optuna import (
    answered,
    continued,
    new_study,
    proposals,
    searched_until,
    study_record,
    suggested,
    tried,
)
from checker.runtime.kernel.records import OptunaDistribution, Study, StudyTrial


def test_an_objective_of_optuna_says_what_it_asks_for() -> None:
    def objective(trial: Any, X: Any) -> float:
        depth = trial.suggest_int("depth", 1, 5)
        rate = trial.suggest_float("rate", 0.01, 1, log=True)
        trial.suggest_categorical("loss", ["a", None])
        trial.report(rate, step=0)
        return depth + len(X) + float(trial.should_prune())

    trials = suggested(objective, 20, 3, X=[1, 2])
    assert trials == suggested(objective, 20, 3, X=[1, 2]) != suggested(objective, 20, 4, X=[1, 2])
    assert {trial.params["depth"] for trial in trials} == {1, 2, 3, 4, 5}
    assert all(trial.value == trial.params["depth"] + 2 for trial in trials)
    assert trials[0].distributions == {
        "depth": OptunaDistribution("int", low=1, high=5, step=1),
        "rate": OptunaDistribution("float", low=0.01, high=1.0, log=True),
        "loss": OptunaDistribution("categorical", choices=["a", None]),
    }


def test_an_objective_of_optuna_that_is_a_stub_or_raises() -> None:
    assert suggested(lambda trial: ..., 2, 0) is ...
    with pytest.raises(ZeroDivisionError):
        suggested(lambda trial: 1 / 0, 2, 0)
    assert suggested(lambda trial: print, 2, 0)[0].value is print


def test_an_objective_of_optuna_gives_the_answers_that_it_is_given() -> None:
    def objective(trial: Any, low: int) -> float:
        depth = trial.suggest_int("depth", low, 5)
        if depth == 2:
            trial.suggest_float("rate", 0, 1)
        if depth == 5:
            raise ValueError("too deep")
        for step in range(4):
            trial.report(depth + step, step)
            if trial.should_prune():
                return -1.0
        return 1.0

    shallow, deeper, deepest = answered(objective, [{"depth": 1}, {"depth": 2, "rate": 0.5}, {"depth": 5}], low=1)
    assert shallow.params == {"depth": 1} and shallow.reports == [(0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)]
    assert deeper.params == {"depth": 2, "rate": 0.5} and deeper.distributions.keys() == {"depth", "rate"}
    assert (shallow.value, shallow.raised) == (1.0, None)
    assert (deepest.value, deepest.raised) == (None, "ValueError: too deep")
    [stopped] = answered(objective, [{"depth": 1}], 2, low=1)
    assert stopped.value == -1.0 and len(stopped.reports) == 2
    assert answered(lambda trial: ..., [{}]) is ...


def test_a_study_is_the_record_of_its_trials() -> None:
    def objective(trial: Any) -> float:
        x = trial.suggest_int("x", 0, 2)
        trial.report(x, 3)
        if x == 2:
            raise optuna.TrialPruned
        return float("nan") if x == 1 else 7.0

    study = optuna.create_study(direction="maximize")
    for x in range(3):
        study.enqueue_trial({"x": x})
    study.optimize(objective, n_trials=3)
    assert study_record(study) == Study(
        ["MAXIMIZE"],
        [
            StudyTrial("COMPLETE", 7.0, {"x": 0}, [(3, 0.0)]),
            StudyTrial("FAIL", None, {"x": 1}, [(3, 1.0)]),
            StudyTrial("PRUNED", 2.0, {"x": 2}, [(3, 2.0)]),
        ],
    )
    assert study_record(...) is ...


def test_a_study_gets_trials_that_end_as_the_grader_wants() -> None:
    def objective(trial: Any, end: int) -> float:
        x = trial.suggest_int("x", 0, 5)
        if x == 5:
            raise ValueError("too large")
        for step in range(end):
            trial.report(x, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return float(x)

    study = tried(new_study(), objective, [{"x": 1}, {"x": 5}, {"x": 2}], [None, None, 3], end=4)
    ends = [(trial.params["x"], trial.state.name, len(trial.intermediate_values)) for trial in study.trials]
    assert ends == [(1, "COMPLETE", 4), (5, "FAIL", 0), (2, "PRUNED", 3)]
    assert study.best_params == {"x": 1}
    assert tried(..., objective, []) is ...


@pytest.mark.parametrize("first", [0, 1])
def test_a_studys_own_pruner_meets_made_up_curves(first: int) -> None:
    def objective(trial: Any) -> float:
        for step in range(3):
            trial.report(0.5, step + first)
        return 0.5

    pruner = optuna.pruners.MedianPruner(n_startup_trials=1, n_warmup_steps=1 + first)
    study = optuna.create_study(direction="maximize", pruner=pruner)
    study.optimize(objective, n_trials=1)
    record = study_record(continued(study, [[0.1, 0.6, 0.7], [0.4, 0.4, 0.4]]))
    assert [trial.reports for trial in record.trials[1:]] == [
        [(first, 0.1), (first + 1, 0.6), (first + 2, 0.7)],
        [(first, 0.4), (first + 1, 0.4)],
    ]
    assert [trial.state for trial in record.trials] == ["COMPLETE", "COMPLETE", "PRUNED"]
    assert continued(..., []) is ...
    assert continued(new_study(), []).trials == []


def test_searches_go_on_until_one_tried_a_value_and_went_on() -> None:
    def search(seed: int, n_trials: int) -> optuna.Study:
        study = optuna.create_study()
        for x in range(n_trials):
            study.enqueue_trial({"x": (seed + x) % 4})
        study.optimize(lambda trial: trial.suggest_int("x", 0, 3), n_trials=n_trials)
        return study

    records = searched_until(search, [1, 2, 3], 3, "x", 2)
    assert [[trial.params["x"] for trial in record.trials] for record in records] == [[1, 2, 3], [2, 3, 0]]
    assert len(searched_until(search, [0, 0], 3, "x", 2)) == 2
    assert searched_until(lambda seed, n_trials: ..., [1, 2], 3, "x", 2) == [...]


def test_a_sampler_shows_what_it_proposes() -> None:
    bounds = {"C": [0.1, 10.0], "gamma": [0.01, 1.0]}
    first, again = (proposals(optuna.samplers.TPESampler(seed=3), bounds, 12) for _ in range(2))
    assert first == again and len(first) == 12
    assert all(0.1 <= C <= 10 and 0.01 <= gamma <= 1 for C, gamma in first)
    grid = optuna.samplers.GridSampler({"C": [0.1, 1.0], "gamma": [0.1]})
    assert sorted(C for C, _ in proposals(grid, bounds, 12)) == [0.1, 1.0]
