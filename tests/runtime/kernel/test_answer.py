"""The answering part of the kernel, called here without a kernel."""

from typing import Any

import numpy as np
import pytest

from checker.runtime.kernel.answer import answer_to


def ask(expression: str, learner: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    return answer_to({"expression": expression, "inputs": inputs, "data": {"X": [[1, 2], [3, 4]]}}, learner)


def test_a_value_comes_back_as_plain_data() -> None:
    assert ask("f(n)", {"f": lambda n: np.float32(n)}, n=2) == {"kind": "value", "value": 2.0}


def test_data_arrives_as_an_array() -> None:
    assert ask("f(X)", {"f": lambda X: X.shape}) == {"kind": "value", "value": [2, 2]}


def test_the_graders_inputs_come_before_the_learners_names() -> None:
    assert ask("n", {"n": 1}, n=2)["value"] == 2


@pytest.mark.parametrize(
    ("learner", "answer"),
    [
        ({}, {"kind": "missing", "text": "f"}),
        ({"f": ...}, {"kind": "stub", "text": "f"}),
        ({"f": lambda: ...}, {"kind": "stub", "text": "f"}),
        ({"f": lambda: 1 / 0}, {"kind": "raised", "text": "ZeroDivisionError: division by zero"}),
        ({"f": lambda: list(range(200_000))}, {"kind": "lost", "text": "an answer of more than 100,000 elements"}),
    ],
)
def test_no_value(learner: dict[str, Any], answer: dict[str, Any]) -> None:
    assert ask("f()", learner) == answer


def test_a_stub_is_known_in_every_call_and_through_a_helper() -> None:
    stub = {"f": lambda: ..., "g": lambda i: ... if i else 1}
    assert ask("[f() for _ in items]", stub, items=[1, 2])["kind"] == "stub"
    assert ask("record_of(f())", stub)["kind"] == "stub"
    assert ask("[g(i) for i in items]", stub, items=[0, 1])["kind"] == "value"
    assert ask("[f() for _ in items]", stub, items=[])["kind"] == "value"


def test_what_is_no_trials_object_is_recorded_as_it_is() -> None:
    assert ask("record_of(f())", {"f": lambda: {"x": 0.5}}) == {
        "kind": "value",
        "value": {"dict": [["x", 0.5]]},
    }


def test_names_bound_in_the_question_are_not_the_learners() -> None:
    assert ask("[i for i in items]", {}, items=[1])["value"] == [1]
