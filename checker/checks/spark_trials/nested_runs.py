"""The exam of spark-trials/nested-runs: SparkTrials and its tree of runs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, breast_cancer
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.checks.spark_trials.logged_choices import option_at
from checker.evidence import Question, RunRecord
from checker.shapes import Each

exam = Exam("spark-trials/nested-runs")

SEARCHES = ("first", "again")
"""The names of the parent runs, and the notebook's variables with their run ids."""

TRIALS = 12

CRITERIA, FEATURES = ["gini", "entropy"], ["sqrt", "log2", None]


TYPES: Mapping[str, Callable[[str], Any]] = {
    "criterion": option_at(CRITERIA),
    "max_features": option_at(FEATURES),
    "max_depth": the.whole,
    "min_samples_leaf": the.whole,
}
"""How to read what SparkTrials logs: for a choice the index."""


def _tree(params: Mapping[str, Any]) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(**params, random_state=0)


def _search(runs: Sequence[RunRecord], name: str) -> tuple[RunRecord, list[RunRecord]]:
    return the.run_tree(runs, "nested-runs", TRIALS, parent=name)


@exam.question
def parents(rng: np.random.Generator) -> Question:
    """The run ids of the two parents; the seed says at which children the grader looks."""
    return Question("[first, again]", {"seed": int(rng.integers(2**31))}, shape=(Any, Any))


@exam.question
def best(rng: np.random.Generator) -> Question:
    """What the notebook's function takes for the best child of each parent."""
    return Question("[best_child(parent) for parent in [first, again]]", shape=(Any, Any))


@exam.question
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
    return Question("[model_params(run_with(params)) for params in logged]", {"logged": logged}, shape=Each("logged"))


@exam.check(
    book="spark-run-tree",
    hints=(
        "Open the experiment in MLflow's UI (`checker ui`). What is below `first`, and what beside it?",
        "The trials become children of the run that is active while `fmin` works, and only with the `SparkTrials` "
        "that logs runs.",
        "Start a run with the name, call `fmin` inside its `with` block, and give it the imported SparkTrials.",
    ),
)
def each_trial_is_a_child_run(parents: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`first` and `again` are parent runs in `nested-runs`, with a finished child run for each of 12 trials."""
    found = parents.value
    for name, run_id in zip(SEARCHES, found, strict=True):
        parent, children = _search(runs, name)
        the.all_ended([parent, *children])
        the.logs_metric(children, "loss")
        if run_id != parent.run_id:
            raise NeedsWork(
                f"`{name}` is {the.show(run_id)}, and the parent run `{name}` has another id",
                "the run id of the parent run, as text",
            )


@exam.check(
    book="spark-parallelism",
    after=(each_trial_is_a_child_run,),
    hints=(
        "How many trials may run at a time, and who was told so?",
        "The number belongs to SparkTrials. More of it makes the search quicker, and leaves less to learn from.",
        "Make the trials object with its first argument, a number, which the task names in words.",
    ),
)
def four_trials_ran_at_a_time(runs: tuple[RunRecord, ...]) -> None:
    """The search `first` ran four trials at a time."""
    the.ran_at_a_time(_search(runs, "first")[1], 4)


@exam.check(
    book="spark-seeds",
    after=(each_trial_is_a_child_run,),
    hints=(
        "Compare the parameters of `trial 0` in the two searches.",
        "`fmin` takes its random numbers from a NumPy generator that it is given, and a used generator goes on where "
        "it stopped.",
        "Make a new generator from the seed for each of the two calls of `fmin`.",
    ),
)
def the_seed_repeats_the_search(runs: tuple[RunRecord, ...]) -> None:
    """`again` tried the configurations that `first` tried."""
    tried = []
    for name in SEARCHES:
        _, children = _search(runs, name)
        the.logs_params(children, list(TYPES))
        the.are_different(children, list(TYPES), TRIALS - 2)
        tried.append(Counter(tuple(run.params[label] for label in TYPES) for run in children))
    same = (tried[0] & tried[1]).total()
    if same < TRIALS:
        raise NeedsWork(
            f"{same} of the {TRIALS} configurations of `first` occur in `again`. "
            "Where does each search take its random numbers from?",
            "the same configurations: two searches from one seed",
        )


@exam.check(
    book="spark-run-tree",
    after=(each_trial_is_a_child_run,),
    hints=(
        "Train a tree with the parameters of one of the child runs. Does it reach the run's `loss`?",
        "What a trial drew and what it returned is logged for you: nothing of it needs to be written by hand.",
        "Give `fmin` the objective and the space as the notebook defines them.",
    ),
)
def losses_follow_from_parameters(parents: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The loss of a child run is what the objective gives for its parameters."""
    data = breast_cancer()
    for name in SEARCHES:
        the.metrics_follow(
            _search(runs, name)[1],
            "loss",
            TYPES,
            lambda params: accuracy_of(_tree(params), data),
            agrees=the.is_loss_of,
            sample=4,
            seed=parents.inputs["seed"],
        )


@exam.check(
    book="spark-best-child",
    after=(losses_follow_from_parameters,),
    hints=(
        "Look at the run that your function names, in MLflow's UI. Whose child is it, and what is its loss?",
        "A child knows its parent by a tag, and an order puts the best one first.",
        "Filter on the tag with the parent's id, order by the metric with the smallest first, and take the first run.",
    ),
)
def finds_the_best_child(best: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`best_child` gives the id of the child with the smallest loss, of the parent that was asked for."""
    owners = {run.run_id: run.parent_id for run in runs}
    names = {run.run_id: run.name for run in runs}
    for name, run_id in zip(SEARCHES, best.value, strict=True):
        parent, children = _search(runs, name)
        owner = owners.get(run_id) if isinstance(run_id, str) else None
        if owner is not None and owner != parent.run_id:
            raise NeedsWork(
                f"`best_child({name})` is a run below `{names[owner]}`. Which runs does the query look at?",
                f"the best of the child runs of `{name}`",
            )
        the.is_best_run(run_id, children, "loss", f"best_child({name})", lower=True)


@exam.check(
    book="spark-best-child",
    hints=(
        "Print what MLflow has for one child run, and beside it what the objective received for that trial.",
        "MLflow keeps each parameter as text, and for a choice SparkTrials logs the position of the option.",
        "Turn each text into a number, put the numbers back into the space with Hyperopt's function for that, and "
        "cast what must be an int.",
    ),
)
def reads_parameters_for_the_model(read: Asked) -> None:
    """`model_params` gives the four hyperparameters as the model takes them."""
    logged = read.inputs["logged"]
    for params, found in zip(logged, read.value, strict=True):
        expected = {name: parse(str(params[name])) for name, parse in TYPES.items()}
        the.same_parameters(found, expected, "the parameters that `model_params` returns")
        surplus = [name for name in found if name not in expected]
        if surplus:
            raise NeedsWork(
                f"the parameters that `model_params` returns have `{surplus[0]}` too",
                "the four hyperparameters of `space`, and no others",
            )
