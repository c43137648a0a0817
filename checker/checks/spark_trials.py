"""The exams of the chapter on SparkTrials: nested runs, choosing parallelism, nested runs by hand."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.datasets import load_digits, load_wine
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from checker.checks import run_vocabulary as runs_that
from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, breast_cancer
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question, RunRecord

# -- SparkTrials and nested runs ---------------------------------------------------------------------------------

nested_runs = Exam("spark-trials/nested-runs")

SEARCHES = ("first", "again")
"""The names of the parent runs, and the notebook's variables with their run ids."""

TRIALS = 12

CRITERIA, FEATURES = ["gini", "entropy"], ["sqrt", "log2", None]


def _at(options: Sequence[Any]) -> Callable[[str], Any]:
    """For `params_of`: the option at the logged index."""

    def parse(text: str) -> Any:
        return dict(enumerate(options))[runs_that.whole(text)]

    return parse


TYPES: Mapping[str, Callable[[str], Any]] = {
    "criterion": _at(CRITERIA),
    "max_features": _at(FEATURES),
    "max_depth": runs_that.whole,
    "min_samples_leaf": runs_that.whole,
}
"""How to read what SparkTrials logs: for a choice the index."""


def _tree(params: Mapping[str, Any]) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(**params, random_state=0)


def _search(runs: Sequence[RunRecord], name: str) -> tuple[RunRecord, list[RunRecord]]:
    return runs_that.run_tree(runs, "nested-runs", TRIALS, parent=name)


@nested_runs.question
def parents(rng: np.random.Generator) -> Question:
    """The run ids of the two parents; the seed says at which children the grader looks."""
    return Question("[first, again]", {"seed": int(rng.integers(2**31))})


@nested_runs.question
def best(rng: np.random.Generator) -> Question:
    """What the notebook's function takes for the best child of each parent."""
    return Question("[best_child(parent) for parent in [first, again]]")


@nested_runs.question
def read(rng: np.random.Generator) -> Question:
    """The parameters of runs that the grader logs, as SparkTrials would: each option occurs."""
    logged = [
        {
            "criterion": at % len(CRITERIA),
            "max_features": at,
            "max_depth": float(rng.integers(2, 8)),
            "min_samples_leaf": float(rng.integers(2, 20)),
        }
        for at in range(len(FEATURES))
    ]
    return Question("[model_params(run_with(params)) for params in logged]", {"logged": logged})


