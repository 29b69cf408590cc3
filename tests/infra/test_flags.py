"""Every feature flag of the CDK has its recommended value, but for those that we decide ourselves."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import aws_cdk
import pytest

from cdk_app.assets import ROOT

pytestmark = pytest.mark.infra
DECIDED = {
    "@aws-cdk/core:target-partitions": (["aws"], "no stage lives in China"),
    "@aws-cdk/core:defaultCrossStackReferences": (
        "strong",
        "an export in use cannot be taken away: the deploy that would break a later stack stops before it begins",
    ),
}


def recommended() -> dict[str, Any]:
    """What the installed library itself recommends: `cdk init` writes the same list."""
    (archive,) = (Path(aws_cdk.__file__).parent / "_jsii").glob("*.jsii.tgz")
    with tarfile.open(archive) as packed:
        member = packed.extractfile("package/recommended-feature-flags.json")
        assert member is not None
        return dict(json.load(member))


def test_every_flag_is_as_recommended_or_decided() -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    wanted = recommended()
    assert len(wanted) > 80
    assert context == wanted | {name: value for name, (value, _) in DECIDED.items()}


def test_what_is_decided_differs() -> None:
    wanted = recommended()
    for name, (value, reason) in DECIDED.items():
        assert wanted[name] != value, f"{name} is recommended by now: nothing is left to decide"
        assert reason
