"""A search space, from its draws. What each word accepts, and what it says otherwise, verbatim."""

import pytest

from checker.checks import vocabulary as the
from checker.checks.exam import NeedsWork
from tests.checks.vocabulary.made_up import even


def test_an_even_rate_is_even_over_orders_of_magnitude_only() -> None:
    the.is_even("rate", even(0.005, 0.5, log=True), 0.005, 0.5, log=True)
    with pytest.raises(NeedsWork, match=r"are below 0\.05, the middle of the orders of magnitude"):
        the.is_even("rate", even(0.005, 0.5), 0.005, 0.5, log=True)
