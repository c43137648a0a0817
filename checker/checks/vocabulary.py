"""The words that checks are made of: each function looks at one property of a tuning run.

A function returns where the property holds and raises NeedsWork where it does not, with what was
found and what was expected. It takes plain data, as the answers of the learner's kernel are.
`ask` is a question that points at the likely cause; it ends what was found. Bands are wide: with
the number of draws that the exercises ask for, a right space fails less than once in a million.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checker.checks.exam import NeedsWork

STATUSES = ("new", "running", "suspended", "ok", "fail")
"""What Hyperopt takes as the status of a trial."""

# -- showing values ----------------------------------------------------------------------------------------------


def show(value: Any) -> str:
    """A value as a learner would write it, with at most four digits; 13 and 13.0 stay apart."""
    match value:
        case bool() | None | str() | int():
            return repr(value)
        case float():
            return repr(value) if value.is_integer() and abs(value) < 1e6 else f"{value:.4g}"
        case {"object": str(name), **rest} if not rest:
            return f"an object of type {name.rpartition('.')[2]}"
        case dict():
            return "{" + ", ".join(f"{key!r}: {show(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(show(item) for item in value) + "]"
    return repr(value)


def configuration(params: Mapping[str, Any]) -> str:
    """Hyperparameters in one line: `max_depth=3.0, bootstrap=True`."""
    return ", ".join(f"{name}={show(value)}" for name, value in params.items())


def is_number(value: Any) -> bool:
    """Whether a value is an int or a float, NaN and infinity included; True and False are not numbers here."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_object(value: Any, name: str) -> bool:
    """Whether a value arrived as an object of a class of this name."""
    return isinstance(value, dict) and str(value.get("object", "")).rpartition(".")[2] == name


def one_each(returned: Any, calls: Sequence[Any]) -> list[Any]:
    """A question that makes several calls has one answer for each."""
    if not isinstance(returned, list) or len(returned) != len(calls):
        raise NeedsWork(f"the calls answered {show(returned)}", f"one answer for each of {len(calls)} calls")
    return returned


def _listed(values: Iterable[Any]) -> str:
    shown = [show(value) for value in values]
    return ", ".join(shown) if len(shown) <= 8 else f"{', '.join(shown[:3])}, ... (different values: {len(shown)})"


def _ending(ask: str) -> str:
    return f". {ask}" if ask else ""


# -- the result of a trial ---------------------------------------------------------------------------------------


def trial_result(returned: Any) -> Mapping[str, Any]:
    """An objective returned a dict with a status that Hyperopt knows."""
    expected = "a dict with `loss` and `status`"
    if returned is None:
        raise NeedsWork("the objective returned None. Does every way through it end in a `return`?", expected)
    if not isinstance(returned, dict) or "object" in returned:
        raise NeedsWork(
            f"the objective returned {show(returned)}", f"{expected}: a dict can also say that a trial failed"
        )
    if "status" not in returned:
        raise NeedsWork(
            f"the dict that the objective returned has {_keys(returned)}, and no `status`",
            f"{expected}: Hyperopt asks every dict for its status",
        )
    if returned["status"] not in STATUSES:
        raise NeedsWork(
            f"the status is {show(returned['status'])}", "one of the two status constants imported from `hyperopt`"
        )
    return returned


def successful_loss(returned: Any) -> float:
    """The loss of a trial that succeeded: a finite number beside the status ok."""
    result = trial_result(returned)
    if result["status"] != "ok":
        raise NeedsWork(f"the status is {show(result['status'])}", "the status of a trial that succeeded")
    if "loss" not in result:
        raise NeedsWork(
            f"the trial succeeded, but its dict has {_keys(result)}, and no `loss`",
            "a dict with `loss` and `status`",
        )
    loss = result["loss"]
    if not is_number(loss) or not math.isfinite(loss):
        raise NeedsWork(f"the loss is {show(loss)}", "a finite number: Hyperopt compares the losses")
    return float(loss)


