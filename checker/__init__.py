"""Grades tuning notebooks by evidence: what they compute, not what they claim."""

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Give a notebook `%grade`: what `%load_ext checker` calls."""
    from checker.study.magic import register

    register(shell)
