"""The trials of a race: read from an answer, and what the grader finds for each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.svm import SVC

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of
from checker.checks.exam import Asked, NeedsWork
from checker.runtime.kernel.stand_ins import quick_loss

STRATEGIES = ("grid", "random", "tpe")
BOUNDS: Mapping[str, tuple[float, float]] = {"C": (0.01, 100.0), "gamma": (0.00001, 1.0)}


def svc_losses(trials: Sequence[Mapping[str, Any]], seed: int, data: Mapping[str, Any]) -> list[float]:
    """The loss of each configuration, with the folds of the seed."""
    return [1 - accuracy_of(machine_of(trial), data, seed) for trial in trials]


def expected_losses(
    one: Mapping[str, list[Mapping[str, Any]]], seed: int, data: Mapping[str, Any]
) -> list[tuple[str, Mapping[str, Any], float]]:
    """Trials of a race, each with its strategy and the loss that it should have."""
    X, y = np.asarray(data["X"]), np.asarray(data["y"])
    quick = [(name, trial, quick_loss(trial, seed, X, y)) for name in STRATEGIES for trial in one[name]]
    if any(the.is_same(trial["loss"], expected) for _, trial, expected in quick):
        return quick
    # The race has a way of its own to the loss. A third is enough: other folds give most configurations other losses.
    order = np.random.default_rng(seed).permutation(len(quick))[: len(quick) // 3]
    chosen = [quick[at][:2] for at in sorted(order)]
    losses = svc_losses([trial for _, trial in chosen], seed, data)
    return [(name, trial, loss) for (name, trial), loss in zip(chosen, losses, strict=True)]


def machine_of(trial: Mapping[str, Any]) -> SVC:
    """The model of a trial."""
    return SVC(C=trial["C"], gamma=trial["gamma"])


def races_of(asked: Asked) -> list[Mapping[str, list[Mapping[str, Any]]]]:
    """What `race` returned for each call, once its shape is known."""
    found: list[Any] = asked.value
    expected = "a dict with a list of trials under each of `grid`, `random` and `tpe`"
    for one in found:
        if not isinstance(one, dict) or set(one) != set(STRATEGIES):
            raise NeedsWork(f"`race` returned {the.show(one)}", expected)
        for name in STRATEGIES:
            if not isinstance(one[name], list) or not all(map(_is_trial, one[name])):
                raise NeedsWork(
                    f"the trials of `{name}` are {the.show(one[name])}",
                    "dicts with the numbers `C`, `gamma` and `loss`",
                )
    return found


def _is_trial(trial: Any) -> bool:
    return isinstance(trial, dict) and all(the.is_number(trial.get(key)) for key in ("C", "gamma", "loss"))
