"""The exam of automl/baseline: a baseline by AutoML, and its summary."""

import math
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import log_loss

from checker.checks import vocabulary as the
from checker.checks.data import patients
from checker.checks.exam import Asked, Exam, NeedsWork
from checker.evidence import Question, RunRecord
from checker.runtime.automl.arguments import check_arguments
from checker.runtime.automl.models import CLASSIFIERS
from checker.runtime.automl.notebooks import SEED
from checker.runtime.automl.prepare import prepare
from checker.runtime.automl.search import TRIALS_PER_MODEL, Train, trainer

exam = Exam("automl/baseline")

KNOWN = 300
"""So many of the patients are for learning; the others come later."""

GIVE_AWAY = ("therapy_weeks", "record")
"""The columns that tell the diagnosis and are no measure of it."""

MODELS = {model.title: model for model in CLASSIFIERS if model.framework == "sklearn"}

TYPES: Mapping[str, Mapping[str, Any]] = {
    "Logistic regression": {"C": the.real},
    "Decision tree": {"max_depth": the.whole, "min_samples_leaf": the.whole},
    "Random forest": {
        "n_estimators": the.whole_to(1000),
        "max_depth": the.whole,
        "min_samples_leaf": the.whole,
        "max_features": the.real,
    },
}
"""The hyperparameters of each kind of model, and how to read them in a run."""

METRIC = "val_log_loss"


def _kind(run: RunRecord) -> str:
    return run.tags.get("automl.model", "")


def _trials(runs: Sequence[RunRecord]) -> tuple[RunRecord, list[RunRecord]]:
    """The AutoML run and its finished trials; fewer than the whole budget where the machine was slow."""
    parent, children = the.run_tree(runs, "baseline", len(MODELS) * TRIALS_PER_MODEL, at_least=1)
    return parent, the.finished(children)


@cache
def _trainer(kind: str, rows: int, excluded: tuple[str, ...]) -> Train:
    """What AutoML trains a trial of this kind with, where it gets the first `rows` patients without these columns."""
    frame = patients().head(rows)
    arguments = check_arguments(
        frame,
        "classify",
        target_col="diagnosis",
        primary_metric="log_loss",
        timeout_minutes=1,
        exclude_cols=list(excluded),
    )
    return trainer(MODELS[kind], arguments, prepare(frame, arguments, SEED))


def _trained(run: RunRecord, rows: int = KNOWN, excluded: tuple[str, ...] = GIVE_AWAY) -> tuple[Any, dict[str, float]]:
    """The grader's own model and metrics for the parameters of a trial."""
    kind = _kind(run)
    return _fitted(kind, rows, excluded, tuple(the.params_of(run, TYPES[kind]).items()))


@lru_cache(maxsize=32)
def _fitted(
    kind: str, rows: int, excluded: tuple[str, ...], params: tuple[tuple[str, Any], ...]
) -> tuple[Any, dict[str, float]]:
    """The same for parameters; several checks look at the best trial."""
    return the.trained_with(dict(params), _trainer(kind, rows, excluded))


def _loss(kind: str, params: dict[str, Any]) -> float:
    """The validation loss of a configuration, by the grader's own model."""
    return _fitted(kind, KNOWN, GIVE_AWAY, tuple(params.items()))[1][METRIC]


def _best(runs: Sequence[RunRecord]) -> tuple[Any, dict[str, float], list[RunRecord]]:
    """The grader's model and metrics of the best trial, and all trials, the best first."""
    _, children = _trials(runs)
    ranked = sorted(children, key=lambda run: run.metrics[METRIC])
    return *_trained(ranked[0]), ranked


def _refitted(model: Any) -> Any:
    """The same model, trained on all patients."""
    return clone(model).fit(patients(), patients()["diagnosis"])


def _is_read(value: Any, score: float) -> bool:
    """Whether a learner's number is the score, also where it was read from a text with four digits."""
    return the.is_number(value) and math.isclose(value, score, rel_tol=1e-3, abs_tol=1e-6)


