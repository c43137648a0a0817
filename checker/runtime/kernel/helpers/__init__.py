"""The helpers that a question's expression may call, by the library that they ask.

A library is imported when a helper that needs it is called: the kernel of a notebook without it need not wait for it.
"""

from collections.abc import Callable
from typing import Any

from checker.runtime.kernel.helpers import hyperopt, mlflow, optuna, sklearn
from checker.runtime.kernel.stand_ins import quick_loss, scripted, standing_in

HELPERS: dict[str, Callable[..., Any]] = {
    helper.__name__: helper
    for helper in (
        *(standing_in, quick_loss, scripted),
        *(hyperopt.draw_from, hyperopt.distributions_of, hyperopt.record_of, hyperopt.trials_of),
        *(sklearn.sampled, sklearn.search_record),
        *(optuna.suggested, optuna.new_study, optuna.answered, optuna.tried, optuna.continued, optuna.study_record),
        *(optuna.searched_until, optuna.proposals),
        mlflow.run_with,
    )
}
"""The names that a question may use, beside the notebook's own and its inputs."""
