"""cdk-nag AwsSolutions: no finding in any stage but those acknowledged at their construct, with a reason."""

from __future__ import annotations

import pytest

from tests.infra.conftest import NAMES
from tests.infra.templates import Stage

pytestmark = pytest.mark.infra


@pytest.mark.parametrize("name", NAMES)
def test_no_finding_is_left(stages: dict[str, Stage], name: str) -> None:
    left = [
        (violation["ruleName"], construct["constructPath"])
        for report in stages[name].report
        for violation in report["violations"]
        for construct in violation["violatingConstructs"]
    ]
    assert left == []


@pytest.mark.parametrize("name", NAMES)
def test_an_acknowledgement_names_one_finding_below_a_stack(stages: dict[str, Stage], name: str) -> None:
    ours = [entry for entry in stages[name].acknowledgements if "AwsSolutions" in entry[1]]
    assert ours
    for path, finding, reason in ours:
        assert path.strip("/").count("/") >= 1, f"{path} is an app or a stack"
        rule = finding.rsplit("::AwsSolutions-", 1)[-1]
        assert "[" in finding or not rule.startswith(("IAM4", "IAM5")), f"{finding} covers every finding of its rule"
        assert len(reason) > 25, f"{path} acknowledges {finding} without saying why"


def test_nag_ran(stages: dict[str, Stage]) -> None:
    """It reports what it suppresses, so a plugin that was never loaded would have no finding either."""
    names = {report["pluginName"] for stage in stages.values() for report in stage.report}
    assert "CloudFormation Validate" in names
    assert stages["dev"].acknowledgements
