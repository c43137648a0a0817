"""The part of the checker that lives in the learner's kernel: it answers questions with plain data.

It knows no check and no expected value. It is imported before the first cell runs, so that names
shadowed by the notebook (`str = 3`, `json = None`) do not reach it.
"""

import ast
import builtins
import inspect
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from checker.runtime.kernel.stand_ins import quick_loss, scripted

_ENOUGH = 100_000  # elements of one answer; more would not be read anyway


def reply(request: str, path: str) -> None:
    """Answer `request` (JSON: expression, inputs, data) in the file `path`, which appears complete or not at all."""
    from IPython import get_ipython

    shell = get_ipython()
    message = json.dumps(_answer(json.loads(request), shell.user_ns))
    partial = path + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        file.write(message)
    os.replace(partial, path)


def _answer(request: dict[str, Any], learner: dict[str, Any]) -> dict[str, Any]:
    inputs = {**request["inputs"], **{name: np.asarray(data) for name, data in request["data"].items()}}
    tree = ast.parse(request["expression"], mode="eval")
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound_here = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    names = sorted({node.id for node in nodes} - bound_here - inputs.keys() - HELPERS.keys() - vars(builtins).keys())
    for name in names:
        if name not in learner:
            return {"kind": "missing", "text": name}
        if learner[name] is ...:
            return {"kind": "stub", "text": name}
    try:
        scope = {**learner, "__builtins__": builtins, **HELPERS, **inputs}
        value = eval(compile(tree, "<question>", "eval"), scope)
        if _is_stub(value):
            return {"kind": "stub", "text": names[0] if names else ""}
        return {"kind": "value", "value": plain(value)}
    except Exception as error:
        return {"kind": "raised", "text": f"{type(error).__name__}: {error}"}


def _is_stub(value: Any) -> bool:
    """Whether a call, or each call of a list of calls, answered with the `...` of the starter."""
    return value is ... or (isinstance(value, list) and bool(value) and all(item is ... for item in value))


def plain(value: Any) -> Any:
    """`value` as JSON data: numpy scalars as numbers, arrays as lists, other objects as their type's name."""
    return _plain(value, [_ENOUGH])


def _plain(value: Any, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise ValueError(f"more than {_ENOUGH:,} elements")
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item, left) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, left) for item in value]
    return {"object": f"{type(value).__module__}.{type(value).__qualname__}"}


def standing_in(function: Any, name: str, stand_in: Any) -> Callable[..., Any]:
    """`function`, which finds `stand_in` where the notebook has `name`, for as long as a call of it lasts.

    A function that does not look the name up when it is called has its own way, and finds what it always finds.
    """
    names = getattr(inspect.unwrap(function), "__globals__", {})
    if name not in names:
        return function  # type: ignore[no-any-return]

    def called(*args: Any, **kwargs: Any) -> Any:
        own = names[name]
        names[name] = stand_in
        try:
            return function(*args, **kwargs)
        finally:
            names[name] = own

    return called


def draw_from(space: Any, count: int, seed: int) -> list[Any]:
    """`count` points drawn from a Hyperopt search space, as its objective would receive them."""
    from hyperopt.pyll.base import as_apply
    from hyperopt.pyll.stochastic import sample

    expression = as_apply(space)
    rng = np.random.default_rng(seed)
    return [sample(expression, rng=rng) for _ in range(count)]


def distributions_of(space: Any) -> dict[str, dict[str, Any]]:
    """For each label of a Hyperopt search space: the distribution and its literal arguments.

    A choice is `randint` over its options in Hyperopt's graph; it is told apart here by the
    `switch` that it feeds.
    """
    from hyperopt.pyll.base import Literal, as_apply, dfs

    found: dict[str, dict[str, Any]] = {}
    nodes = dfs(as_apply(space))
    chosen = {id(node.pos_args[0]) for node in nodes if node.name == "switch"}
    for node in nodes:
        if node.name != "hyperopt_param":
            continue
        label, draw = node.pos_args[0].obj, node.pos_args[1]
        arguments = [arg.obj for arg in draw.inputs() if isinstance(arg, Literal)]
        found[label] = {
            "distribution": "choice" if id(node) in chosen else draw.name,
            "arguments": [argument for argument in arguments if isinstance(argument, int | float)],
        }
    return found


