"""The exams of the chapter on search strategies: the fits of a grid, an equal budget, a fair race."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterGrid
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from checker.checks import run_vocabulary as runs_that
from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, breast_cancer, digits_of, hopeless_cancer, shuffled
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question, RunRecord
from checker.runtime.kernel.stand_ins import quick_loss

# -- the fits of a grid ------------------------------------------------------------------------------------------

grid_fits = Exam("search-strategies/grid-fits")

OPTIONS: Mapping[str, list[Any]] = {
    "max_depth": [2, 3, 4, 6, 8, 12, None],
    "criterion": ["gini", "entropy", "log_loss"],
    "min_samples_leaf": [1, 2, 5, 10, 20],
    "splitter": ["best", "random"],
    "ccp_alpha": [0.0, 0.001, 0.003, 0.01],
}
"""What grids are drawn from."""

TREES = ParameterGrid(
    [{"max_depth": [2, 4, 8], "min_samples_leaf": [1, 10]}, {"max_leaf_nodes": [8, 16]}],
)
"""The configurations of the notebook's grid."""

TYPES: Mapping[str, Any] = {
    "max_depth": runs_that.one_of(None, 2, 4, 8),
    "min_samples_leaf": runs_that.whole,
    "max_leaf_nodes": runs_that.one_of(None, 8, 16),
}
"""How to read the hyperparameters of that grid in a run, which holds all of a tree's."""


def _grid(rng: np.random.Generator, sizes: Sequence[int]) -> dict[str, list[Any]]:
    """A grid with as many hyperparameters as there are sizes, each with so many options."""
    able = [name for name in OPTIONS if len(OPTIONS[name]) >= max(sizes)]
    names = rng.choice(able, size=len(sizes), replace=False)
    return {str(name): OPTIONS[name][:size] for name, size in zip(names, sizes, strict=True)}


def _n_fits(grid: Any, folds: int, refit: Any) -> int:
    return len(ParameterGrid(grid)) * folds + bool(refit)


def _sizes(grid: Any) -> str:
    """`4 x 3` for a dict with four and three options, `4 x 3 and 2` for a list of dicts."""
    grids = grid if isinstance(grid, list) else [grid]
    return " and ".join(" x ".join(str(len(options)) for options in one.values()) for one in grids)


def _counted(asked: Asked, calls: Sequence[Any]) -> list[Any]:
    counts = the.one_each(asked.value, calls)
    for count in counts:
        if not the.is_number(count):
            raise NeedsWork(f"`n_fits` returned {the.show(count)}", "the number of fits")
    return counts


@grid_fits.question
def plain_grids(rng: np.random.Generator) -> Question:
    """Grids of two and of three hyperparameters, whose product is not their sum."""
    grids = [_grid(rng, (3, 4)), _grid(rng, (2, 3, 3))]
    return Question(
        "[n_fits(grid, folds, False) for grid in grids]", {"grids": grids, "folds": int(rng.integers(4, 9))}
    )


@grid_fits.question
def refits(rng: np.random.Generator) -> Question:
    """One grid with each kind of refit."""
    return Question(
        "[n_fits(grid, folds, refit) for refit in refits]",
        {"grid": _grid(rng, (2, 4)), "folds": int(rng.integers(4, 9)), "refits": [True, "accuracy", False]},
    )


@grid_fits.question
def listed_grids(rng: np.random.Generator) -> Question:
    """Lists of grids, one of two and one of three."""
    lists = [[_grid(rng, (3, 2)), _grid(rng, (4,))], [_grid(rng, (2,)), _grid(rng, (2, 4)), _grid(rng, (3,))]]
    return Question("[n_fits(grid, folds, True) for grid in lists]", {"lists": lists, "folds": int(rng.integers(4, 9))})


@grid_fits.question
def best_of_the_search(rng: np.random.Generator) -> Question:
    """What the search in the notebook takes for the best."""
    return Question("search.best_params_")


@grid_fits.check(
    book="search-grid",
    hints=(
        "Write down all combinations of two options and three options. How many lines are there?",
        "Each option meets each option of the others, and each combination is fitted once for each fold. "
        "Book: search strategies, section Grid search: every combination.",
        "Count the combinations (`ParameterGrid` has a length), and take that as many times as there are folds.",
    ),
)
def multiplies_options_and_folds(plain_grids: Asked) -> None:
    """`n_fits` counts every combination of options once for each fold."""
    asked = plain_grids.inputs
    for grid, count in zip(asked["grids"], _counted(plain_grids, asked["grids"]), strict=True):
        expected = _n_fits(grid, asked["folds"], False)
        if count not in (expected, expected + 1):  # the refit has a check of its own
            raise NeedsWork(
                f"`n_fits` returned {the.show(count)} for {_sizes(grid)} options and {asked['folds']} folds. "
                "How many combinations are there, and how often is each fitted?",
                f"{expected}, without a refit",
            )


