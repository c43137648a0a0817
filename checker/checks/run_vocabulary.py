"""The words for what a search left in MLflow: the tree of its runs, what each run holds, how each ended.

As in `checker.checks.vocabulary`, a function returns where the property holds and raises NeedsWork
where it does not. Runs are the RunRecords that a check receives as `runs`; `run_tree` picks those of
one experiment, so that whatever else the learner logs does not matter:

    @exam.check(book="tracking-nested", hints=(...))
    def one_child_per_trial(runs):
        '''Each trial is a child run of one parent.'''
        run_tree(runs, "tuning", trials=6)
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary import configuration, show
from checker.evidence import RunRecord

_LONGEST = 40  # characters of a name or a value that a message repeats
_MADE_UP = re.compile("[a-z]+-[a-z]+-[0-9]+")  # mlflow/utils/name_utils.py

# -- the tree of runs --------------------------------------------------------------------------------------------


def run_tree(
    runs: Sequence[RunRecord], experiment: str, trials: int, *, parent: str | None = None, at_least: int | None = None
) -> tuple[RunRecord, list[RunRecord]]:
    """The one parent run of an experiment and its children, one for each trial, the oldest first.

    With the name of a `parent` other runs at the top level do not matter. With `at_least` fewer
    trials are right too, as in a search that may stop early.
    """
    own = _runs_in(runs, experiment)
    top = [run for run in own if run.parent_id is None]
    chosen = _only_parent(runs, own, top, experiment) if parent is None else _named_parent(own, top, experiment, parent)
    children = _children(own, chosen)
    if not (trials if at_least is None else at_least) <= len(children) <= trials:
        raise NeedsWork(_census(runs, own, top, chosen), _expected_children(trials, at_least))
    return chosen, children


def _runs_in(runs: Sequence[RunRecord], experiment: str) -> list[RunRecord]:
    own = [run for run in runs if run.experiment == experiment]
    expected = f"the runs of the search in the experiment `{experiment}`"
    if not runs:
        raise NeedsWork("the checker's MLflow store has no runs. Does the notebook set a tracking URI?", expected)
    if not own:
        elsewhere = sorted({run.experiment for run in runs})
        raise NeedsWork(
            f"the experiment `{experiment}` has no runs; there are {_count(len(runs), 'run')} in {_quoted(elsewhere)}",
            expected,
        )
    return own


def _children(own: Sequence[RunRecord], parent: RunRecord) -> list[RunRecord]:
    return [run for run in own if run.parent_id == parent.run_id]


def _only_parent(
    runs: Sequence[RunRecord], own: Sequence[RunRecord], top: Sequence[RunRecord], experiment: str
) -> RunRecord:
    if len(top) == 1:
        return top[0]
    expected = "one parent run at the top level, and a child run of it for each trial"
    parents = [run for run in top if _children(own, run)]
    if not top:
        raise NeedsWork(
            f"each of the {_count(len(own), 'run')} in `{experiment}` is a child, "
            "but of no run in this experiment. Which experiment was active when the parent began?",
            expected,
        )
    if not parents:
        raise NeedsWork(
            f"{len(top)} runs in `{experiment}` are at the top level, and there are 0 child runs. "
            "Which argument of `start_run` makes a run a child?",
            expected,
        )
    if len(parents) > 1:
        counts = [str(len(_children(own, run))) for run in parents]
        raise NeedsWork(
            f"`{experiment}` has {len(parents)} parent runs, with {' and '.join(counts)} child runs. "
            "How many searches does the notebook run?",
            expected,
        )
    raise NeedsWork(_census(runs, own, top, parents[0]), expected)


def _names(names: Sequence[str]) -> str:
    """The names in quotes; those that MLflow draws for runs without one, other ones each time, are only counted."""
    given = [name for name in names if not _MADE_UP.fullmatch(name)]
    made_up = len(names) - len(given)
    return " and ".join([*([_quoted(given)] if given else []), *([f"{made_up} made up by MLflow"] if made_up else [])])


def _named_parent(own: Sequence[RunRecord], top: Sequence[RunRecord], experiment: str, name: str) -> RunRecord:
    named = [run for run in top if run.name == name]
    expected = f"one parent run named `{name}` in `{experiment}`"
    if not named:
        raise NeedsWork(
            f"no run at the top level of `{experiment}` is named `{name}`; "
            f"the names there are {_names([run.name for run in top])}",
            expected,
        )
    if len(named) > 1:
        counts = [str(len(_children(own, run))) for run in named]
        raise NeedsWork(
            f"{len(named)} runs in `{experiment}` are named `{name}`, with {' and '.join(counts)} child runs", expected
        )
    return named[0]


def _census(runs: Sequence[RunRecord], own: Sequence[RunRecord], top: Sequence[RunRecord], parent: RunRecord) -> str:
    """How many child runs the parent has, and where others are that may have been meant as its children."""
    ids = {run.run_id for run in _children(own, parent)}
    below = sum(run.parent_id in ids for run in own)
    beside = sum(run.run_id != parent.run_id and not _children(own, run) for run in top)  # other searches do not count
    away = [run for run in _children(runs, parent) if run.run_id not in ids]
    found = f"the parent run has {_count(len(ids), 'child run')}"
    if away:
        places = _quoted(sorted({run.experiment for run in away}))
        return f"{found} in its experiment, and {len(away)} in {places}. Which experiment was set when they began?"
    if below:
        return f"{found}, and {_count(below, 'run')} more below these. Which run was active when they began?"
    if beside:
        return f"{found}, and {_count(beside, 'run')} more beside it at the top level. Which of them is a trial?"
    return found


def _expected_children(trials: int, at_least: int | None) -> str:
    if at_least is None:
        return f"{_count(trials, 'child run')}, one for each trial"
    return f"between {at_least} and {_count(trials, 'child run')}, one for each trial"


# -- how runs ended ----------------------------------------------------------------------------------------------


def all_ended(runs: Sequence[RunRecord]) -> None:
    """No run is left open."""
    open_runs = [run for run in runs if run.status in ("RUNNING", "SCHEDULED")]
    if open_runs:
        raise NeedsWork(
            f"{len(open_runs)} of {_count(len(runs), 'run')} {_are(len(open_runs))} still RUNNING: "
            f"{_quoted([run.name for run in open_runs])}. What ends a run that `start_run` opened without `with`?",
            "each run ended, also where its trial failed",
        )


def failed_trials_failed(children: Sequence[RunRecord], metric: str, failures: int) -> None:
    """The children whose trial gave no metric are FAILED, and no others; there are so many of them."""
    for run in children:
        if run.status == "FINISHED" and metric not in run.metrics:
            raise NeedsWork(
                f"{_child(run)} has no `{metric}`, and its status is FINISHED. "
                "Who could later tell that its trial failed?",
                "the status FAILED for the run of a trial that failed",
            )
        if run.status == "FAILED" and metric in run.metrics:
            raise NeedsWork(
                f"{_child(run)} is FAILED, and it has `{metric}` = {show(run.metrics[metric])}. "
                "Did its trial fail before or after that?",
                f"no `{metric}` in the run of a trial that failed",
            )
    failed = sum(run.status == "FAILED" for run in children)
    if failed != failures:
        raise NeedsWork(
            f"{failed} of {_count(len(children), 'child run')} {_are(failed)} FAILED",
            f"{failures}: a run for each trial, and FAILED where the trial failed",
        )


def finished(children: Sequence[RunRecord]) -> list[RunRecord]:
    """The children whose trial came to its end; at least one must be there."""
    done = [run for run in children if run.status == "FINISHED"]
    if not done:
        raise NeedsWork(
            f"of {_count(len(children), 'child run')} none is FINISHED", "a FINISHED run for each good trial"
        )
    return done


def ran_at_a_time(children: Sequence[RunRecord], parallelism: int) -> None:
    """At the busiest moment so many trials ran, or one less."""
    spans = [(run.start, run.end) for run in children if run.start is not None and run.end is not None]
    if not spans:
        raise NeedsWork(f"of {_count(len(children), 'child run')} none has ended", "child runs that ended")
    # The busiest moment is one at which a trial begins.
    most = max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)
    if most < parallelism - 1:
        found = f"no more than {_count(most, 'trial')} ran at a time. What did the other workers do?"
    elif most > parallelism:
        found = f"more than {_count(parallelism, 'trial')} ran at a time. What could the search learn from them?"
    else:
        return
    raise NeedsWork(found, f"{_count(parallelism, 'trial')} at a time")


# -- what runs hold ----------------------------------------------------------------------------------------------


def logs_params(children: Sequence[RunRecord], names: Sequence[str]) -> None:
    """Each child has these parameters, whatever its trial came to; more do not matter."""
    for run in children:
        missing = [name for name in names if name not in run.params]
        if missing:
            raise NeedsWork(
                f"{_child(run)} has no parameter {_quoted(missing)}; it has {_quoted(list(run.params))}",
                "the parameters of the trial in each child run, under the names of the search space",
            )


def logs_tag(children: Sequence[RunRecord], name: str, value: str) -> None:
    """Each child has this tag with this value, whatever its trial came to."""
    for run in children:
        if run.tags.get(name) != value:
            tag = f"`{_cut(run.tags[name])}`" if name in run.tags else "no value"
            raise NeedsWork(
                f"{_child(run)} is {run.status}, and its tag `{name}` has {tag}", f"`{value}` in each child run"
            )


def logs_metric(children: Sequence[RunRecord], metric: str) -> None:
    """Each child that finished has this metric, and it is a finite number."""
    for run in finished(children):
        if metric not in run.metrics:
            raise NeedsWork(
                f"{_child(run)} has no metric `{metric}`; it has {_quoted(list(run.metrics))}",
                f"`{metric}` in the child run of each trial that gave one",
            )
        if not math.isfinite(run.metrics[metric]):
            raise NeedsWork(f"{_child(run)} has `{metric}` = {show(run.metrics[metric])}", "a finite number")


def whole(text: str) -> int:
    """A logged integer; `5.0` is one too. Raises ValueError. For `params_of`."""
    value = float(text)
    if not value.is_integer():
        raise ValueError
    return int(value)


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
                f"{_child(run)} has `{name}` = {_cut(text)}{ask}", "the value that the trial's model was trained with"
            ) from None
    return values


def params_within(children: Sequence[RunRecord], name: str, low: float, high: float) -> None:
    """Each child's parameter is a number within the bounds of the search space."""
    for run in children:
        value = params_of(run, {name: real})[name]
        if not low <= value <= high:
            raise NeedsWork(
                f"{_child(run)} has `{name}` = {_cut(run.params[name])}",
                f"a value of the search space, between {show(low)} and {show(high)}",
            )


