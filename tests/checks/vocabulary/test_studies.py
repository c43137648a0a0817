"""An Optuna study, from the record of its trials. What each word accepts, and what it says otherwise, verbatim."""

import pytest

from checker.checks import vocabulary as the
from checker.runtime.kernel.records import Study, StudyTrial
from tests.checks.vocabulary.made_up import run, said


def test_the_direction_of_a_study() -> None:
    for right in ("maximize", "MAXIMIZE", "StudyDirection.MAXIMIZE"):
        the.study_direction(right, "maximize", "accuracy")
    assert said(lambda: the.study_direction("minimize", "maximize", "accuracy")) == (
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
    assert said(lambda: the.trial_states(states, 3, pruned=True)) == (found, expected)


def test_states_that_are_right_and_states_as_logged() -> None:
    the.trial_states(["COMPLETE", "PRUNED", "FAIL"], 3, pruned=True)
    the.trial_states(["COMPLETE"] * 3, 3)
    logged = [run("a"), run("b", status="KILLED"), run("c", status="FAILED"), run("d", status="RUNNING")]
    assert the.states_of(logged) == ["COMPLETE", "PRUNED", "FAIL", "RUNNING"]


def study(direction: str, *values: float | None) -> Study:
    trials = [StudyTrial("FAIL" if value is None else "COMPLETE", value, {"x": value}, []) for value in values]
    return Study([direction], trials)


def test_the_best_trial_of_a_study() -> None:
    assert the.best_trial(study("MAXIMIZE", None, 0.5, 0.9, float("inf"), 0.7)).value == 0.9
    assert the.best_trial(study("MINIMIZE", 0.5, None, 0.2, float("nan"))).value == 0.2
    assert said(lambda: the.best_trial(study("MINIMIZE", None))) == (
        "no trial of the study is COMPLETE and has a value",
        "a study with a best trial",
    )
    assert said(lambda: the.best_trial(Study(["MINIMIZE", "MAXIMIZE"], []))) == (
        "the study has 2 directions",
        "one value for each trial, and one direction",
    )
