"""The directive `quick-quiz`: the questions of a file in book/quizzes/, shown by sphinx-yaq.

```{quick-quiz} hp-functions
```
"""

from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx_yaq.quiz import Quiz

from checker.book.questions import Question, load_questions

QUIZZES = Path(__file__).parent.parent / "quizzes"


class QuickQuiz(SphinxDirective):
    """Takes the name of a file in book/quizzes/, without its ending."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """What Sphinx puts in the directive's place."""
        path = QUIZZES / f"{self.arguments[0]}.toml"
        self.env.note_dependency(str(path))
        try:
            questions = load_questions(path)
        except (OSError, ValueError) as fault:
            raise self.error(str(fault)) from fault
        shown = nodes.container(classes=["quick-quiz"])
        for number, question in enumerate(questions, start=1):
            text = written(question, f"Question {number} of {len(questions)}")
            self.state.nested_parse(StringList(text.splitlines(), source=str(path)), 0, shown)
        return [shown]


def written(question: Question, title: str) -> str:
    """A question in MyST. Its explanations stand beside it, folded, so that they can be read without an answer too."""
    letters = ",".join(choice.letter for choice in question.choices)
    choices = "\n\n".join(f"**{choice.letter}.** {choice.text}" for choice in question.choices)
    whys = "\n\n".join(f"**{choice.letter}.** {choice.why}" for choice in question.choices)
    return f"""\
::::{{quiz}} {question.id}
:title: {title}

{question.text}

{choices}

Your answer: {{quiz}}`{{"type":"SC","values":"{letters}","answer":"{question.key}"}}`
::::

:::{{dropdown}} Why: question {title.split()[1]}, each choice explained
:class-container: quiz-why

{_verdict(question)}

{whys}

Read again: {{ref}}`{question.section}`. {question.objective}. {_evidence(question)}
:::

"""


def _verdict(question: Question) -> str:
    if question.exam_key == question.key:
        return f"**{question.key}** is right."
    return f"The exam's answer is **{question.exam_key}**. Today's truth is **{question.key}**."


def _evidence(question: Question) -> str:
    if question.proof is None:
        return f"Source: {question.source} (read on {question.read})."
    return "This was executed."


def name_by_title(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Call a question by its title alone: sphinx-yaq's "Exercise" is something else in this book."""
    for quiz in doctree.findall(Quiz):
        messages = {**quiz["i18n"]["messages"], "exercise_heading": "{title}", "check_answers": "Check"}
        quiz["i18n"] = {**quiz["i18n"], "messages": messages}


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.setup_extension("sphinx_yaq")
    app.add_directive("quick-quiz", QuickQuiz)
    app.connect("doctree-resolved", name_by_title, priority=600)  # after sphinx-yaq's own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
