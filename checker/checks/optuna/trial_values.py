"""What trials of an objective came to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from checker.checks import vocabulary as the
from checker.checks.data import training_accuracy_of
from checker.checks.exam import NeedsWork
from checker.runtime.kernel.records import OptunaTrial


def agrees(value: float, accuracy: float) -> bool:
    """Whether a trial's value is the accuracy, or a loss made of it."""
    return the.is_same(value, accuracy) or the.is_loss_of(value, accuracy)


def finished(trials: Sequence[OptunaTrial]) -> list[OptunaTrial]:
    """The trials of possible configurations. Raises NeedsWork where one of them raised."""
    for trial in trials:
        if trial.raised is not None:
            raise NeedsWork(
                f"the objective raised {trial.raised} for {the.configuration(trial.params)}",
                "a value: this configuration can be trained",
            )
    return list(trials)


def is_mean_accuracy(
    trials: Sequence[OptunaTrial],
    data: Mapping[str, Any],
    model: Callable[[Mapping[str, Any]], Any],
    accuracy: Callable[[Mapping[str, Any], Mapping[str, Any]], float],
) -> None:
    """The value of each trial is the mean accuracy of three folds of `data`.

    `model` builds the grader's own model from the parameters of a trial, `accuracy` gives its score on data.
    """
    values = the.trial_values(trials)
    scores = [accuracy(trial.params, data) for trial in trials]
    if all(map(agrees, values, scores)):
        return
    trained = [training_accuracy_of(model(trial.params), data) for trial in trials]
    if all(map(agrees, values, trained)):
        raise NeedsWork(
            f"the objective returned {the.show(values[0])}, the accuracy on the rows of the training",
            "the accuracy on rows that the model has not seen: the mean of three folds",
        )
    for trial, value, score in zip(trials, values, scores, strict=True):
        if not agrees(value, score):
            raise NeedsWork(
                f"the objective returned {the.show(value)} for {the.configuration(trial.params)}",
                f"the mean accuracy of three folds, which is {the.show(score)}",
            )
