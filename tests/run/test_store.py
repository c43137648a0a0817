"""The MLflow runs that a notebook leaves behind: kept in a store of its own, read from outside, judged."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from mlflow import MlflowClient
from nbformat import NotebookNode
from sklearn.datasets import load_breast_cancer
from sklearn.tree import DecisionTreeClassifier

from checker.checks.data import accuracy_of
from checker.checks.exam import Asked, Exam, NeedsWork, judge
from checker.checks.vocabulary import (
    all_ended,
    best_is_best_child,
    best_params_are_best_childs,
    is_loss_of,
    metrics_follow,
    one_of,
    run_tree,
    whole,
)
from checker.evidence import Evidence, ModelVersion, Question, RunRecord
from checker.limits import Limits
from checker.result import CheckResult, Outcome
from checker.run import store
from checker.run.isolation import Isolation
from checker.run.scratch import Scratch, new_scratch
from checker.run.store import StoreFault, empty_store, give_store, read_runs
from tests.conftest import COURSE, PROCESS, SANDBOX, collected, needs_sandbox, submitted

HINTS = ("nudge", "idea", "almost")
PARAMS = {"max_depth": whole, "criterion": one_of("gini", "entropy")}

SETUP = """\
import mlflow
from hyperopt import STATUS_OK, Trials, fmin, hp, space_eval, tpe
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

X, y = load_breast_cancer(return_X_y=True)
X = X[:, :5]
space = {"max_depth": hp.uniformint("max_depth", 1, 6), "criterion": hp.choice("criterion", ["gini", "entropy"])}

def objective(params):
    with mlflow.start_run(nested=True):
        mlflow.log_params(params)
        model = DecisionTreeClassifier(**params, random_state=0)
        loss = -cross_val_score(model, X, y, cv=3).mean()
        mlflow.log_metric("loss", loss)
    return {"loss": loss, "status": STATUS_OK}"""

SEARCH = """\
mlflow.set_experiment("tuning")
with mlflow.start_run(run_name="search"):
    trials = Trials()
    best = fmin(objective, space, tpe.suggest, max_evals=6, trials=trials, show_progressbar=False)
    mlflow.log_params(space_eval(space, best))
    mlflow.log_metric("loss", min(trials.losses()))"""

EXTRA = """\
mlflow.set_experiment("my own")
with mlflow.start_run():
    mlflow.log_metric("loss", -1)
    for depth in range(3):
        with mlflow.start_run(nested=True):
            mlflow.log_param("max_depth", depth)"""

WRONG = """\
import mlflow

mlflow.set_experiment("forged")
with mlflow.start_run():
    for depth in range(1, 11):
        with mlflow.start_run(nested=True):
            mlflow.log_params({"max_depth": depth, "criterion": "gini"})
            mlflow.log_metric("loss", -0.9 - depth / 1000)

mlflow.set_experiment("flat")
for depth in range(6):
    with mlflow.start_run():
        mlflow.log_param("max_depth", depth)

mlflow.set_experiment("childless")
with mlflow.start_run():
    mlflow.log_metric("loss", -0.9)

mlflow.set_experiment("open")
with mlflow.start_run(run_name="search"):  # ends the run that is active then, which is the child
    mlflow.start_run(nested=True, run_name="trial")
