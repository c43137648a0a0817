"""The exam of hp-functions/search-space: the right hp function for each hyperparameter."""

from typing import Any

import numpy as np

from checker.checks import vocabulary as the
from checker.checks.exam import Asked, Exam
from checker.evidence import Question
from checker.runtime.kernel.records import HyperoptDistribution
from checker.shapes import Each

exam = Exam("hp-functions/search-space")

DRAWS = 400
"""So many that each of the values at the ends, which come up half as often, is drawn for certain."""

LABELS = ("max_features", "learning_rate", "max_depth", "subsample", "n_estimators")


@exam.question
def draws(rng: np.random.Generator) -> Question:
    """Points of the space, as its objective would receive them."""
    return Question(
        "draw_from(space, count, seed)", {"count": DRAWS, "seed": int(rng.integers(2**31))}, shape=Each("count")
    )


@exam.question
def distributions(rng: np.random.Generator) -> Question:
    """The label and the distribution of each hp function in the space."""
    return Question("distributions_of(space)", shape=dict[str, HyperoptDistribution])


def _ordered_draws(label: str, draws: Asked, distributions: Asked) -> list[Any]:
    """The draws of a number, once it is known that it keeps its order."""
    the.is_ordered(label, distributions.value[label].name)
    return the.values_of(draws.value, label)


@exam.check(
    book="hp-which",
    hints=(
        "Read the first argument of each hp function aloud, and compare it with the key before it.",
        "The label names the die in every result, so each label occurs once, and it is the hyperparameter's name.",
        "Five entries; in each the same name stands twice: as the key, and as the first argument of the hp function.",
    ),
)
def names_and_labels(draws: Asked, distributions: Asked) -> None:
    """`space` has the five hyperparameters, each drawn under a label of its own name."""
    the.has_labels(draws.value, distributions.value, LABELS)


@exam.check(
    book="hp-which",
    after=(names_and_labels,),
    hints=(
        "Draw a few times and look at each option, and at its type.",
        "A category has no order, and the objective gets the option itself.",
        "One function takes a label and a list. The list holds two strings, and the third option without quotes.",
    ),
)
def max_features_is_a_category(draws: Asked) -> None:
    """`max_features` is one of its three options, as the model takes it."""
    the.is_category("max_features", the.values_of(draws.value, "max_features"), ["sqrt", "log2", None])


@exam.check(
    book="hp-log",
    after=(names_and_labels,),
    hints=(
        "Draw a thousand times, and print the smallest and the largest learning rate.",
        "`loguniform` returns `exp` of a number between its two bounds, so the bounds are natural logarithms.",
        "Give the function a label and two numbers: each is the right kind of logarithm of a bound in the table.",
    ),
)
def learning_rate_has_its_bounds(draws: Asked, distributions: Asked) -> None:
    """`learning_rate` stays between 0.005 and 0.5."""
    values = _ordered_draws("learning_rate", draws, distributions)
    the.is_continuous("learning_rate", values)
    logs = distributions.value["learning_rate"].name == "loguniform"
    ask = "Which logarithm does `hp.loguniform` ask for?" if logs else ""
    the.is_within("learning_rate", values, 0.005, 0.5, ask=ask)


@exam.check(
    book="hp-which",
    after=(learning_rate_has_its_bounds,),
    hints=(
        "How many of a thousand draws are below 0.05, and how many should be?",
        "A rate matters by its order of magnitude: 0.01 and 0.02 differ as much as 0.1 and 0.2.",
        "One function draws the logarithm evenly and gives you `exp` of it. Mind which bounds it takes.",
    ),
)
def learning_rate_is_logarithmic(draws: Asked) -> None:
    """`learning_rate` is drawn evenly over the orders of magnitude in between."""
    values = the.values_of(draws.value, "learning_rate")
    the.is_even("learning_rate", values, 0.005, 0.5, log=True)


@exam.check(
    book="hp-integers",
    after=(names_and_labels,),
    hints=(
        "Draw a few hundred times. Which depths come up, and are they ints?",
        "Three functions draw whole numbers: one leaves the upper end out, one gives floats.",
        "Take the function whose name says both things, the distribution and the type; its two bounds are included.",
    ),
)
def max_depth_is_an_integer(draws: Asked, distributions: Asked) -> None:
    """`max_depth` is an int from 2 to 8, both included, and keeps its order."""
    values = _ordered_draws("max_depth", draws, distributions)
    the.is_integer("max_depth", values)
    ask = "Which of its bounds does `hp.randint` include?"
    by_randint = distributions.value["max_depth"].name == "randint"
    the.takes("max_depth", values, range(2, 9), ask=ask if by_randint else "")


@exam.check(
    book="hp-which",
    after=(names_and_labels,),
    hints=(
        "Draw a thousand times, and print the smallest and the largest fraction, and how many different ones.",
        "A fraction is a number between two bounds, none more likely than another.",
        "The plainest of the functions: a label and the two bounds of the table, as they are.",
    ),
)
def subsample_is_a_fraction(draws: Asked, distributions: Asked) -> None:
    """`subsample` is any fraction from 0.5 to 1, evenly."""
    values = _ordered_draws("subsample", draws, distributions)
    the.is_continuous("subsample", values)
    the.is_within("subsample", values, 0.5, 1.0)
    the.is_even("subsample", values, 0.5, 1.0)


@exam.check(
    book="hp-steps",
    after=(names_and_labels,),
    hints=(
        "Draw a few hundred times, and print each different number of trees once.",
        "One function rounds its draws to multiples of a step; the steps are counted from zero.",
        "The function takes a label, the two bounds of the table and, as its last argument, the step.",
    ),
)
def n_estimators_is_in_steps(draws: Asked, distributions: Asked) -> None:
    """`n_estimators` is a multiple of 50 from 50 to 300, both included, and keeps its order."""
    values = _ordered_draws("n_estimators", draws, distributions)
    the.takes("n_estimators", values, range(50, 301, 50))
