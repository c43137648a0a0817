"""The exam of optuna/pruning: report, ask, raise."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

from checker.checks import vocabulary as the
from checker.checks.data import digits_of
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.checks.optuna.trial_values import finished
from checker.evidence import Question
from checker.runtime.kernel.records import OptunaTrial, Study, StudyTrial
from checker.shapes import Each

exam = Exam("optuna/pruning")

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
    X, y, X_valid, y_valid = (np.asarray(data[name]) for name in ("X", "y", "X_valid", "y_valid"))

    def train(params: Mapping[str, Any]) -> list[float]:
        model = SGDClassifier(**params, learning_rate="constant", random_state=0)
        epochs = (model.partial_fit(X, y, classes=range(10)) for _ in range(EPOCHS))
        return [float(np.mean(trained.predict(X_valid) == y_valid)) for trained in epochs]

    return the.trained_with(params, train)


def _notebooks_digits() -> dict[str, Any]:
    """The rows that the notebook loads."""
    X, X_valid, y, y_valid = train_test_split(
        *load_digits(return_X_y=True), train_size=200, test_size=200, random_state=0
    )
    return {"X": X, "y": y, "X_valid": X_valid, "y_valid": y_valid}


def _rates(rng: np.random.Generator) -> list[dict[str, float]]:
    """Configurations whose curves differ from epoch to epoch."""
    return [{"alpha": 10 ** rng.uniform(-4, -2), "eta0": 10 ** rng.uniform(-3.5, -1.5)} for _ in range(2)]


@exam.question
def reported(rng: np.random.Generator) -> Question:
    """Trials that nobody stops."""
    return Question(
        "answered(objective, configurations, X=X, y=y, X_valid=X_valid, y_valid=y_valid)",
        {"configurations": _rates(rng)},
        _digit_halves(rng),
        Each("configurations", OptunaTrial),
    )


@exam.question
def stopped(rng: np.random.Generator) -> Question:
    """A trial that a pruner of the grader advises to stop after a number of reports."""
    return Question(
        "answered(objective, configurations, stop_after, X=X, y=y, X_valid=X_valid, y_valid=y_valid)",
        {"configurations": _rates(rng)[:1], "stop_after": int(rng.integers(3, 7))},
        _digit_halves(rng),
        Each("configurations", OptunaTrial),
    )


@exam.question
def pruned(rng: np.random.Generator) -> Question:
    """A study with its own pruner, the same again, and one with another seed whose pruner then meets made-up curves."""
    seed = int(rng.integers(1000))
    return Question(
        "[study_record(continued(search(seed, n_trials), curves)) for seed, n_trials, curves in searches]",
        {"searches": [[seed, 2, []], [seed, 1, []], [seed + 1, 1, _made_up(rng)]]},
        shape=Each("searches"),
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


@exam.question
def shares(rng: np.random.Generator) -> Question:
    """What `saved` says of a study whose trials end after epochs of the grader's choice."""
    return Question(
        "[[study_record(s), saved(s)] for s in "
        "[tried(new_study(), objective, configurations, stops, X=X, y=y, X_valid=X_valid, y_valid=y_valid)]]",
        {"configurations": _rates(rng), "stops": rng.integers(2, 8, 2).tolist()},
        _digit_halves(rng),
        ((Study, Any),),
    )


@exam.check(
    book="optuna-suggest",
    hints=(
        "How many of a hundred trials should try a rate below 0.001?",
        "A rate matters by its order of magnitude. Optuna takes the plain bounds and a switch for the scale.",
        "Two calls for a float, each with the name, the two bounds of the table, and one argument more, which is True.",
    ),
)
def asks_for_both_rates(reported: Asked) -> None:
    """`objective` asks for `alpha` and `eta0`, evenly over the orders of magnitude."""
    the.asks_for_each(reported.value, ["alpha", "eta0"])
    for trial in reported.value:
        the.suggests_number("alpha", trial, "float", 1e-5, 1, log=True)
        the.suggests_number("eta0", trial, "float", 1e-5, 0.1, log=True)