mlflow.end_run()
mlflow.start_run(run_name="another")"""

STORE = "import os, pathlib\npath = pathlib.Path(os.environ['MLFLOW_TRACKING_URI'].removeprefix('sqlite:///'))\n"


def exam_of_runs() -> Exam:
    exam = Exam("demo/runs")

    @exam.question
    def one_more(rng: np.random.Generator) -> Question:
        return Question("objective({'max_depth': 3, 'criterion': 'gini'})['status']")

    @exam.check(book="a", hints=HINTS)
    def one_child_per_trial(runs: tuple[RunRecord, ...]) -> None:
        """Each trial is a child run."""
        parent, children = run_tree(runs, "tuning", 6)
        all_ended([parent, *children])

    @exam.check(book="a", hints=HINTS, after=(one_child_per_trial,))
    def losses_are_earned(runs: tuple[RunRecord, ...], one_more: Asked) -> None:
        """Each loss is the one of its parameters."""
        assert one_more.value == "ok"
        parent, children = run_tree(runs, "tuning", 6)
        metrics_follow(children, "loss", PARAMS, tree_score, agrees=is_loss_of)
        best_is_best_child(parent, children, "loss", lower=True)
        best_params_are_best_childs(parent, children, "loss", list(PARAMS), lower=True)

    return exam


def tree_score(params: dict[str, object]) -> float:
    X, y = load_breast_cancer(return_X_y=True)
    return accuracy_of(DecisionTreeClassifier(**params, random_state=0), {"X": X[:, :5], "y": y})


def notebook_of(*cells: str) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that all tests of this module share, as the gradings of a course do."""
    return replace(COURSE.exercises[0], root=tmp_path_factory.mktemp("course")).cache


@pytest.fixture
def scratch(tmp_path: Path, cache: Path) -> Iterator[Scratch]:
    """A scratch folder with an empty store in it."""
    with new_scratch() as scratch:
        give_store(scratch, cache)
        yield scratch


def evidence_of(folder: Path, cache: Path, *cells: str, isolation: Isolation = PROCESS) -> Evidence:
    exam = exam_of_runs()
    questions = exam.questions(0) if cells[0] == SETUP else {}
    exercise = replace(COURSE.exercises[0], root=cache.parents[1], runs=True, limits=Limits(cell_seconds=240))
    return asyncio.run(collected(submitted(notebook_of(*cells), exercise), questions, isolation))


def judged(evidence: Evidence) -> tuple[CheckResult, ...]:
    exam = exam_of_runs()
    return judge(exam, exam.questions(0), evidence)


# -- real notebooks ----------------------------------------------------------------------------------------------


def test_a_right_search_passes_and_the_questions_add_no_run(tmp_path: Path, cache: Path) -> None:
    evidence = evidence_of(tmp_path, cache, SETUP, SEARCH)
    assert [(check.outcome, check.found) for check in judged(evidence)] == [(Outcome.PASSED, None)] * 2
    assert len(evidence.runs) == 7
    assert evidence.runs[0].name == "search"


@needs_sandbox
def test_in_the_sandbox_extra_runs_in_another_experiment_do_not_matter(tmp_path: Path, cache: Path) -> None:
    evidence = evidence_of(tmp_path, cache, SETUP, EXTRA, SEARCH, isolation=SANDBOX)
    assert [(check.outcome, check.found) for check in judged(evidence)] == [(Outcome.PASSED, None)] * 2
    assert {record.experiment for record in evidence.runs} == {"tuning", "my own"}


def test_runs_that_are_not_what_was_asked(tmp_path: Path, cache: Path) -> None:
    evidence = evidence_of(tmp_path, cache, WRONG)
    assert (evidence.error, evidence.runs_fault) == (None, None)

    _, forged = run_tree(evidence.runs, "forged", 10)
    with pytest.raises(NeedsWork, match=r"has `loss` = -0.901 for max_depth=1, criterion='gini'$"):
        metrics_follow(forged, "loss", PARAMS, tree_score, agrees=is_loss_of)
    with pytest.raises(NeedsWork, match=r"has `loss` = -0.9"):
        metrics_follow(forged, "loss", PARAMS, tree_score, agrees=is_loss_of, sample=3, seed=5)
    with pytest.raises(NeedsWork, match=r"^6 runs in `flat` are at the top level, and there are 0 child runs\. "):
        run_tree(evidence.runs, "flat", 6)
    with pytest.raises(NeedsWork, match=r"^the parent run has 0 child runs$"):
        run_tree(evidence.runs, "childless", 6)
    left = [record for record in evidence.runs if record.experiment == "open"]
    with pytest.raises(NeedsWork, match=r"^1 of 3 runs is still RUNNING: `another`\. "):
        all_ended(left)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("path.unlink()", "the notebook deleted its MLflow store"),
        ("os.truncate(path, 5000)", "the MLflow store is damaged"),
        ("path.write_bytes(b'SQLite format 3\\0' + os.urandom(9000))", "the MLflow store is damaged"),
        ("path.unlink(); path.mkdir()", "the notebook put something else in the place of its MLflow store"),
    ],
)
def test_a_store_that_the_notebook_spoils(tmp_path: Path, cache: Path, cell: str, fault: str) -> None:
    evidence = evidence_of(tmp_path, cache, STORE + cell)
    assert (evidence.error, evidence.runs, evidence.runs_fault) == (None, (), fault)
    exam = Exam("demo/runs")
    exam.checks = exam_of_runs().checks[:1]
    (result,) = judge(exam, {}, evidence)
    assert (result.outcome, result.found) == (Outcome.NEEDS_WORK, fault)
    assert result.expected == "the store that the variable MLFLOW_TRACKING_URI names, written by MLflow alone"


