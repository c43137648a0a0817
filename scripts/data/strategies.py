"""Writes book/data/strategies.csv: the losses of grid, random and TPE search in a race of many repeats.

One row for each repeat and trial; the columns `grid`, `random` and `tpe` hold the trial's loss, the
root mean squared error over three folds, in the unit of the target. The three strategies of a repeat
see the same folds, drawn from the repeat's seed, and run as many trials as the grid has points. A grid
has no order of its own, so each repeat walks through it in another one.
"""

import csv
from collections.abc import Iterator
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from hyperopt import Trials, fmin, hp, rand, tpe
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import KFold, ParameterGrid, cross_val_score

TARGET = Path(__file__).parents[2] / "book" / "data" / "strategies.csv"
REPEATS = 12

X, y = load_diabetes(return_X_y=True)

GRID = ParameterGrid(
    {
        "learning_rate": [0.01, 0.1, 1.0],
        "max_depth": [1, 3, 6],
        "subsample": [0.3, 0.65, 1.0],
        "min_samples_leaf": [1, 15, 30],
    }
)
SPACE = {
    "learning_rate": hp.loguniform("learning_rate", log(0.01), log(1.0)),
    "max_depth": hp.uniformint("max_depth", 1, 6),
    "subsample": hp.uniform("subsample", 0.3, 1.0),
    "min_samples_leaf": hp.uniformint("min_samples_leaf", 1, 30),
}
BUDGET = len(GRID)


def loss_of(params: dict[str, Any], repeat: int) -> float:
    """The root mean squared error of one configuration, over the three folds of a repeat."""
    model = GradientBoostingRegressor(**params, n_estimators=30, random_state=0)
    folds = KFold(3, shuffle=True, random_state=repeat)
    return -float(cross_val_score(model, X, y, cv=folds, scoring="neg_root_mean_squared_error").mean())


def grid_losses(repeat: int, trials: int = BUDGET) -> list[float]:
    """The losses of the first trials of a grid search, in this repeat's order."""
    order = np.random.default_rng(repeat).permutation(BUDGET)[:trials]
    return [loss_of(GRID[int(at)], repeat) for at in order]


def searched_losses(algo: Any, repeat: int, trials: int = BUDGET) -> list[float]:
    """The losses of the first trials of a search by Hyperopt."""
    record = Trials()
    fmin(
        lambda params: loss_of(params, repeat),
        SPACE,
        algo=algo,
        max_evals=trials,
        trials=record,
        rstate=np.random.default_rng(repeat),
        show_progressbar=False,
    )
    return list(record.losses())


def rows(repeats: int, trials: int = BUDGET) -> Iterator[dict[str, Any]]:
    """The rows of the file, for the first repeats and trials."""
    for repeat in range(repeats):
        losses = zip(
            grid_losses(repeat, trials),
            searched_losses(rand.suggest, repeat, trials),
            searched_losses(tpe.suggest, repeat, trials),
            strict=True,
        )
        for trial, (grid, random, learned) in enumerate(losses, start=1):
            yield {
                "repeat": repeat,
                "trial": trial,
                "grid": f"{grid:.4f}",
                "random": f"{random:.4f}",
                "tpe": f"{learned:.4f}",
            }


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["repeat", "trial", "grid", "random", "tpe"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(REPEATS))