def record_of(trials: Any) -> Any:
    """The finished trials of a Hyperopt `Trials`: the values drawn, the loss and the status of each.

    What is no `Trials` is returned as it is: a stub stays a stub, and a check can name what it found.
    """
    from hyperopt import Trials

    if not isinstance(trials, Trials):
        return trials
    return [
        {
            "values": {label: values[0] for label, values in trial["misc"]["vals"].items() if len(values)},
            "loss": trial["result"].get("loss"),
            "status": trial["result"].get("status"),
        }
        for trial in trials.trials
    ]


def sampled(distributions: Any, count: int, seed: int) -> list[Any]:
    """`count` points drawn from the distributions of scikit-learn's random search, as its model would receive them."""
    from sklearn.model_selection import ParameterSampler

    return list(ParameterSampler(distributions, count, random_state=seed))


def search_record(search: Any) -> Any:
    """What a fitted search of scikit-learn tried: each configuration with its mean score, and which it took for best.

    What is no such search is returned as it is, as `record_of` does.
    """
    if not hasattr(search, "cv_results_"):
        return search
    tried, scores = search.cv_results_["params"], search.cv_results_["mean_test_score"]
    trials = [{"values": params, "score": score} for params, score in zip(tried, scores, strict=True)]
    return {"trials": trials, "best": search.best_params_, "best_score": search.best_score_}


def suggested(objective: Any, count: int, seed: int, **data: Any) -> Any:
    """`count` trials of an Optuna objective under random sampling: what each one asked for, and what it returned.

    The distributions have Optuna's own JSON form, which MLflow's storage keeps too: `name` and `attributes`.
    `data` goes to the objective beside the trial. A stub stays a stub.
    """
    import optuna

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed), pruner=optuna.pruners.NopPruner())
    trials = []
    for _ in range(count):
        trial = study.ask()
        value = objective(trial, **data)
        if value is ...:
            return value
        trials.append({**_asked_for(trial), "value": value})
    return trials


def trials_of(ends: list[dict[str, Any]]) -> Any:
    """Hyperopt `Trials` in the middle of a search on a cluster: for each trial a `loss`, or a `status` without one.

    The status `new` is that of a trial which has not finished, as SparkTrials keeps it.
    """
    from hyperopt import Trials, hp, rand
    from hyperopt.base import JOB_STATE_DONE, JOB_STATE_RUNNING, Domain

    trials, domain = Trials(), Domain(lambda params: 0.0, {"x": hp.uniform("x", 0, 1)})
    for end in ends:
        (trial,) = rand.suggest(trials.new_trial_ids(1), domain, trials, 0)
        result = {"status": "ok", **end}
        state = JOB_STATE_RUNNING if result["status"] == "new" else JOB_STATE_DONE
        trials.insert_trial_docs([{**trial, "result": result, "state": state}])
    trials.refresh()
    return trials


def new_study() -> Any:
    """An Optuna study without trials, which draws at random what nobody asked for."""
    import optuna

    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))


def answered(objective: Any, configurations: list[dict[str, Any]], stop_after: int | None = None, **data: Any) -> Any:
    """For each configuration a trial of an Optuna objective that gives these answers: what it asked for, and its end.

    As `suggested`; `raised` is the error as `ValueError: ...` or None, `reports` are the pairs of step and value. A
    name that the configuration lacks is drawn at random. The pruner advises to stop once there are `stop_after`
    reports, or never. A stub stays a stub.
    """
    study = new_study()
    trials = []
    for trial, value, error in _tried(study, objective, configurations, [stop_after] * len(configurations), data):
        if value is ...:
            return value
        reports = sorted(study.get_trials(deepcopy=False)[trial.number].intermediate_values.items())
        raised = None if error is None else f"{type(error).__name__}: {error}"
        trials.append({**_asked_for(trial), "value": value, "raised": raised, "reports": reports})
    return trials


def tried(
    study: Any,
    objective: Any,
    configurations: list[dict[str, Any]],
    stops: list[int | None] | None = None,
    **data: Any,
) -> Any:
    """The Optuna study after one trial more for each configuration, a trial of this objective on this data.

    As `answered`; the pruner advises to stop each trial after its own number of reports. A trial that raises counts as
    failed, or as pruned. What is no study is returned as it is.
    """
    import optuna

    if not isinstance(study, optuna.Study):
        return study
    for trial, value, error in _tried(study, objective, configurations, stops or [None] * len(configurations), data):
        if error is None:
            study.tell(trial, value)
        else:
            pruned = isinstance(error, optuna.TrialPruned)
            study.tell(trial, state=optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.FAIL)
    return study


