"""What all functions of a stage share: archives, sizes, variables, network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_


@dataclass(frozen=True)
class Place:
    """The network a function runs in."""

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    security_group: ec2.ISecurityGroup


@dataclass(frozen=True, kw_only=True)
class Packages:
    """Archives made by the builder, and how each stage runs them.

    `memory` in MiB; `provisioned` warm instances of the hot ones; `reserved` concurrency by function.
    """

    code_archive: Path
    dependencies_archive: Path
    runtime: lambda_.Runtime
    memory: int
    provisioned: int
    environment: Mapping[str, str]
    reserved: Mapping[str, int] = field(default_factory=dict)
    place: Place | None = None

    @property
    def code(self) -> lambda_.Code:
        """Return our own code."""
        return _asset(self.code_archive)

    def layer(self, stack: Stack) -> lambda_.LayerVersion:
        """Make the dependencies' layer of a stack.

        Each stack has its own over the same archive: an exported layer could not change while others import it.
        """
        return lambda_.LayerVersion(
            stack,
            "Dependencies",
            code=_asset(self.dependencies_archive),
            compatible_runtimes=[self.runtime],
            compatible_architectures=[lambda_.Architecture.ARM_64],
        )


def _asset(archive: Path) -> lambda_.Code:
    """Return an archive as an asset under its own hash.

    Its name carries the hash of all that decides its content.
    """
    return lambda_.Code.from_asset(str(archive), asset_hash=archive.stem)
