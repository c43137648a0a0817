"""The exam of search-strategies/race: grid, random search and TPE in one race."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.checks import vocabulary as the
from checker.checks.data import any_seed, digits_of, shuffled
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.checks.search_strategies.race_trials import (
    BOUNDS,
    STRATEGIES,
    expected_losses,
    machine_of,
    races_of,
    svc_losses,
)
from checker.evidence import Question
from checker.shapes import Each

exam = Exam("search-strategies/race")

RACES = ((36, 1.0), (25, 0.03))
"""The budget of each race, and what its rows are multiplied by: smaller numbers ask for a larger `gamma`."""

STARTUP = 20
"""The trials that Hyperopt's TPE draws at random before it learns (its `n_startup_jobs`)."""


@exam.question
def losses(rng: np.random.Generator) -> Question:
    """The losses of three configurations with the folds of three seeds, the first one three times.

    With shuffled labels the loss hangs on the folds. A hundred rows make folds of different sizes, so that two sets of
    folds have the same mean accuracy once in seventy times, and three once in two thousand.
    """
    params = [{"C": 1.0, "gamma": 0.001}, {"C": 10.0, "gamma": 0.0001}, {"C": 3.0, "gamma": 0.0005}]
    seed, data = any_seed(rng), digits_of(rng, rows=100)
    calls = [(params[0], seed)] * 3 + [(params[1], seed + 1), (params[2], seed + 2)]
    return Question(
        "[loss_of(params, seed, X=X, y=y) for params, seed in calls]",
        {"calls": calls},
        {**data, "y": shuffled(rng, data["y"])},
        Each("calls"),
    )


QUICK = "standing_in(race, 'loss_of', quick_loss)"
"""The race with a loss that takes no fits. One that does not call `loss_of` by its name finds its losses itself."""


@exam.question
def small_race(rng: np.random.Generator) -> Question:
    """One race twice, and another seed."""
    seed = any_seed(rng)
    return Question(
        f"[{QUICK}(budget, seed, X=X, y=y) for seed in seeds]",
        {"budget": 4, "seeds": [seed, seed, seed + 1]},
        digits_of(rng, rows=60),
        Each("seeds"),
    )


@exam.question
def races(rng: np.random.Generator) -> Question:
    """Two races with one seed that are long enough for TPE to learn; what is best in one is poor in the other."""
    return Question(
        f"[{QUICK}(budget, seed, X=X * factor, y=y) for budget, factor in races]",
        {"races": RACES, "seed": any_seed(rng)},
        digits_of(rng, rows=60),
        Each("races"),
    )


@exam.question
def learned_trials(rng: np.random.Generator) -> Question:
    """Budgets above and below the trials that TPE begins with."""
    budgets = [int(rng.integers(40, 200)), int(rng.integers(22, 29)), int(rng.integers(5, 20))]
    return Question("[learned(budget) for budget in budgets]", {"budgets": budgets}, shape=Each("budgets"))


@exam.question
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


@exam.question
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


@exam.check(
    book="search-folds-differ",
    hints=(
        "Call `loss_of` twice with the same configuration and the same seed.",
        "A splitter that shuffles draws its folds from its own seed.",
        "Make a `StratifiedKFold` with three folds that shuffles, with the argument `seed` as its random state, and "
        "take 1 minus the mean of what `cross_val_score` returns.",
    ),
)
def loss_is_of_the_seeds_folds(losses: Asked) -> None:
    """`loss_of` is 1 minus the mean accuracy over three folds that the seed draws."""
    calls = losses.inputs["calls"]
    found = losses.value
    if len({the.show(loss) for call, loss in zip(calls, found, strict=True) if call == calls[0]}) > 1:
        raise NeedsWork(
            "the same configuration with the same seed has different losses. What draws the folds?",
            "the same loss each time",
        )
    for (params, seed), loss in zip(calls[2:], found[2:], strict=True):
        (expected,) = svc_losses([params], seed, losses.inputs)
        if not the.is_same(loss, expected):
            raise NeedsWork(
                f"the loss is {the.show(loss)} for {the.configuration(params)} and the seed {seed}. "
                "Which folds does that seed draw?",
                f"1 minus the mean accuracy over three stratified folds, which is {the.show(expected)}",
            )


@exam.check(
    book="search-race",
    after=(loss_is_of_the_seeds_folds,),
    hints=(
        "Print the length of each of the three lists, for two budgets.",
        "A strategy that tries more configurations has more chances; the refit is no trial.",
        "The grid has the square root of the budget as the number of values on each side; the other two take the "
        "budget as it is.",
    ),
)
def budgets_are_equal(small_race: Asked, races: Asked) -> None:
    """Each strategy tries exactly `budget` configurations."""
    run = [(small_race.inputs["budget"], one) for one in races_of(small_race)]
    run += [(budget, one) for (budget, _), one in zip(RACES, races_of(races), strict=True)]
    for budget, one in run:
        for name in STRATEGIES:
            if len(one[name]) != budget:
                raise NeedsWork(
                    f"with a budget of {budget}, `{name}` has {len(one[name])} trials. "
                    "What do its chances of a lucky trial hang on?",
                    f"{budget} trials of each strategy",
                )


