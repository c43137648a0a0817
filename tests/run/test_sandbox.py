"""What a notebook sees from inside the sandbox, wherever the course, its environment and this package lie."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.conftest import COURSE, ROOT, needs_sandbox

MARK = f"mark-{secrets.token_hex(8)}"
"""Stands in every file of a copied course that no notebook may see, the solutions and the checks among them."""

LOOK = f"""
import subprocess
import checker.runtime.java

def find(*tests):
    nowhere = ["(", "-path", "/proc", "-o", "-path", "/sys", ")", "-prune", "-o"]
    done = subprocess.run(["find", "/", *nowhere, *tests], capture_output=True, text=True)
    return done.stdout.split("\\n")[:-1]

names = ["*/solutions/*", "*/exercises/*", "*/checker/checks*", "*/course.toml", "*/attacks.toml", "*/checker/cli.py"]
named = find("(", "-name", ".checker", *[part for name in names for part in ("-o", "-path", name)], ")", "-print")
marked = find("-type", "f", "-mmin", "-60", "-exec", "grep", "-lFe", "mark-" + "{MARK[5:]}", "{{}}", "+")
assert not named + marked, named + marked
assert len(find("-path", "*/checker/runtime/kernel/answer.py", "-print")) == 1, "the one folder that is shown"
"""


def copied_course(root: Path) -> None:
    """A course with this package's source, and with a notebook of welcome that passes unless it finds a marked file.

    The notebook looks at all names, and into all files of the last hour: the marked ones are new.
    """
    for name in ("book", "checker", "solutions", "tests/mistakes"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("course.toml", "pyproject.toml", "README.md", "LICENSE", "tests/attacks.toml"):
        shutil.copyfile(ROOT / name, root / name)
    notebook = json.loads(COURSE.exercises[0].solution.read_text(encoding="utf-8"))
    notebook["cells"].append(
        {"cell_type": "code", "id": "look", "metadata": {}, "source": LOOK, "outputs": [], "execution_count": None}
    )
    (root / "exercises").mkdir()
    (root / "exercises" / "welcome.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    for secret in (*root.glob("checker/checks/**/*.py"), *root.glob("**/*.toml")):
        secret.write_text(f"{secret.read_text(encoding='utf-8')}\n# {MARK}\n", encoding="utf-8")
    for solution in root.glob("solutions/**/*.ipynb"):
        content = json.loads(solution.read_text(encoding="utf-8"))
        content["cells"][-1]["source"] = [*content["cells"][-1]["source"], f"\n# {MARK}"]
        solution.write_text(json.dumps(content), encoding="utf-8")


def linked(source: str, target: str) -> None:
    """A copy that takes no room where that can be."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def environment(prefix: Path, package: Path, python: str = sys.executable) -> Path:
    """The Python of a virtual environment that has what this one has, and in place of its checker that of `package`."""
    subprocess.run([python, "-m", "venv", "--without-pip", prefix], check=True)
    own = sysconfig.get_path("purelib")
    shutil.copytree(
        own,
        prefix / Path(own).relative_to(sys.prefix),
        symlinks=True,
        copy_function=linked,
        dirs_exist_ok=True,
        ignore=lambda folder, names: [
            name for name in names if folder == own and name.startswith(("checker", "tuning_checker", "__editable__"))
        ],
    )
    inside = prefix / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", inside, "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", "--no-build-isolation", package], check=True)
    return inside


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder with a short path: a socket's name has room for 100 characters."""
    with tempfile.TemporaryDirectory(prefix="l-") as folder:
        yield Path(folder).resolve()


def from_source(root: Path) -> list[str]:
    """This environment's Python, with the package that lies in the course."""
    return ["env", f"PYTHONPATH={root}", sys.executable]


@contextmanager
def course_in(folder: str) -> Iterator[tuple[Path, list[str]]]:
    try:
        root = Path(tempfile.mkdtemp(prefix="course-", dir=folder))
    except OSError as fault:
        pytest.skip(f"no course can be put into {folder}: {fault}")
    try:
        copied_course(root)
        yield root, from_source(root)
    finally:
        shutil.rmtree(root)


def below_usr(place: Path) -> AbstractContextManager[tuple[Path, list[str]]]:
    return course_in("/usr/local/src")


def below_usr_among_libraries(place: Path) -> AbstractContextManager[tuple[Path, list[str]]]:
    return course_in("/usr/local/lib")


@contextmanager
def environment_in_the_course(place: Path) -> Iterator[tuple[Path, list[str]]]:
    copied_course(place)
    yield place, [str(environment(place / ".venv", place))]


@contextmanager
def environment_is_the_course(place: Path) -> Iterator[tuple[Path, list[str]]]:
    copied_course(place)
    yield place, [str(environment(place, place))]


@contextmanager
def course_among_the_environments_files(place: Path) -> Iterator[tuple[Path, list[str]]]:
    root = place / "lib" / "course"
    copied_course(root)
    yield root, [str(environment(place, root))]


@contextmanager
def course_in_the_prefix_of_the_base_python(place: Path) -> Iterator[tuple[Path, list[str]]]:
    if Path(sys.base_prefix) == Path("/usr"):
        pytest.skip("the system's Python has no prefix of its own")
    base, root = place / "python", place / "python" / "course"
    for folder in ("bin", "include", "lib"):
        shutil.copytree(
            Path(sys.base_prefix, folder), base / folder, symlinks=True, copy_function=linked,
            ignore=shutil.ignore_patterns("site-packages", "__pycache__"),
        )  # fmt: skip
    copied_course(root)
    python = base / "bin" / Path(sys.executable).resolve().name
    yield root, [str(environment(place / "venv", root, str(python)))]


@contextmanager
def scratch_in_the_course(place: Path) -> Iterator[tuple[Path, list[str]]]:
    copied_course(place)
    (place / "tmp").mkdir()
    yield place, ["env", f"TMPDIR={place}/tmp", *from_source(place)]


Layout = Callable[[Path], AbstractContextManager[tuple[Path, list[str]]]]


@pytest.mark.long
@needs_sandbox
@pytest.mark.parametrize(
    "layout",
    [
        below_usr,
        below_usr_among_libraries,
        environment_in_the_course,
        environment_is_the_course,
        course_among_the_environments_files,
        course_in_the_prefix_of_the_base_python,
        scratch_in_the_course,
    ],
    ids=lambda layout: layout.__name__.replace("_", "-"),
)
def test_no_notebook_sees_a_solution_or_a_check(layout: Layout, place: Path) -> None:
    with layout(place) as (root, python):
        grade = ["-P", "-m", "checker.cli", "grade", "welcome", "--isolation", "sandbox", "--limit", "cell_seconds=200"]
        done = subprocess.run(
            [*python, *grade, "--json", "-"], cwd=root, capture_output=True, text=True, check=False,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        )  # fmt: skip
        assert done.stdout, done.stderr
        (row,) = json.loads(done.stdout)["exercises"]
        assert row["error"] is None, row["error"]["message"]
        assert row["outcome"] == "passed"
