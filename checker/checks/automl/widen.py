"""The exam of automl/widen: a generated notebook, widened."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeRegressor

from checker.checks import vocabulary as the
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question, RunRecord
from checker.runtime.automl.notebooks import SEED
from checker.runtime.kernel.records import HyperoptDistribution
from checker.shapes import Each

exam = Exam("automl/widen")

BASELINE: Mapping[str, Any] = {"max_depth": 5, "min_samples_leaf": 14}
"""The configuration in the generated notebook."""

WIDE: Mapping[str, Any] = {
    "max_depth": the.whole,
    "min_samples_leaf": the.whole,
    "max_features": the.real,
}
"""The hyperparameters of the wider space, and how to read them in a run."""

LEAST = 30
"""So many evaluations leave ten to TPE, after the 20 that it draws at random."""

MOST = 1000
"""More evaluations than a learner would wait for."""


@cache
def parts() -> dict[str, tuple[Any, Any]]:
    """Rows and targets of the three parts, as the notebook splits them."""
    X, y = load_diabetes(return_X_y=True)
    X_train, X_rest, y_train, y_rest = train_test_split(X, y, test_size=0.4, random_state=1)
    X_val, X_test, y_val, y_test = train_test_split(X_rest, y_rest, test_size=0.5, random_state=1)
    return {"training": (X_train, y_train), "validation": (X_val, y_val), "test": (X_test, y_test)}


def errors_of(params: Mapping[str, Any]) -> dict[str, float]:
    """The errors of a configuration on each part, by the grader's own model."""
    return _errors_of(tuple(params.items()))


@lru_cache(maxsize=10 * MOST)
def _errors_of(params: tuple[tuple[str, Any], ...]) -> dict[str, float]:
    """`errors_of`, once for each configuration: most checks ask for those of all trials."""
    tree = the.trained_with(
        dict(params), lambda params: DecisionTreeRegressor(**params, random_state=SEED).fit(*parts()["training"])
    )
    return {part: float(root_mean_squared_error(y, tree.predict(X))) for part, (X, y) in parts().items()}


def _evaluations(runs: Sequence[RunRecord]) -> list[RunRecord]:
    """The child runs of the search."""
    top = [run for run in runs if run.experiment == "widen" and run.parent_id is None]
    if top and not any(run.name == "widened" for run in top):  # MLflow has made up names for the others
        raise NeedsWork(
            f"of {len(top)} runs at the top level of `widen` none is named `widened`. "
            "Which run is active when an evaluation begins?",
            "one run named `widened`, and a child run of it for each evaluation",
        )
    _, children = the.run_tree(runs, "widen", MOST, parent="widened", at_least=1)
    return the.finished(children)


def _types(children: Sequence[RunRecord]) -> dict[str, Any]:
    """How to read what was tried; without `max_features` where the search drew from the generated notebook's space."""
    wide = any("max_features" in run.params for run in children)
    return {name: parse for name, parse in WIDE.items() if wide or name in BASELINE}


def _tried(runs: Sequence[RunRecord]) -> list[dict[str, Any]]:
    """The parameters of each evaluation."""
    children = _evaluations(runs)
    return [the.params_of(run, _types(children)) for run in children]


def _best_tried(runs: Sequence[RunRecord]) -> dict[str, Any]:
    """The parameters of the evaluation with the smallest validation error, by the grader's own models."""
    return min(_tried(runs), key=lambda params: errors_of(params)["validation"])


def _part_of(value: float, errors: Mapping[str, float]) -> str | None:
    """The part on which a configuration has this error."""
    return next((part for part, error in errors.items() if the.is_same(value, error)), None)


@exam.question
def draws(rng: np.random.Generator) -> Question:
    """Draws of the wider space."""
    return Question(
        "draw_from(wide_space, count, seed)", {"count": 300, "seed": int(rng.integers(2**31))}, shape=Each("count")
    )


