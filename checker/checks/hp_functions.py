"""The exams of the chapter on hp functions: the search space, the objective, the best parameters."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from checker.checks import vocabulary as the
from checker.checks.data import (
    accuracy_of,
    breast_cancer,
    digits_of,
    hopeless_cancer,
    shuffled,
    training_accuracy_of,
)
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question

# -- the search space --------------------------------------------------------------------------------------------

search_space = Exam("hp-functions/search-space")

DRAWS = 400
"""So many that each of the values at the ends, which come up half as often, is drawn for certain."""

LABELS = ("max_features", "learning_rate", "max_depth", "subsample", "n_estimators")


@search_space.question
def draws(rng: np.random.Generator) -> Question:
    """Points of the space, as its objective would receive them."""
    return Question("draw_from(space, count, seed)", {"count": DRAWS, "seed": int(rng.integers(2**31))})


@search_space.question
def distributions(rng: np.random.Generator) -> Question:
    """The label and the distribution of each hp function in the space."""
    return Question("distributions_of(space)")


def _ordered_draws(label: str, draws: Asked, distributions: Asked) -> list[Any]:
    """The draws of a number, once it is known that it keeps its order."""
    the.is_ordered(label, distributions.value[label]["distribution"])
    return the.values_of(draws.value, label)


@search_space.check(
    book="hp-which",
    hints=(
        "Read the first argument of each hp function aloud, and compare it with the key before it.",
        "The label names the die in every result, so each label occurs once, and it is the hyperparameter's name. "
        "Book: hp functions, section Which function for which hyperparameter.",
        "Five entries; in each the same name stands twice: as the key, and as the first argument of the hp function.",
    ),
)
def names_and_labels(draws: Asked, distributions: Asked) -> None:
    """`space` has the five hyperparameters, each drawn under a label of its own name."""
    the.has_labels(the.one_each(draws.value, range(DRAWS)), distributions.value, LABELS)


@search_space.check(
    book="hp-which",
    after=(names_and_labels,),
    hints=(
        "Draw a few times and look at each option, and at its type.",
        "A category has no order, and the objective gets the option itself. "
        "Book: hp functions, section Which function for which hyperparameter.",
        "One function takes a label and a list. The list holds two strings, and the third option without quotes.",
    ),
)
def max_features_is_a_category(draws: Asked) -> None:
    """`max_features` is one of its three options, as the model takes it."""
    the.is_category("max_features", the.values_of(draws.value, "max_features"), ["sqrt", "log2", None])


@search_space.check(
    book="hp-log",
    after=(names_and_labels,),
    hints=(
        "Draw a thousand times, and print the smallest and the largest learning rate.",
        "`loguniform` returns `exp` of a number between its two bounds, so the bounds are natural logarithms. "
        "Book: hp functions, section Bounds without the logarithm.",
        "Give the function a label and two numbers: each is the right kind of logarithm of a bound in the table.",
    ),
)
def learning_rate_has_its_bounds(draws: Asked, distributions: Asked) -> None:
    """`learning_rate` stays between 0.005 and 0.5."""
    values = _ordered_draws("learning_rate", draws, distributions)
    the.is_continuous("learning_rate", values)
    logs = distributions.value["learning_rate"]["distribution"] == "loguniform"
    ask = "Which logarithm does `hp.loguniform` ask for?" if logs else ""
    the.is_within("learning_rate", values, 0.005, 0.5, ask=ask)


@search_space.check(
    book="hp-which",
    after=(learning_rate_has_its_bounds,),
    hints=(
        "How many of a thousand draws are below 0.05, and how many should be?",
        "A rate matters by its order of magnitude: 0.01 and 0.02 differ as much as 0.1 and 0.2. "
        "Book: hp functions, section Which function for which hyperparameter.",
        "One function draws the logarithm evenly and gives you `exp` of it. Mind which bounds it takes.",
    ),
)
def learning_rate_is_logarithmic(draws: Asked) -> None:
    """`learning_rate` is drawn evenly over the orders of magnitude in between."""
    values = the.values_of(draws.value, "learning_rate")
    the.is_even("learning_rate", values, 0.005, 0.5, log=True)


@search_space.check(
    book="hp-integers",
    after=(names_and_labels,),
    hints=(
        "Draw a few hundred times. Which depths come up, and are they ints?",
        "Three functions draw whole numbers: one leaves the upper end out, one gives floats. "
        "Book: hp functions, section Integers: three functions, three habits.",
        "Take the function whose name says both things, the distribution and the type; its two bounds are included.",
    ),
)
def max_depth_is_an_integer(draws: Asked, distributions: Asked) -> None:
    """`max_depth` is an int from 2 to 8, both included, and keeps its order."""
    values = _ordered_draws("max_depth", draws, distributions)
    the.is_integer("max_depth", values)
    ask = "Which of its bounds does `hp.randint` include?"
    by_randint = distributions.value["max_depth"]["distribution"] == "randint"
    the.takes("max_depth", values, range(2, 9), ask=ask if by_randint else "")


@search_space.check(
    book="hp-which",
    after=(names_and_labels,),
    hints=(
        "Draw a thousand times, and print the smallest and the largest fraction, and how many different ones.",
        "A fraction is a number between two bounds, none more likely than another. "
        "Book: hp functions, section Which function for which hyperparameter.",
        "The plainest of the functions: a label and the two bounds of the table, as they are.",
    ),
)
def subsample_is_a_fraction(draws: Asked, distributions: Asked) -> None:
    """`subsample` is any fraction from 0.5 to 1, evenly."""
    values = _ordered_draws("subsample", draws, distributions)
    the.is_continuous("subsample", values)
    the.is_within("subsample", values, 0.5, 1.0)
    the.is_even("subsample", values, 0.5, 1.0)


@search_space.check(
    book="hp-steps",
    after=(names_and_labels,),
    hints=(
        "Draw a few hundred times, and print each different number of trees once.",
        "One function rounds its draws to multiples of a step; the steps are counted from zero. "
        "Book: hp functions, section Steps: half-weight ends.",
        "The function takes a label, the two bounds of the table and, as its last argument, the step.",
    ),
)
def n_estimators_is_in_steps(draws: Asked, distributions: Asked) -> None:
    """`n_estimators` is a multiple of 50 from 50 to 300, both included, and keeps its order."""
    values = _ordered_draws("n_estimators", draws, distributions)
    the.takes("n_estimators", values, range(50, 301, 50))


# -- the objective -----------------------------------------------------------------------------------------------

objective = Exam("hp-functions/objective")

ROWS = 100
"""Folds of 34 and 33 rows hardly ever have the mean accuracy of other folds, or of other models, by chance."""

ONE = "objective({**params}, X=X, y=y)"
MANY = "[objective({**params}, X=X, y=y) for params in configurations]"


def _forest(params: Any) -> RandomForestClassifier:
    """The grader's own reading of a configuration."""
    return RandomForestClassifier(
        n_estimators=int(params["n_estimators"]),
        max_depth=int(params["max_depth"]),
        bootstrap=params["bootstrap"],
        max_samples=params["max_samples"],
        random_state=0,
    )


