"""Describe what the place that we deploy to can do.

AWS can do all of it; the emulator's differences stand here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Abilities:
    """Abilities of a place; each False has its reason beside it below.

    `endpoint` is where AWS is when it is not AWS.
    `chains` is the functions' CHAINS_FILE, which tells them of the EVM node beside the emulator.
    """

    endpoint: str | None = None
    chains: str | None = None
    auto_delete_objects: bool = True
    deployments: bool = True
    native_runtime: bool = True
    account_services: bool = True
    sockets_follow_aliases: bool = True


AWS = Abilities()


def emulator(endpoint: str, chains: str | None = None) -> Abilities:
    """Return the abilities of the MiniStack or LocalStack at this address."""
    return Abilities(
        endpoint=endpoint.rstrip("/"),
        chains=chains,
        auto_delete_objects=False,  # its custom resource is never answered, so that the deploy hangs
        deployments=False,  # CodeDeploy is not emulated: no alias would ever shift
        account_services=False,  # CloudTrail records nothing there, and nobody signs in to it
        # Called by its alias through a WebSocket, a function stays the version that was called first: later code is not
        # served, and its call of itself by its ARN, which greets, finds no such version any more.
        sockets_follow_aliases=False,
        native_runtime=False,  # functions run under this machine's Python and processor, so their wheels are for it
    )


# Printed by `make up` in one line; template tests of the other stages prove these parts.
LOCAL_OMISSIONS = (
    "network (VPC, endpoints)", "RDS", "RDS Proxy", "ElastiCache", "TimescaleDB instance", "Fargate fleet",
    "CloudFront and WAF", "canary deployments", "CloudTrail and backups", "dashboards and alarms", "delivery role",
)  # fmt: skip
