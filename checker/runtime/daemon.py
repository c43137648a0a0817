"""The process that Spark forks its Python workers from, with the libraries of a tuning task loaded.

Hyperopt's task leaves its input unread, so Spark uses no worker twice: each trial gets a new one
(hyperopt/spark.py, `run_task_on_executor`). Forked from here it need not import anything again.
What only some tasks need is named by the session that starts it, in a variable: a study of Optuna needs MLflow,
which takes seconds and which a trial of Hyperopt does without. (MLflow's telemetry would start threads, and those do
not survive a fork: the session turns it off here.)
"""

import gc
import os
from importlib import import_module

import hyperopt  # noqa: F401
import numpy  # noqa: F401
import pyspark.worker  # noqa: F401  (PySpark's own daemon leaves it to each worker)
import sklearn.datasets
import sklearn.ensemble
import sklearn.linear_model
import sklearn.model_selection
import sklearn.tree  # noqa: F401
from pyspark.daemon import manager

if __name__ == "__main__":
    if module := os.environ.get("TUNING_WORKER_IMPORTS"):  # as session.py sets it
        import_module(module)
    gc.freeze()  # no worker needs to look through what was imported here, nor to copy it by doing so
    manager()
