"""The exam of search-strategies/equal-budget: random search with the budget of a grid."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterGrid
from sklearn.tree import DecisionTreeClassifier

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, any_seed, digits_of, hopeless_cancer
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.checks.search_strategies.grids import sizes_of
from checker.evidence import Question
from checker.runtime.kernel.records import ScoredPoint, Search
from checker.shapes import Each

exam = Exam("search-strategies/equal-budget")

DRAWS = 400
"""So many that each whole number of the table is drawn for certain."""

TREE = ("max_depth", "max_features", "ccp_alpha")


def _small_grid(*sizes: int) -> dict[str, list[Any]]:
    """A grid of another size than the notebook's, and than scikit-learn's default budget of ten."""
    options: list[list[Any]] = [[2, 4, 6], [0.25, 1.0], [0.0005, 0.01]]
    return {name: some[:size] for name, some, size in zip(TREE, options, sizes, strict=True)}


@exam.question
def draws(rng: np.random.Generator) -> Question:
    """Points of the distributions, as the model would receive them."""
    return Question(
        "sampled(distributions, count, seed)", {"count": DRAWS, "seed": int(rng.integers(2**31))}, shape=list
    )


@exam.question
def searched(rng: np.random.Generator) -> Question:
    """A random search with the budget of a grid."""
    return Question(
        "search_record(random_search(grid, seed, X=X, y=y))",
        {"grid": _small_grid(*rng.choice([(2, 2, 2), (3, 2, 2)])), "seed": any_seed(rng)},
        digits_of(rng, rows=100),
    )


@exam.question
def searched_again(rng: np.random.Generator) -> Question:
    """Two searches with one seed, and a third with another."""
    seed = any_seed(rng)
    return Question(
        "[search_record(random_search(grid, seed, X=X, y=y)) for seed in seeds]",
        {"grid": _small_grid(2, 1, 1), "seeds": [seed, seed, seed + 1]},
        digits_of(rng, rows=60),
        Each("seeds"),
    )


@exam.question
def refitted(rng: np.random.Generator) -> Question:
    """What a search took for best, and what it says about rows that it has not seen."""
    return Question(
        "[[search_record(search).best, search.predict(new)] for search in [random_search(grid, seed, X=X, y=y)]][0]",
        {"grid": _small_grid(2, 1, 1), "seed": any_seed(rng)},
        hopeless_cancer(rng),
        (dict[str, Any], Any),
    )


@exam.question
def compared(rng: np.random.Generator) -> Question:
    """The comparison, beside the random searches that it must rest on.

    A hundred rows make three folds of different sizes: hardly ever have they a mean accuracy that five folds have too.
    """
    seed = any_seed(rng)
    return Question(
        "[compare(grid, seeds, X=X, y=y), [search_record(random_search(grid, seed, X=X, y=y)) for seed in seeds]]",
        {"grid": _small_grid(3, 1, 1), "seeds": [seed, seed + 1]},
        digits_of(rng, rows=100),
        (Any, Each("seeds")),
    )


def _tried(returned: Any) -> list[ScoredPoint]:
    """The configurations that a fitted search tried."""
    if not isinstance(returned, Search) or not returned.trials:
        raise NeedsWork(f"`random_search` returned {the.show(returned)}", "a `RandomizedSearchCV` that has been fitted")
    return returned.trials


def _values(points: Sequence[ScoredPoint]) -> list[Any]:
    return [point.values for point in points]


def _tree(params: Mapping[str, Any]) -> DecisionTreeClassifier:
    return DecisionTreeClassifier(**params, random_state=0)


def _accuracy(params: Mapping[str, Any], data: Mapping[str, Any]) -> float:
    return the.trained_with(params, lambda params: accuracy_of(_tree(params), data))


@exam.check(
    book="search-random",
    hints=(
        "Draw a few points: `list(ParameterSampler(distributions, 5, random_state=0))`.",
        "The keys are the names of the model's hyperparameters, and each value is a distribution of SciPy.",
        "A dict with three entries. SciPy takes the bounds of the table, and for one of the three a width.",
    ),
)
def distributions_can_be_drawn(draws: Asked) -> None:
    """`distributions` has the three hyperparameters, and scikit-learn can draw from each."""
    if draws.raised is not None:
        raise NeedsWork(
            f"drawing from `distributions` raised {draws.raised.partition('.')[0]}. "
            "Do SciPy's distributions take bounds, or logarithms?",
            "distributions that scikit-learn can draw from",
        )
    if len(draws.value) < DRAWS:
        raise NeedsWork(
            f"of `distributions` no more than {len(draws.value)} points can be drawn. What is between two options?",
            "distributions, and not only lists",
        )
    the.has_hyperparameters(draws.value, TREE, "a draw from `distributions`")


@exam.check(
    book="search-scipy",
    after=(distributions_can_be_drawn,),
    hints=(
        "Draw a few hundred times, and print each different depth once.",
        "SciPy has a distribution for whole numbers; like Python's `range` it leaves one end out.",
        "The upper number that you give is one more than the largest depth of the table.",
    ),
)
def max_depth_is_whole(draws: Asked) -> None:
    """`max_depth` is an int from 2 to 8, both included."""
    values = the.values_of(draws.value, "max_depth")
    the.is_integer("max_depth", values)
    the.takes("max_depth", values, range(2, 9), ask="Which of its bounds does SciPy's `randint` include?")


@exam.check(
    book="search-scipy",
    after=(distributions_can_be_drawn,),
    hints=(
        "Draw a few hundred times, and print the smallest and the largest fraction.",
        "SciPy describes an even distribution by where it starts and how wide it is.",
        "The first number is the lower bound of the table; the second is the upper bound minus the lower one.",
    ),
)
def max_features_is_a_fraction(draws: Asked) -> None:
    """`max_features` is any fraction from 0.2 to 1, evenly."""
    values = the.values_of(draws.value, "max_features")
    the.is_continuous("max_features", values)
    the.is_within("max_features", values, 0.2, 1.0, ask="What is the second number that SciPy's `uniform` takes?")
    the.is_even("max_features", values, 0.2, 1.0)


@exam.check(
    book="search-random",
    after=(distributions_can_be_drawn,),
    hints=(
        "How many of a hundred draws should be below 0.001, and how many are?",
        "Between 0.0001 and 0.1 lie three orders of magnitude, and each should get a third of the trials.",
        "SciPy's distribution has the same name as Hyperopt's, and takes the two bounds of the table as they are.",
    ),
)
def ccp_alpha_is_logarithmic(draws: Asked) -> None:
    """`ccp_alpha` lies between 0.0001 and 0.1, evenly over the orders of magnitude."""
    values = the.values_of(draws.value, "ccp_alpha")
    the.is_continuous("ccp_alpha", values)
    the.is_within("ccp_alpha", values, 0.0001, 0.1)
    the.is_even("ccp_alpha", values, 0.0001, 0.1, log=True)


@exam.check(
    book="search-random",
    after=(max_depth_is_whole, max_features_is_a_fraction, ccp_alpha_is_logarithmic),
    hints=(
        "Print the length of `cv_results_['params']` of your search, beside the number of combinations of the grid.",
        "The budget of a search is its number of configurations. Folds and the refit come on top, in both searches.",
        "Set the number of iterations to the length of the `ParameterGrid` of the argument `grid`.",
    ),
)
def budget_is_that_of_the_grid(searched: Asked) -> None:
    """`random_search` tries as many configurations as the grid has."""
    trials, expected = _tried(searched.value), len(ParameterGrid(searched.inputs["grid"]))
    if len(trials) != expected:
        raise NeedsWork(
            f"`random_search` tried {len(trials)} configurations for a grid with {sizes_of(searched.inputs['grid'])} "
            "options. What would the grid cost?",
            f"{expected} configurations",
        )


@exam.check(
    book="search-lists",
    after=(budget_is_that_of_the_grid,),
    hints=(
        "Print `cv_results_['params']` of your search. Which values of `ccp_alpha` are there?",
        "The grid says how many configurations to try, and the distributions say which.",
        "The second argument of the search is the dict of distributions.",
    ),
)
def configurations_come_from_the_distributions(searched: Asked) -> None:
    """`random_search` draws its configurations from `distributions`."""
    values = _values(_tried(searched.value))
    the.has_hyperparameters(values, TREE, "a configuration of `random_search`")
    the.is_continuous("ccp_alpha", the.values_of(values, "ccp_alpha"), ask="Where do they come from?")


@exam.check(
    book="search-folds-differ",
    after=(configurations_come_from_the_distributions,),
    hints=(
        "Which model, how many folds, and which rows does your search use?",
        "The score of a configuration is its mean accuracy over the folds of the task; other folds, other scores.",
        "Give the search the tree with its seed and three folds, and fit it on the `X` and `y` of the call.",
    ),
)
def scores_follow_from_the_folds(searched: Asked) -> None:
    """Each configuration has the mean 3-fold accuracy of its tree, on the data of the call."""
    for trial in _tried(searched.value):
        score = _accuracy(trial.values, searched.inputs)
        if not the.is_same(trial.score, score):
            raise NeedsWork(
                f"the score is {the.show(trial.score)} for {the.configuration(trial.values)}",
                f"its mean 3-fold accuracy, which is {the.show(score)}",
            )


@exam.check(
    book="search-random",
    after=(scores_follow_from_the_folds,),
    hints=(
        "Search twice with the same seed, and compare the two lists of configurations.",
        "Model and search draw random numbers of their own, so each has a seed of its own.",
        "Give the search the argument `seed` as its random state.",
    ),
)
def search_repeats_itself(searched_again: Asked) -> None:
    """The same seed gives the same configurations, and another seed others."""
    seeds = searched_again.inputs["seeds"]
    first, again, other = (_values(_tried(one)) for one in searched_again.value)
    if first != again:
        raise NeedsWork(
            f"two searches with the seed {seeds[0]} draw different configurations. Who else draws random numbers here?",
            "the same configurations, one by one",
        )
    if first == other:
        raise NeedsWork(
            f"the searches with the seeds {seeds[1]} and {seeds[2]} draw the same configurations",
            "other configurations under another seed",
        )


@exam.check(
    book="search-grid",
    after=(scores_follow_from_the_folds,),
    hints=(
        "Call `predict` on what `random_search` returns.",
        "The refit trains the best configuration once more, on all rows; `predict` uses that model.",
        "Leave the refit of the search as it comes, and return the search itself.",
    ),
)
def best_is_refitted(refitted: Asked) -> None:
    """The returned search predicts with its best configuration, trained on all rows."""
    if refitted.raised is not None:
        raise NeedsWork(
            f"`random_search(...).predict(new)` raised {refitted.raised.partition(':')[0]}. Which model could it use?",
            "predictions of the best configuration, trained on all rows",
        )
    best, predictions = refitted.value
    asked = refitted.inputs
    X, y = np.asarray(asked["X"]), np.asarray(asked["y"])
    tree = the.trained_with(best, lambda params: _tree(params).fit(X, y))
    the.same_predictions(predictions, tree.predict(np.asarray(asked["new"])).tolist())


@exam.check(
    book="search-folds-differ",
    after=(search_repeats_itself,),
    hints=(
        "Print what `compare` returns beside `best_score_` of each search.",
        "A fair comparison has the same folds for both strategies, and no score from rows of the training.",
        "One grid search with the same tree and the same folds; one call of `random_search` for each seed; and of "
        "each the best mean score over the folds.",
    ),
)
def comparison_is_fair(compared: Asked) -> None:
    """`compare` gives the best score of the grid, and of a random search for each seed."""
    asked = compared.inputs
    found, searches = compared.value
    if not isinstance(found, dict) or set(found) != {"grid", "random"}:
        raise NeedsWork(f"`compare` returned {the.show(found)}", "a dict with `grid` and `random`")
    best = max(_accuracy(params, asked) for params in ParameterGrid(asked["grid"]))
    _is_score("grid", found["grid"], best)
    if not isinstance(found["random"], list) or len(found["random"]) != len(asked["seeds"]):
        raise NeedsWork(
            f"`random` of the comparison is {the.show(found['random'])}",
            f"a list of {len(asked['seeds'])} scores, one for each seed",
        )
    for score, search in zip(found["random"], searches, strict=True):
        _is_score("random", score, max(trial.score for trial in _tried(search)))


def _is_score(strategy: str, found: Any, expected: float) -> None:
    if not the.is_same(found, expected):
        above = the.is_number(found) and found > expected
        ask = " Which rows does that score come from?" if above else ""
        raise NeedsWork(
            f"`{strategy}` of the comparison has the score {the.show(found)}.{ask}".removesuffix("."),
            f"the best mean score over three folds, which is {the.show(expected)}",
        )
