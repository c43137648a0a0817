"""The answering part of the kernel, called here without a kernel."""

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import optuna
import pytest
from hyperopt import STATUS_FAIL, STATUS_OK, Trials, fmin, hp, rand
from hyperopt.early_stop import no_progress_loss
from hyperopt.pyll import scope
from scipy.stats import loguniform
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from checker.runtime.kernel.answer import (
    _answer,
    answered,
    continued,
    distributions_of,
    draw_from,
    new_study,
    plain,
    proposals,
    record_of,
    run_with,
    sampled,
    search_record,
    searched_until,
    study_record,
    suggested,
    trials_of,
    tried,
)
from checker.runtime.kernel.stand_ins import quick_loss, scripted


def ask(expression: str, learner: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    return _answer({"expression": expression, "inputs": inputs, "data": {"X": [[1, 2], [3, 4]]}}, learner)


def test_a_value_comes_back_as_plain_data() -> None:
    assert ask("f(n)", {"f": lambda n: np.float32(n)}, n=2) == {"kind": "value", "value": 2.0}


def test_data_arrives_as_an_array() -> None:
    assert ask("f(X)", {"f": lambda X: X.shape}) == {"kind": "value", "value": [2, 2]}


def test_the_graders_inputs_come_before_the_learners_names() -> None:
    assert ask("n", {"n": 1}, n=2)["value"] == 2


@pytest.mark.parametrize(
    ("learner", "answer"),
    [
        ({}, {"kind": "missing", "text": "f"}),
        ({"f": ...}, {"kind": "stub", "text": "f"}),
        ({"f": lambda: ...}, {"kind": "stub", "text": "f"}),
        ({"f": lambda: 1 / 0}, {"kind": "raised", "text": "ZeroDivisionError: division by zero"}),
        ({"f": lambda: list(range(200_000))}, {"kind": "raised", "text": "ValueError: more than 100,000 elements"}),
    ],
)
def test_no_value(learner: dict[str, Any], answer: dict[str, Any]) -> None:
    assert ask("f()", learner) == answer


def test_a_stub_is_known_in_every_call_and_through_a_helper() -> None:
    stub = {"f": lambda: ..., "g": lambda i: ... if i else 1}
    assert ask("[f() for _ in items]", stub, items=[1, 2])["kind"] == "stub"
    assert ask("record_of(f())", stub)["kind"] == "stub"
    assert ask("[g(i) for i in items]", stub, items=[0, 1])["kind"] == "value"
    assert ask("[f() for _ in items]", stub, items=[])["kind"] == "value"


def test_what_is_no_trials_object_is_recorded_as_it_is() -> None:
    assert ask("record_of(f())", {"f": lambda: {"x": 0.5}}) == {"kind": "value", "value": {"x": 0.5}}


def test_names_bound_in_the_question_are_not_the_learners() -> None:
    assert ask("[i for i in items]", {}, items=[1])["value"] == [1]


def test_plain_keeps_integers_and_floats_apart_and_names_other_objects() -> None:
    value = {"i": np.int64(3), "f": np.float64(3), "a": np.array([1.5]), "t": (True, None), 1: object()}
    expected = {"i": 3, "f": 3.0, "a": [1.5], "t": [True, None], "1": {"object": "builtins.object"}}
    assert repr(plain(value)) == repr(expected)


def test_draws_repeat_under_a_seed() -> None:
    space = {"x": hp.uniform("x", 0, 1)}
    assert draw_from(space, 3, 5) == draw_from(space, 3, 5) != draw_from(space, 3, 6)


def test_every_distribution_is_named_with_its_arguments() -> None:
    space = {
        "c": hp.choice("c", ["a", "b"]),
        "r": hp.randint("r", 2, 9),
        "u": hp.uniform("u", 0, 1),
        "l": hp.loguniform("l", -3, 0),
        "q": hp.quniform("q", 50, 500, 50),
        "i": hp.uniformint("i", 1, 5),
        "s": scope.int(hp.quniform("s", 1, 5, 1)),
    }
    found = distributions_of(space)
    assert {label: entry["distribution"] for label, entry in found.items()} == {
        "c": "choice", "r": "randint", "u": "uniform", "l": "loguniform",
        "q": "quniform", "i": "quniform", "s": "quniform",
    }  # fmt: skip
    assert found["q"]["arguments"] == [50, 500, 50]


def test_trials_come_back_as_values_loss_and_status() -> None:
    def objective(x: float) -> dict[str, Any]:
        return {"status": STATUS_FAIL} if x < 0.5 else {"loss": x, "status": STATUS_OK}

    trials = Trials()
    fmin(objective, hp.uniform("x", 0, 1), algo=rand.suggest, max_evals=8, trials=trials,
         rstate=np.random.default_rng(0), show_progressbar=False)  # fmt: skip
    records = record_of(trials)
    assert len(records) == 8
    for record in records:
        failed = record["values"]["x"] < 0.5
        assert record["status"] == (STATUS_FAIL if failed else STATUS_OK)
        assert record["loss"] == (None if failed else record["values"]["x"])


def test_an_objective_of_optuna_says_what_it_asks_for() -> None:
    def objective(trial: Any, X: Any) -> float:
        depth = trial.suggest_int("depth", 1, 5)
        rate = trial.suggest_float("rate", 0.01, 1, log=True)
        trial.suggest_categorical("loss", ["a", None])
        trial.report(rate, step=0)
        return depth + len(X) + float(trial.should_prune())

    trials = suggested(objective, 20, 3, X=[1, 2])
    assert trials == suggested(objective, 20, 3, X=[1, 2]) != suggested(objective, 20, 4, X=[1, 2])
    assert {trial["params"]["depth"] for trial in trials} == {1, 2, 3, 4, 5}
    assert all(trial["value"] == trial["params"]["depth"] + 2 for trial in trials)
    assert trials[0]["distributions"] == {
        "depth": {"name": "IntDistribution", "attributes": {"log": False, "step": 1, "low": 1, "high": 5}},
        "rate": {"name": "FloatDistribution", "attributes": {"step": None, "low": 0.01, "high": 1.0, "log": True}},
        "loss": {"name": "CategoricalDistribution", "attributes": {"choices": ["a", None]}},
    }


def test_an_objective_of_optuna_that_is_a_stub_or_raises() -> None:
    assert ask("suggested(f, 2, 0)", {"f": lambda trial: ...})["kind"] == "stub"
    assert ask("suggested(f, 2, 0)", {"f": lambda trial: 1 / 0})["kind"] == "raised"
    assert ask("suggested(f, 2, 0)", {"f": lambda trial: print})["value"][0]["value"] == {
        "object": "builtins.builtin_function_or_method"
    }


def test_trials_in_the_middle_of_a_search() -> None:
    trials = trials_of([{"loss": 0.5}, {"status": "fail"}, {"status": "new"}])
    assert trials.losses() == [0.5, None, None]
    assert trials.statuses() == ["ok", "fail", "new"]
    assert len(trials.trials) == 3
    with pytest.raises(KeyError, match="loss"):  # as it meets SparkTrials (hyperopt issue 808)
        no_progress_loss(5)(trials)


def test_a_run_with_parameters(tmp_path: Path) -> None:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    try:
        found = mlflow.get_run(run_with({"depth": 3.0, "kind": 1}))
        assert (found.data.params, found.info.status) == ({"depth": "3.0", "kind": "1"}, "FINISHED")
    finally:
        mlflow.set_tracking_uri(before)


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
    assert shallow["params"] == {"depth": 1} and shallow["reports"] == [(0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)]
    assert deeper["params"] == {"depth": 2, "rate": 0.5} and deeper["distributions"].keys() == {"depth", "rate"}
    assert (shallow["value"], shallow["raised"]) == (1.0, None)
    assert (deepest["value"], deepest["raised"]) == (None, "ValueError: too deep")
    [stopped] = answered(objective, [{"depth": 1}], 2, low=1)
    assert stopped["value"] == -1.0 and len(stopped["reports"]) == 2
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
    assert study_record(study) == {
        "directions": ["MAXIMIZE"],
        "trials": [
            {"state": "COMPLETE", "value": 7.0, "params": {"x": 0}, "reports": [(3, 0.0)]},
            {"state": "FAIL", "value": None, "params": {"x": 1}, "reports": [(3, 1.0)]},
            {"state": "PRUNED", "value": 2.0, "params": {"x": 2}, "reports": [(3, 2.0)]},
        ],
    }
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
    assert [trial["reports"] for trial in record["trials"][1:]] == [
        [(first, 0.1), (first + 1, 0.6), (first + 2, 0.7)],
        [(first, 0.4), (first + 1, 0.4)],
    ]
    assert [trial["state"] for trial in record["trials"]] == ["COMPLETE", "COMPLETE", "PRUNED"]
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
    assert [[trial["params"]["x"] for trial in record["trials"]] for record in records] == [[1, 2, 3], [2, 3, 0]]
    assert len(searched_until(search, [0, 0], 3, "x", 2)) == 2
    assert searched_until(lambda seed, n_trials: ..., [1, 2], 3, "x", 2) == [...]


def test_a_sampler_shows_what_it_proposes() -> None:
    bounds = {"C": [0.1, 10.0], "gamma": [0.01, 1.0]}
    first, again = (proposals(optuna.samplers.TPESampler(seed=3), bounds, 12) for _ in range(2))
    assert first == again and len(first) == 12
    assert all(0.1 <= point["C"] <= 10 and 0.01 <= point["gamma"] <= 1 for point in first)
    grid = optuna.samplers.GridSampler({"C": [0.1, 1.0], "gamma": [0.1]})
    assert sorted(point["C"] for point in proposals(grid, bounds, 12)) == [0.1, 1.0]


def test_points_of_scikit_learns_distributions_repeat_under_a_seed() -> None:
    distributions = {"C": loguniform(0.01, 1), "kernel": ["rbf"]}
    points = sampled(distributions, 20, 3)
    assert points == sampled(distributions, 20, 3) != sampled(distributions, 20, 4)
    assert all(0.01 <= point["C"] <= 1 and point["kernel"] == "rbf" for point in points)


def test_a_search_of_scikit_learn_comes_back_as_what_it_tried() -> None:
    X, y = np.repeat([0.0, 1.0], 6).reshape(-1, 1), np.repeat([0, 1], 6)
    search = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2).fit(X, y)
    assert plain(search_record(search)) == {
        "trials": [{"values": {"max_depth": depth}, "score": 1.0} for depth in (1, 2)],
        "best": {"max_depth": 1},
        "best_score": 1.0,
    }