@exam.question
def distributions(rng: np.random.Generator) -> Question:
    """The distributions in the wider space."""
    return Question("distributions_of(wide_space)", shape=dict[str, HyperoptDistribution])


@exam.question
def record(rng: np.random.Generator) -> Question:
    """The trials of the notebook's search, and a seed for what is drawn from them."""
    return Question("record_of(trials)", {"seed": int(rng.integers(2**31))})


@exam.question
def repeated(rng: np.random.Generator) -> Question:
    """Three short searches: two with one seed, one with another."""
    one, other = map(int, rng.choice(1_000_000, size=2, replace=False))
    return Question(
        "[record_of(search(max_evals, seed)) for seed in seeds]",
        {"max_evals": 2, "seeds": [one, one, other]},
        shape=Each("seeds"),
    )


@exam.question
def chosen(rng: np.random.Generator) -> Question:
    """The best hyperparameters."""
    return Question("best_params")


@exam.question
def compared(rng: np.random.Generator) -> Question:
    """The two validation errors."""
    return Question("comparison")


@exam.question
def final_error(rng: np.random.Generator) -> Question:
    """The error on the test part."""
    return Question("final")


@exam.check(
    book="automl-widen",
    hints=(
        "Draw from your space a few times with `hyperopt.pyll.stochastic.sample`. What varies?",
        "A fixed value is the same in every draw. Each `hp` function needs the hyperparameter's name as its label.",
        "A dict with three keys; each value is a call of an `hp` function whose first argument is the key.",
    ),
)
def space_varies_each(draws: Asked, distributions: Asked) -> None:
    """`wide_space` varies the three hyperparameters, each under its own name."""
    the.has_labels(draws.value, distributions.value, list(WIDE))


def _whole_numbers(draws: Asked, distributions: Asked, label: str, low: int, high: int) -> None:
    the.is_ordered(label, distributions.value[label].name)
    values = the.values_of(draws.value, label)
    the.is_integer(label, values)
    the.is_within(label, values, low, high)
    the.is_even(label, values, low, high)


@exam.check(
    book="hp-which",
    after=(space_varies_each,),
    hints=(
        "Which depths would thirty evaluations try?",
        "A depth is a whole number with an order. Both bounds of the table belong to it.",
        "One of the `hp` functions is for whole numbers with an order; it takes the label and the two bounds.",
    ),
)
def depths_are_wide(draws: Asked, distributions: Asked) -> None:
    """`max_depth` is a whole number from 1 to 12."""
    _whole_numbers(draws, distributions, "max_depth", 1, 12)


@exam.check(
    book="automl-widen",
    after=(space_varies_each,),
    hints=(
        "AutoML's best value was 14. How far did AutoML itself look, and how far do you?",
        "Widening means to go beyond the bounds that were tried.",
        "The same `hp` function as for the depth, with the bounds of the table.",
    ),
)
def leaves_are_wide(draws: Asked, distributions: Asked) -> None:
    """`min_samples_leaf` is a whole number from 1 to 60."""
    _whole_numbers(draws, distributions, "min_samples_leaf", 1, 60)


@exam.check(
    book="hp-which",
    after=(space_varies_each,),
    hints=(
        "What does scikit-learn make of `max_features=1`, and what of `max_features=1.0`?",
        "A share is any number between two bounds, and always a float.",
        "The plainest of the `hp` functions for floats takes the label and the two bounds.",
    ),
)
def shares_are_floats(draws: Asked, distributions: Asked) -> None:
    """`max_features` is any number from 0.2 to 1.0."""
    values = the.values_of(draws.value, "max_features")
    the.is_within("max_features", values, 0.2, 1.0)
    the.is_continuous("max_features", values)
    the.is_even("max_features", values, 0.2, 1.0)


