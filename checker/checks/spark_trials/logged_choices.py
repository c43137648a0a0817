"""What SparkTrials logs for a choice: the position of the option."""

from collections.abc import Callable, Sequence
from typing import Any

from checker.checks import vocabulary as the


def option_at(options: Sequence[Any]) -> Callable[[str], Any]:
    """For `params_of`: the option at the logged index."""

    def parse(text: str) -> Any:
        return dict(enumerate(options))[the.whole(text)]

    return parse
