"""What an answer is made of: written in the kernel, read by the grader, and the same on both sides."""

import json
import math
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest

from checker.evidence import Kind, decode
from checker.runtime.kernel.records import (
    HyperoptDistribution,
    HyperoptTrial,
    Opaque,
    OptunaDistribution,
    OptunaTrial,
    ScoredPoint,
    Search,
    Study,
    StudyTrial,
    UnwritableError,
    write,
)

NAN = float("nan")


def there_and_back(value: Any) -> Any:
    answer = decode(json.dumps({"kind": "value", "value": write(value)}).encode())
    assert answer.kind is Kind.VALUE, answer
    return answer.value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([None, True, 3, 3.0, "ü"], [None, True, 3, 3.0, "ü"]),
        ({"i": np.int64(3), "f": np.float64(3), "b": np.bool_(True)}, {"i": 3, "f": 3.0, "b": True}),
        (np.array([[1.5], [2.5]]), [[1.5], [2.5]]),
        ((1, (2,)), [1, [2]]),
        (OrderedDict(a={}), {"a": {}}),
        ({1: "a", "1": "b", None: "c", np.int64(2): "d"}, {1: "a", "1": "b", None: "c", 2: "d"}),
        ({(1, 2): 3}, {"(1, 2)": 3}),
        ({"dict": []}, {"dict": []}),
        ({"Opaque": {"type_name": "a.b"}}, {"Opaque": {"type_name": "a.b"}}),
        (object(), Opaque("builtins.object")),
        ([{1}], [Opaque("builtins.set")]),
        ("half \ud800", "half ?"),
        ({"half \ud800": 1}, {"half ?": 1}),
        (2**63 - 1, 2**63 - 1),
        (-(2**63), -float(2**63)),
        (10**400, math.inf),
        ({-(10**400): 1}, {-math.inf: 1}),
        (-math.inf, -math.inf),
    ],
)
def test_a_value_is_the_same_on_both_sides(value: Any, expected: Any) -> None:
    assert repr(there_and_back(value)) == repr(expected)


def test_nan_is_still_nan() -> None:
    assert math.isnan(there_and_back(NAN))


@pytest.mark.parametrize(
    "record",
    [
        HyperoptDistribution("loguniform", [-7, 0.5]),
        HyperoptTrial({"x": 0.5, "kind": 1}, -0.9, "ok"),
        HyperoptTrial({}, None, "fail"),
        Search([ScoredPoint({"depth": 3, "kind": None}, 0.5)], {"depth": 3}, 0.5),
        OptunaTrial(
            {"x": 1, "kind": None},
            {
                "x": OptunaDistribution("int", 1, 5, True, 2),
                "kind": OptunaDistribution("categorical", choices=["a", None]),
            },
            Opaque("builtins.object"),
            "ValueError: no",
            [(0, 0.5)],
        ),
        Study(["MAXIMIZE"], [StudyTrial("COMPLETE", 0.5, {"x": 1}, [(0, 0.5)]), StudyTrial("FAIL", None, {}, [])]),
    ],
    ids=lambda record: type(record).__name__,
)
def test_a_record_is_the_same_on_both_sides(record: Any) -> None:
    assert there_and_back([record]) == [record]


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (list(range(100_000)), "an answer of more than 100,000 elements"),
        (np.zeros(100_001), "an answer of more than 100,000 elements"),
        (np.broadcast_to(np.zeros(1), 10**15), "an answer of more than 100,000 elements"),
        (nested(41), "an answer nested more than 40 deep"),
        (ENDLESS, "an answer nested more than 40 deep"),
    ],
    ids=["list", "array", "array without end", "nested", "in itself"],
)
def test_what_is_too_large_is_not_written(value: Any, said: str) -> None:
    with pytest.raises(UnwritableError) as raised:
        write(value)
    assert str(raised.value) == said


def test_what_is_just_not_too_large_is_read() -> None:
    assert there_and_back(nested(40)) == nested(40)
    assert len(there_and_back(np.zeros(99_999))) == 99_999
    assert len(there_and_back([object()] * 33_000)) == 33_000


TRIAL = {"state": "FAIL", "value": None, "params": {"dict": []}, "reports": []}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": 1},
        {"object": "a.b"},
        {"dict": [], "Opaque": {"type_name": "a"}},
        {"dict": {"a": 1}},
        {"dict": 3},
        {"dict": [["a"]]},
        {"dict": [["a", 1, 2]]},
        {"dict": [["a", 1], ["a", 2]]},
        {"dict": [[[], 1]]},
        {"dict": [[{}, 1]]},
        {"Study": []},
        {"Study": {}},
        {"Study": {"directions": "MAXIMIZE", "trials": []}},
        {"Study": {"directions": [1], "trials": []}},
        {"Study": {"directions": ["MAXIMIZE"], "trials": [{"dict": []}]}},
        {"Study": {"directions": ["MAXIMIZE"], "trials": [{"Opaque": {"type_name": "a"}}]}},
        {"StudyTrial": {**TRIAL, "state": 3}},
        {"StudyTrial": {**TRIAL, "value": "0.5"}},
        {"StudyTrial": {**TRIAL, "value": True}},
        {"StudyTrial": {**TRIAL, "params": []}},
        {"StudyTrial": {**TRIAL, "params": {"dict": [[1, 2]]}}},
        {"StudyTrial": {**TRIAL, "reports": [[0]]}},
        {"StudyTrial": {**TRIAL, "reports": [["0", 1.0]]}},
        {"OptunaTrial": {"params": {"dict": [["x", 1]]}, "distributions": {"dict": []}, "value": 1}},
        {"HyperoptTrial": {"values": {"dict": [["x", "a"]]}, "loss": None, "status": "ok"}},
        {"HyperoptTrial": {"values": {"dict": []}, "loss": [], "status": "ok"}},
        {"HyperoptTrial": {"values": {"dict": []}, "loss": None}},
        [[[{"Study": None}]]],
        nested(41),
        nested(400),
        [0] * 100_000,
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_what_the_writer_does_not_write_is_lost(value: Any) -> None:
    answer = decode(json.dumps({"kind": "value", "value": value}).encode())
    assert (answer.kind, answer.text) == (Kind.LOST, "an answer that is not what the checker sends")


@pytest.mark.parametrize("digits", ["1" * 19, "-" + "1" * 19, "1" * 21, "1" * 5000, "-" + "9" * 20])
def test_no_integer_is_too_large_for_an_array(digits: str) -> None:
    answer = decode(b'{"kind": "value", "value": [' + digits.encode() + b"]}")
    assert np.asarray(answer.value).dtype in (np.int64, np.float64)
