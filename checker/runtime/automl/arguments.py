"""The arguments of `classify` and `regress`: what they may be, and one clear sentence for each that cannot be used."""

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pandas as pd
from pyspark.sql import DataFrame as SparkDataFrame

from checker.runtime.automl.metrics import METRICS, Metric
from checker.runtime.automl.models import FRAMEWORKS

DEFAULT_MINUTES = 120
"""Databricks' own default of `timeout_minutes`. Here the budget of trials ends a run long before."""

STRATEGIES = ("mean", "median", "most_frequent", "constant")

SPLITS = ("train", "validate", "test")

Function = TypeVar("Function", bound=Callable[..., Any])


class AutoMLError(ValueError):
    """The arguments or the data are such that AutoML cannot begin, or no trial ended; the message says what to do."""


@dataclass(frozen=True)
class Arguments:
    """What was asked for, checked against the data; `problem` is "classify" or "regress"."""

    problem: str
    target_col: str
    metric: Metric
    exclude_cols: tuple[str, ...] = ()
    exclude_frameworks: tuple[str, ...] = ()
    imputers: dict[str, dict[str, Any]] = field(default_factory=dict)
    pos_label: Any = None
    split_col: str | None = None
    sample_weight_col: str | None = None
    time_col: str | None = None
    timeout_minutes: float = DEFAULT_MINUTES


def says_what_it_takes(function: Function) -> Function:
    """Refuse an unknown argument with the list of the real ones; the signature stays as it is."""
    names = list(inspect.signature(function).parameters)

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        for name in kwargs:
            if name == "max_trials":
                raise TypeError(
                    f"{function.__name__}() has no argument 'max_trials': Databricks took it away in Runtime 11.0 ML; "
                    "limit the search by timeout_minutes."
                )
            if name not in names:
                raise TypeError(
                    f"{function.__name__}() has no argument {name!r}; its arguments are {', '.join(names)}."
                )
        return function(*args, **kwargs)

    return checked  # type: ignore[return-value]


def to_pandas(dataset: Any) -> pd.DataFrame:
    """A pandas frame of its own. Raises AutoMLError for anything but a pandas or Spark frame, or an empty one."""
    if isinstance(dataset, pd.DataFrame):
        frame = dataset.copy()
    elif isinstance(dataset, SparkDataFrame):
        frame = dataset.toPandas()
    elif type(dataset).__module__.startswith("pyspark.pandas"):
        frame = dataset.to_pandas()
    else:
        advice = "; for a table, give spark.table(name)" if isinstance(dataset, str) else ""
        raise AutoMLError(f"dataset is a {type(dataset).__name__}: give a pandas or Spark DataFrame{advice}.")
    if frame.empty:
        raise AutoMLError(f"dataset has {len(frame)} rows and {frame.shape[1]} columns: nothing can be learned.")
    odd = [name for name in frame.columns if not isinstance(name, str)]
    if odd:
        raise AutoMLError(f"dataset has a column named {odd[0]!r}, which is not a string: rename it to one.")
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise AutoMLError(f"dataset has more than one column named {twice[0]!r}: give each a name of its own.")
    return frame.reset_index(drop=True)


def check_arguments(
    frame: pd.DataFrame,
    problem: str,
    *,
    target_col: str,
    primary_metric: str,
    timeout_minutes: float | None,
    exclude_cols: Iterable[str] | None = None,
    exclude_frameworks: Iterable[str] | None = None,
    feature_store_lookups: Any = None,
    imputers: dict[str, Any] | None = None,
    pos_label: Any = None,
    split_col: str | None = None,
    sample_weight_col: str | None = None,
    time_col: str | None = None,
) -> Arguments:
    """The arguments in one piece. Raises AutoMLError for the first that cannot be honoured."""
    if feature_store_lookups is not None:
        raise AutoMLError("feature_store_lookups cannot be used: there is no feature store outside Databricks.")
    metrics = {metric.name: metric for metric in METRICS[problem]}
    if primary_metric not in metrics:
        raise AutoMLError(f"primary_metric={primary_metric!r} is not known; {problem} takes {_listed(metrics)}.")
    minutes = DEFAULT_MINUTES if timeout_minutes is None else timeout_minutes
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not minutes > 0:
        raise AutoMLError(f"timeout_minutes={minutes!r} is not a number of minutes above 0.")
    excluded = _names("exclude_cols", exclude_cols)
    roles = {"target_col": target_col, "split_col": split_col, "time_col": time_col}
    roles["sample_weight_col"] = sample_weight_col
    for role, name in roles.items():
        if name is not None:
            _must_exist(frame, role, name)
            if name in excluded:
                raise AutoMLError(f"exclude_cols has {name!r}, which is also the {role}: take it out of one.")
    if len(used := [name for name in roles.values() if name is not None]) != len(set(used)):
        raise AutoMLError(f"{_listed(role for role in roles)} must be different columns.")
    for name in excluded:
        _must_exist(frame, "exclude_cols", name)
    if split_col is not None and time_col is not None:
        raise AutoMLError("split_col and time_col both say how to split the data: give one of them.")
    frameworks = _names("exclude_frameworks", exclude_frameworks)
    for name in frameworks:
        if name not in FRAMEWORKS:
            raise AutoMLError(f"exclude_frameworks has {name!r}, which is not known; it takes {_listed(FRAMEWORKS)}.")
    return Arguments(
        problem=problem,
        target_col=target_col,
        metric=metrics[primary_metric],
        exclude_cols=excluded,
        exclude_frameworks=frameworks,
        imputers={name: _imputer(frame, name, wish) for name, wish in (imputers or {}).items()},
        pos_label=pos_label,
        split_col=split_col,
        sample_weight_col=sample_weight_col,
        time_col=time_col,
        timeout_minutes=float(minutes),
    )


def _imputer(frame: pd.DataFrame, name: str, wish: Any) -> dict[str, Any]:
    """The wish as arguments of scikit-learn's SimpleImputer."""
    _must_exist(frame, "imputers", name)
    imputer = {"strategy": wish} if isinstance(wish, str) else wish
    if not isinstance(imputer, dict) or imputer.get("strategy") not in STRATEGIES:
        raise AutoMLError(
            f"imputers has {wish!r} for {name!r}; it takes 'mean', 'median', 'most_frequent' "
            "or {'strategy': 'constant', 'fill_value': ...}."
        )
    wants_value = imputer["strategy"] == "constant"
    if imputer.keys() - {"strategy"} != ({"fill_value"} if wants_value else set()):
        needs = "needs a fill_value and nothing else" if wants_value else "takes nothing else"
        raise AutoMLError(f"imputers has {wish!r} for {name!r}: the strategy {imputer['strategy']!r} {needs}.")
    return imputer


def _names(argument: str, names: Iterable[str] | None) -> tuple[str, ...]:
    if isinstance(names, str):
        raise AutoMLError(f"{argument}={names!r} is a string: give a list, [{names!r}].")
    return tuple(names or ())


def _must_exist(frame: pd.DataFrame, argument: str, name: str) -> None:
    if name not in frame.columns:
        raise AutoMLError(f"{argument} names {name!r}, which is no column; there are {_listed(frame.columns)}.")


def _listed(names: Iterable[str]) -> str:
    """The first names, for a sentence."""
    every = [str(name) for name in names]
    shown = every if len(every) <= 12 else [*every[:10], f"{len(every) - 10} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
