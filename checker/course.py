"""What exercises there are: reads the manifest `course.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from checker.limits import DEFAULT_LIMITS, Limits
from checker.result import Outcome
from checker.sections import Section, sections_of
from checker.text import escaped

if TYPE_CHECKING:
    from checker.manifest import Entry


class CourseError(Exception):
    """The manifest is missing or cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Exercise:
    """One entry of the manifest.

    `minutes` is what a learner should plan; `starts_as` is the outcome of the starter, which for the
    first exercise alone is NEEDS_WORK; `spark` says whether its notebook starts Spark, `runs` whether its checks read
    the MLflow runs that it logs; `limits` are the defaults unless the manifest sets others.
    """

    slug: str
    title: str
    minutes: int
    objectives: tuple[str, ...]
    book: str
    root: Path
    starts_as: Outcome = Outcome.NOT_ATTEMPTED
    spark: bool = False
    runs: bool = False
    limits: Limits = DEFAULT_LIMITS

    @property
    def notebook(self) -> Path:
        """The learner's notebook."""
        return self.root / "exercises" / f"{self.slug}.ipynb"

    @property
    def solution(self) -> Path:
        """The source of the exercise."""
        return self.root / "solutions" / f"{self.slug}.ipynb"

    @property
    def cache(self) -> Path:
        """What the checker keeps to save time: it can be deleted."""
        return self.root / ".checker" / "cache"


@dataclass(frozen=True)
class Course:
    """The exercises in the order in which they are learned."""

    root: Path
    exercises: tuple[Exercise, ...]

    def find(self, slug: str) -> Exercise | None:
        """The exercise of that name, if the course has it."""
        return next((e for e in self.exercises if e.slug == slug), None)

    def section_of(self, label: str) -> Section:
        """The section of the book that explains `label`. Raises CourseError where there is none."""
        section = self._sections.get(label)
        if section is None:
            raise CourseError(f"No page of the book has the label ({label})=.")
        return section

    def page_of(self, label: str) -> str:
        """Where the built book explains `label`, as `book/PAGE.html#LABEL`. Raises CourseError if nowhere."""
        return f"book/{self.section_of(label).page}.html#{label}"

    @cached_property
    def _sections(self) -> Mapping[str, Section]:
        return sections_of(self.root / "book")

    @property
    def state(self) -> Path:
        """The folder of what the checker remembers: progress and backup copies."""
        return self.root / ".checker"


def find_course(start: Path) -> Course:
    """The course that `start` lies in, else the one that this package lies in. Raises CourseError."""
    for folder in (start, *start.parents, Path(__file__).parent.parent):
        if (folder / "course.toml").is_file():
            return load_course(folder)
    raise CourseError("No course.toml here or above: run the checker inside the course's folder.")


def load_course(root: Path) -> Course:
    """The course of `course.toml` in `root`. Raises CourseError, which names every fault of the file."""
    manifest = root / "course.toml"
    try:
        return read_course(root, manifest.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{shown(manifest)} cannot be read: {error}.") from error


def read_course(root: Path, manifest: str) -> Course:
    """The course in `root` with this text as its manifest. Raises CourseError."""
    from checker.manifest import read_manifest  # slow to import, and `checker --help` needs no course
    from checker.schema import FaultyData

    try:
        entries = read_manifest(manifest, shown(root / "course.toml"))
    except FaultyData as faults:
        raise CourseError(str(faults)) from faults
    return Course(root, tuple(_exercise(entry, root) for entry in entries))


def _exercise(entry: "Entry", root: Path) -> Exercise:
    values = {name: getattr(entry, name) for name in entry.__struct_fields__}
    return Exercise(**{**values, "starts_as": Outcome(entry.starts_as)}, root=root)


def shown(path: Path) -> str:
    """The path as the user would type it here, escaped: two paths that differ never look the same."""
    here = Path.cwd()
    return escaped((path.relative_to(here) if path.is_relative_to(here) else path).as_posix())