def failed_trial(returned: Any) -> None:
    """A trial that could not be evaluated is reported as failed: not by a loss, not by NaN."""
    result = trial_result(returned)
    if result["status"] == "fail":
        return
    loss = result.get("loss")
    nan = isinstance(loss, float) and math.isnan(loss)
    ask = "Who could later tell why this trial has no loss?" if nan else "Which model has this loss?"
    raise NeedsWork(
        f"the status is {show(result['status'])} and the loss is {show(loss)}. {ask}",
        "the status of a failed trial, and no loss",
    )


def _keys(result: Mapping[str, Any]) -> str:
    return ", ".join(f"`{key}`" for key in result) or "no keys"


# -- losses and scores -------------------------------------------------------------------------------------------


def is_loss_of(loss: float, score: float) -> bool:
    """Whether a loss is minus the score or 1 minus the score, to the digits of a float32."""
    return any(math.isclose(loss, right, rel_tol=1e-4, abs_tol=1e-6) for right in (-score, 1 - score))


def lower_is_better(losses: Sequence[float], scores: Sequence[float], score: str = "accuracy") -> None:
    """Of two configurations the one with the higher score has the lower loss."""
    (low, worse), (high, better) = sorted(zip(scores, losses, strict=True))
    if not better < worse:
        raise NeedsWork(
            f"a configuration with {score} {show(high)} has the loss {show(better)}, and one with {score} "
            f"{show(low)} has the loss {show(worse)}. Which of the two does `fmin` keep?",
            "the smaller loss for the better configuration",
        )


def follows_the_data(losses: Sequence[float]) -> None:
    """One configuration on two data sets of different difficulty has two different losses."""
    if math.isclose(*losses, rel_tol=1e-9):
        raise NeedsWork(
            f"the loss is {show(losses[0])} on two different data sets. Which data does the model see?",
            "a loss that comes from the `X` and `y` of the call",
        )


def repeats(losses: Sequence[float]) -> None:
    """One configuration on one data set has the same loss each time."""
    if any(not math.isclose(loss, losses[0], rel_tol=1e-9) for loss in losses):
        raise NeedsWork(
            "the same configuration on the same data has different losses. What is random in the model?",
            "the same loss each time",
        )


def losses_follow(
    losses: Sequence[float], scores: Sequence[float], configurations: Sequence[Mapping[str, Any]]
) -> None:
    """Each loss is the one that follows from the score that the grader computed for the configuration."""
    for loss, score, params in zip(losses, scores, configurations, strict=True):
        if not is_loss_of(loss, score):
            raise NeedsWork(
                f"the loss is {show(loss)} for {configuration(params)}",
                f"the loss that follows from its mean 3-fold accuracy, which is {show(score)}",
            )


def same_predictions(found: Any, expected: Sequence[Any]) -> None:
    """The model predicts what the grader's own model predicts, but for two in a hundred."""
    if not isinstance(found, list) or len(found) != len(expected):
        raise NeedsWork(f"the model predicts {show(found)}", f"a list of {len(expected)} labels")
    same = sum(one == other for one, other in zip(found, expected, strict=True))
    if same < 0.98 * len(expected):
        raise NeedsWork(
            f"{same} of {len(expected)} predictions are those of a model trained on the given rows. "
            "Which rows did this one see?",
            "a model that was trained on all the rows of the call, and on no others",
        )


# -- a search space, from its draws ------------------------------------------------------------------------------


def has_hyperparameters(points: Sequence[Any], names: Sequence[str], draw: str = "a draw of the space") -> None:
    """Each draw is a dict of exactly these hyperparameters."""
    for point in points:
        if not isinstance(point, dict) or "object" in point:
            raise NeedsWork(f"{draw} is {show(point)}", "a dict with one entry for each hyperparameter")
        missing = [name for name in names if name not in point]
        surplus = [name for name in point if name not in names]
        if missing or surplus:
            found = [f"has no `{name}`" for name in missing] + [f"has `{name}`" for name in surplus]
            raise NeedsWork(f"{draw} {', '.join(found)}", "the hyperparameters of the table, and no others")


