"""The exam of search-strategies/grid-fits: the fits of a grid search."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import ParameterGrid
from sklearn.tree import DecisionTreeClassifier

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, breast_cancer
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.checks.search_strategies.grids import sizes_of
from checker.evidence import Question, RunRecord
from checker.shapes import Each

exam = Exam("search-strategies/grid-fits")

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
    "max_depth": the.one_of(None, 2, 4, 8),
    "min_samples_leaf": the.whole,
    "max_leaf_nodes": the.one_of(None, 8, 16),
}
"""How to read the hyperparameters of that grid in a run, which holds all of a tree's."""


def _grid(rng: np.random.Generator, sizes: Sequence[int]) -> dict[str, list[Any]]:
    """A grid with as many hyperparameters as there are sizes, each with so many options."""
    able = [name for name in OPTIONS if len(OPTIONS[name]) >= max(sizes)]
    names = rng.choice(able, size=len(sizes), replace=False)
    return {str(name): OPTIONS[name][:size] for name, size in zip(names, sizes, strict=True)}


def _n_fits(grid: Any, folds: int, refit: Any) -> int:
    return len(ParameterGrid(grid)) * folds + bool(refit)


def _counted(asked: Asked) -> list[float]:
    counts: list[float] = asked.value
    for count in counts:
        if not the.is_number(count):
            raise NeedsWork(f"`n_fits` returned {the.show(count)}", "the number of fits")
    return counts


@exam.question
def plain_grids(rng: np.random.Generator) -> Question:
    """Grids of two and of three hyperparameters, whose product is not their sum."""
    grids = [_grid(rng, (3, 4)), _grid(rng, (2, 3, 3))]
    return Question(
        "[n_fits(grid, folds, False) for grid in grids]",
        {"grids": grids, "folds": int(rng.integers(4, 9))},
        shape=Each("grids"),
    )


@exam.question
def refits(rng: np.random.Generator) -> Question:
    """One grid with each kind of refit."""
    return Question(
        "[n_fits(grid, folds, refit) for refit in refits]",
        {"grid": _grid(rng, (2, 4)), "folds": int(rng.integers(4, 9)), "refits": [True, "accuracy", False]},
        shape=Each("refits"),
    )


@exam.question
def listed_grids(rng: np.random.Generator) -> Question:
    """Lists of grids, one of two and one of three."""
    lists = [[_grid(rng, (3, 2)), _grid(rng, (4,))], [_grid(rng, (2,)), _grid(rng, (2, 4)), _grid(rng, (3,))]]
    return Question(
        "[n_fits(grid, folds, True) for grid in lists]",
        {"lists": lists, "folds": int(rng.integers(4, 9))},
        shape=Each("lists"),
    )


@exam.question
def best_of_the_search(rng: np.random.Generator) -> Question:
    """What the search in the notebook takes for the best."""
    return Question("search.best_params_")


@exam.check(
    book="search-grid",
    hints=(
        "Write down all combinations of two options and three options. How many lines are there?",
        "Each option meets each option of the others, and each combination is fitted once for each fold.",
        "Count the combinations (`ParameterGrid` has a length), and take that as many times as there are folds.",
    ),
)
def multiplies_options_and_folds(plain_grids: Asked) -> None:
    """`n_fits` counts every combination of options once for each fold."""
    asked = plain_grids.inputs
    for grid, count in zip(asked["grids"], _counted(plain_grids), strict=True):
        expected = _n_fits(grid, asked["folds"], False)
        if count not in (expected, expected + 1):  # the refit has a check of its own
            raise NeedsWork(
                f"`n_fits` returned {the.show(count)} for {sizes_of(grid)} options and {asked['folds']} folds. "
                "How many combinations are there, and how often is each fitted?",
                f"{expected}, without a refit",
            )


@exam.check(
    book="search-grid",
    after=(multiplies_options_and_folds,),
    hints=(
        "When the folds are done, which model does `search.predict` use?",
        "With a refit the best configuration is fitted once more, on all rows; no folds are left by then.",
        "Add one where `refit` is anything but False, and nothing where it is False.",
    ),
)
def adds_the_refit(refits: Asked) -> None:
    """`n_fits` counts one fit more for a refit, by whatever metric, and none without it."""
    asked = refits.inputs
    for refit, count in zip(asked["refits"], _counted(refits), strict=True):
        expected = _n_fits(asked["grid"], asked["folds"], refit)
        if count != expected:
            raise NeedsWork(
                f"`n_fits` returned {the.show(count)} for {sizes_of(asked['grid'])} options, {asked['folds']} folds "
                f"and `refit={the.show(refit)}`. How often is the best configuration fitted again?",
                f"{expected}",
            )


@exam.check(
    book="search-grid",
    after=(adds_the_refit,),
    hints=(
        "Does a configuration of the first dict ever take an option of the second?",
        "Each dict in the list is a grid of its own: multiply inside, add between. One model is best in the end.",
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
    for grids, count in zip(asked["lists"], _counted(listed_grids), strict=True):
        expected = _n_fits(grids, asked["folds"], True)
        if count != expected:
            raise NeedsWork(
                f"`n_fits` returned {the.show(count)} for a list of grids with {sizes_of(grids)} options, "
                f"{asked['folds']} folds and a refit. What do the grids of a list have to do with each other?",
                f"{expected}",
            )


@exam.check(
    book="search-autolog",
    hints=(
        "Count the child runs, and the configurations in `search.cv_results_`.",
        "Autolog keeps the best few configurations of a search only, so that a large search does not flood the store.",
        "One argument of `mlflow.sklearn.autolog` has `tuning_runs` in its name. It also takes a value for no limit. "
        "Call it before the search is fitted.",
    ),
)
def each_configuration_is_a_child(best_of_the_search: Asked, runs: Sequence[RunRecord]) -> None:
    """The search is one parent run in `grid-fits`, with a child run for each configuration of the grid."""
    _ = best_of_the_search.value
    _, children = the.run_tree(runs, "grid-fits", len(TREES))
    the.are_different(children, list(TYPES), len(TREES))


@exam.check(
    book="search-autolog",
    after=(each_configuration_is_a_child,),
    hints=(
        "Compare the number of folds, the model and the data of your search with the task.",
        "The child runs hold the mean score over the folds, so other folds or another tree give other numbers.",
        "`GridSearchCV` takes the tree with its seed, the grid as it stands, and the folds; `fit` takes `X` and `y`.",
    ),
)
def scores_follow(best_of_the_search: Asked, runs: Sequence[RunRecord]) -> None:
    """Each child run has the mean 3-fold accuracy that its configuration gives."""
    _, children = the.run_tree(runs, "grid-fits", len(TREES))
    the.logs_metric(children, "mean_test_score")
    data = breast_cancer()

    def score_of(params: Mapping[str, Any]) -> float:
        return accuracy_of(DecisionTreeClassifier(**params, random_state=0), data)

    # In an order of our own: autolog writes the children in any order, under names that it makes up.
    for params, logged in sorted(
        ((the.params_of(run, TYPES), run.metrics["mean_test_score"]) for run in the.finished(children)),
        key=str,
    ):
        score = the.trained_with(params, score_of)
        if not the.is_same(logged, score):
            tried = {name: value for name, value in params.items() if value is not None}
            raise NeedsWork(
                f"the child run with {the.configuration(tried)} has `mean_test_score` = {the.show(logged)}. "
                "Which folds, and which tree?",
                f"the mean accuracy over the folds of the task, which is {the.show(score)}",
            )
