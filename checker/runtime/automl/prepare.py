"""From the frame that was given to the one that trials and notebooks load: split, weighted, in plain types."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from checker.runtime.automl.arguments import SPLITS, Arguments, AutoMLError
from checker.runtime.automl.columns import Columns, describe_columns

SPLIT_COL = "_automl_split_col"
WEIGHT_COL = "_automl_sample_weight"

MIN_ROWS = 5
"""A class, or the data of a regression, needs as many rows to have one at least in each part of the split."""

IMBALANCE = 10
"""The largest class may have as many times the rows of the smallest before the classes are weighted."""

_ROUND = ("train", "validate", "train", "test", "train")
"""60 % for training, 20 % each for validation and test."""


@dataclass(frozen=True)
class Prepared:
    """The features, the target, the split and (where there are weights) WEIGHT_COL; `notes` says what was done to it.

    `pos_label` is the positive class where there are two classes, else None.
    """

    frame: pd.DataFrame
    columns: Columns
    notes: tuple[str, ...]
    pos_label: Any = None

    @property
    def has_weights(self) -> bool:
        """Whether the rows are weighted in training."""
        return WEIGHT_COL in self.frame.columns


def prepare(frame: pd.DataFrame, arguments: Arguments, seed: int) -> Prepared:
    """Split and describe the frame. Raises AutoMLError for a target, a split or weights that cannot be used."""
    notes: list[str] = []
    frame = _with_known_target(frame, arguments, notes)
    target = frame[arguments.target_col]
    pos_label = _positive_class(target, arguments)
    split = _split(frame, arguments, seed)
    weights = _weights(frame, split, arguments, notes)

    roles = {arguments.target_col, arguments.split_col, arguments.sample_weight_col, *arguments.exclude_cols}
    for name in arguments.imputers:
        if name in roles:
            raise AutoMLError(f"imputers has {name!r}, which is no feature: take it out of imputers.")
    features = frame[[name for name in frame.columns if name not in roles]]
    columns = describe_columns(features, arguments.imputers)
    notes += [f"Column {name!r} {why}; it is not used." for name, why in columns.unused.items()]
    notes += [
        f"{', '.join(map(repr, names))}: used as {kind}, not as what the type says."
        for kind, names in columns.conversions.items()
    ]
    prepared = features[columns.features].apply(_plain).assign(**{arguments.target_col: target, SPLIT_COL: split})
    if weights is not None:
        prepared[WEIGHT_COL] = weights
    return Prepared(prepared, columns, tuple(notes), pos_label)


def _with_known_target(frame: pd.DataFrame, arguments: Arguments, notes: list[str]) -> pd.DataFrame:
    name = arguments.target_col
    known = frame[frame[name].notna()]
    known = known.assign(**{name: _plain(known[name])})
    if known.empty:
        raise AutoMLError(f"The target column {name!r} has no values: there is nothing to learn.")
    if len(known) < len(frame):
        notes.append(f"{len(frame) - len(known)} rows have no value in the target column {name!r}; they are left out.")
    if known[name].nunique() == 1:
        raise AutoMLError(
            f"The target column {name!r} is {known[name].iloc[0]!r} in each row: a model needs two values or more."
        )
    if arguments.problem == "regress":
        if types.is_bool_dtype(known[name]) or not _is_numeric(known[name]):
            raise AutoMLError(f"The target column {name!r} does not hold numbers: convert it, or use classify.")
        if len(known) < MIN_ROWS:
            raise AutoMLError(f"The dataset has {len(known)} rows with a target; it needs {MIN_ROWS} or more.")
        return known
    found = pd.api.types.infer_dtype(known[name])
    if found not in ("string", "integer", "boolean", "floating"):
        raise AutoMLError(f"The target column {name!r} holds values of type {found}: classes are strings or numbers.")
    sizes = known[name].value_counts()
    rare = sizes[sizes < MIN_ROWS]
    if len(sizes) - len(rare) < 2:
        raise AutoMLError(
            f"The target column {name!r} has {len(sizes) - len(rare)} classes with {MIN_ROWS} rows or more: "
            "give more rows of each class, or use regress if it is a quantity."
        )
    if len(rare):
        labels = ", ".join(repr(label) for label in rare.index)
        notes.append(f"Classes with fewer than {MIN_ROWS} rows are left out: {labels}.")
    return known[~known[name].isin(rare.index)]


def _is_numeric(values: pd.Series) -> bool:
    return bool(types.is_numeric_dtype(values)) or pd.api.types.infer_dtype(values) == "decimal"


def _positive_class(target: pd.Series, arguments: Arguments) -> Any:
    labels = sorted(target.unique().tolist()) if arguments.problem == "classify" else []
    if arguments.pos_label is None:
        return labels[-1] if len(labels) == 2 else None
    if arguments.pos_label not in labels:
        shown = ", ".join(map(repr, labels[:12])) + (", ..." if len(labels) > 12 else "")
        raise AutoMLError(f"pos_label={arguments.pos_label!r} is not in the target column; its classes are {shown}.")
    if len(labels) > 2:
        raise AutoMLError(f"pos_label is for two classes, and the target column has {len(labels)}: leave it out.")
    return labels[labels.index(arguments.pos_label)]


def _split(frame: pd.DataFrame, arguments: Arguments, seed: int) -> pd.Series:
    """For each row "train", "validate" or "test"."""
    if arguments.split_col is not None:
        split = _given_split(frame, arguments.split_col)
    elif arguments.time_col is not None:
        split = _split_by_time(frame, arguments.time_col)
    else:
        shuffled = frame.sample(frac=1, random_state=seed)
        # Dealt out in turn, class by class: each class gets its share of each part.
        groups = shuffled[arguments.target_col] if arguments.problem == "classify" else np.zeros(len(shuffled))
        turn = shuffled.groupby(groups, observed=True).cumcount() % len(_ROUND)
        split = turn.map(dict(enumerate(_ROUND))).reindex(frame.index)
    target = frame[arguments.target_col]
    if arguments.problem == "classify":
        unseen = set(target.unique()) - set(target[split == "train"].unique())
        if unseen:
            raise AutoMLError(f"The training part has no row of the class {unseen.pop()!r}: split it in another way.")
    return split


def _given_split(frame: pd.DataFrame, name: str) -> pd.Series:
    odd = [value for value in frame[name].unique().tolist() if value not in SPLITS]
    if odd:
        raise AutoMLError(f"split_col {name!r} has the value {odd[0]!r}; it takes 'train', 'validate' and 'test'.")
    for part in SPLITS:
        if not (frame[name] == part).any():
            raise AutoMLError(f"split_col {name!r} has no row with {part!r}: each of the three parts needs some.")
    return frame[name].astype(str)


def _split_by_time(frame: pd.DataFrame, name: str) -> pd.Series:
    times = frame[name]
    if not types.is_numeric_dtype(times):
        times = pd.to_datetime(times, errors="coerce", format="ISO8601", utc=True)
    if times.isna().any():
        raise AutoMLError(
            f"time_col {name!r} has {int(times.isna().sum())} rows without a time: "
            "it takes dates, ISO 8601 strings or numbers, and a value in each row."
        )
    rank = times.rank(method="first") / len(times)
    return pd.cut(rank, [0, 0.6, 0.8, 1], labels=list(SPLITS)).astype(str)


def _weights(frame: pd.DataFrame, split: pd.Series, arguments: Arguments, notes: list[str]) -> pd.Series | None:
    """The weights of the rows in training: the given ones, or those that give each class the same say, or none."""
    name = arguments.sample_weight_col
    if name is not None:
        weights = frame[name]
        if not types.is_numeric_dtype(weights) or weights.isna().any() or (weights < 0).any():
            raise AutoMLError(f"sample_weight_col {name!r} must hold a number of 0 or more in each row.")
        notes.append(f"Rows weigh what {name!r} says in training; metrics weigh all rows alike.")
        return weights.astype(float)
    if arguments.problem == "regress":
        return None
    target = frame[arguments.target_col]
    sizes = target[split == "train"].value_counts()
    if sizes.max() < IMBALANCE * sizes.min():
        return None
    notes.append(
        f"The largest class has {sizes.max()} rows in the training part and the smallest {sizes.min()}: "
        "in training, rows weigh more the rarer their class; metrics weigh all rows alike."
    )
    return target.map(sizes.sum() / (len(sizes) * sizes)).astype(float)


def _plain(values: pd.Series) -> pd.Series:
    """Values of a type that Parquet keeps as it is."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if (
        types.is_extension_array_dtype(values.dtype)
        and values.notna().all()
        and not types.is_datetime64_any_dtype(values)
    ):
        values = pd.Series(values.tolist(), values.index, name=values.name)
    found = pd.api.types.infer_dtype(values, skipna=True)
    if found == "decimal":
        return values.astype(float)
    if found in ("mixed", "mixed-integer"):
        return values.astype(str).where(values.notna(), None)
    return values