def are_different(children: Sequence[RunRecord], names: Sequence[str], at_least: int) -> None:
    """The children tried at least so many different configurations."""
    tried = {tuple(run.params.get(name) for name in names) for run in children}
    if len(tried) < at_least:
        raise NeedsWork(
            f"{_count(len(children), 'child run')} with {_count(len(tried), 'different configuration')}. "
            "Where do the logged parameters come from?",
            "in each child run the parameters of its own trial",
        )


# -- what runs claim ---------------------------------------------------------------------------------------------


def is_same(logged: float, computed: float) -> bool:
    """Whether two numbers agree to the digits of a float32."""
    return math.isclose(logged, computed, rel_tol=1e-4, abs_tol=1e-6)


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
        logged, score = run.metrics[metric], score_of(params)
        if not agrees(logged, score):
            raise NeedsWork(
                f"{_child(run)} has `{metric}` = {show(logged)} for {configuration(params)}",
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
        raise NeedsWork(f"of {_count(len(children), 'child run')} none has `{metric}`", expected)
    if name not in parent.metrics:
        raise NeedsWork(
            f"the parent run has no metric `{name}`; it has {_quoted(list(parent.metrics))}",
            expected,
        )
    logged = parent.metrics[name]
    right, worst = (min(values), max(values)) if lower else (max(values), min(values))
    if not is_same(logged, right):
        ask = ". Which end of the list is the best?" if is_same(logged, worst) else ""
        raise NeedsWork(
            f"the parent run has `{name}` = {show(logged)}, and `{metric}` of its {_count(len(values), 'child run')} "
            f"goes from {show(min(values))} to {show(max(values))}{ask}",
            expected,
        )


def is_best_run(run_id: Any, children: Sequence[RunRecord], metric: str, source: str, *, lower: bool) -> None:
    """The id that `source` gave is that of a child with the best metric."""
    logs_metric(children, metric)
    expected = f"the run id of the child with the best `{metric}`"
    chosen = next((run for run in finished(children) if run.run_id == run_id), None)
    if chosen is None:
        what = "an id that no child run of the study has" if isinstance(run_id, str) else _cut(show(run_id))
        raise NeedsWork(f"`{source}` is {what}", expected)
    values = [run.metrics[metric] for run in finished(children)]
    right, worst = (min(values), max(values)) if lower else (max(values), min(values))
    value = chosen.metrics[metric]
    if not is_same(value, right):
        ask = "Which end of the order is the best?" if is_same(value, worst) else "In which order do runs come back?"
        better = sum((other < value) if lower else (other > value) for other in values)
        raise NeedsWork(
            f"`{source}` is a run with `{metric}` = {show(value)}, and {better} of {_count(len(values), 'child run')} "
            f"{_are(better)} better. {ask}",
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
        raise NeedsWork(f"the parent run has no parameter {_quoted(missing)}", expected)
    values = [run.metrics[metric] for run in finished(children)]
    right = min(values) if lower else max(values)
    best = [run for run in finished(children) if is_same(run.metrics[metric], right)]
    logged = [parent.params[name] for name in names]
    if not any(all(_same_text(run.params[name], parent.params[name]) for name in names) for run in best):
        shown = ", ".join(f"{name}={_cut(value)}" for name, value in zip(names, logged, strict=True))
        raise NeedsWork(
            f"the parent run has {shown}, and no child run with the best `{metric}` has these. "
            "Are they options, or positions?",
            expected,
        )


def holds_alias(runs: Sequence[RunRecord], model: str, alias: str) -> RunRecord:
    """The run that the model with this alias was logged in; the alias is on a version of that registered model."""
    held = [(run, version) for run in runs for version in run.registered if version.name == model]
    expected = f"a version of the registered model `{model}` with the alias `{alias}`"
    for run, version in held:
        if alias in version.aliases:
            return run
    if held:
        aliases = sorted({alias for _, version in held for alias in version.aliases})
        raise NeedsWork(
            f"`{model}` has {_count(len(held), 'version')}, and the aliases there are {_quoted(aliases)}", expected
        )
    names = sorted({version.name for run in runs for version in run.registered})
    raise NeedsWork(
        f"no model of a run is registered as `{model}`; the registered models are {_quoted(names)}", expected
    )


# -- Optuna ------------------------------------------------------------------------------------------------------


def study_direction(direction: Any, expected: str, metric: str) -> None:
    """The study goes in the direction in which the metric becomes better; `expected` is minimize or maximize."""
    if str(direction).rpartition(".")[2].lower() != expected:
        raise NeedsWork(
            f"the direction of the study is {show(direction)}. Is a larger {metric} better, or a smaller one?",
            f"the direction in which {metric} becomes better",
        )


def trial_states(states: Sequence[str], trials: int, *, pruned: bool = False) -> None:
    """The study has so many trials, all ended, at least one complete; with `pruned` at least one was pruned."""
    counts = {state: list(states).count(state) for state in sorted(set(states))}
    found = f"{_count(len(states), 'trial')}"
    if counts:
        found += f": {', '.join(f'{count} {_cut(state)}' for state, count in counts.items())}"
    if len(states) != trials:
        raise NeedsWork(found, _count(trials, "trial"))
    if counts.keys() & {"RUNNING", "WAITING"}:
        raise NeedsWork(found, "no trial that is still RUNNING or WAITING")
    if "COMPLETE" not in counts:
        raise NeedsWork(f"{found}. What does the study know about good parameters?", "trials that are COMPLETE")
    if pruned and "PRUNED" not in counts:
        raise NeedsWork(
            f"{found}. Who asks `should_prune`, and what happens then?", "PRUNED trials: bad ones that ended early"
        )


def states_of(children: Sequence[RunRecord]) -> list[str]:
    """The state of each trial, from its run's status, as MLflow's storage for Optuna writes it."""
    states = {"FINISHED": "COMPLETE", "KILLED": "PRUNED", "FAILED": "FAIL", "SCHEDULED": "WAITING"}
    return [states.get(run.status, run.status) for run in children]


# -- showing runs ------------------------------------------------------------------------------------------------


def _child(run: RunRecord) -> str:
    return f"the child run `{_cut(run.name or run.run_id)}`"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{_cut(name)}`" for name in names[:5]) or "none"
    return shown if len(names) <= 5 else f"{shown}, ..."


def _same_text(one: str, other: str) -> bool:
    """Whether two logged texts mean the same: 5 and 5.0 do."""
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _count(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
