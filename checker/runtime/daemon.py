"""The process that Spark forks its Python workers from, with the libraries of a tuning task loaded.

Hyperopt's task leaves its input unread, so Spark uses no worker twice: each trial gets a new one
(hyperopt/spark.py, `run_task_on_executor`). Forked from here it need not import anything again.
What only some tasks need is named by the session that starts it, in a variable: a study of Optuna needs MLflow,
which takes seconds and which a trial of Hyperopt does without. (MLflow's telemetry would start threads, and those do
not survive a fork: the session turns it off here.)
"""

import gc
import os
import sys
from importlib import import_module
from zipimport import zipimporter

import hyperopt  # noqa: F401
import pandas
import pyspark.worker  # noqa: F401  (PySpark's own daemon leaves it to each worker)
import sklearn.datasets
import sklearn.ensemble
import sklearn.impute
import sklearn.linear_model
import sklearn.model_selection
import sklearn.tree  # noqa: F401
from pyspark.daemon import manager
from sklearn.utils import check_array

if __name__ == "__main__":
    for module in os.environ.get("TUNING_WORKER_IMPORTS", "").split():  # as session.py sets it
        import_module(module)
    check_array(pandas.DataFrame({"x": [0.0]}))  # scikit-learn imports what data frames need at the first one
    # Each worker has all finders look anew (pyspark/worker_util.py, `setup_spark_files`), and up to Python 3.11 that of
    # each package in Spark's archive reads the archive's whole directory: a fifth of a second. New finders know it.
    for place, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, zipimporter):
            del sys.path_importer_cache[place]
    gc.freeze()  # no worker needs to look through what was imported here, nor to copy it by doing so
    manager()
