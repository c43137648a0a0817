"""book/data/samplers.csv is what scripts/data/samplers.py writes."""

import csv
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = ROOT / "book" / "data" / "samplers.csv"


def script():  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("samplers", ROOT / "scripts" / "data" / "samplers.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_sampler_has_its_budget_with_each_seed() -> None:
    samplers = script()
    found = [(row["sampler"], int(row["seed"]), int(row["trial"])) for row in rows()]
    expected = [
        (name, seed, trial)
        for name in samplers.SAMPLERS
        for seed in samplers.SEEDS
        for trial in range(1, samplers.BUDGET + 1)
    ]
    assert found == expected


@pytest.mark.long
@pytest.mark.parametrize("sampler", ["grid", "random", "TPE", "CMA-ES"])
def test_computed_again(sampler: str) -> None:
    again = script().best_so_far(sampler, seed=0, trials=16)
    kept = [float(row["best"]) for row in rows() if row["sampler"] == sampler and row["seed"] == "0"][:16]
    assert again == pytest.approx(kept, rel=1e-3)
