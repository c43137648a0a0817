"""A stand-in for Databricks AutoML, made of open-source packages, for learners' notebooks.

    from checker.runtime import automl
    summary = automl.classify(frame, target_col="y", timeout_minutes=5)

It has the signature and the summary of `databricks.automl`, and works in the same way: models of several kinds, tuned
by Hyperopt's TPE, an MLflow run for each trial, and for each trial a notebook that trains that one configuration again.
It is this project's own code, not Databricks': which models, which search spaces and how many trials is its own choice,
made for small data. There is no `forecast`. On Databricks the functions here step aside for the platform's own.
"""

import checker.runtime.quick_nbformat  # noqa: F401  (before the modules below import nbformat)
from checker.runtime.automl.api import classify, import_notebook, regress
from checker.runtime.automl.arguments import AutoMLError
from checker.runtime.automl.summary import AutoMLSummary, TrialInfo

__all__ = ["AutoMLError", "AutoMLSummary", "TrialInfo", "classify", "import_notebook", "regress"]
