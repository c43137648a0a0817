"""The tree of MLflow runs, and how each run ended."""

import re
from collections.abc import Sequence

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.showing import are, child, counted, quoted, show
from checker.evidence import RunRecord

_MADE_UP = re.compile("[a-z]+-[a-z]+-[0-9]+")  # mlflow/utils/name_utils.py


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
            f"the experiment `{experiment}` has no runs; there are {counted(len(runs), 'run')} in {quoted(elsewhere)}",
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
            f"each of the {counted(len(own), 'run')} in `{experiment}` is a child, "
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
    return " and ".join([*([quoted(given)] if given else []), *([f"{made_up} made up by MLflow"] if made_up else [])])


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
    found = f"the parent run has {counted(len(ids), 'child run')}"
    if away:
        places = quoted(sorted({run.experiment for run in away}))
        return f"{found} in its experiment, and {len(away)} in {places}. Which experiment was set when they began?"
    if below:
        return f"{found}, and {counted(below, 'run')} more below these. Which run was active when they began?"
    if beside:
        return f"{found}, and {counted(beside, 'run')} more beside it at the top level. Which of them is a trial?"
    return found


def _expected_children(trials: int, at_least: int | None) -> str:
    if at_least is None:
        return f"{counted(trials, 'child run')}, one for each trial"
    return f"between {at_least} and {counted(trials, 'child run')}, one for each trial"


def all_ended(runs: Sequence[RunRecord]) -> None:
    """No run is left open."""
    open_runs = [run for run in runs if run.status in ("RUNNING", "SCHEDULED")]
    if open_runs:
        raise NeedsWork(
            f"{len(open_runs)} of {counted(len(runs), 'run')} {are(len(open_runs))} still RUNNING: "
            f"{quoted([run.name for run in open_runs])}. What ends a run that `start_run` opened without `with`?",
            "each run ended, also where its trial failed",
        )


def failed_trials_failed(children: Sequence[RunRecord], metric: str, failures: int) -> None:
    """The children whose trial gave no metric are FAILED, and no others; there are so many of them."""
    for run in children:
        if run.status == "FINISHED" and metric not in run.metrics:
            raise NeedsWork(
                f"{child(run)} has no `{metric}`, and its status is FINISHED. "
                "Who could later tell that its trial failed?",
                "the status FAILED for the run of a trial that failed",
            )
        if run.status == "FAILED" and metric in run.metrics:
            raise NeedsWork(
                f"{child(run)} is FAILED, and it has `{metric}` = {show(run.metrics[metric])}. "
                "Did its trial fail before or after that?",
                f"no `{metric}` in the run of a trial that failed",
            )
    failed = sum(run.status == "FAILED" for run in children)
    if failed != failures:
        raise NeedsWork(
            f"{failed} of {counted(len(children), 'child run')} {are(failed)} FAILED",
            f"{failures}: a run for each trial, and FAILED where the trial failed",
        )


def finished(children: Sequence[RunRecord]) -> list[RunRecord]:
    """The children whose trial came to its end; at least one must be there."""
    done = [run for run in children if run.status == "FINISHED"]
    if not done:
        raise NeedsWork(
            f"of {counted(len(children), 'child run')} none is FINISHED", "a FINISHED run for each good trial"
        )
    return done


def ran_at_a_time(children: Sequence[RunRecord], parallelism: int) -> None:
    """At the busiest moment so many trials ran, or one less."""
    spans = [(run.start, run.end) for run in children if run.start is not None and run.end is not None]
    if not spans:
        raise NeedsWork(f"of {counted(len(children), 'child run')} none has ended", "child runs that ended")
    # The busiest moment is one at which a trial begins.
    most = max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)
    if most < parallelism - 1:
        found = f"no more than {counted(most, 'trial')} ran at a time. What did the other workers do?"
    elif most > parallelism:
        found = f"more than {counted(parallelism, 'trial')} ran at a time. What could the search learn from them?"
    else:
        return
    raise NeedsWork(found, f"{counted(parallelism, 'trial')} at a time")