@exam.check(
    book="optuna-report-alone",
    after=(asks_for_both_rates,),
    hints=(
        "Print `study.trials[0].intermediate_values`. How many are there, and under which steps?",
        "A report belongs to one step of the training, and each step has a number of its own.",
        "One report inside the loop, with the loop's own variable as its step.",
    ),
)
def reports_each_epoch(reported: Asked) -> None:
    """`objective` reports once for each epoch, under the number of the epoch."""
    for trial in finished(reported.value):
        the.reports_each_step(trial, EPOCHS)


@exam.check(
    book="optuna-pruning",
    after=(reports_each_epoch,),
    hints=(
        "Compare the reports of one trial with its value. Do they measure the same thing on the same rows?",
        "The pruner judges reports by the study's direction, so they have the sign and the scale of the value.",
        "After each `partial_fit` score the same model on the two validation arguments, report that number, and "
        "return the last one.",
    ),
)
def reports_are_the_accuracy(reported: Asked) -> None:
    """Each report is the accuracy on the validation rows after that epoch; the last one is the value."""
    for trial in reported.value:
        curve = _curve(trial.params, reported.inputs)
        reports = [value for _, value in trial.reports]
        sign = 1 - np.asarray(reports)
        if not np.allclose(reports, curve) and (np.allclose(sign, curve) or np.allclose(-np.asarray(reports), curve)):
            raise NeedsWork(
                f"after the last epoch the report is {the.show(reports[-1])} and the accuracy {the.show(curve[-1])}. "
                "Which of two trials would the pruner of a study that maximises stop?",
                "reports in which a better epoch has a larger number",
            )
        _reports_follow(trial, curve)
        [value] = the.trial_values([trial])
        if not the.is_same(value, curve[-1]):
            raise NeedsWork(
                f"the objective returned {the.show(value)}, and its last report is {the.show(reports[-1])}",
                "the accuracy after the last epoch",
            )


@exam.check(
    book="optuna-report-alone",
    after=(reports_each_epoch,),
    hints=(
        "After a report, who asks the pruner? And what does the objective do with the answer?",
        "`should_prune` is a question with the answer True or False; nobody stops the objective but itself.",
        "After each report an `if` with the question; below it, Optuna's own exception is raised.",
    ),
)
def stops_when_advised(stopped: Asked) -> None:
    """When the pruner advises to stop, the trial ends at once and counts as pruned."""
    for trial in stopped.value:
        the.ends_when_advised(trial, stopped.inputs["stop_after"])


@exam.check(
    book="optuna-pruning",
    after=(reports_are_the_accuracy, stops_when_advised),
    hints=(
        "Print for each trial its state and the number of its reports. Which was pruned first, and how early?",
        "A pruner has two kinds of patience: trials that run to their end first, and steps that are safe.",
        "Give the study Optuna's pruner with the median in its name, with its first two arguments.",
    ),
)
def pruner_has_patience(pruned: Asked) -> None:
    """`search` prunes by the median, but not in the first 3 trials, and not in the first 4 epochs of a trial."""
    searches = pruned.inputs["searches"]
    studies = [the.is_study("search", found) for found in pruned.value]
    (_, n_trials, _), _, (_, searched, made_up) = searches
    the.study_ran(studies[0], n_trials)
    the.study_ran(studies[2], searched + len(made_up))
    first, _, continued = (study.trials for study in studies)
    for trial in (*first, *continued[:searched]):
        the.asks_for(trial, ["alpha", "eta0"], "of the study")
    if all(trial.state == "COMPLETE" for trial in (*first, *continued)):
        raise NeedsWork(
            f"each of {len(first) + len(continued)} trials is COMPLETE, good or bad. Which pruner does the study have?",
            "a study whose pruner compares with the median of the trials before",
        )
    data = _notebooks_digits()
    _reports_follow(continued[0], _curve(continued[0].params, data))
    _end_by_the_median(first, [_curve_of(trial, data) for trial in first], n_trials)
    curves = [*(_curve_of(trial, data) for trial in continued[:searched]), *made_up]
    _end_by_the_median(continued, curves, searched)


