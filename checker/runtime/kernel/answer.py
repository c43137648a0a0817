"""The part of the checker that lives in the learner's kernel: it answers questions with plain data.

It knows no check and no expected value. It is imported before the first cell runs, so that names
shadowed by the notebook (`str = 3`, `json = None`) do not reach it.
"""

import ast
import builtins
import json
import os
from typing import Any

import numpy as np

from checker.runtime.kernel.helpers import HELPERS
from checker.runtime.kernel.records import UnwritableError, write


def reply(request: str, path: str) -> None:
    """Answer `request` (JSON: expression, inputs, data) in the file `path`, which appears complete or not at all."""
    from IPython import get_ipython

    shell = get_ipython()
    message = json.dumps(answer_to(json.loads(request), shell.user_ns))
    partial = path + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        file.write(message)
    os.replace(partial, path)


def answer_to(request: dict[str, Any], learner: dict[str, Any]) -> dict[str, Any]:
    """The answer as JSON data: its `kind`, and a `value` or a `text`; `learner` are the notebook's names."""
    inputs = {**request["inputs"], **{name: np.asarray(data) for name, data in request["data"].items()}}
    tree = ast.parse(request["expression"], mode="eval")
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound_here = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    names = sorted({node.id for node in nodes} - bound_here - inputs.keys() - HELPERS.keys() - vars(builtins).keys())
    for name in names:
        if name not in learner:
            return {"kind": "missing", "text": name}
        if learner[name] is ...:
            return {"kind": "stub", "text": name}
    try:
        scope = {**learner, "__builtins__": builtins, **HELPERS, **inputs}
        value = eval(compile(tree, "<question>", "eval"), scope)
        if _is_stub(value):
            return {"kind": "stub", "text": names[0] if names else ""}
        return {"kind": "value", "value": write(value)}
    except UnwritableError as fault:
        return {"kind": "lost", "text": str(fault)}
    except Exception as error:
        return {"kind": "raised", "text": f"{type(error).__name__}: {error}"}


def _is_stub(value: Any) -> bool:
    """Whether a call, or each call of a list of calls, answered with the `...` of the starter."""
    return value is ... or (isinstance(value, list) and bool(value) and all(item is ... for item in value))
