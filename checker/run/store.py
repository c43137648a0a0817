"""The notebook's own MLflow store: made before it runs, read from outside when it has ended.

A fresh store costs seconds of schema migrations, so an empty one is kept in the course's folder and
copied. What comes back was written by the learner's process and is trusted with nothing: it is read
from a private copy, and only where its schema is the empty store's own, so that no view or trigger
can keep the grader busy. Artifacts are never opened.
"""

import errno
import hashlib
import logging
import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from checker.evidence import ModelVersion, RunRecord
from checker.files import write_whole
from checker.run.scratch import Scratch

MAX_RUNS = 2_000
"""More runs than this are not read: no exercise needs a tenth of them."""

MAX_ROWS = 100_000
"""Parameters, metrics and tags, counted each, of all runs together."""

MAX_STORE_BYTES = 50_000_000
"""A larger store is not read; an empty one has about a million bytes."""

_FILE = "mlflow.db"
_PARENT = "mlflow.parentRunId"
_REPLACED = "the notebook put something else in the place of its MLflow store"
_NO_FILE = (errno.ELOOP, errno.EACCES, errno.ENXIO)  # a link, a file nobody may read, a socket
_SECONDS = 10.0  # for the grader's look at a store, before MLflow reads it
_TRIES = 4  # a copy that was made while MLflow wrote can be torn; the next one is whole
_COUNTED = {"experiments": MAX_RUNS, "runs": MAX_RUNS} | dict.fromkeys(
    ("params", "latest_metrics", "tags", "inputs", "model_versions", "registered_model_aliases"), MAX_ROWS
)


class StoreFault(Exception):
    """The learner's process left no store that can be read; the message says why in one sentence."""


# -- before the notebook runs ------------------------------------------------------------------------------------


def give_store(scratch: Scratch, cache_folder: Path) -> dict[str, str]:
    """Put an empty MLflow store into the scratch folder; the variables that lead the notebook's MLflow to it.

    Raises OSError or RuntimeError where none can be made.
    """
    path = scratch.root / _FILE
    path.write_bytes(empty_store(cache_folder))
    # MLflow fixes the place of the Default experiment's artifacts when it makes a store; those of
    # other experiments follow the working directory, which lies in the scratch folder.
    artifacts = (scratch.work / "mlruns" / "0").as_uri()
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE experiments SET artifact_location = ?", (artifacts,))
    except sqlite3.Error as fault:
        raise RuntimeError(f"the MLflow store could not be written: {fault}") from fault
    return {"MLFLOW_TRACKING_URI": _uri(path)}


@cache
def empty_store(cache_folder: Path) -> bytes:
    """A migrated store without runs, kept in `cache_folder` for each version of MLflow; made where there is none."""
    version = _mlflow_version()
    kept = cache_folder / f"mlflow-{version}.store"
    content = _kept_store(kept, version)
    if content is None:
        content = _migrated()
        with suppress(OSError):  # the cache only saves time
            write_whole(kept, _digest(version, content) + content)
    return content


def _mlflow_version() -> str:
    try:
        return metadata.version("mlflow")
    except metadata.PackageNotFoundError as missing:
        raise RuntimeError("mlflow is not installed") from missing


def _kept_store(kept: Path, version: str) -> bytes | None:
    """The store in a file of the cache; None where the file is missing or not exactly what was kept."""
    content = None
    with suppress(OSError, StoreFault):
        content = _bytes_of(kept)
    if content is None or content[:32] != _digest(version, content[32:]):
        return None
    return content[32:]


def _digest(version: str, content: bytes) -> bytes:
    return hashlib.sha256(version.encode() + content).digest()