def _configuration(rng: np.random.Generator, **fixed: Any) -> dict[str, Any]:
    """A configuration as the space draws it: counts as floats, never a refused pair, and only a few trees."""
    return {
        "n_estimators": float(rng.integers(3, 6)),
        "max_depth": float(rng.integers(3, 7)),
        "bootstrap": True,
        "max_samples": float(rng.choice([0.5, 0.8])),
        **fixed,
    }


@objective.question
def trial(rng: np.random.Generator) -> Question:
    """One configuration that scikit-learn accepts."""
    return Question(ONE, {"params": _configuration(rng)}, digits_of(rng, ROWS))


@objective.question
def refused(rng: np.random.Generator) -> Question:
    """One configuration that scikit-learn refuses: samples of a forest that takes none."""
    return Question(ONE, {"params": _configuration(rng, bootstrap=False)}, digits_of(rng, ROWS))


@objective.question
def weak_and_strong(rng: np.random.Generator) -> Question:
    """Two configurations of known order."""
    weak = _configuration(rng, n_estimators=1.0, max_depth=1.0)
    strong = _configuration(rng, n_estimators=6.0, max_depth=8.0)
    return Question(MANY, {"configurations": [weak, strong]}, digits_of(rng, ROWS))


@objective.question
def easy_and_hopeless(rng: np.random.Generator) -> Question:
    """One configuration on labels to be learned, and three times on the same labels shuffled.

    On those an unseeded forest repeats itself once in seventy times, and three times alike are one in two thousand.
    """
    data = digits_of(rng, ROWS)
    return Question(
        "[objective({**params}, X=X, y=labels) for labels in (y, hopeless, hopeless, hopeless)]",
        {"params": _configuration(rng)},
        {**data, "hopeless": shuffled(rng, data["y"])},
    )


@objective.question
def several(rng: np.random.Generator) -> Question:
    """Three configurations, one of them with the whole sample and one without bootstrap."""
    configurations = [
        _configuration(rng),
        _configuration(rng, max_samples=None),
        _configuration(rng, bootstrap=False, max_samples=None, max_depth=2.0),
    ]
    return Question(MANY, {"configurations": configurations}, digits_of(rng, ROWS))


