"""The questions of the quizzes: each rests on a proof that runs here, or on a source."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from checker.book.questions import Question, load_questions
from checker.run.store import empty_store
from tests.conftest import COURSE

BOOK = Path(__file__).parents[2] / "book"
FILES = sorted((BOOK / "quizzes").glob("*.toml"))
QUESTIONS = {question.id: question for path in FILES for question in load_questions(path)}
LABELS = {
    label for page in BOOK.glob("*.md") for label in re.findall(r"^\(([\w-]+)\)=$", page.read_text(), re.MULTILINE)
}


def marked(question: Question) -> object:
    """Starting Spark takes long."""
    return pytest.param(question, id=question.id, marks=[pytest.mark.long] if "spark()" in question.proof else [])


@pytest.mark.parametrize("question", [marked(one) for one in QUESTIONS.values() if one.proof])
def test_proof_holds(question: Question, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if "import mlflow" in question.proof:
        give_empty_store(tmp_path, monkeypatch)
    exec(compile(question.proof, f"proof of {question.id}", "exec"), {"__name__": "proof"})


def give_empty_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow keeps the store of an address once it is open, so `sqlite:///mlflow.db` would be the last proof's."""
    import mlflow

    store = folder / "mlflow.db"
    store.write_bytes(empty_store(COURSE.exercises[0].cache))
    with closing(sqlite3.connect(store)) as database, database:
        database.execute("UPDATE experiments SET artifact_location = ?", ((folder / "mlruns").as_uri(),))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")  # what the next line puts there goes when the test ends
    mlflow.set_tracking_uri(f"sqlite:///{store}")


def test_no_id_is_there_twice() -> None:
    ids = Counter(question.id for path in FILES for question in load_questions(path))
    assert [name for name, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_section_is_in_the_book(question: Question) -> None:
    assert question.section in LABELS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_page_shows_the_quiz(path: Path) -> None:
    pages = [page.name for page in BOOK.glob("*.md") if f"{{quick-quiz}} {path.stem}\n" in page.read_text()]
    assert len(pages) == 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_right_answers_are_spread_over_the_letters(path: Path) -> None:
    keys = Counter(question.key for question in load_questions(path))
    assert len(keys) >= 3
    assert max(keys.values()) <= keys.total() / 2


def broken(tmp_path: Path, old: str, new: str) -> str:
    text = (BOOK / "quizzes/hp-functions.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "broken.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError) as fault:
        load_questions(path)
    return str(fault.value).replace(str(tmp_path), "")


def test_file_that_is_no_toml(tmp_path: Path) -> None:
    message = broken(tmp_path, 'key = "B"', "key = B")
    assert message.startswith("/broken.toml: not TOML: ")


def test_choice_without_an_explanation(tmp_path: Path) -> None:
    message = broken(tmp_path, "why.D = 'Hyperopt", "why.E = 'Hyperopt")
    assert message == (
        "/broken.toml:4: question 1 (hp-what-fmin-returns): "
        "the choices, their whys and the keys do not name the same letters."
    )


def first_proof() -> str:
    text = (BOOK / "quizzes/hp-functions.toml").read_text(encoding="utf-8")
    proof = re.search("^proof = '''.*?'''$", text, re.MULTILINE | re.DOTALL)
    assert proof is not None
    return proof[0]


def test_proof_that_asserts_nothing(tmp_path: Path) -> None:
    message = broken(tmp_path, first_proof(), "proof = 'pass'")
    assert message == (
        "/broken.toml:21: question 1 (hp-what-fmin-returns): "
        'proof: expected Python that asserts something, found the text "pass".'
    )


def test_source_without_the_day_on_which_it_was_read(tmp_path: Path) -> None:
    message = broken(tmp_path, first_proof(), "source = 'The book.'")
    assert message == (
        "/broken.toml:4: question 1 (hp-what-fmin-returns): expected both or neither of source and read."
    )
