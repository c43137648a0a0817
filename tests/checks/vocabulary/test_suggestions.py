"""An Optuna objective, from what it asks a few trials. What each word accepts, and what it says otherwise, verbatim."""

from checker.checks import vocabulary as the


def test_the_direction_in_which_values_become_better() -> None:
    scores = [0.7, 0.9, 0.8]
    assert the.better_is(scores, scores) == "maximize"
    assert the.better_is([1 - score for score in scores], scores) == "minimize"