def has_labels(points: Sequence[Any], distributions: Any, labels: Sequence[str]) -> None:
    """Each draw is a dict of exactly these hyperparameters, and each is drawn under a label of its own name."""
    has_hyperparameters(points, labels)
    known = distributions if isinstance(distributions, dict) else {}
    for label in labels:
        if label not in known:
            raise NeedsWork(
                f"no hp function has the label `{label}`; the labels are {', '.join(map(repr, known))}. "
                "What would `fmin` call this value in its result?"
                if known
                else f"no hp function has the label `{label}`. What would `fmin` vary?",
                "the hyperparameter's own name as the label, which occurs only once",
            )


def values_of(points: Sequence[Mapping[str, Any]], label: str) -> list[Any]:
    """What the draws gave for one hyperparameter."""
    return [point[label] for point in points]


def is_category(label: str, values: Sequence[Any], options: Sequence[Any]) -> None:
    """The draws are the options, all of them and nothing else; None and 'None' are two things."""
    drawn = sorted({show(value) for value in values})
    if drawn != sorted(show(option) for option in options):
        raise NeedsWork(
            f"draws of `{label}` are {', '.join(drawn[:8])}. Is each of them what the model takes?",
            "each option of the table, as the value that scikit-learn documents",
        )


def is_ordered(label: str, distribution: str) -> None:
    """A number is not drawn as a category: the search could not use that neighbours resemble each other."""
    if distribution == "choice":
        raise NeedsWork(
            f"`{label}` is a choice among options. What would a good loss at one of them say about its neighbours?",
            "a function that keeps the order of numbers, so that TPE learns from neighbours",
        )


def is_integer(label: str, values: Sequence[Any]) -> None:
    """Every draw is an int."""
    other = next((value for value in values if not isinstance(value, int) or isinstance(value, bool)), None)
    if other is not None:
        kind = "a float" if isinstance(other, float) else "not a number"
        raise NeedsWork(
            f"a draw of `{label}` is {show(other)}, {kind}. Which type does scikit-learn ask for?",
            "an int in every draw",
        )


def takes(label: str, values: Sequence[Any], allowed: Sequence[float], ask: str = "") -> None:
    """The draws take each of the allowed numbers and no other."""
    _are_numbers(label, values)
    drawn = sorted(set(values))
    if drawn != sorted(allowed):
        raise NeedsWork(
            f"draws of `{label}` are {_listed(drawn)}{_ending(ask)}", f"each of {_listed(allowed)}, and no other value"
        )


def is_within(label: str, values: Sequence[Any], low: float, high: float, ask: str = "") -> None:
    """No draw lies outside the bounds."""
    _are_numbers(label, values)
    slack = 1e-9 * (high - low)  # exp(log(x)) is not always x
    if min(values) < low - slack or max(values) > high + slack:
        raise NeedsWork(
            f"draws of `{label}` run from {show(min(values))} to {show(max(values))}{_ending(ask)}",
            f"draws between {show(low)} and {show(high)}",
        )


def is_even(label: str, values: Sequence[float], low: float, high: float, *, log: bool = False) -> None:
    """About half of the draws lie below the middle of the range, and some in the tenth at each end.

    With `log` the range is one of orders of magnitude.
    """
    of = "the orders of magnitude" if log else "the range"

    def at(share: float) -> float:
        return low * (high / low) ** share if log else low + (high - low) * share

    below = sum(value < at(0.5) for value in values)
    if not 0.35 <= below / len(values) <= 0.65:
        raise NeedsWork(
            f"{below} of {len(values)} draws of `{label}` are below {show(at(0.5))}, the middle of {of}",
            "about half of them",
        )
    for end, empty in (
        (f"below {show(at(0.1))}", min(values) > at(0.1)),
        (f"above {show(at(0.9))}", max(values) < at(0.9)),
    ):
        if empty:
            raise NeedsWork(f"no draw of `{label}` in {len(values)} is {end}", f"about one in ten: {of} evenly covered")


