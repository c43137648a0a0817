"""What a question asks of scikit-learn's searches."""

import numpy as np
from scipy.stats import loguniform
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from checker.runtime.kernel.helpers.sklearn import sampled, search_record
from checker.runtime.kernel.records import ScoredPoint, Search


def test_points_of_scikit_learns_distributions_repeat_under_a_seed() -> None:
    distributions = {"C": loguniform(0.01, 1), "kernel": ["rbf"]}
    points = sampled(distributions, 20, 3)
    assert points == sampled(distributions, 20, 3) != sampled(distributions, 20, 4)
    assert all(0.01 <= point["C"] <= 1 and point["kernel"] == "rbf" for point in points)


def test_a_search_of_scikit_learn_comes_back_as_what_it_tried() -> None:
    X, y = np.repeat([0.0, 1.0], 6).reshape(-1, 1), np.repeat([0, 1], 6)
    search = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2).fit(X, y)
    assert search_record(search) == Search(
        [ScoredPoint({"max_depth": depth}, 1.0) for depth in (1, 2)], best={"max_depth": 1}, best_score=1.0
    )


def test_a_search_that_is_a_stub_or_was_not_fitted() -> None:
    assert search_record(...) is ...
    unfitted = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1]})
    assert search_record(unfitted) is unfitted
