"""The kernel that runs a learner's notebook: ipykernel, with the answering part loaded first.

Start it with `python -P -m checker.run.kernel -f CONNECTION_FILE`: without -P a module of the
learner's folder could stand in for one of the standard library's.
"""

from ipykernel.kernelapp import launch_new_instance

import checker.run.answer  # noqa: F401  (loaded before any cell can shadow what it needs)

if __name__ == "__main__":
    launch_new_instance()
