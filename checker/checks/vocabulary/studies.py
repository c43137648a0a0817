"""An Optuna study, from the record of its trials."""

import math
from collections.abc import Sequence
from typing import Any

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.showing import counted, cut, show
from checker.evidence import RunRecord
from checker.runtime.kernel.records import Study, StudyTrial


def is_study(function: str, returned: Any) -> Study:
    """The function returned a study that has run trials."""
    expected = "the study, after its trials"
    if not isinstance(returned, Study):
        raise NeedsWork(f"`{function}` returned {show(returned)}", expected)
    if not returned.trials:
        raise NeedsWork(f"`{function}` returned a study without any trial", expected)
    return returned


def study_ran(study: Study, count: int) -> None:
    """The study ran as many trials as it was asked for."""
    if len(study.trials) != count:
        raise NeedsWork(
            f"the study has {counted(len(study.trials), 'trial')}", f"{counted(count, 'trial')}, as asked for"
        )


def study_repeats(first: Study, again: Study, seed: int) -> None:
    """Two studies with one seed try the same configurations."""
    if _tried(first) != _tried(again):
        raise NeedsWork(
            f"two studies with the seed {seed} try different configurations. Where does the sampler get its seed?",
            "the same configurations each time",
        )


def study_varies(first: Study, other: Study, seeds: Sequence[int]) -> None:
    """Two studies with two seeds try different configurations."""
    if _tried(first) == _tried(other):
        raise NeedsWork(
            f"the studies with the seeds {seeds[0]} and {seeds[1]} try the same configurations. "
            "Does the seed of the call reach the sampler?",
            "other configurations with another seed",
        )


def _tried(study: Study) -> list[Any]:
    return [trial.params for trial in study.trials]


def direction_of(study: Study) -> str:
    """The one direction of a study."""
    if len(study.directions) != 1:
        raise NeedsWork(
            f"the study has {counted(len(study.directions), 'direction')}",
            "one value for each trial, and one direction",
        )
    return study.directions[0]


def best_trial(study: Study) -> StudyTrial:
    """The best of the trials that came to their end, in the study's direction."""
    best = max if direction_of(study) == "MAXIMIZE" else min
    values = {
        at: trial.value
        for at, trial in enumerate(study.trials)
        if trial.state == "COMPLETE" and trial.value is not None and math.isfinite(trial.value)
    }
    if not values:
        raise NeedsWork("no trial of the study is COMPLETE and has a value", "a study with a best trial")
    return study.trials[best(values, key=values.__getitem__)]


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
    found = f"{counted(len(states), 'trial')}"
    if counts:
        found += f": {', '.join(f'{count} {cut(state)}' for state, count in counts.items())}"
    if len(states) != trials:
        raise NeedsWork(found, counted(trials, "trial"))
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