@needs_sandbox
def test_a_store_that_became_a_link(tmp_path: Path, cache: Path) -> None:
    cell = STORE + "path.unlink(); path.symlink_to('/etc/passwd')"
    evidence = evidence_of(tmp_path, cache, cell, isolation=SANDBOX)
    assert evidence.runs_fault == "the notebook put something else in the place of its MLflow store"


def test_where_a_cell_ends_the_kernel_the_runs_before_it_are_read(tmp_path: Path, cache: Path) -> None:
    evidence = evidence_of(tmp_path, cache, STORE + "assert path.is_file()", "os._exit(0)")
    assert evidence.error is not None
    assert (evidence.error.cell, evidence.runs, evidence.runs_fault) == (2, (), None)


def test_without_a_cache_folder_the_notebook_has_no_store(tmp_path: Path) -> None:
    cell = "import os\nassert 'MLFLOW_TRACKING_URI' not in os.environ"
    submission = submitted(notebook_of(cell), replace(COURSE.exercises[0], root=tmp_path))
    assert asyncio.run(collected(submission, {})) == Evidence(None, {})


def test_a_store_that_mlflow_could_not_make_is_the_machines_fault(
    tmp_path: Path, forgetful: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_uri", lambda path: "sqlite:////no/such/folder/mlflow.db")
    monkeypatch.setattr("mlflow.store.db.utils.MAX_RETRY_COUNT", 1)
    monkeypatch.setattr("mlflow.store.db.utils._make_parent_dirs_if_sqlite", lambda uri: None)
    with pytest.raises(RuntimeError, match=r"^MLflow could not make a store: .*unable to open database file"):
        empty_store(tmp_path)


# -- stores without a kernel -------------------------------------------------------------------------------------


def database(scratch: Scratch) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(scratch.root / "mlflow.db", isolation_level=None))


def test_an_empty_store_has_no_runs_and_its_artifacts_lie_in_the_scratch_folder(scratch: Scratch, cache: Path) -> None:
    assert read_runs(scratch, cache) == ()
    with database(scratch) as connection:
        places = connection.execute("SELECT artifact_location FROM experiments").fetchall()
    assert places == [((scratch.work / "mlruns" / "0").as_uri(),)]


def _view(scratch: Scratch) -> None:
    with database(scratch) as connection:
        connection.execute("ALTER TABLE runs RENAME TO real_runs")
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
        connection.execute(f"CREATE VIEW runs AS {endless}")


def _other_tables(scratch: Scratch) -> None:
    (scratch.root / "mlflow.db").unlink()
    with database(scratch) as connection:
        connection.execute("CREATE TABLE runs (run_uuid TEXT)")


def _too_many(scratch: Scratch) -> None:
    with database(scratch) as connection:
        numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 2001) SELECT x, 0 FROM n"
        connection.execute(f"INSERT INTO runs (run_uuid, experiment_id) {numbers}")


def _nonsense_in_a_row(scratch: Scratch) -> None:
    with database(scratch) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("INSERT INTO runs (run_uuid, experiment_id, lifecycle_stage) VALUES ('a', 0, 'active')")
        connection.execute(
            "INSERT INTO latest_metrics (key, value, run_uuid, timestamp, step, is_nan) "
            "VALUES ('loss', 'low', 'a', 0, 0, 0)"
        )


