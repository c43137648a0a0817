"""The exam of optuna/study: a study, its objective, and how its trials end."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import NuSVC

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, breast_cancer
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.checks.optuna.rows import cancer_rows
from checker.checks.optuna.trial_values import finished, is_mean_accuracy
from checker.evidence import Question
from checker.runtime.kernel.records import OptunaTrial
from checker.shapes import Each

exam = Exam("optuna/study")

KERNELS = {"linear": ["nu", "kernel"], "rbf": ["nu", "kernel", "gamma"], "poly": ["nu", "kernel", "gamma", "degree"]}
"""What each kernel asks for."""


def _machine(params: Mapping[str, Any]) -> Any:
    """The grader's own reading of a trial of the study."""
    return make_pipeline(StandardScaler(), NuSVC(**params))


def _accuracy(params: Mapping[str, Any], data: Mapping[str, Any]) -> float:
    """The score that a trial should have."""
    return the.trained_with(params, lambda params: accuracy_of(_machine(params), data))


def _rings(rng: np.random.Generator) -> dict[str, list[Any]]:
    """Rows near the middle and rows around them: `rbf` tells all of them apart, and a polynomial of odd degree few."""
    y = rng.permutation(np.repeat([0, 1], [25, 50]))
    directions = rng.normal(size=(len(y), 10))
    X = directions / np.linalg.norm(directions, axis=1, keepdims=True) * np.where(y, 4, 1)[:, None]
    return {"X": (X * rng.uniform(1, 9, 10)).tolist(), "y": y.tolist()}


def _some(rng: np.random.Generator, kernel: str, **fixed: float) -> dict[str, Any]:
    """A configuration of the kernel that can be trained, unless `fixed` says otherwise."""
    drawn = {
        "nu": round(rng.uniform(0.1, 0.6), 3),
        "kernel": kernel,
        "gamma": round(10 ** rng.uniform(-2, -0.5), 4),
        "degree": int(rng.integers(2, 5)),
        **fixed,
    }
    return {name: drawn[name] for name in KERNELS[kernel]}


def _largest_nu(y: Any) -> float:
    """The largest `nu` that can be trained on all three folds: LIBSVM allows twice the share of the rarer class."""
    folds = StratifiedKFold(3).split(np.zeros(len(y)), y)
    return float(min(2 * np.bincount(y[rows]).min() / len(rows) for rows, _ in folds))


@exam.question
def asked(rng: np.random.Generator) -> Question:
    """One trial for each kernel, which gives the answers that the grader chose."""
    return Question(
        "answered(objective, configurations, X=X, y=y)",
        {"configurations": [_some(rng, kernel) for kernel in KERNELS]},
        cancer_rows(rng),
        Each("configurations", OptunaTrial),
    )


@exam.question
def searched(rng: np.random.Generator) -> Question:
    """Studies, up to one that met an impossible `nu` and had to go on.

    More than a fifth of all values are, and the first trials of a study are random: none of these studies would meet
    one before its last trial once in 50,000 gradings.
    """
    seed = int(rng.integers(1000))
    return Question(
        "searched_until(search, seeds, n_trials, 'nu', largest)",
        {"seeds": list(range(seed, seed + 14)), "n_trials": 4, "largest": _largest_nu(breast_cancer()["y"])},
        shape=list,
    )


@exam.question
def searched_again(rng: np.random.Generator) -> Question:
    """Two studies with one seed, and a third with another."""
    seed = int(rng.integers(1000))
    return Question(
        "[study_record(search(seed, 1)) for seed in seeds]", {"seeds": [seed, seed, seed + 1]}, shape=Each("seeds")
    )


@exam.question
def refitted(rng: np.random.Generator) -> Question:
    """A study, and what the model that `refit` makes of it says about some rows.

    The study goes on after its first trial: with the best trial, then an impossible one, then a bad one.
    """
    return Question(
        "[[study_record(s), refit(s, X=X, y=y).decision_function(X)] "
        "for s in [tried(search(seed, 1), objective, configurations, X=X, y=y)]]",
        {
            "seed": int(rng.integers(1000)),
            "configurations": [_some(rng, "rbf", nu=0.2), _some(rng, "linear", nu=0.9), _some(rng, "poly", degree=3)],
        },
        _rings(rng),
        ((Any, Any),),
    )


@exam.check(
    book="optuna-conditional",
    hints=(
        "Print `trial.params` for a linear kernel. Which of these values did the model use?",
        "What one kernel does not know, the trial need not be asked for: the answer to one question can decide about "
        "the next.",
        "Ask for `nu` and `kernel` first. Then two `if`, each with one question in it.",
    ),
)
def asks_what_the_kernel_needs(asked: Asked) -> None:
    """`objective` asks for `gamma` and `degree` only where the kernel has them."""
    for trial, configuration in zip(asked.value, asked.inputs["configurations"], strict=True):
        kernel = configuration["kernel"]
        if trial.raised is not None and "kernel" not in trial.params:
            raise NeedsWork(
                f"a trial that answers the kernel {kernel} ends with an error. Is that an option of `kernel`?",
                "the three kernels of the table as the options",
            )
        the.asks_for(trial, KERNELS[kernel], f"of the kernel {kernel}")


