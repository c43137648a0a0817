"""A search with Hyperopt: the best of 25 forests for the diabetes data."""

import numpy as np
from hyperopt import STATUS_OK, Trials, fmin, hp, space_eval, tpe
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import cross_val_score

X, y = load_diabetes(return_X_y=True)

space = {
    "max_depth": hp.uniformint("max_depth", 2, 12),
    "max_features": hp.uniform("max_features", 0.1, 1.0),
    "criterion": hp.choice("criterion", ["squared_error", "poisson"]),
}


def objective(params):
    """Return minus the R² of one forest."""
    model = RandomForestRegressor(n_estimators=10, random_state=0, **params)
    score = cross_val_score(model, X, y, cv=3, scoring="r2").mean()
    return {"loss": -score, "status": STATUS_OK}


trials = Trials()
raw = fmin(
    objective,
    space,
    algo=tpe.suggest,
    max_evals=25,
    trials=trials,
    rstate=np.random.default_rng(42),
    show_progressbar=False,
)
best_params = space_eval(space, raw)
best_score = -trials.best_trial["result"]["loss"]

print(f"best R²: {best_score:.3f}")
print("best parameters:", best_params)
print("what fmin returned:", raw)
