"""What a question asks of Optuna's objectives, studies, samplers and pruners."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from checker.runtime.kernel.records import OptunaDistribution, OptunaTrial, Study, StudyTrial


def new_study() -> Any:
    """An Optuna study without trials, which draws at random what nobody asked for."""
    import optuna

    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))


def suggested(objective: Any, count: int, seed: int, **data: Any) -> Any:
    """`count` trials of an Optuna objective under random sampling, each an OptunaTrial.

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
        trials.append(OptunaTrial(trial.params, _distributions(trial), value))
    return trials


def answered(objective: Any, configurations: list[dict[str, Any]], stop_after: int | None = None, **data: Any) -> Any:
    """For each configuration a trial of an Optuna objective that gives these answers, as an OptunaTrial.

    A name that the configuration lacks is drawn at random. The pruner advises to stop once there are `stop_after`
    reports, or never. A stub stays a stub.
    """
    study = new_study()
    trials = []
    for trial, value, error in _tried(study, objective, configurations, [stop_after] * len(configurations), data):
        if value is ...:
            return value
        reports = sorted(study.get_trials(deepcopy=False)[trial.number].intermediate_values.items())
        raised = None if error is None else f"{type(error).__name__}: {error}"
        trials.append(OptunaTrial(trial.params, _distributions(trial), value, raised, reports))
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
    """An Optuna study as a Study; what is none is returned as it is."""
    import optuna

    if not isinstance(study, optuna.Study):
        return study
    return Study(
        [direction.name for direction in study.directions],
        [
            StudyTrial(
                trial.state.name,
                trial.values[0] if trial.values else None,
                trial.params,
                sorted(trial.intermediate_values.items()),
            )
            for trial in study.get_trials(deepcopy=False)
        ],
    )


def searched_until(search: Any, seeds: list[int], n_trials: int, name: str, above: float) -> list[Any]:
    """The records of `search(seed, n_trials)`, one seed after the other, up to a study that tried `name` above a value.

    That was not its last trial, so the study shows what it does next. What is no study ends the list too.
    """
    records = []
    for seed in seeds:
        record = study_record(search(seed, n_trials))
        records.append(record)
        if not isinstance(record, Study) or any(trial.params[name] > above for trial in record.trials[:-1]):
            break
    return records


def proposals(sampler: Any, bounds: dict[str, list[float]], count: int) -> list[list[float]]:
    """What an Optuna sampler proposes for floats on a logarithmic scale, at most `count` times, one after the other.

    `bounds` are the low and the high end for each name; a proposal is a list of values in their order. The loss is
    lowest in the middle. A sampler that ends the study, as a grid does, proposes less.
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
    return [[trial.params[name] for name in bounds] for trial in study.get_trials(deepcopy=False)]


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


def _distributions(trial: Any) -> dict[str, OptunaDistribution]:
    """What an Optuna trial was asked for."""
    return {
        name: OptunaDistribution("categorical", choices=list(asked.choices))
        if hasattr(asked, "choices")
        else OptunaDistribution(
            "int" if isinstance(asked.low, int) else "float", asked.low, asked.high, asked.log, asked.step
        )
        for name, asked in trial.distributions.items()
    }
