"""What SparkTrials logs for a choice: the position of the option."""

from collections.abc import Callable, Sequence
from typing import Any

from checker.checks import run_vocabulary as runs_that


def option_at(options: Sequence[Any]) -> Callable[[str], Any]:
    """For `params_of`: the option at the logged index."""

    def parse(text: str) -> Any:
        return dict(enumerate(options))[runs_that.whole(text)]

    return parse
