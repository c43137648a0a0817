"""AutoML's parts without a run: arguments, kinds of columns, the split, the code of a notebook, the summary."""

import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

from checker.runtime import automl
from checker.runtime.automl.arguments import Arguments, check_arguments, to_pandas
from checker.runtime.automl.columns import describe_columns
from checker.runtime.automl.metrics import METRICS
from checker.runtime.automl.models import CLASSIFIERS, REGRESSORS, Model, choose_models, is_installed
from checker.runtime.automl.notebooks import Source, exploration_notebook, free_path, training_code, trial_notebook
from checker.runtime.automl.prepare import SPLIT_COL, WEIGHT_COL, Prepared, prepare

N = 60
ODD = 'say "y" {{ 1 }} \\ `<b>`'  # a name that would break a template, a string literal, Markdown or HTML


def make_frame(rows: int = N) -> pd.DataFrame:
    """A column of each kind, with missing values, two targets, weights and splits."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=rows),
            "digits": rng.normal(size=rows).round(3).astype(str),
            "code": np.arange(rows) % 5,
            "flag": rng.random(rows) > 0.5,
            ODD: rng.choice(["Bern", "Rome", "Oslo"], rows),
            "day": [f"2024-{1 + row % 12:02d}-{1 + row % 28:02d}" for row in range(rows)],
            "moment": pd.date_range("2024-01-01", periods=rows, freq="7h"),
            "note": [f"this is a note about row {row}" for row in range(rows)],
            "id": np.arange(rows) + 1000,
            "key": [f"k{row}" for row in range(rows)],
            "same": 1,
            "empty": np.nan,
            "list": [[row] for row in range(rows)],
            "weight": 1.0 + np.arange(rows) % 3,
            "part": np.array(["train", "train", "validate", "test"])[np.arange(rows) % 4],
            "three": np.array(["a", "b", "c"])[np.arange(rows) % 3],
            "two": np.array(["no", "yes"])[np.arange(rows) % 2],
            "amount": rng.normal(size=rows),
        }
    )
    frame.loc[::7, ["x", ODD, "day"]] = None
    return frame


FRAME = make_frame()


def check(problem: str = "classify", frame: pd.DataFrame = FRAME, **options: Any) -> Arguments:
    target = "two" if problem == "classify" else "amount"
    metric = "f1" if problem == "classify" else "r2"
    return check_arguments(
        frame, problem, **{"target_col": target, "primary_metric": metric, "timeout_minutes": None} | options
    )


def prepared(problem: str = "classify", frame: pd.DataFrame = FRAME, **options: Any) -> Prepared:
    return prepare(frame, check(problem, frame, **options), 0)


# -- arguments ----------------------------------------------------------------------------------------------------

BOTH = (
    "dataset, target_col, primary_metric, data_dir, experiment_dir, experiment_name, exclude_cols, exclude_frameworks, "
    "feature_store_lookups, imputers, pos_label, time_col, split_col, sample_weight_col, timeout_minutes"
)


def test_the_signature_is_that_of_databricks() -> None:
    assert ", ".join(inspect.signature(automl.classify).parameters) == BOTH
    assert ", ".join(inspect.signature(automl.regress).parameters) == BOTH.replace("pos_label, ", "")
    assert inspect.signature(automl.classify).parameters["primary_metric"].default == "f1"
    assert inspect.signature(automl.regress).parameters["primary_metric"].default == "r2"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_evals": 3}, f"classify() has no argument 'max_evals'; its arguments are {BOTH}."),
        (
            {"max_trials": 3},
            "classify() has no argument 'max_trials': Databricks took it away in Runtime 11.0 ML; "
            "limit the search by timeout_minutes.",
        ),
    ],
)
def test_an_unknown_argument(options: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as error:
        automl.classify(FRAME, target_col="two", **options)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ([1, 2], "dataset is a list: give a pandas or Spark DataFrame."),
        ("sales", "dataset is a str: give a pandas or Spark DataFrame; for a table, give spark.table(name)."),
        (FRAME[:0], "dataset has 0 rows and 18 columns: nothing can be learned."),
        (
            FRAME.set_axis([*FRAME.columns[1:], 7], axis=1),
            "dataset has a column named 7, which is not a string: rename it to one.",
        ),
        (FRAME[["x", "x"]], "dataset has more than one column named 'x': give each a name of its own."),
    ],
)
def test_a_dataset_that_is_none(dataset: Any, message: str) -> None:
    with pytest.raises(automl.AutoMLError) as error:
        to_pandas(dataset)
    assert str(error.value) == message


COLUMNS = f"x, digits, code, flag, {ODD}, day, moment, note, id, key and 8 more"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target_col": "z"}, f"target_col names 'z', which is no column; there are {COLUMNS}."),
        ({"exclude_cols": ["z"]}, f"exclude_cols names 'z', which is no column; there are {COLUMNS}."),
        ({"exclude_cols": "x"}, "exclude_cols='x' is a string: give a list, ['x']."),
        ({"exclude_cols": ["two"]}, "exclude_cols has 'two', which is also the target_col: take it out of one."),
        (
            {"time_col": "two"},
            "target_col, split_col, time_col and sample_weight_col must be different columns.",
        ),
        (
            {"time_col": "day", "split_col": "part"},
            "split_col and time_col both say how to split the data: give one of them.",
        ),
        (
            {"primary_metric": "r2"},
            "primary_metric='r2' is not known; classify takes f1, log_loss, precision, accuracy and roc_auc.",
        ),
        (
            {"exclude_frameworks": ["torch"]},
            "exclude_frameworks has 'torch', which is not known; it takes sklearn, xgboost and lightgbm.",
        ),
        ({"timeout_minutes": 0}, "timeout_minutes=0 is not a number of minutes above 0."),
        ({"timeout_minutes": "5"}, "timeout_minutes='5' is not a number of minutes above 0."),
        (
            {"feature_store_lookups": []},
            "feature_store_lookups cannot be used: there is no feature store outside Databricks.",
        ),
        (
            {"imputers": {"x": "mode"}},
            "imputers has 'mode' for 'x'; it takes 'mean', 'median', 'most_frequent' "
            "or {'strategy': 'constant', 'fill_value': ...}.",
        ),
        (
            {"imputers": {"x": "constant"}},
            "imputers has 'constant' for 'x': the strategy 'constant' needs a fill_value and nothing else.",
        ),
        (
            {"imputers": {"x": {"strategy": "mean", "fill_value": 0}}},
            "imputers has {'strategy': 'mean', 'fill_value': 0} for 'x': the strategy 'mean' takes nothing else.",
        ),
    ],
)
def test_an_argument_that_cannot_be_used(options: dict[str, Any], message: str) -> None:
    with pytest.raises(automl.AutoMLError) as error:
        check(**options)
    assert str(error.value) == message


def test_a_metric_of_the_other_problem() -> None:
    with pytest.raises(automl.AutoMLError) as error:
        check("regress", primary_metric="f1")
    assert str(error.value) == "primary_metric='f1' is not known; regress takes r2, mae, rmse and mse."


# -- the data -----------------------------------------------------------------------------------------------------


def few(**columns: Any) -> pd.DataFrame:
    return FRAME.assign(**columns)


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (few(two=None), {}, "The target column 'two' has no values: there is nothing to learn."),
        (few(two="no"), {}, "The target column 'two' is 'no' in each row: a model needs two values or more."),
        (
            few(two=FRAME["x"]),
            {},
            "The target column 'two' has 0 classes with 5 rows or more: "
            "give more rows of each class, or use regress if it is a quantity.",
        ),
        (
            few(two=FRAME["moment"]),
            {},
            "The target column 'two' holds values of type datetime64: classes are strings or numbers.",
        ),
        (FRAME, {"pos_label": 1}, "pos_label=1 is not in the target column; its classes are 'no', 'yes'."),
        (
            FRAME,
            {"target_col": "three", "pos_label": "a"},
            "pos_label is for two classes, and the target column has 3: leave it out.",
        ),
        (
            FRAME,
            {"split_col": "three"},
            "split_col 'three' has the value 'a'; it takes 'train', 'validate' and 'test'.",
        ),
        (
            few(part=np.where(FRAME["part"] == "test", "train", FRAME["part"])),
            {"split_col": "part"},
            "split_col 'part' has no row with 'test': each of the three parts needs some.",
        ),
        (
            few(two=np.where(FRAME["part"] == "test", "yes", "no")),
            {"split_col": "part"},
            "The training part has no row of the class 'yes': split it in another way.",
        ),
        (
            FRAME,
            {"time_col": "day"},
            "time_col 'day' has 9 rows without a time: it takes dates, ISO 8601 strings or numbers, "
            "and a value in each row.",
        ),
        (
            FRAME,
            {"sample_weight_col": "x"},
            "sample_weight_col 'x' must hold a number of 0 or more in each row.",
        ),
        (
            FRAME,
            {"imputers": {"two": "most_frequent"}},
            "imputers has 'two', which is no feature: take it out of imputers.",
        ),
        (
            FRAME,
            {"imputers": {"same": "mean"}},
            "imputers has 'same', which has the same value in each row: take it out of imputers.",
        ),
        (
            FRAME,
            {"imputers": {"moment": "mean"}},
            "imputers has 'moment', a datetime column: only numbers and categories are imputed.",
        ),
        (
            FRAME,
            {"imputers": {"digits": "mean"}},
            "imputers has 'mean' for 'digits', whose values are not numbers: use 'most_frequent'.",
        ),
        (
            FRAME,
            {"imputers": {"x": {"strategy": "constant", "fill_value": "none"}}},
            "imputers has the fill_value 'none' for 'x', a column of numbers.",
        ),
        (
            FRAME[["same", "id", "two"]],
            {},
            "No column is left to learn from: 'same' has the same value in each row; 'id' numbers the rows.",
        ),
    ],
)
def test_data_that_cannot_be_used(frame: pd.DataFrame, options: dict[str, Any], message: str) -> None:
    with pytest.raises(automl.AutoMLError) as error:
        prepared(frame=frame, **options)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (few(amount="high"), "The target column 'amount' is 'high' in each row: a model needs two values or more."),
        (
            few(amount=FRAME["key"]),
            "The target column 'amount' does not hold numbers: convert it, or use classify.",
        ),
        (FRAME[:4], "The dataset has 4 rows with a target; it needs 5 or more."),
    ],
)
def test_a_target_that_is_no_quantity(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(automl.AutoMLError) as error:
        prepared("regress", frame)
    assert str(error.value) == message


def test_kinds_of_columns() -> None:
    found = describe_columns(FRAME.drop(columns=["weight", "part", "three", "two", "amount"]), {})
    assert list(found.numeric) == ["x", "digits"]
    assert list(found.categorical) == ["code", "flag", ODD]
    assert found.datetime == ("day", "moment")
    assert found.text == ("note",)
    assert found.unused == {
        "id": "numbers the rows",
        "key": "has a different value in each row",
        "same": "has the same value in each row",
        "empty": "has no values",
        "list": "holds values of type list, which are not supported",
    }
    assert found.conversions == {
        "numeric": ["digits"],
        "categorical": ["code"],
        "datetime": ["day"],
        "text": ["note"],
    }


def test_a_column_with_an_imputer_keeps_the_kind_of_its_type() -> None:
    found = describe_columns(FRAME[["code", "digits"]], {"code": {"strategy": "median"}})
    assert found.numeric == {"code": {"strategy": "median"}, "digits": {"strategy": "mean"}}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2", "x"] * 20, "categorical"),  # a third is no number
        ([1.5, 2.5, 3.5] * 20, "numeric"),
        ([0, 1] * 30, "numeric"),
        (["may", "june", "july"] * 20, "categorical"),  # no dates
        (pd.Series(["1", "2"] * 30, dtype="category"), "categorical"),  # someone has said so
        (pd.Series([1, None, 2] * 20, dtype="Int64"), "numeric"),
    ],
)
def test_kind_of_a_column(values: Any, kind: str) -> None:
    found = describe_columns(pd.DataFrame({"column": values}), {})
    assert [name for name in ("numeric", "categorical", "datetime", "text") if getattr(found, name)] == [kind]


def test_the_random_split_gives_each_class_its_share() -> None:
    frame = prepared(target_col="three").frame
    counts = pd.crosstab(frame["three"], frame[SPLIT_COL])
    assert counts.to_dict("list") == {"test": [4, 4, 4], "train": [12, 12, 12], "validate": [4, 4, 4]}


def test_the_split_by_time_is_in_order() -> None:
    frame = prepared(frame=FRAME.sample(frac=1, random_state=1), time_col="moment").frame
    order = frame.sort_values("moment")[SPLIT_COL].tolist()
    assert order == ["train"] * 36 + ["validate"] * 12 + ["test"] * 12


def test_the_given_split_and_weights_are_used() -> None:
    frame = prepared(split_col="part", sample_weight_col="weight", exclude_cols=["x"]).frame
    assert frame[SPLIT_COL].tolist() == FRAME["part"].tolist()
    assert frame[WEIGHT_COL].tolist() == FRAME["weight"].tolist()
    assert not {"part", "weight", "x"} & set(frame.columns)


def test_rare_classes_weigh_more_in_training() -> None:
    made = prepared(frame=make_frame(200).assign(two=["yes"] * 10 + ["no"] * 190))
    weights = made.frame.groupby("two")[WEIGHT_COL].first()
    assert weights["yes"] * 6 == pytest.approx(weights["no"] * 114)  # the rows of each in the training part
    assert "in training, rows weigh more the rarer their class" in " ".join(made.notes)


def test_rows_that_are_left_out_are_told() -> None:
    target = ["rare"] * 2 + [None] * 3 + FRAME["two"].tolist()[5:]
    made = prepared(frame=FRAME.assign(two=target))
    assert len(made.frame) == N - 5
    assert made.notes[:2] == (
        "3 rows have no value in the target column 'two'; they are left out.",
        "Classes with fewer than 5 rows are left out: 'rare'.",
    )


def test_the_positive_class() -> None:
    assert prepared().pos_label == "yes"
    assert prepared(pos_label="no").pos_label == "no"
    assert prepared(target_col="three").pos_label is None


# -- models -------------------------------------------------------------------------------------------------------


def test_a_framework_that_breaks_on_import_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "brokenboost.py").write_text("raise OSError('libomp.so.5: cannot open shared object file')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert not is_installed("brokenboost")


def test_excluded_frameworks() -> None:
    assert {model.framework for model in choose_models(CLASSIFIERS, ["xgboost", "lightgbm"])} == {"sklearn"}
    assert choose_models(REGRESSORS, ["xgboost", "lightgbm", "sklearn"]) == ()


# -- the code of a notebook ---------------------------------------------------------------------------------------

SOURCE = Source("sqlite:////tmp/mlflow.db", "1", "an experiment", "abc", "data/training.parquet")
MANY = [("classify", "two", model) for model in choose_models(CLASSIFIERS, ())]
MANY += [("classify", "three", model) for model in choose_models(CLASSIFIERS, ())]
MANY += [("regress", "amount", model) for model in choose_models(REGRESSORS, ())]


def smallest(model: Model) -> dict[str, Any]:
    """A configuration at the lower end of the model's space."""
    return {one.name: one.bounds[0] for one in model.parameters}


