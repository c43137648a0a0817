"""The exams of the chapter on Optuna: a study, pruning, samplers, a study on Spark."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, NuSVC

from checker.checks import run_vocabulary as runs_that
from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, breast_cancer, digits_of, training_accuracy_of
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question, RunRecord


def _agrees(value: float, accuracy: float) -> bool:
    """Whether a trial's value is the accuracy, or a loss made of it."""
    return runs_that.is_same(value, accuracy) or the.is_loss_of(value, accuracy)


# -- a study -----------------------------------------------------------------------------------------------------

study = Exam("optuna/study")

KERNELS = {"linear": ["nu", "kernel"], "rbf": ["nu", "kernel", "gamma"], "poly": ["nu", "kernel", "gamma", "degree"]}
"""What each kernel asks for."""


def _machine(params: Mapping[str, Any]) -> Any:
    """The grader's own reading of a trial of the study."""
    return make_pipeline(StandardScaler(), NuSVC(**params))


def _cancer_rows(rng: np.random.Generator) -> dict[str, list[Any]]:
    """Other columns and fewer rows of the notebook's data, with as many of each class in a hundred."""
    X, y = load_breast_cancer(return_X_y=True)
    X, _, y, _ = train_test_split(X[:, 10:20], y, train_size=240, stratify=y, random_state=int(rng.integers(2**31)))
    return {"X": X.tolist(), "y": y.tolist()}


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


@study.question
def asked(rng: np.random.Generator) -> Question:
    """One trial for each kernel, which gives the answers that the grader chose."""
    return Question(
        "answered(objective, configurations, X=X, y=y)",
        {"configurations": [_some(rng, kernel) for kernel in KERNELS]},
        _cancer_rows(rng),
    )


@study.question
def searched(rng: np.random.Generator) -> Question:
    """Studies, up to one that met an impossible `nu` and had to go on.

    More than a fifth of all values are, and the first trials of a study are random: none of these studies would meet
    one before its last trial once in 50,000 gradings.
    """
    seed = int(rng.integers(1000))
    return Question(
        "searched_until(search, seeds, n_trials, 'nu', largest)",
        {"seeds": list(range(seed, seed + 14)), "n_trials": 4, "largest": _largest_nu(breast_cancer()["y"])},
    )


@study.question
def searched_again(rng: np.random.Generator) -> Question:
    """Two studies with one seed, and a third with another."""
    seed = int(rng.integers(1000))
    return Question("[study_record(search(seed, 1)) for seed in seeds]", {"seeds": [seed, seed, seed + 1]})


@study.question
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
    )


