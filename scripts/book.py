"""Builds the book: executes its pages two or more at a time, then hands them to jupyter-book.

`python -m scripts.book [FOLDER]` writes FOLDER/_build/html; without a folder that of the repository. What pages print
is kept in FOLDER/_build/.jupyter_cache, under the page's code. What that code works with is not in that key, so the
whole cache is dropped when it has changed.
"""

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor

ROOT = Path(__file__).parent.parent


def executed_pages() -> list[Path]:
    """The pages of the book that hold code."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    pages = [ROOT / f"{entry['file']}.md" for entry in toc["chapters"]]
    return [page for page in pages if "```{code-cell}" in page.read_text(encoding="utf-8")]


def fingerprint(root: Path) -> str:
    """A word that changes with what the pages' code works with: Python, packages, the course's runtime and data."""
    folders = (root / "checker/runtime", root / "book/data")
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    digest = hashlib.sha256(sys.version.encode())
    for path in (root / "requirements-dev.lock", *files):
        digest.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def fresh_cache(build: Path, root: Path) -> Path:
    """The folder of the cache in `build`, empty if what it rests on has changed."""
    cache = build / ".jupyter_cache"
    stamp, now = cache / "fingerprint", fingerprint(root)
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != now:
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        stamp.write_text(now, encoding="utf-8")
    return cache


def execute_pages(folder: Path) -> None:
    """Execute the pages that the cache does not know, as many at a time as there are cores.

    A page that fails is left to jupyter-book, which says where.
    """
    cache = get_cache(folder)
    for page in executed_pages():
        cache.add_nb_to_project(str(page), read_data={"name": "myst_nb_md", "type": "plugin"})
    timeout = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["execute"]["timeout"]
    load_executor("temp-parallel", cache).run_and_cache(timeout=timeout)


def build(output: Path) -> int:
    """Build the book below `output`; the exit code of jupyter-book, which fails at each warning."""
    begin = time.monotonic()
    execute_pages(fresh_cache(output / "_build", ROOT))
    executed = time.monotonic()
    # Each page is read again: a page that was warned about once would pass the second time.
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "--all", "-W", "-n", "--keep-going"]
    code = subprocess.run([*command, "--path-output", output, ROOT], check=False).returncode
    print(f"Executed pages in {executed - begin:.0f} s, built the book in {time.monotonic() - executed:.0f} s.")
    return code


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT))
