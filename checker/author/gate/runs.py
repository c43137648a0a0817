"""Faults that only a run shows: what comes of the starter, the solution and the entries of the bank."""

import json

from checker.author.bank import Mistake, is_worded
from checker.author.gate.words import fault
from checker.author.trials import Trial
from checker.report.words import WORDS, said
from checker.result import ExerciseResult, Outcome


def fault_of(trial: Trial, result: ExerciseResult) -> str | None:
    """The sentence, where the result is not what the trial must give."""
    if isinstance(trial.expected, Mistake):
        problem = _of_mistake(trial.expected, result)
    elif result.error is not None:
        problem = f"does not run to its end{_why(result)}"
    elif result.outcome is not trial.expected:
        problem = f'gives "{WORDS[result.outcome]}", expected "{WORDS[trial.expected]}"{_why(result)}'
    else:
        problem = None
    return fault(trial.path, f"{trial.name} {problem}", trial.line) if problem else None


def _of_mistake(mistake: Mistake, result: ExerciseResult) -> str | None:
    failing = [check for check in result.checks if check.outcome is Outcome.NEEDS_WORK]
    odd = [check for check in result.checks if check.outcome in (Outcome.NOT_ATTEMPTED, Outcome.NOT_JUDGED)]
    if odd or not failing:
        outcome = odd[0].outcome if odd else result.outcome
        return f'gives "{WORDS[outcome]}", expected {mistake.fails} to fail{_why(result)}'
    if [check.id for check in failing] != [mistake.fails]:
        return f"fails {' and '.join(check.id for check in failing)}, expected {mistake.fails}{_why(result)}"
    for key, words, written in (
        ("found", failing[0].found, mistake.found),
        ("expected", failing[0].expected, mistake.expected),
    ):
        if not is_worded(words or "", written):
            return f"says {key} = {_quoted(words or '')}, and the bank has {_quoted(written)}"
    return None


def _quoted(words: str) -> str:
    """As the bank quotes them, to be copied."""
    return json.dumps(words, ensure_ascii=False)


def _why(result: ExerciseResult) -> str:
    if result.error is not None:
        return f" ({said(result.error)})"
    explained = [check for check in result.checks if check.found is not None]
    return f" ({explained[0].id}: {explained[0].found})" if explained else ""
