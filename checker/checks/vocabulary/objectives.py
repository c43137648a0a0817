"""The result of a trial: what a Hyperopt objective returns."""

import math
from collections.abc import Mapping
from typing import Any

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.showing import is_number, keys_of, show

STATUSES = ("new", "running", "suspended", "ok", "fail")
"""What Hyperopt takes as the status of a trial."""


def trial_result(returned: Any) -> Mapping[str, Any]:
    """An objective returned a dict with a status that Hyperopt knows."""
    expected = "a dict with `loss` and `status`"
    if returned is None:
        raise NeedsWork("the objective returned None. Does every way through it end in a `return`?", expected)
    if not isinstance(returned, dict):
        raise NeedsWork(
            f"the objective returned {show(returned)}", f"{expected}: a dict can also say that a trial failed"
        )
    if "status" not in returned:
        raise NeedsWork(
            f"the dict that the objective returned has {keys_of(returned)}, and no `status`",
            f"{expected}: Hyperopt asks every dict for its status",
        )
    if returned["status"] not in STATUSES:
        raise NeedsWork(
            f"the status is {show(returned['status'])}", "one of the two status constants imported from `hyperopt`"
        )
    return returned


def successful_loss(returned: Any) -> float:
    """The loss of a trial that succeeded: a finite number beside the status ok."""
    result = trial_result(returned)
    if result["status"] != "ok":
        raise NeedsWork(f"the status is {show(result['status'])}", "the status of a trial that succeeded")
    if "loss" not in result:
        raise NeedsWork(
            f"the trial succeeded, but its dict has {keys_of(result)}, and no `loss`",
            "a dict with `loss` and `status`",
        )
    loss = result["loss"]
    if not is_number(loss) or not math.isfinite(loss):
        raise NeedsWork(f"the loss is {show(loss)}", "a finite number: Hyperopt compares the losses")
    return float(loss)


def failed_trial(returned: Any) -> None:
    """A trial that could not be evaluated is reported as failed: not by a loss, not by NaN."""
    result = trial_result(returned)
    if result["status"] == "fail":
        return
    loss = result.get("loss")
    nan = isinstance(loss, float) and math.isnan(loss)
    ask = "Who could later tell why this trial has no loss?" if nan else "Which model has this loss?"
    raise NeedsWork(
        f"the status is {show(result['status'])} and the loss is {show(loss)}. {ask}",
        "the status of a failed trial, and no loss",
    )
