"""The exam of optuna/spark: a study on Spark."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, breast_cancer
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.checks.optuna.rows import cancer_rows
from checker.checks.optuna.trial_values import agrees, is_mean_accuracy
from checker.evidence import Question, RunRecord
from checker.runtime.kernel.records import OptunaTrial
from checker.shapes import Each

exam = Exam("optuna/spark")

EXPERIMENT = "optuna-spark"

TRIALS = {"parallel": 8, "first": 4, "again": 4}
"""The studies of the notebook, and how many trials each has."""

TYPES: Mapping[str, Any] = {
    "learning_rate": the.real,
    "max_depth": the.whole,
    "max_features": the.one_of("sqrt", "log2", None),
}
"""The hyperparameters, and how to read them in a run."""


def _boosting(params: Mapping[str, Any]) -> GradientBoostingClassifier:
    """The grader's own reading of a trial."""
    return GradientBoostingClassifier(**{name: params[name] for name in TYPES}, n_estimators=20, random_state=0)


def _study(runs: Sequence[RunRecord], name: str) -> tuple[RunRecord, list[RunRecord]]:
    return the.run_tree(runs, EXPERIMENT, TRIALS[name], parent=name)


def _direction(tried: Asked) -> str:
    """Where the values of the learner's objective become better, known to be accuracies or losses made of them."""
    trial = tried.value[0]
    [value] = the.trial_values([trial])
    return "maximize" if the.is_same(value, _accuracy(trial.params, tried.inputs)) else "minimize"


def _accuracy(params: Mapping[str, Any], data: Mapping[str, Any]) -> float:
    """The score that a trial should have."""
    try:
        return accuracy_of(_boosting(params), data)
    except (TypeError, ValueError):  # an objective can translate what it asked for before it builds the model
        raise NeedsWork(
            f"scikit-learn refuses {the.configuration(params)}. Does the trial suggest what the model takes?",
            "the values of the table, so that the study and MLflow know them too",
        ) from None


@exam.question
def tried(rng: np.random.Generator) -> Question:
    """A few trials of the objective, with hyperparameters drawn at random from what it asks for."""
    return Question(
        "suggested(objective, count, seed, X=X, y=y)",
        {"count": 3, "seed": int(rng.integers(2**31))},
        cancer_rows(rng),
        Each("count", OptunaTrial),
    )


@exam.question
def studies(rng: np.random.Generator) -> Question:
    """Whether there are studies yet: what they did is read from their runs."""
    return Question("[parallel, first, again]")


@exam.question
def driver(rng: np.random.Generator) -> Question:
    """The process that the notebook runs in."""
    return Question("__import__('os').getpid()", shape=int)


@exam.question
def best(rng: np.random.Generator) -> Question:
    """What the notebook's function takes for the best run of each study."""
    return Question(
        "[best_run_id(name) for name in names]", {"names": ["first", "again", "parallel"]}, shape=Each("names")
    )


@exam.check(
    book="optuna-spark-objective",
    hints=(
        "Which name does each `suggest_...` call give to Optuna?",
        "The first argument of a `suggest_...` call is the name that the study, and MLflow, knows the value by.",
        "Three calls, each assigned to a variable, each with the hyperparameter's name as its first argument.",
    ),
)
def asks_for_each_hyperparameter(tried: Asked) -> None:
    """`objective` asks the trial for the three hyperparameters, under their own names."""
    the.asks_for_each(tried.value, list(TYPES))


@exam.check(
    book="optuna-spark-objective",
    after=(asks_for_each_hyperparameter,),
    hints=(
        "How many of a hundred trials should try a rate below 0.1, and how many below 0.02?",
        "0.01 to 0.05 should be as likely as 0.1 to 0.5. Optuna takes the plain bounds and a switch for the scale.",
        "The call for a float takes the name, the two bounds of the table, and one argument more, which is True.",
    ),
)
def learning_rate_is_logarithmic(tried: Asked) -> None:
    """`learning_rate` is a float from 0.01 to 0.5, evenly over the orders of magnitude."""
    for trial in tried.value:
        the.suggests_number("learning_rate", trial, "float", 0.01, 0.5, log=True)


@exam.check(
    book="optuna-spark-objective",
    after=(asks_for_each_hyperparameter,),
    hints=(
        "Print `type(...)` of what the trial gives you for the depth, in a few trials.",
        "Depths have an order, and both bounds belong to the range.",
        "One of the three `suggest_...` functions is for ints; it takes the name and the two bounds of the table.",
    ),
)
def max_depth_is_an_integer(tried: Asked) -> None:
    """`max_depth` is an int from 1 to 5, both included, and keeps its order."""
    for trial in tried.value:
        the.suggests_number("max_depth", trial, "int", 1, 5)


@exam.check(
    book="optuna-spark-objective",
    after=(asks_for_each_hyperparameter,),
    hints=(
        "Look at each option that you gave, and at its type.",
        "A category is one of several options, and the trial gives you the option itself.",
        "The call takes the name and a list. The list holds two strings, and the third option without quotes.",
    ),
)
def max_features_is_a_category(tried: Asked) -> None:
    """`max_features` is one of its three options, as the model takes it."""
    for trial in tried.value:
        the.suggests_category("max_features", trial, ["sqrt", "log2", None])


@exam.check(
    book="optuna-spark-objective",
    after=(asks_for_each_hyperparameter,),
    hints=(
        "Which rows were the boosted trees trained on, and on which rows are they judged?",
        "On data of its own the checker cross-validates the boosted trees, and compares the mean of three folds.",
        "Build the model of the task from the three values, and return the mean of what `cross_val_score` gives.",
    ),
)
def value_is_the_accuracy(tried: Asked) -> None:
    """`objective` returns the mean accuracy of three folds of the `X` and `y` that it is given."""
    is_mean_accuracy(tried.value, tried.inputs, _boosting, _accuracy)