def _migrated() -> bytes:
    with tempfile.TemporaryDirectory(prefix="checker-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / _FILE
        try:
            with _opened(path):
                return path.read_bytes()
        except Exception as fault:  # MLflow's and SQLAlchemy's errors have no parent but this in common
            raise RuntimeError(f"MLflow could not make a store: {fault}") from fault


# -- after the notebook ran --------------------------------------------------------------------------------------


def read_runs(scratch: Scratch, cache_folder: Path) -> tuple[RunRecord, ...]:
    """All runs of the notebook's store that were not deleted, the oldest first.

    Raises StoreFault where the learner's process spoiled the store, OSError or RuntimeError where
    the grader's own machine fails.
    """
    schema = _schema_of(empty_store(cache_folder))
    load_mlflow()
    with tempfile.TemporaryDirectory(prefix="checker-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / _FILE
        for tries_left in reversed(range(_TRIES)):
            # Only the database is copied. A journal beside it is the learner's word, and SQLite
            # would obey it: it can name any file of the grader's for deletion.
            copy.write_bytes(_bytes_of(scratch.root / _FILE))
            try:
                _inspect(copy, schema)
                break
            except StoreFault:
                if not tries_left:
                    raise
                sleep(0.25)
        return _records(copy)


def load_mlflow() -> None:
    """Import MLflow, which takes seconds; a grader can do it while the notebook runs. Raises RuntimeError."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    try:
        import_module("mlflow.store.tracking.sqlalchemy_store")
    except ImportError as broken:
        raise RuntimeError(f"mlflow cannot be imported: {broken}") from broken
    logging.getLogger("mlflow").setLevel(logging.ERROR)


def _bytes_of(path: Path) -> bytes:
    """The content of a regular file: a link is not followed, a pipe not waited for, and a huge file not read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError as missing:
        raise StoreFault("the notebook deleted its MLflow store") from missing
    except OSError as other:
        if other.errno not in _NO_FILE:
            raise
        raise StoreFault(_REPLACED) from other
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise StoreFault(_REPLACED)
    with open(descriptor, "rb") as file:
        content = file.read(MAX_STORE_BYTES + 1)
    if len(content) > MAX_STORE_BYTES:
        raise StoreFault(
            f"the MLflow store has more than {MAX_STORE_BYTES / 1e6:g} MB, and the checker reads no larger one"
        )
    return content


def _schema_of(content: bytes) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content)
        return _schema(database)


def _schema(database: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def _inspect(copy: Path, schema: list[tuple[Any, ...]]) -> None:
    """Raise StoreFault unless the copy is a sound database of MLflow's own tables, with a bearable number of rows."""
    deadline = monotonic() + _SECONDS
    with closing(sqlite3.connect(copy)) as database:
        database.set_progress_handler(lambda: monotonic() > deadline, 10_000)
        try:
            if _schema(database) != schema:
                raise StoreFault("the MLflow store does not have the tables that MLflow gave it")
            if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise StoreFault("the MLflow store is damaged")
            counts = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED}
        except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
            raise StoreFault("the MLflow store is damaged") from error
    for table, most in _COUNTED.items():
        if counts[table] > most:
            what = table.replace("latest_", "")
            raise StoreFault(f"the MLflow store has {counts[table]:,} {what}, and the checker reads at most {most:,}")


def _records(copy: Path) -> tuple[RunRecord, ...]:
    from mlflow.entities import ViewType

    try:
        with _opened(copy) as store:
            names = {one.experiment_id: str(one.name) for one in store.search_experiments(max_results=MAX_RUNS)}
            runs = store.search_runs(list(names), "", ViewType.ACTIVE_ONLY, max_results=MAX_RUNS)
            registered = _registered(copy)
            records = [
                _record(run, names[run.info.experiment_id], registered.get(str(run.info.run_id), ())) for run in runs
            ]
    except Exception as error:  # the rows are the learner's: whatever they make MLflow raise is their fault
        raise StoreFault(f"MLflow cannot read the store any more ({type(error).__name__})") from error
    return tuple(sorted(records, key=lambda record: (record.start or 0, record.run_id)))


def _registered(copy: Path) -> dict[str, tuple[ModelVersion, ...]]:
    """The versions of registered models by the run of their model; read by SQL, since the tables are MLflow's own."""
    with closing(sqlite3.connect(copy)) as database:
        aliases = database.execute(
            "SELECT name, version, alias FROM registered_model_aliases ORDER BY alias"
        ).fetchall()
        versions = database.execute(
            "SELECT run_id, name, version FROM model_versions WHERE current_stage != 'Deleted_Internal'"
        ).fetchall()
    found: dict[str, tuple[ModelVersion, ...]] = {}
    for run_id, name, version in versions:
        own = tuple(str(alias) for model, number, alias in aliases if (model, number) == (name, version))
        found[str(run_id)] = (*found.get(str(run_id), ()), ModelVersion(str(name), int(version), own))
    return found


def _record(run: Any, experiment: str, registered: tuple[ModelVersion, ...]) -> RunRecord:
    tags = {str(key): str(value) for key, value in run.data.tags.items()}
    return RunRecord(
        run_id=str(run.info.run_id),
        parent_id=tags.get(_PARENT),
        experiment=experiment,
        name=str(run.info.run_name or ""),
        status=str(run.info.status),
        params={str(key): str(value) for key, value in run.data.params.items()},
        metrics={str(key): float(value) for key, value in run.data.metrics.items()},
        tags={key: value for key, value in tags.items() if not key.startswith("mlflow.")},
        start=None if run.info.start_time is None else int(run.info.start_time),
        end=None if run.info.end_time is None else int(run.info.end_time),
        registered=registered,
    )


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """MLflow's own store object on a database file, which it makes where there is none.

    Not `MlflowClient`: that keeps its connections, and so each deleted copy, until the process ends.
    """
    load_mlflow()
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore(_uri(path), str(path.parent / "artifacts"))
    try:
        yield store
    finally:
        store.engine.dispose()


def _uri(path: Path) -> str:
    return f"sqlite:///{path.as_posix()}"