def _huge(scratch: Scratch) -> None:
    os.truncate(scratch.root / "mlflow.db", 10**12)


def _pipe(scratch: Scratch) -> None:
    (scratch.root / "mlflow.db").unlink()
    os.mkfifo(scratch.root / "mlflow.db")


def _bad_page(scratch: Scratch) -> None:
    with open(scratch.root / "mlflow.db", "r+b") as file:
        file.seek(4096 * 40)
        file.write(b"\xff" * 4096 * 3)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_view, "the MLflow store does not have the tables that MLflow gave it"),
        (_other_tables, "the MLflow store does not have the tables that MLflow gave it"),
        (_too_many, "the MLflow store has 2,001 runs, and the checker reads at most 2,000"),
        (_nonsense_in_a_row, "MLflow cannot read the store any more (MlflowException)"),
        (_huge, "the MLflow store has more than 50 MB, and the checker reads no larger one"),
        (_pipe, "the notebook put something else in the place of its MLflow store"),
        (_bad_page, "the MLflow store is damaged"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="pipes and sparse files of POSIX")
def test_a_store_that_cannot_be_read(
    scratch: Scratch, cache: Path, spoil: Callable[[Scratch], None], fault: str
) -> None:
    spoil(scratch)
    with pytest.raises(StoreFault) as caught:
        read_runs(scratch, cache)
    assert str(caught.value) == fault


def test_a_run_knows_its_registered_versions_and_their_aliases(scratch: Scratch, cache: Path) -> None:
    client = MlflowClient(f"sqlite:///{scratch.root}/mlflow.db")
    run_id = client.create_run("0").info.run_id
    client.create_registered_model("wine")
    versions = [client.create_model_version("wine", f"runs:/{run_id}/{at}", run_id).version for at in range(3)]
    client.set_registered_model_alias("wine", "champion", versions[1])
    client.set_registered_model_alias("wine", "newest", versions[1])
    client.delete_model_version("wine", versions[0])
    (record,) = read_runs(scratch, cache)
    assert record.registered == (ModelVersion("wine", 2, ("champion", "newest")), ModelVersion("wine", 3))


def test_a_journal_beside_the_store_is_not_obeyed(scratch: Scratch, cache: Path) -> None:
    journal = scratch.root / "mlflow.db-journal"
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(4096))
    assert read_runs(scratch, cache) == ()
    assert journal.exists()


# -- the cache ---------------------------------------------------------------------------------------------------


@pytest.fixture
def forgetful() -> Iterator[None]:
    """A process that has not yet made or read any empty store."""
    empty_store.cache_clear()
    yield
    empty_store.cache_clear()


def test_the_kept_store_is_used(cache: Path, forgetful: None, monkeypatch: pytest.MonkeyPatch) -> None:
    content = empty_store(cache)
    empty_store.cache_clear()
    monkeypatch.setattr(store, "_migrated", lambda: pytest.fail("made once more"))
    assert empty_store(cache) == content


@pytest.mark.parametrize("spoiled", [b"", b"no store", "torn", "of another version"])
def test_a_kept_store_that_is_not_what_was_kept_is_replaced(
    tmp_path: Path, cache: Path, forgetful: None, monkeypatch: pytest.MonkeyPatch, spoiled: bytes | str
) -> None:
    good = empty_store(cache)
    empty_store.cache_clear()
    (kept,) = cache.iterdir()
    own = tmp_path / kept.name
    torn, other = kept.read_bytes()[:-1], store._digest("1.0", good) + good
    own.write_bytes(spoiled if isinstance(spoiled, bytes) else {"torn": torn, "of another version": other}[spoiled])
    monkeypatch.setattr(store, "_migrated", lambda: good)
    assert empty_store(tmp_path) == good
    assert own.read_bytes() == kept.read_bytes()
    assert list(tmp_path.iterdir()) == [own]


def test_where_the_cache_cannot_be_written_a_store_is_made_all_the_same(
    tmp_path: Path, forgetful: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(store, "_migrated", lambda: b"made")
    assert empty_store(blocked / "cache") == b"made"
