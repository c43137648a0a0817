"""Losses and scores. What each word accepts, and what it says otherwise, verbatim."""

from checker.checks import vocabulary as the


def test_a_loss_is_the_score_turned_round() -> None:
    assert the.is_loss_of(-0.75, 0.75) and the.is_loss_of(0.25, 0.75) and the.is_loss_of(0.0, 1.0)
    assert not the.is_loss_of(0.75, 0.75) and not the.is_loss_of(-0.7502, 0.75)