def _score(scores: Asked, name: str) -> float:
    found = scores.value
    if not isinstance(found, dict) or not the.is_number(found.get(name)):
        raise NeedsWork(f"`scores` is {the.show(found)}", f'a dict with a number under `"{name}"`')
    return float(found[name])


@exam.question
def trial_runs(rng: np.random.Generator) -> Question:
    """The runs of the trials in the notebook's summary, and a seed for what is drawn from them."""
    return Question("[trial.mlflow_run_id for trial in summary.trials]", {"seed": int(rng.integers(2**31))}, shape=list)


@exam.question
def scores(rng: np.random.Generator) -> Question:
    """The two log losses."""
    return Question("scores")


@exam.question
def kinds(rng: np.random.Generator) -> Question:
    """The best score of each kind."""
    return Question("best_of_each(summary)")


@exam.question
def risks(rng: np.random.Generator) -> Question:
    """What the notebook's function says about patients whom nobody has seen before."""
    rows = patients().drop(columns="diagnosis").sample(25, random_state=int(rng.integers(2**31)))
    measures = rows.drop(columns=list(GIVE_AWAY))
    rows[measures.columns] = measures * rng.uniform(0.9, 1.1, measures.shape)
    return Question(
        "[answer.tolist() if hasattr(answer, 'tolist') else answer "
        "for answer in [risk(__import__('pandas').DataFrame(rows))]]",
        {"rows": rows.to_dict("list")},
        shape=(Any,),
    )


