"""The exam of hp-functions/best-params: reading the best parameters, seeds, stopping early."""

from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from checker.checks import vocabulary as the
from checker.checks.data import (
    accuracy_of,
    any_seed,
    breast_cancer,
    hopeless_cancer,
)
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question
from checker.shapes import Each

exam = Exam("hp-functions/best-params")

OPTIONS: dict[str, list[Any]] = {"criterion": ["gini", "entropy"], "max_features": [None, "sqrt"]}
"""The options of the notebook's space, by which the grader reads an index."""

SPACE = {"criterion": range(2), "max_features": range(2), "max_depth": range(2, 11), "min_samples_leaf": range(1, 21)}
"""What the notebook's space can draw."""

REFIT = "refit({**best}, X=X, y=y)"


def _best(rng: np.random.Generator, **fixed: Any) -> dict[str, Any]:
    """What `fmin` might return for the notebook's space: an index for each choice, floats for the counts."""
    return {
        "criterion": int(rng.integers(2)),
        "max_depth": float(rng.integers(6, 10)),
        "max_features": int(rng.integers(2)),
        "min_samples_leaf": float(rng.integers(2, 5)),
        **fixed,
    }


def _read(best: Any) -> dict[str, Any]:
    """The grader's own reading of what `fmin` returned."""
    return {name: OPTIONS[name][int(value)] if name in OPTIONS else int(value) for name, value in best.items()}


def _tree(best: Any) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(**_read(best), random_state=0)


@exam.question
def searched(rng: np.random.Generator) -> Question:
    """A short search."""
    return Question("record_of(search(seed, max_evals))", {"seed": any_seed(rng), "max_evals": int(rng.integers(4, 7))})


def _scripted(call: str) -> str:
    """The record of a search of the notebook's, with an objective that gives `losses`, whatever it is asked to try."""
    search, arguments = call.split("(")
    return f"record_of(standing_in({search}, 'objective', scripted(losses))({arguments})"


@exam.question
def searched_again(rng: np.random.Generator) -> Question:
    """Two searches with one seed, and a third with another."""
    seed = any_seed(rng)
    return Question(
        f"[{_scripted('search(seed, 5)')} for seed in seeds]",
        {"seeds": [seed, seed, seed + 1], "losses": [-0.9]},
        shape=Each("seeds"),
    )


@exam.question
def read(rng: np.random.Generator) -> Question:
    """Two results of `fmin`, with each option once."""
    results = [_best(rng, criterion=0, max_features=1), _best(rng, criterion=1, max_features=0)]
    return Question("[readable({**best}) for best in results]", {"results": results}, shape=Each("results"))


@exam.question
def refitted(rng: np.random.Generator) -> Question:
    """What `refit` returns. The index 1 for `max_features` would make a model too, only a wrong one."""
    return Question(REFIT, {"best": _best(rng, max_features=1)}, hopeless_cancer(rng))


@exam.question
def refitted_parameters(rng: np.random.Generator) -> Question:
    """The hyperparameters of the model."""
    return Question(f"{REFIT}.get_params()", {"best": _best(rng, max_features=1)}, hopeless_cancer(rng))


@exam.question
def predicted(rng: np.random.Generator) -> Question:
    """What the model says about rows that it has not seen."""
    return Question(f"{REFIT}.predict(new)", {"best": _best(rng)}, hopeless_cancer(rng))


def _best_last(rng: np.random.Generator, threshold: float, count: int) -> list[float]:
    """So many losses above a threshold, the first the lowest of them, and then one below it."""
    first = threshold + rng.uniform(0.002, 0.01)
    return [first, *(first + rng.uniform(0.001, 0.02, count - 1)), threshold - 0.001]


@exam.question
def until_good_enough(rng: np.random.Generator) -> Question:
    """Two searches with a threshold that a later trial reaches, each another one."""
    threshold = round(rng.uniform(-0.921, -0.917), 5)
    scripts = [_best_last(rng, threshold, int(count)) for count in rng.choice(range(2, 8), size=2, replace=False)]
    return Question(
        f"[{_scripted('search_until(threshold, seed, max_evals)')} for losses, seed in searches]",
        {"threshold": threshold, "searches": [(losses, any_seed(rng)) for losses in scripts], "max_evals": 12},
        shape=Each("searches"),
    )


@exam.question
def while_improving(rng: np.random.Generator) -> Question:
    """Two searches in which nothing better comes after some trials: only the same loss again, or only worse ones."""
    same, worse = (_best_last(rng, -0.91, int(count)) for count in rng.choice(range(2, 5), size=2, replace=False))
    return Question(
        f"[{_scripted('search_while_improving(patience, seed, max_evals)')} for losses, seed in searches]",
        {
            "patience": int(rng.integers(6, 9)),
            "searches": [(losses, any_seed(rng)) for losses in (same, [*worse, worse[0]])],
            "max_evals": 18,
        },
        shape=Each("searches"),
    )


