"""The kernel that runs a learner's notebook: ipykernel, with the answering part loaded first.

Start it with `python -P -m checker.runtime.kernel -f CONNECTION_FILE`: without -P a module of the
learner's folder could stand in for one that the kernel itself needs to start.
"""

import os

import checker.runtime.kernel.answer  # noqa: F401  (loaded before any cell can shadow what it needs)
from checker.runtime.kernel.start import start


def main() -> None:
    """Start ipykernel with Jupyter's command line."""
    if os.getppid() == 1:
        # In a process tree of its own the grader's number means nothing, and ipykernel would take
        # the missing parent for its end. It reads the number when it is imported.
        os.environ.pop("JPY_PARENT_PID", None)
    start()


if __name__ == "__main__":
    main()