@pytest.mark.parametrize(("problem", "target", "model"), MANY, ids=lambda one: getattr(one, "name", one))
def test_the_code_trains_and_scores_on_every_kind_of_column(problem: str, target: str, model: Model) -> None:
    arguments = check(problem, target_col=target, sample_weight_col="weight")
    made = prepare(FRAME, arguments, 0)
    namespace: dict[str, Any] = {"frame": made.frame}
    exec(training_code(model, arguments, made), namespace)
    fitted, metrics = namespace["train"](smallest(model))
    wanted = {f"{part}_{metric.logged}" for part in ("training", "val", "test") for metric in METRICS[problem]}
    assert wanted <= set(metrics)
    predicted = fitted.predict(FRAME)  # the frame as it was given, with columns that the model does not use
    assert len(predicted) == N
    if problem == "classify":
        assert set(predicted) <= set(FRAME[target])
    again = namespace["train"](smallest(model))[1]
    assert again == metrics


def test_the_notebooks_have_no_lint(tmp_path: Path) -> None:
    for number, (problem, target, model) in enumerate(MANY):
        arguments = check(problem, target_col=target)
        made = prepare(FRAME, arguments, 0)
        notebook = trial_notebook(model, smallest(model), 0.5, "run", arguments, made, SOURCE)
        nbformat.validate(notebook)
        nbformat.write(notebook, tmp_path / f"{number}.ipynb")
        nbformat.write(exploration_notebook(arguments, made, SOURCE), tmp_path / f"explore-{number}.ipynb")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length=120", "--select=E4,E7,E9,F,B,I"]
    done = subprocess.run([*ruff, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_space_of_a_notebook_is_fixed_and_says_how_to_widen_it() -> None:
    model = next(one for one in CLASSIFIERS if one.name == "logistic_regression")
    arguments = check()
    notebook = trial_notebook(model, {"C": 0.5}, 0.5, "run", arguments, prepare(FRAME, arguments, 0), SOURCE)
    (cell,) = [cell.source for cell in notebook.cells if "fmin(" in cell.source and cell.cell_type == "code"]
    assert '    "C": 0.5,  # or hp.loguniform("C", np.log(0.001), np.log(100))\n' in cell
    assert "max_evals=1," in cell and "algo=tpe.suggest" in cell


def test_a_password_does_not_get_into_a_notebook() -> None:
    source = Source("https://me:secret@example.com", "1", "an experiment", "abc", "data/training.parquet")
    arguments = check()
    notebook = exploration_notebook(arguments, prepare(FRAME, arguments, 0), source)
    assert "secret" not in nbformat.writes(notebook)


def test_a_file_that_exists_is_kept(tmp_path: Path) -> None:
    for name in ("best.ipynb", "best-2.ipynb", "best-3.ipynb"):
        path = free_path(tmp_path, "best")
        assert path.name == name
        path.touch()


# -- the summary --------------------------------------------------------------------------------------------------


def make_trial(score: float, **changes: Any) -> automl.TrialInfo:
    facts: dict[str, Any] = {
        "evaluation_metric": "val_f1_score",
        "evaluation_metric_score": score,
        "model_description": "Decision tree",
        "metrics": {"val_f1_score": score},
        "params": {"max_depth": 3, "penalty": "<l1>"},
        "duration": "0.10 s",
        "preprocessors": "[]",
        "artifact_uri": "/store/trial.ipynb",
        "mlflow_run_id": "run-1",
        "model_path": "models:/m-1",
    }
    return automl.TrialInfo(**facts | changes)


def test_the_summary_in_words() -> None:
    best = make_trial(0.9, notebook_path="/home/me/best.ipynb", notebook_url="file:///home/me/best.ipynb")
    trials = (best, make_trial(0.5))
    summary = automl.AutoMLSummary(SimpleNamespace(name="<flowers>"), trials, {"numeric": ["a"]}, ("A <note>.",))
    assert summary.best_trial is best
    assert summary.output_table_name is None
    assert str(summary) == (
        "AutoML (this course's stand-in), experiment '<flowers>': 2 trials\n"
        "val_f1_score: min: 0.5, mean: 0.7, max: 0.9\n"
        "\n"
        "Best trial\n"
        "Model: Decision tree\n"
        "val_f1_score: 0.9\n"
        "Duration: 0.10 s\n"
        "MLflow run: run-1\n"
        "Model path: models:/m-1\n"
        "Notebook: /home/me/best.ipynb"
    )
    html = summary._repr_html_()
    assert html.count("<tr>") == 3
    for raw in ("<flowers>", "<note>", "<l1>"):
        assert raw not in html and raw.replace("<", "&lt;").replace(">", "&gt;") in html
    assert "color" not in html.replace("colours", "")  # a page in dark mode keeps its own colours


# -- Databricks ---------------------------------------------------------------------------------------------------


def test_on_databricks_it_is_the_platforms_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = ModuleType("databricks.automl")
    platform.classify = lambda dataset, **options: (dataset, options)  # type: ignore[attr-defined]
    package = ModuleType("databricks")
    package.automl = platform  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "databricks", package)
    monkeypatch.setitem(sys.modules, "databricks.automl", platform)
    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "16.4")
    found = automl.classify("a.table", target_col="y", timeout_minutes=5)
    assert found == ("a.table", {"target_col": "y", "primary_metric": "f1", "timeout_minutes": 5})
    assert capsys.readouterr().out == "On Databricks, automl is the platform's own databricks.automl.\n"