@grid_fits.check(
    book="search-grid",
    after=(multiplies_options_and_folds,),
    hints=(
        "When the folds are done, which model does `search.predict` use?",
        "With a refit the best configuration is fitted once more, on all rows; no folds are left by then. "
        "Book: search strategies, section Grid search: every combination.",
        "Add one where `refit` is anything but False, and nothing where it is False.",
    ),
)
def adds_the_refit(refits: Asked) -> None:
    """`n_fits` counts one fit more for a refit, by whatever metric, and none without it."""
    asked = refits.inputs
    for refit, count in zip(asked["refits"], _counted(refits, asked["refits"]), strict=True):
        expected = _n_fits(asked["grid"], asked["folds"], refit)
        if count != expected:
            raise NeedsWork(
                f"`n_fits` returned {the.show(count)} for {_sizes(asked['grid'])} options, {asked['folds']} folds "
                f"and `refit={the.show(refit)}`. How often is the best configuration fitted again?",
                f"{expected}",
            )


@grid_fits.check(
    book="search-grid",
    after=(adds_the_refit,),
    hints=(
        "Does a configuration of the first dict ever take an option of the second?",
        "Each dict in the list is a grid of its own: multiply inside, add between. One model is best in the end. "
        "Book: search strategies, section Grid search: every combination.",
        "`ParameterGrid` takes a list of dicts as well; without it, add up the combinations of each dict first.",
    ),
)
def adds_the_grids_of_a_list(listed_grids: Asked) -> None:
    """`n_fits` takes a list of grids, and adds their combinations."""
    asked = listed_grids.inputs
    if listed_grids.raised is not None:
        raise NeedsWork(
            f"`n_fits`, given a list of grids, raised {listed_grids.raised}. What is in the list?",
            "the number of fits: `GridSearchCV` takes a list of grids too",
        )
    for grids, count in zip(asked["lists"], _counted(listed_grids, asked["lists"]), strict=True):
        expected = _n_fits(grids, asked["folds"], True)
        if count != expected:
            raise NeedsWork(
                f"`n_fits` returned {the.show(count)} for a list of grids with {_sizes(grids)} options, "
                f"{asked['folds']} folds and a refit. What do the grids of a list have to do with each other?",
                f"{expected}",
            )


@grid_fits.check(
    book="search-autolog",
    hints=(
        "Count the child runs, and the configurations in `search.cv_results_`.",
        "Autolog keeps the best few configurations of a search only, so that a large search does not flood the store. "
        "Book: search strategies, section What MLflow keeps of a search.",
        "One argument of `mlflow.sklearn.autolog` has `tuning_runs` in its name. It also takes a value for no limit. "
        "Call it before the search is fitted.",
    ),
)
def each_configuration_is_a_child(best_of_the_search: Asked, runs: Sequence[RunRecord]) -> None:
    """The search is one parent run in `grid-fits`, with a child run for each configuration of the grid."""
    _ = best_of_the_search.value
    _, children = runs_that.run_tree(runs, "grid-fits", len(TREES))
    runs_that.are_different(children, list(TYPES), len(TREES))


@grid_fits.check(
    book="search-autolog",
    after=(each_configuration_is_a_child,),
    hints=(
        "Compare the number of folds, the model and the data of your search with the task.",
        "The child runs hold the mean score over the folds, so other folds or another tree give other numbers. "
        "Book: search strategies, section What MLflow keeps of a search.",
        "`GridSearchCV` takes the tree with its seed, the grid as it stands, and the folds; `fit` takes `X` and `y`.",
    ),
)
def scores_follow(best_of_the_search: Asked, runs: Sequence[RunRecord]) -> None:
    """Each child run has the mean 3-fold accuracy that its configuration gives."""
    _, children = runs_that.run_tree(runs, "grid-fits", len(TREES))
    runs_that.logs_metric(children, "mean_test_score")
    data = breast_cancer()
    # In an order of our own: autolog writes the children in any order, under names that it makes up.
    for params, logged in sorted(
        ((runs_that.params_of(run, TYPES), run.metrics["mean_test_score"]) for run in runs_that.finished(children)),
        key=str,
    ):
        score = accuracy_of(DecisionTreeClassifier(**params, random_state=0), data)
        if not runs_that.is_same(logged, score):
            tried = {name: value for name, value in params.items() if value is not None}
            raise NeedsWork(
                f"the child run with {the.configuration(tried)} has `mean_test_score` = {the.show(logged)}. "
                "Which folds, and which tree?",
                f"the mean accuracy over the folds of the task, which is {the.show(score)}",
            )


# -- an equal budget ---------------------------------------------------------------------------------------------

equal_budget = Exam("search-strategies/equal-budget")

DRAWS = 400
"""So many that each whole number of the table is drawn for certain."""

TREE = ("max_depth", "max_features", "ccp_alpha")


def _small_grid(*sizes: int) -> dict[str, list[Any]]:
    """A grid of another size than the notebook's, and than scikit-learn's default budget of ten."""
    options: list[list[Any]] = [[2, 4, 6], [0.25, 1.0], [0.0005, 0.01]]
    return {name: some[:size] for name, some, size in zip(TREE, options, sizes, strict=True)}


