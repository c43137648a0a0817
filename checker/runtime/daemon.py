"""The process that Spark forks its Python workers from, with the libraries of a tuning task loaded.

Hyperopt's task leaves its input unread, so Spark uses no worker twice: each trial gets a new one
(hyperopt/spark.py, `run_task_on_executor`). Forked from here it need not import anything again.
MLflow is not among the imports: it may start threads, and those do not survive a fork.
"""

import gc

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
    gc.freeze()  # no worker needs to look through what was imported here, nor to copy it by doing so
    manager()
