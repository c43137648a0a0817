"""The exam of spark-trials/parallelism: choosing parallelism, and trials that end badly."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.checks.spark_trials.logged_choices import option_at
from checker.evidence import Question, RunRecord
from checker.shapes import Each

exam = Exam("spark-trials/parallelism")

PARALLEL_TRIALS = 16

FOREST_TYPES: Mapping[str, Callable[[str], Any]] = {
    "bootstrap": option_at([True, False]),
    "max_samples": option_at([None, 0.5]),
    "max_depth": the.whole,
}

MOST_BYTES = 20_000
"""An objective that opens a broadcast packs into a twentieth of this, one with the data into fifty times as much."""


def _forest(params: Mapping[str, Any]) -> RandomForestClassifier:
    return RandomForestClassifier(**params, n_estimators=5, random_state=0)


def _is_refused(params: Mapping[str, Any]) -> bool:
    """Whether scikit-learn refuses the configuration."""
    return not params["bootstrap"] and params["max_samples"] is not None


def _slots(cluster: Mapping[str, Any]) -> int:
    per_worker = 1 if cluster["gpu"] else cluster["cores"] // cluster["cpus_per_task"]
    return int(cluster["workers"] * per_worker)


def _cluster(rng: np.random.Generator, cpus: int = 1, gpu: bool = False) -> dict[str, Any]:
    return {"workers": int(rng.integers(3, 7)), "cores": int(rng.choice([8, 16])), "cpus_per_task": cpus, "gpu": gpu}


def _parallel_search(runs: Sequence[RunRecord]) -> tuple[RunRecord, list[RunRecord]]:
    return the.run_tree(runs, "parallelism", PARALLEL_TRIALS, parent="search")


def _refused_runs(children: Sequence[RunRecord]) -> int:
    return sum(_is_refused(the.params_of(run, FOREST_TYPES)) for run in children)


@exam.question
def slots(rng: np.random.Generator) -> Question:
    """Three clusters: plain, with two CPUs for each task, with GPUs."""
    clusters = [_cluster(rng), _cluster(rng, cpus=2), _cluster(rng, gpu=True)]
    return Question("[task_slots({**cluster}) for cluster in clusters]", {"clusters": clusters}, shape=Each("clusters"))


@exam.question
def chosen(rng: np.random.Generator) -> Question:
    """A cluster that is large for the search, and one that is small for it."""
    cases = [[_cluster(rng), int(rng.choice([30, 60, 97]))], [_cluster(rng, gpu=True), int(rng.choice([400, 900]))]]
    return Question(
        "[choose_parallelism({**cluster}, evals) for cluster, evals in cases]", {"cases": cases}, shape=Each("cases")
    )


@exam.question
def packed(rng: np.random.Generator) -> Question:
    """How many bytes travel with each trial. The objective is called too, so that a stub is seen as one."""
    params = {"bootstrap": True, "max_samples": None, "max_depth": int(rng.integers(2, 10))}
    size = "len(__import__('pyspark').cloudpickle.dumps(objective))"
    return Question(f"loss if (loss := objective({{**params}})) is ... else {size}", {"params": params}, shape=int)


@exam.question
def settings(rng: np.random.Generator) -> Question:
    """What the search was given; the seed says at which children the grader looks."""
    return Question("trials if trials is ... else [trials.timeout]", {"seed": int(rng.integers(2**31))}, shape=(Any,))


@exam.question
def counted(rng: np.random.Generator) -> Question:
    """The notebook's count of its own search."""
    return Question("ends(trials)")


@exam.question
def stops(rng: np.random.Generator) -> Question:
    """Searches that the grader makes up, each in the middle of its course."""
    good, fair, bad = (round(float(low + rng.uniform(0, 0.1)), 3) for low in (-0.9, -0.7, -0.5))
    running, failed = {"status": "new"}, {"status": "fail"}
    loss = {value: {"loss": value} for value in (good, fair, bad)}
    cases = [
        [loss[fair], *[loss[bad]] * 5],
        [loss[fair], *[loss[bad]] * 4, loss[good]],
        [loss[fair], *[loss[bad]] * 3, *[running] * 4],
        [loss[good], failed, loss[fair], loss[bad], loss[bad], failed, loss[fair], loss[fair], running],
        [running] * 4,
        [loss[fair], loss[bad], loss[bad], loss[good], failed, loss[bad], failed, running],
    ]
    return Question("[no_progress(trials_of(case)) for case in cases]", {"cases": cases}, shape=Each("cases"))


