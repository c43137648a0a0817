"""What the grader puts in the place of a notebook's own objective."""

from typing import Any

import numpy as np
import pytest

from checker.runtime.kernel.stand_ins import quick_loss, scripted, standing_in


def notebook(code: str) -> dict[str, Any]:
    """The names that code has defined in a notebook."""
    names: dict[str, Any] = {}
    exec(code, names)
    return names


def test_a_stand_in_is_found_under_the_name_for_one_call() -> None:
    names = notebook("def loss(x): return x\ndef search(): return loss(1)")
    assert standing_in(names["search"], "loss", lambda x: 2)() == 2
    assert names["search"]() == 1


def test_a_stand_in_leaves_after_an_error_too() -> None:
    names = notebook("def loss(x): return x\ndef search(): return loss(1)")
    with pytest.raises(ZeroDivisionError):
        standing_in(names["search"], "loss", lambda x: 1 / 0)()
    assert names["search"]() == 1


@pytest.mark.parametrize(
    "code",
    [
        "def search(): return 1",
        "def loss(x): return x\ndef search(loss=loss): return loss(1)",
        "from functools import partial\ndef loss(x): return x\nsearch = partial(loss, 1)",
    ],
    ids=["without that name", "bound before", "no function"],
)
def test_a_function_with_a_way_of_its_own_needs_no_stand_in(code: str) -> None:
    assert standing_in(notebook(code)["search"], "loss", lambda x: 2)() == 1


def test_a_script_of_losses_ends_with_its_last_one_again_and_again() -> None:
    objective = scripted([0.3, 0.1])
    assert [objective({})["loss"] for _ in range(4)] == [0.3, 0.1, 0.1, 0.1]


def test_a_quick_loss_hangs_on_configuration_seed_and_data() -> None:
    X, y = np.array([[0.0, 2.0], [2.0, 0.0]]), [0, 1]
    params = {"C": 3.0, "gamma": 0.5}
    lowest = quick_loss(params, 1, X, y)
    assert quick_loss(params, np.int64(1), X=X.tolist(), y=np.array(y)) == lowest
    others = [
        quick_loss({"C": 0.01, "gamma": 0.5}, 1, X, y),
        quick_loss({"C": 3.0, "gamma": 0.00001}, 1, X, y),
        quick_loss(params, 1, X / 100, y),
        quick_loss({"C": 0.01, "gamma": 0.00001}, 1),
    ]
    assert all(lowest + 0.2 < other < 1 for other in others)
    assert len({lowest, quick_loss(params, 2, X, y), quick_loss(params, 1, X, [1, 0])}) == 3
