"""Draws docs/run-tree.png: a search's runs in MLflow's UI, as `checker ui` shows them.

A notebook with 16 trials under one parent run is executed for real; run it as `python -m scripts.run_tree`.
"""

import re
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient
from PIL import Image

from checker.mlflow_ui import served
from scripts.browser import chromium

PICTURE = Path(__file__).parent.parent / "docs" / "run-tree.png"
ROWS = ".ag-pinned-left-cols-container [role=row]"

SETUP = """
import time, mlflow, numpy as np
from hyperopt import fmin, hp, rand
from checker.runtime import SparkTrials
mlflow.set_tracking_uri("sqlite:///mlflow.db")
def search(name, objective, space={"x": hp.uniform("x", -5, 5)}, experiment="tuning", **options):
    mlflow.set_experiment(experiment)
    with mlflow.start_run(run_name=name):
        fmin(objective, space, rand.suggest, 16, trials=SparkTrials(4, **options),
             rstate=np.random.default_rng(0), show_progressbar=False)
"""
SEARCH = 'search("search", lambda params: (params["x"] - 1) ** 2)'


def execute(folder: Path, *cells: str) -> None:
    """Run the cells as a notebook in the folder, where its MLflow store stays."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()


def open_tree(page: Any, address: str, parent: str) -> Any:
    """Go to the runs table and expand the parent; the rows of its child runs."""
    page.add_init_script("localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')")
    page.goto(address)
    row = page.locator(ROWS).filter(has=page.get_by_role("link", name=parent, exact=True))
    row.get_by_role("button").first.click()
    children = page.locator(ROWS).filter(has=page.get_by_role("link", name=re.compile(r"^trial \d+$")))
    children.first.wait_for()
    return children


def photograph(page: Any, path: Path) -> None:
    """Save the table, with loss and parameters in the place of empty columns."""
    page.get_by_role("button", name="Columns").click()
    for title in ("Dataset", "Source", "Models", "Metrics (1)", "Parameters (1)"):
        page.get_by_title(title, exact=True).click()
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    page.wait_for_timeout(1000)
    table = page.locator(".ag-root").bounding_box()
    last = page.locator(ROWS).last.bounding_box()
    shot = page.screenshot(clip={**table, "width": 693, "height": last["y"] + last["height"] - table["y"]})
    Image.open(BytesIO(shot)).convert("RGB").quantize(128).save(path, optimize=True)  # a quarter of the bytes


def main() -> None:
    """Search, look and save."""
    with TemporaryDirectory() as folder, chromium() as browser:
        execute(Path(folder), SETUP, SEARCH)
        with served(Path(folder)) as (_, address):
            page = browser.new_page(viewport={"width": 1280, "height": 1100})
            open_tree(page, address, "search")
            photograph(page, PICTURE)
    print(f"wrote {PICTURE.name}")


if __name__ == "__main__":
    main()
