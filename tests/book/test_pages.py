"""The book: its pages and labels exist, it builds without a warning, and it can be read offline, by everyone."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest

from checker.book.claims import load_claims
from checker.book.objectives import load_objectives
from checker.book.questions import load_questions
from checker.book.serve import serve
from checker.checks.exam import load_exam
from scripts.book import executed_pages, fresh_cache
from scripts.browser import chromium
from tests.conftest import COURSE

ROOT = Path(__file__).parents[2]
PAGES = re.findall(r"(?:root|file): *(\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))

# Whatever points into the book: the checker's hints, course.toml, the quizzes, the claims, the objectives.
LABELS = sorted(
    {check.book for exercise in COURSE.exercises for check in load_exam(exercise.slug).checks}
    | {exercise.book for exercise in COURSE.exercises}
    | {question.section for path in (ROOT / "book/quizzes").glob("*.toml") for question in load_questions(path)}
    | {claim.section for claim in load_claims(ROOT / "book/claims")}
    | {label for objective in load_objectives(ROOT / "book/objectives.toml") for label in objective.sections}
)


def test_toc_names_the_introduction_first() -> None:
    assert PAGES[0] == "book/intro"


@pytest.mark.parametrize("page", PAGES)
def test_page_exists(page: str) -> None:
    assert (ROOT / f"{page}.md").is_file()


@pytest.mark.parametrize("label", LABELS)
def test_label_stands_before_a_heading(label: str) -> None:
    pages = "\n".join((ROOT / f"{page}.md").read_text(encoding="utf-8") for page in PAGES)
    assert len(re.findall(rf"^\({label}\)=\n#+ ", pages, re.MULTILINE)) == 1


def test_serve_says_how_to_build_a_missing_book(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make book"):
        serve(tmp_path)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """As much of the repository as the cache of executed pages rests on."""
    for name in ("requirements-dev.lock", "checker/runtime/session.py", "book/data/race.csv", "book/page.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["requirements-dev.lock", "checker/runtime/session.py", "book/data/race.csv", "book/data/new.csv"]
)
def test_executed_pages_are_dropped_when_what_they_work_with_changes(tree: Path, name: str) -> None:
    executed = fresh_cache(tree / "_build", tree) / "executed.ipynb"
    executed.touch()
    (tree / name).write_text("after", encoding="utf-8")
    fresh_cache(tree / "_build", tree)
    assert not executed.exists()


def test_executed_pages_are_kept_when_only_a_page_changes(tree: Path) -> None:
    executed = fresh_cache(tree / "_build", tree) / "executed.ipynb"
    executed.touch()
    (tree / "book/page.md").write_text("after", encoding="utf-8")
    fresh_cache(tree / "_build", tree)
    assert executed.exists()


def test_pages_with_code_are_executed() -> None:
    assert {page.stem for page in executed_pages()} >= {"hp-functions", "mlflow", "optuna-spark"}
    assert "glossary" not in {page.stem for page in executed_pages()}


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def describe(violation: dict) -> str:  # type: ignore[type-arg]
    places = ", ".join(node["target"][0] for node in violation["nodes"][:5])
    return f"{violation['impact']}: {violation['id']}: {violation['help']} ({places})"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The book, built from nothing, as `make book` does it."""
    output = tmp_path_factory.mktemp("book")
    command = [sys.executable, "-m", "scripts.book", output]
    build = subprocess.run(command, check=False, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert build.returncode == 0, build.stdout[-5000:]
    return output / "_build"


# One process (a group of pytest-xdist) for all tests of the built book, for it is built once.
@pytest.mark.long
@pytest.mark.xdist_group("book")
def test_book_reads_well(built: Path) -> None:
    site = built / "html"
    assert (site / "index.html").is_file()
    assert (site / "searchindex.js").is_file()
    for page in PAGES:
        # A picture that cannot be drawn prints its error and does not fail the build.
        assert "Traceback (most recent call last)" not in (site / f"{page}.html").read_text(encoding="utf-8")
    for label in LABELS:
        page = COURSE.page_of(label).partition("#")[0]
        assert f'id="{label}"' in (site / page).read_text(encoding="utf-8"), label

    for name in ("exam-map", "intro"):  # their tables are computed
        text = (site / f"book/{name}.html").read_text(encoding="utf-8")
        assert [exercise.slug for exercise in COURSE.exercises if exercise.slug not in text] == []

    problems: list[str] = []
    with served(site) as address, chromium() as browser:
        for scheme, width in (("light", 1280), ("dark", 390)):
            context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
            context.set_default_timeout(120_000)  # milliseconds; other tests may keep the machine busy
            problems += look_at_pages(context, address, f"{scheme}, {width} pixels")
            context.close()
        problems += search(browser, address)
        problems += answer_by_keyboard(browser, address)
    assert not problems, "\n".join(problems)


def look_at_pages(context, address: str, where: str) -> list[str]:  # type: ignore[no-untyped-def]
    """Open each page as a reader does; return what is wrong with it, one line for each problem."""
    from axe_playwright_python.sync_playwright import Axe

    problems = []
    page = context.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: problems.append(f"script error, {where}: {error}"))
    for name in PAGES:
        requests: list[str] = []
        page.goto(f"{address}/{name}.html")
        page.wait_for_timeout(500)  # for late requests; "networkidle" sometimes never comes on a busy machine
        problems += [
            f"{name}, {where}: loads {url}" for url in requests if not url.startswith((address + "/", "data:", "blob:"))
        ]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            problems.append(f"{name}, {where}: the page scrolls sideways")
        violations = Axe().run(page).response["violations"]
        problems += [
            f"{name}, {where}: {describe(violation)}"
            for violation in violations
            if violation["impact"] in ("serious", "critical")
        ]
    return problems


