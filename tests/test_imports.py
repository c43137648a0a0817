"""What each verb imports: a verb that answers from files must not wait for libraries that it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "IPython", "hyperopt", "jinja2", "jsonschema", "jupyter_client", "mlflow", "msgspec", "nbclient", "nbformat",
    "numpy", "optuna", "pandas", "prompt_toolkit", "psutil", "pyspark", "rich", "scipy", "sklearn", "watchfiles", "zmq",
)  # fmt: skip

LOOK = f"""
import sys
from checker.cli import main
sys.argv = ["checker", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", LOOK, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["--help"], set()),
        (["grade", "--help"], set()),
        (["status"], {"msgspec", "rich"}),
        (["hint", "welcome"], {"msgspec"}),
        (["reset", "nothing"], {"msgspec"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_verb_that_runs_no_notebook_imports_little(folder: Path, arguments: list[str], needed: set[str]) -> None:
    assert imported(folder, *arguments) == needed


def test_an_unchanged_exercise_is_answered_without_the_grader(folder: Path) -> None:
    assert "psutil" in imported(folder, "grade", "welcome")  # which ends graders; these import the rest
    assert imported(folder, "grade", "welcome") == {"msgspec", "rich"}
    assert "psutil" in imported(folder, "grade", "welcome", "--fresh")


@pytest.mark.parametrize(
    "module", ["checker.grade", "checker.solution", "checker.runtime.automl", "checker.runtime.quick_nbformat"]
)
def test_nbformat_is_imported_without_the_grammar_of_a_format_that_no_notebook_has(module: str) -> None:
    code = f"import {module}, sys\nprint('nbformat' in sys.modules, 'rfc3987_syntax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True False\n"


def test_the_checker_hides_no_module_from_who_imports_it() -> None:
    code = "import checker.grade, rfc3987_syntax\nprint(rfc3987_syntax.__name__)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "rfc3987_syntax\n"
