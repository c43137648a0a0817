"""The book: its pages and labels exist, it builds without a warning, and it can be read offline, by everyone."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from checker.book import serve
from checker.checks.exam import load_exam
from scripts.browser import chromium
from tests.conftest import COURSE

ROOT = Path(__file__).parent.parent
PAGES = re.findall(r"(?:root|file): *(\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))

# The checker's hints link to these.
LABELS = sorted(
    {check.book for exercise in COURSE.exercises for check in load_exam(exercise.chapter, exercise.slug).checks}
    | {exercise.book for exercise in COURSE.exercises}
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


# One test, because there is one book: building it takes half a minute.
@pytest.mark.long
def test_book_builds_and_reads_well(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "--all", "-W", "-n", "--keep-going"]
    build = subprocess.run(
        [*command, "--path-output", tmp_path, ROOT],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert build.returncode == 0, build.stdout[-5000:]
    site = tmp_path / "_build/html"

    assert (site / "index.html").is_file()
    assert (site / "searchindex.js").is_file()
    for page in PAGES:
        # A picture that cannot be drawn prints its error and does not fail the build.
        assert "Traceback (most recent call last)" not in (site / f"{page}.html").read_text(encoding="utf-8")
    for label in LABELS:
        page = COURSE.page_of(label).partition("#")[0]
        assert f'id="{label}"' in (site / page).read_text(encoding="utf-8"), label

    problems: list[str] = []
    with served(site) as address, chromium() as browser:
        for scheme in ("light", "dark"):
            for width in (1280, 390):
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
        page.wait_for_load_state("networkidle")
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
