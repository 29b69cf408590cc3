"""Make the parts that both kinds of platform share.

The frame of a stage, its packages, its fronts, its services.
"""

from __future__ import annotations

import json
from typing import Protocol, TypeVar

from aws_cdk import App, Environment
from aws_cdk import aws_lambda as lambda_

from cdk_app import assets
from cdk_app.stage_config import StageConfig
from cdk_app.targets import LAMBDA, THIS_MACHINE
from stacks.api import ApiStack
from stacks.constructs.access.provision import Provision, Provisions
from stacks.data import DataStack
from stacks.messaging import MessagingStack
from stacks.security import SecurityStack
from stacks.service_stack import ServiceStack, Surroundings
from stacks.terms.abilities import Abilities
from stacks.terms.frame import EDGE_REGION, Frame
from stacks.terms.functions import deployed
from stacks.terms.packages import Packages, Place

Part = TypeVar("Part")


class Wired(Protocol):
    """A platform as its stacks of functions see it."""

    app: App
    config: StageConfig
    frame: Frame
    security: SecurityStack
    messaging: MessagingStack
    data: DataStack


def given(value: Part | None, name: str) -> Part:
    """Return a part that StageConfig has checked to be there."""
    if value is None:
        raise ValueError(f"the stage says nothing about {name}")
    return value


def frame_of(config: StageConfig, abilities: Abilities) -> Frame:
    """Return the facts that all stacks of a stage share."""
    return Frame(
        stage=config.name,
        environment=Environment(account=config.account, region=config.region),
        removal=config.removal,
        log_days=config.log_days,
        abilities=abilities,
        settings=config.variables(),
        service_dashboards=config.service_dashboards,
        cross_region=config.region != EDGE_REGION and config.name != "local",
    )


def api_stack(platform: Wired, packages: Packages, provisions: Provisions) -> ApiStack:
    """Make the stack of the fronts, which is the same in every stage."""
    config = platform.config
    return ApiStack(
        platform.app,
        frame=platform.frame,
        packages=packages,
        throttle=config.throttle,
        origins=config.origins,
        provisions=provisions,
        message_key=platform.security.message_key,
        existing=config.existing,
        topics=platform.messaging.operations,
        canary_minutes=config.functions.canary_minutes,
        address=f"https://{config.domain.name}" if config.domain else None,
    )


def service_stacks(
    platform: Wired, packages: Packages, provisions: Provisions, api: ApiStack
) -> dict[str, ServiceStack]:
    """Make a stack for each service that has functions.

    They point to the fronts, and not to one another.
    """
    around = Surroundings(
        packages=packages,
        provisions={**provisions, **exported_socket(api)},
        front=api.http,
        chain_events=platform.messaging.events,
        uploads=platform.data.exports,
        message_key=platform.security.message_key,
        topics=platform.messaging.operations,
        canary_minutes=platform.config.functions.canary_minutes,
    )
    return {
        service.name: ServiceStack(platform.app, frame=platform.frame, service=service, around=around)
        for service in deployed()
    }


def exported_socket(api: ApiStack) -> dict[str, Provision]:
    """Return the need `websocket` for processes of later stacks."""
    return {"websocket": api.socket_provision(exported=True)}


def packages_of(config: StageConfig, abilities: Abilities, place: Place | None) -> Packages:
    """Return the Lambda packages of a stage.

    Their archives are for AWS (arm64), or for the Python and processor of the machine that emulates it.
    """
    sizes = config.functions
    environment = {
        "PREMIUM_STAGE": config.name,
        "RATE_LIMIT_WHEN_DOWN": config.rate_limit_when_down,
        "POWERTOOLS_METRICS_NAMESPACE": "Premium",
        "LOG_LEVEL": "INFO",
    }
    if config.alerts.sources:
        environment["EVENT_SOURCES"] = ",".join(config.alerts.sources)
    if config.market.nodes:
        # Which chains are read here; whose process reads them is told the names of the secrets (need `market`).
        environment["CHAIN_NODES"] = json.dumps(dict.fromkeys(config.market.nodes, ()), separators=(",", ":"))
    if abilities.chains:
        environment["CHAINS_FILE"] = abilities.chains
    return Packages(
        code_archive=assets.code(),
        dependencies_archive=assets.dependencies(LAMBDA if abilities.native_runtime else THIS_MACHINE),
        runtime=lambda_.Runtime.PYTHON_3_14,
        memory=sizes.memory,
        provisioned=sizes.provisioned,
        environment=environment,
        reserved=config.reserved(),
        place=place,
    )
