"""What a question asks of Hyperopt's search spaces and trials."""

from typing import Any

import numpy as np
import pytest
from hyperopt import STATUS_FAIL, STATUS_OK, Trials, fmin, hp, rand
from hyperopt.early_stop import no_progress_loss
from hyperopt.pyll import scope

from checker.runtime.kernel.helpers.hyperopt import distributions_of, draw_from, record_of, trials_of


def test_draws_repeat_under_a_seed() -> None:
    space = {"x": hp.uniform("x", 0, 1)}
    assert draw_from(space, 3, 5) == draw_from(space, 3, 5) != draw_from(space, 3, 6)


def test_every_distribution_is_named_with_its_arguments() -> None:
    space = {
        "c": hp.choice("c", ["a", "b"]),
        "r": hp.randint("r", 2, 9),
        "u": hp.uniform("u", 0, 1),
        "l": hp.loguniform("l", -3, 0),
        "q": hp.quniform("q", 50, 500, 50),
        "i": hp.uniformint("i", 1, 5),
        "s": scope.int(hp.quniform("s", 1, 5, 1)),
    }
    found = distributions_of(space)
    assert {label: entry.name for label, entry in found.items()} == {
        "c": "choice", "r": "randint", "u": "uniform", "l": "loguniform",
        "q": "quniform", "i": "quniform", "s": "quniform",
    }  # fmt: skip
    assert found["q"].arguments == [50, 500, 50]


def test_trials_come_back_as_values_loss_and_status() -> None:
    def objective(x: float) -> dict[str, Any]:
        return {"status": STATUS_FAIL} if x < 0.5 else {"loss": x, "status": STATUS_OK}

    trials = Trials()
    fmin(objective, hp.uniform("x", 0, 1), algo=rand.suggest, max_evals=8, trials=trials,
         rstate=np.random.default_rng(0), show_progressbar=False)  # fmt: skip
    records = record_of(trials)
    assert len(records) == 8
    for record in records:
        failed = record.values["x"] < 0.5
        assert record.status == (STATUS_FAIL if failed else STATUS_OK)
        assert record.loss == (None if failed else record.values["x"])


def test_trials_in_the_middle_of_a_search() -> None:
    trials = trials_of([{"loss": 0.5}, {"status": "fail"}, {"status": "new"}])
    assert trials.losses() == [0.5, None, None]
    assert trials.statuses() == ["ok", "fail", "new"]
    assert len(trials.trials) == 3
    with pytest.raises(KeyError, match="loss"):  # as it meets SparkTrials (hyperopt issue 808)
        no_progress_loss(5)(trials)
