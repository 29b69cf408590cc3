"""The home of the time series: our own instance, or somebody else's."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access.connections import connection, database_connection, publish
from stacks.constructs.access.groups import BOUNCER_PORT, Groups
from stacks.constructs.access.provision import Provision
from stacks.constructs.timescale.timescale_instance import TimescaleInstance
from stacks.data import DataStack
from stacks.security import SecurityStack
from stacks.terms.frame import Frame, PremiumStack
from stacks.terms.model import Timescale, TimescaleExternal


class TimeseriesStack(PremiumStack):
    """The stack of TimescaleDB: `home` (None when external) and `connections`.

    Migrations use `owner`, `server` and its admin.
    """

    home: TimescaleInstance | None = None
    server: str | None = None

    def __init__(
        self,
        scope: Construct,
        *,
        frame: Frame,
        size: Timescale,
        subnet: ec2.ISubnet,
        groups: Groups,
        security: SecurityStack,
        data: DataStack,
    ) -> None:
        super().__init__(scope, "timeseries", frame=frame, description="Premium: TimescaleDB")
        self._security = security
        if size.external:
            self.connections = self._external(size.external, groups)
            self.owner = self._imported("Owner", size.external.owner_secret)
        else:
            self.home = self._own(size, subnet, groups, data)
            self.server = self.home.host
            self.connections = self._connected(self.home)
            self.owner = security.secrets["TimeseriesOwner"]
        publish(self, self.connections)

    def provisions(self) -> dict[str, Provision]:
        key = self._security.data_key
        return {"timeseries": connection("TIMESERIES_SECRET_ARN", self.connections["Timeseries"], key)}

    def worker_provisions(self) -> dict[str, Provision]:
        key = self._security.data_key
        return {"timeseries": connection("TIMESERIES_SECRET_ARN", self.connections["WorkerTimeseries"], key)}

    def _own(self, size: Timescale, subnet: ec2.ISubnet, groups: Groups, data: DataStack) -> TimescaleInstance:
        return TimescaleInstance(
            self,
            "Home",
            frame=self.frame,
            size=size,
            subnet=subnet,
            groups=groups,
            key=self._security.data_key,
            access_logs=data.logs,
            admin=self._security.secrets["TimeseriesAdmin"],
        )

    def _connected(self, home: TimescaleInstance) -> dict[str, secretsmanager.ISecret]:
        return {
            "Timeseries": self._connection("Timeseries", "premium_app", "TimeseriesApp", home),
            "WorkerTimeseries": self._connection("WorkerTimeseries", "premium_worker", "TimeseriesWorker", home),
        }

    def _connection(self, name: str, user: str, secret: str, home: TimescaleInstance) -> secretsmanager.ISecret:
        return database_connection(
            self,
            f"{name}Connection",
            frame=self.frame,
            key=self._security.data_key,
            role=self._security.secrets[secret],
            host=home.host,
            port=BOUNCER_PORT,
            user=user,
            database="timeseries",
            verified=False,  # its certificate is its own, and its group lets our callers alone reach it
        )

    def _external(self, external: TimescaleExternal, groups: Groups) -> dict[str, secretsmanager.ISecret]:
        for name, caller in (("Functions", groups.functions), ("Workers", groups.workers), ("Task", groups.migrations)):
            ec2.CfnSecurityGroupEgress(
                self,
                f"{name}ToTimescale",
                group_id=caller.security_group_id,
                ip_protocol="tcp",
                from_port=external.port,
                to_port=external.port,
                cidr_ip=external.cidr,
            )
        return {
            "Timeseries": self._imported("App", external.app_secret),
            "WorkerTimeseries": self._imported("Worker", external.worker_secret),
        }

    def _imported(self, name: str, arn: str) -> secretsmanager.ISecret:
        return secretsmanager.Secret.from_secret_complete_arn(self, name, arn)