@exam.check(
    book="optuna-suggest",
    after=(asks_what_the_kernel_needs,),
    hints=(
        "Compare each question with its row in the table: the kind, the two bounds, the scale.",
        "There are three functions: one for options, one for ints, one for floats, and a switch for the orders of "
        "magnitude.",
        "The options go in as a list of strings, bounds as they stand in the table; one of the four questions has a "
        "third keyword argument, which is True.",
    ),
)
def asks_in_the_right_way(asked: Asked) -> None:
    """Each question has the kind, the bounds and the scale of the table."""
    *_, poly = asked.value
    the.suggests_category("kernel", poly, list(KERNELS))
    the.suggests_number("nu", poly, "float", 0.05, 0.95)
    the.suggests_number("gamma", poly, "float", 0.0001, 1, log=True)
    the.suggests_number("degree", poly, "int", 2, 5)


@exam.check(
    book="optuna-study",
    after=(asks_in_the_right_way,),
    hints=(
        "Which rows did scaler and machine learn from, and on which rows is their accuracy taken?",
        "The checker gives your function data of its own, and computes the mean accuracy of three folds.",
        "Put scaler and machine into one pipeline, and return the mean of what `cross_val_score` gives for it.",
    ),
)
def objective_is_the_accuracy(asked: Asked) -> None:
    """`objective` returns the mean accuracy of three folds of the `X` and `y` that it is given."""
    is_mean_accuracy(finished(asked.value), asked.inputs, _machine, _accuracy)


@exam.check(
    book="optuna-states",
    after=(objective_is_the_accuracy,),
    hints=(
        "Look at the states of all trials with a `nu` above 0.8.",
        "An error that is expected is named where the study runs; the trial then counts as failed, and the study goes"
        " on.",
        "Let the objective raise what scikit-learn raises, and give `optimize` one argument more: the kinds of error "
        "that it may pass over.",
    ),
)
def impossible_trials_fail(searched: Asked) -> None:
    """`search` runs all its trials, and those with an impossible `nu` are failed trials without a value."""
    if searched.raised is not None:
        raise NeedsWork(
            f"`search` raised {searched.raised.partition(':')[0]} at a `nu` that is too large. "
            "What becomes of the other trials then?",
            "a study that goes on after a trial that cannot work",
        )
    records = [the.is_study("search", found) for found in searched.value]
    for record in records:
        the.study_ran(record, searched.inputs["n_trials"])
    for trial in [trial for record in records for trial in record.trials]:
        nu = trial.params.get("nu")
        if not the.is_number(nu):
            raise NeedsWork(
                f"a trial of `search` has `nu` = {the.show(nu)}", "trials of `objective`, which asks for a number"
            )
        possible = nu <= searched.inputs["largest"]
        if not possible and trial.state != "FAIL":
            ask = {
                "COMPLETE": f" and the value {the.show(trial.value)}. Which model has this accuracy?",
                "PRUNED": ". Was it stopped because it did not look promising?",
            }.get(trial.state, "")
            raise NeedsWork(
                f"the trial with `nu` = {the.show(nu)} has the state {trial.state}{ask}",
                "the state of a trial that failed, and no value",
            )
        if possible and trial.state != "COMPLETE":
            score = _accuracy(trial.params, breast_cancer())
            raise NeedsWork(
                f"the trial with {the.configuration(trial.params)} has the state {trial.state}",
                f"a complete trial: its model has the accuracy {the.show(score)}",
            )


@exam.check(
    book="optuna-direction",
    after=(impossible_trials_fail,),
    hints=(
        "Which trial does `study.best_trial` name: the most accurate one?",
        "A study minimises unless it is told otherwise.",
        "Either the study gets a direction that fits an accuracy, or the objective returns a loss: not both.",
    ),
)
def study_looks_for_the_best(searched: Asked, asked: Asked) -> None:
    """The study looks in the direction in which the models become better."""
    values = the.trial_values(asked.value)
    scores = [_accuracy(trial.params, asked.inputs) for trial in asked.value]
    better = the.better_is(values, scores)
    for found in searched.value:
        direction = the.direction_of(the.is_study("search", found))
        the.study_direction(direction, better, "accuracy" if better == "maximize" else "loss")


@exam.check(
    book="optuna-seeds",
    after=(impossible_trials_fail,),
    hints=(
        "Search twice with the same seed, and compare the parameters of the first trials.",
        "What proposes the values is the sampler, so the seed is the sampler's.",
        "Make a new sampler inside the function, with the seed of the call, and give it to the study.",
    ),
)
def study_repeats_itself(searched_again: Asked) -> None:
    """The same seed gives the same trials, and another seed other ones."""
    seeds = searched_again.inputs["seeds"]
    first, again, other = (the.is_study("search", found) for found in searched_again.value)
    the.study_repeats(first, again, seeds[0])
    the.study_varies(first, other, seeds[1:])


@exam.check(
    book="optuna-best",
    after=(study_looks_for_the_best,),
    hints=(
        "Print `study.best_params`, and the parameters of the model that you return.",
        "The best parameters are those of the best complete trial, and go into the model as they are.",
        "Build the same pipeline as in the objective from all the best parameters, and train it on the two arguments.",
    ),
)
def refit_is_the_best_model(refitted: Asked) -> None:
    """`refit` returns the model with the best parameters of the study, trained on the rows of the call."""
    [(found, decisions)] = refitted.value
    best = the.best_trial(the.is_study("search", found)).params
    X, y = np.asarray(refitted.inputs["X"]), np.asarray(refitted.inputs["y"])
    expected = the.trained_with(best, lambda params: _machine(params).fit(X, y)).decision_function(X).tolist()
    if not the.are_same(decisions, expected):
        raise NeedsWork(
            f"the model of `refit` is another one than {the.configuration(best)} makes of the same rows. "
            "Which trial, which of its parameters and which rows did it see?",
            "all the parameters of the best trial in the objective's pipeline, trained on all rows",
        )
