"""A search with Optuna: the best of 25 forests for the diabetes data."""

import optuna
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import cross_val_score

X, y = load_diabetes(return_X_y=True)


def objective(trial):
    """Return the R² of one forest."""
    params = {
        "max_depth": trial.suggest_int("max_depth", 2, 12),
        "max_features": trial.suggest_float("max_features", 0.1, 1.0),
        "criterion": trial.suggest_categorical("criterion", ["squared_error", "poisson"]),
    }
    model = RandomForestRegressor(n_estimators=10, random_state=0, **params)
    return cross_val_score(model, X, y, cv=3, scoring="r2").mean()


study = optuna.create_study(
    direction="maximize",
    sampler=optuna.samplers.TPESampler(seed=42),
)
study.optimize(objective, n_trials=25)
best_params = study.best_params
best_score = study.best_value

print(f"best R²: {best_score:.3f}")
print("best parameters:", best_params)
