"""The answering part of the kernel, called here without a kernel."""

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from hyperopt import STATUS_FAIL, STATUS_OK, Trials, fmin, hp, rand
from hyperopt.early_stop import no_progress_loss
from hyperopt.pyll import scope

from checker.run.answer import _answer, distributions_of, draw_from, plain, record_of, run_with, suggested, trials_of


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