@exam.check(
    book="hp-best",
    hints=(
        "Call `search(1, 5)` and look at what you get. How many trials does it hold?",
        "A `Trials` that `fmin` is given remembers every trial; without it, they are lost.",
        "Make a `Trials` inside the function, give it and `max_evals` to `fmin`, and return it afterwards.",
    ),
)
def search_runs_its_trials(searched: Asked) -> None:
    """`search` runs `max_evals` trials of the objective and returns the `Trials`."""
    record = the.is_record("search", searched.value)
    the.ran(record, searched.inputs["max_evals"])
    the.stays_in(record, SPACE)
    configurations = [trial.values for trial in record]
    data = breast_cancer()
    the.trials_follow(record, [accuracy_of(_tree(values), data) for values in configurations], configurations)


@exam.check(
    book="hp-seeds",
    after=(search_runs_its_trials,),
    hints=(
        "Search twice with the same seed, and compare the two lists of losses.",
        "`fmin` does not read NumPy's global random state: it takes a generator.",
        "Make a new NumPy generator from the argument `seed` in each call, and hand it to the parameter for it.",
    ),
)
def search_repeats_itself(searched_again: Asked) -> None:
    """The same seed gives the same search, and another seed another one."""
    seeds = searched_again.inputs["seeds"]
    first, again, other = (the.is_record("search", returned) for returned in searched_again.value)
    the.is_repeated(first, again, seeds[0])
    the.is_another(first, other, seeds[1:])


@exam.check(
    book="hp-space-eval",
    hints=(
        "Print the values of `best` beside the space. Which of them would `DecisionTreeClassifier` take?",
        "For a choice `fmin` gives the position of the option, and for `quniform` a float.",
        "One function of Hyperopt puts the values back into the space; after it, the two counts still need their type.",
    ),
)
def readable_gives_model_values(read: Asked) -> None:
    """`readable` gives the options themselves, and ints for the counts."""
    results = read.inputs["results"]
    for best, found in zip(results, read.value, strict=True):
        the.same_parameters(found, _read(best), "the parameters that `readable` returns")


@exam.check(
    book="hp-choice",
    after=(readable_gives_model_values,),
    hints=(
        "Call `refit` with a `best`, and look at `get_params()` of what it returns.",
        "An index is a valid number too: it makes a model, of the wrong kind, and no error.",
        "Build the tree from what `readable` returns, with the seed of the task, and return it once it is trained.",
    ),
)
def refit_has_the_best_parameters(refitted: Asked, refitted_parameters: Asked) -> None:
    """`refit` returns a tree with the hyperparameters that `best` stands for."""
    if refitted.raised is not None and refitted.raised.startswith("InvalidParameterError"):
        raise NeedsWork(
            f"scikit-learn refused the tree that `refit` made from {the.show(refitted.inputs['best'])}. "
            "Which of these values does it take?",
            "a tree with the options and the types that `readable` returns",
        )
    if refitted.raised is not None or not the.is_object(refitted.value, "DecisionTreeClassifier"):
        did = f"raised {refitted.raised}" if refitted.raised else f"returned {the.show(refitted.value)}"
        raise NeedsWork(f"`refit` {did}", "a trained `DecisionTreeClassifier`")
    expected = {**_read(refitted_parameters.inputs["best"]), "random_state": 0}
    the.same_parameters(refitted_parameters.value, expected, "the parameters of the tree")


@exam.check(
    book="hp-space-eval",
    after=(refit_has_the_best_parameters,),
    hints=(
        "Which rows does the tree see when it is trained?",
        "The folds were for the search. The model that you keep learns from every row that it is given.",
        "Train the tree on the two arguments of the function, without splitting them.",
    ),
)
def refit_learns_from_all_rows(predicted: Asked) -> None:
    """`refit` trains the tree on the whole of the `X` and `y` that it is given."""
    asked = predicted.inputs
    expected = (
        _tree(asked["best"]).fit(np.asarray(asked["X"]), np.asarray(asked["y"])).predict(np.asarray(asked["new"]))
    )
    the.same_predictions(predicted.value, expected.tolist())


@exam.check(
    book="hp-stopping",
    hints=(
        "Print the losses of the trials that you return, and the threshold beside them.",
        "`fmin` can compare each loss with a number that you give it. The number is a loss, with a loss's sign.",
        "One more argument for `fmin` than in the first search; its name says that it is a threshold for the loss.",
    ),
)
def stops_at_the_threshold(until_good_enough: Asked) -> None:
    """`search_until` ends with the first loss at or below the threshold."""
    asked = until_good_enough.inputs
    for returned in until_good_enough.value:
        the.stops_at(the.is_record("search_until", returned), asked["threshold"], asked["max_evals"])


@exam.check(
    book="hp-stopping",
    hints=(
        "Print the losses of the trials that you return. How many came after the best one?",
        "`fmin` can ask a function after each trial whether to go on; Hyperopt ships one that counts trials without "
        "progress.",
        "Give `fmin` the imported function, called with the patience, as the function that is asked after each trial.",
    ),
)
def stops_without_progress(while_improving: Asked) -> None:
    """`search_while_improving` ends when `patience` trials in a row brought nothing better."""
    asked = while_improving.inputs
    for returned in while_improving.value:
        record = the.is_record("search_while_improving", returned)
        the.stops_without_progress(record, asked["patience"], asked["max_evals"])