@exam.check(
    book="automl-notebook",
    after=(space_varies_each,),
    hints=(
        "Open the experiment `widen` in `checker ui`. What is below what?",
        "`nested=True` makes a run a child of the active run. If none is active, it makes no child.",
        "Put the call of `fmin` into a `with` block that starts a run with the name, as the generated cell does.",
    ),
)
def evaluations_are_child_runs(record: Asked, runs: tuple[RunRecord, ...]) -> None:
    """Each evaluation is a child of the run `widened`, with its parameters and its validation error."""
    trials = the.is_record("search", record.value)
    children = _evaluations(runs)
    the.metrics_follow(children, "val_rmse", _types(children), lambda params: errors_of(params)["validation"])
    if len(children) != len(trials):
        raise NeedsWork(
            f"`trials` has {len(trials)} trials, and the run `widened` has {len(children)} child runs",
            "a child run for each trial of the search that is kept in `trials`",
        )


@exam.check(
    book="hp-startup",
    after=(evaluations_are_child_runs,),
    hints=(
        "How many evaluations does TPE draw at random before it uses what it has seen?",
        "The first 20 are random, whatever `algo` says.",
        "Call `search` with a `max_evals` that is at least ten more than that.",
    ),
)
def evaluations_are_enough(record: Asked) -> None:
    """The search has evaluations that TPE chose by what it had seen: ten or more."""
    count = len(the.is_record("search", record.value))
    if count < LEAST:
        raise NeedsWork(
            f"the search ran {count} evaluation{'' if count == 1 else 's'}. How many of them did TPE draw at random?",
            "ten or more after the random ones",
        )


