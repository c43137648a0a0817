"""What SparkTrials logs for a choice: the position of the option."""

from collections.abc import Callable, Sequence
from typing import Any

from checker.checks import vocabulary as the


def option_at(options: Sequence[Any]) -> Callable[[str], Any]:
    """For `params_of`: the option at the logged index. What it gives raises ValueError where there is none."""

    def parse(text: str) -> Any:
        index = the.whole(text)
        if index not in range(len(options)):
            raise ValueError
        return options[index]

    return parse
