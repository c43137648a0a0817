"""What runs hold: parameters, metrics and tags. What each word accepts, and what it says otherwise, verbatim."""

import pytest

from checker.checks import vocabulary as the
from tests.checks.vocabulary.made_up import CHILDREN, NAN, run, said, trial

LONG = "x" * 50


TYPES = {"max_depth": the.whole, "alpha": the.real, "criterion": the.one_of("gini", None, 2)}


def test_missing_parameters_and_metrics() -> None:
    the.logs_params([*CHILDREN, trial(3, None, max_depth="3")], ["max_depth"])
    assert said(lambda: the.logs_params(CHILDREN, ["max_depth", "criterion"])) == (
        "the child run `trial 1` has no parameter `criterion`; it has `max_depth`",
        "the parameters of the trial in each child run, under the names of the search space",
    )
    the.logs_metric([*CHILDREN, trial(3, None)], "loss")
    assert said(lambda: the.logs_metric([run(LONG, metrics={"accuracy": 0.9})], "loss")) == (
        f"the child run `{'x' * 40}...` has no metric `loss`; it has `accuracy`",
        "`loss` in the child run of each trial that gave one",
    )
    assert said(lambda: the.logs_metric([trial(1, NAN)], "loss")) == (
        "the child run `trial 1` has `loss` = nan",
        "a finite number",
    )


def test_parameters_as_the_model_takes_them() -> None:
    values = the.params_of(trial(1, 0.0, max_depth="5.0", alpha="1e-3", criterion="None"), TYPES)
    assert values == {"max_depth": 5, "alpha": 0.001, "criterion": None}
    assert type(values["max_depth"]) is int
    assert the.params_of(trial(1, 0.0, criterion="2"), {"criterion": TYPES["criterion"]}) == {"criterion": 2}


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
    assert said(lambda: the.params_of(trial(1, 0.0, **{name: text}), {name: TYPES[name]})) == (
        f"the child run `trial 1` has `{name}` = {text}{ask}",
        "the value that the trial's model was trained with",
    )


def test_bounds_and_differences() -> None:
    the.params_within(CHILDREN, "max_depth", 1, 2)
    assert said(lambda: the.params_within(CHILDREN, "max_depth", 2, 8)) == (
        "the child run `trial 1` has `max_depth` = 1",
        "a value of the search space, between 2 and 8",
    )
    the.are_different(CHILDREN, ["max_depth"], 2)
    assert said(lambda: the.are_different([CHILDREN[0]] * 3, ["max_depth"], 2)) == (
        "3 child runs with 1 different configuration. Where do the logged parameters come from?",
        "in each child run the parameters of its own trial",
    )


def test_tags() -> None:
    the.logs_tag([run("a", tags={"search": "by hand"})], "search", "by hand")
    expected = "`by hand` in each child run"
    assert said(lambda: the.logs_tag([run("a", status="FAILED")], "search", "by hand")) == (
        "the child run `a` is FAILED, and its tag `search` has no value",
        expected,
    )
    assert said(lambda: the.logs_tag([run("a", tags={"search": "mine"})], "search", "by hand")) == (
        "the child run `a` is FINISHED, and its tag `search` has `mine`",
        expected,
    )


def test_a_logged_number_that_training_could_not_end_with() -> None:
    few = the.whole_to(100)
    assert few("100.0") == 100
    for text in ("101", "1000000000000", "1e999", "nan", "x"):
        with pytest.raises(ValueError):
            few(text)