@exam.check(
    book="automl-parts",
    after=(evaluations_are_child_runs,),
    hints=(
        "Compare the losses in `trials` with the metrics of the child runs. Which metric is the loss?",
        "The validation part is for choosing, and the search chooses. The test part is for the end.",
        "The loss of `objective`, as it was given, is the validation error with its own sign: use it as it stands.",
    ),
)
def losses_are_validation_errors(record: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The loss of each trial is the error of its parameters on the validation part."""
    losses = [the.recorded_loss(trial) for trial in the.is_record("search", record.value)]
    errors = [errors_of(params) for params in _tried(runs)]

    def are(part: str, sign: int = 1) -> bool:
        return all(map(the.is_same, sorted(losses), sorted(sign * error[part] for error in errors)))

    expected = "the error on the validation part as the loss of each trial"
    if are("validation"):
        return
    if are("validation", -1):
        raise NeedsWork("the losses are the validation errors with a minus sign. Is a large error good?", expected)
    for part in ("test", "training"):
        if are(part):
            raise NeedsWork(f"the losses are the errors on the {part} part. Which rows are for choosing?", expected)
    raise NeedsWork(
        f"the smallest loss in `trials` is {the.show(min(losses))}, and the smallest validation error that the "
        f"parameters of the child runs give is {the.show(min(error['validation'] for error in errors))}",
        expected,
    )


@exam.check(
    book="automl-notebook",
    after=(evaluations_are_enough, losses_are_validation_errors),
    hints=(
        "Compare the parameters of two child runs of `widened`.",
        "The generated notebook already has a variable with a space in it, of fixed values.",
        "Look at the second argument of `fmin` in your `search`.",
    ),
)
def beats_the_baseline(runs: tuple[RunRecord, ...]) -> None:
    """The best trial has a smaller validation error than the generated notebook's configuration."""
    smallest, baseline_error = errors_of(_best_tried(runs))["validation"], errors_of(BASELINE)["validation"]
    if not smallest < baseline_error * (1 - 1e-6):
        raise NeedsWork(
            f"the best trial has the validation error {the.show(smallest)}, and the baseline "
            f"has {the.show(baseline_error)}. Which space did the search draw from?",
            "a trial that is better than the baseline",
        )


@exam.check(
    book="hp-seeds",
    after=(beats_the_baseline,),
    hints=(
        "Call `search(4, seed=1)` twice and compare `trials.vals`.",
        "`fmin` takes a generator that is made from the seed.",
        "Give `rstate` a new `np.random.default_rng`, made from the argument of the function.",
    ),
)
def seeds_repeat_the_search(repeated: Asked) -> None:
    """`search` runs as many evaluations as it is told, and the same ones under the same seed only."""
    seeds = repeated.inputs["seeds"]
    records = [the.is_record("search", one) for one in repeated.value]
    for one in records:
        the.ran(one, repeated.inputs["max_evals"])
    the.is_repeated(records[0], records[1], seeds[0])
    the.is_another(records[0], records[2], seeds[1:])


@exam.check(
    book="hp-space-eval",
    after=(beats_the_baseline,),
    hints=(
        "Which trial has the smallest loss, and what did the objective receive in it?",
        "`trials.argmin` holds the raw values of the best trial. `space_eval` puts them back into the space.",
        "Call `space_eval` with the wider space and the raw values of the best trial.",
    ),
)
def best_params_are_the_best_trials(chosen: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`best_params` are the hyperparameters of the best trial, as the model takes them."""
    found, best = chosen.value, _best_tried(runs)
    if isinstance(found, dict) and found.keys() >= best.keys():
        same = all(the.is_same(found[name], best[name]) for name in best)
        if not same and all(the.is_number(value) for value in found.values()):
            error = errors_of({name: found[name] for name in best})["validation"]
            raise NeedsWork(
                f"`best_params` are {the.configuration(found)}, with the validation error {the.show(error)}. "
                "Is there a trial with a smaller one?",
                "the hyperparameters of the trial with the smallest loss",
            )
        best["max_features"] = found["max_features"] if same else best["max_features"]  # a text has fewer digits
    the.same_parameters(found, best, "`best_params`")


@exam.check(
    book="automl-widen",
    after=(best_params_are_the_best_trials,),
    hints=(
        "On which part is each of the two numbers?",
        "Two configurations are compared on the same rows, and on rows that neither was trained on.",
        "Call `train` with each of the two configurations, and take the same metric of both: that of the validation.",
    ),
)
def comparison_is_fair(compared: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`comparison` holds the validation errors of both configurations."""
    found = compared.value
    configurations = {"baseline": BASELINE, "widened": _best_tried(runs)}
    expected = "the errors of both on the validation part"
    if not isinstance(found, dict) or not all(the.is_number(found.get(name)) for name in configurations):
        raise NeedsWork(f"`comparison` is {the.show(found)}", 'a dict with a number under `"baseline"` and `"widened"`')
    for name, params in configurations.items():
        part = _part_of(found[name], errors_of(params))
        if part != "validation":
            where = f", its error on the {part} part. Are the two compared on the same rows?" if part else ""
            raise NeedsWork(f'`comparison["{name}"]` is {the.show(found[name])}{where}', expected)


@exam.check(
    book="automl-widen",
    after=(comparison_is_fair,),
    hints=(
        "Which configuration won, and which rows has nobody looked at yet?",
        "The winner is chosen on the validation part. Only then, and once, the test part says how good it is.",
        "Take from `train`, called with the winner, the one metric that has not been used so far.",
    ),
)
def final_is_the_winners_test_error(final_error: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`final` is the test error of the configuration with the smaller validation error."""
    found, expected = final_error.value, "the error of the better configuration on the test part, as `train` gives it"
    if not the.is_number(found):
        raise NeedsWork(f"`final` is {the.show(found)}", expected)
    for whose, params in (("the better configuration", _best_tried(runs)), ("the baseline", BASELINE)):
        part = _part_of(found, errors_of(params))
        if part == "test" and whose == "the better configuration":
            return
        if part:
            raise NeedsWork(f"`final` is {the.show(found)}, the error of {whose} on the {part} part", expected)
    raise NeedsWork(f"`final` is {the.show(found)}", expected)
