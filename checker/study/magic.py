"""`%grade`: the verdict inside the notebook.

It grades the saved file with the command `checker grade`, in a process of its own: what the kernel has computed so far
does not count. In a notebook that is being graded, `checker.runtime.kernel.start` has put another `%grade` there.
"""

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

_SECONDS_TO_END = 20


def register(shell: Any) -> None:
    """Give the IPython shell the line magic `%grade`."""
    shell.register_magic_function(_grade_in(shell), magic_name="grade")


def _grade_in(shell: Any) -> Any:
    def grade(line: str) -> None:
        """Grade the saved notebook and show the verdict: `%grade`, or `%grade SLUG` for another one."""
        from IPython.display import HTML, display

        target = line.strip() or _notebook_of(shell)
        if target is None:
            print("%grade cannot tell which notebook this is: name the exercise, as in `%grade welcome`.")
            return
        shown = display(HTML(f"<p role='status'>Grading {_saved(target)} …</p>"), display_id=True)
        report, complaint = _report_on(target)
        if report is None:
            shown.update(HTML(""))
            print(complaint)
            return
        from checker.course import find_course
        from checker.report.html import verdict_html
        from checker.report.json_report import from_json

        course = find_course(Path.cwd())  # as the command does
        shown.update(HTML(verdict_html(from_json(report), course)))

    return grade


def _notebook_of(shell: Any) -> str | None:
    """The notebook's file, as JupyterLab and VS Code tell their kernels; None where neither does."""
    for told in (shell.user_ns.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        if isinstance(told, str) and told.endswith(".ipynb") and Path(told).is_file():
            return told
    return None


def _saved(target: str) -> str:
    """`objective.ipynb as saved at 14:05:09`: what has not been saved is not graded."""
    path = Path(target)
    if not path.is_file():
        return target
    return f"{path.name} as saved at {datetime.fromtimestamp(path.stat().st_mtime):%H:%M:%S}"


def _report_on(target: str) -> tuple[str | None, str]:
    """The report as JSON, None where there is none; and what the command said beside it."""
    command = [sys.executable, "-P", "-m", "checker.cli", "grade", target, "--json", "-"]
    # In a session of its own, so that the Stop button reaches this process alone.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
    )
    try:
        report, said = process.communicate()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=_SECONDS_TO_END)
        finally:
            process.kill()
        return None, "Stopped: nothing was graded."
    if report:
        return report, said
    nothing = f"The checker ended with exit code {process.returncode}: run `checker doctor`."
    return None, [nothing, *said.strip().splitlines()][-1]
