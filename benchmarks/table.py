"""The tables in the README's section on performance, made from what was measured."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- written by `make bench` -->", "<!-- end of what `make bench` writes -->"

WATCH, PLAIN, SCRIPT, ONE = "watch", "plain", "script", "one command"
ALL, UNCHANGED, HELP = "all in one", "unchanged", "help"
CHECKER = "the checker"


@dataclass
class Figures:
    """What was measured, each as a list with one entry a round.

    `seconds` are those of each way to run an exercise, by its slug, and of the ways that are for no exercise in
    particular, by the way's name; `graders` are seconds of ten submissions, by the exercise's slug and the grader's
    name, `megabytes` the peaks meanwhile, and `without_spark` the peaks of the exercises without Spark. `missing`
    says why there are none of a grader.
    """

    machine: str
    exercises: list[str]
    spark: list[str]
    seconds: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    graders: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    megabytes: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    without_spark: list[float] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)

    def add(self, way: str, what: str, seconds: float) -> None:
        """Add a round's figure."""
        self.seconds.setdefault(way, {}).setdefault(what, []).append(seconds)

    def median(self, way: str, what: str) -> float:
        """The median of the rounds."""
        return median(self.seconds[way][what])

    def ratios(self, way: str, to: str, slugs: Iterable[str]) -> list[float]:
        """For each exercise the ratio of the two ways' medians."""
        return [self.median(way, slug) / self.median(to, slug) for slug in slugs]

    def total(self, way: str) -> float:
        """The sum over all exercises, each with its median."""
        return sum(self.median(way, slug) for slug in self.exercises)


def verdicts(figures: Figures) -> Iterator[str]:
    """The table of how soon a verdict arrives."""
    without = [slug for slug in figures.exercises if slug not in figures.spark]
    yield "| A verdict | Seconds | Of a plain run | Of a bare script | Target |"
    yield "|---|---|---|---|---|"
    yield _group(figures, WATCH, "Watch mode, from save to verdict, without Spark", without, 0.25)
    yield _group(figures, WATCH, "Watch mode, from save to verdict, with Spark", figures.spark, 0.5)
    yield _group(figures, ONE, "One exercise, one command", figures.exercises, 1.0)
    together = figures.median(ALL, ALL)
    plain, script = (together / figures.total(way) for way in (PLAIN, SCRIPT))
    target = f"at most 0.40 of the plain runs together: {_met(plain <= 0.4)}"
    yield f"| All {len(figures.exercises)} in one command | {together:.1f} | {plain:.2f} | {script:.2f} | {target} |"
    for way, name, limit in ((UNCHANGED, "An exercise that has not changed", 0.5), (HELP, "`checker --help`", 0.2)):
        seconds = figures.median(way, way)
        yield f"| {name} | {seconds:.2f} | | | under {limit} s: {_met(seconds < limit)} |"


def _group(figures: Figures, way: str, name: str, slugs: list[str], limit: float) -> str:
    """A row for several exercises: the one in the middle, and the range."""
    seconds = median(figures.median(way, slug) for slug in slugs)
    plain, script = (figures.ratios(way, to, slugs) for to in (PLAIN, SCRIPT))
    kept = sum(ratio <= limit for ratio in plain)
    verdict = _met(kept == len(slugs)) if kept in (0, len(slugs)) else f"met by {kept} of {len(slugs)} exercises"
    target = f"at most {limit:.2f} of a plain run: {verdict}"
    count = "1 exercise" if len(slugs) == 1 else f"{len(slugs)} exercises"
    return f"| {name} ({count}) | {seconds:.1f} | {_range(plain)} | {_range(script)} | {target} |"


def _range(ratios: list[float]) -> str:
    if len(ratios) == 1:
        return f"{ratios[0]:.2f}"
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def ten_submissions(figures: Figures) -> Iterator[str]:
    """The table of the graders, and the checker's memory."""
    yield "| Ten submissions | Grader | Seconds | Times the checker's | Peak memory |"
    yield "|---|---|---|---|---|"
    for slug, by_grader in figures.graders.items():
        for name, seconds in by_grader.items():
            times, memory = _times(by_grader, name), median(figures.megabytes[slug][name])
            yield f"| `{slug}` | {name} | {median(seconds):.1f} | {times:.1f} | {memory:.0f} MB |"
    for name, reason in figures.missing.items():
        yield f"| | {name} | not measured: {reason} | | |"
    yield ""
    for slug, by_grader in figures.graders.items():
        for name in by_grader:
            if name.startswith("nbgrader"):
                times = _times(by_grader, name)
                yield f"Target: 6 times faster than nbgrader at least; {_met(times >= 6)} for `{slug}`: {times:.1f}."
    memory = median(figures.without_spark) / 1000
    yield (
        "All exercises without Spark, in one command, take the checker "
        f"{memory:.2f} GB at the peak; target: under 1.5 GB; {_met(memory < 1.5)}."
    )


def _times(by_grader: dict[str, list[float]], name: str) -> float:
    """How many times as long as the checker that grader takes."""
    return median(by_grader[name]) / median(by_grader[CHECKER])


def _met(yes: bool) -> str:
    return "met" if yes else "not met"


def into(text: str, section: str) -> str:
    """The README's text with the section between the two marks replaced."""
    return re.sub(f"(?<={re.escape(BEGIN)}\n).*(?={re.escape(END)})", lambda _: section, text, flags=re.DOTALL)


def section(figures: Figures) -> str:
    """What stands between the marks."""
    rounds = len(figures.seconds[PLAIN][figures.exercises[0]])
    times = "once" if rounds == 1 else f"in {rounds} rounds that take turns; the figures are medians"
    return "\n".join(
        ["", *verdicts(figures), "", *ten_submissions(figures), "", f"Measured {times}, on {figures.machine}.", "", ""]
    )
