"""What `checker ui` shows of a search, seen with Chromium: every child run, and how each one ended."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from mlflow import MlflowClient

from checker.mlflow_ui import served
from scripts.browser import chromium
from scripts.compare_runs import BOOSTING, open_comparison
from scripts.compare_runs import photograph as photograph_comparison
from scripts.run_tree import ROWS, SEARCH, SETUP, execute, open_tree, photograph

pytestmark = pytest.mark.long

HARD = """
def hard(params):
    if params["x"] > 3:
        raise ValueError("x is too large")
    if params["x"] < -3:
        time.sleep(120)
    return (params["x"] - 1) ** 2
search("hard search", hard, timeout=20)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebook")
    execute(folder, SETUP, BOOSTING, SEARCH, HARD)  # the UI opens the experiment of the newest run
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder) as (_, address):
        yield address


@pytest.fixture
def page(address: str) -> Iterator[Any]:
    """A page that has asked nobody but the server when it closes."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1100})
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        yield page
        site = address.partition("/#")[0]
        assert [url for url in requests if not url.startswith((f"{site}/", "data:", "blob:"))] == []


def names(rows: Any) -> list[str]:
    return sorted(rows.locator('a[href*="/runs/"]').all_inner_texts())


def icons(rows: Any) -> set[str]:
    return set(rows.locator("[col-id=runDateAndNestInfo] svg").evaluate_all("icons => icons.map(i => i.innerHTML)"))


def filtered(page: Any, address: str, condition: str) -> list[str]:
    """The trials that the page itself finds."""
    page.goto("about:blank")
    page.goto(f"{address}&searchFilter={quote(condition)}")
    page.locator(ROWS).first.wait_for()
    page.wait_for_timeout(1500)
    return [name for name in names(page.locator(ROWS)) if name.startswith("trial ")]


def of(folder: Path, parent: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """The parent's id, and for each child its name with id and status, as the store has it."""
    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    experiment = client.get_experiment_by_name("tuning").experiment_id
    (found,) = client.search_runs([experiment], f"attributes.run_name = '{parent}'")
    children = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{found.info.run_id}'")
    return found.info.run_id, {run.info.run_name: (run.info.run_id, run.info.status) for run in children}


def test_sixteen_child_runs_are_shown_as_finished(page: Any, address: str, folder: Path, tmp_path: Path) -> None:
    rows = open_tree(page, address, "search")
    assert names(rows) == sorted(f"trial {number}" for number in range(16))
    assert len(icons(rows)) == 1
    photograph(page, tmp_path / "tree.png")
    assert (tmp_path / "tree.png").stat().st_size < 150_000
    parent, _ = of(folder, "search")
    condition = f"attributes.status = 'FINISHED' and tags.mlflow.parentRunId = '{parent}'"
    assert filtered(page, address, condition) == sorted(f"trial {number}" for number in range(16))


def test_failed_and_killed_child_runs_are_shown_as_what_they_are(page: Any, address: str, folder: Path) -> None:
    parent, children = of(folder, "hard search")
    assert {status for _, status in children.values()} == {"FINISHED", "FAILED", "KILLED"}
    rows = open_tree(page, address, "hard search")
    assert names(rows) == sorted(children)
    assert len(icons(rows)) == 2  # MLflow gives failed and killed runs the same one
    site = address.partition("/runs?")[0]
    for word in ("FINISHED", "FAILED", "KILLED"):
        named = sorted(name for name, (_, status) in children.items() if status == word)
        condition = f"attributes.status = '{word}' and tags.mlflow.parentRunId = '{parent}'"
        assert filtered(page, address, condition) == named
        page.goto(f"{site}/runs/{children[named[0]][0]}")
        page.get_by_text(word.capitalize(), exact=True).first.wait_for()


def test_comparison_has_an_axis_for_each_hyperparameter(page: Any, address: str, folder: Path, tmp_path: Path) -> None:
    open_comparison(page, folder, address)
    photograph_comparison(page, tmp_path / "comparison.png")
    titles = page.locator(".js-plotly-plot .axis-title").all_text_contents()
    assert titles == ["learning_rate", "max_depth", "subsample", "loss"]
    assert (tmp_path / "comparison.png").stat().st_size < 60_000