def _seed(rng: np.random.Generator) -> int:
    """Never zero, which is what somebody who writes a seed into a function may well take."""
    return int(rng.integers(1, 1000))


@equal_budget.question
def draws(rng: np.random.Generator) -> Question:
    """Points of the distributions, as the model would receive them."""
    return Question("sampled(distributions, count, seed)", {"count": DRAWS, "seed": int(rng.integers(2**31))})


@equal_budget.question
def searched(rng: np.random.Generator) -> Question:
    """A random search with the budget of a grid."""
    return Question(
        "search_record(random_search(grid, seed, X=X, y=y))",
        {"grid": _small_grid(*rng.choice([(2, 2, 2), (3, 2, 2)])), "seed": _seed(rng)},
        digits_of(rng, rows=100),
    )


@equal_budget.question
def searched_again(rng: np.random.Generator) -> Question:
    """Two searches with one seed, and a third with another."""
    seed = _seed(rng)
    return Question(
        "[search_record(random_search(grid, seed, X=X, y=y)) for seed in seeds]",
        {"grid": _small_grid(2, 1, 1), "seeds": [seed, seed, seed + 1]},
        digits_of(rng, rows=60),
    )


@equal_budget.question
def refitted(rng: np.random.Generator) -> Question:
    """What a search took for best, and what it says about rows that it has not seen."""
    return Question(
        "[[search_record(search)['best'], search.predict(new)] for search in [random_search(grid, seed, X=X, y=y)]][0]",
        {"grid": _small_grid(2, 1, 1), "seed": _seed(rng)},
        hopeless_cancer(rng),
    )


@equal_budget.question
def compared(rng: np.random.Generator) -> Question:
    """The comparison, beside the random searches that it must rest on.

    A hundred rows make three folds of different sizes: hardly ever have they a mean accuracy that five folds have too.
    """
    seed = _seed(rng)
    return Question(
        "[compare(grid, seeds, X=X, y=y), [search_record(random_search(grid, seed, X=X, y=y)) for seed in seeds]]",
        {"grid": _small_grid(3, 1, 1), "seeds": [seed, seed + 1]},
        digits_of(rng, rows=100),
    )


def _tried(returned: Any) -> list[Mapping[str, Any]]:
    """The trials of a fitted search."""
    if not isinstance(returned, dict) or not isinstance(returned.get("trials"), list):
        raise NeedsWork(f"`random_search` returned {the.show(returned)}", "a `RandomizedSearchCV` that has been fitted")
    trials: list[Mapping[str, Any]] = returned["trials"]
    return trials


