"""Starts a kernel, ordinary or forked: ipykernel, in which `%grade` does nothing, for its notebook is being graded."""

import sys
from typing import Any


def start() -> None:
    """Run a kernel with Jupyter's command line in `sys.argv`, until it is shut down."""
    from ipykernel.kernelapp import IPKernelApp

    sys.path.insert(0, "")  # as in Jupyter, cells can import the modules beside the notebook
    app = IPKernelApp.instance()
    app.initialize()
    _leave_grading_alone(app.shell)
    app.start()


def _leave_grading_alone(shell: Any) -> None:
    shell.register_magic_function(_nothing, magic_name="grade")
    shell.extension_manager.loaded.add("checker")  # nothing is left for %load_ext to load


def _nothing(line: str) -> None:
    """Grade the saved notebook. (It is being graded: nothing to do.)"""
