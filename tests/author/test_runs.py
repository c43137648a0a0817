"""What the gate says of the runs: of made-up results word for word, and of real ones in a course of its own."""

from pathlib import Path

import pytest

from checker.author.bank import Mistake
from checker.author.gate.runs import fault_of
from checker.author.trials import Trial
from checker.faults import FaultKind, RunError
from checker.result import CheckResult, ExerciseResult, Outcome, overall
from checker.submission import Submission
from tests.author.conftest import Author
from tests.author.test_check import BANK, EXAM, EXERCISE, SOLUTION, change

MISTAKE = Mistake("uniform", "Why not.", (("a", "b"),), "spread", "0 of 300 draws by {}", "a third")
PASSED = CheckResult("bounds", "Bounds.", Outcome.PASSED)
SPREAD = CheckResult(
    "spread", "Spread.", Outcome.NEEDS_WORK, "0 of 300 draws by x", "a third", "hp-log", ("a", "b", "c")
)
BOUNDS = CheckResult("bounds", "Bounds.", Outcome.NEEDS_WORK, "a draw is 3", "less than 1", "hp-log", ("a", "b", "c"))
CRASHED = CheckResult(
    "spread", "Spread.", Outcome.NOT_JUDGED, "the check itself failed (KeyError: 3)", "nothing of you"
)
UNWRITTEN = CheckResult("spread", "Spread.", Outcome.NOT_ATTEMPTED)
SKIPPED = CheckResult("spread", "Spread.", Outcome.SKIPPED)
RAISED = RunError(FaultKind.EXCEPTION, "NameError: name 'hp' is not defined", 2, 1)
WHY = " (cell 2, line 1: NameError: name 'hp' is not defined)."


def said(expected: Outcome | Mistake, *checks: CheckResult, error: RunError | None = None) -> str | None:
    """The sentence on a trial with this result."""
    result = ExerciseResult("a/b", "uniform", overall(error, checks), 1.0, error, checks)
    return fault_of(Trial("uniform", Submission("uniform"), expected, Path("bank.toml"), 7), result)


@pytest.mark.parametrize(
    ("checks", "error"),
    [((PASSED, SPREAD), None), ((PASSED, SPREAD), RAISED)],
)
def test_a_mistake_that_fails_its_check_in_its_words(checks: tuple[CheckResult, ...], error: RunError | None) -> None:
    assert said(MISTAKE, *checks, error=error) is None


def test_a_solution_that_passes_and_a_starter_that_is_not_attempted() -> None:
    assert said(Outcome.PASSED, PASSED) is None
    assert said(Outcome.NOT_ATTEMPTED, UNWRITTEN) is None
    assert said(Outcome.NEEDS_WORK, PASSED, SPREAD) is None


@pytest.mark.parametrize(
    ("expected", "checks", "error", "sentence"),
    [
        (MISTAKE, (PASSED,), None, 'gives "passed", expected spread to fail.'),
        (MISTAKE, (PASSED, SKIPPED), RAISED, 'gives "needs work", expected spread to fail' + WHY),
        (MISTAKE, (PASSED, UNWRITTEN), None, 'gives "not attempted", expected spread to fail.'),
        (
            MISTAKE,
            (PASSED, CRASHED),
            None,
            'gives "not judged", expected spread to fail (spread: the check itself failed (KeyError: 3)).',
        ),
        (MISTAKE, (BOUNDS, SKIPPED), None, "fails bounds, expected spread (bounds: a draw is 3)."),
        (MISTAKE, (BOUNDS, SPREAD), None, "fails bounds and spread, expected spread (bounds: a draw is 3)."),
        (
            Mistake("uniform", "", (("a", "b"),), "spread", 'none of "300"', "a third"),
            (PASSED, SPREAD),
            None,
            r'says found = "0 of 300 draws by x", and the bank has "none of \"300\"".',
        ),
        (
            Mistake("uniform", "", (("a", "b"),), "spread", "0 of 300 draws by x", ""),
            (PASSED, SPREAD),
            None,
            'says expected = "a third", and the bank has "".',
        ),
        (Outcome.PASSED, (BOUNDS, SKIPPED), None, 'gives "needs work", expected "passed" (bounds: a draw is 3).'),
        (Outcome.PASSED, (PASSED,), RAISED, "does not run to its end" + WHY),
        (
            Outcome.PASSED,
            (PASSED, CRASHED),
            None,
            'gives "not judged", expected "passed" (spread: the check itself failed (KeyError: 3)).',
        ),
        (Outcome.NOT_ATTEMPTED, (PASSED, SKIPPED), None, 'gives "needs work", expected "not attempted".'),
        (Outcome.NEEDS_WORK, (UNWRITTEN,), RAISED, "does not run to its end" + WHY),
    ],
)
def test_a_result_that_is_another(
    expected: Outcome | Mistake, checks: tuple[CheckResult, ...], error: RunError | None, sentence: str
) -> None:
    assert said(expected, *checks, error=error) == f"bank.toml:7: uniform {sentence}"


@pytest.mark.long
def test_real_runs(small: Path, author: Author) -> None:
    assert author("check").stdout == "No fault found.\n"
    change(small, BANK, "[[' ** 2', '']]", "[[' ** 2', ' ** 2.0']]")
    change(small, BANK, 'fails = "returns_loss_and_status"', 'fails = "loss_is_the_squared_distance"')
    change(small, BANK, "is -22.75", "is -22.7")
    change(small, BANK, "distance * distance", "distance")
    done = author("check", "demo/first")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{BANK}:3: status-forgotten fails returns_loss_and_status, expected loss_is_the_squared_distance "
        "(returns_loss_and_status: the dict that the objective returned has `loss`, and no `status`).",
        f'{BANK}:11: turned-round says found = "the loss for `x` = 7.77 is -22.75; how far away is that?", '
        'and the bank has "the loss for `x` = 7.77 is -22.7; how far away is that?".',
        f'{BANK}:19: not-squared gives "passed", expected loss_is_the_squared_distance to fail.',
        f'{BANK}:43: own-variable gives "needs work", expected "passed" '
        "(loss_is_the_squared_distance: the loss for `x` = 7.77 is 4.77; how far away is that?).",
        "4 faults found.",
    ]
    assert done.stderr.splitlines()[1] == "2 of 10: demo/first, solution"


@pytest.mark.long
def test_a_starter_that_is_attempted_and_a_solution_that_is_wrong(small: Path, author: Author) -> None:
    change(small, SOLUTION, "# return ...", "# return 3")
    change(small, EXAM, "right = (x - 3) ** 2", "right = (x - 4) ** 2")
    assert author("release").stdout == f"wrote {EXERCISE}\n"
    assert author("check", "--static").stdout == "No fault found.\n"
    assert author("check").stdout.splitlines()[:2] == [
        f'{EXERCISE}: starter gives "needs work", expected "not attempted" '
        "(returns_loss_and_status: the objective returned 3).",
        f'{SOLUTION}: solution gives "needs work", expected "passed" '
        "(loss_is_the_squared_distance: the loss for `x` = 7.77 is 22.75; how far away is that?).",
    ]
