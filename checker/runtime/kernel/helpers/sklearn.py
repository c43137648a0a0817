"""What a question asks of scikit-learn's searches."""

from typing import Any


def sampled(distributions: Any, count: int, seed: int) -> list[Any]:
    """`count` points drawn from the distributions of scikit-learn's random search, as its model would receive them."""
    from sklearn.model_selection import ParameterSampler

    return list(ParameterSampler(distributions, count, random_state=seed))


def search_record(search: Any) -> Any:
    """What a fitted search of scikit-learn tried: each configuration with its mean score, and which it took for best.

    What is no such search is returned as it is, as `record_of` does.
    """
    if not hasattr(search, "cv_results_"):
        return search
    tried, scores = search.cv_results_["params"], search.cv_results_["mean_test_score"]
    trials = [{"values": params, "score": score} for params, score in zip(tried, scores, strict=True)]
    return {"trials": trials, "best": search.best_params_, "best_score": search.best_score_}
