"""What runs claim, held against what training gives."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.logged import logs_metric, logs_params, params_of
from checker.checks.vocabulary.runs import finished
from checker.checks.vocabulary.scores import is_same, trained_with
from checker.checks.vocabulary.showing import are, child, configuration, counted, cut, quoted, show
from checker.evidence import RunRecord


def metrics_follow(
    children: Sequence[RunRecord],
    metric: str,
    types: Mapping[str, Callable[[str], Any]],
    score_of: Callable[[dict[str, Any]], float],
    *,
    agrees: Callable[[float, float], bool] = is_same,
    sample: int | None = None,
    seed: int = 0,
) -> None:
    """The logged metric is the one that training with the logged parameters gives.

    `score_of` trains; `agrees(logged, score)` says whether the logged number follows from the score,
    as `is_loss_of` does. With `sample` only so many children are looked at, drawn by `seed`: take one
    that the grader drew, from the inputs of a question, so that nobody can know which.
    """
    logs_metric(children, metric)
    looked_at = finished(children)
    if sample is not None and sample < len(looked_at):
        chosen = np.random.default_rng(seed).choice(len(looked_at), size=sample, replace=False)
        looked_at = [looked_at[at] for at in sorted(chosen)]
    for run in looked_at:
        params = params_of(run, types)
        logged, score = run.metrics[metric], trained_with(params, score_of)
        if not agrees(logged, score):
            raise NeedsWork(
                f"{child(run)} has `{metric}` = {show(logged)} for {configuration(params)}",
                f"the `{metric}` that follows from training with these parameters, which gives {show(score)}",
            )


def best_is_best_child(
    parent: RunRecord, children: Sequence[RunRecord], metric: str, *, lower: bool, best: str | None = None
) -> None:
    """The parent's metric `best` (by default the same name) equals the best child's metric."""
    name = best or metric
    values = [run.metrics[metric] for run in finished(children) if math.isfinite(run.metrics.get(metric, math.nan))]
    expected = f"`{name}` of the parent run: the best `{metric}` of its child runs"
    if not values:
        raise NeedsWork(f"of {counted(len(children), 'child run')} none has `{metric}`", expected)
    if name not in parent.metrics:
        raise NeedsWork(
            f"the parent run has no metric `{name}`; it has {quoted(list(parent.metrics))}",
            expected,
        )
    logged = parent.metrics[name]
    right, worst = (min(values), max(values)) if lower else (max(values), min(values))
    if not is_same(logged, right):
        ask = ". Which end of the list is the best?" if is_same(logged, worst) else ""
        raise NeedsWork(
            f"the parent run has `{name}` = {show(logged)}, and `{metric}` of its {counted(len(values), 'child run')} "
            f"goes from {show(min(values))} to {show(max(values))}{ask}",
            expected,
        )


def is_best_run(run_id: Any, children: Sequence[RunRecord], metric: str, source: str, *, lower: bool) -> None:
    """The id that `source` gave is that of a child with the best metric."""
    logs_metric(children, metric)
    expected = f"the run id of the child with the best `{metric}`"
    chosen = next((run for run in finished(children) if run.run_id == run_id), None)
    if chosen is None:
        what = "an id that no child run of the study has" if isinstance(run_id, str) else cut(show(run_id))
        raise NeedsWork(f"`{source}` is {what}", expected)
    values = [run.metrics[metric] for run in finished(children)]
    right, worst = (min(values), max(values)) if lower else (max(values), min(values))
    value = chosen.metrics[metric]
    if not is_same(value, right):
        ask = "Which end of the order is the best?" if is_same(value, worst) else "In which order do runs come back?"
        better = sum((other < value) if lower else (other > value) for other in values)
        raise NeedsWork(
            f"`{source}` is a run with `{metric}` = {show(value)}, and {better} of {counted(len(values), 'child run')} "
            f"{are(better)} better. {ask}",
            expected,
        )


def best_params_are_best_childs(
    parent: RunRecord, children: Sequence[RunRecord], metric: str, names: Sequence[str], *, lower: bool
) -> None:
    """The parent's parameters are those of a child with the best metric."""
    logs_metric(children, metric)
    logs_params(children, names)
    missing = [name for name in names if name not in parent.params]
    expected = f"the parameters of the child run with the best `{metric}`"
    if missing:
        raise NeedsWork(f"the parent run has no parameter {quoted(missing)}", expected)
    values = [run.metrics[metric] for run in finished(children)]
    right = min(values) if lower else max(values)
    best = [run for run in finished(children) if is_same(run.metrics[metric], right)]
    logged = [parent.params[name] for name in names]
    if not any(all(_same_text(run.params[name], parent.params[name]) for name in names) for run in best):
        shown = ", ".join(f"{name}={cut(value)}" for name, value in zip(names, logged, strict=True))
        raise NeedsWork(
            f"the parent run has {shown}, and no child run with the best `{metric}` has these. "
            "Are they options, or positions?",
            expected,
        )


def _same_text(one: str, other: str) -> bool:
    """Whether two logged texts mean the same: 5 and 5.0 do."""
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False
