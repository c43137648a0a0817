"""The notebooks that AutoML writes, from one template for each part.

A template holds cells: `# %%` begins code, `# %% [markdown]` begins Markdown. The search does not have code of its own
to train a model: it runs the cells of a trial's notebook (`training_code`), so the two cannot come apart.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbformat import NotebookNode

from checker.runtime.automl.arguments import Arguments
from checker.runtime.automl.models import Model
from checker.runtime.automl.prepare import SPLIT_COL, WEIGHT_COL, Prepared

SEED = 42

_PACKAGES = {"sklearn": (), "lightgbm": ("lightgbm",), "xgboost": ("xgboost", "xgboost-cpu")}
"""The packages that a framework may have come in."""

_MARK = re.compile(r"^# %%( \[markdown\])?\n", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """Where a notebook finds the data and logs its runs. `data_path` is set where the data is not a run's artifact."""

    tracking_uri: str
    experiment_id: str
    experiment_name: str
    parent_run_id: str
    data_artifact: str
    data_path: str | None = None


def training_code(model: Model, arguments: Arguments, prepared: Prepared) -> str:
    """Python that, given `frame`, defines `train(params) -> (model, metrics)`: the code of a trial's notebook."""
    facts = _facts(arguments, prepared)
    return "\n\n".join(
        cell.source
        for part in ("imports", "preprocess", "train")
        for cell in _cells(part, model=model, **facts)
        if _is_code(cell)
    )


def trial_notebook(
    model: Model,
    params: dict[str, Any],
    score: float,
    run_id: str,
    arguments: Arguments,
    prepared: Prepared,
    source: Source,
) -> NotebookNode:
    """The notebook that trains one configuration again, and is ready to be widened."""
    facts = _facts(arguments, prepared) | _source_facts(source)
    facts |= {"model": model, "params": params, "score": score, "run_id": run_id, "requirements": requirements(model)}
    parts = ("intro", "imports", "load", "preprocess", "train", "search", "evaluate")
    return _notebook(cell for part in parts for cell in _cells(part, **facts))


def exploration_notebook(arguments: Arguments, prepared: Prepared, source: Source) -> NotebookNode:
    """The notebook that looks at the data."""
    return _notebook(_cells("explore", **_facts(arguments, prepared), **_source_facts(source)))


def requirements(model: Model) -> list[str]:
    """The packages that a logged model needs, by their names in a package index."""
    names = ["cloudpickle", "pandas", "scikit-learn"]
    return [*names, *filter(_is_package, _PACKAGES[model.framework])]


def _is_package(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def free_path(folder: Path, stem: str) -> Path:
    """A path for a notebook that does not exist yet: `stem.ipynb`, or else `stem-2.ipynb` and so on."""
    path, number = folder / f"{stem}.ipynb", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.ipynb"
    return path


def _facts(arguments: Arguments, prepared: Prepared) -> dict[str, Any]:
    columns = prepared.columns
    kinds = {
        "numeric": _steps("numeric", columns.numeric),
        "categorical": _steps("categorical", columns.categorical),
        "datetime": list(columns.datetime),
        "text": list(columns.text),
    }
    transformers = ["FunctionTransformer"]
    transformers += ["OneHotEncoder"] if kinds["categorical"] else []
    transformers += ["StandardScaler"] if kinds["numeric"] or kinds["datetime"] else []
    return {
        "problem": arguments.problem,
        "metric": arguments.metric,
        "target": arguments.target_col,
        "features": columns.features,
        "numeric": list(columns.numeric),
        "kinds": kinds,
        "transformers": transformers,
        "notes": [_as_markdown(note) for note in prepared.notes],
        "pos_label": prepared.pos_label,
        "has_weights": prepared.has_weights,
        "split_col": SPLIT_COL,
        "weight_col": WEIGHT_COL,
        "seed": SEED,
    }


def _steps(kind: str, columns: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """One step of the preprocessing for the columns that share an imputer."""
    groups: dict[str, list[str]] = {}
    for name, imputer in columns.items():
        fill = {"fill_value": str(imputer["fill_value"])} if kind == "categorical" and "fill_value" in imputer else {}
        groups.setdefault(", ".join(f"{key}={_literal(value)}" for key, value in (imputer | fill).items()), []).append(
            name
        )
    return [
        {"name": kind if number == 1 else f"{kind}_{number}", "imputer": imputer, "columns": names}
        for number, (imputer, names) in enumerate(groups.items(), start=1)
    ]


def _source_facts(source: Source) -> dict[str, Any]:
    local = urlsplit(source.tracking_uri).scheme in ("", "file", "sqlite")  # another may hold a password
    return vars(source) | {"tracking_uri": source.tracking_uri if local else None}


def _as_markdown(text: str) -> str:
    """The text with nothing in it that Markdown or HTML would act on."""
    return re.sub(r"([\\`*_{}\[\]<>#|$&])", r"\\\1", text)


def _literal(value: Any) -> str:
    """The value as Python source."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # in double quotes, as ruff writes it
    if isinstance(value, list):
        items = [_literal(one) for one in value]
        line = f"[{', '.join(items)}]"
        return line if len(line) <= 80 else "[\n" + "".join(f"    {item},\n" for item in items) + "]"
    return repr(value)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # not HTML: what comes from the data goes through _literal or _as_markdown
)
_ENVIRONMENT.filters["literal"] = _literal
_ENVIRONMENT.filters["code"] = lambda text: " ".join(text.replace("`", "'").split())


def _cells(part: str, **facts: Any) -> list[NotebookNode]:
    text = _ENVIRONMENT.get_template(f"{part}.jinja").render(**facts)
    pieces = _MARK.split(text)[1:]  # mark, text, mark, text, ...
    return [
        nbformat.v4.new_markdown_cell(_tidy(body)) if mark else nbformat.v4.new_code_cell(_tidy(body))
        for mark, body in zip(pieces[::2], pieces[1::2], strict=True)
    ]


def _tidy(source: str) -> str:
    return re.sub(r"\n{4,}", "\n\n\n", source).strip()


def _is_code(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "code")


def _notebook(cells: Iterable[NotebookNode]) -> NotebookNode:
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=list(cells), metadata=metadata)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return notebook