@exam.check(
    book="search-grid",
    after=(budgets_are_equal,),
    hints=(
        "Print the values of `C` and of `gamma` that the grid takes.",
        "For a scale of magnitudes the values of a grid have equal ratios, not equal distances.",
        "`np.geomspace` takes the two bounds and a number of values; `ParameterGrid` combines the two lists.",
    ),
)
def grid_covers_the_bounds(races: Asked) -> None:
    """The grid combines as many values of `C` as of `gamma`, evenly over the orders of magnitude."""
    for (budget, _), one in zip(RACES, races_of(races), strict=True):
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


@exam.check(
    book="search-random",
    after=(budgets_are_equal,),
    hints=(
        "Print the values of `gamma` that random search drew.",
        "Random search draws any value between the bounds; a list of values would be the grid in another order.",
        "`ParameterSampler` takes a dict with one of SciPy's distributions for each hyperparameter, and the number of"
        " draws.",
    ),
)
def random_draws_from_distributions(races: Asked) -> None:
    """Random search draws any values within the bounds, evenly over the orders of magnitude."""
    longest = races_of(races)[0]["random"]
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


@exam.check(
    book="search-bayesian",
    after=(random_draws_from_distributions,),
    hints=(
        "Print the losses of TPE's first twenty trials, and of the others.",
        "TPE gathers where the loss was low, if it is told the loss.",
        "`fmin` takes an objective that returns the loss as it is, a space with the natural logarithms of the bounds,"
        " and `tpe.suggest` as its algorithm.",
    ),
)
def tpe_learns(races: Asked) -> None:
    """TPE stays within the bounds, and its later trials gather where the loss is low."""
    found = races_of(races)
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


@exam.check(
    book="search-folds-differ",
    after=(grid_covers_the_bounds, tpe_learns),
    hints=(
        "Take one trial of each strategy, and compute its loss again with `loss_of` and the seed of the race.",
        "If one strategy is judged by other folds, it sits another exam.",
        "Each of the three calls `loss_of` with the same `seed`, `X` and `y`, those of the call.",
    ),
)
def all_have_the_same_folds(races: Asked) -> None:
    """Each trial of each strategy has the loss that the folds of the race's seed give."""
    seed, longest = races.inputs["seed"], races_of(races)[0]
    for name, trial, expected in expected_losses(longest, seed, races.inputs):
        if not the.is_same(trial["loss"], expected):
            params = {label: trial[label] for label in BOUNDS}
            raise NeedsWork(
                f"in a race with the seed {seed}, a trial of `{name}` has the loss {the.show(trial['loss'])} for "
                f"{the.configuration(params)}. Which folds judged it?",
                f"the loss with the folds of that seed, which is {the.show(expected)}",
            )


@exam.check(
    book="search-api",
    after=(grid_covers_the_bounds, tpe_learns),
    hints=(
        "Run a race twice with one seed, and compare the lists.",
        "Two of the strategies draw random numbers, and each takes its seed in its own form.",
        "`ParameterSampler` takes the seed as its random state; `fmin` takes a new NumPy generator made from it.",
    ),
)
def race_repeats_itself(small_race: Asked) -> None:
    """The same seed gives the same race, and another seed another one."""
    seeds = small_race.inputs["seeds"]
    first, again, other = races_of(small_race)
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


@exam.check(
    book="search-too-few",
    hints=(
        "How many trials does Hyperopt's TPE draw before it proposes one? Hyperopt and Optuna differ.",
        "Until then it is random search, so a race with a budget of 15 says nothing about TPE.",
        "Take the number of the random ones from the budget; what is left is never below nothing.",
    ),
)
def learned_leaves_the_start_out(learned_trials: Asked) -> None:
    """`learned` leaves out the trials that TPE draws at random."""
    budgets = learned_trials.inputs["budgets"]
    for budget, found in zip(budgets, learned_trials.value, strict=True):
        if found != max(0, budget - STARTUP):
            raise NeedsWork(
                f"`learned({budget})` is {the.show(found)}. When does Hyperopt's TPE begin to learn?",
                "the number of trials after the random ones at the start",
            )


@exam.check(
    book="search-race",
    hints=(
        "Write down the best loss of one strategy in each of three races. Which number stands in the middle?",
        "The best race of all is luck; the middle one says what to expect.",
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
        if not the.is_same(found[name], expected):
            raise NeedsWork(
                f"`medians` gives {the.show(found[name])} for `{name}`, whose best losses in five races are "
                f"{the.show(sorted(bests))}",
                f"the one in the middle, {the.show(expected)}",
            )


@exam.check(
    book="search-optimism",
    hints=(
        "By which number does your function choose the configuration that it trains?",
        "The test rows may judge the winner, but not choose it: then they would be one more validation set.",
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
        return 1 - float(machine_of(trial).fit(X, y).score(new_X, new_y))

    for name in STRATEGIES:
        trials = asked["result"][name]
        expected = error(min(trials, key=lambda trial: trial["loss"]))
        if not the.is_same(found[name], expected):
            on_test = the.is_same(found[name], min(map(error, trials)))
            ask = ". Which rows have chosen it?" if on_test and expected > found[name] else ""
            raise NeedsWork(
                f"the test error of `{name}` is {the.show(found[name])}{ask}",
                f"the error of the configuration with the lowest loss, which is {the.show(expected)}",
            )
