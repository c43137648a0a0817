"""What the chapter on search strategies says, where a page would be too slow to show it."""

import csv

import numpy as np
import pytest
from hyperopt import rand, tpe
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import KFold, cross_val_score

from scripts.data import strategies


@pytest.mark.long
def test_grid_wastes_trials_on_a_hyperparameter_that_does_not_matter() -> None:
    X, y = load_diabetes(return_X_y=True)

    def error(learning_rate: float, min_samples_leaf: int) -> float:
        model = GradientBoostingRegressor(
            learning_rate=learning_rate,
            min_samples_leaf=min_samples_leaf,
            max_depth=1,
            n_estimators=30,
            random_state=0,
        )
        folds = KFold(3, shuffle=True, random_state=0)
        return -float(cross_val_score(model, X, y, cv=folds, scoring="neg_root_mean_squared_error").mean())

    grid = {(rate, leaf): error(rate, leaf) for rate in (0.01, 0.1, 1.0) for leaf in (1, 15, 30)}
    by_rate = [np.mean([grid[rate, leaf] for leaf in (1, 15, 30)]) for rate in (0.01, 0.1, 1.0)]
    by_leaf = [np.mean([grid[rate, leaf] for rate in (0.01, 0.1, 1.0)]) for leaf in (1, 15, 30)]
    assert np.ptp(by_leaf) < np.ptp(by_rate) / 5

    def best_of_nine(seed: int) -> float:
        rng = np.random.default_rng(seed)
        return min(error(10 ** rng.uniform(-2, 0), int(rng.integers(1, 31))) for _ in range(9))

    assert sum(best_of_nine(seed) < min(grid.values()) for seed in range(12)) >= 10


@pytest.mark.long
def test_spark_cross_validator_counts_alike() -> None:
    from pyspark.ml import Estimator, Model
    from pyspark.ml.evaluation import RegressionEvaluator
    from pyspark.ml.param import Param, Params, TypeConverters
    from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit
    from pyspark.sql.functions import lit

    from checker.runtime import spark

    class Constant(Model):  # type: ignore[misc]
        def _transform(self, dataset):  # type: ignore[no-untyped-def]
            return dataset.withColumn("prediction", lit(0.0))

    class Counted(Estimator):  # type: ignore[misc]
        fits = 0
        a = Param(Params._dummy(), "a", "one hyperparameter", TypeConverters.toInt)
        b = Param(Params._dummy(), "b", "another one", TypeConverters.toInt)

        def _fit(self, dataset):  # type: ignore[no-untyped-def]
            Counted.fits += 1
            return Constant()

    frame = spark().createDataFrame([(float(n),) for n in range(30)], ["label"])
    estimator = Counted()
    grid = ParamGridBuilder().addGrid(estimator.a, [1, 2]).addGrid(estimator.b, [1, 2, 3]).build()
    options = {"estimator": estimator, "estimatorParamMaps": grid, "evaluator": RegressionEvaluator()}
    CrossValidator(numFolds=3, **options).fit(frame)
    assert Counted.fits == 2 * 3 * 3 + 1
    Counted.fits = 0
    TrainValidationSplit(**options).fit(frame)
    assert Counted.fits == 2 * 3 + 1


@pytest.mark.long
def test_the_race_is_what_its_script_writes() -> None:
    with strategies.TARGET.open(encoding="utf-8") as file:
        kept = [row for row in csv.DictReader(file) if row["repeat"] == "3"]
    assert len(kept) == strategies.BUDGET == 81
    for strategy, losses in (
        ("grid", strategies.grid_losses(3, 5)),
        ("random", strategies.searched_losses(rand.suggest, 3, 25)),
        ("tpe", strategies.searched_losses(tpe.suggest, 3, 25)),
    ):
        assert losses == pytest.approx([float(row[strategy]) for row in kept[: len(losses)]], abs=1e-3)
