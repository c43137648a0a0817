"""The Model Registry. What each word accepts, and what it says otherwise, verbatim."""

from checker.checks import vocabulary as the
from checker.evidence import ModelVersion
from tests.checks.vocabulary.made_up import run, said


def test_the_run_of_an_alias() -> None:
    old = run("a", registered=(ModelVersion("wine", 1, ("challenger",)), ModelVersion("tea", 1, ("champion",))))
    new = run("b", registered=(ModelVersion("wine", 2, ("champion", "latest")),))
    assert the.holds_alias([run("c"), old, new], "wine", "champion") is new
    expected = "a version of the registered model `wine` with the alias `champion`"
    assert said(lambda: the.holds_alias([old], "wine", "champion")) == (
        "`wine` has 1 version, and the aliases there are `challenger`",
        expected,
    )
    assert said(lambda: the.holds_alias([old], "beer", "champion"))[0] == (
        "no model of a run is registered as `beer`; the registered models are `tea`, `wine`"
    )
    assert said(lambda: the.holds_alias([run("c")], "wine", "champion"))[0] == (
        "no model of a run is registered as `wine`; the registered models are none"
    )
