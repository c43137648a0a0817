"""What a question asks of Hyperopt's search spaces and trials."""

from typing import Any

import numpy as np

from checker.runtime.kernel.records import HyperoptDistribution, HyperoptTrial


def draw_from(space: Any, count: int, seed: int) -> list[Any]:
    """`count` points drawn from a Hyperopt search space, as its objective would receive them."""
    from hyperopt.pyll.base import as_apply
    from hyperopt.pyll.stochastic import sample

    expression = as_apply(space)
    rng = np.random.default_rng(seed)
    return [sample(expression, rng=rng) for _ in range(count)]


def distributions_of(space: Any) -> dict[str, HyperoptDistribution]:
    """The distribution for each label of a Hyperopt search space.

    A choice is `randint` over its options in Hyperopt's graph; it is told apart here by the
    `switch` that it feeds.
    """
    from hyperopt.pyll.base import Literal, as_apply, dfs

    found = {}
    nodes = dfs(as_apply(space))
    chosen = {id(node.pos_args[0]) for node in nodes if node.name == "switch"}
    for node in nodes:
        if node.name != "hyperopt_param":
            continue
        label, draw = node.pos_args[0].obj, node.pos_args[1]
        arguments = [arg.obj for arg in draw.inputs() if isinstance(arg, Literal)]
        found[label] = HyperoptDistribution(
            "choice" if id(node) in chosen else draw.name,
            [argument for argument in arguments if isinstance(argument, int | float)],
        )
    return found


def record_of(trials: Any) -> Any:
    """A HyperoptTrial for each trial of a Hyperopt `Trials`.

    What is no `Trials` is returned as it is: a stub stays a stub, and a check can name what it found.
    """
    from hyperopt import Trials

    return [_trial(trial) for trial in trials.trials] if isinstance(trials, Trials) else trials


def _trial(trial: Any) -> HyperoptTrial:
    loss = trial["result"].get("loss")  # of a trial that failed it can be anything
    return HyperoptTrial(
        values={label: values[0] for label, values in trial["misc"]["vals"].items() if len(values)},
        loss=float(loss) if isinstance(loss, int | float | np.number) else None,
        status=str(trial["result"].get("status")),
    )


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
