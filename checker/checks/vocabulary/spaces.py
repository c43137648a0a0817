"""A search space, from its draws."""

from collections.abc import Mapping, Sequence
from typing import Any

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.showing import ending, is_number, listed, show


def has_hyperparameters(points: Sequence[Any], names: Sequence[str], draw: str = "a draw of the space") -> None:
    """Each draw is a dict of exactly these hyperparameters."""
    for point in points:
        if not isinstance(point, dict):
            raise NeedsWork(f"{draw} is {show(point)}", "a dict with one entry for each hyperparameter")
        missing = [name for name in names if name not in point]
        surplus = [name for name in point if name not in names]
        if missing or surplus:
            found = [f"has no `{name}`" for name in missing] + [f"has `{name}`" for name in surplus]
            raise NeedsWork(f"{draw} {', '.join(found)}", "the hyperparameters of the table, and no others")


def has_labels(points: Sequence[Any], distributions: Any, labels: Sequence[str]) -> None:
    """Each draw is a dict of exactly these hyperparameters, and each is drawn under a label of its own name."""
    has_hyperparameters(points, labels)
    known = distributions if isinstance(distributions, dict) else {}
    for label in labels:
        if label not in known:
            raise NeedsWork(
                f"no hp function has the label `{label}`; the labels are {', '.join(map(repr, known))}. "
                "What would `fmin` call this value in its result?"
                if known
                else f"no hp function has the label `{label}`. What would `fmin` vary?",
                "the hyperparameter's own name as the label, which occurs only once",
            )


def values_of(points: Sequence[Mapping[str, Any]], label: str) -> list[Any]:
    """What the draws gave for one hyperparameter."""
    return [point[label] for point in points]


def is_category(label: str, values: Sequence[Any], options: Sequence[Any]) -> None:
    """The draws are the options, all of them and nothing else; None and 'None' are two things."""
    drawn = sorted({show(value) for value in values})
    if drawn != sorted(show(option) for option in options):
        raise NeedsWork(
            f"draws of `{label}` are {', '.join(drawn[:8])}. Is each of them what the model takes?",
            "each option of the table, as the value that scikit-learn documents",
        )


def is_ordered(label: str, distribution: str) -> None:
    """A number is not drawn as a category: the search could not use that neighbours resemble each other."""
    if distribution == "choice":
        raise NeedsWork(
            f"`{label}` is a choice among options. What would a good loss at one of them say about its neighbours?",
            "a function that keeps the order of numbers, so that TPE learns from neighbours",
        )


def is_integer(label: str, values: Sequence[Any]) -> None:
    """Every draw is an int."""
    other = next((value for value in values if not isinstance(value, int) or isinstance(value, bool)), None)
    if other is not None:
        kind = "a float" if isinstance(other, float) else "not a number"
        raise NeedsWork(
            f"a draw of `{label}` is {show(other)}, {kind}. Which type does scikit-learn ask for?",
            "an int in every draw",
        )


def takes(label: str, values: Sequence[Any], allowed: Sequence[float], ask: str = "") -> None:
    """The draws take each of the allowed numbers and no other."""
    _are_numbers(label, values)
    drawn = sorted(set(values))
    if drawn != sorted(allowed):
        raise NeedsWork(
            f"draws of `{label}` are {listed(drawn)}{ending(ask)}", f"each of {listed(allowed)}, and no other value"
        )


def is_within(label: str, values: Sequence[Any], low: float, high: float, ask: str = "") -> None:
    """No draw lies outside the bounds."""
    _are_numbers(label, values)
    slack = 1e-9 * (high - low)  # exp(log(x)) is not always x
    if min(values) < low - slack or max(values) > high + slack:
        raise NeedsWork(
            f"draws of `{label}` run from {show(min(values))} to {show(max(values))}{ending(ask)}",
            f"draws between {show(low)} and {show(high)}",
        )


def is_even(label: str, values: Sequence[float], low: float, high: float, *, log: bool = False) -> None:
    """About half of the draws lie below the middle of the range, and some in the tenth at each end.

    With `log` the range is one of orders of magnitude.
    """
    of = "the orders of magnitude" if log else "the range"

    def at(share: float) -> float:
        return low * (high / low) ** share if log else low + (high - low) * share

    below = sum(value < at(0.5) for value in values)
    if not 0.35 <= below / len(values) <= 0.65:
        raise NeedsWork(
            f"{below} of {len(values)} draws of `{label}` are below {show(at(0.5))}, the middle of {of}",
            "about half of them",
        )
    for end, empty in (
        (f"below {show(at(0.1))}", min(values) > at(0.1)),
        (f"above {show(at(0.9))}", max(values) < at(0.9)),
    ):
        if empty:
            raise NeedsWork(f"no draw of `{label}` in {len(values)} is {end}", f"about one in ten: {of} evenly covered")


def is_continuous(label: str, values: Sequence[Any], ask: str = "") -> None:
    """The draws hardly ever repeat a value."""
    _are_numbers(label, values)
    drawn = sorted(set(values))
    if len(drawn) < len(values) / 2:
        raise NeedsWork(
            f"{len(values)} draws of `{label}` are only {listed(drawn)}{ending(ask)}",
            "any value between the bounds",
        )


def _are_numbers(label: str, values: Sequence[Any]) -> None:
    other = next((value for value in values if not is_number(value)), None)
    if other is not None or None in values:
        raise NeedsWork(f"a draw of `{label}` is {show(other)}", "a number in every draw")
