"""What runs hold: parameters, metrics and tags."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.runs import finished
from checker.checks.vocabulary.showing import child, counted, cut, quoted, show
from checker.evidence import RunRecord


def logs_params(children: Sequence[RunRecord], names: Sequence[str]) -> None:
    """Each child has these parameters, whatever its trial came to; more do not matter."""
    for run in children:
        missing = [name for name in names if name not in run.params]
        if missing:
            raise NeedsWork(
                f"{child(run)} has no parameter {quoted(missing)}; it has {quoted(list(run.params))}",
                "the parameters of the trial in each child run, under the names of the search space",
            )


def logs_tag(children: Sequence[RunRecord], name: str, value: str) -> None:
    """Each child has this tag with this value, whatever its trial came to."""
    for run in children:
        if run.tags.get(name) != value:
            tag = f"`{cut(run.tags[name])}`" if name in run.tags else "no value"
            raise NeedsWork(
                f"{child(run)} is {run.status}, and its tag `{name}` has {tag}", f"`{value}` in each child run"
            )


def logs_metric(children: Sequence[RunRecord], metric: str) -> None:
    """Each child that finished has this metric, and it is a finite number."""
    for run in finished(children):
        if metric not in run.metrics:
            raise NeedsWork(
                f"{child(run)} has no metric `{metric}`; it has {quoted(list(run.metrics))}",
                f"`{metric}` in the child run of each trial that gave one",
            )
        if not math.isfinite(run.metrics[metric]):
            raise NeedsWork(f"{child(run)} has `{metric}` = {show(run.metrics[metric])}", "a finite number")


def whole(text: str) -> int:
    """A logged integer; `5.0` is one too. Raises ValueError. For `params_of`."""
    value = float(text)
    if not value.is_integer():
        raise ValueError
    return int(value)


def whole_to(most: int) -> Callable[[str], int]:
    """For `params_of`: a logged integer up to `most`. With more, training would take the grader's time or memory."""

    def parse(text: str) -> int:
        value = whole(text)
        if value > most:
            raise ValueError
        return value

    return parse


def real(text: str) -> float:
    """A logged finite number. Raises ValueError. For `params_of`."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def one_of(*options: Any) -> Callable[[str], Any]:
    """For `params_of`: the option that a logged text stands for."""

    def parse(text: str) -> Any:
        for option in options:
            if text == str(option):
                return option
        raise ValueError

    return parse


def params_of(run: RunRecord, types: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """The logged parameters as the model takes them: MLflow keeps each as text."""
    logs_params([run], list(types))
    values = {}
    for name, parse in types.items():
        text = run.params[name]
        try:
            values[name] = parse(text)
        except (ValueError, OverflowError):
            ask = ". Is that the option, or its position?" if text.isdigit() else ""
            raise NeedsWork(
                f"{child(run)} has `{name}` = {cut(text)}{ask}", "the value that the trial's model was trained with"
            ) from None
    return values


def params_within(children: Sequence[RunRecord], name: str, low: float, high: float) -> None:
    """Each child's parameter is a number within the bounds of the search space."""
    for run in children:
        value = params_of(run, {name: real})[name]
        if not low <= value <= high:
            raise NeedsWork(
                f"{child(run)} has `{name}` = {cut(run.params[name])}",
                f"a value of the search space, between {show(low)} and {show(high)}",
            )


def are_different(children: Sequence[RunRecord], names: Sequence[str], at_least: int) -> None:
    """The children tried at least so many different configurations."""
    tried = {tuple(run.params.get(name) for name in names) for run in children}
    if len(tried) < at_least:
        raise NeedsWork(
            f"{counted(len(children), 'child run')} with {counted(len(tried), 'different configuration')}. "
            "Where do the logged parameters come from?",
            "in each child run the parameters of its own trial",
        )
