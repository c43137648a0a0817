"""Writes book/data/parallelism.csv: what parallelism does to TPE, with simulated workers.

Each search has 100 trials of a test function with a known minimum. The clock is simulated: a trial takes about a
minute, and a worker that becomes free gets the next proposal at once. The proposals are Hyperopt's own `tpe.suggest`,
which sees each running trial without a loss, as in SparkTrials. So all but the clock is real.

Run it as `python -m scripts.data.parallelism`; it takes some minutes.
"""

import csv
import heapq
import logging
from pathlib import Path
from typing import NamedTuple

import numpy as np
from hyperopt import JOB_STATE_DONE, JOB_STATE_RUNNING, STATUS_OK, Trials, hp, rand, tpe
from hyperopt.base import Domain, spec_from_misc

TARGET = Path(__file__).parents[2] / "book" / "data" / "parallelism.csv"

MAX_EVALS = 100
PARALLELISM = (1, 4, 10, 32, 100)
SEEDS = 20

SPACE = {f"x{i}": hp.uniform(f"x{i}", 0, 1) for i in range(6)}

# The Hartmann function of six variables, as in Surjanovic and Bingham, Virtual Library of Simulation Experiments.
ALPHA = np.array([1.0, 1.2, 3.0, 3.2])
A = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
)
P = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)
MINIMUM = -3.32237


class Search(NamedTuple):
    """One row of the file: a search of MAX_EVALS trials."""

    algorithm: str
    parallelism: int
    seed: int
    best_loss: float
    minutes: float
    informed: float
    """Losses that were known when a trial was proposed: the mean over the trials."""


def hartmann(params: dict[str, float]) -> float:
    """The test function; its minimum over the unit cube is MINIMUM."""
    x = np.array([params[f"x{i}"] for i in range(6)])
    return float(-ALPHA @ np.exp(-(A * (x - P) ** 2).sum(axis=1)))


def search(algorithm: str, parallelism: int, seed: int) -> Search:
    """One search with `parallelism` simulated workers; the same seed gives the same search."""
    suggest = {"tpe": tpe.suggest, "random": rand.suggest}[algorithm]
    proposals, durations = np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1])
    trials, domain = Trials(), Domain(hartmann, SPACE)
    running: list[tuple[float, int]] = []  # when a trial will end, and its number
    now, known = 0.0, []

    def finish_one() -> float:
        ends, number = heapq.heappop(running)
        trial = trials._dynamic_trials[number]
        trial["state"] = JOB_STATE_DONE
        trial["result"] = {"loss": hartmann(spec_from_misc(trial["misc"])), "status": STATUS_OK}
        return ends

    for number in range(MAX_EVALS):
        if len(running) == parallelism:
            now = finish_one()
        trials.refresh()
        known.append(number - len(running))
        (trial,) = suggest(trials.new_trial_ids(1), domain, trials, int(proposals.integers(2**31 - 1)))
        trial["state"] = JOB_STATE_RUNNING
        trials.insert_trial_docs([trial])
        heapq.heappush(running, (now + durations.lognormal(0.0, 0.5), number))  # minutes; the median is 1
    while running:
        now = finish_one()
    trials.refresh()
    return Search(
        algorithm,
        parallelism,
        seed,
        round(min(trials.losses()), 4),
        round(now, 2),
        round(float(np.mean(known)), 1),
    )


def main() -> None:
    """Run all searches and write them."""
    logging.getLogger("hyperopt").setLevel(logging.ERROR)
    cases = [("tpe", parallelism) for parallelism in PARALLELISM] + [("random", MAX_EVALS)]
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(Search._fields)
        for algorithm, parallelism in cases:
            rows.writerows(search(algorithm, parallelism, seed) for seed in range(SEEDS))
    print(f"wrote {TARGET.name}")


if __name__ == "__main__":
    main()
