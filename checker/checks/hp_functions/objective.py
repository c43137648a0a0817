"""The exam of hp-functions/objective: an objective that survives a bad configuration."""

from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from checker.checks import vocabulary as the
from checker.checks.data import (
    accuracy_of,
    digits_of,
    shuffled,
    training_accuracy_of,
)
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question
from checker.shapes import Each

exam = Exam("hp-functions/objective")

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


@exam.question
def trial(rng: np.random.Generator) -> Question:
    """One configuration that scikit-learn accepts."""
    return Question(ONE, {"params": _configuration(rng)}, digits_of(rng, ROWS))


@exam.question
def refused(rng: np.random.Generator) -> Question:
    """One configuration that scikit-learn refuses: samples of a forest that takes none."""
    return Question(ONE, {"params": _configuration(rng, bootstrap=False)}, digits_of(rng, ROWS))


@exam.question
def weak_and_strong(rng: np.random.Generator) -> Question:
    """Two configurations of known order."""
    weak = _configuration(rng, n_estimators=1.0, max_depth=1.0)
    strong = _configuration(rng, n_estimators=6.0, max_depth=8.0)
    return Question(MANY, {"configurations": [weak, strong]}, digits_of(rng, ROWS), Each("configurations"))


@exam.question
def easy_and_hopeless(rng: np.random.Generator) -> Question:
    """One configuration on labels to be learned, and three times on the same labels shuffled.

    On those an unseeded forest repeats itself once in seventy times, and three times alike are one in two thousand.
    """
    data = digits_of(rng, ROWS)
    return Question(
        "[objective({**params}, X=X, y=labels) for labels in (y, hopeless, hopeless, hopeless)]",
        {"params": _configuration(rng)},
        {**data, "hopeless": shuffled(rng, data["y"])},
        shape=(Any, Any, Any, Any),
    )


@exam.question
def several(rng: np.random.Generator) -> Question:
    """Three configurations, one of them with the whole sample and one without bootstrap."""
    configurations = [
        _configuration(rng),
        _configuration(rng, max_samples=None),
        _configuration(rng, bootstrap=False, max_samples=None, max_depth=2.0),
    ]
    return Question(MANY, {"configurations": configurations}, digits_of(rng, ROWS), Each("configurations"))


def _losses(asked: Asked) -> list[float]:
    return [the.successful_loss(returned) for returned in asked.value]


@exam.check(
    book="hp-casts",
    hints=(
        "Print the types of the values in `params`. Then look at the documentation of `RandomForestClassifier`.",
        "`quniform` gives floats, and scikit-learn takes 20 but not 20.0 for a count.",
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


@exam.check(
    book="hp-objective",
    after=(casts_counts,),
    hints=(
        "Look at what the last line of your function returns.",
        "A dict tells Hyperopt two things: how good the trial was, and whether it succeeded.",
        "Return a dict with the key `loss`, a number, and the key `status`, one of the two imported constants.",
    ),
)
def returns_loss_and_status(trial: Asked) -> None:
    """The objective returns a dict with a finite `loss` and a `status`."""
    the.successful_loss(trial.value)


@exam.check(
    book="hp-sign",
    after=(returns_loss_and_status,),
    hints=(
        "Take two models, a good one and a bad one. Which of them gets the smaller number from you?",
        "`fmin` looks for the smallest loss, and an accuracy is large when the model is good.",
        "Turn the accuracy round before you return it as the loss. The book shows two forms; either is right.",
    ),
)
def lower_loss_is_better(weak_and_strong: Asked) -> None:
    """A better configuration has a lower loss."""
    configurations = weak_and_strong.inputs["configurations"]
    weak, strong = losses = _losses(weak_and_strong)
    if not strong < weak:
        scores = [accuracy_of(_forest(params), weak_and_strong.inputs) for params in configurations]
        the.lower_is_better(losses, scores)


@exam.check(
    book="hp-objective",
    after=(returns_loss_and_status,),
    hints=(
        "The checker calls your function with data of its own. Does that data reach the model?",
        "Inside the function `X` and `y` are the arguments of the call, unless you load or name others.",
        "Score the model on the two arguments of the function, and on nothing else.",
    ),
)
def uses_the_given_data(easy_and_hopeless: Asked) -> None:
    """The objective judges a model on the `X` and `y` that it is given."""
    the.follows_the_data(_losses(easy_and_hopeless)[:2])


@exam.check(
    book="hp-seeds",
    after=(returns_loss_and_status,),
    hints=(
        "Call your objective twice with the same arguments.",
        "The seed of `fmin` covers the configurations only; a forest draws random numbers too.",
        "Give the forest the seed that the task names.",
    ),
)
def repeats_itself(easy_and_hopeless: Asked) -> None:
    """The same configuration has the same loss each time."""
    the.repeats(_losses(easy_and_hopeless)[1:])


@exam.check(
    book="hp-objective",
    after=(lower_loss_is_better, uses_the_given_data, repeats_itself),
    hints=(
        "Which rows was the model trained on, and on which rows is it judged?",
        "The loss stands for new data: it comes from the mean of three folds, and every hyperparameter counts.",
        "Give the forest all four values and its seed, and take the mean of what `cross_val_score` returns.",
    ),
)
def loss_is_cross_validated(several: Asked) -> None:
    """The loss follows from the mean accuracy of three folds, for the configuration that was given."""
    configurations = several.inputs["configurations"]
    losses = _losses(several)
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


@exam.check(
    book="hp-failures",
    after=(returns_loss_and_status,),
    hints=(
        "Call your objective with `bootstrap` False and `max_samples` 0.5, and read what happens.",
        "One bad configuration must not end the search, and must not count as a result.",
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
