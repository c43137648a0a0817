"""The last verdict on each notebook, so that one is answered at once where nothing has changed.

It is kept in the course's cache, one file a notebook. A file that is torn, of another version or of
another state of the notebook is no answer: it is written anew.
"""

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import checker
from checker.collect import Target
from checker.limits import Limits
from checker.result import ExerciseResult, Kept, Outcome, exercise_from
from checker.run.isolation import Isolation
from checker.run.scratch import files_beside
from checker.text import printable

if TYPE_CHECKING:
    from checker.run.execute import Ready
    from checker.run.warm import WarmProcess


def recall(target: Target, isolation: Isolation, seed: int | None = None) -> ExerciseResult | None:
    """The verdict kept for what the target is now; with `seed`, only one that came about with it."""
    state = _fingerprint(target, isolation)
    try:
        digest, content = _file(target).read_text(encoding="utf-8").split("\n", 1)
        if digest != _digest(content):
            return None
        entry = json.loads(content)
        if state is None or entry["state"] != state or seed not in (None, entry["seed"]):
            return None
        result = exercise_from(entry["result"])
        return replace(result, notebook=printable(str(target.path)), kept=Kept(entry["graded"], entry["seed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


async def grade_and_keep(
    target: Target, seed: int, isolation: Isolation, warm: "WarmProcess | None", ready: "Ready | None" = None
) -> ExerciseResult:
    """Grade the target as `checker.grade` does, and keep the verdict if it stands for what the target is then.

    A fault of the machine is not kept, for it may pass; nor is a verdict that may rest on a limit of time.
    """
    from checker.grade import grade_async  # slow to import, and not needed to recall

    before = _fingerprint(target, isolation)
    result = await grade_async(target.path, target.exercise, seed, isolation, warm, ready)
    if before is not None and before == _fingerprint(target, isolation) and _stands(result, target.exercise.limits):
        _keep(target, before, seed, result)
    return result


def _stands(result: ExerciseResult, limits: Limits) -> bool:
    """Whether the verdict would be the same on a machine that is less busy."""
    in_time = result.seconds < min(limits.cell_seconds, limits.exercise_seconds)
    return result.outcome is Outcome.PASSED or (result.outcome is not Outcome.NOT_JUDGED and in_time)


def _keep(target: Target, state: str, seed: int, result: ExerciseResult) -> None:
    entry = {"state": state, "seed": seed, "graded": datetime.now(UTC).isoformat(timespec="seconds")}
    content = json.dumps(entry | {"result": asdict(result)})
    file = _file(target)
    with suppress(OSError):  # the cache only saves time
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}")
        partial.write_text(f"{_digest(content)}\n{content}", encoding="utf-8")
        os.replace(partial, file)


def _fingerprint(target: Target, isolation: Isolation) -> str | None:
    """A digest of all that the verdict depends on but the seed; None where the notebook cannot be read.

    That is the notebook's code, the files beside it, the exercise with its limits and its solution, the
    checker's own files, and the versions of Python and of every installed package.
    """
    digest = hashlib.sha256()
    try:
        for part in _parts(target, isolation):
            digest.update(len(part).to_bytes(8, "big") + part)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return digest.hexdigest()


def _parts(target: Target, isolation: Isolation) -> Iterator[bytes]:
    yield from _code(target.path)
    for file in files_beside(target.path.parent):
        yield file.name.encode()
        yield file.read_bytes()
    yield repr((target.exercise, isolation)).encode()
    yield target.exercise.solution.read_bytes()
    package = Path(checker.__file__).parent
    for file in sorted(path for path in package.rglob("*") if path.suffix != ".pyc" and path.is_file()):
        yield str(file.relative_to(package)).encode()
        yield file.read_bytes()
    yield platform.python_version().encode()
    yield "\n".join(_installed()).encode()


def _code(notebook: Path) -> Iterator[bytes]:
    """The notebook without what running it changes; read as JSON, since nbformat takes long to import."""
    tree = json.loads(notebook.read_text(encoding="utf-8"))
    about = tree["metadata"]
    yield json.dumps([about.get("kernelspec"), about.get("language_info", {}).get("name"), tree["nbformat"]]).encode()
    for cell in tree["cells"]:
        tags = cell["metadata"].get("tags")  # nbclient skips a cell that is tagged so
        yield json.dumps([cell["cell_type"], cell["source"], tags]).encode()


def _installed() -> list[str]:
    """The name and version of every installed package, as its metadata's folder is called."""
    found: set[str] = set()
    for place in sys.path:
        with suppress(OSError):
            found.update(name for name in os.listdir(place or ".") if name.endswith((".dist-info", ".egg-info")))
    return sorted(found)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _file(target: Target) -> Path:
    place = hashlib.sha256(os.fsencode(target.path.resolve())).hexdigest()[:16]
    return target.exercise.cache / "verdicts" / f"{place}.json"
