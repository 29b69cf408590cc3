"""Facts that every stack of a stage is told.

Where it stands, what happens to its data when it goes, and what that place can do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from aws_cdk import Environment, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.terms.abilities import Abilities
from stacks.terms.model import Removal, StageName

_RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    365: logs.RetentionDays.ONE_YEAR,
}


EDGE_REGION = "us-east-1"
"""Where CloudFront's firewall and certificates live."""


@dataclass(frozen=True)
class Frame:
    """The stage's common facts; `log_days` is one of 7, 30, 365."""

    stage: StageName
    environment: Environment
    removal: Removal
    log_days: int
    abilities: Abilities
    cross_region: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    """Values of services' own settings, which every process of the stage is given."""
    service_dashboards: bool = True
    bases: dict[str, str] = field(default_factory=dict)
    """Base images by digest, by the names of the Dockerfiles' arguments; none outside of a release."""
    log_key: kms.IKey | None = None
    """Encrypts log groups; None before the stack that makes it, and where there are no keys of ours."""

    @property
    def prod(self) -> bool:
        return self.stage == "prod"

    @property
    def removal_policy(self) -> RemovalPolicy:
        """Return the removal of databases and volumes, which have snapshots."""
        return RemovalPolicy[self.removal.upper()]

    @property
    def store_removal(self) -> RemovalPolicy:
        """Return the removal of buckets, tables, keys and secrets.

        They have no snapshot, so they stay where a snapshot is asked for.
        """
        return RemovalPolicy.DESTROY if self.removal == "destroy" else RemovalPolicy.RETAIN

    @property
    def log_retention(self) -> logs.RetentionDays:
        return _RETENTION[self.log_days]


class PremiumStack(Stack):
    """A stack of one stage; protected against deletion where data is retained."""

    def __init__(self, scope: Construct, name: str, *, frame: Frame, description: str) -> None:
        super().__init__(
            scope,
            f"premium-{frame.stage}-{name}",
            env=frame.environment,
            description=description,
            cross_region_references=frame.cross_region or None,
            termination_protection=frame.removal == "retain",
            tags={"product": "premium-defi", "stage": frame.stage, **frame.tags},
        )
        self.frame = frame
