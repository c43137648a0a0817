"""The shape of an answer: what fits, and the words for it."""

from typing import Any

import pytest

from checker.runtime.kernel.records import OptunaTrial, Study, StudyTrial
from checker.shapes import Each, Shape, fits, in_words

INPUTS = {"seeds": [1, 2], "count": 2}
STUDY = Study(["MAXIMIZE"], [StudyTrial("COMPLETE", 0.5, {"x": 1}, [(0, 0.5)])])
TRIAL = OptunaTrial({}, {}, None)


@pytest.mark.parametrize(
    ("shape", "right", "wrong"),
    [
        (Any, [None, 3, STUDY, []], []),
        (float, [0.5, 3, float("nan")], [None, True, "0.5", [0.5]]),
        (int, [3], [0.5, True, "3"]),
        (list, [[], [1]], [None, {}, "x", STUDY]),
        (Study, [STUDY], [None, {"directions": ["MAXIMIZE"], "trials": []}, TRIAL, [STUDY]]),
        (dict[str, float], [{}, {"a": 1}], [{1: 1}, {"a": "b"}, []]),
        (Each("seeds"), [[None, "x"]], [[], [1], [1, 2, 3], {"a": 1, "b": 2}, "ab", None]),
        (Each("count"), [[None, "x"]], [[], [1, 2, 3]]),
        (Each("seeds", OptunaTrial), [[TRIAL, TRIAL]], [[TRIAL], [TRIAL, None], [TRIAL, STUDY]]),
        (((Study, Any),), [[[STUDY, "x"]]], [[], [STUDY], [[STUDY]], [[None, STUDY]], [[STUDY, 1]] * 2]),
        ((Any, Each("seeds", list[float])), [[None, [[], [1]]]], [[None, [[]]], [None, [["x"], []]]]),
    ],
    ids=str,
)
def test_what_fits(shape: Shape, right: list[Any], wrong: list[Any]) -> None:
    assert [value for value in right if not fits(value, shape, INPUTS)] == []
    assert [value for value in wrong if fits(value, shape, INPUTS)] == []


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (Each("seeds"), "a list with a value for each of 2 `seeds`"),
        (Each("count", OptunaTrial), "a list with a value of the type OptunaTrial for each of 2 `count`"),
        ((Any, Any), "a list of 2 parts"),
        (dict[str, float], "a value of the type dict"),
    ],
)
def test_a_shape_in_words(shape: Shape, words: str) -> None:
    assert in_words(shape, INPUTS) == words
