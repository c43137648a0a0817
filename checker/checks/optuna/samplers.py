"""The exam of optuna/samplers: four samplers with one budget."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.svm import SVC

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, breast_cancer
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question, RunRecord
from checker.shapes import Each

exam = Exam("optuna/samplers")

SAMPLERS = {"random": "RandomSampler", "grid": "GridSampler", "tpe": "TPESampler", "cmaes": "CmaEsSampler"}
GRID = {(C, gamma) for C in (0.1, 1.0, 10.0) for gamma in (0.01, 0.1, 1.0)}
RANDOM_AT_FIRST = 4
BUDGET = 9
RATES = {"C": the.real, "gamma": the.real}


def _scaled_cancer() -> dict[str, Any]:
    """The rows that the notebook trains with."""
    data = breast_cancer()
    X = data["X"][:200]
    return {"X": X / X.std(axis=0), "y": data["y"][:200]}


def _proposed(asked: Asked) -> list[dict[str, list[tuple[float, float]]]]:
    """For each seed, and for each sampler by its name: the pairs of `C` and `gamma` that it proposed."""
    return [
        {name: [(C, gamma) for C, gamma in points] for name, points in zip(SAMPLERS, found, strict=True)}
        for found in asked.value
    ]


def _names(runs: Sequence[RunRecord]) -> dict[str, tuple[RunRecord, list[RunRecord]]]:
    """For each study its run, and the runs of its trials."""
    return {name: the.run_tree(runs, "optuna-samplers", BUDGET, parent=name) for name in SAMPLERS}


@exam.question
def kinds(rng: np.random.Generator) -> Question:
    """The samplers as they are made."""
    return Question("samplers(seed)", {"seed": int(rng.integers(1000))})


@exam.question
def proposed(rng: np.random.Generator) -> Question:
    """What each sampler proposes for a loss that the grader made up, one trial after the other, with two seeds."""
    seed = int(rng.integers(1000))
    return Question(
        "[[proposals(made[name], {'C': [0.01, 10], 'gamma': [0.001, 1]}, count) for name in names] "
        "for made, count in zip(map(samplers, seeds), counts)]",
        {"seeds": [seed, seed, seed + 1], "counts": [11, len(GRID), len(GRID)], "names": list(SAMPLERS)},
        shape=Each("seeds", Each("names", list[tuple[float, float]])),
    )


@exam.question
def threads(rng: np.random.Generator) -> Question:
    """Where the trials of each study ran."""
    return Question(
        "{name: [trial.user_attrs for trial in study.trials] for name, study in studies.items()}",
        shape=dict[Any, list[dict[str, Any]]],
    )


@exam.question
def ranked(rng: np.random.Generator) -> Question:
    """The order of the studies."""
    return Question("ranking()")


@exam.check(
    book="optuna-samplers",
    hints=(
        "Print `samplers(1)`. Are the four keys there, and a sampler of its own kind under each?",
        "Each strategy is a class in `optuna.samplers`.",
        "A dictionary with the four keys of the table; each value is an instance of the class that is named after the"
        " strategy.",
    ),
)
def there_are_four_samplers(kinds: Asked) -> None:
    """`samplers` returns a sampler of the right kind for each of the four names."""
    found = kinds.value
    if not isinstance(found, dict):
        raise NeedsWork(f"`samplers` returned {the.show(found)}", "a dictionary of four samplers")
    for name, kind in SAMPLERS.items():
        if name not in found:
            raise NeedsWork(
                f"`samplers` has no `{name}`; its keys are {', '.join(f'`{key}`' for key in found)}",
                "the four keys of the table",
            )
        if not the.is_object(found[name], kind):
            raise NeedsWork(
                f"under `{name}` is {the.show(found[name])}", "under each key the sampler that the table names"
            )


@exam.check(
    book="optuna-seeds",
    after=(there_are_four_samplers,),
    hints=(
        "Run two short studies with `samplers(1)`, and compare their first trials.",
        "Each sampler takes a seed of its own when it is made.",
        "Hand the argument of the function on to each of the four constructors.",
    ),
)
def samplers_have_the_seed(proposed: Asked) -> None:
    """The same seed gives the same proposals, and another seed other ones."""
    first, again, other = (
        {name: points[: len(GRID)] for name, points in found.items()} for found in _proposed(proposed)
    )
    for name in SAMPLERS:
        if first[name] != again[name]:
            raise NeedsWork(
                f"two samplers `{name}` with the same seed propose different values. Which seed do they have?",
                "the same proposals with the same seed",
            )
        if first[name] == other[name]:
            raise NeedsWork(
                f"two samplers `{name}` with different seeds propose the same values. Which seed do they have?",
                "other proposals with another seed",
            )


@exam.check(
    book="optuna-samplers",
    after=(there_are_four_samplers,),
    hints=(
        "Run a short study with your grid, and print the parameters of its trials.",
        "The grid names the values themselves, for each parameter under its name.",
        "A dictionary with two lists of three values each, as they stand in the table.",
    ),
)
def grid_has_its_points(proposed: Asked) -> None:
    """The grid has the 9 points of the table."""
    points = _proposed(proposed)[0]["grid"]
    strange = [point for point in points if not any(np.allclose(point, right) for right in GRID)]
    if strange:
        C, gamma = strange[0]
        raise NeedsWork(f"the grid proposes C={the.show(C)}, gamma={the.show(gamma)}", "the points of the table only")
    if len(set(points)) != len(GRID):
        raise NeedsWork(f"the grid has {len(set(points))} points", f"{len(GRID)} points")


@exam.check(
    book="optuna-samplers",
    after=(samplers_have_the_seed,),
    hints=(
        "Compare what `tpe` and `random` propose with the same seed. From which trial on do they differ?",
        "TPE begins at random, by default for ten trials.",
        "The sampler's argument for the number of trials at the start has `startup` in its name.",
    ),
)
def tpe_learns_early(proposed: Asked) -> None:
    """TPE's first 4 trials are random, and then it learns."""
    found = _proposed(proposed)[0]
    pairs = enumerate(zip(found["tpe"], found["random"], strict=False))
    alike = next((at for at, (one, other) in pairs if one != other), len(found["tpe"]))
    if alike != RANDOM_AT_FIRST:
        raise NeedsWork(
            f"the first {alike} proposals of `tpe` are those of random search. How many of {BUDGET} trials remain?",
            "as many random trials at the start as the table says",
        )