def is_continuous(label: str, values: Sequence[Any], ask: str = "") -> None:
    """The draws hardly ever repeat a value."""
    _are_numbers(label, values)
    drawn = sorted(set(values))
    if len(drawn) < len(values) / 2:
        raise NeedsWork(
            f"{len(values)} draws of `{label}` are only {_listed(drawn)}{_ending(ask)}",
            "any value between the bounds",
        )


def _are_numbers(label: str, values: Sequence[Any]) -> None:
    other = next((value for value in values if not is_number(value)), None)
    if other is not None or None in values:
        raise NeedsWork(f"a draw of `{label}` is {show(other)}", "a number in every draw")


# -- an Optuna objective, from a few of its trials ---------------------------------------------------------------


def optuna_trials(returned: Any, labels: Sequence[str]) -> list[Mapping[str, Any]]:
    """Each trial asked for exactly these hyperparameters, each under its own name."""
    expected = "a call of `trial.suggest_...` for each hyperparameter of the table, under its own name"
    if not isinstance(returned, list) or not returned or not all(_is_optuna_trial(trial) for trial in returned):
        raise NeedsWork(f"the objective, given a trial, gave {show(returned)}", expected)
    for trial in returned:
        asked = trial["params"]
        missing = [f"has no `{label}`" for label in labels if label not in asked]
        surplus = [f"has `{label}`" for label in asked if label not in labels]
        if missing or surplus:
            raise NeedsWork(f"a trial of the objective {', '.join(missing + surplus)}", expected)
    return returned


def trial_values(trials: Sequence[Mapping[str, Any]]) -> list[float]:
    """What the objective returned for each trial: a finite number."""
    for trial in trials:
        value = trial["value"]
        if value is None:
            raise NeedsWork(
                "the objective returned None. Does every way through it end in a `return`?",
                "a number: Optuna counts a trial without one as failed",
            )
        if not is_number(value) or not math.isfinite(value):
            raise NeedsWork(f"the objective returned {show(value)}", "a finite number: Optuna compares them")
    return [float(trial["value"]) for trial in trials]


def suggests_number(
    label: str,
    trial: Mapping[str, Any],
    kind: str,
    low: float,
    high: float,
    log: bool = False,
    step: float | None = None,
) -> None:
    """The trial was asked for a float or an int (`kind`) between these bounds, on this scale, in these steps."""
    found, settings = _distribution(trial, label)
    if found == "categorical":
        raise NeedsWork(
            f"`{label}` is a category. What would a good value at one option say about its neighbours?",
            "a number between two bounds, so that the sampler learns from neighbours",
        )
    if found != kind:
        raise NeedsWork(
            f"`{label}` is suggested as {_a(found)}. Which type does scikit-learn ask for?",
            f"{_a(kind)} from the trial itself, so that the study knows it as one",
        )
    if not (_is_close(settings.get("low"), low) and _is_close(settings.get("high"), high)):
        raise NeedsWork(
            f"`{label}` is suggested between {show(settings.get('low'))} and {show(settings.get('high'))}",
            f"both bounds of the table, {show(low)} and {show(high)}",
        )
    if bool(settings.get("log")) != log:
        even, orders = "every value equally likely", "every order of magnitude equally likely"
        raise NeedsWork(
            f"`{label}` is suggested with {orders if settings.get('log') else even}", orders if log else even
        )
    steps = step if step is not None or kind == "float" else 1
    if settings.get("step") != steps:
        raise NeedsWork(
            f"`{label}` is suggested in steps of {show(settings.get('step'))}"
            if settings.get("step") is not None
            else f"`{label}` is suggested without steps",
            f"steps of {show(steps)}" if steps is not None else "any value between the bounds",
        )


