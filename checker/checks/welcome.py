"""The exam of the welcome exercise: the sign of a loss."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question

welcome = Exam("welcome")


@welcome.question
def shallow_and_deep(rng: np.random.Generator) -> Question:
    X, y = load_digits(return_X_y=True)
    rows = rng.choice(len(y), 300, replace=False)
    return Question(
        "[objective({'max_depth': depth}, X=X, y=y) for depth in depths]",
        {"depths": [1.0, float(rng.integers(6, 9))]},
        data={"X": X[rows].tolist(), "y": y[rows].tolist()},
    )


@welcome.check(
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
        if not (isinstance(result, dict) and isinstance(result.get("loss"), int | float) and "status" in result):
            raise NeedsWork(
                found=f"`objective` returned {result!r}",
                expected="a dict with a number under `loss` and a `status`",
            )


@welcome.check(
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
    (shallow, deep) = (result["loss"] for result in shallow_and_deep.value)
    depth = shallow_and_deep.inputs["depths"][1]
    if deep == shallow:
        raise NeedsWork(
            found=f"loss {shallow:.2f} for a tree of depth 1 and for one of depth {depth:.0f}; "
            "what does the objective do with the depth that it is given?",
            expected="the lower loss for the better tree",
        )
    if deep > shallow:
        raise NeedsWork(
            found=f"loss {shallow:.2f} for a tree of depth 1 and {deep:.2f} for one of depth {depth:.0f}, "
            "though the deeper one is right far more often; which of them would fmin keep?",
            expected="the lower loss for the better tree",
        )


@welcome.check(
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
    asked = shallow_and_deep.inputs
    X, y = np.array(asked["X"]), np.array(asked["y"])
    for depth, result in zip(asked["depths"], shallow_and_deep.value, strict=True):
        tree = DecisionTreeClassifier(max_depth=int(depth), random_state=0)
        accuracy = cross_val_score(tree, X, y, cv=3).mean()
        if not any(np.isclose(result["loss"], loss, atol=1e-4) for loss in (-accuracy, 1 - accuracy)):
            raise NeedsWork(
                found=f"loss {result['loss']:.3f} for a tree of depth {depth:.0f} on the checker's data, "
                f"where its accuracy is {accuracy:.3f}",
                expected="the accuracy of that tree, turned round",
            )
