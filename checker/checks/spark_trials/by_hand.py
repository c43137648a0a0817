"""The exam of spark-trials/by-hand: nested runs by hand, and a champion."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question, RunRecord

exam = Exam("spark-trials/by-hand")

BY_HAND = 10
"""Trials of the search."""

WINE_TYPES: Mapping[str, Callable[[str], Any]] = {"n_components": the.whole, "C": the.real}

COLUMNS = 13
"""No configuration can have more components than this."""


def _wine() -> dict[str, Any]:
    X, y = load_wine(return_X_y=True)
    return {"X": X, "y": y}


def _pipeline(params: Mapping[str, Any]) -> Any:
    """The grader's own reading of a trial."""
    return make_pipeline(StandardScaler(), PCA(params["n_components"]), LogisticRegression(C=params["C"]))


def _search_by_hand(runs: Sequence[RunRecord]) -> tuple[RunRecord, list[RunRecord]]:
    return the.run_tree(runs, "by-hand", BY_HAND, parent="search")


@exam.question
def by_hand_parent(rng: np.random.Generator) -> Question:
    """The run id of the parent; the seed says at which children the grader looks."""
    return Question("parent_id", {"seed": int(rng.integers(2**31))})


@exam.question
def by_hand_trials(rng: np.random.Generator) -> Question:
    """What the objective returns for a configuration that works and for one that does not."""
    good = {"n_components": int(rng.integers(2, 6)), "C": round(float(rng.uniform(0.5, 2)), 3)}
    bad = {"n_components": int(rng.integers(COLUMNS + 1, 17)), "C": 1.0}
    return Question("[objective({**params}) for params in [good, bad]]", {"good": good, "bad": bad}, shape=(Any, Any))


@exam.question
def predictions(rng: np.random.Generator) -> Question:
    """What the champion says about wines that do not exist: there, models differ that agree on real ones."""
    X = _wine()["X"]
    rows = rng.uniform(X.min(axis=0), X.max(axis=0), size=(300, X.shape[1]))
    return Question("predict(rows)", {}, {"rows": rows.round(3).tolist()})


@exam.last_question
def without_alias(rng: np.random.Generator) -> Question:
    """The same once the alias is gone."""
    take = "__import__('mlflow').MlflowClient().delete_registered_model_alias('wine', 'champion')"
    return Question(f"[{take}, predict(rows)]", {}, {"rows": _wine()["X"][:5].tolist()})


