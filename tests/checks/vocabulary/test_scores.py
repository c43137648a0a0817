"""Losses and scores. What each word accepts, and what it says otherwise, verbatim."""

from checker.checks import vocabulary as the


def test_a_loss_is_the_score_turned_round() -> None:
    assert the.is_loss_of(-0.75, 0.75) and the.is_loss_of(0.25, 0.75) and the.is_loss_of(0.0, 1.0)
    assert not the.is_loss_of(0.75, 0.75) and not the.is_loss_of(-0.7502, 0.75)


def test_a_value_of_any_kind_is_compared_with_a_number() -> None:
    assert the.is_same(3, 3.0) and the.is_same(float("inf"), float("inf"))
    assert the.are_same([1, 0.50001], [1.0, 0.5]) and the.are_same([], [])
    for odd in (None, True, "1", [1], {}, float("nan")):
        assert not the.is_same(odd, 1.0) and not the.is_loss_of(odd, -1.0) and not the.are_same([odd], [-1.0])
        assert not the.are_same(odd, [2.0])
    assert not the.are_same([1.0], [1.0, 1.0])
