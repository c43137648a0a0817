"""The kinds of models that AutoML tries: for each, how it is built and which of its hyperparameters are tuned.

A description here serves the search, which needs expressions of Hyperopt, and the notebook, which needs source text.
"""

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hyperopt import hp

FRAMEWORKS = ("sklearn", "xgboost", "lightgbm")
"""What `exclude_frameworks` may name (docs.databricks.com, "AutoML Python API reference")."""


@dataclass(frozen=True)
class Parameter:
    """A hyperparameter: `function` is the name in `hyperopt.hp`, `bounds` are values that a reader knows, not logs."""

    name: str
    function: str
    bounds: tuple[Any, ...]

    def expression(self, label: str) -> Any:
        """The hyperparameter for a search space of Hyperopt."""
        if self.function == "choice":
            return hp.choice(label, list(self.bounds))
        bounds = np.log(self.bounds) if self.function == "loguniform" else self.bounds
        return getattr(hp, self.function)(label, *bounds)

    def source(self) -> str:
        """The same as a line of Python."""
        if self.function == "choice":
            return f'hp.choice("{self.name}", {list(self.bounds)!r})'.replace("'", '"')
        bounds = [f"np.log({one})" if self.function == "loguniform" else repr(one) for one in self.bounds]
        return f'hp.{self.function}("{self.name}", {", ".join(bounds)})'


@dataclass(frozen=True)
class Model:
    """One kind of model.

    `estimator` is the class's name and `module` where it comes from; `fixed` are arguments that are not tuned. Where
    `encodes_labels` is set, the class wants the numbers 0, 1, ... as its labels.
    """

    name: str
    title: str
    framework: str
    module: str
    estimator: str
    parameters: tuple[Parameter, ...]
    fixed: dict[str, Any] = field(default_factory=dict)
    encodes_labels: bool = False


_TREE = (
    Parameter("max_depth", "uniformint", (2, 12)),
    Parameter("min_samples_leaf", "uniformint", (1, 20)),
)
_FOREST = (
    Parameter("n_estimators", "uniformint", (20, 150)),
    Parameter("max_depth", "uniformint", (2, 12)),
    Parameter("min_samples_leaf", "uniformint", (1, 10)),
    Parameter("max_features", "uniform", (0.2, 1.0)),
)
_BOOSTING = (
    Parameter("n_estimators", "uniformint", (20, 150)),
    Parameter("learning_rate", "loguniform", (0.01, 0.5)),
    Parameter("max_depth", "uniformint", (2, 8)),
    Parameter("subsample", "uniform", (0.5, 1.0)),
    Parameter("reg_lambda", "loguniform", (0.001, 10)),
)
_ONE_JOB = {"n_jobs": 1}
_LIGHTGBM = {"subsample_freq": 1, "n_jobs": 1, "verbosity": -1}

CLASSIFIERS = (
    Model("decision_tree", "Decision tree", "sklearn", "sklearn.tree", "DecisionTreeClassifier", _TREE),
    Model("random_forest", "Random forest", "sklearn", "sklearn.ensemble", "RandomForestClassifier", _FOREST, _ONE_JOB),
    Model(
        "logistic_regression",
        "Logistic regression",
        "sklearn",
        "sklearn.linear_model",
        "LogisticRegression",
        (Parameter("C", "loguniform", (0.001, 100)),),
        {"max_iter": 1000},
    ),
    Model("lightgbm", "LightGBM", "lightgbm", "lightgbm", "LGBMClassifier", _BOOSTING, _LIGHTGBM),
    Model("xgboost", "XGBoost", "xgboost", "xgboost", "XGBClassifier", _BOOSTING, _ONE_JOB, encodes_labels=True),
)
REGRESSORS = (
    Model("decision_tree", "Decision tree", "sklearn", "sklearn.tree", "DecisionTreeRegressor", _TREE),
    Model("random_forest", "Random forest", "sklearn", "sklearn.ensemble", "RandomForestRegressor", _FOREST, _ONE_JOB),
    Model(
        "linear_sgd",
        "Linear regression by SGD",
        "sklearn",
        "sklearn.linear_model",
        "SGDRegressor",
        (
            Parameter("alpha", "loguniform", (0.00001, 0.1)),
            Parameter("penalty", "choice", ("l1", "l2", "elasticnet")),
            Parameter("eta0", "loguniform", (0.0001, 0.05)),
        ),
        {"max_iter": 2000},
    ),
    Model("lightgbm", "LightGBM", "lightgbm", "lightgbm", "LGBMRegressor", _BOOSTING, _LIGHTGBM),
    Model("xgboost", "XGBoost", "xgboost", "xgboost", "XGBRegressor", _BOOSTING, _ONE_JOB),
)


def is_installed(framework: str) -> bool:
    """Whether the framework can be imported; LightGBM, for one, is there and yet cannot be where libomp is missing."""
    try:
        importlib.import_module(framework)
    except Exception:
        return False
    return True


def choose_models(models: Iterable[Model], exclude_frameworks: Iterable[str]) -> tuple[Model, ...]:
    """Those of a framework that is installed and not excluded."""
    wanted = {name for name in FRAMEWORKS if name not in set(exclude_frameworks) and is_installed(name)}
    return tuple(model for model in models if model.framework in wanted)
