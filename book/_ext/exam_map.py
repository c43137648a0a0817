"""What the course has for each exam: the directives `exam-map` and `study-path`, and the role `minutes`.

    ```{exam-map} Associate
    ```

    ```{study-path} Professional
    ```

    All exercises together take {minutes}`exercises`, all quizzes {minutes}`quizzes`, all pages {minutes}`reading`.

All of it is computed from course.toml, the quizzes, the objectives and the pages.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole
from tables import shown, table

from checker.book.objectives import Coverage, cover, load_objectives
from checker.book.questions import Question, load_questions
from checker.course import Course, Exercise, load_course

ROOT = Path(__file__).parent.parent.parent
WORDS_A_MINUTE = 120  # slow, for code stands between the words
HEADER = ("Objective", "Sections", "Exercises", "Questions")
MINUTES_A_QUESTION = 2  # what both exams give: 90 minutes for 48 questions, 120 for 59


@dataclass(frozen=True)
class Chapter:
    """A page of the book, with the quiz that stands on it and the exercises that it teaches."""

    name: str
    reading: int
    questions: tuple[Question, ...]
    exercises: tuple[Exercise, ...]


@cache
def course() -> Course:
    """The course, read once for a build."""
    return load_course(ROOT)


@cache
def chapters() -> tuple[Chapter, ...]:
    """The pages that have a quiz or exercises, in the order of the book."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    found = tuple(_chapter(ROOT / f"{entry['file']}.md") for entry in toc["chapters"])
    return tuple(chapter for chapter in found if chapter.questions or chapter.exercises)


def _chapter(page: Path) -> Chapter:
    text = page.read_text(encoding="utf-8")
    quizzes = re.findall(r"^```\{quick-quiz\} (\S+)$", text, re.MULTILINE)
    questions = tuple(
        question for quiz in quizzes for question in load_questions(ROOT / "book/quizzes" / f"{quiz}.toml")
    )
    exercises = tuple(one for one in course().exercises if f"\n({one.book})=\n" in text)
    words = len(re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL).split())
    return Chapter(page.stem, round(words / WORDS_A_MINUTE), questions, exercises)


def duration(minutes: int) -> str:
    """Minutes in words: as they are up to an hour and a half, else hours, rounded to the next half."""
    if minutes <= 90:
        return f"{minutes} minutes"
    halves = -(-minutes // 30)
    return f"{halves // 2}{'½' if halves % 2 else ''} hours"


class ExamMap(SphinxDirective):
    """Takes an exam: its objectives that touch tuning, with what the book has for each."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """What Sphinx puts in the directive's place."""
        self.env.note_reread()  # it hangs on many files
        questions = {question.id: chapter for chapter in chapters() for question in chapter.questions}
        covered = [
            one
            for one in cover(
                load_objectives(ROOT / "book/objectives.toml"),
                course().exercises,
                [question for chapter in chapters() for question in chapter.questions],
            )
            if one.objective.part.exam == self.arguments[0]
        ]
        parts = dict.fromkeys(one.objective.part for one in covered)
        text = []
        for part in parts:
            here = [one for one in covered if one.objective.part == part and not one.objective.not_here]
            text += [
                f":::{{rubric}} {part.name}, about {part.weight} % of the exam\n:::",
                table(HEADER, [_row(one, questions) for one in here], widths="28 36 22 14"),
            ]
        left = [(_sentence(one), one.objective.not_here) for one in covered if one.objective.not_here]
        text += [":::{rubric} Not taught by this book\n:::", table(("Objective", "Why"), left)]
        return [shown(self, "\n\n".join(text), "exam-map")]


def _row(covered: Coverage, pages: dict[str, Chapter]) -> tuple[str, ...]:
    sections = " · ".join(f"{{ref}}`{label}`" for label in covered.sections)
    exercises = " ".join(f"`{one.slug}`" for one in covered.exercises)
    asked = [pages[question.id].name for question in covered.questions]
    questions = ", ".join(f"{asked.count(page)} in {{doc}}`{page}`" for page in dict.fromkeys(asked))
    return _sentence(covered), sections, exercises or "none", questions or "none"


def _sentence(covered: Coverage) -> str:
    text = covered.objective.text
    return f"{text[0].upper()}{text[1:]}"


class StudyPath(SphinxDirective):
    """Takes an exam: the pages to read, in order, with quizzes, exercises and minutes."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """What Sphinx puts in the directive's place."""
        self.env.note_reread()
        rows, total = [], 0
        for chapter in chapters():
            exercises = [one for one in chapter.exercises if self._asks(one.objectives)]
            if not exercises and not self._asks(one.objective for one in chapter.questions):
                continue
            minutes = chapter.reading + _quiz(chapter) + sum(one.minutes for one in exercises)
            total += minutes
            rows.append(
                (
                    f"{{doc}}`{chapter.name}`",
                    f"{len(chapter.questions)} questions" if chapter.questions else "none",
                    " ".join(f"`{one.slug}` ({one.minutes})" for one in exercises) or "none",
                    str(minutes),
                )
            )
        rows.append(("**All of it**", "", "", f"**{duration(total)}**"))
        header = ("Read", "Quiz", "Exercises (minutes)", "Minutes in all")
        return [shown(self, table(header, rows, widths="30 16 40 14"), "study-path")]

    def _asks(self, objectives: object) -> bool:
        return any(objective.startswith(f"{self.arguments[0]}: ") for objective in objectives)


def _quiz(chapter: Chapter) -> int:
    return MINUTES_A_QUESTION * len(chapter.questions)


class Minutes(SphinxRole):
    """Takes reading, quizzes, exercises or all; the time that the whole book takes for it."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """What Sphinx puts in the role's place."""
        self.env.note_reread()
        spent = {
            "reading": sum(chapter.reading for chapter in chapters()),
            "quizzes": sum(map(_quiz, chapters())),
            "exercises": sum(exercise.minutes for exercise in course().exercises),
        }
        spent["all"] = sum(spent.values())
        if self.text not in spent:
            return [], [self.inliner.reporter.error(f"minutes: {self.text!r} is none of {', '.join(spent)}.")]
        return [nodes.Text(duration(spent[self.text]))], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("exam-map", ExamMap)
    app.add_directive("study-path", StudyPath)
    app.add_role("minutes", Minutes())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
