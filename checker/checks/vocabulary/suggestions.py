"""An Optuna objective, from what it asks a few trials."""

import math
from collections.abc import Sequence
from typing import Any

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.showing import is_number, quoted, show
from checker.runtime.kernel.records import OptunaDistribution, OptunaTrial, StudyTrial


def asks_for_each(trials: Sequence[OptunaTrial], labels: Sequence[str]) -> None:
    """Each trial asked for exactly these hyperparameters, each under its own name."""
    expected = "a call of `trial.suggest_...` for each hyperparameter of the table, under its own name"
    for trial in trials:
        asked = trial.params
        missing = [f"has no `{label}`" for label in labels if label not in asked]
        surplus = [f"has `{label}`" for label in asked if label not in labels]
        if missing or surplus:
            raise NeedsWork(f"a trial of the objective {', '.join(missing + surplus)}", expected)


def trial_values(trials: Sequence[OptunaTrial]) -> list[float]:
    """What the objective returned for each trial: a finite number."""
    for trial in trials:
        value = trial.value
        if value is None:
            raise NeedsWork(
                "the objective returned None. Does every way through it end in a `return`?",
                "a number: Optuna counts a trial without one as failed",
            )
        if not is_number(value) or not math.isfinite(value):
            raise NeedsWork(f"the objective returned {show(value)}", "a finite number: Optuna compares them")
    return [float(trial.value) for trial in trials]


def suggests_number(
    label: str,
    trial: OptunaTrial,
    kind: str,
    low: float,
    high: float,
    log: bool = False,
    step: float | None = None,
) -> None:
    """The trial was asked for a float or an int (`kind`) between these bounds, on this scale, in these steps."""
    asked = _asked(trial, label)
    if asked.kind == "categorical":
        raise NeedsWork(
            f"`{label}` is a category. What would a good value at one option say about its neighbours?",
            "a number between two bounds, so that the sampler learns from neighbours",
        )
    if asked.kind != kind:
        raise NeedsWork(
            f"`{label}` is suggested as {_a(asked.kind)}. Which type does scikit-learn ask for?",
            f"{_a(kind)} from the trial itself, so that the study knows it as one",
        )
    if not (_is_close(asked.low, low) and _is_close(asked.high, high)):
        raise NeedsWork(
            f"`{label}` is suggested between {show(asked.low)} and {show(asked.high)}",
            f"both bounds of the table, {show(low)} and {show(high)}",
        )
    if asked.log != log:
        even, orders = "every value equally likely", "every order of magnitude equally likely"
        raise NeedsWork(f"`{label}` is suggested with {orders if asked.log else even}", orders if log else even)
    steps = step if step is not None or kind == "float" else 1
    if asked.step != steps:
        raise NeedsWork(
            f"`{label}` is suggested in steps of {show(asked.step)}"
            if asked.step is not None
            else f"`{label}` is suggested without steps",
            f"steps of {show(steps)}" if steps is not None else "any value between the bounds",
        )


def suggests_category(label: str, trial: OptunaTrial, options: Sequence[Any]) -> None:
    """The trial was asked for one of these options, in any order; None and 'None' are two things."""
    asked = _asked(trial, label)
    expected = "each option of the table, as the value that scikit-learn documents"
    if asked.kind != "categorical":
        raise NeedsWork(f"`{label}` is suggested as {_a(asked.kind)}. Are its options numbers with an order?", expected)
    shown = [show(choice) for choice in asked.choices or ()]
    if sorted(shown) != sorted(show(option) for option in options):
        raise NeedsWork(f"the options of `{label}` are {', '.join(shown[:8])}", expected)


def better_is(values: Sequence[float], scores: Sequence[float]) -> str:
    """The direction in which the values become better, as Optuna says it: `maximize` or `minimize`."""
    (_, worse), *_, (_, better) = sorted(zip(scores, values, strict=True))
    return "maximize" if better > worse else "minimize"


def _asked(trial: OptunaTrial, label: str) -> OptunaDistribution:
    if label not in trial.distributions:
        raise NeedsWork(f"a trial is not asked for `{label}`", "a question for each hyperparameter of the table")
    return trial.distributions[label]


def _is_close(found: Any, expected: float) -> bool:
    return is_number(found) and math.isclose(found, expected, rel_tol=1e-6)


def _a(kind: str) -> str:
    return {"int": "an int", "float": "a float"}.get(kind, kind)


def asks_for(trial: OptunaTrial | StudyTrial, labels: Sequence[str], given: str) -> None:
    """A trial with these answers asked for exactly these hyperparameters; `given` says with which answers."""
    expected = f"{quoted(labels)}, and no others"
    missing = [label for label in labels if label not in trial.params]
    surplus = [label for label in trial.params if label not in labels]
    if missing:
        raise NeedsWork(f"a trial {given} is not asked for {quoted(missing)}", expected)
    if surplus:
        raise NeedsWork(
            f"a trial {given} is asked for {quoted(surplus)} too. What could the study learn from that value?",
            expected,
        )
