"""Draws book/images/compare-runs.png: MLflow's page that compares the child runs of a search.

A notebook with 16 trials is executed for real; run it as `python -m scripts.compare_runs`.
"""

import json
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from mlflow import MlflowClient
from PIL import Image, ImageOps

from checker.mlflow_ui import served
from scripts.browser import chromium
from scripts.run_tree import SETUP, execute

PICTURE = Path(__file__).parent.parent / "book" / "images" / "compare-runs.png"
BOOSTING = """
from checker.runtime import datasets
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import cross_val_score
wine = datasets.load("wine")
X, y = wine.drop(columns="cultivar"), wine["cultivar"]
def boosting(params):
    model = GradientBoostingClassifier(n_estimators=5, random_state=0, **params)
    return -float(cross_val_score(model, X, y, cv=3).mean())
space = {
    "learning_rate": hp.uniform("learning_rate", 0.01, 1),
    "max_depth": hp.uniformint("max_depth", 1, 6),
    "subsample": hp.uniform("subsample", 0.1, 1),
}
search("boosting", boosting, space, experiment="boosting")
"""


def open_comparison(page: Any, folder: Path, address: str) -> None:
    """Go to the page that compares the trials of the search `boosting`."""
    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    experiment = client.get_experiment_by_name("boosting").experiment_id
    [parent] = client.search_runs([experiment], "attributes.run_name = 'boosting'")
    trials = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    runs = quote(json.dumps([trial.info.run_id for trial in trials]))
    site = address.partition("/#")[0]
    page.add_init_script("localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')")
    page.goto(f"{site}/#/compare-runs?runs={runs}&experiments={quote(json.dumps([experiment]))}")
    page.get_by_text(f"Comparing {len(trials)} Runs").wait_for()


def photograph(page: Any, path: Path) -> None:
    """Save the plot with an axis for each hyperparameter and one for the loss."""
    plot = page.locator(".js-plotly-plot").first
    plot.wait_for()
    page.wait_for_timeout(1000)
    shot = Image.open(BytesIO(plot.screenshot())).convert("RGB")
    shot.crop(ImageOps.invert(shot).getbbox()).quantize(128).save(path, optimize=True)


def main() -> None:
    """Search, look and save."""
    with TemporaryDirectory() as folder, chromium() as browser:
        execute(Path(folder), SETUP, BOOSTING)
        with served(Path(folder)) as (_, address):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            open_comparison(page, Path(folder), address)
            photograph(page, PICTURE)
    print(f"wrote {PICTURE.name}")


if __name__ == "__main__":
    main()
