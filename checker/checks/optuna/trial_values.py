"""What trials of an objective came to."""

from collections.abc import Sequence

from checker.checks import vocabulary as the
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