STOPS = (True, False, False, True, False, False)
"""For each of these cases whether five finished trials brought nothing better."""

SEARCHES_SO_FAR = (
    "five losses in a row are worse than the one before them",
    "the newest loss is the best one",
    "four trials are running, and of the four that finished the first is the best one",
    "five losses in a row are worse than the best one, some failed trials lie between, and one trial is running",
    "four trials are running, and none has finished",
    "of six losses the fourth is the best one, and trials around it failed",
)
"""The cases in words."""


@exam.check(
    book="spark-slots",
    hints=(
        "How many tasks fit on one worker of the cluster? Does the number of its cores matter if it has GPUs?",
        "A trial takes a task slot: as many cores as a task is given. On a GPU cluster a worker is one slot.",
        "Divide the cores of a worker by the CPUs of a task, or take one with GPUs; then multiply by the workers.",
    ),
)
def counts_the_task_slots(slots: Asked) -> None:
    """`task_slots` gives the number of trials that can run at a time."""
    clusters = slots.inputs["clusters"]
    for cluster, found in zip(clusters, slots.value, strict=True):
        if found != _slots(cluster):
            ask = "How many tasks does one worker run?"
            raise NeedsWork(
                f"`task_slots` gives {the.show(found)} for {the.configuration(cluster)}. {ask}",
                "the tasks of one worker, times the workers",
            )


@exam.check(
    book="spark-parallelism",
    after=(counts_the_task_slots,),
    hints=(
        "What would your function choose for four trials on a cluster with a hundred slots?",
        "Two numbers bound the choice: how many can run, and how many leave something to learn.",
        "Take the smaller of the task slots and the rounded root of `max_evals`.",
    ),
)
def chooses_within_both_bounds(chosen: Asked) -> None:
    """`choose_parallelism` keeps to the rule of thumb, and to the task slots."""
    cases = chosen.inputs["cases"]
    for (cluster, evals), found in zip(cases, chosen.value, strict=True):
        limit, rule = _slots(cluster), round(evals**0.5)
        if found == min(limit, rule):
            continue
        what = f"`choose_parallelism` gives {the.show(found)} for {evals} trials on {limit} slots"
        if the.is_number(found) and found > limit:
            raise NeedsWork(f"{what}. What do those without a slot do?", "no more than there are task slots")
        if the.is_number(found) and found > rule:
            raise NeedsWork(f"{what}. What can TPE learn then?", "the rule of thumb, where the cluster is large")
        raise NeedsWork(what, "the smaller of the task slots and the rule of thumb, a whole number")


@exam.check(
    book="spark-data",
    hints=(
        "Which names of the notebook does your objective use, and how large are they?",
        "What the objective names is packed with it, for each trial anew; of a broadcast only its number is.",
        "Make the broadcast with the session's Spark context, outside the objective, and open it inside.",
    ),
)
def data_are_broadcast(packed: Asked) -> None:
    """The data set does not travel with each trial."""
    if packed.value > MOST_BYTES:
        raise NeedsWork(
            f"`objective` packs into {packed.value:,} bytes, which go to the workers once for each trial. "
            "Which of its names is large?",
            "a few thousand bytes: the data wait on each worker",
        )


