"""A search with Hyperopt, from the record of its trials."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.objectives import successful_loss
from checker.checks.vocabulary.scores import losses_follow
from checker.checks.vocabulary.showing import counted, ending, is_number, keys_of, show
from checker.runtime.kernel.records import HyperoptTrial


def is_record(function: str, returned: Any) -> list[HyperoptTrial]:
    """The function returned the `Trials` of a search in which at least one trial finished."""
    expected = "the `Trials` of the search"
    if not isinstance(returned, list) or not all(isinstance(trial, HyperoptTrial) for trial in returned):
        raise NeedsWork(f"`{function}` returned {show(returned)}", expected)
    if not returned:
        raise NeedsWork(
            f"`{function}` returned a `Trials` without any trial. Does `fmin` know it?", f"{expected}, with its trials"
        )
    return returned


def ran(record: Sequence[Any], count: int) -> None:
    """The search ran as many trials as it was asked for."""
    if len(record) != count:
        raise NeedsWork(f"the search ran {counted(len(record), 'trial')}", f"{counted(count, 'trial')}, as asked for")


def stays_in(record: Sequence[HyperoptTrial], space: Mapping[str, Sequence[int]]) -> None:
    """Each trial has a value that the space can draw for each of its hyperparameters, and no others."""
    expected = "trials of the given space, left as it is"
    for trial in record:
        values = trial.values
        for name, allowed in space.items():
            if name not in values or values[name] not in allowed:
                found = f"`{name}` = {show(values[name])}" if name in values else f"no `{name}`"
                raise NeedsWork(f"a trial of the search has {found}", expected)
        for name in values:
            if name not in space:
                raise NeedsWork(f"a trial of the search has `{name}` too", expected)


def recorded_loss(trial: HyperoptTrial) -> float:
    """The loss of a trial that succeeded: a finite number beside the status ok."""
    return successful_loss({"loss": trial.loss, "status": trial.status})


def trials_follow(
    record: Sequence[HyperoptTrial], scores: Sequence[float], configurations: Sequence[Mapping[str, Any]]
) -> None:
    """The loss that each trial recorded is the one that its own values give."""
    losses_follow([recorded_loss(trial) for trial in record], scores, configurations)


def is_repeated(first: Sequence[HyperoptTrial], again: Sequence[HyperoptTrial], seed: int) -> None:
    """Two searches with one seed draw the same values."""
    if _values(first) != _values(again):
        raise NeedsWork(
            f"two searches with the seed {seed} draw different values. Where does `fmin` take its random numbers from?",
            "the same values, trial by trial",
        )


def is_another(first: Sequence[HyperoptTrial], other: Sequence[HyperoptTrial], seeds: Sequence[int]) -> None:
    """Two searches with two seeds draw different values."""
    if _values(first) == _values(other):
        raise NeedsWork(
            f"the searches with the seeds {seeds[0]} and {seeds[1]} draw the same values. "
            "What do they do with the seed?",
            "other values under another seed",
        )


def same_parameters(found: Any, expected: Mapping[str, Any], whose: str) -> None:
    """The hyperparameters have the expected values, in the type that the model takes; others do not matter."""
    if not isinstance(found, dict):
        raise NeedsWork(f"{whose} are {show(found)}", f"a dict with {keys_of(expected)}")
    for name, value in expected.items():
        if name not in found:
            raise NeedsWork(f"{whose} have no `{name}`", f"a dict with {keys_of(expected)}")
        other = found[name]
        if other == value and type(other) is type(value):
            continue
        ask = ""
        if isinstance(other, float) and isinstance(value, int):
            ask = "Which type does scikit-learn ask for?"
        elif is_number(other) and not is_number(value):
            ask = "Is that the option, or its position?"
        raise NeedsWork(f"{whose} have `{name}` = {show(other)}{ending(ask)}", f"`{name}` = {show(value)}")


def stops_at(record: Sequence[HyperoptTrial], threshold: float, budget: int) -> None:
    """The search ended with the first loss at or below the threshold, or used up its budget without one."""
    losses = _losses(record)
    expected = f"an end at the first loss at or below {show(threshold)}"
    reached = next((at for at, loss in enumerate(losses, start=1) if loss <= threshold), None)
    if reached is None and len(losses) < budget:
        raise NeedsWork(
            f"with the threshold {show(threshold)} the search ended after {counted(len(losses), 'trial')}, "
            f"and its best loss is {show(min(losses))}",
            expected,
        )
    if reached is None and len(losses) > budget:
        raise NeedsWork(
            f"with the threshold {show(threshold)} the search ran {counted(len(losses), 'trial')}, "
            f"more than `max_evals`, which was {budget}",
            f"{expected}, or after `max_evals` trials",
        )
    if reached is not None and len(losses) > reached:
        raise NeedsWork(
            f"with the threshold {show(threshold)} the search ran {counted(len(losses), 'trial')}, "
            f"though trial {reached} had the loss {show(losses[reached - 1])}",
            expected,
        )


def stops_without_progress(record: Sequence[HyperoptTrial], patience: int, budget: int) -> None:
    """The search ended when `patience` trials in a row, give or take one, brought nothing better, or at its budget."""
    losses = _losses(record)
    expected = f"an end after {patience} trials in a row without a better loss"
    best, idle = losses[0], 0  # idle: trials since the best one
    for at, loss in enumerate(losses[1:], start=2):
        best, idle = (loss, 0) if loss < best else (best, idle + 1)
        if idle > patience + 1:
            raise NeedsWork(
                f"with a patience of {patience} the search went on, though the {idle} trials up to trial {at} "
                "brought nothing better",
                expected,
            )
    if idle < patience - 1 and len(losses) < budget:
        raise NeedsWork(
            f"with a patience of {patience} the search ended after {counted(len(losses), 'trial')}, "
            f"{counted(idle, 'trial')} after its best one. From where are the {patience} counted?",
            expected,
        )


def _values(record: Sequence[HyperoptTrial]) -> list[Any]:
    return [trial.values for trial in record]


def _losses(record: Sequence[HyperoptTrial]) -> list[float]:
    """The losses of the trials; one that failed has none, and is never better."""
    return [math.inf if trial.loss is None or math.isnan(trial.loss) else trial.loss for trial in record]