@exam.check(
    book="optuna-threads",
    after=(grid_has_its_points,),
    hints=(
        "Open the experiment in MLflow's UI, `checker ui`. Where are the runs of the trials?",
        "The active run belongs to a thread, and with two jobs the trials run in threads of their own.",
        "Open the run of a trial with the id of the study's run, which you keep before the study begins.",
    ),
)
def trials_are_children(runs: tuple[RunRecord, ...]) -> None:
    """Each of the four studies is a run, and each of its 9 trials a finished child run of it."""
    for parent, children in _names(runs).values():
        the.all_ended([parent, *children])
        the.trial_states(the.states_of(children), BUDGET)


@exam.check(
    book="optuna-seeds",
    after=(trials_are_children,),
    hints=(
        "Print `trial.user_attrs` of the trials of a study.",
        "`n_jobs` says how many trials run at a time; with one job they run where `optimize` was called.",
        "Give `optimize` one argument more, which says how many threads there are.",
    ),
)
def two_trials_at_a_time(threads: Asked) -> None:
    """The trials ran in threads of their own, two at a time."""
    for name, attributes in threads.value.items():
        if any(attrs.get("in_main_thread") is not False for attrs in attributes):
            raise NeedsWork(
                f"the trials of `{name}` ran in the notebook's main thread, one after the other",
                "two trials at a time",
            )


@exam.check(
    book="optuna-mlflow",
    after=(trials_are_children,),
    hints=(
        "Train a machine with the parameters of one of the child runs. Does it reach the run's `accuracy`?",
        "What a trial was asked for and what came of it belong into its own run.",
        "Inside the child run log the parameters of the trial, and the number that `train` returned.",
    ),
)
def runs_hold_their_trials(runs: tuple[RunRecord, ...], kinds: Asked) -> None:
    """Each child run has the parameters of its trial, and the accuracy that follows from them."""
    data = _scaled_cancer()
    for name, (_, children) in _names(runs).items():
        the.logs_params(children, list(RATES))
        the.params_within(children, "C", 0.01, 10)
        the.params_within(children, "gamma", 0.001, 1)
        if name != "grid":  # two threads can draw the same point of a grid
            the.are_different(children, list(RATES), BUDGET - 1)
        the.metrics_follow(
            children,
            "accuracy",
            RATES,
            lambda params: accuracy_of(SVC(C=params["C"], gamma=params["gamma"]), data),
            sample=3,
            seed=kinds.inputs["seed"],
        )


@exam.check(
    book="optuna-direction",
    after=(runs_hold_their_trials,),
    hints=(
        "Compare the parent's `best_accuracy` with the `accuracy` of its child runs.",
        "A study minimises unless it is told otherwise, and knows its best value when it has ended.",
        "After `optimize`, while the study's run is still open, log the study's best value.",
    ),
)
def parents_hold_the_best(runs: tuple[RunRecord, ...]) -> None:
    """`best_accuracy` of each study's run is the best `accuracy` of its child runs."""
    for parent, children in _names(runs).values():
        the.best_is_best_child(parent, children, "accuracy", lower=False, best="best_accuracy")


@exam.check(
    book="optuna-spark-best",
    after=(parents_hold_the_best,),
    hints=(
        "Print the names with their `best_accuracy`. In which order are they?",
        "A search for runs gives the newest first, unless it is told an order, and an order goes upwards unless it is"
        " told otherwise.",
        "Search the experiment for the runs that have the metric, ordered by it, downwards; return the run names.",
    ),
)
def ranking_is_by_accuracy(ranked: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`ranking` names the four studies, the most accurate first."""
    best = {name: parent.metrics["best_accuracy"] for name, (parent, _) in _names(runs).items()}
    names = ranked.value
    if not isinstance(names, list) or sorted(map(str, names)) != sorted(best):
        raise NeedsWork(f"`ranking` returned {the.show(names)}", "the names of the four studies, each once")
    values = [best[name] for name in names]
    if values != sorted(values, reverse=True):
        shown = ", ".join(f"{name} ({the.show(best[name])})" for name in names)
        raise NeedsWork(f"`ranking` gives the order {shown}", "the best `best_accuracy` first")