@exam.check(
    book="spark-failures",
    after=(data_are_broadcast,),
    hints=(
        "Open the experiment in MLflow's UI. What stands in the run of a forest that scikit-learn refuses?",
        "With SparkTrials a trial may raise: it becomes a failed one, and the search goes on.",
        "Run `fmin` inside the parent run. Let the objective raise, or return the failed status, and give it no loss.",
    ),
)
def trials_end_as_they_should(settings: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`search` has a child run for each of 16 trials: FAILED where scikit-learn refused, else with a loss."""
    assert settings.value is not None
    parent, children = _parallel_search(runs)
    the.all_ended([parent, *children])
    the.failed_trials_failed(children, "loss", _refused_runs(children))
    the.logs_metric(children, "loss")


@exam.check(
    book="spark-parallelism",
    after=(trials_end_as_they_should,),
    hints=(
        "Count the trials that run together at the beginning of your search.",
        "The choice is made for nothing until SparkTrials is told.",
        "Call your function with the description of this machine and the number of trials, and hand over its answer.",
    ),
)
def search_uses_the_choice(runs: tuple[RunRecord, ...]) -> None:
    """The search ran as many trials at a time as `choose_parallelism` says."""
    the.ran_at_a_time(_parallel_search(runs)[1], 4)


@exam.check(
    book="spark-timeout",
    after=(trials_end_as_they_should,),
    hints=(
        "Print `trials.timeout`.",
        "The limit belongs to SparkTrials or to `fmin`, in seconds.",
        "One more argument, beside the parallelism: the minutes of the task, in seconds.",
    ),
)
def search_has_a_time_limit(settings: Asked) -> None:
    """The search may take ten minutes."""
    if settings.value != [600]:
        raise NeedsWork(
            f"`trials.timeout` is {the.show(settings.value[0])}. How long may a trial hang?",
            "the limit of the task, in the unit that Hyperopt takes",
        )


@exam.check(
    book="spark-data",
    after=(trials_end_as_they_should,),
    hints=(
        "Train a forest with the parameters of one child run. Does it reach the run's `loss`?",
        "The loss is minus the mean accuracy of three folds, on the rows of the broadcast.",
        "Give the forest the three parameters, five trees and the seed, and return minus the mean.",
    ),
)
def losses_are_those_of_the_forests(settings: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The `loss` of a child run is what training with its parameters gives."""
    X, y = load_digits(return_X_y=True)
    the.metrics_follow(
        _parallel_search(runs)[1],
        "loss",
        FOREST_TYPES,
        lambda params: accuracy_of(_forest(params), {"X": X, "y": y}),
        agrees=the.is_loss_of,
        sample=3,
        seed=settings.inputs["seed"],
    )


@exam.check(
    book="spark-timeout",
    after=(trials_end_as_they_should,),
    hints=(
        "Compare `len(trials.trials)` with the number of trials that you asked for.",
        "What raised is not listed in `trials.trials`; SparkTrials counts it elsewhere.",
        "SparkTrials has a method for each of the two numbers; their names begin with `count`.",
    ),
)
def counts_how_trials_ended(counted: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`ends` gives the numbers of trials with and without a loss."""
    _, children = _parallel_search(runs)
    failed = _refused_runs(children)
    expected = {"succeeded": PARALLEL_TRIALS - failed, "failed": failed}
    if counted.value != expected:
        raise NeedsWork(
            f"`ends(trials)` gives {the.show(counted.value)}, and {failed} of {PARALLEL_TRIALS} child runs are FAILED. "
            "Which trials does SparkTrials list?",
            "`succeeded` and `failed`, which together are all trials",
        )


@exam.check(
    book="spark-stopping",
    hints=(
        "Which trials does your function look at? What is in the `result` of one that is still running?",
        "On a cluster the newest trials have no loss yet, and failed ones never will.",
        "First keep the losses that are not None; then compare the smallest of the last few with the smallest before.",
    ),
)
def stops_by_finished_trials(stops: Asked) -> None:
    """`no_progress` looks at finished trials only, and says stop after five without a better loss."""
    if stops.raised is not None:
        raise NeedsWork(
            f"`no_progress` raised {stops.raised} when some trials had no loss. What would `fmin` do on a cluster?",
            "two things for each search: whether to stop, and a list",
        )
    for found, stop, words in zip(stops.value, STOPS, SEARCHES_SO_FAR, strict=True):
        if not isinstance(found, list) or len(found) != 2 or not isinstance(found[0], bool):
            raise NeedsWork(
                f"`no_progress` returned {the.show(found)}", "two things: whether to stop, and a list for the next call"
            )
        if found[0] != stop:
            raise NeedsWork(
                f"`no_progress` says {'stop' if found[0] else 'go on'} where {words}. Which trials does it count?",
                f"{'stop' if stop else 'go on'}: it counts finished trials",
            )
