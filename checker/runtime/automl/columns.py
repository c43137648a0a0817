"""What a column holds, which may be other than its type says: numbers in strings, or categories in whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas.api import types

from checker.runtime.automl.arguments import AutoMLError

MAX_CODES = 10
"""Whole numbers with 3 to as many different values are categories, if each value has ten rows on average."""

MIN_WORDS = 4
"""A string column is text if its values have as many words on average and most differ."""

MIN_IDS = 20
"""With fewer rows, nobody can tell an identifier from a value that happens to differ in each row."""

ACCEPTED = 0.95
"""The share of a string column's values that must read as numbers (or dates) for it to be one."""


@dataclass(frozen=True)
class Columns:
    """The features by kind, each with its imputer (arguments of SimpleImputer), and what is not used, with the reason.

    `conversions` holds, by kind, the columns whose kind is not the one of their type.
    """

    numeric: dict[str, dict[str, Any]]
    categorical: dict[str, dict[str, Any]]
    datetime: tuple[str, ...]
    text: tuple[str, ...]
    unused: dict[str, str]
    conversions: dict[str, list[str]]

    @property
    def features(self) -> list[str]:
        """All that the model sees."""
        return [*self.numeric, *self.categorical, *self.datetime, *self.text]


def describe_columns(frame: pd.DataFrame, imputers: Mapping[str, dict[str, Any]]) -> Columns:
    """The kinds of the frame's columns, which are all features.

    A column with an imputer of its own keeps the kind of its type, as on Databricks. Raises AutoMLError if no column
    can be used, or an imputer does not fit its column.
    """
    numeric: dict[str, dict[str, Any]] = {}
    categorical: dict[str, dict[str, Any]] = {}
    by_kind: dict[str, list[str]] = {"datetime": [], "text": [], "unused": []}
    unused: dict[str, str] = {}
    conversions: dict[str, list[str]] = {}
    for name in frame.columns:
        values = frame[name]
        native = _native_kind(values)
        imputer = imputers.get(name)
        why = _why_unused(values, native)
        if why:
            if imputer is not None:
                raise AutoMLError(f"imputers has {name!r}, which {why}: take it out of imputers.")
            unused[name] = why
            continue
        kind = native if imputer is not None else _kind(values, native)
        if kind != native:
            conversions.setdefault(kind, []).append(name)
        if imputer is not None:
            _check_imputer(name, kind, imputer)
        if kind == "numeric":
            numeric[name] = imputer or {"strategy": "mean"}
        elif kind == "categorical":
            categorical[name] = imputer or {"strategy": "constant", "fill_value": "missing"}
        else:
            by_kind[kind].append(name)
    columns = Columns(numeric, categorical, tuple(by_kind["datetime"]), tuple(by_kind["text"]), unused, conversions)
    if not columns.features:
        reasons = "; ".join(f"{name!r} {why}" for name, why in unused.items())
        raise AutoMLError(f"No column is left to learn from{': ' + reasons if reasons else ''}.")
    return columns


def _native_kind(values: pd.Series) -> str:
    """The kind of the column's type."""
    if types.is_bool_dtype(values):
        return "categorical"
    if types.is_numeric_dtype(values) or pd.api.types.infer_dtype(values, skipna=True) == "decimal":
        return "numeric"
    if types.is_datetime64_any_dtype(values):
        return "datetime"
    if pd.api.types.infer_dtype(values, skipna=True) in ("date", "datetime"):
        return "datetime"
    return "categorical"


def _kind(values: pd.Series, native: str) -> str:
    """The kind of what the column holds; `values` has at least two different ones."""
    known = values.dropna()
    if native == "numeric":
        codes = types.is_integer_dtype(known) and 3 <= known.nunique() <= MAX_CODES
        return "categorical" if codes and len(known) >= 10 * known.nunique() else "numeric"
    if native == "datetime" or pd.api.types.infer_dtype(known) != "string":
        return native
    if isinstance(values.dtype, pd.CategoricalDtype):
        return native
    if pd.to_numeric(known, errors="coerce").notna().mean() >= ACCEPTED:
        return "numeric"
    if pd.to_datetime(known, errors="coerce", format="ISO8601", utc=True).notna().mean() >= ACCEPTED:
        return "datetime"
    return "text" if _is_text(known) else "categorical"


def _is_text(known: pd.Series) -> bool:
    return bool(known.str.split().str.len().mean() >= MIN_WORDS and known.nunique() > 0.5 * len(known))


def _why_unused(values: pd.Series, native: str) -> str | None:
    """Why nothing can be learned from the column, as the end of a sentence."""
    known = values.dropna()
    if known.empty:
        return "has no values"
    try:
        different = known.nunique()
    except TypeError:  # lists, dicts, Spark's vectors
        return f"holds values of type {type(known.iloc[0]).__name__}, which are not supported"
    if different == 1:
        return "has the same value in each row"
    if different == len(values) >= MIN_IDS:
        if types.is_integer_dtype(known) and known.max() - known.min() == len(known) - 1:
            return "numbers the rows"
        if native == "categorical" and _kind(values, native) == "categorical":
            return "has a different value in each row"
    return None


def _check_imputer(name: str, kind: str, imputer: dict[str, Any]) -> None:
    strategy = imputer["strategy"]
    if kind not in ("numeric", "categorical"):
        raise AutoMLError(f"imputers has {name!r}, a {kind} column: only numbers and categories are imputed.")
    if kind == "categorical" and strategy in ("mean", "median"):
        raise AutoMLError(f"imputers has {strategy!r} for {name!r}, whose values are not numbers: use 'most_frequent'.")
    if kind == "numeric" and strategy == "constant" and not isinstance(imputer["fill_value"], int | float):
        raise AutoMLError(f"imputers has the fill_value {imputer['fill_value']!r} for {name!r}, a column of numbers.")