def _losses(asked: Asked, calls: Sequence[Any]) -> list[float]:
    return [the.successful_loss(returned) for returned in the.one_each(asked.value, calls)]


@objective.check(
    book="hp-casts",
    hints=(
        "Print the types of the values in `params`. Then look at the documentation of `RandomForestClassifier`.",
        "`quniform` gives floats, and scikit-learn takes 20 but not 20.0 for a count. "
        "Book: hp functions, section Floats where the model wants integers.",
        "Make a new dict from `params`, in which the two counts went through `int`, and build the forest from that.",
    ),
)
def casts_counts(trial: Asked) -> None:
    """The objective evaluates a configuration as the space draws it, with floats for the two counts."""
    drawn = the.configuration({name: trial.inputs["params"][name] for name in ("n_estimators", "max_depth")})
    ask = "Which type does scikit-learn ask for?"
    expected = "a loss: scikit-learn can train this forest once each value has its type"
    if trial.raised is not None and trial.raised.startswith("InvalidParameterError"):
        raise NeedsWork(f"scikit-learn refused {drawn}. {ask}", expected)
    if isinstance(trial.value, dict) and trial.value.get("status") == "fail":
        raise NeedsWork(f"the objective reports a failed trial for {drawn}. {ask}", expected)


@objective.check(
    book="hp-objective",
    after=(casts_counts,),
    hints=(
        "Look at what the last line of your function returns.",
        "A dict tells Hyperopt two things: how good the trial was, and whether it succeeded. "
        "Book: hp functions, section The objective: one trial, one loss.",
        "Return a dict with the key `loss`, a number, and the key `status`, one of the two imported constants.",
    ),
)
def returns_loss_and_status(trial: Asked) -> None:
    """The objective returns a dict with a finite `loss` and a `status`."""
    the.successful_loss(trial.value)


@objective.check(
    book="hp-sign",
    after=(returns_loss_and_status,),
    hints=(
        "Take two models, a good one and a bad one. Which of them gets the smaller number from you?",
        "`fmin` looks for the smallest loss, and an accuracy is large when the model is good. "
        "Book: hp functions, section The sign of the loss.",
        "Turn the accuracy round before you return it as the loss. The book shows two forms; either is right.",
    ),
)
def lower_loss_is_better(weak_and_strong: Asked) -> None:
    """A better configuration has a lower loss."""
    configurations = weak_and_strong.inputs["configurations"]
    weak, strong = losses = _losses(weak_and_strong, configurations)
    if not strong < weak:
        scores = [accuracy_of(_forest(params), weak_and_strong.inputs) for params in configurations]
        the.lower_is_better(losses, scores)


@objective.check(
    book="hp-objective",
    after=(returns_loss_and_status,),
    hints=(
        "The checker calls your function with data of its own. Does that data reach the model?",
        "Inside the function `X` and `y` are the arguments of the call, unless you load or name others. "
        "Book: hp functions, section The objective: one trial, one loss.",
        "Score the model on the two arguments of the function, and on nothing else.",
    ),
)
def uses_the_given_data(easy_and_hopeless: Asked) -> None:
    """The objective judges a model on the `X` and `y` that it is given."""
    the.follows_the_data(_losses(easy_and_hopeless, range(4))[:2])


@objective.check(
    book="hp-seeds",
    after=(returns_loss_and_status,),
    hints=(
        "Call your objective twice with the same arguments.",
        "The seed of `fmin` covers the configurations only; a forest draws random numbers too. "
        "Book: hp functions, section Seeds.",
        "Give the forest the seed that the task names.",
    ),
)
def repeats_itself(easy_and_hopeless: Asked) -> None:
    """The same configuration has the same loss each time."""
    the.repeats(_losses(easy_and_hopeless, range(4))[1:])


@objective.check(
    book="hp-objective",
    after=(lower_loss_is_better, uses_the_given_data, repeats_itself),
    hints=(
        "Which rows was the model trained on, and on which rows is it judged?",
        "The loss stands for new data: it comes from the mean of three folds, and every hyperparameter counts. "
        "Book: hp functions, section The objective: one trial, one loss.",
        "Give the forest all four values and its seed, and take the mean of what `cross_val_score` returns.",
    ),
)
def loss_is_cross_validated(several: Asked) -> None:
    """The loss follows from the mean accuracy of three folds, for the configuration that was given."""
    configurations = several.inputs["configurations"]
    losses = _losses(several, configurations)
    scores = [accuracy_of(_forest(params), several.inputs) for params in configurations]
    if all(map(the.is_loss_of, losses, scores)):
        return
    trained = [training_accuracy_of(_forest(params), several.inputs) for params in configurations]
    if all(map(the.is_loss_of, losses, trained)):
        raise NeedsWork(
            f"the loss is {the.show(losses[0])}, which follows from the accuracy on the rows of the training",
            "a loss from rows that the model has not seen: the mean of three folds",
        )
    the.losses_follow(losses, scores, configurations)


