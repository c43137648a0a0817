"""Losses and scores."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.showing import configuration, is_number, show

T = TypeVar("T")


def trained_with(params: Mapping[str, Any], train: Callable[[dict[str, Any]], T]) -> T:
    """What the grader's own training gives for a learner's hyperparameters; the model must take them."""
    try:
        return train(dict(params))
    except (TypeError, ValueError, OverflowError):
        raise NeedsWork(
            f"scikit-learn refuses {configuration(params)}. Which type does it ask for?",
            "hyperparameters as the model takes them",
        ) from None


def is_loss_of(loss: Any, score: float) -> bool:
    """Whether a loss is minus the score or 1 minus the score, to the digits of a float32."""
    return any(is_same(loss, right) for right in (-score, 1 - score))


def lower_is_better(losses: Sequence[float], scores: Sequence[float], score: str = "accuracy") -> None:
    """Of two configurations the one with the higher score has the lower loss."""
    (low, worse), (high, better) = sorted(zip(scores, losses, strict=True))
    if not better < worse:
        raise NeedsWork(
            f"a configuration with {score} {show(high)} has the loss {show(better)}, and one with {score} "
            f"{show(low)} has the loss {show(worse)}. Which of the two does `fmin` keep?",
            "the smaller loss for the better configuration",
        )


def follows_the_data(losses: Sequence[float]) -> None:
    """One configuration on two data sets of different difficulty has two different losses."""
    if math.isclose(*losses, rel_tol=1e-9):
        raise NeedsWork(
            f"the loss is {show(losses[0])} on two different data sets. Which data does the model see?",
            "a loss that comes from the `X` and `y` of the call",
        )


def repeats(losses: Sequence[float]) -> None:
    """One configuration on one data set has the same loss each time."""
    if any(not math.isclose(loss, losses[0], rel_tol=1e-9) for loss in losses):
        raise NeedsWork(
            "the same configuration on the same data has different losses. What is random in the model?",
            "the same loss each time",
        )


def losses_follow(
    losses: Sequence[float], scores: Sequence[float], configurations: Sequence[Mapping[str, Any]]
) -> None:
    """Each loss is the one that follows from the score that the grader computed for the configuration."""
    for loss, score, params in zip(losses, scores, configurations, strict=True):
        if not is_loss_of(loss, score):
            raise NeedsWork(
                f"the loss is {show(loss)} for {configuration(params)}",
                f"the loss that follows from its mean 3-fold accuracy, which is {show(score)}",
            )


def same_predictions(found: Any, expected: Sequence[Any]) -> None:
    """The model predicts what the grader's own model predicts, but for two in a hundred."""
    if not isinstance(found, list) or len(found) != len(expected):
        raise NeedsWork(f"the model predicts {show(found)}", f"a list of {len(expected)} labels")
    same = sum(one == other for one, other in zip(found, expected, strict=True))
    if same < 0.98 * len(expected):
        raise NeedsWork(
            f"{same} of {len(expected)} predictions are those of a model trained on the given rows. "
            "Which rows did this one see?",
            "a model that was trained on all the rows of the call, and on no others",
        )


def is_same(found: Any, computed: float) -> bool:
    """Whether a value is this number, to the digits of a float32."""
    return is_number(found) and math.isclose(found, computed, rel_tol=1e-4, abs_tol=1e-6)


def are_same(found: Any, computed: Sequence[float]) -> bool:
    """Whether a value is a list of these numbers, to the digits of a float32."""
    if not isinstance(found, list) or len(found) != len(computed):
        return False
    return all(is_same(one, other) for one, other in zip(found, computed, strict=True))