def _tried(
    study: Any, objective: Any, configurations: list[dict[str, Any]], stops: list[int | None], data: dict[str, Any]
) -> Iterator[tuple[Any, Any, Exception | None]]:
    """For each configuration a trial of the study, with the value that the objective returned or what it raised."""
    import optuna

    class StopAfter(optuna.pruners.BasePruner):
        def __init__(self, stop: int | None) -> None:
            self.stop = stop

        def prune(self, study: Any, trial: Any) -> bool:
            return self.stop is not None and len(trial.intermediate_values) >= self.stop

    for configuration, stop in zip(configurations, stops, strict=True):
        study.pruner = StopAfter(stop)
        study.enqueue_trial(configuration)
        trial = study.ask()
        value, raised = None, None
        try:
            value = objective(trial, **data)
        except Exception as error:
            raised = error
        yield trial, value, raised


def continued(study: Any, curves: list[list[float]]) -> Any:
    """The Optuna study after one trial more for each curve, which reports its values until the study's pruner stops it.

    Nothing is trained. The first step has the number that it has in the study's first trial. What is no study is
    returned as it is.
    """
    import optuna

    if not isinstance(study, optuna.Study):
        return study
    first = min((step for trial in study.trials[:1] for step in trial.intermediate_values), default=0)
    for curve in curves:
        trial = study.ask()
        for step, value in enumerate(curve, start=first):
            trial.report(value, step)
            if trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            study.tell(trial, curve[-1])
    return study


def study_record(study: Any) -> Any:
    """The trials of an Optuna study and its directions; what is no study is returned as it is.

    A trial has `state`, `value` (None without one), `params`, and `reports`, the pairs of step and value.
    """
    import optuna

    if not isinstance(study, optuna.Study):
        return study
    return {
        "directions": [direction.name for direction in study.directions],
        "trials": [
            {
                "state": trial.state.name,
                "value": trial.values[0] if trial.values else None,
                "params": trial.params,
                "reports": sorted(trial.intermediate_values.items()),
            }
            for trial in study.get_trials(deepcopy=False)
        ],
    }


def searched_until(search: Any, seeds: list[int], n_trials: int, name: str, above: float) -> list[Any]:
    """The records of `search(seed, n_trials)`, one seed after the other, up to a study that tried `name` above a value.

    That was not its last trial, so the study shows what it does next. A record is that of `study_record`; what is no
    study ends the list too.
    """
    records = []
    for seed in seeds:
        record = study_record(search(seed, n_trials))
        records.append(record)
        if not isinstance(record, dict) or any(trial["params"][name] > above for trial in record["trials"][:-1]):
            break
    return records


def proposals(sampler: Any, bounds: dict[str, list[float]], count: int) -> list[dict[str, Any]]:
    """What an Optuna sampler proposes for floats on a logarithmic scale, at most `count` times, one after the other.

    `bounds` are the low and the high end for each name. The loss is lowest in the middle. A sampler that ends the
    study, as a grid does, proposes less.
    """
    import optuna

    def loss(trial: Any) -> float:
        points = [
            np.log(trial.suggest_float(name, low, high, log=True)) - np.log(low * high) / 2
            for name, (low, high) in bounds.items()
        ]
        return float(sum(point**2 for point in points))

    study = optuna.create_study(sampler=sampler)
    study.optimize(loss, n_trials=count)
    return [trial.params for trial in study.get_trials(deepcopy=False)]


def _asked_for(trial: Any) -> dict[str, Any]:
    """What an Optuna trial was asked for: the values that it gave, and the distributions as Optuna's JSON."""
    from optuna.distributions import distribution_to_json

    kinds = {name: json.loads(distribution_to_json(kind)) for name, kind in trial.distributions.items()}
    return {"params": trial.params, "distributions": kinds}


def run_with(params: dict[str, Any]) -> str:
    """The id of a new, finished run with these parameters, in the notebook's MLflow store."""
    from mlflow import MlflowClient
    from mlflow.entities import Param

    client = MlflowClient()
    run_id: str = client.create_run(experiment_id="0").info.run_id
    client.log_batch(run_id, params=[Param(name, str(value)) for name, value in params.items()])
    client.set_terminated(run_id)
    return run_id


HELPERS = {
    "standing_in": standing_in,
    "quick_loss": quick_loss,
    "scripted": scripted,
    "draw_from": draw_from,
    "distributions_of": distributions_of,
    "record_of": record_of,
    "sampled": sampled,
    "search_record": search_record,
    "suggested": suggested,
    "new_study": new_study,
    "answered": answered,
    "tried": tried,
    "continued": continued,
    "study_record": study_record,
    "searched_until": searched_until,
    "proposals": proposals,
    "run_with": run_with,
    "trials_of": trials_of,
}
