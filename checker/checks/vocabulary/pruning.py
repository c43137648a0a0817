"""Pruning: what a trial reports, and how it ends."""

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.showing import counted, show
from checker.runtime.kernel.records import OptunaTrial


def reports_each_step(trial: OptunaTrial, steps: int) -> None:
    """The trial, which nobody stopped, reported once for each step, numbered from 0 or from 1."""
    expected = f"a report for each of the {steps} epochs, under its own number"
    found = [step for step, _ in trial.reports]
    if not found:
        raise NeedsWork("a trial reports nothing. What could a pruner compare?", expected)
    if len(found) == 1 and steps > 1:
        raise NeedsWork(
            f"a trial has one report, at step {found[0]}. What becomes of a second report for the same step?", expected
        )
    if found not in (list(range(steps)), list(range(1, steps + 1))):
        shown = ", ".join(str(step) for step in found[:12])
        raise NeedsWork(f"a trial has {counted(len(found), 'report')}, at the steps {shown}", expected)


def ends_when_advised(trial: OptunaTrial, after: int) -> None:
    """The trial, which the pruner advised to stop after so many reports, did so, as a pruned trial."""
    done = len(trial.reports)
    expected = "a trial that ends where the pruner says so, and that the study counts as PRUNED"
    raised = trial.raised
    if done > after:
        ask = "Who asks it?" if raised is None else "When is it asked?"
        raise NeedsWork(
            f"the pruner advised to stop after {counted(after, 'report')}, and the trial made {done}. {ask}", expected
        )
    if raised is None:
        raise NeedsWork(
            f"the trial ended after {counted(done, 'report')}, as advised, and returned {show(trial.value)}. "
            "What does the study take that value for?",
            expected,
        )
    if not raised.startswith("TrialPruned"):
        raise NeedsWork(f"the trial ended with {raised}", expected)