@nested_runs.check(
    book="spark-run-tree",
    hints=(
        "Open the experiment in MLflow's UI (`checker ui`). What is below `first`, and what beside it?",
        "The trials become children of the run that is active while `fmin` works, and only with the `SparkTrials` "
        "that logs runs. Book: SparkTrials parallelism, section The run tree.",
        "Start a run with the name, call `fmin` inside its `with` block, and give it the imported SparkTrials.",
    ),
)
def each_trial_is_a_child_run(parents: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`first` and `again` are parent runs in `nested-runs`, with a finished child run for each of 12 trials."""
    found = parents.value
    for name, run_id in zip(SEARCHES, the.one_each(found, SEARCHES), strict=True):
        parent, children = _search(runs, name)
        runs_that.all_ended([parent, *children])
        runs_that.logs_metric(children, "loss")
        if run_id != parent.run_id:
            raise NeedsWork(
                f"`{name}` is {the.show(run_id)}, and the parent run `{name}` has another id",
                "the run id of the parent run, as text",
            )


@nested_runs.check(
    book="spark-parallelism",
    after=(each_trial_is_a_child_run,),
    hints=(
        "How many trials may run at a time, and who was told so?",
        "The number belongs to SparkTrials. More of it makes the search quicker, and leaves less to learn from. "
        "Book: SparkTrials parallelism, section How many at a time.",
        "Make the trials object with its first argument, a number, which the task names in words.",
    ),
)
def four_trials_ran_at_a_time(runs: tuple[RunRecord, ...]) -> None:
    """The search `first` ran four trials at a time."""
    runs_that.ran_at_a_time(_search(runs, "first")[1], 4)


@nested_runs.check(
    book="spark-seeds",
    after=(each_trial_is_a_child_run,),
    hints=(
        "Compare the parameters of `trial 0` in the two searches.",
        "`fmin` takes its random numbers from a NumPy generator that it is given, and a used generator goes on where "
        "it stopped. Book: SparkTrials parallelism, section What a seed still does.",
        "Make a new generator from the seed for each of the two calls of `fmin`.",
    ),
)
def the_seed_repeats_the_search(runs: tuple[RunRecord, ...]) -> None:
    """`again` tried the configurations that `first` tried."""
    tried = []
    for name in SEARCHES:
        _, children = _search(runs, name)
        runs_that.logs_params(children, list(TYPES))
        runs_that.are_different(children, list(TYPES), TRIALS - 2)
        tried.append(Counter(tuple(run.params[label] for label in TYPES) for run in children))
    same = (tried[0] & tried[1]).total()
    if same < TRIALS:
        raise NeedsWork(
            f"{same} of the {TRIALS} configurations of `first` occur in `again`. "
            "Where does each search take its random numbers from?",
            "the same configurations: two searches from one seed",
        )


@nested_runs.check(
    book="spark-run-tree",
    after=(each_trial_is_a_child_run,),
    hints=(
        "Train a tree with the parameters of one of the child runs. Does it reach the run's `loss`?",
        "What a trial drew and what it returned is logged for you: nothing of it needs to be written by hand. "
        "Book: SparkTrials parallelism, section The run tree.",
        "Give `fmin` the objective and the space as the notebook defines them.",
    ),
)
def losses_follow_from_parameters(parents: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The loss of a child run is what the objective gives for its parameters."""
    data = breast_cancer()
    for name in SEARCHES:
        runs_that.metrics_follow(
            _search(runs, name)[1],
            "loss",
            TYPES,
            lambda params: accuracy_of(_tree(params), data),
            agrees=the.is_loss_of,
            sample=4,
            seed=parents.inputs["seed"],
        )


@nested_runs.check(
    book="spark-best-child",
    after=(losses_follow_from_parameters,),
    hints=(
        "Look at the run that your function names, in MLflow's UI. Whose child is it, and what is its loss?",
        "A child knows its parent by a tag, and an order puts the best one first. "
        "Book: SparkTrials parallelism, section The best child.",
        "Filter on the tag with the parent's id, order by the metric with the smallest first, and take the first run.",
    ),
)
def finds_the_best_child(best: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`best_child` gives the id of the child with the smallest loss, of the parent that was asked for."""
    owners = {run.run_id: run.parent_id for run in runs}
    names = {run.run_id: run.name for run in runs}
    for name, run_id in zip(SEARCHES, the.one_each(best.value, SEARCHES), strict=True):
        parent, children = _search(runs, name)
        owner = owners.get(run_id) if isinstance(run_id, str) else None
        if owner is not None and owner != parent.run_id:
            raise NeedsWork(
                f"`best_child({name})` is a run below `{names[owner]}`. Which runs does the query look at?",
                f"the best of the child runs of `{name}`",
            )
        runs_that.is_best_run(run_id, children, "loss", f"best_child({name})", lower=True)


@nested_runs.check(
    book="spark-best-child",
    hints=(
        "Print what MLflow has for one child run, and beside it what the objective received for that trial.",
        "MLflow keeps each parameter as text, and for a choice SparkTrials logs the position of the option. "
        "Book: SparkTrials parallelism, section The best child.",
        "Turn each text into a number, put the numbers back into the space with Hyperopt's function for that, "
        "and cast what must be an int.",
    ),
)
def reads_parameters_for_the_model(read: Asked) -> None:
    """`model_params` gives the four hyperparameters as the model takes them."""
    logged = read.inputs["logged"]
    for params, found in zip(logged, the.one_each(read.value, logged), strict=True):
        expected = {name: parse(str(params[name])) for name, parse in TYPES.items()}
        the.same_parameters(found, expected, "the parameters that `model_params` returns")
        surplus = [name for name in found if name not in expected]
        if surplus:
            raise NeedsWork(
                f"the parameters that `model_params` returns have `{surplus[0]}` too",
                "the four hyperparameters of `space`, and no others",
            )


# -- choosing parallelism ----------------------------------------------------------------------------------------

parallelism = Exam("spark-trials/parallelism")

PARALLEL_TRIALS = 16

FOREST_TYPES: Mapping[str, Callable[[str], Any]] = {
    "bootstrap": _at([True, False]),
    "max_samples": _at([None, 0.5]),
    "max_depth": runs_that.whole,
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
    return runs_that.run_tree(runs, "parallelism", PARALLEL_TRIALS, parent="search")


def _refused_runs(children: Sequence[RunRecord]) -> int:
    return sum(_is_refused(runs_that.params_of(run, FOREST_TYPES)) for run in children)


@parallelism.question
def slots(rng: np.random.Generator) -> Question:
    """Three clusters: plain, with two CPUs for each task, with GPUs."""
    clusters = [_cluster(rng), _cluster(rng, cpus=2), _cluster(rng, gpu=True)]
    return Question("[task_slots({**cluster}) for cluster in clusters]", {"clusters": clusters})


@parallelism.question
def chosen(rng: np.random.Generator) -> Question:
    """A cluster that is large for the search, and one that is small for it."""
    cases = [[_cluster(rng), int(rng.choice([30, 60, 97]))], [_cluster(rng, gpu=True), int(rng.choice([400, 900]))]]
    return Question("[choose_parallelism({**cluster}, evals) for cluster, evals in cases]", {"cases": cases})


@parallelism.question
def packed(rng: np.random.Generator) -> Question:
    """How many bytes travel with each trial. The objective is called too, so that a stub is seen as one."""
    params = {"bootstrap": True, "max_samples": None, "max_depth": int(rng.integers(2, 10))}
    size = "len(__import__('pyspark').cloudpickle.dumps(objective))"
    return Question(f"loss if (loss := objective({{**params}})) is ... else {size}", {"params": params})


@parallelism.question
def settings(rng: np.random.Generator) -> Question:
    """What the search was given; the seed says at which children the grader looks."""
    return Question("trials if trials is ... else [trials.timeout]", {"seed": int(rng.integers(2**31))})


@parallelism.question
def counted(rng: np.random.Generator) -> Question:
    """The notebook's count of its own search."""
    return Question("ends(trials)")


@parallelism.question
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
    return Question("[no_progress(trials_of(case)) for case in cases]", {"cases": cases})


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


@parallelism.check(
    book="spark-slots",
    hints=(
        "How many tasks fit on one worker of the cluster? Does the number of its cores matter if it has GPUs?",
        "A trial takes a task slot: as many cores as a task is given. On a GPU cluster a worker is one slot. "
        "Book: SparkTrials parallelism, sections One trial, one task slot and GPUs.",
        "Divide the cores of a worker by the CPUs of a task, or take one with GPUs; then multiply by the workers.",
    ),
)
def counts_the_task_slots(slots: Asked) -> None:
    """`task_slots` gives the number of trials that can run at a time."""
    clusters = slots.inputs["clusters"]
    for cluster, found in zip(clusters, the.one_each(slots.value, clusters), strict=True):
        if found != _slots(cluster):
            ask = "How many tasks does one worker run?"
            raise NeedsWork(
                f"`task_slots` gives {the.show(found)} for {the.configuration(cluster)}. {ask}",
                "the tasks of one worker, times the workers",
            )


@parallelism.check(
    book="spark-parallelism",
    after=(counts_the_task_slots,),
    hints=(
        "What would your function choose for four trials on a cluster with a hundred slots?",
        "Two numbers bound the choice: how many can run, and how many leave something to learn. "
        "Book: SparkTrials parallelism, section How many at a time.",
        "Take the smaller of the task slots and the rounded root of `max_evals`.",
    ),
)
def chooses_within_both_bounds(chosen: Asked) -> None:
    """`choose_parallelism` keeps to the rule of thumb, and to the task slots."""
    cases = chosen.inputs["cases"]
    for (cluster, evals), found in zip(cases, the.one_each(chosen.value, cases), strict=True):
        limit, rule = _slots(cluster), round(evals**0.5)
        if found == min(limit, rule):
            continue
        what = f"`choose_parallelism` gives {the.show(found)} for {evals} trials on {limit} slots"
        if the.is_number(found) and found > limit:
            raise NeedsWork(f"{what}. What do those without a slot do?", "no more than there are task slots")
        if the.is_number(found) and found > rule:
            raise NeedsWork(f"{what}. What can TPE learn then?", "the rule of thumb, where the cluster is large")
        raise NeedsWork(what, "the smaller of the task slots and the rule of thumb, a whole number")


@parallelism.check(
    book="spark-data",
    hints=(
        "Which names of the notebook does your objective use, and how large are they?",
        "What the objective names is packed with it, for each trial anew; of a broadcast only its number is. "
        "Book: SparkTrials parallelism, section The data set.",
        "Make the broadcast with the session's Spark context, outside the objective, and open it inside.",
    ),
)
def data_are_broadcast(packed: Asked) -> None:
    """The data set does not travel with each trial."""
    if not the.is_number(packed.value) or packed.value > MOST_BYTES:
        size = f"{packed.value:,} bytes" if isinstance(packed.value, int) else the.show(packed.value)
        raise NeedsWork(
            f"`objective` packs into {size}, which go to the workers once for each trial. Which of its names is large?",
            "a few thousand bytes: the data wait on each worker",
        )


@parallelism.check(
    book="spark-failures",
    after=(data_are_broadcast,),
    hints=(
        "Open the experiment in MLflow's UI. What stands in the run of a forest that scikit-learn refuses?",
        "With SparkTrials a trial may raise: it becomes a failed one, and the search goes on. "
        "Book: SparkTrials parallelism, section Failing trials.",
        "Run `fmin` inside the parent run. Let the objective raise, or return the failed status, and give it no loss.",
    ),
)
def trials_end_as_they_should(settings: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`search` has a child run for each of 16 trials: FAILED where scikit-learn refused, else with a loss."""
    assert settings.value is not None
    parent, children = _parallel_search(runs)
    runs_that.all_ended([parent, *children])
    runs_that.failed_trials_failed(children, "loss", _refused_runs(children))
    runs_that.logs_metric(children, "loss")


@parallelism.check(
    book="spark-parallelism",
    after=(trials_end_as_they_should,),
    hints=(
        "Count the trials that run together at the beginning of your search.",
        "The choice is made for nothing until SparkTrials is told. "
        "Book: SparkTrials parallelism, section How many at a time.",
        "Call your function with the description of this machine and the number of trials, and hand over its answer.",
    ),
)
def search_uses_the_choice(runs: tuple[RunRecord, ...]) -> None:
    """The search ran as many trials at a time as `choose_parallelism` says."""
    runs_that.ran_at_a_time(_parallel_search(runs)[1], 4)


@parallelism.check(
    book="spark-timeout",
    after=(trials_end_as_they_should,),
    hints=(
        "Print `trials.timeout`.",
        "The limit belongs to SparkTrials or to `fmin`, in seconds. Book: SparkTrials parallelism, section Time-outs.",
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


@parallelism.check(
    book="spark-data",
    after=(trials_end_as_they_should,),
    hints=(
        "Train a forest with the parameters of one child run. Does it reach the run's `loss`?",
        "The loss is minus the mean accuracy of three folds, on the rows of the broadcast. "
        "Book: SparkTrials parallelism, section The data set.",
        "Give the forest the three parameters, ten trees and the seed, and return minus the mean.",
    ),
)
def losses_are_those_of_the_forests(settings: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The `loss` of a child run is what training with its parameters gives."""
    X, y = load_digits(return_X_y=True)
    runs_that.metrics_follow(
        _parallel_search(runs)[1],
        "loss",
        FOREST_TYPES,
        lambda params: accuracy_of(_forest(params), {"X": X, "y": y}),
        agrees=the.is_loss_of,
        sample=3,
        seed=settings.inputs["seed"],
    )


@parallelism.check(
    book="spark-timeout",
    after=(trials_end_as_they_should,),
    hints=(
        "Compare `len(trials.trials)` with the number of trials that you asked for.",
        "What raised is not listed in `trials.trials`; SparkTrials counts it elsewhere. "
        "Book: SparkTrials parallelism, section Time-outs.",
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


@parallelism.check(
    book="spark-stopping",
    hints=(
        "Which trials does your function look at? What is in the `result` of one that is still running?",
        "On a cluster the newest trials have no loss yet, and failed ones never will. "
        "Book: SparkTrials parallelism, section Stopping early.",
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
    for found, stop, words in zip(the.one_each(stops.value, STOPS), STOPS, SEARCHES_SO_FAR, strict=True):
        if not isinstance(found, list) or len(found) != 2 or not isinstance(found[0], bool):
            raise NeedsWork(
                f"`no_progress` returned {the.show(found)}", "two things: whether to stop, and a list for the next call"
            )
        if found[0] != stop:
            raise NeedsWork(
                f"`no_progress` says {'stop' if found[0] else 'go on'} where {words}. Which trials does it count?",
                f"{'stop' if stop else 'go on'}: it counts finished trials",
            )


# -- nested runs by hand -----------------------------------------------------------------------------------------

by_hand = Exam("spark-trials/by-hand")

BY_HAND = 10
"""Trials of the search."""

WINE_TYPES: Mapping[str, Callable[[str], Any]] = {"n_components": runs_that.whole, "C": runs_that.real}

COLUMNS = 13
"""No configuration can have more components than this."""


def _wine() -> dict[str, Any]:
    X, y = load_wine(return_X_y=True)
    return {"X": X, "y": y}


def _pipeline(params: Mapping[str, Any]) -> Any:
    """The grader's own reading of a trial."""
    return make_pipeline(StandardScaler(), PCA(params["n_components"]), LogisticRegression(C=params["C"]))


def _search_by_hand(runs: Sequence[RunRecord]) -> tuple[RunRecord, list[RunRecord]]:
    return runs_that.run_tree(runs, "by-hand", BY_HAND, parent="search")


@by_hand.question
def by_hand_parent(rng: np.random.Generator) -> Question:
    """The run id of the parent; the seed says at which children the grader looks."""
    return Question("parent_id", {"seed": int(rng.integers(2**31))})


@by_hand.question
def by_hand_trials(rng: np.random.Generator) -> Question:
    """What the objective returns for a configuration that works and for one that does not."""
    good = {"n_components": int(rng.integers(2, 6)), "C": round(float(rng.uniform(0.5, 2)), 3)}
    bad = {"n_components": int(rng.integers(COLUMNS + 1, 17)), "C": 1.0}
    return Question("[objective({**params}) for params in [good, bad]]", {"good": good, "bad": bad})


@by_hand.question
def predictions(rng: np.random.Generator) -> Question:
    """What the champion says about wines that do not exist: there, models differ that agree on real ones."""
    X = _wine()["X"]
    rows = rng.uniform(X.min(axis=0), X.max(axis=0), size=(300, X.shape[1]))
    return Question("predict(rows)", {}, {"rows": rows.round(3).tolist()})


@by_hand.question
def without_alias(rng: np.random.Generator) -> Question:
    """The same once the alias is gone; it must be the last question."""
    take = "__import__('mlflow').MlflowClient().delete_registered_model_alias('wine', 'champion')"
    return Question(f"[{take}, predict(rows)]", {}, {"rows": _wine()["X"][:5].tolist()})


@by_hand.check(
    book="spark-by-hand",
    hints=(
        "Open the experiment in MLflow's UI (`checker ui`). What is below `search`, and what beside it?",
        "A run that is opened while another is active becomes its child, if you say so. "
        "Book: SparkTrials parallelism, section Nested runs by hand.",
        "Call `fmin` inside the `with` block of the parent, and open one run per trial in the objective, as nested.",
    ),
)
def each_trial_has_a_child_run(by_hand_parent: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`search` is a parent run in `by-hand`, with a child run for each of 10 trials, and none is left open."""
    parent, children = _search_by_hand(runs)
    runs_that.all_ended([parent, *children])
    if by_hand_parent.value != parent.run_id:
        raise NeedsWork(
            f"`parent_id` is {the.show(by_hand_parent.value)}, and the run `search` has another id",
            "the run id of the parent run, as text",
        )


@by_hand.check(
    book="spark-by-hand",
    after=(each_trial_has_a_child_run,),
    hints=(
        "Look at the child run of a failed trial in MLflow's UI. What is there, and what is not?",
        "A run keeps what was logged before the failure, and nothing that would have come after it. "
        "Book: SparkTrials parallelism, section Nested runs by hand.",
        "Log the parameters and the tag as the first two lines inside the child run.",
    ),
)
def each_child_says_what_was_tried(runs: tuple[RunRecord, ...]) -> None:
    """Each child run, a failed one too, has the parameters of its trial and the tag `search`."""
    _, children = _search_by_hand(runs)
    runs_that.logs_params(children, list(WINE_TYPES))
    runs_that.are_different(children, list(WINE_TYPES), BY_HAND - 2)
    runs_that.params_within(children, "n_components", 1, 16)
    runs_that.params_within(children, "C", 0.001, 10.001)
    runs_that.logs_tag(children, "search", "by hand")


@by_hand.check(
    book="spark-by-hand",
    after=(each_child_says_what_was_tried,),
    hints=(
        "List the status of each child run beside its `n_components`.",
        "`start_run` marks a run as failed when an exception passes through its `with` block. "
        "Book: SparkTrials parallelism, section Nested runs by hand.",
        "Put the `try` around the `with` block, not into it.",
    ),
)
def failed_trials_are_failed_runs(runs: tuple[RunRecord, ...]) -> None:
    """The child run of a trial that failed is FAILED, and the others are FINISHED with a `loss`."""
    _, children = _search_by_hand(runs)
    impossible = [run for run in children if runs_that.params_of(run, WINE_TYPES)["n_components"] > COLUMNS]
    runs_that.failed_trials_failed(children, "loss", len(impossible))
    runs_that.logs_metric(children, "loss")


@by_hand.check(
    book="spark-failures",
    after=(each_trial_has_a_child_run,),
    hints=(
        "Call your objective with 15 components, and read what it returns or raises.",
        "To Hyperopt a trial without a model is a failed one: it has a status, and no loss. "
        "Book: hp functions, section When a trial fails.",
        "In the `except` part return a dict with the other of the two imported status constants.",
    ),
)
def failure_is_reported_to_hyperopt(by_hand_trials: Asked) -> None:
    """`objective` returns a loss for a configuration that works, and a failed trial for one that does not."""
    good, bad = the.one_each(by_hand_trials.value, range(2))
    if not the.is_number(good):
        the.successful_loss(good)
    the.failed_trial(bad)


@by_hand.check(
    book="spark-by-hand",
    after=(failed_trials_are_failed_runs,),
    hints=(
        "Build the model of one child run by hand, and compute its loss. Is it what the run says?",
        "The loss is small for a good model, and comes from rows that the model has not seen. "
        "Book: hp functions, section The objective: one trial, one loss.",
        "Take the mean of what `cross_val_score` gives for three folds, turn its sign, and log and return that.",
    ),
)
def losses_are_cross_validated(by_hand_parent: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The `loss` of a child run is minus the mean accuracy of three folds, for its parameters."""
    data = _wine()
    runs_that.metrics_follow(
        _search_by_hand(runs)[1],
        "loss",
        WINE_TYPES,
        lambda params: accuracy_of(_pipeline(params), data),
        agrees=the.is_loss_of,
        sample=6,
        seed=by_hand_parent.inputs["seed"],
    )


@by_hand.check(
    book="spark-champion",
    after=(losses_are_cross_validated,),
    hints=(
        "Look at the version of `wine` in MLflow's UI. From which run does it come?",
        "A model belongs to the run in which it is logged, and an alias is put on a version. "
        "Book: SparkTrials parallelism, section The champion.",
        "Open the best child's run again by its id, log the model there, register what you logged, and set the alias.",
    ),
)
def champion_is_the_best_child(runs: tuple[RunRecord, ...]) -> None:
    """The version of `wine` with the alias `champion` was logged in the best child run."""
    parent, children = _search_by_hand(runs)
    champion = runs_that.holds_alias(runs, "wine", "champion")
    if champion.parent_id != parent.run_id:
        raise NeedsWork(
            f"the champion was logged in the run `{champion.name}`, which is no child of `search`",
            "the champion's model in the child run that its parameters come from",
        )
    runs_that.is_best_run(champion.run_id, children, "loss", "wine@champion", lower=True)


@by_hand.check(
    book="spark-champion",
    after=(champion_is_the_best_child,),
    hints=(
        "Print the steps of the model that you registered, and the parameters of the best child beside it.",
        "The folds were for the search. The champion has the logged parameters and has seen every row. "
        "Book: SparkTrials parallelism, section The champion.",
        "Read both parameters from the run, turn each text into its number, build, and train on all of the data.",
    ),
)
def champion_has_learned_from_all_rows(predictions: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`predict` gives what a model with the best child's parameters says, once it was trained on all rows."""
    champion = runs_that.holds_alias(runs, "wine", "champion")
    data = _wine()
    model = _pipeline(runs_that.params_of(champion, WINE_TYPES)).fit(data["X"], data["y"])
    the.same_predictions(predictions.value, model.predict(np.asarray(predictions.inputs["rows"])).tolist())


@by_hand.check(
    book="spark-champion",
    after=(champion_has_learned_from_all_rows,),
    hints=(
        "What would your function do tomorrow, when somebody has given the alias to another version?",
        "An alias is looked up when a model is loaded by it. Book: SparkTrials parallelism, section The champion.",
        "Load the model inside the function, by an address with the name, an `@` and the alias.",
    ),
)
def predict_follows_the_alias(without_alias: Asked) -> None:
    """`predict` loads the model by its alias at each call."""
    if without_alias.raised is None:
        raise NeedsWork(
            "`predict` still answers after the checker has taken the alias away. Which model answers?",
            "the model that bears the alias at the moment of the call",
        )
