"""Why a notebook could not be read, run or answer: kinds as data, and the words for each."""

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What ended a run, or kept it from beginning."""

    EXCEPTION = "exception"  # a cell raised
    TIME = "time"
    MEMORY = "memory"
    DISK = "disk"
    OUTPUT = "output"
    PROCESSES = "processes"
    ENDED = "ended"  # the kernel ended, or spoke no more as a kernel does
    UNREADABLE = "unreadable"  # the file is no notebook of an exercise
    MACHINE = "machine"  # the checker or the machine failed, never the learner


@dataclass(frozen=True)
class RunError:
    """Why a notebook was not run to its end.

    `said` is what somebody else has said: the exception, the machine, the reader of the file. `limit` and `used` are
    in the unit of the limit: seconds, megabytes, processes. `cell` counts code cells from 1, as In[n] does; `cell` and
    `line` are None where the fault belongs to the whole notebook. `traceback` is that of the checker's own failure.
    """

    kind: FaultKind
    said: str = ""
    cell: int | None = None
    line: int | None = None
    limit: float | None = None
    used: float | None = None
    traceback: str = ""


def is_learners(kind: FaultKind) -> bool:
    """Whether the notebook is what has to change."""
    return kind not in (FaultKind.UNREADABLE, FaultKind.MACHINE)


def may_pass(kind: FaultKind) -> bool:
    """Whether the same notebook could fare otherwise on a machine that is less busy or in better health."""
    return kind in (FaultKind.TIME, FaultKind.MACHINE)


def in_words(error: RunError) -> str:
    """What happened, as the end of a sentence that begins with the cell where one is known."""
    limit, used = error.limit or 0, error.used or 0
    match error.kind:
        case FaultKind.EXCEPTION:
            return error.said if error.line is not None else f"raised {error.said}"
        case _ if error.said:
            return error.said
        case FaultKind.TIME if error.used is None:
            return f"was running when the notebook's limit of {limit:g} s was reached"
        case FaultKind.TIME:
            return f"ran for {used:g} s; the limit is {limit:g} s"
        case FaultKind.MEMORY:
            return f"used {used:,.0f} MB of memory; the limit is {limit:,.0f} MB"
        case FaultKind.DISK if error.used is None:
            return f"nested folders more than {limit:g} deep; that is the limit"
        case FaultKind.DISK:
            return f"wrote {used:,.0f} MB to disk; the limit is {limit:,.0f} MB"
        case FaultKind.OUTPUT:
            return f"wrote more than {limit:g} MB of output; that is the limit"
        case FaultKind.PROCESSES:
            return f"started {used:g} processes; the limit is {limit:g}"
    return error.said
