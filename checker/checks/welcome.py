"""The exam of the welcome exercise: the sign of a loss."""

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from checker.checks import vocabulary as the
from checker.checks.data import accuracy_of, digits_of
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question
from checker.shapes import Each

exam = Exam("welcome")


@exam.question
def shallow_and_deep(rng: np.random.Generator) -> Question:
    """A stump and a deep tree, on more kinds of digits than a stump can tell apart."""
    return Question(
        "[objective({'max_depth': depth}, X=X, y=y) for depth in depths]",
        {"depths": [1.0, float(rng.integers(6, 9))]},
        digits_of(rng, rows=300, classes=8),
        Each("depths"),
    )


def _accuracies(asked: Asked) -> list[float]:
    """What the grader finds for the same trees on the same rows."""
    trees = [DecisionTreeClassifier(max_depth=int(depth), random_state=0) for depth in asked.inputs["depths"]]
    return [accuracy_of(tree, asked.inputs) for tree in trees]


@exam.check(
    book="hp-objective",
    hints=(
        "What does the objective hand back for one trial?",
        "A dict from the objective has two keys that fmin looks for.",
        "The last line of the objective returns a dict: one key for the loss, one that says that the trial went well.",
    ),
)
def returns_loss_and_status(shallow_and_deep: Asked) -> None:
    """`objective` returns a dict with a loss and a status."""
    for result in shallow_and_deep.value:
        the.successful_loss(result)


@exam.check(
    book="hp-sign",
    after=(returns_loss_and_status,),
    hints=(
        "fmin keeps the trial with the lowest loss. Which of the two trees would it keep?",
        "Accuracy grows as a model gets better; a loss must fall. One sign turns the one into the other.",
        "Look at the value under `loss` in the last line of the objective, and put what is missing before `accuracy`.",
    ),
)
def lower_loss_is_better(shallow_and_deep: Asked) -> None:
    """The better tree gets the lower loss."""
    losses = [result["loss"] for result in shallow_and_deep.value]
    if losses[0] == losses[1]:
        shallow, deep = shallow_and_deep.inputs["depths"]
        raise NeedsWork(
            found=f"the loss {the.show(losses[0])} for a tree of depth {shallow:.0f} and for one of depth {deep:.0f}. "
            "What does the objective do with the depth that it is given?",
            expected="the smaller loss for the better configuration",
        )
    the.lower_is_better(losses, _accuracies(shallow_and_deep))


@exam.check(
    book="hp-sign",
    after=(lower_loss_is_better,),
    hints=(
        "The order of the losses is right, their size is not. What is the loss made of?",
        "The loss should be the mean accuracy of the cross-validation, turned round and not changed otherwise.",
        "Leave the two lines that build the tree and its accuracy as they were, and change only the sign of the loss.",
    ),
)
def loss_is_the_accuracy(shallow_and_deep: Asked) -> None:
    """The loss is the cross-validated accuracy, turned round."""
    losses = [result["loss"] for result in shallow_and_deep.value]
    depths = shallow_and_deep.inputs["depths"]
    the.losses_follow(losses, _accuracies(shallow_and_deep), [{"max_depth": depth} for depth in depths])
