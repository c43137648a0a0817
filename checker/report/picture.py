"""The picture of `checker watch`: one exercise, its checks, and what to do next."""

from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.spinner import Spinner
from rich.text import Text

from checker.course import Course, Exercise
from checker.report.terminal import details, headline
from checker.result import ExerciseResult, Outcome


@dataclass(frozen=True)
class Scene:
    """What there is to see: an exercise, its last verdict, whether a grading runs, a note, and what comes next."""

    exercise: Exercise
    following: Exercise | None
    result: ExerciseResult | None = None
    running: bool = True
    note: RenderableType = ""

    @property
    def passed(self) -> bool:
        """Whether the last verdict is a pass."""
        return self.result is not None and self.result.outcome is Outcome.PASSED


def picture(scene: Scene, course: Course, console: Console) -> RenderableType:
    """The scene as one picture: the first failing check alone is explained."""
    parts: list[RenderableType] = []
    if scene.result is None:
        parts.append(Text.assemble((scene.exercise.slug, "bold"), f"  {scene.exercise.title}"))
    else:
        first = scene.result.first_failing
        parts.append(headline(scene.result, course, console))
        parts += details(scene.result, course, console, explained=[first] if first else [])
    if scene.note:
        parts += ["", Text(scene.note) if isinstance(scene.note, str) else scene.note]
    return Group(*parts, "", _state(scene), _keys(scene))


def _state(scene: Scene) -> RenderableType:
    if scene.running:
        return Spinner("dots", Text(f"grading {_place(scene.exercise)}", "dim"))
    if scene.passed and scene.following is None:
        return Text("This was the last exercise.", "green")
    if scene.passed and scene.following is not None:
        about = f"{scene.following.title} (about {scene.following.minutes} minutes)"
        return Text(f"Next: {about}. Press n.", "green")
    return Text(f"waiting for you to save {_place(scene.exercise)}", "dim")


def _keys(scene: Scene) -> RenderableType:
    keys = {"s": "solution"} if scene.passed else {"h": "hint"}
    keys |= {"n": "next", "r": "reset", "q": "quit"}
    return Text.from_markup("   ".join(f"[bold]{key}[/] {word}" for key, word in keys.items()))


def _place(exercise: Exercise) -> str:
    return str(exercise.notebook.relative_to(exercise.root))