def suggests_category(label: str, trial: Mapping[str, Any], options: Sequence[Any]) -> None:
    """The trial was asked for one of these options, in any order; None and 'None' are two things."""
    found, settings = _distribution(trial, label)
    expected = "each option of the table, as the value that scikit-learn documents"
    if found != "categorical":
        raise NeedsWork(f"`{label}` is suggested as {_a(found)}. Are its options numbers with an order?", expected)
    choices = settings.get("choices")
    shown = [show(choice) for choice in choices] if isinstance(choices, list) else [show(choices)]
    if sorted(shown) != sorted(show(option) for option in options):
        raise NeedsWork(f"the options of `{label}` are {', '.join(shown[:8])}", expected)


def better_is(values: Sequence[float], scores: Sequence[float]) -> str:
    """The direction in which the values become better, as Optuna says it: `maximize` or `minimize`."""
    (_, worse), *_, (_, better) = sorted(zip(scores, values, strict=True))
    return "maximize" if better > worse else "minimize"


def _is_optuna_trial(trial: Any) -> bool:
    return (
        isinstance(trial, dict)
        and isinstance(trial.get("params"), dict)
        and isinstance(trial.get("distributions"), dict)
        and trial["params"].keys() == trial["distributions"].keys()
        and "value" in trial
    )


def _distribution(trial: Mapping[str, Any], label: str) -> tuple[str, Mapping[str, Any]]:
    """The kind of a distribution, such as `float`, and its settings, from Optuna's JSON."""
    match trial["distributions"].get(label):
        case {"name": str(name), "attributes": dict(settings)}:
            return name.removesuffix("Distribution").lower(), settings
    return "something else", {}


def _is_close(found: Any, expected: float) -> bool:
    return is_number(found) and math.isclose(found, expected, rel_tol=1e-6)


def _a(kind: str) -> str:
    return {"int": "an int", "float": "a float"}.get(kind, kind)


# -- an Optuna study, from the record of its trials --------------------------------------------------------------


def asks_for(trial: Mapping[str, Any], labels: Sequence[str], given: str) -> None:
    """A trial with these answers asked for exactly these hyperparameters; `given` says with which answers."""
    expected = f"{_quoted(labels)}, and no others"
    missing = [label for label in labels if label not in trial["params"]]
    surplus = [label for label in trial["params"] if label not in labels]
    if missing:
        raise NeedsWork(f"a trial {given} is not asked for {_quoted(missing)}", expected)
    if surplus:
        raise NeedsWork(
            f"a trial {given} is asked for {_quoted(surplus)} too. What could the study learn from that value?",
            expected,
        )


def reports_each_step(trial: Mapping[str, Any], steps: int) -> None:
    """The trial, which nobody stopped, reported once for each step, numbered from 0 or from 1."""
    expected = f"a report for each of the {steps} epochs, under its own number"
    found = [step for step, _ in trial["reports"]]
    if not found:
        raise NeedsWork("a trial reports nothing. What could a pruner compare?", expected)
    if len(found) == 1 and steps > 1:
        raise NeedsWork(
            f"a trial has one report, at step {found[0]}. What becomes of a second report for the same step?", expected
        )
    if found not in (list(range(steps)), list(range(1, steps + 1))):
        shown = ", ".join(str(step) for step in found[:12])
        raise NeedsWork(f"a trial has {_count(len(found), 'report')}, at the steps {shown}", expected)


def ends_when_advised(trial: Mapping[str, Any], after: int) -> None:
    """The trial, which the pruner advised to stop after so many reports, did so, as a pruned trial."""
    done = len(trial["reports"])
    expected = "a trial that ends where the pruner says so, and that the study counts as PRUNED"
    raised = trial["raised"]
    if done > after:
        ask = "Who asks it?" if raised is None else "When is it asked?"
        raise NeedsWork(
            f"the pruner advised to stop after {_count(after, 'report')}, and the trial made {done}. {ask}", expected
        )
    if raised is None:
        raise NeedsWork(
            f"the trial ended after {_count(done, 'report')}, as advised, and returned {show(trial['value'])}. "
            "What does the study take that value for?",
            expected,
        )
    if not raised.startswith("TrialPruned"):
        raise NeedsWork(f"the trial ended with {raised}", expected)


