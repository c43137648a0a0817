"""The last verdict on each notebook, so that one is answered at once where nothing has changed.

It is kept in the course's cache, one file a notebook. A file that is torn, of another version or of another state of
the submission is no answer: it is written anew.
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
from functools import cache
from pathlib import Path

import checker
from checker.faults import may_pass
from checker.files import write_whole
from checker.result import ExerciseResult, Kept, Outcome, exercise_from
from checker.run.isolation import Isolation
from checker.submission import Submission


def recall(submission: Submission, isolation: Isolation, seed: int | None = None) -> ExerciseResult | None:
    """The verdict kept for this very submission; with `seed`, only one that came about with it."""
    if not submission.is_gradable:
        return None
    try:
        digest, content = _file(submission).read_text(encoding="utf-8").split("\n", 1)
        if digest != _digest(content):
            return None
        entry = json.loads(content)
        if entry["state"] != _fingerprint(submission, isolation) or seed not in (None, entry["seed"]):
            return None
        result = exercise_from(entry["result"])
        kept = Kept(entry["graded"], entry["seed"])
        return replace(result, notebook=submission.name, learner=submission.learner, kept=kept)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(submission: Submission, isolation: Isolation, seed: int, result: ExerciseResult) -> None:
    """Keep the verdict, if the same submission would be given the same on any other day."""
    if not (submission.is_gradable and _stands(result)):
        return
    entry = {
        "state": _fingerprint(submission, isolation),
        "seed": seed,
        "graded": datetime.now(UTC).isoformat(timespec="seconds"),
        "result": asdict(result),
    }
    content = json.dumps(entry)
    with suppress(OSError):  # the cache only saves time
        write_whole(_file(submission), f"{_digest(content)}\n{content}".encode())


def _stands(result: ExerciseResult) -> bool:
    """Whether nothing that may pass, as a busy machine does, has brought the verdict about."""
    faults = [result.error.kind] if result.error else []
    faults += [check.fault for check in result.checks if check.fault]
    return result.outcome is not Outcome.NOT_JUDGED and not any(map(may_pass, faults))


def _fingerprint(submission: Submission, isolation: Isolation) -> str:
    """A digest of all that the verdict depends on but the seed.

    That is the submission with its exercise and limits, the solution, the checker's own files, and the versions of
    Python and of every installed package.
    """
    digest = hashlib.sha256()
    for part in _parts(submission, isolation):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _parts(submission: Submission, isolation: Isolation) -> Iterator[bytes]:
    assert submission.exercise is not None
    yield repr((submission.cells, submission.exercise, isolation)).encode("utf-8", "surrogatepass")
    for name, content in submission.files:
        yield os.fsencode(name)
        yield content
    with suppress(OSError):
        yield submission.exercise.solution.read_bytes()
    yield _of_the_checker(Path(checker.__file__).parent)
    yield platform.python_version().encode()
    yield "\n".join(_installed()).encode()


@cache
def _of_the_checker(package: Path) -> bytes:
    digest = hashlib.sha256()
    for file in sorted(path for path in package.rglob("*") if path.suffix != ".pyc" and path.is_file()):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(package)} {len(content)}\n".encode() + content)
    return digest.digest()


def _installed() -> list[str]:
    """The name and version of every installed package, as its metadata's folder is called."""
    found: set[str] = set()
    for place in sys.path:
        with suppress(OSError):
            found.update(name for name in os.listdir(place or ".") if name.endswith((".dist-info", ".egg-info")))
    return sorted(found)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _file(submission: Submission) -> Path:
    assert submission.exercise is not None
    place = hashlib.sha256(os.fsencode(Path.cwd() / submission.name)).hexdigest()[:16]
    return submission.exercise.cache / "verdicts" / f"{place}.json"
