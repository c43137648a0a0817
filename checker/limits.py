"""What a notebook may use."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Limits of one notebook: seconds of wall time, megabytes (10**6 bytes), a number of processes.

    `memory_mb` counts what is resident in the whole tree of processes, since a JVM reserves far
    more address space than it uses.
    """

    cell_seconds: float = 60
    exercise_seconds: float = 300
    memory_mb: int = 4000
    processes: int = 64
    output_mb: int = 10
    disk_mb: int = 500

    def __post_init__(self) -> None:
        """Refuse what is no limit."""
        for name, value in asdict(self).items():
            if not 0 < value < float("inf"):
                raise ValueError(f"The limit {name} needs a positive number, not {value}.")


DEFAULT_LIMITS = Limits()


def limits_from(text: Mapping[str, str], base: Limits) -> Limits:
    """`base` with limits replaced by name. Raises ValueError for an unknown name or a number that is not positive."""
    known = [field.name for field in fields(Limits)]
    changes: dict[str, Any] = {}
    for name, value in text.items():
        if name not in known:
            raise ValueError(f"There is no limit {name}; the limits are {', '.join(known)}.")
        try:
            changes[name] = float(value) if name.endswith("seconds") else int(value)
        except ValueError:
            raise ValueError(f"The limit {name} needs a positive number, not {value}.") from None
    return replace(base, **changes)
