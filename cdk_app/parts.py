"""What both kinds of platform are made of: the frame of a stage, its function packages, its Api stack."""

from __future__ import annotations

from typing import Protocol, TypeVar

from aws_cdk import App, Environment
from aws_cdk import aws_lambda as lambda_

from cdk_app import assets
from cdk_app.stages import StageConfig
from stacks.abilities import Abilities
from stacks.api import ApiStack
from stacks.constructs.provision import Provision
from stacks.constructs.service_function import Place
from stacks.data import DataStack
from stacks.frame import Frame
from stacks.messaging import MessagingStack
from stacks.packages import Packages
from stacks.security import SecurityStack

Part = TypeVar("Part")
EDGE_REGION = "us-east-1"  # where CloudFront's firewall and certificates live


class Wired(Protocol):
    """The earlier stacks that the Api stack points to."""

    security: SecurityStack
    messaging: MessagingStack
    data: DataStack


def given(value: Part | None, name: str) -> Part:
    """A part that StageConfig has checked to be there."""
    if value is None:
        raise ValueError(f"the stage says nothing about {name}")
    return value


def frame_of(config: StageConfig, abilities: Abilities) -> Frame:
    return Frame(
        stage=config.name,
        environment=Environment(account=config.account, region=config.region),
        removal=config.removal,
        log_days=config.log_days,
        abilities=abilities,
        secrets_generation=config.secrets_generation,
        cross_region=config.region != EDGE_REGION and config.name != "local",
    )


def api_stack(
    app: App,
    frame: Frame,
    config: StageConfig,
    platform: Wired,
    provisions: dict[str, Provision],
    *,
    place: Place | None,
) -> ApiStack:
    """The same in every stage; only the network around its functions differs."""
    return ApiStack(
        app,
        frame=frame,
        packages=packages(frame.abilities),
        sizes=config.functions,
        throttle=config.throttle,
        origins=config.origins,
        provisions=provisions,
        place=place,
        chain_events=platform.messaging.events,
        uploads=platform.data.exports,
        message_key=platform.security.message_key,
        existing=config.existing,
    )


def packages(abilities: Abilities) -> Packages:
    """Archives for AWS (arm64), or for the Python and processor of the machine that emulates it."""
    return Packages(
        code_archive=assets.code(),
        dependencies_archive=assets.dependencies(assets.LAMBDA if abilities.native_runtime else assets.THIS_MACHINE),
        runtime=lambda_.Runtime.PYTHON_3_14,
    )
