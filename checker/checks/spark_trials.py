"""The exams of the chapter on SparkTrials: nested runs, choosing parallelism, nested runs by hand."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
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


# -- nested runs by hand -----------------------------------------------------------------------------------------

by_hand = Exam("spark-trials/by-hand")

BY_HAND = 16
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
    """`search` is a parent run in `by-hand`, with a child run for each of 16 trials, and none is left open."""
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