@objective.check(
    book="hp-failures",
    after=(returns_loss_and_status,),
    hints=(
        "Call your objective with `bootstrap` False and `max_samples` 0.5, and read what happens.",
        "One bad configuration must not end the search, and must not count as a result. "
        "Book: hp functions, section When a trial fails.",
        "Catch the error that scikit-learn raises while the folds are fitted, and return a dict with the other status.",
    ),
)
def refusal_is_a_failed_trial(refused: Asked) -> None:
    """A configuration that scikit-learn refuses becomes a failed trial, and the search can go on."""
    if refused.raised is not None:
        raise NeedsWork(
            f"the objective raised {refused.raised.partition(':')[0]} for "
            f"{the.configuration(refused.inputs['params'])}. What becomes of the other trials then?",
            "a dict that reports a failed trial",
        )
    the.failed_trial(refused.value)


# -- the best parameters -----------------------------------------------------------------------------------------

best_params = Exam("hp-functions/best-params")

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


@best_params.question
def searched(rng: np.random.Generator) -> Question:
    """A short search."""
    return Question("record_of(search(seed, max_evals))", {"seed": _seed(rng), "max_evals": int(rng.integers(4, 7))})


def _scripted(call: str) -> str:
    """The record of a search of the notebook's, with an objective that gives `losses`, whatever it is asked to try."""
    search, arguments = call.split("(")
    return f"record_of(standing_in({search}, 'objective', scripted(losses))({arguments})"


@best_params.question
def searched_again(rng: np.random.Generator) -> Question:
    """Two searches with one seed, and a third with another."""
    seed = _seed(rng)
    return Question(
        f"[{_scripted('search(seed, 5)')} for seed in seeds]",
        {"seeds": [seed, seed, seed + 1], "losses": [-0.9]},
    )


@best_params.question
def read(rng: np.random.Generator) -> Question:
    """Two results of `fmin`, with each option once."""
    results = [_best(rng, criterion=0, max_features=1), _best(rng, criterion=1, max_features=0)]
    return Question("[readable({**best}) for best in results]", {"results": results})


@best_params.question
def refitted(rng: np.random.Generator) -> Question:
    """What `refit` returns. The index 1 for `max_features` would make a model too, only a wrong one."""
    return Question(REFIT, {"best": _best(rng, max_features=1)}, hopeless_cancer(rng))


@best_params.question
def refitted_parameters(rng: np.random.Generator) -> Question:
    """The hyperparameters of the model."""
    return Question(f"{REFIT}.get_params()", {"best": _best(rng, max_features=1)}, hopeless_cancer(rng))


@best_params.question
def predicted(rng: np.random.Generator) -> Question:
    """What the model says about rows that it has not seen."""
    return Question(f"{REFIT}.predict(new)", {"best": _best(rng)}, hopeless_cancer(rng))


def _best_last(rng: np.random.Generator, threshold: float, count: int) -> list[float]:
    """So many losses above a threshold, the first the lowest of them, and then one below it."""
    first = threshold + rng.uniform(0.002, 0.01)
    return [first, *(first + rng.uniform(0.001, 0.02, count - 1)), threshold - 0.001]


@best_params.question
def until_good_enough(rng: np.random.Generator) -> Question:
    """Two searches with a threshold that a later trial reaches, each another one."""
    threshold = round(rng.uniform(-0.921, -0.917), 5)
    scripts = [_best_last(rng, threshold, int(count)) for count in rng.choice(range(2, 8), size=2, replace=False)]
    return Question(
        f"[{_scripted('search_until(threshold, seed, max_evals)')} for losses, seed in searches]",
        {"threshold": threshold, "searches": [(losses, _seed(rng)) for losses in scripts], "max_evals": 12},
    )


@best_params.question
def while_improving(rng: np.random.Generator) -> Question:
    """Two searches in which nothing better comes after some trials: only the same loss again, or only worse ones."""
    same, worse = (_best_last(rng, -0.91, int(count)) for count in rng.choice(range(2, 5), size=2, replace=False))
    return Question(
        f"[{_scripted('search_while_improving(patience, seed, max_evals)')} for losses, seed in searches]",
        {
            "patience": int(rng.integers(6, 9)),
            "searches": [(losses, _seed(rng)) for losses in (same, [*worse, worse[0]])],
            "max_evals": 18,
        },
    )


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 1000))