def is_study(function: str, returned: Any) -> Mapping[str, Any]:
    """The function returned a study that has run trials."""
    expected = "the study, after its trials"
    if not isinstance(returned, dict) or not isinstance(returned.get("trials"), list):
        raise NeedsWork(f"`{function}` returned {show(returned)}", expected)
    if not returned["trials"]:
        raise NeedsWork(f"`{function}` returned a study without any trial", expected)
    return returned


def study_ran(study: Mapping[str, Any], count: int) -> None:
    """The study ran as many trials as it was asked for."""
    if len(study["trials"]) != count:
        raise NeedsWork(
            f"the study has {_count(len(study['trials']), 'trial')}", f"{_count(count, 'trial')}, as asked for"
        )


def study_repeats(first: Mapping[str, Any], again: Mapping[str, Any], seed: int) -> None:
    """Two studies with one seed try the same configurations."""
    if _tried(first) != _tried(again):
        raise NeedsWork(
            f"two studies with the seed {seed} try different configurations. Where does the sampler get its seed?",
            "the same configurations each time",
        )


def study_varies(first: Mapping[str, Any], other: Mapping[str, Any], seeds: Sequence[int]) -> None:
    """Two studies with two seeds try different configurations."""
    if _tried(first) == _tried(other):
        raise NeedsWork(
            f"the studies with the seeds {seeds[0]} and {seeds[1]} try the same configurations. "
            "Does the seed of the call reach the sampler?",
            "other configurations with another seed",
        )


def _tried(study: Mapping[str, Any]) -> list[Any]:
    return [trial["params"] for trial in study["trials"]]


def _quoted(labels: Iterable[str]) -> str:
    return ", ".join(f"`{label}`" for label in labels)


# -- a search, from the record of its trials ---------------------------------------------------------------------


def is_record(function: str, returned: Any) -> list[Mapping[str, Any]]:
    """The function returned the `Trials` of a search in which at least one trial finished."""
    expected = "the `Trials` of the search"
    if not isinstance(returned, list) or not all(_is_trial(trial) for trial in returned):
        raise NeedsWork(f"`{function}` returned {show(returned)}", expected)
    if not returned:
        raise NeedsWork(
            f"`{function}` returned a `Trials` without any trial. Does `fmin` know it?", f"{expected}, with its trials"
        )
    return returned


def ran(record: Sequence[Any], count: int) -> None:
    """The search ran as many trials as it was asked for."""
    if len(record) != count:
        raise NeedsWork(f"the search ran {_count(len(record), 'trial')}", f"{_count(count, 'trial')}, as asked for")


def stays_in(record: Sequence[Mapping[str, Any]], space: Mapping[str, Sequence[int]]) -> None:
    """Each trial has a value for each hyperparameter of the given space, and one that the space can draw."""
    for trial in record:
        values = trial["values"]
        for name, allowed in space.items():
            if name not in values or values[name] not in allowed:
                found = f"`{name}` = {show(values[name])}" if name in values else f"no `{name}`"
                raise NeedsWork(f"a trial of the search has {found}", "trials of the given space, left as it is")


def trials_follow(
    record: Sequence[Mapping[str, Any]], scores: Sequence[float], configurations: Sequence[Mapping[str, Any]]
) -> None:
    """The loss that each trial recorded is the one that its own values give."""
    losses_follow([successful_loss(trial) for trial in record], scores, configurations)


def is_repeated(first: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]], seed: int) -> None:
    """Two searches with one seed draw the same values."""
    if _values(first) != _values(again):
        raise NeedsWork(
            f"two searches with the seed {seed} draw different values. Where does `fmin` take its random numbers from?",
            "the same values, trial by trial",
        )


