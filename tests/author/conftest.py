"""A small course of its own, with one exercise that passes the gate."""

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import checker.checks
from checker.author.new import new
from checker.course import load_course
from tests.conftest import ROOT

Author = Callable[..., subprocess.CompletedProcess[str]]

MANIFEST = "format_version = 1\n\n"
OTHER = """\
[[exercise]]
slug = "other"
title = "Another"
minutes = 5
objectives = ["Associate: tune a model"]
book = "demo-first"
"""
OBJECTIVES = """\
format_version = 1

[[part]]
exam = "Associate"
name = "Tuning"
weight = 50

[[objective]]
exam = "Associate"
part = "Tuning"
text = "tune a model"
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The root of a course with the exercise demo/first, as `checker author new` makes it; the test runs there."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "demo.md").write_text("(demo-first)=\n# First\n\n(demo-second)=\n## Second\n")
    (tmp_path / "book" / "objectives.toml").write_text(OBJECTIVES)
    manifest = tmp_path / "course.toml"
    manifest.write_text(MANIFEST + OTHER)
    new(load_course(tmp_path), "demo/first")
    manifest.write_text(manifest.read_text().replace(OTHER + "\n", ""))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a file is changed within the second
    monkeypatch.setattr(checker.checks, "__path__", [str(tmp_path / "checker" / "checks"), *checker.checks.__path__])
    importlib.invalidate_caches()
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("checker.checks.demo")]:
        del sys.modules[name]


@pytest.fixture
def author(small: Path) -> Author:
    """Runs `checker author ...` in that course, whose own copy of the package it uses, as a clone's does."""
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "checker", small / "checker", dirs_exist_ok=True, ignore=skipped)
    for chapter in (small / "checker" / "checks").iterdir():
        if chapter.is_dir() and chapter.name not in ("demo", "vocabulary"):
            shutil.rmtree(chapter)
    (small / "checker" / "checks" / "welcome.py").unlink()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "checker.cli", "author", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(small), "COLUMNS": "100"}
        return subprocess.run(command, cwd=small, capture_output=True, text=True, env=environment, timeout=600)

    return run
