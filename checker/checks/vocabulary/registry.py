"""The Model Registry."""

from collections.abc import Sequence

from checker.checks.exam import NeedsWork
from checker.checks.vocabulary.showing import counted, quoted
from checker.evidence import RunRecord


def holds_alias(runs: Sequence[RunRecord], model: str, alias: str) -> RunRecord:
    """The run that the model with this alias was logged in; the alias is on a version of that registered model."""
    held = [(run, version) for run in runs for version in run.registered if version.name == model]
    expected = f"a version of the registered model `{model}` with the alias `{alias}`"
    for run, version in held:
        if alias in version.aliases:
            return run
    if held:
        aliases = sorted({alias for _, version in held for alias in version.aliases})
        raise NeedsWork(
            f"`{model}` has {counted(len(held), 'version')}, and the aliases there are {quoted(aliases)}", expected
        )
    names = sorted({version.name for run in runs for version in run.registered})
    raise NeedsWork(
        f"no model of a run is registered as `{model}`; the registered models are {quoted(names)}", expected
    )