def _values(trials: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [trial["values"] for trial in trials]


def _accuracy(params: Mapping[str, Any], data: Mapping[str, Any]) -> float:
    return accuracy_of(DecisionTreeClassifier(**params, random_state=0), data)


@equal_budget.check(
    book="search-random",
    hints=(
        "Draw a few points: `list(ParameterSampler(distributions, 5, random_state=0))`.",
        "The keys are the names of the model's hyperparameters, and each value is a distribution of SciPy. "
        "Book: search strategies, section Random search: distributions and a budget.",
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


@equal_budget.check(
    book="search-scipy",
    after=(distributions_can_be_drawn,),
    hints=(
        "Draw a few hundred times, and print each different depth once.",
        "SciPy has a distribution for whole numbers; like Python's `range` it leaves one end out. "
        "Book: search strategies, section Bounds: SciPy is not Hyperopt.",
        "The upper number that you give is one more than the largest depth of the table.",
    ),
)
def max_depth_is_whole(draws: Asked) -> None:
    """`max_depth` is an int from 2 to 8, both included."""
    values = the.values_of(draws.value, "max_depth")
    the.is_integer("max_depth", values)
    the.takes("max_depth", values, range(2, 9), ask="Which of its bounds does SciPy's `randint` include?")


@equal_budget.check(
    book="search-scipy",
    after=(distributions_can_be_drawn,),
    hints=(
        "Draw a few hundred times, and print the smallest and the largest fraction.",
        "SciPy describes an even distribution by where it starts and how wide it is. "
        "Book: search strategies, section Bounds: SciPy is not Hyperopt.",
        "The first number is the lower bound of the table; the second is the upper bound minus the lower one.",
    ),
)
def max_features_is_a_fraction(draws: Asked) -> None:
    """`max_features` is any fraction from 0.2 to 1, evenly."""
    values = the.values_of(draws.value, "max_features")
    the.is_continuous("max_features", values)
    the.is_within("max_features", values, 0.2, 1.0, ask="What is the second number that SciPy's `uniform` takes?")
    the.is_even("max_features", values, 0.2, 1.0)


@equal_budget.check(
    book="search-random",
    after=(distributions_can_be_drawn,),
    hints=(
        "How many of a hundred draws should be below 0.001, and how many are?",
        "Between 0.0001 and 0.1 lie three orders of magnitude, and each should get a third of the trials. "
        "Book: search strategies, section Random search: distributions and a budget.",
        "SciPy's distribution has the same name as Hyperopt's, and takes the two bounds of the table as they are.",
    ),
)
def ccp_alpha_is_logarithmic(draws: Asked) -> None:
    """`ccp_alpha` lies between 0.0001 and 0.1, evenly over the orders of magnitude."""
    values = the.values_of(draws.value, "ccp_alpha")
    the.is_continuous("ccp_alpha", values)
    the.is_within("ccp_alpha", values, 0.0001, 0.1)
    the.is_even("ccp_alpha", values, 0.0001, 0.1, log=True)


@equal_budget.check(
    book="search-random",
    after=(max_depth_is_whole, max_features_is_a_fraction, ccp_alpha_is_logarithmic),
    hints=(
        "Print the length of `cv_results_['params']` of your search, beside the number of combinations of the grid.",
        "The budget of a search is its number of configurations. Folds and the refit come on top, in both searches. "
        "Book: search strategies, section Random search: distributions and a budget.",
        "Set the number of iterations to the length of the `ParameterGrid` of the argument `grid`.",
    ),
)
def budget_is_that_of_the_grid(searched: Asked) -> None:
    """`random_search` tries as many configurations as the grid has."""
    trials, expected = _tried(searched.value), len(ParameterGrid(searched.inputs["grid"]))
    if len(trials) != expected:
        raise NeedsWork(
            f"`random_search` tried {len(trials)} configurations for a grid with {_sizes(searched.inputs['grid'])} "
            "options. What would the grid cost?",
            f"{expected} configurations",
        )


@equal_budget.check(
    book="search-lists",
    after=(budget_is_that_of_the_grid,),
    hints=(
        "Print `cv_results_['params']` of your search. Which values of `ccp_alpha` are there?",
        "The grid says how many configurations to try, and the distributions say which. "
        "Book: search strategies, section A random search over lists is a shuffled grid.",
        "The second argument of the search is the dict of distributions.",
    ),
)
def configurations_come_from_the_distributions(searched: Asked) -> None:
    """`random_search` draws its configurations from `distributions`."""
    values = _values(_tried(searched.value))
    the.has_hyperparameters(values, TREE, "a configuration of `random_search`")
    the.is_continuous("ccp_alpha", the.values_of(values, "ccp_alpha"), ask="Where do they come from?")


@equal_budget.check(
    book="search-random",
    after=(configurations_come_from_the_distributions,),
    hints=(
        "Which model, how many folds, and which rows does your search use?",
        "The score of a configuration is its mean accuracy over the folds of the task; other folds, other scores. "
        "Book: search strategies, section Two searches, two sets of folds.",
        "Give the search the tree with its seed and three folds, and fit it on the `X` and `y` of the call.",
    ),
)
def scores_follow_from_the_folds(searched: Asked) -> None:
    """Each configuration has the mean 3-fold accuracy of its tree, on the data of the call."""
    for trial in _tried(searched.value):
        score = _accuracy(trial["values"], searched.inputs)
        if not the.is_number(trial["score"]) or not runs_that.is_same(trial["score"], score):
            raise NeedsWork(
                f"the score is {the.show(trial['score'])} for {the.configuration(trial['values'])}",
                f"its mean 3-fold accuracy, which is {the.show(score)}",
            )


@equal_budget.check(
    book="search-random",
    after=(scores_follow_from_the_folds,),
    hints=(
        "Search twice with the same seed, and compare the two lists of configurations.",
        "Model and search draw random numbers of their own, so each has a seed of its own. "
        "Book: search strategies, section Random search: distributions and a budget.",
        "Give the search the argument `seed` as its random state.",
    ),
)
def search_repeats_itself(searched_again: Asked) -> None:
    """The same seed gives the same configurations, and another seed others."""
    seeds = searched_again.inputs["seeds"]
    first, again, other = (_values(_tried(one)) for one in the.one_each(searched_again.value, seeds))
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


@equal_budget.check(
    book="search-grid",
    after=(scores_follow_from_the_folds,),
    hints=(
        "Call `predict` on what `random_search` returns.",
        "The refit trains the best configuration once more, on all rows; `predict` uses that model. "
        "Book: search strategies, section Grid search: every combination.",
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
    tree = DecisionTreeClassifier(**best, random_state=0).fit(np.asarray(asked["X"]), np.asarray(asked["y"]))
    the.same_predictions(predictions, tree.predict(np.asarray(asked["new"])).tolist())


@equal_budget.check(
    book="search-folds-differ",
    after=(search_repeats_itself,),
    hints=(
        "Print what `compare` returns beside `best_score_` of each search.",
        "A fair comparison has the same folds for both strategies, and no score from rows of the training. "
        "Book: search strategies, section Two searches, two sets of folds.",
        "One grid search with the same tree and the same folds; one call of `random_search` for each seed; "
        "and of each the best mean score over the folds.",
    ),
)
def comparison_is_fair(compared: Asked) -> None:
    """`compare` gives the best score of the grid, and of a random search for each seed."""
    asked = compared.inputs
    found, searches = the.one_each(compared.value, ("compare", "random_search"))
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
        _is_score("random", score, max(trial["score"] for trial in _tried(search)))


def _is_score(strategy: str, found: Any, expected: float) -> None:
    if not the.is_number(found) or not runs_that.is_same(found, expected):
        above = the.is_number(found) and found > expected
        ask = " Which rows does that score come from?" if above else ""
        raise NeedsWork(
            f"`{strategy}` of the comparison has the score {the.show(found)}.{ask}".removesuffix("."),
            f"the best mean score over three folds, which is {the.show(expected)}",
        )


# -- the race ----------------------------------------------------------------------------------------------------

race = Exam("search-strategies/race")

STRATEGIES = ("grid", "random", "tpe")
BOUNDS: Mapping[str, tuple[float, float]] = {"C": (0.01, 100.0), "gamma": (0.00001, 1.0)}
RACES = ((36, 1.0), (25, 0.03))
"""The budget of each race, and what its rows are multiplied by: smaller numbers ask for a larger `gamma`."""

STARTUP = 20
"""The trials that Hyperopt's TPE draws at random before it learns (its `n_startup_jobs`)."""


@race.question
def losses(rng: np.random.Generator) -> Question:
    """The losses of three configurations with the folds of three seeds, the first one three times.

    With shuffled labels the loss hangs on the folds. A hundred rows make folds of different sizes, so that two sets of
    folds have the same mean accuracy once in seventy times, and three once in two thousand.
    """
    params = [{"C": 1.0, "gamma": 0.001}, {"C": 10.0, "gamma": 0.0001}, {"C": 3.0, "gamma": 0.0005}]
    seed, data = _seed(rng), digits_of(rng, rows=100)
    calls = [(params[0], seed)] * 3 + [(params[1], seed + 1), (params[2], seed + 2)]
    return Question(
        "[loss_of(params, seed, X=X, y=y) for params, seed in calls]",
        {"calls": calls},
        {**data, "y": shuffled(rng, data["y"])},
    )


QUICK = "standing_in(race, 'loss_of', quick_loss)"
"""The race with a loss that takes no fits. One that does not call `loss_of` by its name finds its losses itself."""


@race.question
def small_race(rng: np.random.Generator) -> Question:
    """One race twice, and another seed."""
    seed = _seed(rng)
    return Question(
        f"[{QUICK}(budget, seed, X=X, y=y) for seed in seeds]",
        {"budget": 4, "seeds": [seed, seed, seed + 1]},
        digits_of(rng, rows=60),
    )


@race.question
def races(rng: np.random.Generator) -> Question:
    """Two races with one seed that are long enough for TPE to learn; what is best in one is poor in the other."""
    return Question(
        f"[{QUICK}(budget, seed, X=X * factor, y=y) for budget, factor in races]",
        {"races": RACES, "seed": _seed(rng)},
        digits_of(rng, rows=60),
    )


@race.question
def learned_trials(rng: np.random.Generator) -> Question:
    """Budgets above and below the trials that TPE begins with."""
    budgets = [int(rng.integers(40, 200)), int(rng.integers(22, 29)), int(rng.integers(5, 20))]
    return Question("[learned(budget) for budget in budgets]", {"budgets": budgets})


@race.question
def judged(rng: np.random.Generator) -> Question:
    """The medians of five made-up races."""
    made = [
        {
            name: [{"C": 1.0, "gamma": 0.001, "loss": round(rng.uniform(0.01, 0.9), 4)} for _ in range(6)]
            for name in STRATEGIES
        }
        for _ in range(5)
    ]
    return Question("medians(races)", {"races": made})


@race.question
def tested(rng: np.random.Generator) -> Question:
    """A made-up race whose winner by loss is not the best on the new rows."""
    good, fair, bad = {"C": 10.0, "gamma": 0.001}, {"C": 0.02, "gamma": 0.0005}, {"C": 1.0, "gamma": 0.05}
    data, new = digits_of(rng, rows=220), slice(120, None)
    result = {
        "grid": [{**good, "loss": 0.11}, {**fair, "loss": 0.1}, {**bad, "loss": 0.4}],
        "random": [{**bad, "loss": 0.08}, {**good, "loss": 0.09}, {**fair, "loss": 0.3}],
        "tpe": [{**fair, "loss": 0.2}, {**bad, "loss": 0.3}, {**good, "loss": 0.02}],
    }
    return Question(
        "test_errors(result, X, y, new_X, new_y)",
        {"result": result},
        {"X": data["X"][:120], "y": data["y"][:120], "new_X": data["X"][new], "new_y": data["y"][new]},
    )


def _svc_losses(trials: Sequence[Mapping[str, Any]], seed: int, data: Mapping[str, Any]) -> list[float]:
    """The loss of each configuration, with the folds of the seed."""
    return [1 - accuracy_of(_machine(trial), data, seed) for trial in trials]


def _expected_losses(
    one: Mapping[str, list[Mapping[str, Any]]], seed: int, data: Mapping[str, Any]
) -> list[tuple[str, Mapping[str, Any], float]]:
    """Trials of a race, each with its strategy and the loss that it should have."""
    X, y = np.asarray(data["X"]), np.asarray(data["y"])
    quick = [(name, trial, quick_loss(trial, seed, X, y)) for name in STRATEGIES for trial in one[name]]
    if any(runs_that.is_same(trial["loss"], expected) for _, trial, expected in quick):
        return quick
    # The race has a way of its own to the loss. A third is enough: other folds give most configurations other losses.
    order = np.random.default_rng(seed).permutation(len(quick))[: len(quick) // 3]
    chosen = [quick[at][:2] for at in sorted(order)]
    losses = _svc_losses([trial for _, trial in chosen], seed, data)
    return [(name, trial, loss) for (name, trial), loss in zip(chosen, losses, strict=True)]


def _machine(trial: Mapping[str, Any]) -> SVC:
    return SVC(C=trial["C"], gamma=trial["gamma"])


def _races(asked: Asked, calls: Sequence[Any]) -> list[Mapping[str, list[Mapping[str, Any]]]]:
    """What `race` returned for each call, once its shape is known."""
    found: list[Any] = the.one_each(asked.value, calls)
    expected = "a dict with a list of trials under each of `grid`, `random` and `tpe`"
    for one in found:
        if not isinstance(one, dict) or set(one) != set(STRATEGIES):
            raise NeedsWork(f"`race` returned {the.show(one)}", expected)
        for name in STRATEGIES:
            if not isinstance(one[name], list) or not all(map(_is_trial, one[name])):
                raise NeedsWork(
                    f"the trials of `{name}` are {the.show(one[name])}",
                    "dicts with the numbers `C`, `gamma` and `loss`",
                )
    return found


def _is_trial(trial: Any) -> bool:
    return isinstance(trial, dict) and all(the.is_number(trial.get(key)) for key in ("C", "gamma", "loss"))


@race.check(
    book="search-folds-differ",
    hints=(
        "Call `loss_of` twice with the same configuration and the same seed.",
        "A splitter that shuffles draws its folds from its own seed. "
        "Book: search strategies, section Two searches, two sets of folds.",
        "Make a `StratifiedKFold` with three folds that shuffles, with the argument `seed` as its random state, and "
        "take "
        "1 minus the mean of what `cross_val_score` returns.",
    ),
)
def loss_is_of_the_seeds_folds(losses: Asked) -> None:
    """`loss_of` is 1 minus the mean accuracy over three folds that the seed draws."""
    calls = losses.inputs["calls"]
    found = the.one_each(losses.value, calls)
    if len({the.show(loss) for call, loss in zip(calls, found, strict=True) if call == calls[0]}) > 1:
        raise NeedsWork(
            "the same configuration with the same seed has different losses. What draws the folds?",
            "the same loss each time",
        )
    for (params, seed), loss in zip(calls[2:], found[2:], strict=True):
        (expected,) = _svc_losses([params], seed, losses.inputs)
        if not the.is_number(loss) or not runs_that.is_same(loss, expected):
            raise NeedsWork(
                f"the loss is {the.show(loss)} for {the.configuration(params)} and the seed {seed}. "
                "Which folds does that seed draw?",
                f"1 minus the mean accuracy over three stratified folds, which is {the.show(expected)}",
            )


@race.check(
    book="search-race",
    after=(loss_is_of_the_seeds_folds,),
    hints=(
        "Print the length of each of the three lists, for two budgets.",
        "A strategy that tries more configurations has more chances; the refit is no trial. "
        "Book: search strategies, section The race.",
        "The grid has the square root of the budget as the number of values on each side; the other two take the "
        "budget "
        "as it is.",
    ),
)
def budgets_are_equal(small_race: Asked, races: Asked) -> None:
    """Each strategy tries exactly `budget` configurations."""
    small, seeds = small_race.inputs["budget"], small_race.inputs["seeds"]
    run = [(small, one) for one in _races(small_race, seeds)]
    run += [(budget, one) for (budget, _), one in zip(RACES, _races(races, RACES), strict=True)]
    for budget, one in run:
        for name in STRATEGIES:
            if len(one[name]) != budget:
                raise NeedsWork(
                    f"with a budget of {budget}, `{name}` has {len(one[name])} trials. "
                    "What do its chances of a lucky trial hang on?",
                    f"{budget} trials of each strategy",
                )


@race.check(
    book="search-grid",
    after=(budgets_are_equal,),
    hints=(
        "Print the values of `C` and of `gamma` that the grid takes.",
        "For a scale of magnitudes the values of a grid have equal ratios, not equal distances. "
        "Book: search strategies, section Grid search: every combination.",
        "`np.geomspace` takes the two bounds and a number of values; `ParameterGrid` combines the two lists.",
    ),
)
def grid_covers_the_bounds(races: Asked) -> None:
    """The grid combines as many values of `C` as of `gamma`, evenly over the orders of magnitude."""
    for (budget, _), one in zip(RACES, _races(races, RACES), strict=True):
        side = math.isqrt(budget)
        for name, (low, high) in BOUNDS.items():
            found = sorted({trial[name] for trial in one["grid"]})
            expected = np.geomspace(low, high, side)
            if len(found) != side or not np.allclose(found, expected, rtol=1e-6):
                raise NeedsWork(
                    f"the grid has the values {the.show(found)} of `{name}`. What lies between two of them?",
                    f"{side} values with equal ratios, from {the.show(low)} to {the.show(high)}",
                )
        if len({(trial["C"], trial["gamma"]) for trial in one["grid"]}) != budget:
            raise NeedsWork("the grid tries some combinations more than once", "each combination once")


@race.check(
    book="search-random",
    after=(budgets_are_equal,),
    hints=(
        "Print the values of `gamma` that random search drew.",
        "Random search draws any value between the bounds; a list of values would be the grid in another order. "
        "Book: search strategies, section Random search: distributions and a budget.",
        "`ParameterSampler` takes a dict with one of SciPy's distributions for each hyperparameter, and the number "
        "of draws.",
    ),
)
def random_draws_from_distributions(races: Asked) -> None:
    """Random search draws any values within the bounds, evenly over the orders of magnitude."""
    longest = _races(races, RACES)[0]["random"]
    for label, (low, high) in BOUNDS.items():
        values = [trial[label] for trial in longest]
        the.is_continuous(label, values, ask="Where do they come from?")
        the.is_within(label, values, low, high)
        below = sum(value < math.sqrt(low * high) for value in values)
        if not 0.1 < below / len(values) < 0.9:  # nearly five standard deviations
            raise NeedsWork(
                f"{below} of {len(values)} values of `{label}` are below {the.show(math.sqrt(low * high))}, "
                "the middle of the orders of magnitude",
                "about half of them",
            )


@race.check(
    book="search-bayesian",
    after=(random_draws_from_distributions,),
    hints=(
        "Print the losses of TPE's first twenty trials, and of the others.",
        "TPE gathers where the loss was low, if it is told the loss. "
        "Book: search strategies, section Bayesian search: learn from the trials.",
        "`fmin` takes an objective that returns the loss as it is, a space with the natural logarithms of the "
        "bounds, and "
        "`tpe.suggest` as its algorithm.",
    ),
)
def tpe_learns(races: Asked) -> None:
    """TPE stays within the bounds, and its later trials gather where the loss is low."""
    found = _races(races, RACES)
    for label, (low, high) in BOUNDS.items():
        values = [trial[label] for one in found for trial in one["tpe"]]
        the.is_within(label, values, low, high, ask="Which logarithm does `hp.loguniform` ask for?")
    told, told_otherwise = ([(trial["C"], trial["gamma"]) for trial in one["tpe"]] for one in found)
    if told[: len(told_otherwise)] == told_otherwise:
        raise NeedsWork(
            "TPE has the same trials on two data sets, whatever losses it is told. What has it learned from?",
            "trials that follow from the losses of those before them",
        )
    learned, low_ones = 0, 0
    for one in found:
        at_random = np.median([trial["loss"] for trial in [*one["random"], *one["tpe"][:STARTUP]]])
        learned += len(one["tpe"]) - STARTUP
        low_ones += sum(trial["loss"] < at_random for trial in one["tpe"][STARTUP:])
    # Half of random trials are. Of the 21 of a search that learns it was 15 or more under each of 200 seeds (19.3 on
    # average, with a standard deviation of 1.3), and 7 or less (2.4, 1.5) of one that is told the accuracy. With real
    # losses, in a race that has a way of its own, it was 11 or more (16.8, 2.3) under 25 seeds, and 6 or less.
    if low_ones < 0.42 * learned:
        raise NeedsWork(
            f"of TPE's {learned} trials after the first twenty, {low_ones} have a loss below the median of random "
            "trials. What has TPE learned from?",
            "trials that gather where the loss is low",
        )


@race.check(
    book="search-folds-differ",
    after=(grid_covers_the_bounds, tpe_learns),
    hints=(
        "Take one trial of each strategy, and compute its loss again with `loss_of` and the seed of the race.",
        "If one strategy is judged by other folds, it sits another exam. "
        "Book: search strategies, section Two searches, two sets of folds.",
        "Each of the three calls `loss_of` with the same `seed`, `X` and `y`, those of the call.",
    ),
)
def all_have_the_same_folds(races: Asked) -> None:
    """Each trial of each strategy has the loss that the folds of the race's seed give."""
    seed, longest = races.inputs["seed"], _races(races, RACES)[0]
    for name, trial, expected in _expected_losses(longest, seed, races.inputs):
        if not runs_that.is_same(trial["loss"], expected):
            params = {label: trial[label] for label in BOUNDS}
            raise NeedsWork(
                f"in a race with the seed {seed}, a trial of `{name}` has the loss {the.show(trial['loss'])} for "
                f"{the.configuration(params)}. Which folds judged it?",
                f"the loss with the folds of that seed, which is {the.show(expected)}",
            )


@race.check(
    book="search-race",
    after=(grid_covers_the_bounds, tpe_learns),
    hints=(
        "Run a race twice with one seed, and compare the lists.",
        "Two of the strategies draw random numbers, and each takes its seed in its own form. "
        "Book: search strategies, section The API.",
        "`ParameterSampler` takes the seed as its random state; `fmin` takes a new NumPy generator made from it.",
    ),
)
def race_repeats_itself(small_race: Asked) -> None:
    """The same seed gives the same race, and another seed another one."""
    seeds = small_race.inputs["seeds"]
    first, again, other = _races(small_race, seeds)
    for name in ("random", "tpe"):
        values = [[(trial["C"], trial["gamma"]) for trial in one[name]] for one in (first, again, other)]
        if values[0] != values[1]:
            raise NeedsWork(
                f"two races with the seed {seeds[0]} have different trials of `{name}`. "
                "Where do its random numbers come from?",
                "the same trials, one by one",
            )
        if values[0] == values[2]:
            raise NeedsWork(
                f"the races with the seeds {seeds[1]} and {seeds[2]} have the same trials of `{name}`",
                "other trials under another seed",
            )


@race.check(
    book="search-too-few",
    hints=(
        "How many trials does Hyperopt's TPE draw before it proposes one? Hyperopt and Optuna differ.",
        "Until then it is random search, so a race with a budget of 15 says nothing about TPE. "
        "Book: search strategies, section TPE with fewer than twenty trials.",
        "Take the number of the random ones from the budget; what is left is never below nothing.",
    ),
)
def learned_leaves_the_start_out(learned_trials: Asked) -> None:
    """`learned` leaves out the trials that TPE draws at random."""
    budgets = learned_trials.inputs["budgets"]
    for budget, found in zip(budgets, the.one_each(learned_trials.value, budgets), strict=True):
        if found != max(0, budget - STARTUP):
            raise NeedsWork(
                f"`learned({budget})` is {the.show(found)}. When does Hyperopt's TPE begin to learn?",
                "the number of trials after the random ones at the start",
            )


@race.check(
    book="search-race",
    hints=(
        "Write down the best loss of one strategy in each of three races. Which number stands in the middle?",
        "The best race of all is luck; the middle one says what to expect. Book: search strategies, section The race.",
        "For each strategy: the smallest loss of each race first, and then the median of these.",
    ),
)
def medians_are_of_the_best_losses(judged: Asked) -> None:
    """`medians` gives the median over the races of each strategy's best loss."""
    found, made = judged.value, judged.inputs["races"]
    if not isinstance(found, dict) or set(found) != set(STRATEGIES):
        raise NeedsWork(f"`medians` returned {the.show(found)}", "a dict with a number for each strategy")
    for name in STRATEGIES:
        bests = [min(trial["loss"] for trial in one[name]) for one in made]
        expected = float(np.median(bests))
        if not the.is_number(found[name]) or not runs_that.is_same(found[name], expected):
            raise NeedsWork(
                f"`medians` gives {the.show(found[name])} for `{name}`, whose best losses in five races are "
                f"{the.show(sorted(bests))}",
                f"the one in the middle, {the.show(expected)}",
            )


@race.check(
    book="search-optimism",
    hints=(
        "By which number does your function choose the configuration that it trains?",
        "The test rows may judge the winner, but not choose it: then they would be one more validation set. "
        "Book: search strategies, section The best score is too good.",
        "For each strategy take the trial with the smallest `loss`, train it on `X` and `y`, and score it on the new "
        "rows.",
    ),
)
def test_rows_do_not_choose(tested: Asked) -> None:
    """`test_errors` judges the configuration with the lowest loss, trained on all of `X` and `y`."""
    found, asked = tested.value, tested.inputs
    if not isinstance(found, dict) or set(found) != set(STRATEGIES):
        raise NeedsWork(f"`test_errors` returned {the.show(found)}", "a dict with a number for each strategy")
    X, y, new_X, new_y = (np.asarray(asked[name]) for name in ("X", "y", "new_X", "new_y"))

    def error(trial: Mapping[str, Any]) -> float:
        return 1 - float(_machine(trial).fit(X, y).score(new_X, new_y))

    for name in STRATEGIES:
        trials = asked["result"][name]
        expected = error(min(trials, key=lambda trial: trial["loss"]))
        if not the.is_number(found[name]) or not runs_that.is_same(found[name], expected):
            on_test = the.is_number(found[name]) and runs_that.is_same(found[name], min(map(error, trials)))
            ask = ". Which rows have chosen it?" if on_test and expected > found[name] else ""
            raise NeedsWork(
                f"the test error of `{name}` is {the.show(found[name])}{ask}",
                f"the error of the configuration with the lowest loss, which is {the.show(expected)}",
            )
