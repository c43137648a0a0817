"""The words one by one, in a table. What each word accepts, and what it says otherwise, verbatim."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, breast_cancer, digits_of, hopeless_cancer, shuffled, training_accuracy_of
from checker.checks.exam import NeedsWork
from checker.runtime.kernel.records import (
    HyperoptTrial,
    Opaque,
    OptunaDistribution,
    OptunaTrial,
    Study,
    StudyTrial,
)
from tests.checks.vocabulary.made_up import INFINITY, NAN, even

LABELS = ("depth", "rate")


def record(*losses: float | None) -> list[HyperoptTrial]:
    """The record of a search with these losses; each trial has values of its own."""
    return [HyperoptTrial({"x": at}, loss, "fail" if loss is None else "ok") for at, loss in enumerate(losses)]


def asked(value: Any = 0.9, **distributions: OptunaDistribution) -> OptunaTrial:
    """A trial of an Optuna objective, which was asked for these."""
    return OptunaTrial(dict.fromkeys(distributions, 1), distributions, value)


RATE = asked(rate=OptunaDistribution("float", 0.01, 0.5, log=True))
DEPTH = asked(depth=OptunaDistribution("int", 1, 5, step=1))
OPTIONS = asked(loss=OptunaDistribution("categorical", choices=["a", None]))


def study(*depths: int, directions: Sequence[str] = ("MAXIMIZE",)) -> Study:
    """An Optuna study that tried these depths, each with itself as its value."""
    return Study([*directions], [StudyTrial("COMPLETE", depth, {"depth": depth}, []) for depth in depths])


def reports(*steps: int, raised: str | None = None) -> OptunaTrial:
    """A trial that reported at these steps."""
    return OptunaTrial({}, {}, 0.9, raised, [(step, 0.5) for step in steps])


RIGHT: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (the.trial_result, ({"loss": -0.9, "status": "ok", "seconds": 1},)),
    (the.trial_result, ({"status": "fail"},)),
    (the.successful_loss, ({"loss": 1, "status": "ok"},)),
    (the.failed_trial, ({"status": "fail"},)),
    (the.failed_trial, ({"status": "fail", "loss": None},)),
    (the.lower_is_better, ([-0.5, -0.9], [0.5, 0.9])),
    (the.lower_is_better, ([0.1, 0.5], [0.9, 0.5])),
    (the.follows_the_data, ([-0.9, -0.5],)),
    (the.repeats, ([-0.9, -0.9, -0.9],)),
    (the.losses_follow, ([-0.9, float(np.float32(0.2))], [0.9, 0.8], [{}, {}])),
    (the.same_predictions, ([1] * 49 + [2], [1] * 50)),
    (the.has_labels, ([{"depth": 1, "rate": 0.1}], {"depth": {}, "rate": {}}, LABELS)),
    (the.has_hyperparameters, ([{"depth": 1, "rate": 0.1}], LABELS)),
    (the.is_category, ("loss", ["a", None, "a"], ["a", None])),
    (the.is_ordered, ("depth", "randint")),
    (the.is_integer, ("depth", [1, 2])),
    (the.takes, ("depth", [3, 2, 1, 2], range(1, 4))),
    (the.takes, ("depth", [3.0, 2.0, 1.0], range(1, 4))),
    (the.is_within, ("rate", [0.5, 1.0 + 1e-12], 0.5, 1.0)),
    (the.is_even, ("rate", even(0.5, 1.0), 0.5, 1.0)),
    (the.is_continuous, ("rate", even(0.5, 1.0))),
    (the.is_record, ("search", record(-0.9))),
    (the.ran, (record(1, 2, 3), 3)),
    (the.stays_in, (record(1, 2), {"x": range(2)})),
    (the.trained_with, ({"max_depth": 3}, lambda params: int(params["max_depth"]))),
    (the.recorded_loss, (record(-0.9)[0],)),
    (the.trials_follow, (record(-0.9, 0.2), [0.9, 0.8], [{}, {}])),
    (the.is_repeated, (record(1, 2), record(1, 2), 7)),
    (the.is_another, (record(1, 2), record(1), (7, 8))),
    (the.same_parameters, ({"depth": 3, "loss": None, "more": 1}, {"depth": 3, "loss": None}, "they")),
    (the.stops_at, (record(-0.5, None, -0.9), -0.9, 40)),
    (the.stops_at, (record(-0.5, -0.6), -0.9, 2)),
    (the.stops_without_progress, (record(-0.5, -0.9, -0.8, -0.7, -0.9), 3, 40)),
    (the.stops_without_progress, (record(-0.5, None, NAN), 3, 40)),
    (the.stops_without_progress, (record(-0.5, -0.6), 3, 2)),
    (the.asks_for_each, ([RATE, RATE], ["rate"])),
    (the.trial_values, ([RATE, asked(1), asked(-0.5)],)),
    (the.suggests_number, ("rate", RATE, "float", 0.01, 0.5, True)),
    (the.suggests_number, ("depth", DEPTH, "int", 1, 5)),
    (the.suggests_category, ("loss", OPTIONS, [None, "a"])),
    (the.asks_for, (RATE, ["rate"], "of a kind")),
    (the.is_study, ("search", study(1))),
    (the.study_ran, (study(1, 2), 2)),
    (the.study_repeats, (study(1, 2), study(1, 2), 7)),
    (the.study_varies, (study(1, 2), study(1, 3), (7, 8))),
    (the.reports_each_step, (reports(0, 1, 2), 3)),
    (the.reports_each_step, (reports(1, 2, 3), 3)),
    (the.ends_when_advised, (reports(0, 1, raised="TrialPruned: "), 2)),
]


WRONG: list[tuple[Callable[..., Any], tuple[Any, ...], str, str]] = [
    (
        the.trial_result,
        (None,),
        "the objective returned None. Does every way through it end in a `return`?",
        "a dict with `loss` and `status`",
    ),
    (
        the.trial_result,
        (-0.95,),
        "the objective returned -0.95",
        "a dict with `loss` and `status`: a dict can also say that a trial failed",
    ),
    (
        the.trial_result,
        ({"loss": -0.95},),
        "the dict that the objective returned has `loss`, and no `status`",
        "a dict with `loss` and `status`: Hyperopt asks every dict for its status",
    ),
    (
        the.trial_result,
        ({"loss": -0.95, "status": "success"},),
        "the status is 'success'",
        "one of the two status constants imported from `hyperopt`",
    ),
    (the.successful_loss, ({"status": "fail"},), "the status is 'fail'", "the status of a trial that succeeded"),
    (
        the.successful_loss,
        ({"status": "ok"},),
        "the trial succeeded, but its dict has `status`, and no `loss`",
        "a dict with `loss` and `status`",
    ),
    (
        the.successful_loss,
        ({"status": "ok", "loss": INFINITY},),
        "the loss is inf",
        "a finite number: Hyperopt compares the losses",
    ),
    (
        the.successful_loss,
        ({"status": "ok", "loss": "-0.9"},),
        "the loss is '-0.9'",
        "a finite number: Hyperopt compares the losses",
    ),
    (
        the.failed_trial,
        ({"status": "ok", "loss": NAN},),
        "the status is 'ok' and the loss is nan. Who could later tell why this trial has no loss?",
        "the status of a failed trial, and no loss",
    ),
    (
        the.failed_trial,
        ({"status": "ok", "loss": 1.0},),
        "the status is 'ok' and the loss is 1.0. Which model has this loss?",
        "the status of a failed trial, and no loss",
    ),
    (
        the.lower_is_better,
        ([0.5, 0.9], [0.5, 0.9]),
        "a configuration with accuracy 0.9 has the loss 0.9, and one with accuracy 0.5 has the loss 0.5. "
        "Which of the two does `fmin` keep?",
        "the smaller loss for the better configuration",
    ),
    (
        the.follows_the_data,
        ([-0.9, -0.9],),
        "the loss is -0.9 on two different data sets. Which data does the model see?",
        "a loss that comes from the `X` and `y` of the call",
    ),
    (
        the.repeats,
        ([-0.9, -0.9, -0.91],),
        "the same configuration on the same data has different losses. What is random in the model?",
        "the same loss each time",
    ),
    (
        the.losses_follow,
        ([-0.9, -0.95], [0.9, 0.94], [{}, {"max_depth": 3.0, "bootstrap": True}]),
        "the loss is -0.95 for max_depth=3.0, bootstrap=True",
        "the loss that follows from its mean 3-fold accuracy, which is 0.94",
    ),
    (
        the.same_predictions,
        ([1] * 40 + [2] * 10, [1] * 50),
        "40 of 50 predictions are those of a model trained on the given rows. Which rows did this one see?",
        "a model that was trained on all the rows of the call, and on no others",
    ),
    (the.same_predictions, (1, [1, 2]), "the model predicts 1", "a list of 2 labels"),
    (
        the.has_hyperparameters,
        ([{"depth": 1}], LABELS, "a draw from `distributions`"),
        "a draw from `distributions` has no `rate`",
        "the hyperparameters of the table, and no others",
    ),
    (
        the.has_labels,
        ([[1, 2]], {}, LABELS),
        "a draw of the space is [1, 2]",
        "a dict with one entry for each hyperparameter",
    ),
    (
        the.has_labels,
        ([{"depth": 1, "lr": 0.1}], {"depth": {}, "lr": {}}, LABELS),
        "a draw of the space has no `rate`, has `lr`",
        "the hyperparameters of the table, and no others",
    ),
    (
        the.has_labels,
        ([{"depth": 1, "rate": 0.1}], {"depth": {}, "lr": {}}, LABELS),
        "no hp function has the label `rate`; the labels are 'depth', 'lr'. "
        "What would `fmin` call this value in its result?",
        "the hyperparameter's own name as the label, which occurs only once",
    ),
    (
        the.has_labels,
        ([{"depth": 1, "rate": 0.1}], {}, LABELS),
        "no hp function has the label `depth`. What would `fmin` vary?",
        "the hyperparameter's own name as the label, which occurs only once",
    ),
    (
        the.is_category,
        ("loss", ["a", "None"], ["a", None]),
        "draws of `loss` are 'None', 'a'. Is each of them what the model takes?",
        "each option of the table, as the value that scikit-learn documents",
    ),
    (
        the.is_ordered,
        ("depth", "choice"),
        "`depth` is a choice among options. What would a good loss at one of them say about its neighbours?",
        "a function that keeps the order of numbers, so that TPE learns from neighbours",
    ),
    (
        the.is_integer,
        ("depth", [3, 4.0]),
        "a draw of `depth` is 4.0, a float. Which type does scikit-learn ask for?",
        "an int in every draw",
    ),
    (
        the.is_integer,
        ("depth", ["3"]),
        "a draw of `depth` is '3', not a number. Which type does scikit-learn ask for?",
        "an int in every draw",
    ),
    (
        the.takes,
        ("depth", [2, 3], range(2, 5), "Which bounds are included?"),
        "draws of `depth` are 2, 3. Which bounds are included?",
        "each of 2, 3, 4, and no other value",
    ),
    (
        the.takes,
        ("trees", range(100), [10, 20]),
        "draws of `trees` are 0, 1, 2, ... (different values: 100)",
        "each of 10, 20, and no other value",
    ),
    (the.takes, ("depth", [2, None], [2]), "a draw of `depth` is None", "a number in every draw"),
    (
        the.is_within,
        ("rate", [1.005, 1.6487], 0.005, 0.5, "Which logarithm?"),
        "draws of `rate` run from 1.005 to 1.649. Which logarithm?",
        "draws between 0.005 and 0.5",
    ),
    (
        the.is_even,
        ("rate", even(1.0, 2.0)[:200] * 2, 1.0, 2.0),
        "400 of 400 draws of `rate` are below 1.5, the middle of the range",
        "about half of them",
    ),
    (
        the.is_even,
        ("rate", even(1.2, 1.8), 1.0, 2.0),
        "no draw of `rate` in 400 is below 1.1",
        "about one in ten: the range evenly covered",
    ),
    (
        the.is_continuous,
        ("share", [0.5, 1.0] * 200),
        "400 draws of `share` are only 0.5, 1.0",
        "any value between the bounds",
    ),
    (
        the.is_record,
        ("search", Opaque("builtins.function")),
        "`search` returned an object of type function",
        "the `Trials` of the search",
    ),
    (
        the.is_record,
        ("search", []),
        "`search` returned a `Trials` without any trial. Does `fmin` know it?",
        "the `Trials` of the search, with its trials",
    ),
    (
        the.trained_with,
        ({"max_depth": "a"}, lambda params: int(params["max_depth"])),
        "scikit-learn refuses max_depth='a'. Which type does it ask for?",
        "hyperparameters as the model takes them",
    ),
    (the.recorded_loss, record(NAN), "the loss is nan", "a finite number: Hyperopt compares the losses"),
    (the.recorded_loss, record(None), "the status is 'fail'", "the status of a trial that succeeded"),
    (the.ran, (record(1), 3), "the search ran 1 trial", "3 trials, as asked for"),
    (
        the.stays_in,
        (record(1, 2), {"x": range(1)}),
        "a trial of the search has `x` = 1",
        "trials of the given space, left as it is",
    ),
    (
        the.stays_in,
        (record(1), {"y": range(1)}),
        "a trial of the search has no `y`",
        "trials of the given space, left as it is",
    ),
    (
        the.stays_in,
        (record(1), {}),
        "a trial of the search has `x` too",
        "trials of the given space, left as it is",
    ),
    (
        the.trials_follow,
        (record(-0.9), [0.8], [{"depth": 2.0}]),
        "the loss is -0.9 for depth=2.0",
        "the loss that follows from its mean 3-fold accuracy, which is 0.8",
    ),
    (
        the.is_repeated,
        (record(1, 2), record(1), 7),
        "two searches with the seed 7 draw different values. Where does `fmin` take its random numbers from?",
        "the same values, trial by trial",
    ),
    (
        the.is_another,
        (record(1, 2), record(1, 2), (7, 8)),
        "the searches with the seeds 7 and 8 draw the same values. What do they do with the seed?",
        "other values under another seed",
    ),
    (the.same_parameters, (3, {"depth": 3}, "they"), "they are 3", "a dict with `depth`"),
    (the.same_parameters, ({}, {"depth": 3}, "they"), "they have no `depth`", "a dict with `depth`"),
    (
        the.same_parameters,
        ({"depth": 3.0}, {"depth": 3}, "they"),
        "they have `depth` = 3.0. Which type does scikit-learn ask for?",
        "`depth` = 3",
    ),
    (
        the.same_parameters,
        ({"loss": 1}, {"loss": "huber"}, "they"),
        "they have `loss` = 1. Is that the option, or its position?",
        "`loss` = 'huber'",
    ),
    (
        the.stops_at,
        (record(-0.5), -0.9, 40),
        "with the threshold -0.9 the search ended after 1 trial, and its best loss is -0.5",
        "an end at the first loss at or below -0.9",
    ),
    (
        the.stops_at,
        (record(-0.5, -0.95, -0.96), -0.9, 40),
        "with the threshold -0.9 the search ran 3 trials, though trial 2 had the loss -0.95",
        "an end at the first loss at or below -0.9",
    ),
    (
        the.stops_at,
        (record(-0.5, -0.6, -0.7), -0.9, 2),
        "with the threshold -0.9 the search ran 3 trials, more than `max_evals`, which was 2",
        "an end at the first loss at or below -0.9, or after `max_evals` trials",
    ),
    (
        the.stops_without_progress,
        (record(-0.5, -0.6, -0.7, -0.8), 4, 40),
        "with a patience of 4 the search ended after 4 trials, 0 trials after its best one. "
        "From where are the 4 counted?",
        "an end after 4 trials in a row without a better loss",
    ),
    (
        the.stops_without_progress,
        (record(-0.9, *[-0.5] * 6), 4, 40),
        "with a patience of 4 the search went on, though the 6 trials up to trial 7 brought nothing better",
        "an end after 4 trials in a row without a better loss",
    ),
    (
        the.asks_for,
        (RATE, ["rate", "depth"], "of the kernel rbf"),
        "a trial of the kernel rbf is not asked for `depth`",
        "`rate`, `depth`, and no others",
    ),
    (
        the.asks_for,
        (asked(rate={}, depth={}), ["rate"], "of the kernel linear"),
        "a trial of the kernel linear is asked for `depth` too. What could the study learn from that value?",
        "`rate`, and no others",
    ),
    (the.is_study, ("search", 3), "`search` returned 3", "the study, after its trials"),
    (the.is_study, ("search", study()), "`search` returned a study without any trial", "the study, after its trials"),
    (the.study_ran, (study(1), 2), "the study has 1 trial", "2 trials, as asked for"),
    (
        the.study_repeats,
        (study(1), study(2), 7),
        "two studies with the seed 7 try different configurations. Where does the sampler get its seed?",
        "the same configurations each time",
    ),
    (
        the.study_varies,
        (study(1), study(1), (7, 8)),
        "the studies with the seeds 7 and 8 try the same configurations. Does the seed of the call reach the sampler?",
        "other configurations with another seed",
    ),
    (
        the.reports_each_step,
        (reports(), 3),
        "a trial reports nothing. What could a pruner compare?",
        "a report for each of the 3 epochs, under its own number",
    ),
    (
        the.reports_each_step,
        (reports(0), 3),
        "a trial has one report, at step 0. What becomes of a second report for the same step?",
        "a report for each of the 3 epochs, under its own number",
    ),
    (
        the.reports_each_step,
        (reports(0, 2), 3),
        "a trial has 2 reports, at the steps 0, 2",
        "a report for each of the 3 epochs, under its own number",
    ),
    (
        the.ends_when_advised,
        (reports(0, 1, 2), 2),
        "the pruner advised to stop after 2 reports, and the trial made 3. Who asks it?",
        "a trial that ends where the pruner says so, and that the study counts as PRUNED",
    ),
    (
        the.ends_when_advised,
        (reports(0, 1, 2, raised="TrialPruned: "), 1),
        "the pruner advised to stop after 1 report, and the trial made 3. When is it asked?",
        "a trial that ends where the pruner says so, and that the study counts as PRUNED",
    ),
    (
        the.ends_when_advised,
        (reports(0, 1), 2),
        "the trial ended after 2 reports, as advised, and returned 0.9. What does the study take that value for?",
        "a trial that ends where the pruner says so, and that the study counts as PRUNED",
    ),
    (
        the.ends_when_advised,
        (reports(0, 1, raised="ValueError: stop"), 2),
        "the trial ended with ValueError: stop",
        "a trial that ends where the pruner says so, and that the study counts as PRUNED",
    ),
    (
        the.asks_for_each,
        ([RATE, DEPTH], ["rate"]),
        "a trial of the objective has no `rate`, has `depth`",
        "a call of `trial.suggest_...` for each hyperparameter of the table, under its own name",
    ),
    (
        the.trial_values,
        ([RATE, asked(None)],),
        "the objective returned None. Does every way through it end in a `return`?",
        "a number: Optuna counts a trial without one as failed",
    ),
    (
        the.trial_values,
        ([asked({"loss": -0.9, "status": "ok"})],),
        "the objective returned {'loss': -0.9, 'status': 'ok'}",
        "a finite number: Optuna compares them",
    ),
    (
        the.suggests_number,
        ("loss", OPTIONS, "int", 1, 5),
        "`loss` is a category. What would a good value at one option say about its neighbours?",
        "a number between two bounds, so that the sampler learns from neighbours",
    ),
    (
        the.suggests_number,
        ("rate", RATE, "int", 1, 5),
        "`rate` is suggested as a float. Which type does scikit-learn ask for?",
        "an int from the trial itself, so that the study knows it as one",
    ),
    (
        the.suggests_number,
        ("rate", RATE, "float", 0.01, 1, True),
        "`rate` is suggested between 0.01 and 0.5",
        "both bounds of the table, 0.01 and 1",
    ),
    (
        the.suggests_number,
        ("rate", asked(rate=OptunaDistribution("float", -4.6, None)), "float", 0.01, 1),
        "`rate` is suggested between -4.6 and None",
        "both bounds of the table, 0.01 and 1",
    ),
    (
        the.suggests_number,
        ("rate", RATE, "float", 0.01, 0.5),
        "`rate` is suggested with every order of magnitude equally likely",
        "every value equally likely",
    ),
    (
        the.suggests_number,
        ("depth", DEPTH, "int", 1, 5, True),
        "`depth` is suggested with every value equally likely",
        "every order of magnitude equally likely",
    ),
    (
        the.suggests_number,
        ("depth", DEPTH, "int", 1, 5, False, 2),
        "`depth` is suggested in steps of 1",
        "steps of 2",
    ),
    (
        the.suggests_number,
        ("part", asked(part=OptunaDistribution("float", 0, 1, step=0.1)), "float", 0, 1),
        "`part` is suggested in steps of 0.1",
        "any value between the bounds",
    ),
    (
        the.suggests_number,
        ("part", asked(part=OptunaDistribution("float", 0, 1)), "float", 0, 1, False, 0.1),
        "`part` is suggested without steps",
        "steps of 0.1",
    ),
    (
        the.suggests_category,
        ("depth", DEPTH, ["a", None]),
        "`depth` is suggested as an int. Are its options numbers with an order?",
        "each option of the table, as the value that scikit-learn documents",
    ),
    (
        the.suggests_category,
        ("loss", OPTIONS, ["a", "None"]),
        "the options of `loss` are 'a', None",
        "each option of the table, as the value that scikit-learn documents",
    ),
    (
        the.suggests_category,
        ("rate", OPTIONS, ["a"]),
        "a trial is not asked for `rate`",
        "a question for each hyperparameter of the table",
    ),
]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (13, "13"),
        (13.0, "13.0"),
        (0.123456, "0.1235"),
        (-0.92971, "-0.9297"),
        (NAN, "nan"),
        (1e300, "1e+300"),
        (True, "True"),
        (None, "None"),
        ("None", "'None'"),
        ([1, 2.0], "[1, 2.0]"),
        ({"a": 1, "b": None}, "{'a': 1, 'b': None}"),
        (Opaque("hyperopt.base.Trials"), "an object of type Trials"),
        ({1: {"object": "a.b"}}, "{1: {'object': 'a.b'}}"),
        (StudyTrial("FAIL", None, {}, []), "an object of type StudyTrial"),
    ],
)
def test_values_are_shown_as_a_learner_writes_them(value: Any, text: str) -> None:
    assert the.show(value) == text


@pytest.mark.parametrize(("word", "arguments"), RIGHT, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_right_passes(word: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    word(*arguments)


@pytest.mark.parametrize(
    ("word", "arguments", "found", "expected"), WRONG, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_is_wrong_is_named(
    word: Callable[..., Any], arguments: tuple[Any, ...], found: str, expected: str
) -> None:
    with pytest.raises(NeedsWork) as problem:
        word(*arguments)
    assert (problem.value.found, problem.value.expected) == (found, expected)


def test_every_word_has_a_right_and_a_wrong_case() -> None:
    tabled = {"objectives", "pruning", "scores", "searches", "spaces", "suggestions"}  # others have files of their own
    answering = {"is_loss_of", "is_same", "are_same", "better_is", "values_of"}
    words = [
        name
        for name in the.__all__
        if name != "STATUSES" and getattr(the, name).__module__.rpartition(".")[2] in tabled
    ]
    judging = set(words) - answering | {"is_study", "study_ran", "study_repeats", "study_varies"}
    assert {word.__name__ for word, _ in RIGHT} == judging == {word.__name__ for word, *_ in WRONG}


def test_the_chosen_data_follows_the_seed() -> None:
    def chosen(seed: int) -> Any:
        rng = np.random.default_rng(seed)
        return digits_of(rng), hopeless_cancer(rng), shuffled(rng, [1, 2, 3, 4, 5, 6, 7, 8])

    assert chosen(1) == chosen(1) != chosen(2)
    digits, cancer, labels = chosen(1)
    assert (len(digits["X"]), len(digits["y"]), len(set(digits["y"]))) == (150, 150, 4)
    assert (len(cancer["X"]), len(cancer["y"]), len(cancer["new"])) == (200, 200, 100)
    assert sorted(labels) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_the_grader_tells_training_from_new_rows() -> None:
    from sklearn.tree import DecisionTreeClassifier

    tree, data = DecisionTreeClassifier(random_state=0), breast_cancer()
    assert training_accuracy_of(tree, data) == 1 > accuracy_of(tree, data) > 0.85


@pytest.mark.parametrize("seed", [None, 3])
def test_the_graders_accuracy_is_that_of_cross_val_score(seed: int | None) -> None:
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    tree, data = DecisionTreeClassifier(max_depth=3, random_state=0), breast_cancer()
    folds = 3 if seed is None else StratifiedKFold(3, shuffle=True, random_state=seed)
    assert accuracy_of(tree, data, seed) == cross_val_score(tree, data["X"], data["y"], cv=folds).mean()
