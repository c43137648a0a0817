"""Small real data sets by name, as pandas and Spark frames. They ship with scikit-learn: no network is needed.

    from checker.runtime import datasets

    cancer = datasets.load("breast_cancer")  # a pandas frame
    X, y = cancer.drop(columns="diagnosis"), cancer["diagnosis"]
    cancer = datasets.load_spark("breast_cancer")  # the same as a Spark frame

The target is the last column; nothing is missing.

| Name | Rows × columns | Target | Features |
|---|---|---|---|
| `breast_cancer` | 569 × 31 | `diagnosis`: 0 malignant, 1 benign | 30 measures of cell nuclei, such as `mean_radius` |
| `diabetes` | 442 × 11 | `progression` after a year: 25 to 346 | `age` in years, `bmi` and 8 more, as measured |
| `digits` | 1797 × 65 | `digit`: 0 to 9 | 8 × 8 pixels from 0 to 16, `pixel_0_0` (row, column) to `pixel_7_7` |
| `iris` | 150 × 5 | `species`: 0 setosa, 1 versicolor, 2 virginica | 4 lengths and widths, such as `sepal_length_cm` |
| `wine` | 178 × 14 | `cultivar`: 0, 1 or 2 | 13 chemical measures, such as `alcohol` and `malic_acid` |

`diabetes` is for regression, the others are for classification. Classes are integers from 0, which is
what scikit-learn, XGBoost and Spark's MLlib all accept. The other columns of `diabetes` are `sex` (1 or
2), blood pressure `bp` and six values of blood serum, `s1` to `s6`; none is scaled.

Sources, as scikit-learn's descriptions name them (`sklearn.datasets.load_wine().DESCR` and so on):

- `breast_cancer`: Wolberg, Street and Mangasarian, Breast Cancer Wisconsin (Diagnostic), UCI, 1995.
- `diabetes`: Efron, Hastie, Johnstone and Tibshirani, "Least Angle Regression", Annals of Statistics, 2004.
- `digits`: Alpaydin, Optical Recognition of Handwritten Digits, the test set, UCI, 1998.
- `iris`: Fisher, "The use of multiple measurements in taxonomic problems", Annual Eugenics, 1936.
- `wine`: Forina and others, Wine recognition, UCI, 1988.

scikit-learn ships all five under its own BSD 3-clause licence, and names no other for any of them.
"""

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from checker.runtime.session import spark

if TYPE_CHECKING:
    import pandas as pd

TARGETS = MappingProxyType(
    {
        "breast_cancer": "diagnosis",
        "diabetes": "progression",
        "digits": "digit",
        "iris": "species",
        "wine": "cultivar",
    }
)
"""The name of each data set, and of its target."""


def load(name: str) -> "pd.DataFrame":
    """The data set as a pandas frame of its own, the target last. Raises ValueError for a name that is not there."""
    if name not in TARGETS:
        raise ValueError(f"There is no data set {name!r}: the names are {', '.join(TARGETS)}.")
    import sklearn.datasets  # here, because everyone who imports this package would wait for it

    options = {"scaled": False} if name == "diabetes" else {}
    frame: pd.DataFrame = getattr(sklearn.datasets, f"load_{name}")(as_frame=True, **options).frame
    return frame.rename(columns={"target": TARGETS[name]}).rename(columns=_tidy)


def load_spark(name: str) -> DataFrame:
    """The data set as a Spark frame in the session of `checker.runtime.spark()`, on Databricks in the platform's own.

    Raises what `load` and `spark` raise.
    """
    frame = load(name)
    return spark().createDataFrame(frame)


def _tidy(column: str) -> str:
    """A name that needs no quotes in SQL and that a Delta table accepts, which refuses spaces and brackets."""
    return re.sub(r"[^0-9a-z]+", "_", column).strip("_")
