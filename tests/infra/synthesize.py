"""Synthesizes every stage, and a variant of prod that borrows and lives elsewhere, once for all infra tests.

`python -m tests.infra.synthesize <folder> [stage …]`: a process of its own, so that JSII's is gone when the tests run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from cdk_app import assets
from cdk_app.local_platform import LocalPlatform
from cdk_app.platform import Platform
from cdk_app.stage_config import StageConfig
from cdk_app.stages import STAGES
from stacks.terms.abilities import AWS, emulator
from stacks.terms.market_model import Market, Prices
from stacks.terms.model import Alerting, Domain, Existing, TimescaleExternal
from tests.infra.growth import grown

GROWN = "grown-"
EVERY = ("dev", "staging", "prod", "borrowing", "local")
_SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:lent-AbCdEf"


LOGINS = {"PASSWORD_LOGINS": "true", "GOOGLE_CLIENT_ID": "1234-abcd.apps.googleusercontent.com"}
"""Ways to log in that no stage has by itself."""


def borrowing() -> StageConfig:
    """prod in another region, with a domain, logins by password and Google, everything that can be lent, and
    TimescaleDB run by somebody else.
    """
    base = STAGES["prod"]
    zones = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
    lent = Existing(
        vpc_id="vpc-0123456789abcdef0",
        private_subnets=tuple(f"subnet-{n}{'a' * 16}" for n in range(3)),
        isolated_subnets=tuple(f"subnet-{n}{'b' * 16}" for n in range(3)),
        redis_secret=_SECRET,
        redis_security_group="sg-0123456789abcdef0",
        events_queue="arn:aws:sqs:eu-west-1:123456789012:events",
        http_api_id="a1b2c3d4e5",
        http_api_endpoint="https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
        replica_security_group="sg-0123456789abcdef1",
        replica_secret=_SECRET,
    )
    external = TimescaleExternal(app_secret=_SECRET, worker_secret=_SECRET, owner_secret=_SECRET, cidr="10.9.0.0/24")
    assert base.timescale is not None
    changed = {
        "account": "123456789012",
        "region": "eu-west-1",
        "zones": zones,
        "repository": "owner/repository",
        "networks": ("198.51.100.0/24",),
        "existing": lent,
        "timescale": base.timescale.model_copy(update={"external": external}),
        "domain": Domain(
            name="api.premium.example",
            zone_id="Z0123456789ABCDEFGHIJ",
            zone_name="premium.example",
            certificate="arn:aws:acm:us-east-1:123456789012:certificate/0b1c",
        ),
        "settings": LOGINS,
        "market": Market(
            prices=Prices(url="https://prices.example/{key}/coins", secret="premium/prod/prices"),
            nodes={
                "ethereum": ("premium/prod/ethereum/first", "premium/prod/ethereum/second"),
                "base": ("premium/prod/base",),
            },
        ),
        "alerting": Alerting(
            emails=("ops@premium.example",),
            pagerduty_url="https://events.pagerduty.com/x",
            slack_workspace="T0123456",
            slack_channel="C0123456",
            cost_tag=True,
        ),
    }
    return StageConfig.model_validate(base.model_copy(update=changed).model_dump())


def synthesize(folder: Path, stages: Sequence[str] = EVERY) -> None:
    """Templates and nag's report in `folder/<stage>`; findings are for the tests to see, so they do not end it."""
    context = json.loads((assets.ROOT / "cdk.json").read_text())["context"]
    for stage in stages:
        app = _app(folder / stage, context)
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        if stage == "local":
            LocalPlatform(app, STAGES[stage], emulator("http://localhost:4566"))
        else:
            Platform(app, borrowing() if stage == "borrowing" else STAGES[stage], AWS)
        try:
            app.synth()
        except RuntimeError as error:
            if "ValidationFailed" not in str(error):
                raise


def synthesize_grown(folder: Path, stages: Sequence[str]) -> None:
    """Templates of the stages with a dozen services more; nobody looks at their findings."""
    context = json.loads((assets.ROOT / "cdk.json").read_text())["context"]
    with grown():
        for stage in stages:
            app = _app(folder / f"{GROWN}{stage}", context, looks=False)
            config = STAGES[stage].model_dump()
            Platform(app, StageConfig.model_validate(config), AWS)
            app.synth()


def _app(folder: Path, context: Mapping[str, object], *, looks: bool = True) -> App:
    """`looks`: with the library's own look at each template."""
    return App(
        outdir=str(folder), context=context, analytics_reporting=False, tree_metadata=False,
        builtin_cloud_formation_validation=looks,
    )  # fmt: skip


if __name__ == "__main__":
    wanted = sys.argv[2:] or EVERY
    if plain := [name for name in wanted if not name.startswith(GROWN)]:
        synthesize(Path(sys.argv[1]), plain)
    if larger := [name.removeprefix(GROWN) for name in wanted if name.startswith(GROWN)]:
        synthesize_grown(Path(sys.argv[1]), larger)