def _finished(trials: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The trials of possible configurations. Raises NeedsWork where one of them raised."""
    for trial in trials:
        if trial["raised"] is not None:
            raise NeedsWork(
                f"the objective raised {trial['raised']} for {the.configuration(trial['params'])}",
                "a value: this configuration can be trained",
            )
    return list(trials)


@study.check(
    book="optuna-conditional",
    hints=(
        "Print `trial.params` for a linear kernel. Which of these values did the model use?",
        "What one kernel does not know, the trial need not be asked for: the answer to one question can decide "
        "about the next. Book: The Optuna API, section A question that depends on an answer.",
        "Ask for `nu` and `kernel` first. Then two `if`, each with one question in it.",
    ),
)
def asks_what_the_kernel_needs(asked: Asked) -> None:
    """`objective` asks for `gamma` and `degree` only where the kernel has them."""
    for trial, configuration in zip(asked.value, asked.inputs["configurations"], strict=True):
        kernel = configuration["kernel"]
        if trial["raised"] is not None and "kernel" not in trial["params"]:
            raise NeedsWork(
                f"a trial that answers the kernel {kernel} ends with an error. Is that an option of `kernel`?",
                "the three kernels of the table as the options",
            )
        the.asks_for(trial, KERNELS[kernel], f"of the kernel {kernel}")


@study.check(
    book="optuna-suggest",
    after=(asks_what_the_kernel_needs,),
    hints=(
        "Compare each question with its row in the table: the kind, the two bounds, the scale.",
        "There are three functions: one for options, one for ints, one for floats, and a switch for the orders of "
        "magnitude. Book: The Optuna API, section Asking for a hyperparameter.",
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


@study.check(
    book="optuna-study",
    after=(asks_in_the_right_way,),
    hints=(
        "Which rows was the model trained on, and on which rows is it judged?",
        "The checker gives your function data of its own, and computes the mean accuracy of three folds. "
        "Book: The Optuna API, section A study and its objective.",
        "Put scaler and machine into one pipeline, and return the mean of what `cross_val_score` gives for it.",
    ),
)
def objective_is_the_accuracy(asked: Asked) -> None:
    """`objective` returns the mean accuracy of three folds of the `X` and `y` that it is given."""
    trials = _finished(asked.value)
    values = the.trial_values(trials)
    models = [_machine(trial["params"]) for trial in trials]
    scores = [accuracy_of(model, asked.inputs) for model in models]
    if not all(map(_agrees, values, scores)) and all(
        map(_agrees, values, [training_accuracy_of(model, asked.inputs) for model in models])
    ):
        raise NeedsWork(
            f"the objective returned {the.show(values[0])}, the accuracy on the rows of the training",
            "the accuracy on rows that the model has not seen: the mean of three folds",
        )
    for trial, value, score in zip(trials, values, scores, strict=True):
        if not _agrees(value, score):
            raise NeedsWork(
                f"the objective returned {the.show(value)} for {the.configuration(trial['params'])}",
                f"the mean accuracy of three folds, which is {the.show(score)}",
            )


@study.check(
    book="optuna-states",
    after=(objective_is_the_accuracy,),
    hints=(
        "Look at the states of all trials with a `nu` above 0.8.",
        "An error that is expected is named where the study runs; the trial then counts as failed, and the study "
        "goes on. Book: The Optuna API, section How a trial ends.",
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
    for trial in [trial for record in records for trial in record["trials"]]:
        possible = trial["params"]["nu"] <= searched.inputs["largest"]
        if not possible and trial["state"] != "FAIL":
            ask = {
                "COMPLETE": f" and the value {the.show(trial['value'])}. Which model has this accuracy?",
                "PRUNED": ". Was it stopped because it did not look promising?",
            }.get(trial["state"], "")
            raise NeedsWork(
                f"the trial with `nu` = {the.show(trial['params']['nu'])} has the state {trial['state']}{ask}",
                "the state of a trial that failed, and no value",
            )
        if possible and trial["state"] != "COMPLETE":
            score = accuracy_of(_machine(trial["params"]), breast_cancer())
            raise NeedsWork(
                f"the trial with {the.configuration(trial['params'])} has the state {trial['state']}",
                f"a complete trial: its model has the accuracy {the.show(score)}",
            )


@study.check(
    book="optuna-direction",
    after=(impossible_trials_fail,),
    hints=(
        "Which trial does `study.best_trial` name: the most accurate one?",
        "A study minimises unless it is told otherwise. Book: The Optuna API, section The direction.",
        "Either the study gets a direction that fits an accuracy, or the objective returns a loss: not both.",
    ),
)
def study_looks_for_the_best(searched: Asked, asked: Asked) -> None:
    """The study looks in the direction in which the models become better."""
    values = the.trial_values(asked.value)
    scores = [accuracy_of(_machine(trial["params"]), asked.inputs) for trial in asked.value]
    better = the.better_is(values, scores)
    [direction] = searched.value[0]["directions"]
    runs_that.study_direction(direction, better, "accuracy" if better == "maximize" else "loss")


@study.check(
    book="optuna-seeds",
    after=(impossible_trials_fail,),
    hints=(
        "Search twice with the same seed, and compare the parameters of the first trials.",
        "What proposes the values is the sampler, so the seed is the sampler's. "
        "Book: The Optuna API, section Seeds and jobs.",
        "Make a new sampler inside the function, with the seed of the call, and give it to the study.",
    ),
)
def study_repeats_itself(searched_again: Asked) -> None:
    """The same seed gives the same trials, and another seed other ones."""
    seeds = searched_again.inputs["seeds"]
    first, again, other = (the.is_study("search", found) for found in the.one_each(searched_again.value, seeds))
    the.study_repeats(first, again, seeds[0])
    the.study_varies(first, other, seeds[1:])


@study.check(
    book="optuna-best",
    after=(study_looks_for_the_best,),
    hints=(
        "Print `study.best_params`, and the parameters of the model that you return.",
        "The best parameters are those of the best complete trial, and go into the model as they are. "
        "Book: The Optuna API, section Reading the result.",
        "Build the same pipeline as in the objective from all the best parameters, and train it on the two arguments.",
    ),
)
def refit_is_the_best_model(refitted: Asked) -> None:
    """`refit` returns the model with the best parameters of the study, trained on the rows of the call."""
    [(record, decisions)] = refitted.value
    [direction] = record["directions"]
    complete = [trial for trial in record["trials"] if trial["state"] == "COMPLETE"]
    best = (max if direction == "MAXIMIZE" else min)(complete, key=lambda trial: trial["value"])["params"]
    X, y = np.asarray(refitted.inputs["X"]), np.asarray(refitted.inputs["y"])
    expected = _machine(best).fit(X, y).decision_function(X)
    if not isinstance(decisions, list) or len(decisions) != len(expected) or not np.allclose(decisions, expected):
        raise NeedsWork(
            f"the model of `refit` is another one than {the.configuration(best)} makes of the same rows. "
            "Which trial, which of its parameters and which rows did it see?",
            "all the parameters of the best trial in the objective's pipeline, trained on all rows",
        )


# -- pruning -----------------------------------------------------------------------------------------------------

pruning = Exam("optuna/pruning")

EPOCHS = 10
SAFE_TRIALS, SAFE_EPOCHS = 3, 4
"""What the pruner of the task leaves alone."""


def _digit_halves(rng: np.random.Generator) -> dict[str, list[Any]]:
    """Rows to learn from and rows to judge by."""
    drawn = digits_of(rng, rows=240, classes=6)
    X, y = drawn["X"], drawn["y"]
    return {"X": X[:120], "y": y[:120], "X_valid": X[120:], "y_valid": y[120:]}


def _curve(params: Mapping[str, Any], data: Mapping[str, Any]) -> list[float]:
    """The accuracy after each epoch."""
    model = SGDClassifier(alpha=params["alpha"], eta0=params["eta0"], learning_rate="constant", random_state=0)
    X, y, X_valid, y_valid = (np.asarray(data[name]) for name in ("X", "y", "X_valid", "y_valid"))
    return [
        float(np.mean(model.partial_fit(X, y, classes=range(10)).predict(X_valid) == y_valid)) for _ in range(EPOCHS)
    ]


def _notebooks_digits() -> dict[str, Any]:
    """The rows that the notebook loads."""
    X, X_valid, y, y_valid = train_test_split(
        *load_digits(return_X_y=True), train_size=200, test_size=200, random_state=0
    )
    return {"X": X, "y": y, "X_valid": X_valid, "y_valid": y_valid}


def _rates(rng: np.random.Generator) -> list[dict[str, float]]:
    """Configurations whose curves differ from epoch to epoch."""
    return [{"alpha": 10 ** rng.uniform(-4, -2), "eta0": 10 ** rng.uniform(-3.5, -1.5)} for _ in range(2)]


@pruning.question
def reported(rng: np.random.Generator) -> Question:
    """Trials that nobody stops."""
    return Question(
        "answered(objective, configurations, X=X, y=y, X_valid=X_valid, y_valid=y_valid)",
        {"configurations": _rates(rng)},
        _digit_halves(rng),
    )


@pruning.question
def stopped(rng: np.random.Generator) -> Question:
    """A trial that a pruner of the grader advises to stop after a number of reports."""
    return Question(
        "answered(objective, configurations, stop_after, X=X, y=y, X_valid=X_valid, y_valid=y_valid)",
        {"configurations": _rates(rng)[:1], "stop_after": int(rng.integers(3, 7))},
        _digit_halves(rng),
    )


@pruning.question
def pruned(rng: np.random.Generator) -> Question:
    """A study with its own pruner, the same again, and one with another seed whose pruner then meets made-up curves."""
    seed = int(rng.integers(1000))
    return Question(
        "[study_record(continued(search(seed, n_trials), curves)) for seed, n_trials, curves in searches]",
        {"searches": [[seed, 2, []], [seed, 1, []], [seed + 1, 1, _made_up(rng)]]},
    )


def _made_up(rng: np.random.Generator) -> list[list[float]]:
    """Curves after a first trial of any accuracy up to 0.95, each with another mistake about a pruner that it shows."""
    flat, late = np.ones(EPOCHS), np.repeat([0.0, 1.0], [SAFE_EPOCHS, EPOCHS - SAFE_EPOCHS])
    curves = [
        0.975 * flat,
        0.010 * flat,  # far below both trials before, and among the safe ones
        0.020 * flat,  # below the median of three trials, as soon as epochs are not safe
        0.985 * late,  # worse than all of them, in the epochs that are safe
        0.970 * flat,  # above the median of four, below their best quarter
        0.960 * flat,  # below the median of five, above their worst quarter
        0.030 * flat,  # below any median
    ]
    return [(curve + rng.uniform(0, 0.003)).tolist() for curve in curves]


@pruning.question
def shares(rng: np.random.Generator) -> Question:
    """What `saved` says of a study whose trials end after epochs of the grader's choice."""
    return Question(
        "[[study_record(s), saved(s)] for s in "
        "[tried(new_study(), objective, configurations, stops, X=X, y=y, X_valid=X_valid, y_valid=y_valid)]]",
        {"configurations": _rates(rng), "stops": rng.integers(2, 8, 2).tolist()},
        _digit_halves(rng),
    )


@pruning.check(
    book="optuna-suggest",
    hints=(
        "How many of a hundred trials should try a rate below 0.001?",
        "A rate matters by its order of magnitude. Optuna takes the plain bounds and a switch for the scale. "
        "Book: The Optuna API, section Asking for a hyperparameter.",
        "Two calls for a float, each with the name, the two bounds of the table, and one argument more, which is True.",
    ),
)
def asks_for_both_rates(reported: Asked) -> None:
    """`objective` asks for `alpha` and `eta0`, evenly over the orders of magnitude."""
    for trial in the.optuna_trials(reported.value, ["alpha", "eta0"]):
        the.suggests_number("alpha", trial, "float", 1e-5, 1, log=True)
        the.suggests_number("eta0", trial, "float", 1e-5, 0.1, log=True)


@pruning.check(
    book="optuna-pruning",
    after=(asks_for_both_rates,),
    hints=(
        "Print `study.trials[0].intermediate_values`. How many are there, and under which steps?",
        "A report belongs to one step of the training, and each step has a number of its own. "
        "Book: The Optuna API, section Reports that nobody acts on.",
        "One report inside the loop, with the loop's own variable as its step.",
    ),
)
def reports_each_epoch(reported: Asked) -> None:
    """`objective` reports once for each epoch, under the number of the epoch."""
    for trial in _finished(reported.value):
        the.reports_each_step(trial, EPOCHS)


@pruning.check(
    book="optuna-pruning",
    after=(reports_each_epoch,),
    hints=(
        "Compare the reports of one trial with its value. Do they measure the same thing on the same rows?",
        "The pruner judges reports by the study's direction, so they have the sign and the scale of the value. "
        "Book: The Optuna API, section Pruning: report, ask, raise.",
        "After each `partial_fit` score the same model on the two validation arguments, report that number, and return "
        "the last one.",
    ),
)
def reports_are_the_accuracy(reported: Asked) -> None:
    """Each report is the accuracy on the validation rows after that epoch; the last one is the value."""
    for trial in reported.value:
        curve = _curve(trial["params"], reported.inputs)
        reports = [value for _, value in trial["reports"]]
        sign = 1 - np.asarray(reports)
        if not np.allclose(reports, curve) and (np.allclose(sign, curve) or np.allclose(-np.asarray(reports), curve)):
            raise NeedsWork(
                f"after the last epoch the report is {the.show(reports[-1])} and the accuracy {the.show(curve[-1])}. "
                "Which of two trials would the pruner of a study that maximises stop?",
                "reports in which a better epoch has a larger number",
            )
        _reports_follow(trial, curve)
        [value] = the.trial_values([trial])
        if not runs_that.is_same(value, curve[-1]):
            raise NeedsWork(
                f"the objective returned {the.show(value)}, and its last report is {the.show(reports[-1])}",
                "the accuracy after the last epoch",
            )


@pruning.check(
    book="optuna-report-alone",
    after=(reports_each_epoch,),
    hints=(
        "After a report, who asks the pruner? And what does the objective do with the answer?",
        "`should_prune` is a question with the answer True or False; nobody stops the objective but itself. "
        "Book: The Optuna API, section Reports that nobody acts on.",
        "After each report an `if` with the question; below it, Optuna's own exception is raised.",
    ),
)
def stops_when_advised(stopped: Asked) -> None:
    """When the pruner advises to stop, the trial ends at once and counts as pruned."""
    for trial in stopped.value:
        the.ends_when_advised(trial, stopped.inputs["stop_after"])


@pruning.check(
    book="optuna-pruning",
    after=(reports_are_the_accuracy, stops_when_advised),
    hints=(
        "Print for each trial its state and the number of its reports. Which was pruned first, and how early?",
        "A pruner has two kinds of patience: trials that run to their end first, and steps that are safe. "
        "Book: The Optuna API, section Pruning: report, ask, raise.",
        "Give the study Optuna's pruner with the median in its name, with its first two arguments.",
    ),
)
def pruner_has_patience(pruned: Asked) -> None:
    """`search` prunes by the median, but not in the first 3 trials, and not in the first 4 epochs of a trial."""
    searches = pruned.inputs["searches"]
    first, _, continued = (the.is_study("search", found)["trials"] for found in the.one_each(pruned.value, searches))
    (_, n_trials, _), _, (_, searched, made_up) = searches
    the.study_ran({"trials": first}, n_trials)
    the.study_ran({"trials": continued}, searched + len(made_up))
    if all(trial["state"] == "COMPLETE" for trial in (*first, *continued)):
        raise NeedsWork(
            f"each of {len(first) + len(continued)} trials is COMPLETE, good or bad. Which pruner does the study have?",
            "a study whose pruner compares with the median of the trials before",
        )
    data = _notebooks_digits()
    _reports_follow(continued[0], _curve(continued[0]["params"], data))
    _end_by_the_median(first, [_curve_of(trial, data) for trial in first], n_trials)
    curves = [*(_curve_of(trial, data) for trial in continued[:searched]), *made_up]
    _end_by_the_median(continued, curves, searched)


def _curve_of(trial: Mapping[str, Any], data: Mapping[str, Any]) -> list[float]:
    """The accuracy after each epoch, also of those that a pruned trial did not train."""
    if trial["state"] == "COMPLETE":
        return [value for _, value in trial["reports"]]
    curve = _curve(trial["params"], data)
    _reports_follow(trial, curve)
    return curve


def _reports_follow(trial: Mapping[str, Any], curve: Sequence[float]) -> None:
    """The trial reported these accuracies, as far as it went."""
    for epoch, ((_, report), accuracy) in enumerate(zip(trial["reports"], curve, strict=False), start=1):
        if not runs_that.is_same(report, accuracy):
            raise NeedsWork(
                f"the report of epoch {epoch} is {the.show(report)} for {the.configuration(trial['params'])}",
                f"the accuracy on the validation rows after {_epochs(epoch)}, which is {the.show(accuracy)}",
            )


def _end_by_the_median(trials: Sequence[Mapping[str, Any]], curves: Sequence[Sequence[float]], searched: int) -> None:
    """Each trial ends where the pruner of the task ends its curve; those after the first `searched` are made up."""
    for number, (trial, right) in enumerate(zip(trials, _ends_by_the_median(curves), strict=True)):
        state, epochs = trial["state"], len(trial["reports"])
        if (state, epochs) == right:
            continue
        made_up = "" if number < searched else ", to which the checker gave accuracies that it made up,"
        was = f"trial {number}{made_up} is {state} after {_epochs(epochs)}"
        if state == "PRUNED" and number < SAFE_TRIALS:
            raise NeedsWork(
                f"{was}. With how many trials was it compared?", f"no trial pruned among the first {SAFE_TRIALS}"
            )
        if state == "PRUNED" and epochs <= SAFE_EPOCHS:
            raise NeedsWork(
                f"{was}. Had it time enough to learn?", f"no trial pruned in its first {SAFE_EPOCHS} epochs"
            )
        raise NeedsWork(
            f"{was}, though the median of the trials before says something else",
            f"a trial that is {right[0]} after {_epochs(right[1])}",
        )


def _ends_by_the_median(curves: Sequence[Sequence[float]]) -> list[tuple[str, int]]:
    """How each trial with these curves ends with the pruner of the task: its state, and its number of epochs.

    A trial is compared with the complete ones: its best report so far with the median of theirs at that epoch.
    """
    complete: list[Sequence[float]] = []
    ends = []
    for curve in curves:
        epochs = range(SAFE_EPOCHS, len(curve)) if len(complete) >= SAFE_TRIALS else range(0)
        medians = {epoch: float(np.median([other[epoch] for other in complete])) for epoch in epochs}
        end = next((epoch for epoch, median in medians.items() if max(curve[: epoch + 1]) < median), None)
        if end is None:
            complete.append(curve)
        ends.append(("COMPLETE", len(curve)) if end is None else ("PRUNED", end + 1))
    return ends


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"


@pruning.check(
    book="optuna-direction",
    after=(reports_are_the_accuracy, stops_when_advised),
    hints=(
        "Which trials were pruned: those with a low accuracy?",
        "A study minimises unless it is told otherwise, and its pruner looks in the same direction. "
        "Book: The Optuna API, section The direction.",
        "Tell the study, when it is made, that a larger accuracy is better.",
    ),
)
def study_maximises(pruned: Asked) -> None:
    """The study, and with it the pruner, takes a larger accuracy for better."""
    first, *_ = the.one_each(pruned.value, pruned.inputs["searches"])
    [direction] = the.is_study("search", first)["directions"]
    runs_that.study_direction(direction, "maximize", "accuracy")


@pruning.check(
    book="optuna-seeds",
    after=(study_maximises,),
    hints=(
        "Search twice with the same seed, and compare the parameters of the first trials.",
        "What proposes the values is the sampler, so the seed is the sampler's. "
        "Book: The Optuna API, section Seeds and jobs.",
        "Make a new sampler inside the function, with the seed of the call, and give it to the study.",
    ),
)
def search_repeats_itself(pruned: Asked) -> None:
    """The same seed gives the same trials, and another seed other ones."""
    searches = pruned.inputs["searches"]
    seeds = [seed for seed, *_ in searches]
    first, again, other = (
        {"trials": the.is_study("search", found)["trials"][:1]} for found in the.one_each(pruned.value, searches)
    )
    the.study_repeats(first, again, seeds[0])
    the.study_varies(first, other, seeds[1:])


@pruning.check(
    book="optuna-pruning",
    after=(pruner_has_patience,),
    hints=(
        "How many epochs did a pruned trial train before it ended? None at all?",
        "Each trial keeps its reports, by step, and there is one report for each epoch that was trained. "
        "Book: The Optuna API, section Pruning: report, ask, raise.",
        "Add up the numbers of reports of all trials, and divide by what the study would have trained without pruning.",
    ),
)
def counts_what_was_saved(shares: Asked) -> None:
    """`saved` is the share of all epochs that were not trained."""
    for record, share in shares.value:
        trained = sum(len(trial["reports"]) for trial in record["trials"])
        planned = EPOCHS * len(record["trials"])
        if not the.is_number(share) or not runs_that.is_same(share, 1 - trained / planned):
            raise NeedsWork(
                f"`saved` returned {the.show(share)} for a study that trained {trained} of {planned} epochs",
                f"the share of the {planned - trained} epochs that were not trained",
            )


# -- samplers ----------------------------------------------------------------------------------------------------

samplers = Exam("optuna/samplers")

SAMPLERS = {"random": "RandomSampler", "grid": "GridSampler", "tpe": "TPESampler", "cmaes": "CmaEsSampler"}
GRID = {(C, gamma) for C in (0.1, 1.0, 10.0) for gamma in (0.01, 0.1, 1.0)}
RANDOM_AT_FIRST = 4
BUDGET = 9
RATES = {"C": runs_that.real, "gamma": runs_that.real}


def _scaled_cancer() -> dict[str, Any]:
    """The rows that the notebook trains with."""
    data = breast_cancer()
    X = data["X"][:200]
    return {"X": X / X.std(axis=0), "y": data["y"][:200]}


def _proposed(proposals: Any) -> list[tuple[float, float]]:
    """The pairs of `C` and `gamma` that a sampler proposed."""
    return [(point["C"], point["gamma"]) for point in proposals]


def _names(runs: Sequence[RunRecord]) -> dict[str, tuple[RunRecord, list[RunRecord]]]:
    """For each study its run, and the runs of its trials."""
    return {name: runs_that.run_tree(runs, "optuna-samplers", BUDGET, parent=name) for name in SAMPLERS}


@samplers.question
def kinds(rng: np.random.Generator) -> Question:
    """The samplers as they are made."""
    return Question("samplers(seed)", {"seed": int(rng.integers(1000))})


@samplers.question
def proposed(rng: np.random.Generator) -> Question:
    """What each sampler proposes for a loss that the grader made up, one trial after the other, with two seeds."""
    seed = int(rng.integers(1000))
    return Question(
        "[{name: proposals(sampler, {'C': [0.01, 10], 'gamma': [0.001, 1]}, count) "
        "for name, sampler in samplers(seed).items()} for seed, count in zip(seeds, counts)]",
        {"seeds": [seed, seed, seed + 1], "counts": [11, len(GRID), len(GRID)]},
    )


@samplers.question
def threads(rng: np.random.Generator) -> Question:
    """Where the trials of each study ran."""
    return Question("{name: [trial.user_attrs for trial in study.trials] for name, study in studies.items()}")


@samplers.question
def ranked(rng: np.random.Generator) -> Question:
    """The order of the studies."""
    return Question("ranking()")


@samplers.check(
    book="optuna-samplers",
    hints=(
        "Print `samplers(1)`. Are the four keys there, and a sampler of its own kind under each?",
        "Each strategy is a class in `optuna.samplers`. Book: The Optuna API, section Samplers.",
        "A dictionary with the four keys of the table; each value is an instance of the class that is named after the "
        "strategy.",
    ),
)
def there_are_four_samplers(kinds: Asked) -> None:
    """`samplers` returns a sampler of the right kind for each of the four names."""
    found = kinds.value
    if not isinstance(found, dict) or "object" in found:
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


@samplers.check(
    book="optuna-seeds",
    after=(there_are_four_samplers,),
    hints=(
        "Run two short studies with `samplers(1)`, and compare their first trials.",
        "Each sampler takes a seed of its own when it is made. Book: The Optuna API, section Seeds and jobs.",
        "Hand the argument of the function on to each of the four constructors.",
    ),
)
def samplers_have_the_seed(proposed: Asked) -> None:
    """The same seed gives the same proposals, and another seed other ones."""
    first, again, other = (
        {name: proposals[: len(GRID)] for name, proposals in found.items()}
        for found in the.one_each(proposed.value, proposed.inputs["seeds"])
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


@samplers.check(
    book="optuna-samplers",
    after=(there_are_four_samplers,),
    hints=(
        "Run a short study with your grid, and print the parameters of its trials.",
        "The grid names the values themselves, for each parameter under its name. "
        "Book: The Optuna API, section Samplers.",
        "A dictionary with two lists of three values each, as they stand in the table.",
    ),
)
def grid_has_its_points(proposed: Asked) -> None:
    """The grid has the 9 points of the table."""
    points = _proposed(proposed.value[0]["grid"])
    strange = [point for point in points if not any(np.allclose(point, right) for right in GRID)]
    if strange:
        C, gamma = strange[0]
        raise NeedsWork(f"the grid proposes C={the.show(C)}, gamma={the.show(gamma)}", "the points of the table only")
    if len(set(points)) != len(GRID):
        raise NeedsWork(f"the grid has {len(set(points))} points", f"{len(GRID)} points")


@samplers.check(
    book="optuna-samplers",
    after=(samplers_have_the_seed,),
    hints=(
        "Compare what `tpe` and `random` propose with the same seed. From which trial on do they differ?",
        "TPE begins at random, by default for ten trials. Book: The Optuna API, section Samplers.",
        "The sampler's argument for the number of trials at the start has `startup` in its name.",
    ),
)
def tpe_learns_early(proposed: Asked) -> None:
    """TPE's first 4 trials are random, and then it learns."""
    tpe, chance = (_proposed(proposed.value[0][name]) for name in ("tpe", "random"))
    alike = next((at for at, (one, other) in enumerate(zip(tpe, chance, strict=True)) if one != other), len(tpe))
    if alike != RANDOM_AT_FIRST:
        raise NeedsWork(
            f"the first {alike} proposals of `tpe` are those of random search. How many of {BUDGET} trials remain?",
            "as many random trials at the start as the table says",
        )


@samplers.check(
    book="optuna-threads",
    after=(grid_has_its_points,),
    hints=(
        "Open the experiment in MLflow's UI, `checker ui`. Where are the runs of the trials?",
        "The active run belongs to a thread, and with two jobs the trials run in threads of their own. "
        "Book: The Optuna API, section `nested=True` in a thread.",
        "Open the run of a trial with the id of the study's run, which you keep before the study begins.",
    ),
)
def trials_are_children(runs: tuple[RunRecord, ...]) -> None:
    """Each of the four studies is a run, and each of its 9 trials a finished child run of it."""
    for parent, children in _names(runs).values():
        runs_that.all_ended([parent, *children])
        runs_that.trial_states(runs_that.states_of(children), BUDGET)


@samplers.check(
    book="optuna-seeds",
    after=(trials_are_children,),
    hints=(
        "Print `trial.user_attrs` of the trials of a study.",
        "`n_jobs` says how many trials run at a time; with one job they run where `optimize` was called. "
        "Book: The Optuna API, section Seeds and jobs.",
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


@samplers.check(
    book="optuna-mlflow",
    after=(trials_are_children,),
    hints=(
        "Train a machine with the parameters of one of the child runs. Does it reach the run's `accuracy`?",
        "What a trial was asked for and what came of it belong into its own run. "
        "Book: The Optuna API, section Into MLflow.",
        "Inside the child run log the parameters of the trial, and the number that `train` returned.",
    ),
)
def runs_hold_their_trials(runs: tuple[RunRecord, ...], kinds: Asked) -> None:
    """Each child run has the parameters of its trial, and the accuracy that follows from them."""
    data = _scaled_cancer()
    for name, (_, children) in _names(runs).items():
        runs_that.logs_params(children, list(RATES))
        runs_that.params_within(children, "C", 0.01, 10)
        runs_that.params_within(children, "gamma", 0.001, 1)
        if name != "grid":  # two threads can draw the same point of a grid
            runs_that.are_different(children, list(RATES), BUDGET - 1)
        runs_that.metrics_follow(
            children,
            "accuracy",
            RATES,
            lambda params: accuracy_of(SVC(C=params["C"], gamma=params["gamma"]), data),
            sample=3,
            seed=kinds.inputs["seed"],
        )


@samplers.check(
    book="optuna-mlflow",
    after=(runs_hold_their_trials,),
    hints=(
        "Compare the parent's `best_accuracy` with the `accuracy` of its child runs.",
        "A study minimises unless it is told otherwise, and knows its best value when it has ended. "
        "Book: The Optuna API, section The direction.",
        "After `optimize`, while the study's run is still open, log the study's best value.",
    ),
)
def parents_hold_the_best(runs: tuple[RunRecord, ...]) -> None:
    """`best_accuracy` of each study's run is the best `accuracy` of its child runs."""
    for parent, children in _names(runs).values():
        runs_that.best_is_best_child(parent, children, "accuracy", lower=False, best="best_accuracy")


@samplers.check(
    book="optuna-mlflow",
    after=(parents_hold_the_best,),
    hints=(
        "Print the names with their `best_accuracy`. In which order are they?",
        "A search for runs gives the newest first, unless it is told an order, and an order goes upwards unless it is "
        "told otherwise. Book: Optuna on Spark, section Finding the best run.",
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


# -- a study on Spark --------------------------------------------------------------------------------------------

spark = Exam("optuna/spark")

EXPERIMENT = "optuna-spark"

TRIALS = {"parallel": 8, "first": 4, "again": 4}
"""The studies of the notebook, and how many trials each has."""

TYPES: Mapping[str, Any] = {
    "learning_rate": runs_that.real,
    "max_depth": runs_that.whole,
    "max_features": runs_that.one_of("sqrt", "log2", None),
}
"""The hyperparameters, and how to read them in a run."""


def _boosting(params: Mapping[str, Any]) -> GradientBoostingClassifier:
    """The grader's own reading of a trial."""
    return GradientBoostingClassifier(**{name: params[name] for name in TYPES}, n_estimators=20, random_state=0)


def _study(runs: Sequence[RunRecord], name: str) -> tuple[RunRecord, list[RunRecord]]:
    return runs_that.run_tree(runs, EXPERIMENT, TRIALS[name], parent=name)


def _direction(tried: Asked) -> str:
    """Where the values of the learner's objective become better, known to be accuracies or losses made of them."""
    trial = tried.value[0]
    [value] = the.trial_values([trial])
    return "maximize" if runs_that.is_same(value, _accuracy(trial["params"], tried.inputs)) else "minimize"


def _accuracy(params: Mapping[str, Any], data: Mapping[str, Any]) -> float:
    """The score that a trial should have."""
    try:
        return accuracy_of(_boosting(params), data)
    except (TypeError, ValueError):  # an objective can translate what it asked for before it builds the model
        raise NeedsWork(
            f"scikit-learn refuses {the.configuration(params)}. Does the trial suggest what the model takes?",
            "the values of the table, so that the study and MLflow know them too",
        ) from None


def _accuracies(tried: Asked) -> list[float]:
    return [_accuracy(trial["params"], tried.inputs) for trial in tried.value]


@spark.question
def tried(rng: np.random.Generator) -> Question:
    """A few trials of the objective, with hyperparameters drawn at random from what it asks for."""
    return Question(
        "suggested(objective, count, seed, X=X, y=y)",
        {"count": 3, "seed": int(rng.integers(2**31))},
        _cancer_rows(rng),
    )


@spark.question
def studies(rng: np.random.Generator) -> Question:
    """Whether there are studies yet: what they did is read from their runs."""
    return Question("[parallel, first, again]")


@spark.question
def driver(rng: np.random.Generator) -> Question:
    """The process that the notebook runs in."""
    return Question("__import__('os').getpid()")


@spark.question
def best(rng: np.random.Generator) -> Question:
    """What the notebook's function takes for the best run of each study."""
    return Question("[best_run_id(name) for name in names]", {"names": ["first", "again", "parallel"]})


@spark.check(
    book="optuna-spark-objective",
    hints=(
        "Which name does each `suggest_...` call give to Optuna?",
        "The first argument of a `suggest_...` call is the name that the study, and MLflow, knows the value by. "
        "Book: Optuna on Spark, section The objective asks the trial.",
        "Three calls, each assigned to a variable, each with the hyperparameter's name as its first argument.",
    ),
)
def asks_for_each_hyperparameter(tried: Asked) -> None:
    """`objective` asks the trial for the three hyperparameters, under their own names."""
    the.optuna_trials(tried.value, list(TYPES))


@spark.check(
    book="optuna-spark-objective",
    after=(asks_for_each_hyperparameter,),
    hints=(
        "How many of a hundred trials should try a rate below 0.1, and how many below 0.02?",
        "A rate matters by its order of magnitude. Optuna takes the plain bounds and a switch for the scale. "
        "Book: Optuna on Spark, section The objective asks the trial.",
        "The call for a float takes the name, the two bounds of the table, and one argument more, which is True.",
    ),
)
def learning_rate_is_logarithmic(tried: Asked) -> None:
    """`learning_rate` is a float from 0.01 to 0.5, evenly over the orders of magnitude."""
    for trial in tried.value:
        the.suggests_number("learning_rate", trial, "float", 0.01, 0.5, log=True)


@spark.check(
    book="optuna-spark-objective",
    after=(asks_for_each_hyperparameter,),
    hints=(
        "Print `type(...)` of what the trial gives you for the depth, in a few trials.",
        "Depths have an order, and both bounds belong to the range. "
        "Book: Optuna on Spark, section The objective asks the trial.",
        "One of the three `suggest_...` functions is for ints; it takes the name and the two bounds of the table.",
    ),
)
def max_depth_is_an_integer(tried: Asked) -> None:
    """`max_depth` is an int from 1 to 5, both included, and keeps its order."""
    for trial in tried.value:
        the.suggests_number("max_depth", trial, "int", 1, 5)


@spark.check(
    book="optuna-spark-objective",
    after=(asks_for_each_hyperparameter,),
    hints=(
        "Look at each option that you gave, and at its type.",
        "A category is one of several options, and the trial gives you the option itself. "
        "Book: Optuna on Spark, section The objective asks the trial.",
        "The call takes the name and a list. The list holds two strings, and the third option without quotes.",
    ),
)
def max_features_is_a_category(tried: Asked) -> None:
    """`max_features` is one of its three options, as the model takes it."""
    for trial in tried.value:
        the.suggests_category("max_features", trial, ["sqrt", "log2", None])


@spark.check(
    book="optuna-spark-objective",
    after=(asks_for_each_hyperparameter,),
    hints=(
        "Which rows was the model trained on, and on which rows is it judged?",
        "The checker gives your function data of its own, and computes the mean accuracy of three folds. "
        "Book: Optuna on Spark, section The objective asks the trial.",
        "Build the model of the task from the three values, and return the mean of what `cross_val_score` gives.",
    ),
)
def value_is_the_accuracy(tried: Asked) -> None:
    """`objective` returns the mean accuracy of three folds of the `X` and `y` that it is given."""
    values, scores = the.trial_values(tried.value), _accuracies(tried)
    if all(map(_agrees, values, scores)):
        return
    trained = [training_accuracy_of(_boosting(trial["params"]), tried.inputs) for trial in tried.value]
    if all(map(_agrees, values, trained)):
        raise NeedsWork(
            f"the objective returned {the.show(values[0])}, the accuracy on the rows of the training",
            "the accuracy on rows that the model has not seen: the mean of three folds",
        )
    for trial, value, score in zip(tried.value, values, scores, strict=True):
        if not _agrees(value, score):
            raise NeedsWork(
                f"the objective returned {the.show(value)} for {the.configuration(trial['params'])}",
                f"the mean accuracy of three folds, which is {the.show(score)}",
            )


@spark.check(
    book="optuna-spark-run-tree",
    after=(value_is_the_accuracy,),
    hints=(
        "Open the experiment in the MLflow UI, or list its runs with `mlflow.search_runs()`. What is below what?",
        "A `MlflowStorage` keeps the study as a run with the study's name, and each trial as a child run of it. "
        "`n_trials` counts all trials of a call, however many jobs share them. "
        "Book: Optuna on Spark, section The run tree.",
        "Give the study the storage and the name, then one call of its method: a number of trials, a number of jobs.",
    ),
)
def parallel_has_its_trials(studies: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The study `parallel` is a run in `optuna-spark`, with a finished child run for each of its 8 trials."""
    _, children = _study(runs, "parallel")
    runs_that.trial_states(runs_that.states_of(children), TRIALS["parallel"])
    runs_that.logs_metric(children, "value")


@spark.check(
    book="optuna-spark-workers",
    after=(parallel_has_its_trials,),
    hints=(
        "Compare the `process` of each trial with `os.getpid()` in the notebook.",
        "Optuna's own study runs its jobs as threads of the notebook's process. MLflow's runs them as Spark tasks. "
        "Book: Optuna on Spark, section Where the trials run.",
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


@spark.check(
    book="optuna-spark-direction",
    after=(parallel_has_its_trials,),
    hints=(
        "Which trial does `parallel.best_trial` name: the most accurate one?",
        "A study minimises unless it is told otherwise. Book: Optuna on Spark, section The direction.",
        "Either the study gets a direction that fits an accuracy, or the objective returns a loss: not both.",
    ),
)
def looks_for_the_best(tried: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The study looks in the direction in which the models become better."""
    better = _direction(tried)
    parent, _ = _study(runs, "parallel")
    metric = "accuracy" if better == "maximize" else "loss"
    runs_that.study_direction(parent.tags.get("optuna.study_direction"), better, metric)


@spark.check(
    book="optuna-spark-seeds",
    after=(parallel_has_its_trials,),
    hints=(
        "Compare the parameters of the first trial of `first` with those of the first trial of `again`.",
        "Two things are needed: a sampler with a seed, and a single job, for several jobs get new seeds. "
        "Book: Optuna on Spark, section A seed holds for one job.",
        "Make a new sampler with the seed for each study, and run these two studies with the number of jobs "
        "that leaves the sampler alone.",
    ),
)
def first_and_again_are_the_same(runs: tuple[RunRecord, ...]) -> None:
    """`first` and `again` tried the same four configurations in the same order."""
    tried = []
    for name in ("first", "again"):
        _, children = _study(runs, name)
        runs_that.trial_states(runs_that.states_of(children), TRIALS[name])
        runs_that.logs_params(children, list(TYPES))
        runs_that.are_different(children, list(TYPES), 3)
        tried.append([{label: run.params[label] for label in TYPES} for run in children])
    if tried[0] != tried[1]:
        raise NeedsWork(
            "the trials of `first` and of `again` have different parameters. "
            "What happens to a sampler's seed when a study has several jobs, or none is given?",
            "the same parameters, trial by trial",
        )


@spark.check(
    book="optuna-spark-run-tree",
    after=(looks_for_the_best, trials_ran_on_workers, first_and_again_are_the_same),
    hints=(
        "Train a model with the parameters of one of the child runs. Does it reach the run's `value`?",
        "What a trial asked for and what it returned are kept by the storage; nothing needs to be logged by hand. "
        "Book: Optuna on Spark, section The run tree.",
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
        runs_that.metrics_follow(
            children,
            "value",
            TYPES,
            lambda params: score(tuple(params.items())),
            agrees=_agrees,
            sample=3,
            seed=tried.inputs["seed"],
        )


@spark.check(
    book="optuna-spark-best",
    after=(values_follow_from_parameters,),
    hints=(
        "List the child runs of `first` with their `value`. Which one does your function name?",
        "A search for runs gives the newest first, unless it is told an order. "
        "Book: Optuna on Spark, section Finding the best run.",
        "Search twice: for the run with the study's name, then for the runs whose tag names it as their parent, "
        "ordered by their value; take the first.",
    ),
)
def finds_the_best_run(best: Asked, tried: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`best_run_id` gives the id of a study's best child run."""
    names = best.inputs["names"]
    lower = _direction(tried) == "minimize"
    for name, run_id in zip(names, the.one_each(best.value, names), strict=True):
        _, children = _study(runs, name)
        runs_that.is_best_run(run_id, children, "value", f'best_run_id("{name}")', lower=lower)
