"""Security groups by role, with rules that name two groups each.

Callers may go out; stores answer and start nothing, but for TimescaleDB's host, which asks AWS for what it is made of.
"""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

POSTGRES_PORT = 5433  # not the default: a scan for 5432 finds nothing, and cdk-nag asks for it
PROXY_PORT = 5432  # RDS Proxy offers no other
TIMESERIES_PORT = 5433  # the server, for migrations
BOUNCER_PORT = 6432  # PgBouncer before it, for everybody else
REDIS_PORT = 6380


class Groups(Construct):
    """One group a role: `functions`, `workers`, `migrations` call; the others are called."""

    def __init__(self, scope: Construct, name: str, *, vpc: ec2.IVpc) -> None:
        super().__init__(scope, name)
        self._vpc = vpc
        self.functions = self._caller("Functions", "Lambda functions")
        self.workers = self._caller("Workers", "Fargate workers")
        self.migrations = self._caller("Migrations", "migration task")
        self.database = self._store("Database", "premium PostgreSQL")
        self.proxy = self._store("Proxy", "RDS Proxy")
        self.timeseries = self._store("Timeseries", "TimescaleDB and PgBouncer")
        # S3's gateway endpoint has addresses of S3's own: a rule for the endpoints' group does not cover it.
        self.timeseries.add_egress_rule(
            ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "S3 (packages, images, backups) over TLS"
        )
        self.redis = self._store("Redis", "Redis")
        self.endpoints = self._store("Endpoints", "interface endpoints")
        self._rules()

    def _caller(self, name: str, description: str) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self, name, vpc=self._vpc, description=f"premium: {description}", allow_all_outbound=False
        )
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS, RPC nodes and providers over TLS")
        return group

    def _store(self, name: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self, name, vpc=self._vpc, description=f"premium: {description}", allow_all_outbound=False
        )

    def _rules(self) -> None:
        for caller in (self.functions, self.workers):
            _allow(caller, self.database, POSTGRES_PORT)
            _allow(caller, self.proxy, PROXY_PORT)
            _allow(caller, self.timeseries, BOUNCER_PORT)
            _allow(caller, self.redis, REDIS_PORT)
        _allow(self.proxy, self.database, POSTGRES_PORT)
        # The rotation runs where migrations do, and signs in as the processes do before it tells them a new password.
        _allow(self.migrations, self.proxy, PROXY_PORT)
        _allow(self.migrations, self.timeseries, BOUNCER_PORT)
        _allow(self.migrations, self.redis, REDIS_PORT)
        _allow(self.migrations, self.database, POSTGRES_PORT)
        _allow(self.migrations, self.timeseries, TIMESERIES_PORT)
        for caller in (self.functions, self.workers, self.migrations, self.timeseries):
            _allow(caller, self.endpoints, 443)


def _allow(caller: ec2.SecurityGroup, called: ec2.SecurityGroup, port: int) -> None:
    called.connections.allow_from(caller, ec2.Port.tcp(port))