@best_params.check(
    book="hp-best",
    hints=(
        "Call `search(1, 5)` and look at what you get. How many trials does it hold?",
        "A `Trials` that `fmin` is given remembers every trial; without it, they are lost. "
        "Book: hp functions, section What the search left behind.",
        "Make a `Trials` inside the function, give it and `max_evals` to `fmin`, and return it afterwards.",
    ),
)
def search_runs_its_trials(searched: Asked) -> None:
    """`search` runs `max_evals` trials of the objective and returns the `Trials`."""
    record = the.is_record("search", searched.value)
    the.ran(record, searched.inputs["max_evals"])
    the.stays_in(record, SPACE)
    configurations = [trial["values"] for trial in record]
    data = breast_cancer()
    the.trials_follow(record, [accuracy_of(_tree(values), data) for values in configurations], configurations)


@best_params.check(
    book="hp-seeds",
    after=(search_runs_its_trials,),
    hints=(
        "Search twice with the same seed, and compare the two lists of losses.",
        "`fmin` does not read NumPy's global random state: it takes a generator. Book: hp functions, section Seeds.",
        "Make a new NumPy generator from the argument `seed` in each call, and hand it to the parameter for it.",
    ),
)
def search_repeats_itself(searched_again: Asked) -> None:
    """The same seed gives the same search, and another seed another one."""
    seeds = searched_again.inputs["seeds"]
    first, again, other = (the.is_record("search", returned) for returned in the.one_each(searched_again.value, seeds))
    the.is_repeated(first, again, seeds[0])
    the.is_another(first, other, seeds[1:])


@best_params.check(
    book="hp-space-eval",
    hints=(
        "Print the values of `best` beside the space. Which of them would `DecisionTreeClassifier` take?",
        "For a choice `fmin` gives the position of the option, and for `quniform` a float. "
        "Book: hp functions, section From the best throws to a model.",
        "One function of Hyperopt puts the values back into the space; after it, the two counts still need their type.",
    ),
)
def readable_gives_model_values(read: Asked) -> None:
    """`readable` gives the options themselves, and ints for the counts."""
    results = read.inputs["results"]
    for best, found in zip(results, the.one_each(read.value, results), strict=True):
        the.same_parameters(found, _read(best), "the parameters that `readable` returns")


@best_params.check(
    book="hp-space-eval",
    after=(readable_gives_model_values,),
    hints=(
        "Call `refit` with a `best`, and look at `get_params()` of what it returns.",
        "An index is a valid number too: it makes a model, of the wrong kind, and no error. "
        "Book: hp functions, section An index that looks like a value.",
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


@best_params.check(
    book="hp-space-eval",
    after=(refit_has_the_best_parameters,),
    hints=(
        "Which rows does the tree see when it is trained?",
        "The folds were for the search. The model that you keep learns from every row that it is given. "
        "Book: hp functions, section From the best throws to a model.",
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


@best_params.check(
    book="hp-stopping",
    hints=(
        "Print the losses of the trials that you return, and the threshold beside them.",
        "`fmin` can compare each loss with a number that you give it. The number is a loss, with a loss's sign. "
        "Book: hp functions, section Stopping early.",
        "One more argument for `fmin` than in the first search; its name says that it is a threshold for the loss.",
    ),
)
def stops_at_the_threshold(until_good_enough: Asked) -> None:
    """`search_until` ends with the first loss at or below the threshold."""
    asked = until_good_enough.inputs
    for returned in the.one_each(until_good_enough.value, asked["searches"]):
        the.stops_at(the.is_record("search_until", returned), asked["threshold"], asked["max_evals"])


@best_params.check(
    book="hp-stopping",
    hints=(
        "Print the losses of the trials that you return. How many came after the best one?",
        "`fmin` can ask a function after each trial whether to go on; Hyperopt ships one that counts trials "
        "without progress. Book: hp functions, section Stopping early.",
        "Give `fmin` the imported function, called with the patience, as the function that is asked after each trial.",
    ),
)
def stops_without_progress(while_improving: Asked) -> None:
    """`search_while_improving` ends when `patience` trials in a row brought nothing better."""
    asked = while_improving.inputs
    for returned in the.one_each(while_improving.value, asked["searches"]):
        record = the.is_record("search_while_improving", returned)
        the.stops_without_progress(record, asked["patience"], asked["max_evals"])
