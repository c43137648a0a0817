"""Exercises and questions name the objectives of the exam guides in the same words, and none is left out silently."""

from pathlib import Path

import pytest

from checker.book.objectives import Coverage, Objective, Part, cover, load_objectives
from checker.book.questions import load_questions
from checker.course import Exercise
from tests.conftest import COURSE, ROOT

FILE = ROOT / "book/objectives.toml"
QUESTIONS = [question for path in sorted((ROOT / "book/quizzes").glob("*.toml")) for question in load_questions(path)]
OBJECTIVES = load_objectives(FILE)
COVERED = cover(OBJECTIVES, COURSE.exercises, QUESTIONS)


def test_no_objective_is_there_twice() -> None:
    assert len({objective.name for objective in OBJECTIVES}) == len(OBJECTIVES)


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.slug)
def test_exercise_names_objectives_of_the_guides(exercise: Exercise) -> None:
    assert set(exercise.objectives) <= {objective.name for objective in OBJECTIVES}


def test_questions_name_objectives_of_the_guides() -> None:
    names = {objective.name for objective in OBJECTIVES}
    assert {question.id: question.objective for question in QUESTIONS if question.objective not in names} == {}


@pytest.mark.parametrize("covered", COVERED, ids=lambda covered: covered.objective.name)
def test_objective_is_taught_and_asked_or_said_to_be_left_out(covered: Coverage) -> None:
    taught = bool(covered.sections) and bool(covered.exercises or covered.questions)
    assert taught == (covered.objective.not_here is None)


def test_sections_are_collected_from_all_that_names_the_objective() -> None:
    [exercise] = [one for one in COURSE.exercises if one.slug == "hp-functions/objective"]
    [question] = [one for one in QUESTIONS if one.id == "hp-sign-of-accuracy"]
    text = question.objective.partition(": ")[2]
    objective = Objective(Part("Associate", "Model Development", 31), text, ("hp-best", "hp-objective"))
    [covered] = cover([objective], [exercise], [question])
    assert covered == Coverage(objective, ("hp-best", "hp-objective", "hp-sign"), (exercise,), (question,))


def test_objective_of_an_unknown_part(tmp_path: Path) -> None:
    path = tmp_path / "objectives.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace('part = "Model', 'part = "Modal', 1), encoding="utf-8")
    with pytest.raises(ValueError) as fault:
        load_objectives(path)
    assert str(fault.value) == (
        f"{path}: use Hyperopt's fmin operation to tune a model's hyperparameters: "
        "Associate has no part 'Modal Development'."
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "weight = 38",
            "weight = 100",
            "part 1 (Databricks Machine Learning): weight: expected an integer from 1 to 99, found the number 100.",
        ),
        (
            'exam = "Professional"',
            'exam = "professional"',
            "part 3 (Model Development): exam: expected one of Associate, "
            'Professional, found the text "professional"; did you mean Professional?',
        ),
        (
            "[[objective]]\n",
            '[[objective]]\nsections = ["hp-sign"]\nnot_here = "x"\n',
            "objective 1: expected sections or not_here, found both.",
        ),
    ],
)
def test_fault_has_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "objectives.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError) as fault:
        load_objectives(path)
    assert str(fault.value).partition(": ")[2] == said