def _curve_of(trial: StudyTrial, data: Mapping[str, Any]) -> list[float]:
    """The accuracy after each epoch, also of those that a trial did not train or report."""
    if trial.state == "COMPLETE" and len(trial.reports) == EPOCHS:
        return [value for _, value in trial.reports]
    curve = _curve(trial.params, data)
    _reports_follow(trial, curve)
    return curve


def _reports_follow(trial: OptunaTrial | StudyTrial, curve: Sequence[float]) -> None:
    """The trial reported these accuracies, as far as it went."""
    for epoch, ((_, report), accuracy) in enumerate(zip(trial.reports, curve, strict=False), start=1):
        if not the.is_same(report, accuracy):
            raise NeedsWork(
                f"the report of epoch {epoch} is {the.show(report)} for {the.configuration(trial.params)}",
                f"the accuracy on the validation rows after {_epochs(epoch)}, which is {the.show(accuracy)}",
            )


def _end_by_the_median(trials: Sequence[StudyTrial], curves: Sequence[Sequence[float]], searched: int) -> None:
    """Each trial ends where the pruner of the task ends its curve; those after the first `searched` are made up."""
    for number, (trial, right) in enumerate(zip(trials, _ends_by_the_median(curves), strict=True)):
        state, epochs = trial.state, len(trial.reports)
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


@exam.check(
    book="optuna-direction",
    after=(reports_are_the_accuracy, stops_when_advised),
    hints=(
        "Which trials were pruned: those with a low accuracy?",
        "A study minimises unless it is told otherwise, and its pruner looks in the same direction.",
        "Tell the study, when it is made, that a larger accuracy is better.",
    ),
)
def study_maximises(pruned: Asked) -> None:
    """The study, and with it the pruner, takes a larger accuracy for better."""
    first, *_ = pruned.value
    the.study_direction(the.direction_of(the.is_study("search", first)), "maximize", "accuracy")


@exam.check(
    book="optuna-seeds",
    after=(study_maximises,),
    hints=(
        "Search twice with the same seed, and compare `alpha` and `eta0` of the first trials.",
        "A pruner stops trials and proposes nothing. The sampler proposes, so the seed is the sampler's.",
        "Beside its pruner give the study a new sampler in each call, made with the argument `seed`.",
    ),
)
def search_repeats_itself(pruned: Asked) -> None:
    """The same seed gives the same trials, and another seed other ones."""
    seeds = [seed for seed, *_ in pruned.inputs["searches"]]
    first, again, other = (
        replace(study, trials=study.trials[:1]) for study in (the.is_study("search", found) for found in pruned.value)
    )
    the.study_repeats(first, again, seeds[0])
    the.study_varies(first, other, seeds[1:])


@exam.check(
    book="optuna-pruning",
    after=(pruner_has_patience,),
    hints=(
        "How many epochs did a pruned trial train before it ended? None at all?",
        "Each trial keeps its reports, by step, and there is one report for each epoch that was trained.",
        "Add up the numbers of reports of all trials, and divide by what the study would have trained without pruning.",
    ),
)
def counts_what_was_saved(shares: Asked) -> None:
    """`saved` is the share of all epochs that were not trained."""
    for record, share in shares.value:
        trained = sum(len(trial.reports) for trial in record.trials)
        planned = EPOCHS * len(record.trials)
        if not the.is_same(share, 1 - trained / max(planned, 1)):
            raise NeedsWork(
                f"`saved` returned {the.show(share)} for a study that trained {trained} of {planned} epochs",
                f"the share of the {planned - trained} epochs that were not trained",
            )
