"""Rows that the grader chooses for this chapter."""

from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split


def cancer_rows(rng: np.random.Generator) -> dict[str, list[Any]]:
    """Other columns and fewer rows of the notebook's data, with as many of each class in a hundred."""
    X, y = load_breast_cancer(return_X_y=True)
    X, _, y, _ = train_test_split(X[:, 10:20], y, train_size=240, stratify=y, random_state=int(rng.integers(2**31)))
    return {"X": X.tolist(), "y": y.tolist()}