@exam.check(
    book="optuna-spark-run-tree",
    after=(value_is_the_accuracy,),
    hints=(
        "Open the experiment in the MLflow UI, or list its runs with `mlflow.search_runs()`. What is below what?",
        "A `MlflowStorage` keeps the study as a run with the study's name, and each trial as a child run of it. "
        "`n_trials` counts all trials of a call, however many jobs share them.",
        "Give the study the storage and the name, then one call of its method: a number of trials, a number of jobs.",
    ),
)
def parallel_has_its_trials(studies: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The study `parallel` is a run in `optuna-spark`, with a finished child run for each of its 8 trials."""
    _, children = _study(runs, "parallel")
    the.trial_states(the.states_of(children), TRIALS["parallel"])
    the.logs_metric(children, "value")


@exam.check(
    book="optuna-spark-workers",
    after=(parallel_has_its_trials,),
    hints=(
        "Compare the `process` of each trial with `os.getpid()` in the notebook.",
        "Optuna's own study runs its jobs as threads of the notebook's process. MLflow's runs them as Spark tasks.",
        "Have the objective set the attribute, and make the study from the imported class with Spark in its name, "
        "once the session runs.",
    ),
)
def trials_ran_on_workers(runs: tuple[RunRecord, ...], driver: Asked) -> None:
    """The trials of `parallel` ran in two of Spark's workers, as their `process` says."""
    _, children = _study(runs, "parallel")
    processes = {run.tags.get("user_process") for run in children}
    if None in processes:
        raise NeedsWork(
            "a trial has no user attribute `process`",
            "the number of the process that the trial ran in, as a user attribute of each trial",
        )
    if processes == {str(driver.value)}:
        raise NeedsWork(
            "each trial ran in the notebook's own process. Which kind of study hands its trials to Spark?",
            "trials in processes that Spark started",
        )
    if len(processes) < 2:
        raise NeedsWork("all trials ran in one process", "two processes, each with its share of the trials")


@exam.check(
    book="optuna-spark-direction",
    after=(parallel_has_its_trials,),
    hints=(
        "Which trial does `parallel.best_trial` name: the most accurate one?",
        "On Spark too a study minimises unless it is told otherwise, and a larger accuracy is the better one.",
        "Give the study on Spark a direction that fits an accuracy, beside its name and its storage, or have the "
        "objective return a loss: not both.",
    ),
)
def looks_for_the_best(tried: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The study looks in the direction in which the models become better."""
    better = _direction(tried)
    parent, _ = _study(runs, "parallel")
    metric = "accuracy" if better == "maximize" else "loss"
    the.study_direction(parent.tags.get("optuna.study_direction"), better, metric)


@exam.check(
    book="optuna-spark-seeds",
    after=(parallel_has_its_trials,),
    hints=(
        "Compare the parameters of the first trial of `first` with those of the first trial of `again`.",
        "Two things are needed: a sampler with a seed, and a single job, for several jobs get new seeds.",
        "Make a new sampler with the seed for each study, and run these two studies with the number of jobs that "
        "leaves the sampler alone.",
    ),
)
def first_and_again_are_the_same(runs: tuple[RunRecord, ...]) -> None:
    """`first` and `again` tried the same four configurations in the same order."""
    tried = []
    for name in ("first", "again"):
        _, children = _study(runs, name)
        the.trial_states(the.states_of(children), TRIALS[name])
        the.logs_params(children, list(TYPES))
        the.are_different(children, list(TYPES), 3)
        tried.append([{label: run.params[label] for label in TYPES} for run in children])
    if tried[0] != tried[1]:
        raise NeedsWork(
            "the trials of `first` and of `again` have different parameters. "
            "What happens to a sampler's seed when a study has several jobs, or none is given?",
            "the same parameters, trial by trial",
        )


@exam.check(
    book="optuna-spark-run-tree",
    after=(looks_for_the_best, trials_ran_on_workers, first_and_again_are_the_same),
    hints=(
        "Train a model with the parameters of one of the child runs. Does it reach the run's `value`?",
        "What a trial asked for and what it returned are kept by the storage; nothing needs to be logged by hand.",
        "Leave the child runs to the storage: the objective asks, trains and returns, and logs nothing under `value`.",
    ),
)
def values_follow_from_parameters(tried: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The `value` in a child run is what training with its parameters gives."""
    data = breast_cancer()

    @cache  # `first` and `again` have the same parameters
    def score(params: tuple[tuple[str, Any], ...]) -> float:
        return _accuracy(dict(params), data)

    for name in TRIALS:
        _, children = _study(runs, name)
        the.metrics_follow(
            children,
            "value",
            TYPES,
            lambda params: score(tuple(params.items())),
            agrees=agrees,
            sample=3,
            seed=tried.inputs["seed"],
        )


@exam.check(
    book="optuna-spark-best",
    after=(values_follow_from_parameters,),
    hints=(
        "List the child runs of `first` with their `value`. Which one does your function name?",
        "A search for runs gives the newest first, unless it is told an order.",
        "Search twice: for the run with the study's name, then for the runs whose tag names it as their parent, "
        "ordered by their value; take the first.",
    ),
)
def finds_the_best_run(best: Asked, tried: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`best_run_id` gives the id of a study's best child run."""
    names = best.inputs["names"]
    lower = _direction(tried) == "minimize"
    for name, run_id in zip(names, best.value, strict=True):
        _, children = _study(runs, name)
        the.is_best_run(run_id, children, "value", f'best_run_id("{name}")', lower=lower)
