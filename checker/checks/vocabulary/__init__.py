"""The words that checks are made of: each function looks at one property of a tuning run.

    from checker.checks import vocabulary as the

    the.is_within("C", values, 0.01, 100)

A function returns where the property holds and raises NeedsWork where it does not, with what was found and what was
expected. It takes what an answer is made of (values of any kind, and the records of `checker.runtime.kernel.records`),
or the RunRecords that a check receives as `runs`. `ask` is a question that points at the likely cause; it ends what was
found. Bands are wide: with the number of draws that the exercises ask for, a right space fails less than once in a
million.
"""

from checker.checks.vocabulary.claims import (
    best_is_best_child,
    best_params_are_best_childs,
    is_best_run,
    metrics_follow,
)
from checker.checks.vocabulary.logged import (
    are_different,
    logs_metric,
    logs_params,
    logs_tag,
    one_of,
    params_of,
    params_within,
    real,
    whole,
    whole_to,
)
from checker.checks.vocabulary.objectives import STATUSES, failed_trial, successful_loss, trial_result
from checker.checks.vocabulary.pruning import ends_when_advised, reports_each_step
from checker.checks.vocabulary.registry import holds_alias
from checker.checks.vocabulary.runs import all_ended, failed_trials_failed, finished, ran_at_a_time, run_tree
from checker.checks.vocabulary.scores import (
    are_same,
    follows_the_data,
    is_loss_of,
    is_same,
    losses_follow,
    lower_is_better,
    repeats,
    same_predictions,
    trained_with,
)
from checker.checks.vocabulary.searches import (
    is_another,
    is_record,
    is_repeated,
    ran,
    recorded_loss,
    same_parameters,
    stays_in,
    stops_at,
    stops_without_progress,
    trials_follow,
)
from checker.checks.vocabulary.showing import configuration, is_number, is_object, show
from checker.checks.vocabulary.spaces import (
    has_hyperparameters,
    has_labels,
    is_category,
    is_continuous,
    is_even,
    is_integer,
    is_ordered,
    is_within,
    takes,
    values_of,
)
from checker.checks.vocabulary.studies import (
    best_trial,
    direction_of,
    is_study,
    states_of,
    study_direction,
    study_ran,
    study_repeats,
    study_varies,
    trial_states,
)
from checker.checks.vocabulary.suggestions import (
    asks_for,
    asks_for_each,
    better_is,
    suggests_category,
    suggests_number,
    trial_values,
)

__all__ = [
    "STATUSES",
    "all_ended",
    "are_different",
    "are_same",
    "asks_for",
    "asks_for_each",
    "best_is_best_child",
    "best_params_are_best_childs",
    "best_trial",
    "better_is",
    "configuration",
    "direction_of",
    "ends_when_advised",
    "failed_trial",
    "failed_trials_failed",
    "finished",
    "follows_the_data",
    "has_hyperparameters",
    "has_labels",
    "holds_alias",
    "is_another",
    "is_best_run",
    "is_category",
    "is_continuous",
    "is_even",
    "is_integer",
    "is_loss_of",
    "is_number",
    "is_object",
    "is_ordered",
    "is_record",
    "is_repeated",
    "is_same",
    "is_study",
    "is_within",
    "logs_metric",
    "logs_params",
    "logs_tag",
    "losses_follow",
    "lower_is_better",
    "metrics_follow",
    "one_of",
    "params_of",
    "params_within",
    "ran",
    "ran_at_a_time",
    "real",
    "recorded_loss",
    "repeats",
    "reports_each_step",
    "run_tree",
    "same_parameters",
    "same_predictions",
    "show",
    "states_of",
    "stays_in",
    "stops_at",
    "stops_without_progress",
    "study_direction",
    "study_ran",
    "study_repeats",
    "study_varies",
    "successful_loss",
    "suggests_category",
    "suggests_number",
    "takes",
    "trained_with",
    "trial_result",
    "trial_states",
    "trial_values",
    "trials_follow",
    "values_of",
    "whole",
    "whole_to",
]
