"""What a question asks of scikit-learn's searches."""

from typing import Any

from checker.runtime.kernel.records import ScoredPoint, Search


def sampled(distributions: Any, count: int, seed: int) -> list[Any]:
    """`count` points drawn from the distributions of scikit-learn's random search, as its model would receive them."""
    from sklearn.model_selection import ParameterSampler

    return list(ParameterSampler(distributions, count, random_state=seed))


def search_record(search: Any) -> Any:
    """A fitted search of scikit-learn as a Search; what is none is returned as it is, as `record_of` does."""
    if not hasattr(search, "cv_results_"):
        return search
    tried, scores = search.cv_results_["params"], search.cv_results_["mean_test_score"]
    return Search([*map(ScoredPoint, tried, scores)], search.best_params_, search.best_score_)