@exam.check(
    book="spark-by-hand",
    hints=(
        "Open the experiment in MLflow's UI (`checker ui`). What is below `search`, and what beside it?",
        "A run that is opened while another is active becomes its child, if you say so.",
        "Call `fmin` inside the `with` block of the parent, and open one run per trial in the objective, as nested.",
    ),
)
def each_trial_has_a_child_run(by_hand_parent: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`search` is a parent run in `by-hand`, with a child run for each of 10 trials, and none is left open."""
    parent, children = _search_by_hand(runs)
    the.all_ended([parent, *children])
    if by_hand_parent.value != parent.run_id:
        raise NeedsWork(
            f"`parent_id` is {the.show(by_hand_parent.value)}, and the run `search` has another id",
            "the run id of the parent run, as text",
        )


@exam.check(
    book="spark-by-hand",
    after=(each_trial_has_a_child_run,),
    hints=(
        "Look at the child run of a failed trial in MLflow's UI. What is there, and what is not?",
        "A run keeps what was logged before the failure, and nothing that would have come after it.",
        "Log the parameters and the tag as the first two lines inside the child run.",
    ),
)
def each_child_says_what_was_tried(runs: tuple[RunRecord, ...]) -> None:
    """Each child run, a failed one too, has the parameters of its trial and the tag `search`."""
    _, children = _search_by_hand(runs)
    the.logs_params(children, list(WINE_TYPES))
    the.are_different(children, list(WINE_TYPES), BY_HAND - 2)
    the.params_within(children, "n_components", 1, 16)
    the.params_within(children, "C", 0.001, 10.001)
    the.logs_tag(children, "search", "by hand")


@exam.check(
    book="spark-by-hand",
    after=(each_child_says_what_was_tried,),
    hints=(
        "List the status of each child run beside its `n_components`.",
        "`start_run` marks a run as failed when an exception passes through its `with` block.",
        "Put the `try` around the `with` block, not into it.",
    ),
)
def failed_trials_are_failed_runs(runs: tuple[RunRecord, ...]) -> None:
    """The child run of a trial that failed is FAILED, and the others are FINISHED with a `loss`."""
    _, children = _search_by_hand(runs)
    impossible = [run for run in children if the.params_of(run, WINE_TYPES)["n_components"] > COLUMNS]
    the.failed_trials_failed(children, "loss", len(impossible))
    the.logs_metric(children, "loss")


@exam.check(
    book="hp-failures",
    after=(each_trial_has_a_child_run,),
    hints=(
        "Call your objective with 15 components, and read what it returns or raises.",
        "To Hyperopt a trial without a model is a failed one: it has a status, and no loss.",
        "In the `except` part return a dict with the other of the two imported status constants.",
    ),
)
def failure_is_reported_to_hyperopt(by_hand_trials: Asked) -> None:
    """`objective` returns a loss for a configuration that works, and a failed trial for one that does not."""
    good, bad = by_hand_trials.value
    if not the.is_number(good):
        the.successful_loss(good)
    the.failed_trial(bad)


@exam.check(
    book="hp-objective",
    after=(failed_trials_are_failed_runs,),
    hints=(
        "Build the model of one child run by hand, and compute its loss. Is it what the run says?",
        "The loss is small for a good model, and comes from rows that the model has not seen.",
        "Take the mean of what `cross_val_score` gives for three folds, turn its sign, and log and return that.",
    ),
)
def losses_are_cross_validated(by_hand_parent: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The `loss` of a child run is minus the mean accuracy of three folds, for its parameters."""
    data = _wine()
    the.metrics_follow(
        _search_by_hand(runs)[1],
        "loss",
        WINE_TYPES,
        lambda params: accuracy_of(_pipeline(params), data),
        agrees=the.is_loss_of,
        sample=6,
        seed=by_hand_parent.inputs["seed"],
    )


@exam.check(
    book="spark-champion",
    after=(losses_are_cross_validated,),
    hints=(
        "Look at the version of `wine` in MLflow's UI. From which run does it come?",
        "A model belongs to the run in which it is logged, and an alias is put on a version.",
        "Open the best child's run again by its id, log the model there, register what you logged, and set the alias.",
    ),
)
def champion_is_the_best_child(runs: tuple[RunRecord, ...]) -> None:
    """The version of `wine` with the alias `champion` was logged in the best child run."""
    parent, children = _search_by_hand(runs)
    champion = the.holds_alias(runs, "wine", "champion")
    if champion.parent_id != parent.run_id:
        raise NeedsWork(
            f"the champion was logged in the run `{champion.name}`, which is no child of `search`",
            "the champion's model in the child run that its parameters come from",
        )
    the.is_best_run(champion.run_id, children, "loss", "wine@champion", lower=True)


@exam.check(
    book="spark-champion",
    after=(champion_is_the_best_child,),
    hints=(
        "Print the steps of the model that you registered, and the parameters of the best child beside it.",
        "The folds were for the search. The champion has the logged parameters and has seen every row.",
        "Read both parameters from the run, turn each text into its number, build, and train on all of the data.",
    ),
)
def champion_has_learned_from_all_rows(predictions: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`predict` gives what a model with the best child's parameters says, once it was trained on all rows."""
    champion = the.holds_alias(runs, "wine", "champion")
    data = _wine()
    params = the.params_of(champion, WINE_TYPES)
    model = the.trained_with(params, lambda params: _pipeline(params).fit(data["X"], data["y"]))
    the.same_predictions(predictions.value, model.predict(np.asarray(predictions.inputs["rows"])).tolist())


@exam.check(
    book="spark-champion",
    after=(champion_has_learned_from_all_rows,),
    hints=(
        "What would your function do tomorrow, when somebody has given the alias to another version?",
        "An alias is looked up when a model is loaded by it.",
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
