"""The data sets are what their documentation says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checker.runtime import datasets

ROOT = Path(__file__).parents[2]

# name, rows, columns, target and first feature, as the table of the module says it
ROWS = re.findall(r"\| `(\w+)` \| (\d+) × (\d+) \| `(\w+)`[^|]*\|[^|]*?`(\w+)`", datasets.__doc__ or "")


def test_the_table_names_every_data_set() -> None:
    assert [row[0] for row in ROWS] == list(datasets.TARGETS)


@pytest.mark.parametrize(("name", "rows", "columns", "target", "feature"), ROWS)
def test_a_frame_is_what_the_table_says(name: str, rows: str, columns: str, target: str, feature: str) -> None:
    frame = datasets.load(name)
    assert frame.shape == (int(rows), int(columns))
    assert frame.columns[-1] == target
    assert feature in frame.columns
    assert frame.columns.is_unique
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", column) for column in frame.columns)
    assert not frame.isna().any().any()


@pytest.mark.parametrize("name", sorted(set(datasets.TARGETS) - {"diabetes"}))
def test_classes_are_integers_from_zero(name: str) -> None:
    classes = sorted(datasets.load(name)[datasets.TARGETS[name]].unique().tolist())
    assert classes == list(range(len(classes)))
    assert all(type(one) is int for one in classes)


def test_classes_mean_what_the_table_says() -> None:
    # Of the 569 tumours 357 are benign; that sepals of setosa are the shortest is known since Fisher.
    assert datasets.load("breast_cancer")["diagnosis"].sum() == 357
    assert datasets.load("iris").groupby("species")["sepal_length_cm"].mean().idxmin() == 0


def test_diabetes_is_as_measured() -> None:
    frame = datasets.load("diabetes")
    assert frame["progression"].agg(["min", "max"]).tolist() == [25, 346]
    assert frame["age"].between(18, 90).all()
    assert set(frame["sex"]) == {1, 2}


def test_a_frame_is_the_callers_own() -> None:
    datasets.load("wine")["alcohol"] = 0
    assert datasets.load("wine")["alcohol"].min() > 10


def test_an_unknown_name() -> None:
    with pytest.raises(ValueError) as raised:
        datasets.load("titanic")
    assert str(raised.value) == (
        "There is no data set 'titanic': the names are breast_cancer, diabetes, digits, iris, wine."
    )


def test_the_runtime_is_imported_without_scikit_learns_data() -> None:
    code = "import sys, checker.runtime; print([m for m in ('sklearn.datasets', 'mlflow') if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.long
def test_a_spark_frame_is_the_pandas_frame() -> None:
    frame = datasets.load_spark("iris")
    try:
        assert frame.toPandas().equals(datasets.load("iris"))
    finally:
        frame.sparkSession.stop()


def test_on_databricks_a_spark_frame_is_made_by_the_platforms_session(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Platforms:
        def getOrCreate(self) -> "Platforms":
            return self

        def createDataFrame(self, frame: object) -> tuple[str, object]:
            return "the platform's frame", frame

    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    monkeypatch.setattr("checker.runtime.session.SparkSession.builder", Platforms())
    made, source = datasets.load_spark("wine")
    assert made == "the platform's frame"
    assert source.equals(datasets.load("wine"))