def is_another(first: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> None:
    """Two searches with two seeds draw different values."""
    if _values(first) == _values(other):
        raise NeedsWork(
            f"the searches with the seeds {seeds[0]} and {seeds[1]} draw the same values. "
            "What do they do with the seed?",
            "other values under another seed",
        )


def same_parameters(found: Any, expected: Mapping[str, Any], whose: str) -> None:
    """The hyperparameters have the expected values, in the type that the model takes; others do not matter."""
    if not isinstance(found, dict) or "object" in found:
        raise NeedsWork(f"{whose} are {show(found)}", f"a dict with {_keys(expected)}")
    for name, value in expected.items():
        if name not in found:
            raise NeedsWork(f"{whose} have no `{name}`", f"a dict with {_keys(expected)}")
        other = found[name]
        if other == value and type(other) is type(value):
            continue
        ask = ""
        if isinstance(other, float) and isinstance(value, int):
            ask = "Which type does scikit-learn ask for?"
        elif is_number(other) and not is_number(value):
            ask = "Is that the option, or its position?"
        raise NeedsWork(f"{whose} have `{name}` = {show(other)}{_ending(ask)}", f"`{name}` = {show(value)}")


def stops_at(record: Sequence[Mapping[str, Any]], threshold: float, budget: int) -> None:
    """The search ended with the first loss at or below the threshold, or used up its budget without one."""
    losses = _losses(record)
    expected = f"an end at the first loss at or below {show(threshold)}"
    reached = next((at for at, loss in enumerate(losses, start=1) if loss <= threshold), None)
    if reached is None and len(losses) < budget:
        raise NeedsWork(
            f"with the threshold {show(threshold)} the search ended after {_count(len(losses), 'trial')}, "
            f"and its best loss is {show(min(losses))}",
            expected,
        )
    if reached is None and len(losses) > budget:
        raise NeedsWork(
            f"with the threshold {show(threshold)} the search ran {_count(len(losses), 'trial')}, "
            f"more than `max_evals`, which was {budget}",
            f"{expected}, or after `max_evals` trials",
        )
    if reached is not None and len(losses) > reached:
        raise NeedsWork(
            f"with the threshold {show(threshold)} the search ran {_count(len(losses), 'trial')}, "
            f"though trial {reached} had the loss {show(losses[reached - 1])}",
            expected,
        )


def stops_without_progress(record: Sequence[Mapping[str, Any]], patience: int, budget: int) -> None:
    """The search ended when `patience` trials in a row, give or take one, brought nothing better, or at its budget."""
    losses = _losses(record)
    expected = f"an end after {patience} trials in a row without a better loss"
    best, idle = losses[0], 0  # idle: trials since the best one
    for at, loss in enumerate(losses[1:], start=2):
        best, idle = (loss, 0) if loss < best else (best, idle + 1)
        if idle > patience + 1:
            raise NeedsWork(
                f"with a patience of {patience} the search went on, though the {idle} trials up to trial {at} "
                "brought nothing better",
                expected,
            )
    if idle < patience - 1 and len(losses) < budget:
        raise NeedsWork(
            f"with a patience of {patience} the search ended after {_count(len(losses), 'trial')}, "
            f"{_count(idle, 'trial')} after its best one. From where are the {patience} counted?",
            expected,
        )


def _is_trial(trial: Any) -> bool:
    return isinstance(trial, dict) and isinstance(trial.get("values"), dict) and {"loss", "status"} <= trial.keys()


def _values(record: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [trial["values"] for trial in record]


def _losses(record: Sequence[Mapping[str, Any]]) -> list[float]:
    """The losses of the trials; one that failed has none, and is never better."""
    return [loss if is_number(loss := trial["loss"]) and not math.isnan(loss) else math.inf for trial in record]


def _count(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