@exam.check(
    book="automl-call",
    hints=(
        "Look at the experiment in `checker ui`. Is there one AutoML run, and does `summary` come from it?",
        "`automl.classify` returns the summary, and `experiment_name` says where its runs go.",
        "Assign to `summary` one call of `automl.classify`, with the table, the column to predict and the experiment.",
    ),
)
def baseline_is_there(trial_runs: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`summary` is that of the one AutoML run in the experiment `baseline`, which predicts `diagnosis`."""
    parent, children = _trials(runs)
    if parent.params.get("problem") != "classify" or parent.params.get("target_col") != "diagnosis":
        raise NeedsWork(
            "the parent run in `baseline` has the parameters "
            f"{the.configuration(parent.params) if parent.params else 'of no AutoML run'}",
            "an AutoML run that predicts the classes in `diagnosis`",
        )
    if set(map(str, trial_runs.value)) != {run.run_id for run in children}:
        raise NeedsWork(
            "the trials of `summary` are not those of the AutoML run in `baseline`",
            "what the call that made this run returned",
        )


@exam.check(
    book="automl-call",
    after=(baseline_is_there,),
    hints=(
        "By which metric did AutoML rank its trials?",
        "Without a word from you it is F1, which looks at labels and not at probabilities.",
        "The argument is `primary_metric`; its value is the metric's name in lower case, with an underscore.",
    ),
)
def compares_by_log_loss(runs: tuple[RunRecord, ...]) -> None:
    """Trials are compared by log loss."""
    parent, _ = _trials(runs)
    metric = parent.params.get("primary_metric")
    if metric != "log_loss":
        raise NeedsWork(f"the AutoML run compared its trials by {metric}", "a comparison by log loss")


@exam.check(
    book="automl-leak",
    after=(baseline_is_there,),
    hints=(
        "Which kinds of models does the table of `summary` show?",
        "`exclude_frameworks` names what is not tried.",
        "Of the three frameworks, give the two that are not wanted, in a list.",
    ),
)
def tries_the_three_kinds(runs: tuple[RunRecord, ...]) -> None:
    """The trials are of scikit-learn's three kinds of models."""
    _, children = _trials(runs)
    tried = sorted({_kind(run) for run in children})
    if tried != sorted(MODELS):
        raise NeedsWork(f"the kinds of models are: {', '.join(tried)}", "scikit-learn's three kinds, and no others")


@exam.check(
    book="automl-leak",
    after=(compares_by_log_loss, tries_the_three_kinds),
    hints=(
        "Is the best log loss too good to be true? Which columns would a new patient not bring along?",
        "A column that follows from the target, or that goes along with it by habit, must be named: AutoML keeps it. "
        "And the rows that are kept for the end must not be learned from.",
        "Give `exclude_cols` a list of two names, and AutoML the table `known`.",
    ),
)
def learns_from_the_measures(trial_runs: Asked, runs: tuple[RunRecord, ...]) -> None:
    """The models learn from the four measures of the patients in `known`, and from nothing else."""
    _, children = _trials(runs)
    the.logs_metric(children, METRIC)
    logistic = next(run for run in children if _kind(run) == "Logistic regression")
    if not the.is_same(logistic.metrics[METRIC], _trained(logistic)[1][METRIC]):
        _learned_too_much(logistic)
    for kind, types in TYPES.items():
        own = [run for run in children if _kind(run) == kind]
        seed = trial_runs.inputs["seed"]
        the.metrics_follow(own, METRIC, types, partial(_loss, kind), sample=2, seed=seed)


def _learned_too_much(logistic: RunRecord) -> None:
    """Raises NeedsWork where the loss is that of more columns or more rows: with each set of them it is another one."""
    logged, expected = logistic.metrics[METRIC], "models that know the four measures of the patients in `known`"
    for leak in (GIVE_AWAY, GIVE_AWAY[:1], GIVE_AWAY[1:]):
        kept = tuple(name for name in GIVE_AWAY if name not in leak)
        if the.is_same(logged, _trained(logistic, excluded=kept)[1][METRIC]):
            raise NeedsWork(
                f"the models know {' and '.join(f'`{name}`' for name in leak)}. "
                "Who has that when a new patient comes, and what does it say about the diagnosis?",
                expected,
            )
    if the.is_same(logged, _trained(logistic, rows=len(patients()))[1][METRIC]):
        raise NeedsWork("AutoML learned from all patients. What can `new` tell you then?", expected)


@exam.check(
    book="automl-parts",
    after=(learns_from_the_measures,),
    hints=(
        "Print the number beside `summary.best_trial` and beside its `metrics`. Which one is it?",
        "A small log loss is good. Each trial has it three times: on the training, the validation and the test part.",
        "The best trial has an attribute that is the score by which it was chosen.",
    ),
)
def validation_score_is_the_best_trials(scores: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`scores["validation"]` is the log loss by which the best trial was chosen."""
    score = _score(scores, "validation")
    _, metrics, ranked = _best(runs)
    if _is_read(score, metrics[METRIC]):
        return
    expected = "the log loss of the best trial on the validation part"
    for part in ("training", "test"):
        if _is_read(score, metrics[f"{part}_log_loss"]):
            raise NeedsWork(
                f'`scores["validation"]` is {the.show(score)}, the best trial\'s log loss on its {part} part. '
                "Which rows are for choosing?",
                expected,
            )
    place = next((at for at, run in enumerate(ranked, start=1) if _is_read(score, run.metrics[METRIC])), None)
    if place == len(ranked):
        raise NeedsWork(
            f'`scores["validation"]` is {the.show(score)}, the log loss of the worst trial. Is a large log loss good?',
            expected,
        )
    where = f", the log loss of trial number {place} in order" if place else ". Which trial has that score?"
    raise NeedsWork(f'`scores["validation"]` is {the.show(score)}{where}', expected)


@exam.check(
    book="automl-summary",
    after=(validation_score_is_the_best_trials,),
    hints=(
        "Which model did you ask, and about which rows?",
        "The best trial loads its model, fitted as it was. Give `log_loss` the probabilities of both classes.",
        "Call `log_loss` with the diagnoses of `new` and what `predict_proba` of the loaded model gives for `new`.",
    ),
)
def new_score_is_that_of_the_model(scores: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`scores["new"]` is the log loss of the best trial's model on the patients in `new`."""
    score = _score(scores, "new")
    model, metrics, _ = _best(runs)
    new = patients().iloc[KNOWN:]
    chances = model.predict_proba(new)
    right = log_loss(new["diagnosis"], chances)
    if _is_read(score, right):
        return
    ask = ""
    if _is_read(score, metrics["test_log_loss"]):
        ask = ", what AutoML found on its own test part. Which rows did that come from?"
    elif _is_read(score, log_loss(new["diagnosis"], chances[:, 0])):
        ask = ", the log loss of probabilities that belong to the other class"
    elif _is_read(score, log_loss(new["diagnosis"], _refitted(model).predict_proba(new))):
        ask = ", the log loss of a model that has learned from all patients. What can `new` tell you then?"
    raise NeedsWork(
        f'`scores["new"]` is {the.show(score)}{ask}',
        f"the log loss of the model as AutoML trained it, on the {len(new)} rows of `new`",
    )


@exam.check(
    book="automl-order",
    after=(learns_from_the_measures,),
    hints=(
        "Compare your dict with the table of `summary`, kind by kind.",
        "The trials stand best first. What is written under a key last, stays.",
        "Go through the trials in order, and keep for each kind the first score that you meet.",
    ),
)
def each_kind_has_its_best(kinds: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`best_of_each` gives the best validation log loss of each kind of model."""
    found = kinds.value
    _, children = _trials(runs)
    expected = "for each kind of model the smallest validation log loss among its trials"
    if not isinstance(found, dict) or set(found) != set(MODELS):
        raise NeedsWork(
            f"`best_of_each(summary)` gave {the.show(found)}", f"{expected}, under the kind's `model_description`"
        )
    for kind, score in found.items():
        losses = [run.metrics[METRIC] for run in children if _kind(run) == kind]
        if not _is_read(score, min(losses)):
            ask = ", its worst. Which of its trials wrote last?" if _is_read(score, max(losses)) else ""
            raise NeedsWork(f"`best_of_each(summary)` has {the.show(score)} for {kind}{ask}", expected)


@exam.check(
    book="automl-summary",
    after=(new_score_is_that_of_the_model,),
    hints=(
        "Take a patient of `new` with a malignant tumour. Is the risk large?",
        "`predict_proba` has a column for each class, in the order of `classes_`.",
        "Find the position of the class in the model's `classes_`, and return that column of `predict_proba`.",
    ),
)
def risk_is_that_of_a_malignant_tumour(risks: Asked, runs: tuple[RunRecord, ...]) -> None:
    """`risk` gives for each row the probability that the tumour is malignant."""
    [found] = risks.value
    model, _, _ = _best(runs)
    rows = pd.DataFrame(risks.inputs["rows"])
    chances = model.predict_proba(rows)[:, list(model.classes_).index("malignant")]
    expected = f"{len(rows)} probabilities of `malignant`, one for each row"
    if not isinstance(found, list) or len(found) != len(rows):
        raise NeedsWork(f"`risk` gave {the.show(found)[:60]}", expected)
    if set(map(str, found)) <= {"malignant", "benign", "0", "1", "True", "False"}:
        raise NeedsWork(f"`risk` gave {the.show(found[0])} for the first row. How sure is the model of that?", expected)
    if not all(the.is_number(value) for value in found):
        raise NeedsWork(f"`risk` gave {the.show(found)[:60]}", expected)
    if np.allclose(found, chances, rtol=1e-3, atol=1e-4):
        return
    if np.allclose(found, 1 - chances, rtol=1e-3, atol=1e-4):
        raise NeedsWork(
            f"`risk` gave {the.show(found[0])} for a row whose probability of `benign` is "
            f"{the.show(float(1 - chances[0]))}. In which order do the classes stand?",
            expected,
        )
    worst = int(np.argmax(np.abs(np.asarray(found, float) - chances)))
    raise NeedsWork(
        f"`risk` gave {the.show(found[worst])} for a row whose probability, by the best trial's model, is "
        f"{the.show(float(chances[worst]))}",
        expected,
    )