def search(browser, address: str) -> list[str]:  # type: ignore[no-untyped-def]
    page = browser.new_page()
    page.goto(f"{address}/search.html?q=space_eval")
    page.wait_for_selector("#search-results li a")
    links = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.href)")
    return [] if any("hp-functions" in link for link in links) else [f"search finds {links}"]


def answer_by_keyboard(browser, address: str) -> list[str]:  # type: ignore[no-untyped-def]
    """Answer the first question of a quiz wrong, then right, with the keyboard alone."""
    page = browser.new_page()
    page.goto(f"{address}/book/hp-functions.html")
    question = page.get_by_role("region", name="Question 1 of 9")
    question.get_by_role("combobox").focus()
    problems = []
    for key, mark in (("A", "Incorrect"), ("B", "Correct")):
        page.keyboard.press(key)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        if not question.get_by_text(mark, exact=True).count():
            problems.append(f"the quiz does not say {mark} to {key}: {question.inner_text()}")
        question.get_by_role("combobox").focus()
    return problems


# What differs from one execution to the next and says nothing about the page.
SANITIZE = """
[run-ids]
regex: [0-9a-f]{32}
replace: RUN
[models]
regex: models:/m-[0-9a-f]+
replace: MODEL
[addresses]
regex: 0x[0-9a-f]+
replace: ADDRESS
[paths]
regex: /tmp/[\\w./-]+
replace: PATH
[times]
regex: \\d{4}[-/]\\d{2}[-/]\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?
replace: TIME
"""


@pytest.mark.long
@pytest.mark.xdist_group("book")
def test_pages_without_spark_show_the_same_again(built: Path, tmp_path: Path) -> None:
    """A reader who runs a page sees what the page shows. Spark's pages are left out: their trials race."""
    (tmp_path / "sanitize.cfg").write_text(SANITIZE, encoding="utf-8")
    notebooks = []
    for executed in sorted((built / "jupyter_execute/book").glob("*.ipynb")):
        code = executed.read_text(encoding="utf-8")
        if "spark()" not in code and "SparkTrials(" not in code:
            notebooks.append(shutil.copy(executed, tmp_path))
    assert notebooks
    options = ["--nbval", "--nbval-sanitize-with", "sanitize.cfg", "--nbval-cell-timeout", "300"]
    compare_notebooks(tmp_path, *options, *notebooks)


@pytest.mark.long
def test_solutions_run_in_nbval(tmp_path: Path) -> None:
    """An instructor's own tools execute the solutions too, but for the long ones on Spark."""
    notebooks = []
    for exercise in COURSE.exercises:
        text = exercise.solution.read_text(encoding="utf-8")
        if "spark()" not in text and "SparkTrials(" not in text:
            folder = tmp_path / exercise.slug
            folder.mkdir(parents=True)
            notebooks.append(shutil.copy(exercise.solution, folder))
    compare_notebooks(tmp_path, "--nbval-lax", "--nbval-cell-timeout", "120", *notebooks)


@pytest.mark.parametrize(
    ("code", "shown", "same"),
    [("print(6 * 7)", "41", False), ("import uuid; print('run', uuid.uuid4().hex)", f"run {'0' * 32}", True)],
    ids=["another-number", "another-run-id"],
)
def test_output_that_differs_is_found(tmp_path: Path, code: str, shown: str, same: bool) -> None:
    output = nbformat.v4.new_output("stream", text=f"{shown}\n")
    cell = nbformat.v4.new_code_cell(code, outputs=[output], execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "page.ipynb")
    (tmp_path / "sanitize.cfg").write_text(SANITIZE, encoding="utf-8")
    with nullcontext() if same else pytest.raises(AssertionError, match=r"page\.ipynb::Cell 0"):
        compare_notebooks(tmp_path, "--nbval", "--nbval-sanitize-with", "sanitize.cfg", "page.ipynb")


def compare_notebooks(folder: Path, *arguments: object) -> None:
    """Execute notebooks in nbval; fail with what it says."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", folder]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [*command, *arguments],
        check=False,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-5000:]