def test_a_search_that_is_a_stub_or_was_not_fitted() -> None:
    assert ask("search_record(f())", {"f": lambda: ...})["kind"] == "stub"
    unfitted = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1]})
    assert ask("search_record(f())", {"f": lambda: unfitted})["value"] == {
        "object": "sklearn.model_selection._search.GridSearchCV"
    }


def notebook(code: str) -> dict[str, Any]:
    """The names that code has defined in a notebook."""
    names: dict[str, Any] = {}
    exec(code, names)
    return names


def test_a_stand_in_is_found_under_the_name_for_one_call() -> None:
    names = notebook("def loss(x): return x\ndef search(): return loss(1)")
    assert ask("standing_in(search, 'loss', quick)()", {**names, "quick": lambda x: 2})["value"] == 2
    assert names["search"]() == 1


def test_a_stand_in_leaves_after_an_error_too() -> None:
    names = notebook("def loss(x): return x\ndef search(): return loss(1)")
    answer = ask("standing_in(search, 'loss', quick)()", {**names, "quick": lambda x: 1 / 0})
    assert answer["text"] == "ZeroDivisionError: division by zero"
    assert names["search"]() == 1


@pytest.mark.parametrize(
    "code",
    [
        "def search(): return 1",
        "def loss(x): return x\ndef search(loss=loss): return loss(1)",
        "from functools import partial\ndef loss(x): return x\nsearch = partial(loss, 1)",
    ],
    ids=["without that name", "bound before", "no function"],
)
def test_a_function_with_a_way_of_its_own_needs_no_stand_in(code: str) -> None:
    assert ask("standing_in(search, 'loss', quick)()", {**notebook(code), "quick": lambda x: 2})["value"] == 1


def test_a_script_of_losses_ends_with_its_last_one_again_and_again() -> None:
    objective = scripted([0.3, 0.1])
    assert [objective({})["loss"] for _ in range(4)] == [0.3, 0.1, 0.1, 0.1]


def test_a_quick_loss_hangs_on_configuration_seed_and_data() -> None:
    X, y = np.array([[0.0, 2.0], [2.0, 0.0]]), [0, 1]
    params = {"C": 3.0, "gamma": 0.5}
    lowest = quick_loss(params, 1, X, y)
    assert quick_loss(params, np.int64(1), X=X.tolist(), y=np.array(y)) == lowest
    others = [
        quick_loss({"C": 0.01, "gamma": 0.5}, 1, X, y),
        quick_loss({"C": 3.0, "gamma": 0.00001}, 1, X, y),
        quick_loss(params, 1, X / 100, y),
        quick_loss({"C": 0.01, "gamma": 0.00001}, 1),
    ]
    assert all(lowest + 0.2 < other < 1 for other in others)
    assert len({lowest, quick_loss(params, 2, X, y), quick_loss(params, 1, X, [1, 0])}) == 3
