"""Writes book/data/samplers.csv: Optuna's samplers at equal budget, on one real search, over several seeds.

The search: a support vector regression on scikit-learn's diabetes data, with three hyperparameters on a
logarithmic scale; a trial's value is the root mean squared error of five folds. Each row is a trial:
sampler, seed, trial (from 1), and the best value so far.

    python scripts/data/samplers.py
"""

import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
from optuna import samplers
from sklearn.datasets import load_diabetes
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVR

TARGET = Path(__file__).parents[2] / "book" / "data" / "samplers.csv"

BOUNDS = {"C": (0.1, 10_000.0), "gamma": (0.001, 100.0), "epsilon": (0.1, 100.0)}
POINTS = {"C": 4, "gamma": 4, "epsilon": 3}
"""Values of each hyperparameter in the grid: 48 configurations, which is the budget of every sampler."""

BUDGET = math.prod(POINTS.values())
SEEDS = range(12)

X, y = load_diabetes(return_X_y=True)


def grid() -> dict[str, list[float]]:
    """For each hyperparameter its values, evenly spaced on the logarithmic scale, both bounds included."""
    return {name: np.geomspace(*bounds, POINTS[name]).tolist() for name, bounds in BOUNDS.items()}


SAMPLERS: dict[str, Callable[[int], samplers.BaseSampler]] = {
    "grid": lambda seed: samplers.GridSampler(grid(), seed=seed),
    "random": lambda seed: samplers.RandomSampler(seed=seed),
    "TPE": lambda seed: samplers.TPESampler(seed=seed),
    "CMA-ES": lambda seed: samplers.CmaEsSampler(seed=seed),
}


def objective(trial: optuna.Trial) -> float:
    """Return the root mean squared error of five folds."""
    params = {name: trial.suggest_float(name, low, high, log=True) for name, (low, high) in BOUNDS.items()}
    return float(-cross_val_score(SVR(**params), X, y, cv=5, scoring="neg_root_mean_squared_error").mean())


def best_so_far(sampler: str, seed: int, trials: int = BUDGET) -> list[float]:
    """The best value after each trial."""
    study = optuna.create_study(sampler=SAMPLERS[sampler](seed))
    study.optimize(objective, n_trials=trials)
    return [min(trial.value for trial in study.trials[: at + 1]) for at in range(trials)]


def main() -> None:
    """Run all searches; takes a few minutes."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sampler", "seed", "trial", "best"])
        for sampler in SAMPLERS:
            for seed in SEEDS:
                for trial, best in enumerate(best_so_far(sampler, seed), start=1):
                    writer.writerow([sampler, seed, trial, f"{best:.4f}"])


if __name__ == "__main__":
    main()
