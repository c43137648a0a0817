"""The checks of automl/baseline, and that grader and notebook have the same data."""

from typing import Any

import pandas as pd

from checker.checks.automl import baseline
from checker.checks.data import patients
from checker.submission import read_submission
from tests.conftest import COURSE, ROOT


def test_the_grader_has_the_patients_of_the_notebook() -> None:
    learner: dict[str, Any] = {}
    exec(read_submission(ROOT / "solutions" / "automl" / "baseline.ipynb", COURSE).code[0], learner)
    pd.testing.assert_frame_equal(patients(), learner["patients"])
    assert len(learner["known"]) == baseline.KNOWN
