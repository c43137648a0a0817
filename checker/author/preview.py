"""`checker author try`: what a learner would read of a mistake."""

from collections.abc import Sequence
from contextlib import closing

from rich.console import Console
from rich.text import Text

from checker.author.bank import Mistake
from checker.author.gate.runs import fault_of
from checker.author.gate.words import FaultError
from checker.author.trials import Trial, run_all
from checker.course import Course
from checker.report.terminal import show_exercise
from checker.schema import ended, meant


def chosen(trials: Sequence[Trial], name: str | None) -> list[Trial]:
    """The trial of that name; without one the solution and every mistake. Raises FaultError."""
    if name is None:
        return [trial for trial in trials if trial.name == "solution" or isinstance(trial.expected, Mistake)]
    found = [trial for trial in trials if trial.name == name]
    if not found:
        names = [trial.name for trial in trials]
        others = meant(name, names) or f"; there are {', '.join(names)}"
        raise FaultError(ended(f"There is no {name}{others}"))
    return found


def show(trials: Sequence[Trial], course: Course, console: Console) -> None:
    """Run each and show its report, and below it in which way that is not what the bank says."""
    with closing(run_all(trials, course)) as results:
        for trial in trials:
            with console.status(f"running {trial.name}"):
                result = next(results)
            show_exercise(result, course, console)
            fault = fault_of(trial, result)
            if fault is not None:
                console.print(Text(fault, "yellow"), soft_wrap=True)  # in one line, to be copied
