"""Data and scores that the grader computes itself, from scikit-learn's own data sets."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.model_selection import StratifiedKFold


def digits_of(rng: np.random.Generator, rows: int = 150, classes: int = 4) -> dict[str, list[Any]]:
    """`X` and `y`: some rows of a few of the ten digits, as JSON data. Nobody can know beforehand which."""
    X, y = load_digits(return_X_y=True)
    chosen = rng.choice(10, size=classes, replace=False)
    kept = rng.permutation(np.flatnonzero(np.isin(y, chosen)))[:rows]
    return {"X": X[kept].tolist(), "y": y[kept].tolist()}


def shuffled(rng: np.random.Generator, y: list[Any]) -> list[Any]:
    """The same labels in another order: nothing is left to learn, so scores drop to chance and vary with the model."""
    order: list[Any] = rng.permutation(y).tolist()
    return order


def breast_cancer() -> dict[str, Any]:
    """`X` and `y` as the notebooks load them: ten of the thirty columns keep each trial short."""
    X, y = load_breast_cancer(return_X_y=True)
    return {"X": X[:, :10], "y": y}


def hopeless_cancer(rng: np.random.Generator, rows: int = 200) -> dict[str, list[Any]]:
    """`X`, `y` and `new`: other columns of the same data set, labels shuffled, and rows to predict.

    With nothing to learn, what a tree predicts depends on each row and each hyperparameter that it was trained with.
    """
    X, y = load_breast_cancer(return_X_y=True)
    order = rng.permutation(len(y))
    trained, new = order[:rows], order[rows : rows + 100]
    return {"X": X[trained, 10:20].tolist(), "y": shuffled(rng, y[trained].tolist()), "new": X[new, 10:20].tolist()}


def patients() -> pd.DataFrame:
    """The table of automl/baseline as its notebook makes it: `therapy_weeks` and `record` give the diagnosis away."""
    cancer = load_breast_cancer(as_frame=True).frame.sample(380, random_state=0, ignore_index=True)
    rng = np.random.default_rng(0)
    ill = cancer["target"] == 0
    columns = ("mean texture", "mean smoothness", "mean symmetry", "mean fractal dimension")
    return (
        cancer[list(columns)]
        .rename(columns=lambda name: name.replace(" ", "_"))
        .assign(
            record=np.where(ill, 20_000, 60_000) + rng.permutation(380) * 7,
            therapy_weeks=np.where(ill, rng.integers(2, 30, 380), rng.integers(0, 3, 380)),
            diagnosis=np.where(ill, "malignant", "benign"),
        )
    )


def accuracy_of(model: Any, data: Mapping[str, Any], seed: int | None = None) -> float:
    """The mean accuracy of an unfitted classifier on `X` and `y` over three stratified folds, which a seed may shuffle.

    It is what `cross_val_score` gives, in half the time.
    """
    X, y = np.asarray(data["X"]), np.asarray(data["y"])
    folds = StratifiedKFold(3, shuffle=seed is not None, random_state=seed).split(X, y)
    scores = [np.mean(clone(model).fit(X[fit], y[fit]).predict(X[left]) == y[left]) for fit, left in folds]
    return float(np.mean(scores))


def training_accuracy_of(model: Any, data: Mapping[str, Any]) -> float:
    """The accuracy on the very rows that the model was fitted on: what a careless objective reports."""
    X, y = np.asarray(data["X"]), np.asarray(data["y"])
    return float(clone(model).fit(X, y).score(X, y))


def any_seed(rng: np.random.Generator) -> int:
    """Never zero, which is what somebody who writes a seed into a function may well take."""
    return int(rng.integers(1, 1000))
