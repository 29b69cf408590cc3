"""Synthesizes the stack `timeseries` of prod as an operator changes it.

`python -m tests.infra.timescale_variants FOLDER`
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from aws_cdk import App

from cdk_app.assets import ROOT
from cdk_app.parts import frame_of, given
from cdk_app.stage_config import StageConfig
from cdk_app.stages import STAGES
from stacks.data import DataStack, Servers
from stacks.network import NetworkStack
from stacks.security import SecurityStack
from stacks.terms.abilities import AWS
from stacks.timeseries import TimeseriesStack

LENT = {
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnets": tuple(f"subnet-{n}{'a' * 16}" for n in range(3)),
    "isolated_subnets": tuple(f"subnet-{n}{'b' * 16}" for n in range(3)),
}
VARIANTS: dict[str, dict[str, Any]] = {
    "before": {},
    "without": {"timescale": {"running": False, "renewed": "2027-01-15"}},
    "after": {"timescale": {"renewed": "2027-01-15"}},
    "larger": {"timescale": {"instance": "r6g.xlarge"}},
    "lent": {"existing": LENT},
}


def synthesize(folder: Path, name: str, changes: dict[str, Any]) -> None:
    plain = STAGES["prod"].model_dump()
    for field, changed in changes.items():
        plain[field] |= changed
    config = StageConfig.model_validate(plain)
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(
        outdir=str(folder / name), context=context, analytics_reporting=False, tree_metadata=False,
        builtin_cloud_formation_validation=False,
    )  # fmt: skip
    frame = frame_of(config, AWS)
    network = NetworkStack(
        app,
        frame=frame,
        zones=config.zones,
        nat_gateways=config.nat_gateways,
        endpoint_zones=config.endpoint_zones,
        existing=config.existing,
    )
    security = SecurityStack(app, frame=frame, repository=None)
    servers = Servers(
        vpc=network.vpc,
        groups=network.groups,
        postgres=given(config.postgres, "postgres"),
        redis=given(config.redis, "redis"),
        existing=config.existing,
    )
    data = DataStack(app, frame=frame, security=security, servers=servers)
    TimeseriesStack(
        app,
        frame=frame,
        size=given(config.timescale, "timescale"),
        subnet=network.server_subnet,
        groups=network.groups,
        security=security,
        data=data,
    )
    app.synth()
    shutil.copyfile(folder / name / "premium-prod-timeseries.template.json", folder / f"{name}.json")


if __name__ == "__main__":
    for each, changed in VARIANTS.items():
        synthesize(Path(sys.argv[1]), each, changed)
